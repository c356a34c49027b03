# SPDX-License-Identifier: Apache-2.0
"""Input that must be refused: with a problem document that says why, never with 5xx, and with
nothing left behind but one audit line. And parts that are away: 503, and back by themselves."""

import datetime
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from harness import csr, wait_for
from support import (audit, crl_at_least, crl_entry, crl_fetch, issued, nothing_stored, openssl, pem_csr, problem,
                     request_id, revoke, run, sample, sql, sql_one, stored)

# -- requests that are refused ---------------------------------------------------------------------

CANNOT_BE_READ = [
    ("empty", "neither DER nor one PEM block"),
    ("text", "neither DER nor one PEM block"),
    ("not-pkcs10", "is not tag"),
    ("truncated", "cut short"),
    ("trailing-byte", "left over: 1"),
    ("long-form-length", "not DER"),
    ("version-2", "version is not 1"),
    ("critical-false", "not DER"),
    ("duplicate-attributes", "attribute stands there twice"),
    ("duplicate-extensions", "extension stands there twice"),
    ("two-extension-requests", "left over"),
    ("negative-modulus", "negative"),
    ("point-not-on-curve", "point is not on curve"),
    ("point-infinity", "not a point of P-256"),
    ("point-short", "not a point of P-256"),
    ("ed25519-short", "31 octets"),
    ("san-empty", "without names"),
    ("san-unknown-tag", "not a kind of name"),
]

NOT_PROVED = [
    ("flipped-signature", "does not verify"),
    ("wrong-key", "does not verify"),
    ("other-algorithm", "does not fit the key"),
    ("unknown-algorithm", "algorithm is not taken"),
]

WEAK_SIGNATURE = [("md5", "md5WithRSA"), ("sha1", "sha1WithRSA"), ("ecdsa-sha1", "ecdsa-with-SHA1")]

KEY_NOT_TAKEN = [
    ("rsa1024", "1024 bits: from 2048"),
    ("rsa16384", "16384 bits"),
    ("rsa2050", "not a multiple of 8"),
    ("even-modulus", "modulus is even"),
    ("exponent-1", "below 65537"),
    ("exponent-3", "below 65537"),
    ("exponent-even", "exponent is even"),
    ("exponent-huge", "exponent is not below"),
    ("explicit-curve", "explicit curve parameters"),
    ("p224", "curve that is not taken"),
    ("point-compressed", "compressed"),
]

NAME_NOT_TAKEN = [
    ("san-nul", "NUL"),
    ("san-utf8", "A-label"),
    ("san-space", "not a host name"),
    ("san-trailing-dot", "not a host name"),
    ("san-bare-wildcard", "not a host name"),
    ("san-inner-wildcard", "not a host name"),
    ("san-dotted-quad", "not a host name"),
    ("san-254-octets", "not a host name"),
    ("san-ip-5", "IP address of 5 octets"),
    ("san-ip-8", "IP address of 8 octets"),
    ("san-email-bad", "e-mail"),
    ("san-uri-relative", "absolute URI"),
]

TOO_LARGE = [("65537-octets", "at most 65536"), ("10000-sans", "more than 250"), ("251-sans", "more than 250")]

# sample, profile, pointer and rule of the finding
AGAINST_POLICY = [
    ("wildcard", "https-ecc", "/csr/sans/0", "subject_alt_name.dns.wildcard"),
    ("public-suffix", "https-ecc", "/csr/sans/0", "subject_alt_name.dns.public_suffix"),
    ("bad-punycode", "https-ecc", "/csr/sans/0", "subject_alt_name.a_label"),
    ("email", "https-ecc", "/csr/sans/0", "subject_alt_name.email"),
    ("other-name", "https-ecc", "/csr/sans/0", "subject_alt_name.upn"),
    ("person", "https-ecc", "/csr/sans", "subject_alt_name.required"),
    ("empty-subject-no-san", "https-ecc", "/csr/sans", "subject_alt_name.required"),
    ("empty-subject-no-san", "device", "/csr/subject", "subject.empty"),
    ("empty-subject", "client", "/csr/subject/common_name", "subject.required"),
    ("cn-not-in-san", "https-ecc", "/csr/subject/common_name", "subject.common_name_in_san"),
    ("long-common-name", "https-ecc", "/csr/subject/common_name", "subject.value"),
    ("lower-case-country", "device", "/csr/subject/country", "subject.value"),
    ("multi-valued-rdn", "https-ecc", "/csr/subject", "subject"),
    ("ca-true", "https-ecc", "/csr/extensions/basic_constraints", "basic_constraints.ca"),
    ("ca-true", "device", "/csr/extensions/basic_constraints", "basic_constraints.ca"),
    ("rsa2048", "https-ecc", "/csr/key", "key.allow"),
    ("p256", "https-rsa", "/csr/key", "key.allow"),
    ("rsa2048", "code-signing", "/csr/key", "key.allow"),
    ("ed25519", "https-ecc", "/csr/key", "key.allow"),
    ("secp256k1", "https-ecc", "/csr/key", "key.allow"),
]


