# SPDX-License-Identifier: Apache-2.0
"""The next authority of an authority: named, published, in its place from a moment on; and what is refused."""

import json
import os
import subprocess
import time
import urllib.parse
import uuid

import pytest
from cryptography import x509

from harness import BUILD, Dev, csr, wait_for
from support import crl_entry, crl_now, openssl, pem_blocks, problem, revoke, sql, sql_one


@pytest.fixture(scope="module")
def ca():
    dev = Dev()
    try:
        yield dev.start()
    finally:
        dev.remove()


def authority(ca, cn=None):
    """A new issuing authority below the root."""
    name = "a" + uuid.uuid4().hex[:8]
    made = ca.rest("ADMIN", "POST", "/authorities", {"name": name, "parent": ca.env["CA_ROOT_NAME"], "key": "ec:P-256",
                                                     "subject": {"common_name": cn or "CA " + name}})
    assert made.status == 201, made.body
    return name


def next_path(name, more=""):
    return "/authorities/%s/next%s" % (name, more)


def consent(ca, got, who="OFFICER1"):
    assert got.status == 202, (got.status, got.body)
    path = "/approvals/" + got.json["approval_id"]
    waiting = ca.rest(who, "GET", path).json
    done = ca.rest(who, "POST", path + "/decisions", {"decision": "approve", "digest": waiting["digest"]})
    assert done.status == 200, done.body
    return done.json


def act(ca, name, more="", body=None, method="PUT"):
    """A step that others agreed to; the timeline after it."""
    approval = consent(ca, ca.rest("ADMIN", method, next_path(name, more), body))
    assert approval["status"] == "done", approval
    assert approval["action"] == "authority.next"
    return timeline(ca, name)


def timeline(ca, name):
    got = ca.rest("AUDITOR", "GET", next_path(name))
    assert got.status == 200, got.body
    return got.json


def issuer(ca, name):
    """The common name of who issues when this authority is asked for."""
    got = ca.https("REQUESTER", "POST", "/api/v1/requests?profile=https-ecc" + ("&authority=" + name if name else ""), csr()[0],
                   {"Content-Type": "application/pkcs10"})
    assert got.status == 201, got.body
    return pem_blocks(got.json["certificate"].encode())[0].issuer.rfc4514_string(), got.json


def state(ca, name):
    return ca.rest("AUDITOR", "GET", "/authorities/" + name).json["state"]


