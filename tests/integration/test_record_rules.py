# SPDX-License-Identifier: Apache-2.0
"""Rules of a profile that look at earlier certificates: each passes just so and fails just so, at once
and with two at the same time."""

import concurrent.futures
import os
import uuid

import pytest

from harness import Dev, csr, wait_for
from support import audit, issued, problem, request_id, revoke, sql, sql_one, stored

COMMON = """
key: {%s}
validity: {default: %s, max: 90d, backdate: 1h}
subject: {unique_common_name: %s, attributes: {common_name: {use: optional}}}
subject_alt_name: {use: required, dns: {allow: true, public_suffix: allow}}
key_usage: {bits: [digital_signature]}
authority_key_identifier: key_id
subject_key_identifier: hash
"""


def profile(name, more="", reuse="same_requester", validity="30d", unique="false"):
    key = 'allow: ["ec:P-256", "rsa:2048-4096"], reuse: ' + reuse
    return "name: %s\n" % name + COMMON.lstrip() % (key, validity, unique) + more


PROFILES = {
    "plain": profile("plain"),
    "never": profile("never", reuse="never"),
    "any": profile("any", reuse="any"),
    "three": profile("three", "limits: {requester: {count: 3, per: 1h}}\n"),
    "soon": profile("soon", "limits: {requester: {count: 1, per: 3s}}\n"),
    "names": profile("names", "limits: {name: {count: 2, per: 1d}}\n"),
    "unique": profile("unique", unique="true"),
    "renew": profile("renew", "renewal: {window: 5d}\n"),
    "late": profile("late", "renewal: {window: 5d}\n", validity="4d"),
}


def reachable(dev):
    try:
        return dev.rest("REQUESTER", "GET", "/whoami").status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def ca():
    dev = Dev()
    folder = os.path.join(dev.state, "own-profiles")
    dev.start()
    dev.stop()
    os.makedirs(folder, mode=0o755)
    for name, text in PROFILES.items():
        with open(os.path.join(folder, name + ".yaml"), "w") as f:
            f.write(text)
    with open(os.path.join(dev.state, "extra.yaml"), "w") as f:
        f.write("server: {profile_dir: %s}\n" % folder)
    try:
        dev.start()
        wait_for(lambda: reachable(dev), 10, every=0.2)
        yield dev
    finally:
        dev.remove()


def host():
    return uuid.uuid4().hex[:12] + ".example.org"


def refused(answer, rule):
    """The finding of a refusal by this rule."""
    found = problem(answer, 422, "policy")["errors"]
    assert [f["rule"] for f in found] == [rule], found
    assert found[0]["detail"] and found[0]["allowed"], found
    return found[0]


def test_a_key_of_another_requester_is_refused_and_nothing_is_stored(ca):
    body = csr(host())[0]
    issued(ca, body, "plain")
    issued(ca, body, "plain")  # his own again
    before, rid = stored(ca), request_id()
    refused(ca.issue(body, "plain", "OFFICER1", {"X-Request-Id": rid}), "key.reuse")
    assert stored(ca) == before
    assert [line[1] for line in audit(ca, rid)] == ["denied"]
    issued(ca, body, "any", "OFFICER1")  # a profile that does not mind
    # and from then on it is his, too: no longer the requester's alone
    wait_for(lambda: ca.issue(body, "plain").status == 422, 5)


def test_a_preview_says_it_too(ca):
    body = csr(host())[0]
    issued(ca, body, "plain")
    got = ca.https("OFFICER1", "POST", "/api/v1/requests?profile=plain&dry_run=true", body,
                   {"Content-Type": "application/pkcs10"})
    assert "key.reuse" in got.body.decode(), got.body


def test_a_key_that_is_certified_once_only(ca):
    body = csr(host())[0]
    issued(ca, body, "never")
    refused(ca.issue(body, "never"), "key.reuse")
    refused(ca.issue(body, "never", "OFFICER1"), "key.reuse")


