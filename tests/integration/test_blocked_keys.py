# SPDX-License-Identifier: Apache-2.0
"""Keys that get no certificate any more, and the end of those that they have (I17)."""

import base64
import hashlib
import json
import os
import subprocess
import uuid

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from harness import BUILD, csr, wait_for
from support import audit, crl_at_least, crl_entry, crl_fetch, issued, problem, request_id, revoke, sql, sql_one, stored


def host():
    return uuid.uuid4().hex[:12] + ".example.org"


def spki(key_pem):
    key = serialization.load_pem_private_key(key_pem, None).public_key()
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def public_pem(key_pem):
    key = serialization.load_pem_private_key(key_pem, None).public_key()
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def block(ca, who="OFFICER1", **body):
    return ca.rest(who, "POST", "/blocked-keys", body)


def rules(answer):
    return [e["rule"] for e in problem(answer, 422, "policy")["errors"]]


def test_i17_a_blocked_key_gets_no_certificate_on_any_channel(ca):
    name = host()
    body, key = csr(name)
    rid = request_id()
    got = ca.rest("OFFICER1", "POST", "/blocked-keys", {"spki_sha256": spki(key), "comment": "leaked"},
                  {"X-Request-Id": rid})
    assert got.status == 200, got.body
    assert got.json == {"spki_sha256": spki(key), "existed": False, "revoked": 0, "more": False, "crl_due": None}
    assert [line[:2] for line in audit(ca, rid)] == [["blocked_key.add", "ok"]]
    before = stored(ca)
    for who in ("REQUESTER", "OFFICER1", "ADMIN"):
        assert rules(ca.issue(body, "https-ecc", who)) == ["key.blocked"]
        assert rules(ca.issue(body, "device", who)) == ["key.blocked"]
    assert "key.blocked" in ca.issue(body, "https-ecc&dry_run=true").body.decode()
    batch = ca.rest("REQUESTER", "POST", "/request-batches",
                    {"profile": "https-ecc", "requests": [{"csr": body.decode()}]})
    assert "issued" not in batch.body.decode()
    assert stored(ca) == before
    assert ca.rest("ADMIN", "DELETE", "/blocked-keys/" + spki(key), {"comment": "found again"}).status == 200
    issued(ca, body)


def test_every_form_of_a_key_names_the_same(ca):
    body, key = csr(host())
    made = issued(ca, body)
    cert = made["certificate"]
    csr_pem = body.decode()
    for how in ({"spki_sha256": spki(key)}, {"certificate_id": made["certificate_id"]}, {"certificate": cert},
                {"csr": csr_pem}, {"csr": base64.b64encode(x509.load_pem_x509_csr(body).public_bytes(serialization.Encoding.DER)).decode()},
                {"public_key": public_pem(key)}):
        got = block(ca, **how)
        assert got.status == 200, (how, got.body)
        assert got.json["spki_sha256"] == spki(key)
    assert block(ca, spki_sha256=spki(key)).json["existed"] is True
    assert ca.rest("ADMIN", "DELETE", "/blocked-keys/" + spki(key)).status == 200