def refused(ca, request, status, code, says="", profile="https-ecc", action="request.submit"):
    rid = request_id()
    with nothing_stored(ca, rid, action):
        document = problem(ca.issue(request, profile, headers={"X-Request-Id": rid}), status, code)
    assert document["request_id"] == rid
    assert says in document["detail"], document
    return document


def by_front(name):
    return "http.refused" if name in ("empty", "text", "65537-octets") else "request.submit"


@pytest.mark.parametrize("name, says", CANNOT_BE_READ)
def test_a_request_that_cannot_be_read_is_refused(ca, name, says):
    refused(ca, sample(name), 400, "malformed-csr", says, action=by_front(name))


@pytest.mark.parametrize("name, says", NOT_PROVED)
def test_a_request_without_proof_of_possession_is_refused(ca, name, says):
    refused(ca, sample(name), 422, "proof-of-possession", says)


@pytest.mark.parametrize("name, says", WEAK_SIGNATURE)
def test_a_request_with_a_weak_signature_is_refused(ca, name, says):
    refused(ca, sample(name), 422, "weak-signature", says)


@pytest.mark.parametrize("name, says", KEY_NOT_TAKEN)
def test_i17_a_key_that_is_not_taken_is_refused(ca, name, says):
    refused(ca, sample(name), 422, "key-not-taken", says, "https-rsa")


@pytest.mark.parametrize("name, says", NAME_NOT_TAKEN)
def test_a_name_that_is_none_is_refused(ca, name, says):
    refused(ca, sample(name), 422, "policy", says)


@pytest.mark.parametrize("name, says", TOO_LARGE)
def test_i16_a_request_that_is_too_large_is_refused(ca, name, says):
    refused(ca, sample(name), 413, "too-large", says, action=by_front(name))


@pytest.mark.parametrize("name, profile, pointer, rule", AGAINST_POLICY)
def test_i07_a_request_against_the_profile_is_refused_with_each_finding(ca, name, profile, pointer, rule):
    document = refused(ca, sample(name), 422, "policy", profile=profile)
    assert (pointer, rule) in [(e["pointer"], e["rule"]) for e in document["errors"]]


@pytest.mark.parametrize("name", ["flipped-signature", "duplicate-extensions", "rsa1024", "san-ip-8", "trailing-byte"])
def test_pem_gets_the_same_refusal_as_der(ca, name):
    import base64

    text = base64.encodebytes(sample(name)).decode()
    pem = "-----BEGIN CERTIFICATE REQUEST-----\n%s-----END CERTIFICATE REQUEST-----\n" % text
    der = ca.issue(sample(name)).json
    got = ca.issue(pem.encode()).json
    assert (got["type"], got["detail"]) == (der["type"], der["detail"])


def test_i17_a_request_with_a_known_weak_key_is_refused_in_json_too(ca):
    import base64

    rid = request_id()
    with nothing_stored(ca, rid):
        got = ca.rest("REQUESTER", "POST", "/requests",
                      {"profile": "https-rsa", "csr": base64.b64encode(sample("rsa1024")).decode()},
                      {"X-Request-Id": rid})
        problem(got, 422, "key-not-taken")