def test_i04_a_repeat_gets_its_certificate_whatever_the_rule_finds(ca):
    body, key = csr(host())[0], {"Idempotency-Key": uuid.uuid4().hex}
    for name in ("never", "unique", "renew"):
        body = csr(host())[0]
        first = issued(ca, body, name, **key)
        again = ca.issue(body, name, "REQUESTER", key)
        assert again.status == 200 and again.json["id"] == first["id"]
        key = {"Idempotency-Key": uuid.uuid4().hex}


def test_two_requesters_at_once_do_not_both_get_a_key(ca):
    for _ in range(5):
        body = csr(host())[0]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            status = list(pool.map(lambda who: ca.issue(body, "plain", who).status,
                                   ("REQUESTER", "OFFICER1", "OFFICER2", "ADMIN")))
        assert sorted(status) == [201, 422, 422, 422], status


def test_a_requester_has_a_limit(ca):
    for _ in range(3):
        issued(ca, csr(host())[0], "three")
    found = refused(ca.issue(csr(host())[0], "three"), "limits.requester")
    assert "3 in 3600 seconds" in found["allowed"] and "try again at 20" in found["detail"]
    issued(ca, csr(host())[0], "three", "OFFICER1")  # another one's is his own


def test_a_limit_slides(ca):
    issued(ca, csr(host())[0], "soon")
    assert ca.issue(csr(host())[0], "soon").status == 422
    wait_for(lambda: ca.issue(csr(host())[0], "soon").status == 201, 15, every=0.3)


def test_a_limit_holds_when_all_come_at_once(ca):
    bodies = [csr(host())[0] for _ in range(12)]
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        status = list(pool.map(lambda b: ca.issue(b, "three", "ADMIN").status, bodies))
    assert sorted(status) == 3 * [201] + 9 * [422], status
    assert sql_one(ca, "SELECT count(*) FROM ca.certificate c JOIN ca.operator o ON o.id = c.requester_id"
                       " WHERE c.profile = 'three' AND o.name = 'admin'")[0] == "3"


def test_a_name_has_a_limit_whoever_asks(ca):
    name = host()
    issued(ca, csr(name)[0], "names")
    issued(ca, csr(name.upper())[0], "names", "OFFICER1")
    found = refused(ca.issue(csr(name)[0], "names", "OFFICER2"), "limits.name")
    assert found["value"] == name
    issued(ca, csr(host())[0], "names")


def test_a_common_name_is_unique(ca):
    name = host()
    first = issued(ca, csr(name)[0], "unique")
    found = refused(ca.issue(csr(name)[0], "unique", "OFFICER1"), "subject.common_name.unique")
    assert found["value"] == name and first["serial"] in found["detail"]
    issued(ca, csr(name)[0], "unique")  # the same names for the same requester: a renewal
    for got in sql(ca, "SELECT id FROM ca.certificate WHERE common_name = '%s'" % name):
        assert revoke(ca, got[0]).status == 200
    issued(ca, csr(name)[0], "unique", "OFFICER1")


def test_a_common_name_is_unique_when_all_come_at_once(ca):
    name = host()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        status = list(pool.map(lambda who: ca.issue(csr(name)[0], "unique", who).status,
                               ("REQUESTER", "OFFICER1", "OFFICER2", "ADMIN")))
    assert sorted(status) == [201, 422, 422, 422], status


def test_it_is_too_early_to_renew(ca):
    name = host()
    first = issued(ca, csr(name)[0], "renew")
    found = refused(ca.issue(csr(name)[0], "renew"), "renewal.window")
    assert first["serial"] in found["detail"] and found["allowed"].startswith("from 20")
    issued(ca, csr(name)[0], "renew", "OFFICER1")  # not a renewal of his
    issued(ca, csr(host())[0], "renew")
    late = host()
    issued(ca, csr(late)[0], "late")  # ends within the window
    issued(ca, csr(late)[0], "late")
    assert revoke(ca, first["certificate_id"]).status == 200
    issued(ca, csr(name)[0], "renew")


def test_a_weak_key_is_read_where_the_profile_says_legacy(ca):
    body = csr(host(), "rsa:1024", "rsa_keygen_bits:1024")[0]
    assert ca.issue(body, "plain").status == 422
