# SPDX-License-Identifier: Apache-2.0
"""Who may call: operators, their certificates and API tokens, groups; and what happens to rows that
somebody wrote past the signer."""

import base64
import datetime
import http.client
import itertools
import json
import os
import re
import ssl
import subprocess
import time
import urllib.parse
import uuid

import pytest

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from harness import Dev, csr, wait_for
from support import audit, issued, problem, request_id, revoke, sql, sql_one


ADDRESSES = itertools.count(1)


def another_address():
    n = next(ADDRESSES)
    return "127.77.%d.%d" % (n // 250, n % 250 + 1)


class Elsewhere:
    """The shared development CA, called from an address of its own each time: what is refused here
    must not lock out the tests that come after."""

    rest = Dev.rest
    issue = Dev.issue
    _ask = staticmethod(Dev._ask)

    def __init__(self, dev):
        self.dev = dev

    def __getattr__(self, name):
        return getattr(self.dev, name)

    def https(self, who, method, path, body=None, headers=None):
        env = self.env
        context = ssl.create_default_context(cafile=env["CA_ROOT_PEM"])
        if who is not None:
            context.load_cert_chain(who if os.sep in who else env["CA_%s_PEM" % who])
        at = urllib.parse.urlsplit(env["CA_HTTPS_URL"])
        connection = http.client.HTTPSConnection(at.hostname, at.port, timeout=20, context=context,
                                                 source_address=(another_address(), 0))
        return self._ask(connection, method, path, body, headers)


@pytest.fixture(name="ca")
def ca_from_elsewhere(ca):
    return Elsewhere(ca)


def unique(what):
    return "%s-%s" % (what, uuid.uuid4().hex[:10])


def pem_file(folder, certificate, key):
    """One file with certificate and key, as clients want it."""
    path = os.path.join(str(folder), uuid.uuid4().hex + ".pem")
    with open(path, "wb") as f:
        os.fchmod(f.fileno(), 0o600)
        f.write(certificate if isinstance(certificate, bytes) else certificate.encode())
        f.write(b"\n" + key)
    return path


def pem_bytes(path):
    with open(path, "rb") as f:
        return f.read()


def agreed(ca, answer):
    """The answer of a guarded act; where it waits for others, an officer agrees, and it is done."""
    if answer.status != 202:
        assert answer.status in (200, 201), (answer.status, answer.body)
        return answer
    path = "/approvals/" + answer.json["approval_id"]
    assert answer.headers["Location"].endswith("/api/v1" + path)
    seen = ca.rest("OFFICER1", "GET", path).json
    voted = ca.rest("OFFICER1", "POST", path + "/decisions",
                    {"decision": "approve", "comment": "seen", "digest": seen["digest"]})
    assert voted.status == 200, voted.body
    done = wait_for(lambda: [a for a in [ca.rest("ADMIN", "GET", path).json] if a["status"] in ("done", "failed")], 10, every=0.05)[0]
    assert done["status"] == "done", done
    return None


def user_named(ca, name):
    return [u for u in ca.rest("ADMIN", "GET", "/users").json["items"] if u["name"] == name][0]


def newest_certificate(ca, name):
    """PEM of the newest certificate of profile operator with this common name."""
    certificate = sql_one(ca, "SELECT id FROM ca.certificate WHERE common_name = '%s' AND profile = 'operator'"
                              " ORDER BY issued_at DESC, id DESC LIMIT 1" % name)
    return ca.https("ADMIN", "GET", "/api/v1/certificates/%s/content.pem" % certificate).body.decode()


def user_create(ca, body):
    """POST /users to its end: the user, and the PEM of his certificate, where he got one."""
    agreed(ca, ca.rest("ADMIN", "POST", "/users", body))
    user = user_named(ca, body["name"])
    return user, newest_certificate(ca, body["name"]) if "csr" in body else None


def enrol(ca, tmp_path, roles=("requester",), names=(), **more):
    """A new operator with a certificate of this CA: (user object, PEM file)."""
    request, key = csr(unique("op") + ".example")
    body = {"name": unique("op"), "roles": list(roles), "names": list(names), "csr": request.decode(), **more}
    user, certificate = user_create(ca, body)
    return user, pem_file(tmp_path, certificate, key)


def credentials(ca, user):
    return ca.rest("ADMIN", "GET", "/users/%s/credentials" % user["id"]).json["items"]


def token_of(ca, who, **body):
    got = ca.rest(who, "POST", "/api-tokens", {"name": unique("token"), **body})
    assert got.status == 201, got.body
    return got.json


def by_token(ca, token, method, path, value=None, headers=None, source=None, scheme="Bearer"):
    """A call with an API token and no client certificate, from an address of the loopback: one of
    its own, so that what other tests are refused locks nobody out."""
    source = source or another_address()
    env = ca.env
    at = urllib.parse.urlsplit(env["CA_HTTPS_URL"])
    context = ssl.create_default_context(cafile=env["CA_ROOT_PEM"])
    connection = http.client.HTTPSConnection(at.hostname, at.port, timeout=20, context=context,
                                             source_address=(source, 0))
    headers = {"Authorization": "%s %s" % (scheme, token), **(headers or {})}
    body = None
    if value is not None:
        body = value if isinstance(value, bytes) else json.dumps(value)
        headers.setdefault("Content-Type", "application/json")
    return ca._ask(connection, method, "/api/v1" + path, body, headers)


def etag(ca, who, path):
    got = ca.rest(who, "GET", path)
    assert got.status == 200, got.body
    return got.headers["ETag"]


def change_ask(ca, user, value, who="ADMIN", **headers):
    path = "/users/" + user
    return ca.rest(who, "PATCH", path, value, {"If-Match": etag(ca, who, path), **headers})


def change(ca, user, value, **headers):
    """To its end, and until front and signer have forgotten what they knew: the user as he is then."""
    agreed(ca, change_ask(ca, user, value, **headers))
    time.sleep(1.1)
    return ca.rest("ADMIN", "GET", "/users/" + user).json


def user_id(ca, who):
    return ca.rest(who, "GET", "/whoami").json["id"]


def after(seconds):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


# -- operators and their certificates --------------------------------------------------------------

def test_an_operator_is_enrolled_with_a_certificate_of_this_ca(ca, tmp_path):
    user, pem = enrol(ca, tmp_path, roles=["requester", "officer"], names=["example.org", "10.0.0.0/8", "a@b.example"])
    assert user["roles"] == ["requester", "officer"]
    assert user["names"] == ["example.org", "10.0.0.0/8", "a@b.example"]
    me = ca.rest(pem, "GET", "/whoami")
    assert (me.status, me.json["name"], me.json["roles"]) == (200, user["name"], ["requester", "officer"])
    again = ca.rest("ADMIN", "GET", "/users/" + user["id"]).json
    assert "certificate" not in again and again["enabled"] is True
    listed = ca.rest("REQUESTER", "GET", "/users").json["items"]
    assert user["name"] in [u["name"] for u in listed]
    keys = ca.rest(pem, "GET", "/users/%s/credentials" % user["id"]).json["items"]
    assert [k["status"] for k in keys] == ["active"]


def test_an_operator_is_enrolled_with_a_certificate_that_he_has(ca, tmp_path):
    request, key = csr("own.example.org")
    issued = ca.issue(request, "https-ecc").json
    user, _ = user_create(ca, {"name": unique("own"), "roles": ["requester"], "certificate": issued["certificate"]})
    assert ca.rest(pem_file(tmp_path, issued["certificate"], key), "GET", "/whoami").json["name"] == user["name"]


@pytest.mark.parametrize("body, status, code, says", [
    ({"roles": ["auditor", "officer"]}, 422, "role-excluded", "auditor alone"),
    ({"roles": ["auditor", "admin"]}, 422, "role-excluded", "auditor alone"),
    ({"roles": ["auditor", "requester"]}, 422, "role-excluded", "auditor alone"),
    ({"roles": ["king"]}, 400, "malformed", "/roles/0"),
    ({"roles": []}, 400, "malformed", "/roles"),
    ({"roles": ["officer"], "csr": None}, 400, "malformed", "/certificate"),
    ({"roles": ["officer"], "csr": None, "certificate": "no PEM"}, 400, None, "/certificate"),
    ({"roles": ["requester"], "names": ["not a name"]}, 400, "malformed", "/names/0"),
    ({"roles": ["requester"], "names": ["10.0.0.1/8"]}, 400, "malformed", "/names/0"),
    ({"roles": ["requester"], "names": ["a.example", "A.example"]}, 400, "malformed", "/names/1"),
    ({"roles": ["requester"], "names": ["x" * 300]}, 400, "malformed", "/names/0"),
    ({"roles": ["requester"], "name": " x"}, 400, "malformed", "/name"),
    ({"roles": ["requester"], "name": "a\u202eb"}, 403, "forbidden", "U+202E"),
    ({"roles": ["requester"], "admin": True}, 400, "unknown-field", "/admin"),
])
def test_what_is_no_operator_is_refused(ca, body, status, code, says):
    request, _ = csr("refused.example")
    body = {"name": unique("refused"), "csr": request.decode(), **body}
    body = {k: v for k, v in body.items() if v is not None}
    before = sql_one(ca, "SELECT count(*) FROM ca.operator")
    document = problem(ca.rest("ADMIN", "POST", "/users", body), status, code)
    assert says in document["detail"]
    assert sql_one(ca, "SELECT count(*) FROM ca.operator") == before


def test_a_name_and_a_key_are_used_once(ca, tmp_path):
    request, _ = csr("twice.example")
    body = {"name": unique("twice"), "roles": ["requester"], "csr": request.decode()}
    user_create(ca, body)
    issued = sql_one(ca, "SELECT count(*) FROM ca.certificate")
    problem(ca.rest("ADMIN", "POST", "/users", body), 409, "name-taken")
    problem(ca.rest("ADMIN", "POST", "/users", {**body, "name": unique("thrice")}), 409, "credential-taken")
    assert sql_one(ca, "SELECT count(*) FROM ca.certificate") == issued  # nor was anything signed


@pytest.mark.parametrize("who", ["REQUESTER", "OFFICER1", "AUDITOR"])
def test_only_an_admin_changes_operators(ca, who):
    target = user_id(ca, "REQUESTER")
    problem(ca.rest(who, "POST", "/users", {"name": "x", "roles": ["admin"]}), 403, "forbidden")
    problem(ca.rest(who, "PATCH", "/users/" + target, {"roles": ["admin"]}, {"If-Match": "*"}), 403, "forbidden")
    problem(ca.rest(who, "PUT", "/groups/x", {"members": []}), 403, "forbidden")


def test_nobody_gives_himself_roles(ca):
    mine = user_id(ca, "ADMIN")
    problem(change_ask(ca, mine, {"roles": ["admin", "officer"]}), 403, "forbidden")
    assert ca.rest("ADMIN", "GET", "/whoami").json["roles"] == ["admin"]


def test_the_last_administrator_stays(ca):
    mine = user_id(ca, "ADMIN")
    others = sql_one(ca, "SELECT count(*) FROM ca.operator WHERE roles & 4 <> 0 AND enabled AND name <> 'admin'")
    assert others == "0"
    problem(change_ask(ca, mine, {"enabled": False}), 409, "last-admin")
    key = ca.rest("ADMIN", "GET", "/users/%s/credentials" % mine).json["items"][0]["id"]
    problem(ca.rest("ADMIN", "DELETE", "/users/%s/credentials/%s" % (mine, key)), 409, "last-admin")
    assert ca.rest("ADMIN", "GET", "/whoami").status == 200


def test_a_change_needs_the_etag_of_what_it_changes(ca, tmp_path):
    user, pem = enrol(ca, tmp_path)
    path = "/users/" + user["id"]
    problem(ca.rest("ADMIN", "PATCH", path, {"enabled": False}), 428, "precondition-required")
    old = etag(ca, "ADMIN", path)
    agreed(ca, ca.rest("ADMIN", "PATCH", path, {"names": ["new.example"]}, {"If-Match": old}))
    now = ca.rest("ADMIN", "GET", path).json
    assert (now["names"], now["roles"]) == (["new.example"], ["requester"])
    problem(ca.rest("ADMIN", "PATCH", path, {"names": []}, {"If-Match": old}), 412, "stale")
    assert now["updated_at"] is not None
    assert ca.rest(pem, "GET", "/whoami").status == 200


def test_a_disabled_operator_may_do_nothing_until_he_is_enabled(ca, tmp_path):
    user, pem = enrol(ca, tmp_path, roles=["officer"])
    rid = request_id()
    assert change(ca, user["id"], {"enabled": False}, **{"X-Request-Id": rid})["enabled"] is False
    document = problem(ca.rest(pem, "GET", "/whoami"), 401, "client-certificate")
    assert "disabled" in document["detail"]
    lines = sql(ca, "SELECT outcome FROM ca.audit WHERE action = 'operator.change' AND object = '%s'" % user["name"])
    assert lines == [["ok"]]
    change(ca, user["id"], {"enabled": True})
    assert ca.rest(pem, "GET", "/whoami").status == 200


def test_new_roles_count_at_once(ca, tmp_path):
    user, pem = enrol(ca, tmp_path)
    problem(ca.rest(pem, "POST", "/authorities/%s/crl" % ca.env["CA_ISSUING_NAME"]), 403, "forbidden")
    assert change(ca, user["id"], {"roles": ["officer"]})["roles"] == ["officer"]
    assert ca.rest(pem, "POST", "/authorities/%s/crl" % ca.env["CA_ISSUING_NAME"]).status == 200
    problem(change_ask(ca, user["id"], {"roles": ["officer", "auditor"]}), 422, "role-excluded")


def certificate_id(ca, pem):
    with open(pem, "rb") as f:
        fingerprint = x509.load_pem_x509_certificate(f.read()).fingerprint(hashes.SHA256())
    return sql_one(ca, "SELECT id FROM ca.certificate WHERE fingerprint = '\\x%s'" % fingerprint.hex())


@pytest.mark.parametrize("reason", ["key_compromise", "certificate_hold"])
def test_a_revoked_certificate_is_out_within_a_second(ca, tmp_path, reason):
    _, pem = enrol(ca, tmp_path, roles=["officer"])
    assert ca.rest(pem, "GET", "/whoami").status == 200
    assert revoke(ca, certificate_id(ca, pem), reason).status == 200
    began = time.monotonic()
    wait_for(lambda: ca.rest(pem, "GET", "/whoami").status == 401, 3, every=0.05)
    assert time.monotonic() - began < 1.5
    document = problem(ca.rest(pem, "GET", "/whoami"), 401, "client-certificate")
    assert "revoked or on hold" in document["detail"]
    # The signer too: it does not take the front's word.
    assert ca.issue(csr()[0], who=pem).status == 401


def test_a_renewed_certificate_of_the_same_key_goes_on(ca, tmp_path):
    request, key = csr("renewed.example")
    user, certificate = user_create(ca, {"name": unique("renewed"), "roles": ["requester"], "csr": request.decode()})
    first = pem_file(tmp_path, certificate, key)
    before = credentials(ca, user)
    # The same key again, in another certificate.
    agreed(ca, ca.rest("ADMIN", "POST", "/users/%s/credentials" % user["id"], {"csr": request.decode()}))
    assert credentials(ca, user) == before
    second = pem_file(tmp_path, newest_certificate(ca, user["name"]), key)
    assert pem_bytes(first) != pem_bytes(second)
    assert ca.rest(second, "GET", "/whoami").json["id"] == user["id"]
    assert revoke(ca, certificate_id(ca, first)).status == 200
    time.sleep(1.1)
    problem(ca.rest(first, "GET", "/whoami"), 401, "client-certificate")
    assert ca.rest(second, "GET", "/whoami").json["id"] == user["id"]
    assert ca.issue(csr()[0], who=second).status == 201  # in the signer's eyes as well
    assert revoke(ca, certificate_id(ca, second)).status == 200
    time.sleep(1.1)
    problem(ca.rest(second, "GET", "/whoami"), 401, "client-certificate")


def test_another_key_is_enrolled_and_revoked(ca, tmp_path):
    user, pem = enrol(ca, tmp_path)
    request, key = csr("second.example")
    path = "/users/%s/credentials" % user["id"]
    agreed(ca, ca.rest("ADMIN", "POST", path, {"name": "phone", "csr": request.decode()}))
    added = credentials(ca, user)[-1]
    assert (added["name"], added["status"]) == ("phone", "active")
    other = pem_file(tmp_path, newest_certificate(ca, user["name"]), key)
    assert ca.rest(other, "GET", "/whoami").json["id"] == user["id"]
    problem(ca.rest("OFFICER1", "GET", path), 404, "not-found")
    assert len(ca.rest("AUDITOR", "GET", path).json["items"]) == 2
    problem(ca.rest("OFFICER1", "DELETE", path + "/" + added["id"]), 404, "not-found")
    gone = ca.rest(other, "DELETE", path + "/" + added["id"])  # his own
    assert (gone.status, gone.json["status"]) == (200, "revoked")
    problem(ca.rest(other, "GET", "/whoami"), 401, "client-certificate")
    assert ca.rest(pem, "GET", "/whoami").status == 200
    problem(ca.rest("ADMIN", "DELETE", path + "/" + added["id"]), 409, "already-revoked")
    problem(ca.rest("ADMIN", "POST", path, {"csr": request.decode()}), 409, "credential-taken")


# -- API tokens ------------------------------------------------------------------------------------

def test_a_token_lives_from_its_making_to_its_revocation(ca):
    token = token_of(ca, "REQUESTER")
    assert re.fullmatch(r"ca_[0-9a-f]{32}_[A-Za-z0-9_-]{43}", token["token"])
    days = datetime.datetime.fromisoformat(token["expires_at"].replace("Z", "+00:00")) - datetime.datetime.now(datetime.timezone.utc)
    assert 89 <= days.days <= 90
    me = by_token(ca, token["token"], "GET", "/whoami")
    assert (me.status, me.json["name"]) == (200, "requester")
    assert by_token(ca, token["token"], "POST", "/requests?profile=https-ecc", csr()[0],
                    {"Content-Type": "application/pkcs10"}).status == 201
    problem(by_token(ca, token["token"], "POST", "/authorities/x/crl"), 403, "forbidden")
    listed = ca.rest("REQUESTER", "GET", "/api-tokens").json["items"]
    assert token["id"] in [t["id"] for t in listed]
    assert "token" not in json.dumps([{k: v for k, v in t.items() if k == "token"} for t in listed])
    problem(ca.rest("OFFICER1", "DELETE", "/api-tokens/" + token["id"]), 404, "not-found")
    gone = ca.rest("REQUESTER", "DELETE", "/api-tokens/" + token["id"])
    assert (gone.status, gone.json["status"]) == (200, "revoked")
    document = problem(by_token(ca, token["token"], "GET", "/whoami"), 401, "token-refused")
    assert "revoked" in document["detail"]


def test_a_token_ends_when_it_expires(ca):
    token = token_of(ca, "REQUESTER", expires_at=after(2))
    assert by_token(ca, token["token"], "GET", "/whoami").status == 200
    wait_for(lambda: by_token(ca, token["token"], "GET", "/whoami").status == 401, 6, every=0.2)
    document = problem(by_token(ca, token["token"], "GET", "/whoami"), 401, "token-refused")
    assert "expired" in document["detail"]
    assert ca.rest("REQUESTER", "GET", "/api-tokens").json["items"][-1]["status"] in ("expired", "active", "revoked")


@pytest.mark.parametrize("expires_at, says", [("2020-01-01T00:00:00Z", "past"), (None, "365")])
def test_a_token_that_is_good_too_long_is_not_made(ca, expires_at, says):
    got = ca.rest("REQUESTER", "POST", "/api-tokens", {"name": "long", "expires_at": expires_at or after(366 * 86400)})
    assert says in problem(got, 400, "malformed")["detail"]


def test_a_wrong_secret_is_refused_like_an_unknown_token(ca):
    token = token_of(ca, "REQUESTER")["token"]
    flipped = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    unknown = "ca_" + uuid.uuid4().hex + token[35:]
    texts = set()
    for bad in (flipped, unknown):
        texts.add(problem(by_token(ca, bad, "GET", "/whoami"), 401, "token-refused")["detail"])
    assert len(texts) == 1
    for bad in ("", "x", token + "A", token[:-1], "ca_" + "g" * 32 + token[35:], token.replace("ca_", "cb_")):
        document = problem(by_token(ca, bad, "GET", "/whoami"), 401, "token-refused")
        assert token[36:] not in json.dumps(document)
    problem(by_token(ca, token, "GET", "/whoami", scheme="Basic"), 401, "token-refused")
    assert by_token(ca, token, "GET", "/whoami", scheme="bearer").status == 200


def test_a_token_makes_no_tokens_and_no_operators(ca, tmp_path):
    user, pem = enrol(ca, tmp_path, roles=["admin"])
    try:
        token = token_of(ca, pem)["token"]
        assert by_token(ca, token, "GET", "/whoami").json["roles"] == ["admin"]
        problem(by_token(ca, token, "POST", "/api-tokens", {"name": "more"}), 403, "forbidden")
        request = csr("x.example")[0].decode()
        problem(by_token(ca, token, "POST", "/users", {"name": unique("x"), "roles": ["requester"], "csr": request}),
                403, "forbidden")
        problem(by_token(ca, token, "PATCH", "/users/" + user["id"], {"names": ["x.example"]}, {"If-Match": "*"}),
                403, "forbidden")
        problem(by_token(ca, token, "PUT", "/groups/" + unique("g"), {"members": []}), 403, "forbidden")
        shown = by_token(ca, token, "GET", "/users/" + user["id"]).json["allowed_actions"]
        assert all(not a["allowed"] and "certificate" in a["reason"] for a in shown), shown
    finally:
        change(ca, user["id"], {"enabled": False})


def test_a_token_has_not_more_than_its_operator_and_ends_with_him(ca, tmp_path):
    user, pem = enrol(ca, tmp_path, roles=["requester"], names=["mine.example"])
    problem(ca.rest(pem, "POST", "/api-tokens", {"name": "x", "names": ["other.example"]}), 403, "forbidden")
    problem(ca.rest(pem, "POST", "/api-tokens", {"name": "x", "names": ["xmine.example"]}), 403, "forbidden")
    token = token_of(ca, pem, names=["a.mine.example"])["token"]
    assert by_token(ca, token, "GET", "/whoami").json["roles"] == ["requester"]
    change(ca, user["id"], {"enabled": False})
    problem(by_token(ca, token, "GET", "/whoami"), 401, "token-refused")


def test_a_token_is_for_its_profiles(ca):
    token = token_of(ca, "REQUESTER", profiles=["https-rsa"])
    assert token["profiles"] == ["https-rsa"] and token["names"] is None
    got = by_token(ca, token["token"], "POST", "/requests?profile=https-ecc", csr()[0],
                   {"Content-Type": "application/pkcs10"})
    assert got.status == 422, got.body
    assert "access.scope" in [e["rule"] for e in got.json["errors"]]
    rsa = csr("rsa.example", "rsa", "rsa_keygen_bits:2048")[0]
    assert by_token(ca, token["token"], "POST", "/requests?profile=https-rsa", rsa,
                    {"Content-Type": "application/pkcs10"}).status == 201


def test_a_token_is_for_its_names(ca):
    token = token_of(ca, "REQUESTER", names=["in.example"])["token"]
    kind = {"Content-Type": "application/pkcs10"}
    for name, status in (("in.example", 201), ("a.in.example", 201), ("out.example", 422), ("xin.example", 422)):
        got = by_token(ca, token, "POST", "/requests?profile=https-ecc", csr(name)[0], kind)
        assert got.status == status, (name, got.body)


def test_a_token_revokes_within_its_limits_alone(ca):
    inside = issued(ca, csr("in.example")[0])["certificate_id"]
    outside = issued(ca, csr("out.example")[0])["certificate_id"]
    names = token_of(ca, "OFFICER1", names=["in.example"])["token"]
    profiles = token_of(ca, "OFFICER1", profiles=["https-rsa"])["token"]
    ask = {"reason": "superseded"}
    problem(by_token(ca, names, "PUT", "/certificates/%s/revocation" % outside, ask), 403, "forbidden")
    problem(by_token(ca, profiles, "PUT", "/certificates/%s/revocation" % inside, ask), 403, "forbidden")
    assert by_token(ca, names, "PUT", "/certificates/%s/revocation" % inside, ask).status == 200


def test_a_scoped_token_of_an_admin_administers_nothing(ca):
    token = token_of(ca, "ADMIN", profiles=["https-ecc"])["token"]
    assert by_token(ca, token, "GET", "/whoami").json["roles"] == ["requester"]
    problem(by_token(ca, token, "POST", "/authorities", {"name": "x"}), 403, "forbidden")
    assert by_token(ca, token, "POST", "/requests?profile=https-ecc", csr()[0],
                    {"Content-Type": "application/pkcs10"}).status == 201


def test_an_admin_makes_tokens_for_requesters_alone(ca, tmp_path):
    robot, _ = user_create(ca, {"name": unique("robot"), "roles": ["requester"]})  # for a token to come
    assert credentials(ca, robot) == []
    token = token_of(ca, "ADMIN", user_id=robot["id"])
    assert by_token(ca, token["token"], "GET", "/whoami").json["name"] == robot["name"]
    officer = user_id(ca, "OFFICER1")
    problem(ca.rest("ADMIN", "POST", "/api-tokens", {"name": "x", "user_id": officer}), 403, "forbidden")
    problem(ca.rest("OFFICER1", "POST", "/api-tokens", {"name": "x", "user_id": robot["id"]}), 403, "forbidden")


def test_i15_a_token_is_in_no_log_no_audit_and_no_other_answer(ca):
    token = token_of(ca, "REQUESTER")
    secret = token["token"][36:]
    by_token(ca, token["token"], "GET", "/whoami")
    by_token(ca, token["token"], "GET", "/nothing?x=%s" % "y")
    by_token(ca, token["token"] + "x", "GET", "/whoami")
    by_token(ca, token["token"], "POST", "/requests", {"profile": "none"})
    assert secret not in ca.logged()
    for path in ("/api-tokens", "/users", "/whoami", "/roles"):
        assert secret not in ca.rest("ADMIN", "GET", path).body.decode()
    everything = subprocess.run(["pg_dump", "--data-only", "-n", "ca", ca.env["CA_DB_CONNINFO"]],
                                stdout=subprocess.PIPE, check=True).stdout.decode()
    assert token["id"] in everything  # it was looked for in the right place
    assert secret not in everything
    raw = base64.urlsafe_b64decode(secret + "=").hex()
    assert raw not in everything


# -- how often -------------------------------------------------------------------------------------

def test_ten_refused_logins_lock_an_address_out(ca):
    good = token_of(ca, "REQUESTER")["token"]
    bad = "ca_" + uuid.uuid4().hex + good[35:]
    source = "127.0.4.1"
    assert by_token(ca, good, "GET", "/whoami", source=source).status == 200
    for _ in range(10):
        problem(by_token(ca, bad, "GET", "/whoami", source=source), 401, "token-refused")
    got = by_token(ca, bad, "GET", "/whoami", source=source)
    problem(got, 429, "rate-limited")
    assert 1 < int(got.headers["Retry-After"]) <= 61
    problem(by_token(ca, good, "GET", "/whoami", source=source), 429, "rate-limited")  # not even looked at
    assert by_token(ca, good, "GET", "/whoami", source="127.0.4.2").status == 200  # another address
    locked = wait_for(lambda: sql(ca, "SELECT action FROM ca.audit WHERE action = 'login.locked'"), 5)
    assert locked


def test_a_client_certificate_of_an_operator_goes_on_from_a_locked_address(ca):
    source = "127.0.4.3"
    good = token_of(ca, "REQUESTER")["token"]
    bad = "ca_" + uuid.uuid4().hex + good[35:]
    for _ in range(11):
        by_token(ca, bad, "GET", "/whoami", source=source)
    problem(by_token(ca, good, "GET", "/whoami", source=source), 429, "rate-limited")
    env = ca.env
    at = urllib.parse.urlsplit(env["CA_HTTPS_URL"])
    context = ssl.create_default_context(cafile=env["CA_ROOT_PEM"])
    context.load_cert_chain(env["CA_OFFICER1_PEM"])
    connection = http.client.HTTPSConnection(at.hostname, at.port, timeout=20, context=context, source_address=(source, 0))
    assert ca._ask(connection, "GET", "/api/v1/whoami", None, None).status == 200


def test_an_operator_has_a_measure_of_requests(state):
    state.start()
    state.stop()
    with open(os.path.join(state.state, "extra.yaml"), "w") as f:
        f.write("front:\n  operator_requests: 2\n  login_lockout: 2s\n")
    state.start()
    answers = [state.rest("OFFICER1", "GET", "/whoami") for _ in range(12)]
    assert {a.status for a in answers} == {200, 429}
    limited = [a for a in answers if a.status == 429]
    problem(limited[0], 429, "rate-limited")
    assert state.rest("OFFICER2", "GET", "/whoami").status == 200  # somebody else's measure
    wait_for(lambda: state.rest("OFFICER1", "GET", "/whoami").status == 200, 5, every=0.3)
    # And the lockout ends by itself.
    bad = "ca_" + uuid.uuid4().hex + "_" + "A" * 43
    for _ in range(11):
        by_token(state, bad, "GET", "/whoami", source="127.0.5.1")
    assert by_token(state, bad, "GET", "/whoami", source="127.0.5.1").status == 429
    wait_for(lambda: by_token(state, bad, "GET", "/whoami", source="127.0.5.1").status == 401, 8, every=0.5)


# -- groups and roles ------------------------------------------------------------------------------

def test_a_group_is_made_and_changed(ca):
    name = unique("pki")
    members = [user_id(ca, "OFFICER1"), user_id(ca, "OFFICER2")]
    path = "/groups/" + name
    problem(ca.rest("ADMIN", "GET", path), 404, "not-found")
    agreed(ca, ca.rest("ADMIN", "PUT", path, {"members": members}))
    assert ca.rest("ADMIN", "GET", path).json["members"] == members
    problem(ca.rest("ADMIN", "PUT", path, {"members": []}), 428, "precondition-required")
    old = etag(ca, "ADMIN", path)
    agreed(ca, ca.rest("ADMIN", "PUT", path, {"members": members[:1]}, {"If-Match": old}))
    assert ca.rest("ADMIN", "GET", path).json["members"] == members[:1]
    problem(ca.rest("ADMIN", "PUT", path, {"members": []}, {"If-Match": old}), 412, "stale")
    assert name in [g["name"] for g in ca.rest("AUDITOR", "GET", "/groups").json["items"]]
    for members in ([str(uuid.uuid4())], ["nobody"], members[:1] * 2):
        problem(ca.rest("ADMIN", "PUT", "/groups/" + unique("x"), {"members": members}), 400, "malformed")
    problem(ca.rest("ADMIN", "PUT", "/groups/Not%20A%20Name", {"members": []}), 400, "malformed")


def test_roles_say_what_they_may_and_exclude(ca):
    roles = {r["name"]: r for r in ca.rest("REQUESTER", "GET", "/roles").json["items"]}
    assert set(roles) == {"requester", "officer", "admin", "auditor"}
    assert roles["auditor"]["excludes"] == ["requester", "officer", "admin"]
    assert roles["officer"]["excludes"] == ["auditor"]
    may = {name: {(m["method"], m["path"]) for m in r["may"]} for name, r in roles.items()}
    assert ("POST", "/api/v1/users") in may["admin"] - may["officer"] - may["requester"] - may["auditor"]
    assert ("POST", "/api/v1/requests") in may["requester"] - may["auditor"]


# -- rows that were written past the signer --------------------------------------------------------

def test_the_database_keeps_the_auditor_alone(ca):
    for roles in (9, 10, 12, 15, 0, 16):
        got = subprocess.run(["psql", ca.env["CA_DB_CONNINFO"], "-XAtqc",
                              "UPDATE ca.operator SET roles = %d WHERE name = 'officer2'" % roles],
                             stderr=subprocess.PIPE, check=False)
        assert got.returncode != 0 and b"check constraint" in got.stderr


def test_roles_that_a_superuser_raised_do_not_count(ca, tmp_path):
    user, pem = enrol(ca, tmp_path)
    target = ca.issue(csr()[0]).json["certificate_id"]
    sql(ca, "UPDATE ca.operator SET roles = 7 WHERE id = '%s'" % user["id"])
    time.sleep(1.1)
    rid = request_id()
    # The front believes the database; the signer does not.
    got = ca.rest(pem, "PUT", "/certificates/%s/revocation" % target, {"reason": "superseded"}, {"X-Request-Id": rid})
    document = problem(got, 403, "row-altered")
    assert "table operator" in document["detail"] and user["name"] in document["detail"]
    assert audit(ca, rid)[0][:2] == ["certificate.revoke", "denied"] and "row-altered" in audit(ca, rid)[0][2]
    problem(ca.issue(csr()[0], who=pem), 403, "row-altered")
    problem(ca.rest("ADMIN", "PATCH", "/users/" + user["id"], {"roles": ["officer"]}, {"If-Match": "*"}), 403, "row-altered")
    sql(ca, "UPDATE ca.operator SET roles = 1 WHERE id = '%s'" % user["id"])
    time.sleep(1.1)
    assert ca.issue(csr()[0], who=pem).status == 201  # as the signer wrote it


@pytest.mark.parametrize("change_sql", [
    "names = '{bank.example}'", "enabled = true, created_at = created_at + 1", "seal = NULL", "name = name || 'x'",
    "seal = (SELECT seal FROM ca.operator WHERE name = 'officer1')"])
def test_no_column_of_an_operator_is_changed_unseen(ca, tmp_path, change_sql):
    user, pem = enrol(ca, tmp_path)
    sql(ca, "CREATE TABLE IF NOT EXISTS public.before AS SELECT * FROM ca.operator WHERE id = '%s'" % user["id"])
    try:
        sql(ca, "UPDATE ca.operator SET %s WHERE id = '%s'" % (change_sql, user["id"]))
        time.sleep(1.1)
        problem(ca.issue(csr()[0], who=pem), 403, "row-altered")
        # Nobody can tell who would have had to consent: no guarded act is done meanwhile.
        if "seal = NULL" not in change_sql:
            problem(ca.rest("ADMIN", "PUT", "/groups/" + unique("x"), {"members": []}), 403, "row-altered")
    finally:
        sql(ca, "UPDATE ca.operator AS o SET names = b.names, created_at = b.created_at, seal = b.seal, name = b.name"
                " FROM public.before AS b WHERE o.id = b.id")
        sql(ca, "DROP TABLE public.before")
    time.sleep(1.1)
    assert ca.issue(csr()[0], who=pem).status == 201  # it is as the signer wrote it


@pytest.mark.parametrize("change_sql", [
    "expires_at = 4000000000", "profiles = NULL", "names = NULL", "revoked_at = NULL, created_at = created_at - 1",
    "operator_id = (SELECT id FROM ca.operator WHERE name = 'officer1')"])
def test_no_column_of_a_token_is_changed_unseen(ca, change_sql):
    token = token_of(ca, "REQUESTER", profiles=["https-ecc"], names=["x.example"])
    sql(ca, "UPDATE ca.credential SET %s WHERE id = '%s'" % (change_sql, token["id"]))
    time.sleep(1.1)
    got = by_token(ca, token["token"], "POST", "/requests?profile=https-ecc", csr("x.example")[0],
                   {"Content-Type": "application/pkcs10"})
    problem(got, 403, "row-altered")


def test_a_credential_that_a_superuser_wrote_lets_nobody_in(ca, tmp_path):
    """His own key, entered for an officer with the seal of another row."""
    request, key = csr("intruder.example")
    issued = ca.issue(request).json
    pem = pem_file(tmp_path, issued["certificate"], key)
    sql(ca, "INSERT INTO ca.credential SELECT gen_random_uuid(), o.id, 'certificate', 'x', c.spki_hash, NULL, NULL, NULL,"
            " NULL, 1, NULL, o.seal FROM ca.operator AS o, ca.certificate AS c"
            " WHERE o.name = 'officer2' AND c.id = '%s'" % issued["certificate_id"])
    target = ca.issue(csr()[0]).json["certificate_id"]
    problem(revoke(ca, target, who=pem), 403, "row-altered")


def test_those_who_were_enrolled_before_there_were_seals_are_adopted_in_development(own_ca):
    ca = own_ca
    sql(ca, "DELETE FROM ca.credential WHERE operator_id = (SELECT id FROM ca.operator WHERE name = 'officer1')")
    sql(ca, "UPDATE ca.operator SET seal = NULL WHERE name IN ('officer1', 'officer2')")
    time.sleep(1.1)
    assert ca.rest("OFFICER1", "GET", "/whoami").status == 401
    assert ca.stop() == 0
    ca.start()
    assert ca.rest("OFFICER1", "GET", "/whoami").status == 200
    for who in ("OFFICER1", "OFFICER2"):
        assert revoke(ca, ca.issue(csr()[0]).json["certificate_id"], who=who).status == 200
    rows = sql(ca, "SELECT object, outcome FROM ca.audit WHERE action = 'operator.adopt' ORDER BY object")
    assert rows == [["officer1", "ok"], ["officer2", "ok"]]