@pytest.mark.parametrize("body, status, code", [
    (b"", 400, "malformed-csr"),
    (b"\x30", 400, "malformed-csr"),
    (b"\x30\x80\x00\x00", 400, "malformed-csr"),
    (b"\x30\x84\xff\xff\xff\xff", 400, "malformed-csr"),
    (b"\x00" * 1000, 400, "malformed-csr"),
    (b"\xff" * 65536, 400, "malformed-csr"),
    (b"\x30" * 60000, 400, "malformed-csr"),
    (b"\xff" * (64 * 1024 + 1), 413, "too-large"),
    (b"\xff" * (128 * 1024 + 1), 413, "too-large"),
], ids=lambda v: "%d-octets" % len(v) if isinstance(v, bytes) else str(v))
def test_i16_octets_that_are_no_request_are_refused(ca, body, status, code):
    rid = request_id()
    before = stored(ca)
    answer = ca.issue(body, headers={"X-Request-Id": rid})
    problem(answer, status, code)
    assert stored(ca) == before


def test_i16_a_body_without_end_is_not_read(ca):
    """It is refused as soon as its length is known; a client that sends on may not see the answer."""
    before = stored(ca)
    try:
        problem(ca.issue(b"\xff" * (2 * 1024 * 1024)), 413, "too-large")
    except OSError:
        pass
    assert stored(ca) == before
    assert ca.rest("REQUESTER", "GET", "/whoami").status == 200


def test_two_requests_in_one_body_are_refused(ca):
    pem = pem_csr(sample("p256"))
    refused(ca, pem + pem, 400, "malformed-csr", action="http.refused")


def test_a_certificate_instead_of_a_request_is_refused(ca):
    with open(ca.env["CA_ROOT_PEM"], "rb") as f:
        refused(ca, f.read(), 400, "malformed-csr", action="http.refused")


# -- JSON ------------------------------------------------------------------------------------------

def json_csr():
    return csr()[0].decode()


JSON_REFUSED = [
    ({"profile": "https-ecc"}, 400, "malformed", "/csr"),
    ({"csr": "CSR"}, 400, "malformed", "/profile"),
    ({"profile": "https-ecc", "csr": "CSR", "serial": "1"}, 400, "unknown-field", "/serial"),
    ({"profile": "https-ecc", "csr": "CSR", "validity": {"dayz": 3}}, 400, "unknown-field", "/validity/dayz"),
    ({"profile": 1, "csr": "CSR"}, 400, "wrong-type", "/profile"),
    ({"profile": None, "csr": "CSR"}, 400, "wrong-type", "/profile"),
    ({"profile": "https-ecc", "csr": ["CSR"]}, 400, "wrong-type", "/csr"),
    ({"profile": "https-ecc", "csr": "CSR", "validity": {"days": "3"}}, 400, "wrong-type", "/validity/days"),
    ({"profile": "https-ecc", "csr": "CSR", "validity": {"days": 3.5}}, 400, "wrong-type", "/validity/days"),
    ({"profile": "https-ecc", "csr": "CSR", "validity": {"days": 0}}, 400, "malformed", "/validity/days"),
    ({"profile": "https-ecc", "csr": "CSR", "validity": {"days": -1}}, 400, None, "/validity/days"),
    ({"profile": "https-ecc", "csr": "CSR", "not_after": "tomorrow"}, 400, None, "/not_after"),
    ({"profile": "https-ecc", "csr": "CSR", "not_after": "2027-02-30T00:00:00Z"}, 400, None, "/not_after"),
    ({"profile": "https-ecc", "csr": "CSR", "sans": [{"type": "dns"}]}, 400, None, "/sans/0/value"),
    ({"profile": "https-ecc", "csr": "CSR", "sans": [{"type": "host", "value": "a"}]}, 400, None, "/sans/0/type"),
    ({"profile": "https-ecc", "csr": "CSR", "sans": {}}, 400, "wrong-type", "/sans"),
    ({"profile": "https-ecc", "csr": "CSR", "subject": {"cn": "x"}}, 400, "unknown-field", "/subject/cn"),
    ({"profile": "x" * 64, "csr": "CSR"}, None, None, "/profile"),
    ({"profile": "https-ecc", "csr": "not base64!"}, 400, "malformed-csr", "/csr"),
    ([], 400, None, ""),
    ("text", 400, None, ""),
]