def when(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def test_prepared_published_switched_and_retired(ca, tmp_path):
    old, new = authority(ca), authority(ca)
    before = issuer(ca, old)[1]
    problem(ca.rest("AUDITOR", "GET", next_path(old)), 404)
    seen = act(ca, old, body={"next": new})
    assert (seen["authority"], seen["next"], seen["status"], seen["get_next_ca_cert"]) == (old, new, "prepared", False)
    assert seen["prepared_by"] == "admin" and seen["published_at"] is None
    seen = act(ca, old, "/publication")
    assert seen["status"] == "published" and seen["get_next_ca_cert"] and seen["last_certificate_ends"]
    assert issuer(ca, old)[0] == "CN=CA " + old  # published is not switched

    # Signed by the one that ends, as who checks it with openssl sees it; inside are the certificates that follow.
    bundle = bytes.fromhex(sql_one(ca, "SELECT encode(r.bundle, 'hex') FROM ca.rollover r JOIN ca.authority a "
                                       "ON a.id = r.authority_id WHERE a.name = '%s'" % old))
    chain = ca.https("ADMIN", "GET", "/api/v1/authorities/%s/chain" % old).body
    signer = tmp_path / "signer.pem"
    signer.write_bytes(chain)
    inner = openssl("cms", "-verify", "-inform", "DER", "-binary", "-certfile", str(signer), "-CAfile", ca.env["CA_ROOT_PEM"],
                    "-purpose", "any", input=bundle)
    names = {c.subject.rfc4514_string() for c in pem_blocks(openssl("pkcs7", "-inform", "DER", "-print_certs", input=inner))}
    assert "CN=CA " + new in names and len(names) == 2  # and the root

    at = when(3)
    seen = act(ca, old, "/switch", {"at": at})
    assert seen["switch_at"] == at and seen["status"] in ("scheduled", "switched")
    wait_for(lambda: issuer(ca, old)[0] == "CN=CA " + new, 20, every=0.5)
    assert timeline(ca, old)["status"] == "switched"
    wait_for(lambda: state(ca, old) == "retired", 20, every=0.2)
    name, got = issuer(ca, old)
    assert name == "CN=CA " + new and got["authority"] == new
    assert sql(ca, "SELECT actor, outcome FROM ca.audit WHERE action = 'authority.retire' AND object = '%s'" % old) == [["system", "ok"]]

    # The one that ended signs CRLs for what it has issued.
    assert revoke(ca, before["certificate_id"]).status == 200
    crl = crl_now(ca, old)
    assert crl.issuer.rfc4514_string() == "CN=CA " + old and crl_entry(crl, before["serial"]) is not None

    problem(ca.rest("ADMIN", "PUT", next_path(old, "/switch")), 409)
    problem(ca.rest("ADMIN", "DELETE", next_path(old)), 409)
    problem(ca.rest("ADMIN", "PUT", next_path(old), {"next": ca.env["CA_ISSUING_NAME"]}), 409, "authority-retired")


def test_the_default_authority_keeps_its_place_and_a_restart_its_successor(ca):
    old, new = ca.env["CA_ISSUING_NAME"], authority(ca)
    authority(ca)  # another one, older than nobody
    act(ca, old, body={"next": new})
    act(ca, old, "/publication")
    assert issuer(ca, "")[1]["authority"] == old
    path = urllib.parse.urlsplit(ca.env["CA_SCEP_URL"]).path + "?operation=GetNextCACert"
    told = wait_for(lambda: [got for got in [ca.http("GET", path)] if got.status == 200], 20, every=0.5)[0]
    assert told.headers["Content-Type"] == "application/x-x509-next-ca-cert"
    assert told.body.hex() == sql_one(ca, "SELECT encode(r.bundle, 'hex') FROM ca.rollover r JOIN ca.authority a "
                                          "ON a.id = r.authority_id WHERE a.name = '%s'" % old)
    act(ca, old, "/switch")
    assert issuer(ca, "")[1]["authority"] == new
    wait_for(lambda: state(ca, old) == "retired", 20, every=0.2)
    assert issuer(ca, "")[1]["authority"] == new
    ca.stop()
    ca.start()
    assert issuer(ca, "")[1]["authority"] == new
    assert issuer(ca, old)[1]["authority"] == new
    # Its successor has one too: both steps are taken.
    third = authority(ca)
    act(ca, new, body={"next": third})
    act(ca, new, "/publication")
    act(ca, new, "/switch")
    assert issuer(ca, old)[1]["authority"] == third


def test_the_next_one_is_made_and_named_with_one_consent(ca):
    old, new = authority(ca), "a" + uuid.uuid4().hex[:8]
    body = {"name": new, "parent": ca.env["CA_ROOT_NAME"], "key": "ec:P-256", "subject": {"common_name": "CA " + new},
            "follows": old}
    # Refused before anything is made: nobody there, himself, an adopted one.
    problem(ca.rest("ADMIN", "POST", "/authorities", {**body, "follows": "nobody"}), 404)
    problem(ca.rest("ADMIN", "POST", "/authorities", {**body, "follows": new}), 404)
    problem(ca.rest("ADMIN", "POST", "/authorities", {"name": new, "follows": old, "adopt": {
        "key_label": "x", "certificate": ca.https("ADMIN", "GET", "/api/v1/authorities/%s/chain" % old).body.decode()}}), 400)
    problem(ca.rest("ADMIN", "GET", "/authorities/" + new), 404)
    got = ca.rest("ADMIN", "POST", "/authorities", body)
    assert got.status in (201, 202), got.body
    if got.status == 202:
        assert old in got.json["object"] and consent(ca, got)["status"] == "done"
    seen = timeline(ca, old)
    assert (seen["next"], seen["status"], seen["prepared_by"]) == (new, "prepared", "admin")
    assert state(ca, new) != "retired" and issuer(ca, old)[0] == "CN=CA " + old
    assert sql(ca, "SELECT action, outcome FROM ca.audit WHERE action = 'authority.next' AND object = '%s'" % old) == [
        ["authority.next", "ok"]]
    act(ca, old, "/publication")
    other = {**body, "name": "a" + uuid.uuid4().hex[:8]}
    problem(ca.rest("ADMIN", "POST", "/authorities", other), 409)  # one is published already
    problem(ca.rest("ADMIN", "GET", "/authorities/" + other["name"]), 404)
    act(ca, old, "/switch")
    wait_for(lambda: issuer(ca, old)[0] == "CN=CA " + new, 20, every=0.2)


def test_what_is_called_off_does_not_happen(ca):
    old, new, other = authority(ca), authority(ca), authority(ca)
    act(ca, old, body={"next": new})
    act(ca, old, "/publication")
    assert act(ca, old, "/switch", {"at": when(3600)})["status"] == "scheduled"
    assert act(ca, old, method="DELETE")["status"] == "cancelled"
    assert issuer(ca, old)[1]["authority"] == old
    problem(ca.rest("ADMIN", "PUT", next_path(old, "/switch")), 404)
    assert act(ca, old, body={"next": other})["next"] == other  # and may begin again


REFUSED = [
    ("", {"next": "no-such"}, 404, "unknown-authority"),
    ("", {"next": "OLD"}, 409, None),
    ("", {}, 400, "malformed"),
    ("", {"next": "NEW", "at": "x"}, 400, "unknown-field"),
    ("/publication", None, 404, None),
    ("/publication", {"next": "NEW"}, 400, None),
    ("/switch", None, 404, None),
    ("/switch", {"at": "yesterday"}, 400, None),
]


@pytest.mark.parametrize("more,body,status,code", REFUSED, ids=["%s %s" % r[:2] for r in REFUSED])
def test_what_cannot_be_is_refused_before_anybody_consents(ca, more, body, status, code):
    names = getattr(ca, "pair", None) or (authority(ca), authority(ca))
    ca.pair = names
    if body is not None:
        body = json.loads(json.dumps(body).replace("OLD", names[0]).replace("NEW", names[1]))
    before = sql_one(ca, "SELECT count(*) FROM ca.approval")
    problem(ca.rest("ADMIN", "PUT", next_path(names[0], more), body), status, code)
    assert sql_one(ca, "SELECT count(*) FROM ca.approval") == before


def test_no_circle_no_switch_without_publication_no_past(ca):
    first, second = authority(ca), authority(ca)
    act(ca, first, body={"next": second})
    problem(ca.rest("ADMIN", "PUT", next_path(second), {"next": first}), 409)
    problem(ca.rest("ADMIN", "PUT", next_path(first, "/switch")), 409)
    act(ca, first, "/publication")
    problem(ca.rest("ADMIN", "PUT", next_path(first, "/switch"), {"at": when(-60)}), 400)
    problem(ca.rest("ADMIN", "PUT", next_path(first, "/switch"), {"at": "2099-01-01T00:00:00Z"}), 400)  # it has ended by then
    for who in ("REQUESTER", "OFFICER1", "AUDITOR"):
        problem(ca.rest(who, "PUT", next_path(first, "/switch")), 403, "forbidden")


def test_who_writes_past_the_signer_switches_nothing(ca):
    old, new = authority(ca), authority(ca)
    sql(ca, "INSERT INTO ca.rollover SELECT a.id, n.id, 1, o.id, 1, NULL, 1, NULL, sha256('x') FROM ca.authority a, ca.authority n, "
            "(SELECT id FROM ca.operator LIMIT 1) o WHERE a.name = '%s' AND n.name = '%s'" % (old, new))
    time.sleep(4)  # the signer reads the list every three seconds
    assert issuer(ca, old)[1]["authority"] == old and state(ca, old) == "online"
    problem(ca.rest("ADMIN", "DELETE", next_path(old)), 403, "row-altered")


def cactl(ca, who, *arguments):
    env = {"PATH": os.environ["PATH"], "HOME": ca.state, "CACTL_URL": ca.env["CA_HTTPS_URL"],
           "CACTL_CACERT": ca.env["CA_ROOT_PEM"], "CACTL_CERT": ca.env["CA_%s_PEM" % who]}
    done = subprocess.run([os.path.join(BUILD, "cactl", "cactl"), *arguments], capture_output=True, text=True, timeout=60, env=env)
    return done.returncode, done.stdout, done.stderr


def test_cactl_goes_the_whole_way_and_retires(ca):
    old, new, lone = authority(ca), authority(ca), authority(ca)

    def waits(*arguments):
        code, out, said = cactl(ca, "ADMIN", *arguments, "-o", "json")
        assert code == 7, (code, out, said)
        approval = json.loads(out)["approval_id"]
        digest = ca.rest("OFFICER1", "GET", "/approvals/" + approval).json["digest"]
        assert cactl(ca, "OFFICER1", "approval", "approve", approval, "--digest", digest)[0] == 0

    waits("ca", "next", "prepare", old, new)
    waits("ca", "next", "publish", old)
    waits("ca", "next", "switch", old, "--yes")
    code, out, said = cactl(ca, "AUDITOR", "ca", "next", "show", old, "-o", "json")
    assert code == 0 and json.loads(out)["status"] == "switched", said
    waits("ca", "retire", lone, "--yes")
    assert state(ca, lone) == "retired"
    problem(ca.https("REQUESTER", "POST", "/api/v1/requests?profile=https-ecc&authority=" + lone, csr()[0],
                     {"Content-Type": "application/pkcs10"}), 409, "authority-retired")
    assert cactl(ca, "ADMIN", "ca", "retire", lone, "--yes")[0] == 6
    assert cactl(ca, "ADMIN", "ca", "next", "cancel", lone)[0] == 3