@pytest.mark.parametrize("body, says", [
    ({}, "exactly one"),
    ({"spki_sha256": "00"}, "/spki_sha256"),
    ({"spki_sha256": "x" * 64}, "/spki_sha256"),
    ({"spki_sha256": "0" * 64, "certificate_id": str(uuid.uuid4())}, "exactly one"),
    ({"public_key": "hello"}, "/public_key"),
    ({"public_key": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"}, "/public_key"),
    ({"csr": "hello"}, "/csr"),
    ({"certificate": "hello"}, "/certificate"),
    ({"spki_sha256": "0" * 64, "reason": "certificate_hold"}, "/reason"),
    ({"spki_sha256": "0" * 64, "reason": "boredom"}, "/reason"),
    ({"spki_sha256": "0" * 64, "revoke": "yes"}, "/revoke"),
    ({"spki_sha256": "0" * 64, "comment": "x" * 1001}, "/comment"),
    ({"spki_sha256": "0" * 64, "more": 1}, "/more"),
])
def test_what_is_not_a_key_is_refused(ca, body, says):
    assert says in problem(block(ca, **body), 400)["detail"]
    assert sql_one(ca, "SELECT count(*) FROM ca.blocked_key WHERE spki_hash = '\\x%s'" % ("0" * 64)) == "0"


def test_a_key_that_is_not_there_is_not_found(ca):
    problem(block(ca, certificate_id=str(uuid.uuid4())), 404)
    for path in ("0" * 64, "zz", "0" * 63):
        problem(ca.rest("OFFICER1", "GET", "/blocked-keys/" + path), 404)
    problem(ca.rest("ADMIN", "DELETE", "/blocked-keys/" + "0" * 64), 404)


def test_the_key_of_an_authority_is_not_blocked(ca):
    with open(ca.env["CA_CHAIN_PEM"]) as f:
        chain = f.read()
    cert = chain[:chain.index("-----END CERTIFICATE-----") + len("-----END CERTIFICATE-----\n")]
    problem(block(ca, who="ADMIN", certificate=cert, revoke=True), 403, "forbidden")
    issued(ca)


def test_the_certificates_of_a_blocked_key_are_revoked_and_on_the_crl(ca):
    body, key = csr(host())
    made = [issued(ca, body) for _ in range(3)]
    others = issued(ca)
    assert revoke(ca, made[0]["certificate_id"], "superseded").status == 200
    assert revoke(ca, made[1]["certificate_id"], "certificate_hold").status == 200
    rid = request_id()
    got = ca.rest("OFFICER2", "POST", "/blocked-keys",
                  {"spki_sha256": spki(key), "revoke": True, "comment": "in a public repository"}, {"X-Request-Id": rid})
    assert got.status == 200 and (got.json["revoked"], got.json["more"]) == (2, False), got.body
    assert got.json["crl_due"]
    assert sorted(line[0] for line in audit(ca, rid)) == ["blocked_key.add"] + 2 * ["certificate.revoke"]
    states = dict(sql(ca, "SELECT id, state || ' ' || reason FROM ca.certificate WHERE spki_hash = '\\x%s'" % spki(key)))
    assert states == {made[0]["certificate_id"]: "revoked 4", made[1]["certificate_id"]: "revoked 1",
                      made[2]["certificate_id"]: "revoked 1"}
    wait_for(lambda: all(crl_entry(crl_fetch(ca), m["serial"]) is not None for m in made), 15, every=0.2)
    entry = crl_entry(crl_fetch(ca), made[2]["serial"])
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason == x509.ReasonFlags.key_compromise
    assert crl_entry(crl_fetch(ca), others["serial"]) is None
    again = block(ca, spki_sha256=spki(key), revoke=True).json
    assert (again["existed"], again["revoked"], again["more"]) == (True, 0, False)


def test_many_certificates_are_revoked_by_pages(ca):
    body, key = csr(host())
    n = 230  # more than two pages
    for _ in range(n):
        issued(ca, body)
    got = block(ca, spki_sha256=spki(key), revoke=True, reason="cessation_of_operation").json
    while got["more"]:
        got = {**block(ca, spki_sha256=spki(key), revoke=True, reason="cessation_of_operation").json,
               "revoked": got["revoked"]}
    rows = sql_one(ca, "SELECT count(*) FILTER (WHERE state = 'revoked' AND reason = 5) FROM ca.certificate"
                       " WHERE spki_hash = '\\x%s'" % spki(key))
    assert rows == str(n) and got["revoked"] == n
    lines = sql_one(ca, "SELECT count(*) FROM ca.audit WHERE action = 'certificate.revoke' AND detail LIKE 'reason 5, its key%'")
    assert lines == str(n)


def test_the_list_has_pages_and_says_who_and_why(ca):
    hashes = sorted(hashlib.sha256(os.urandom(8)).hexdigest() for _ in range(7))
    for h in hashes:
        assert block(ca, spki_sha256=h, comment="page").status == 200
    seen, path = [], "/blocked-keys?limit=3"
    while path:
        page = ca.rest("AUDITOR", "GET", path).json
        assert len(page["items"]) <= 3
        seen += page["items"]
        path = page["next"] and "/blocked-keys?limit=3&cursor=" + page["next"]
    mine = [k for k in seen if k["comment"] == "page"]
    assert [k["spki_sha256"] for k in mine] == hashes
    assert {k["blocked_by"] for k in mine} == {"officer1"} and {k["reason"] for k in mine} == {"key_compromise"}
    assert mine[0]["allowed_actions"] == [{"action": "unblock", "allowed": False, "reason": "your roles do not allow it"}]
    one = ca.rest("ADMIN", "GET", "/blocked-keys/" + hashes[0]).json
    assert one["certificates"] == 0 and one["allowed_actions"][0]["allowed"] is True
    for h in hashes:
        assert ca.rest("ADMIN", "DELETE", "/blocked-keys/" + h).status == 200


def test_a_key_stays_blocked_after_a_restart(own_ca):
    body, key = csr(host())
    assert block(own_ca, spki_sha256=spki(key)).status == 200
    own_ca.stop()
    own_ca.start()
    wait_for(lambda: own_ca.http("GET", "/readyz").status == 200, 10, every=0.2)
    assert rules(own_ca.issue(body)) == ["key.blocked"]
    # Another node blocked one: found within seconds, without a restart.
    other, other_key = csr(host())
    sql(own_ca, "INSERT INTO ca.blocked_key (spki_hash, reason, comment, blocked_at, blocked_by, sequence)"
                " SELECT '\\x%s', 1, '', 1, id, nextval('ca.blocked_key_change') FROM ca.operator LIMIT 1 RETURNING 1"
        % spki(other_key))
    wait_for(lambda: own_ca.issue(other).status == 422, 10, every=0.5)


def test_cactl_blocks_lists_and_lets_go(ca, tmp_path):
    body, key = csr(host())
    made = issued(ca, body)
    leaked = tmp_path / "leaked.pem"
    leaked.write_bytes(key + public_pem(key).encode())
    environment = {**os.environ, "CACTL_URL": ca.env["CA_HTTPS_URL"], "CACTL_CACERT": ca.env["CA_ROOT_PEM"],
                   "XDG_CONFIG_HOME": str(tmp_path)}

    def cactl(who, *arguments, exit=0):
        done = subprocess.run([os.path.join(BUILD, "cactl", "cactl"), *arguments], capture_output=True, timeout=60,
                              env={**environment, "CACTL_CERT": ca.env["CA_%s_PEM" % who]})
        assert done.returncode == exit, (arguments, done)
        return done.stdout.decode()

    got = json.loads(cactl("OFFICER1", "key", "block", "--from", str(leaked), "--revoke", "-y", "--comment", "why", "-o", "json"))
    assert got["spki_sha256"] == spki(key) and got["revoked"] == 1
    assert spki(key) in cactl("AUDITOR", "key", "blocked", "--all")
    assert json.loads(cactl("AUDITOR", "key", "show", spki(key), "-o", "json"))["comment"] == "why"
    cactl("OFFICER1", "key", "block", exit=2)
    cactl("OFFICER1", "key", "block", made["serial"], "--spki", "0" * 64, exit=2)
    assert json.loads(cactl("OFFICER1", "key", "block", made["serial"], "-o", "json"))["existed"] is True
    cactl("OFFICER1", "key", "unblock", spki(key), "-y", exit=4)
    cactl("ADMIN", "key", "unblock", spki(key), "-y")
    cactl("ADMIN", "key", "unblock", spki(key), "-y", exit=3)