@pytest.mark.parametrize("value, status, code, pointer", JSON_REFUSED)
def test_json_that_is_not_as_documented_is_refused_with_a_pointer(ca, value, status, code, pointer):
    rid = request_id()
    text = json.dumps(value).replace('"CSR"', json.dumps(json_csr()))
    before = stored(ca)
    got = ca.https("REQUESTER", "POST", "/api/v1/requests", text,
                   {"Content-Type": "application/json", "X-Request-Id": rid})
    assert 400 <= got.status < 500, got.body
    document = problem(got, status or got.status, code)
    assert pointer in document["detail"] or pointer in [e["pointer"] for e in document.get("errors", [])], document
    if document["detail"].startswith("/"):
        assert [document["detail"]] == ["%(pointer)s: %(detail)s" % e for e in document["errors"]]
    lines = wait_for(lambda: audit(ca, rid), 5)
    assert [(line[0], line[1]) for line in lines] == [("http.refused", "denied")]
    assert stored(ca) == before


@pytest.mark.parametrize("text", [
    b"", b"{", b"{}}", b"nul", b'{"profile":"https-ecc","profile":"https-ecc","csr":""}', b"\xff\xfe{}", b"[" * 5000,
    b'{"profile":"https-ecc\\u0000","csr":""}', b'{"profile":"\xc3\x28","csr":""}', b'{"a":1e999}',
], ids=["empty", "open", "two-ends", "cut", "twice", "utf-16", "deep", "nul", "not-utf-8", "overflow"])
def test_octets_that_are_no_json_are_refused(ca, text):
    before = stored(ca)
    got = ca.https("REQUESTER", "POST", "/api/v1/requests", text, {"Content-Type": "application/json"})
    problem(got, 400)
    assert stored(ca) == before


@pytest.mark.parametrize("change, status, pointer", [
    ({"subject": {"common_name": "host\nname"}}, None, None),
    ({"subject": {"common_name": ""}}, None, None),
    ({"subject": {"country": "Germany"}}, 422, "/subject/country"),
    ({"sans": [{"type": "dns", "value": "*.example.org"}]}, 422, "/sans/0"),
    ({"sans": [{"type": "dns", "value": "www..example.org"}]}, 422, "/sans/0"),
    ({"sans": [{"type": "dns", "value": "b\u00fccher..example"}]}, 422, "/sans/0"),
    ({"sans": [{"type": "ip", "value": "192.0.2.256"}]}, 400, "/sans/0"),
    ({"sans": [{"type": "ip", "value": "2001:db8::1::2"}]}, 400, "/sans/0"),
    ({"sans": []}, 422, "/sans"),
    ({"validity": {"days": 399}}, 422, "/validity"),
    ({"not_after": "2020-01-01T00:00:00Z"}, 422, "/not_after"),
    ({"not_after": "9999-12-31T23:59:59Z"}, 422, "/not_after"),
])
def test_i07_what_json_overrides_is_checked_like_what_the_request_says(ca, change, status, pointer):
    rid = request_id()
    with nothing_stored(ca, rid, None):
        got = ca.rest("REQUESTER", "POST", "/requests", {"profile": "https-ecc", "csr": json_csr(), **change},
                      {"X-Request-Id": rid})
        assert got.status in (400, 422), got.body
        document = problem(got, status or got.status)
    if pointer is not None:
        places = document["detail"] + " ".join(e["pointer"] for e in document.get("errors", []))
        assert pointer in places, document


# -- things that are not there ---------------------------------------------------------------------

def test_an_unknown_profile_is_refused(ca):
    refused(ca, csr()[0], 404, "unknown-profile", "no-such-profile", "no-such-profile")


def test_an_unknown_authority_is_refused(ca):
    refused(ca, csr()[0], 404, "unknown-authority", "nobody", "https-ecc&authority=nobody")


@pytest.mark.parametrize("profile", ["root", "subca", "operator", "ocsp-signer", "scep-ra", "tls-server-self"])
@pytest.mark.parametrize("who", ["REQUESTER", "ADMIN"])
def test_a_profile_of_the_server_itself_is_refused_to_everybody(ca, who, profile):
    rid = request_id()
    with nothing_stored(ca, rid, "request.submit"):
        problem(ca.issue(csr()[0], profile, who, {"X-Request-Id": rid}), 403, "forbidden")


def test_no_profile_at_all_is_refused(ca):
    got = ca.https("REQUESTER", "POST", "/api/v1/requests", csr()[0], {"Content-Type": "application/pkcs10"})
    assert "profile" in problem(got, 400, "malformed")["detail"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-pem-file", "multipart/form-data", ""])
def test_another_type_of_body_is_refused(ca, kind):
    before = stored(ca)
    got = ca.https("REQUESTER", "POST", "/api/v1/requests?profile=https-ecc", csr()[0], {"Content-Type": kind})
    problem(got, 415, "unsupported-media-type")
    assert stored(ca) == before


NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.mark.parametrize("path", ["/certificates/" + NOBODY, "/certificates/%s/content" % NOBODY,
                                  "/requests/" + NOBODY, "/authorities/nobody", "/profiles/nothing",
                                  "/choices/nothing"])
def test_what_does_not_exist_is_not_found(ca, path):
    problem(ca.rest("OFFICER1", "GET", path), 404)


@pytest.mark.parametrize("path", ["/certificates/1", "/certificates/" + NOBODY[:-1], "/requests/..",
                                  "/certificates/%00", "/certificates/" + "a" * 3000])
def test_an_identifier_that_is_none_is_refused(ca, path):
    got = ca.rest("OFFICER1", "GET", path)
    assert got.status in (400, 404, 413), got.body
    problem(got, got.status)


def test_a_serial_that_does_not_exist_finds_nothing(ca):
    got = ca.rest("AUDITOR", "GET", "/certificates?serial=0123456789abcdef")
    assert (got.status, got.json["items"], got.json["next"]) == (200, [], None)


def test_revoking_what_does_not_exist_is_refused(ca):
    rid = request_id()
    with nothing_stored(ca, rid):
        got = ca.rest("OFFICER1", "PUT", "/certificates/%s/revocation" % NOBODY, {"reason": "superseded"},
                      {"X-Request-Id": rid})
        problem(got, 404, "not-found")


# -- revocation ------------------------------------------------------------------------------------

def test_revoking_twice_is_a_conflict_and_changes_nothing(ca):
    made = issued(ca)
    assert revoke(ca, made["certificate_id"], "superseded").status == 200
    first = ca.rest("AUDITOR", "GET", "/certificates/" + made["certificate_id"]).json["revocation"]
    rid = request_id()
    with nothing_stored(ca, rid, "certificate.revoke"):
        got = ca.rest("OFFICER2", "PUT", "/certificates/%s/revocation" % made["certificate_id"],
                      {"reason": "key_compromise"}, {"X-Request-Id": rid})
        problem(got, 409, "already-revoked")
    assert ca.rest("AUDITOR", "GET", "/certificates/" + made["certificate_id"]).json["revocation"] == first


def test_releasing_what_is_not_held_is_a_conflict(ca):
    made = issued(ca)
    path = "/certificates/%s/revocation" % made["certificate_id"]
    problem(ca.rest("OFFICER1", "DELETE", path), 409, "not-held")
    assert revoke(ca, made["certificate_id"]).status == 200
    problem(ca.rest("OFFICER1", "DELETE", path), 409, "not-held")


@pytest.mark.parametrize("body, code", [
    ({}, "malformed"),
    ({"reason": "boredom"}, None),
    ({"reason": "remove_from_crl"}, None),
    ({"reason": 1}, "wrong-type"),
    ({"reason": "superseded", "when": "now"}, "unknown-field"),
    ({"reason": "superseded", "invalidity_date": "yesterday"}, None),
    ({"reason": "superseded", "invalidity_date": "2999-01-01T00:00:00Z"}, None),
    ({"reason": "superseded", "comment": "x" * 1001}, None),
])
def test_a_revocation_that_is_not_as_documented_is_refused(ca, body, code):
    made = issued(ca)
    got = ca.rest("OFFICER1", "PUT", "/certificates/%s/revocation" % made["certificate_id"], body)
    assert got.status in (400, 413, 422), got.body
    problem(got, got.status, code)
    assert ca.rest("AUDITOR", "GET", "/certificates/" + made["certificate_id"]).json["status"] == "valid"


def test_a_stale_etag_stops_a_revocation(ca):
    made = issued(ca)
    path = "/certificates/" + made["certificate_id"]
    got = ca.rest("OFFICER1", "PUT", path + "/revocation", {"reason": "superseded"}, {"If-Match": '"stale"'})
    problem(got, 412, "stale")
    etag = ca.rest("OFFICER1", "GET", path).headers["ETag"]
    got = ca.rest("OFFICER1", "PUT", path + "/revocation", {"reason": "superseded"}, {"If-Match": etag})
    assert got.status == 200


# -- client certificates ---------------------------------------------------------------------------

def who_am_i(ca, pem, rid=None):
    return ca.rest(pem, "GET", "/whoami", headers={"X-Request-Id": rid} if rid else None)


@pytest.fixture
def folder():
    path = tempfile.mkdtemp(prefix="ca-client-", dir="/tmp")
    yield path
    shutil.rmtree(path)


def client_pem(folder, cert_pem, key):
    path = os.path.join(folder, "client.pem")
    with open(path, "wb") as f:
        f.write(cert_pem)
        f.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                  serialization.NoEncryption()))
    return path


def client_issued(ca, folder, **more):
    """A TLS client certificate of this CA: (PEM file, request object)."""
    key = ec.generate_private_key(ec.SECP256R1())
    request = (x509.CertificateSigningRequestBuilder()
               .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "client")]))
               .sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode())
    got = ca.rest("REQUESTER", "POST", "/requests", {"profile": "client", "csr": request, **more})
    assert got.status == 201, got.body
    return client_pem(folder, got.json["certificate"].encode(), key), got.json


def refused_client(ca, pem, says):
    rid = request_id()
    with nothing_stored(ca, rid, "login.refused"):
        document = problem(who_am_i(ca, pem, rid), 401, "client-certificate")
    assert says in document["detail"], document


def test_a_certificate_of_this_ca_alone_is_no_login(ca, folder):
    pem, _ = client_issued(ca, folder)
    refused_client(ca, pem, "no operator is enrolled")


def test_an_expired_client_certificate_is_refused(ca, folder):
    soon = datetime.datetime.utcnow() + datetime.timedelta(seconds=2)
    pem, made = client_issued(ca, folder, not_after=soon.strftime("%Y-%m-%dT%H:%M:%SZ"))
    time.sleep(4)
    refused_client(ca, pem, "is expired")
    assert ca.rest("AUDITOR", "GET", "/certificates/" + made["certificate_id"]).json["status"] == "expired"


def foreign(folder, issuer_name="Elsewhere CA"):
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = lambda cn: x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, cn)])
    now = datetime.datetime.utcnow()
    cert = (x509.CertificateBuilder().subject_name(name("admin")).issuer_name(name(issuer_name))
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.CLIENT_AUTH]), False)
            .sign(ca_key, hashes.SHA256()))
    return client_pem(folder, cert.public_bytes(serialization.Encoding.PEM), key)


def test_a_foreign_client_certificate_is_refused(ca, folder):
    refused_client(ca, foreign(folder), "not trusted here")


def test_a_forged_client_certificate_that_names_our_issuer_is_refused(ca, folder):
    with open(ca.env["CA_CHAIN_PEM"], "rb") as f:
        issuer = x509.load_pem_x509_certificate(f.read())
    name = issuer.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
    refused_client(ca, foreign(folder, name), "")


def test_a_revoked_operator_is_locked_out_and_a_held_one_until_release(own_ca):
    before = who_am_i(own_ca, own_ca.env["CA_OFFICER2_PEM"])
    assert before.status == 200
    serial = openssl("x509", "-in", own_ca.env["CA_OFFICER2_PEM"], "-noout", "-serial").decode().strip().split("=")[1]
    found = own_ca.rest("ADMIN", "GET", "/certificates?serial=" + serial).json["items"][0]
    assert revoke(own_ca, found["id"], "certificate_hold", "ADMIN").status == 200

    def locked_out():
        return who_am_i(own_ca, own_ca.env["CA_OFFICER2_PEM"]).status == 401

    wait_for(locked_out, 10, every=0.2)
    assert own_ca.rest("ADMIN", "DELETE", "/certificates/%s/revocation" % found["id"]).status == 200

    def back():
        return who_am_i(own_ca, own_ca.env["CA_OFFICER2_PEM"]).status == 200

    wait_for(back, 10, every=0.2)
    assert revoke(own_ca, found["id"], "key_compromise", "ADMIN").status == 200
    wait_for(locked_out, 10, every=0.2)
    document = problem(who_am_i(own_ca, own_ca.env["CA_OFFICER2_PEM"]), 401, "client-certificate")
    assert "revoked" in document["detail"]


def test_no_client_certificate_is_401(ca):
    rid = request_id()
    with nothing_stored(ca, rid, "login.refused"):
        got = ca.rest(None, "GET", "/whoami", headers={"X-Request-Id": rid})
        problem(got, 401, "unauthenticated")
        assert "ClientCertificate" in got.headers["WWW-Authenticate"]


def test_a_caller_without_the_role_is_refused_and_audited(ca):
    made = issued(ca)
    rid = request_id()
    with nothing_stored(ca, rid, "http.refused"):
        got = ca.rest("REQUESTER", "PUT", "/certificates/%s/revocation" % made["certificate_id"],
                      {"reason": "superseded"}, {"X-Request-Id": rid})
        problem(got, 403, "forbidden")
    rid = request_id()
    with nothing_stored(ca, rid, "http.refused"):
        problem(ca.issue(csr()[0], who="AUDITOR", headers={"X-Request-Id": rid}), 403, "forbidden")


# -- raw octets on the sockets ---------------------------------------------------------------------

RAW = [
    b"GARBAGE\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /livez HTTP/1.1\r\n\r\n",
    b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    b"POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100000 + b"\r\n\r\n",
    b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00",
    b"\x00" * 4096,
]


@pytest.mark.parametrize("octets", RAW, ids=range(len(RAW)))
def test_garbage_on_the_plain_socket_harms_nobody(ca, octets):
    import urllib.parse

    at = urllib.parse.urlsplit(ca.env["CA_HTTP_URL"])
    with socket.create_connection((at.hostname, at.port), timeout=10) as s:
        s.settimeout(2)
        try:
            s.sendall(octets)
            s.shutdown(socket.SHUT_WR)
            got = s.recv(65536)
        except (socket.timeout, OSError):
            got = b""
    assert got == b"" or got.startswith((b"HTTP/1.1 2", b"HTTP/1.1 4", b"HTTP/1.1 505")), got
    assert ca.http("GET", "/livez").status == 200
    assert ca.rest("REQUESTER", "GET", "/whoami").status == 200


# -- parts that are away ---------------------------------------------------------------------------

def postgres_stop(ca):
    """Ends the private PostgreSQL and keeps it from being started again: its folder is elsewhere."""
    data = os.path.join(ca.state, "postgres")
    with open(os.path.join(data, "postmaster.pid")) as f:
        postmaster = int(f.readline())
    pg_ctl = os.path.join(os.path.dirname(os.readlink("/proc/%d/exe" % postmaster)), "pg_ctl")
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    os.rename(data, data + ".away")
    run(*user, pg_ctl, "kill", "INT", postmaster, cwd="/")

    def ended():
        return not os.path.exists("/proc/%d" % postmaster)

    wait_for(ended, 20)


def postgres_return(ca):
    data = os.path.join(ca.state, "postgres")
    os.rename(data + ".away", data)


def serves_crls(ca):
    return all(ca.http("GET", "/crl/%s.crl" % ca.env[name]).status == 200
               for name in ("CA_ROOT_NAME", "CA_ISSUING_NAME"))


def test_without_postgresql_there_is_503_and_afterwards_service_without_a_restart(own_ca):
    made = issued(own_ca)
    front = own_ca.env["CA_FRONT_PID"]
    postgres_stop(own_ca)
    try:
        for _ in range(3):
            problem(own_ca.issue(csr()[0]), 503, "unavailable")
            problem(own_ca.rest("OFFICER1", "GET", "/certificates"), 503, "unavailable")
            problem(revoke(own_ca, made["certificate_id"]), 503)
            assert serves_crls(own_ca)

        def not_ready():
            got = own_ca.https(None, "GET", "/readyz")
            return got.status == 503 and "database" in got.json["missing"]

        wait_for(not_ready, 5)
    finally:
        postgres_return(own_ca)

    def issues():
        return own_ca.issue(csr()[0]).status == 201

    def finds():  # by a connection of the front's own
        found = own_ca.rest("AUDITOR", "GET", "/certificates/" + made["certificate_id"])
        return found.status == 200 and found.json["status"] == "valid"

    def settled():
        return sql_one(own_ca, "SELECT count(*) FROM ca.intent WHERE deadline_at < extract(epoch FROM now())") == "0"

    wait_for(issues, 20, every=0.2)
    wait_for(finds, 10, every=0.2)
    wait_for(settled, 10, every=0.2)
    assert own_ca.env["CA_FRONT_PID"] == front


def ca_token_folder(ca):
    """SoftHSM2 keeps a folder for each token; the front's has a label of its own."""
    tokens = os.path.join(ca.state, "token", "tokens")

    def is_front(name):
        with open(os.path.join(tokens, name, "token.object"), "rb") as f:
            return b"ca-server dev front" in f.read()

    found = [os.path.join(tokens, name) for name in os.listdir(tokens) if not is_front(name)]
    assert len(found) == 1, found
    return found[0]


def test_without_the_ca_token_there_is_503_but_revocations_and_crls_go_on(own_ca):
    made = issued(own_ca)
    token = ca_token_folder(own_ca)
    away = os.path.join(own_ca.state, "token", "away")
    os.rename(token, away)
    try:
        def offline():
            got = own_ca.issue(csr()[0])
            return got.status == 503 and got.json["type"] == "/problems/token-offline"

        wait_for(offline, 20, every=0.2)
        problem(own_ca.issue(csr()[0]), 503, "token-offline")
        got = revoke(own_ca, made["certificate_id"], "key_compromise")
        assert got.status == 200, got.body
        assert sql_one(own_ca, "SELECT state FROM ca.certificate WHERE id = '%s'" % made["certificate_id"]) == "revoked"
        assert serves_crls(own_ca)
        assert own_ca.rest("OFFICER1", "GET", "/certificates").status == 200
        ready = own_ca.https(None, "GET", "/readyz")
        assert (ready.status, "token" in ready.json["missing"]) == (503, True), ready.body
    finally:
        os.rename(away, token)

    def issues():
        return own_ca.issue(csr()[0]).status == 201

    wait_for(issues, 10, every=0.2)

    def on_the_crl():
        return crl_entry(crl_fetch(own_ca), made["serial"]) is not None

    wait_for(on_the_crl, 10, every=0.2)


def test_without_any_token_crls_are_served_and_all_is_back_by_itself(own_ca):
    tokens = os.path.join(own_ca.state, "token", "tokens")

    def issues():
        try:
            return own_ca.issue(csr()[0]).status == 201
        except OSError:  # the front's TLS key is in a token too
            return False

    assert issues()
    os.rename(tokens, tokens + ".away")
    try:
        deadline = time.monotonic() + 6
        while time.monotonic() < deadline:
            assert not issues() or time.monotonic() < deadline - 4
            assert serves_crls(own_ca)
            time.sleep(0.3)
    finally:
        shutil.rmtree(tokens, ignore_errors=True)
        os.rename(tokens + ".away", tokens)
    wait_for(issues, 10, every=0.2)


def test_the_front_serves_plain_http_without_its_token_until_it_is_back(own_ca):
    """Nobody asks for anything meanwhile: front and signer find out by themselves."""
    tokens = os.path.join(own_ca.state, "token", "tokens")
    before = own_ca.env["CA_FRONT_PID"]
    os.rename(tokens, tokens + ".away")
    try:
        def noticed():
            got = own_ca.http("GET", "/readyz")
            return got.status == 503 and {"front-token", "token"} <= set(got.json["missing"]) and got

        got = wait_for(noticed, 10, every=0.2)
        assert got.headers["Retry-After"]
        assert serves_crls(own_ca)
        assert own_ca.http("GET", "/livez").status == 200
        with pytest.raises(OSError):  # at once, not after a time-out of its own
            own_ca.https(None, "GET", "/readyz")
        assert own_ca.env["CA_FRONT_PID"] != before
        assert own_ca.logged().count("event=token_lost") == 1
    finally:
        shutil.rmtree(tokens, ignore_errors=True)
        os.rename(tokens + ".away", tokens)

    def ready():
        return own_ca.http("GET", "/readyz").status == 200

    wait_for(ready, 10, every=0.2)
    assert own_ca.issue(csr()[0]).status == 201
