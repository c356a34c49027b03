# SPDX-License-Identifier: Apache-2.0
"""The OCSP responder as `openssl ocsp` and curl see it, and what it says to what is no request."""

import base64
import os
import re
import signal
import subprocess
import time
import urllib.parse

import pytest

from cryptography.x509 import ocsp as x509_ocsp

from harness import BUILD, wait_for
from ocsp_support import MALFORMED, SUCCESSFUL, TRY_LATER, TYPE, UNAUTHORIZED, Shop, response_status, tlv
from support import problem, revoke

SOON_S = 5  # a change of status shows within


@pytest.fixture(scope="module")
def shop(ca, tmp_path_factory):
    return Shop(ca, tmp_path_factory.mktemp("ocsp"))


@pytest.fixture(scope="module")
def good(shop):
    return shop.issue("good")


def openssl_ocsp(shop, *arguments):
    """What it says, on both streams, of an answer that it trusts."""
    done = subprocess.run(["openssl", "ocsp", "-issuer", shop.ca_pem, *map(str, arguments), "-url", shop.url,
                           "-CAfile", shop.chain_pem], capture_output=True, text=True, timeout=60)
    said = done.stdout + done.stderr
    assert done.returncode == 0 and "Response verify OK" in done.stderr, said
    return said


def hexadecimal(cert):
    return "0x%x" % cert.serial_number


# -- what relying parties ask ----------------------------------------------------------------------

def test_a_valid_certificate_is_good(shop, good):
    _, cert, path = good
    for arguments in (("-cert", path), ("-cert", path, "-no_nonce"), ("-sha256", "-cert", path, "-no_nonce"),
                      ("-sha256", "-serial", hexadecimal(cert))):
        said = openssl_ocsp(shop, *arguments)
        assert ": good\n" in said, said
        assert "no nonce" not in said  # where one was asked for, it is there


def test_a_nonce_comes_back(shop, good):
    for length in (1, 16, 32, 128):
        nonce = os.urandom(length)
        answer = shop.post(shop.request(good[1].serial_number, nonce=nonce))
        assert response_status(answer) == SUCCESSFUL
        assert tlv(4, nonce) in answer.body
        assert answer.headers["Cache-Control"] == "no-store"


def test_what_nobody_issued_is_unknown(shop, good):
    said = openssl_ocsp(shop, "-serial", "0x1234", "-no_nonce")
    assert "0x1234: unknown\n" in said
    said = openssl_ocsp(shop, "-serial", "0x1234", "-cert", good[2])
    assert "0x1234: unknown\n" in said and ": good\n" in said


def test_several_certificates_have_one_answer(shop, good):
    others = [shop.issue("several%d" % i) for i in range(3)]
    arguments = [word for _, _, path in others for word in ("-cert", path)]
    said = openssl_ocsp(shop, *arguments, "-cert", good[2], "-no_nonce")
    assert said.count(": good\n") == 4
    answer = shop.post(shop.request(*range(1, 51)))
    assert response_status(answer) == SUCCESSFUL


# -- changes ---------------------------------------------------------------------------------------

def shows(shop, path, what):
    """Within five seconds, and without a nonce: from memory."""
    began = time.monotonic()
    wait_for(lambda: what in openssl_ocsp(shop, "-cert", path, "-no_nonce"), SOON_S, 0.2)
    return time.monotonic() - began


def test_a_revocation_shows_within_five_seconds(shop, ca):
    for digest in ("sha1", "sha256"):
        certificate_id, cert, path = shop.issue("revoked-" + digest)
        request = shop.request(cert.serial_number, digest=digest)
        before = shop.post(request)
        assert response_status(before) == SUCCESSFUL
        assert revoke(ca, certificate_id, "keyCompromise").status == 200
        wait_for(lambda: shop.post(request).body != before.body, SOON_S, 0.1)
        said = openssl_ocsp(shop, "-" + digest, "-cert", path, "-no_nonce")
        assert ": revoked\n" in said and "Reason: keyCompromise" in said and "Revocation Time: " in said


def test_a_hold_shows_and_so_does_its_release(shop, ca):
    certificate_id, _, path = shop.issue("held")
    assert ": good\n" in openssl_ocsp(shop, "-cert", path, "-no_nonce")
    assert revoke(ca, certificate_id, "certificateHold").status == 200
    shows(shop, path, "Reason: certificateHold")
    assert ca.rest("OFFICER1", "DELETE", "/certificates/%s/revocation" % certificate_id).status == 200
    shows(shop, path, ": good\n")


# -- GET -------------------------------------------------------------------------------------------

def awkward(shop):
    """A request whose base64 has '+', '/' and "//", on a serial number that nobody issued."""
    while True:
        der = shop.request(0x40 << 136 | int.from_bytes(os.urandom(17), "big"))
        text = base64.b64encode(der).decode()
        if "+" in text and "//" in text and text.endswith("="):
            return text


def curl(shop, path, *arguments):
    return subprocess.run(["curl", "-s", "-w", "%{http_code} %{content_type}", "-o", shop.folder + "/got", *arguments,
                           shop.url + path], capture_output=True, text=True, timeout=30, check=True).stdout


def test_a_get_is_taken_in_every_escaping(shop):
    text = awkward(shop)
    forms = [urllib.parse.quote(text, safe=""), urllib.parse.quote(text, safe="/"), text, text.rstrip("="),
             text.replace("+", "-").replace("/", "_"), text.replace("+", "%20"),
             urllib.parse.quote("\n".join(re.findall(".{1,64}", text)), safe="")]
    for form in forms:
        for slash in ("/", "//"):
            assert curl(shop, slash + form, "--path-as-is") == "200 application/ocsp-response", form
            with open(shop.folder + "/got", "rb") as f:
                assert f.read()[:2] == b"\x30\x82", form


def test_a_get_has_the_fields_of_rfc_5019(shop, ca, good):
    path = shop.path + "/" + urllib.parse.quote(base64.b64encode(shop.request(good[1].serial_number)), safe="")
    answer = ca.http("GET", path)
    assert response_status(answer) == SUCCESSFUL
    fields = answer.headers
    assert re.fullmatch("public, no-transform, must-revalidate, max-age=[0-9]+", fields["Cache-Control"])
    assert fields["Expires"].endswith(" GMT") and fields["Last-Modified"].endswith(" GMT") and fields["Date"]
    again = ca.http("GET", path, headers={"If-None-Match": fields["ETag"]})
    assert again.status == 304 and again.body == b"" and again.headers["ETag"] == fields["ETag"]
    assert ca.http("GET", path, headers={"If-Modified-Since": fields["Last-Modified"]}).status == 304
    assert ca.http("GET", path, headers={"If-None-Match": '"other"'}).status == 200
    head = ca.http("HEAD", path)
    assert head.status == 200 and head.body == b"" and int(head.headers["Content-Length"]) == len(answer.body)


# -- what is no request ----------------------------------------------------------------------------

def test_what_is_no_request_is_malformed(shop, good):
    right = shop.request(good[1].serial_number)
    many = shop.request(*range(1, 52))
    wrong = [b"", b"\x30", b"hello", right[:-1], right + b"\x00", b"\x30\x80" + right[2:] + b"\x00\x00",
             tlv(0x31, right[2:]), many, shop.request(1, nonce=b""), shop.request(1, nonce=bytes(129)),
             shop.request(1, nonce=bytes(20000)), tlv(0x30, tlv(0x30, tlv(0x30)))]
    for der in wrong:
        assert response_status(shop.post(der)) == MALFORMED, der[:40]
    for path in ("", "/", "/~~~", "/AAAA", "/M", "/" + "A" * 4000):
        assert response_status(shop.ca.http("GET", shop.path + path)) == MALFORMED, path


def test_as_many_certificates_as_are_taken_are_answered(shop, good):
    """50 in a request, one of them good; with one more it is no request (above)."""
    answer = shop.post(shop.request(good[1].serial_number, *range(1 << 140, (1 << 140) + 49)))
    assert response_status(answer) == SUCCESSFUL
    single = x509_ocsp.load_der_ocsp_response(answer.body)
    states = [r.certificate_status for r in single.responses]
    assert len(states) == 50 and states.count(x509_ocsp.OCSPCertStatus.GOOD) == 1
    assert states.count(x509_ocsp.OCSPCertStatus.UNKNOWN) == 49


def test_what_is_much_too_long_is_refused_at_once(shop):
    der = shop.request(*range(1 << 140, (1 << 140) + 20000))
    assert len(der) > 1_000_000
    with open(shop.folder + "/long", "wb") as f:
        f.write(der)
    began = time.monotonic()
    got = curl(shop, "", "-H", "Content-Type: " + TYPE, "-H", "Expect: 100-continue", "--data-binary",
               "@" + shop.folder + "/long")
    assert got == "413 application/problem+json"
    assert time.monotonic() - began < 5
    problem(shop.post(der[:40_000]), 413, "too-large")


def test_another_issuer_is_unauthorized(shop, ca, good):
    serial = good[1].serial_number
    assert response_status(shop.post(shop.request(serial, name=b"somebody else"))) == UNAUTHORIZED
    assert response_status(shop.post(shop.request(serial, digest="sha384"))) == UNAUTHORIZED
    root = ca.http("POST", "/ocsp/" + ca.env["CA_ROOT_NAME"], shop.request(serial), {"Content-Type": TYPE})
    assert response_status(root) == UNAUTHORIZED


def test_faults_of_http_are_those_of_http(shop, ca, good):
    right = shop.request(good[1].serial_number)
    assert response_status(shop.post(right, X_Nothing="x")) == SUCCESSFUL  # without a type
    problem(shop.post(right, Content_Type="text/plain"), 415, "unsupported-media-type")
    problem(ca.http("POST", "/ocsp/nobody", right, {"Content-Type": TYPE}), 404)
    problem(ca.http("PUT", shop.path, right, {"Content-Type": TYPE}), 405)


# -- the signer is away ----------------------------------------------------------------------------

def test_answers_go_on_without_the_signer(shop, ca, good):
    known, other = shop.request(good[1].serial_number), shop.request(0x4711)
    assert response_status(shop.post(known)) == SUCCESSFUL
    signer = int(ca.env["CA_SIGNER_PID"])
    os.kill(signer, signal.SIGSTOP)
    try:
        began = time.monotonic()
        for _ in range(20):
            assert response_status(shop.post(known)) == SUCCESSFUL
        assert time.monotonic() - began < 2
        assert response_status(shop.post(other)) == TRY_LATER
        answer = shop.post(shop.request(good[1].serial_number, nonce=b"nonce"))
        assert response_status(answer) == SUCCESSFUL and b"nonce" not in answer.body
    finally:
        os.kill(signer, signal.SIGCONT)
    wait_for(lambda: response_status(shop.post(other)) == SUCCESSFUL, 30)


# -- operators -------------------------------------------------------------------------------------

def cactl(ca, *arguments):
    env = ca.env
    done = subprocess.run([os.path.join(BUILD, "cactl", "cactl"), "--url", env["CA_HTTPS_URL"], "--cacert",
                           env["CA_ROOT_PEM"], "--cert", env["CA_OFFICER1_PEM"], *arguments],
                          capture_output=True, text=True, timeout=60, env={**os.environ, "HOME": "/nonexistent"})
    return done.returncode, done.stdout + done.stderr


def test_cactl_asks_as_a_relying_party(shop, ca, good):
    _, cert, path = good
    name = ca.env["CA_ISSUING_NAME"]
    code, said = cactl(ca, "ocsp", "query", name, path)
    assert code == 0 and re.search("Status: +good", said) and re.search("Nonce: +no", said), said
    code, said = cactl(ca, "ocsp", "query", name, "%x" % cert.serial_number, "--nonce", "--sha256", "-o", "json")
    assert code == 0 and '"status": "good"' in said and '"nonce": true' in said, said
    code, said = cactl(ca, "ocsp", "query", name, "1234", "-o", "csv")
    assert code == 0 and "1234,unknown" in said, said
    code, said = cactl(ca, "ocsp", "query", name, "zz")
    assert code == 2 and "neither a file nor a serial number" in said, said
    code, said = cactl(ca, "ocsp", "query", ca.env["CA_ROOT_NAME"], path, "--ocsp-url", shop.url)
    assert code != 0 and "unauthorized" in said, said


def test_cactl_shows_who_signs(shop, ca):
    name = ca.env["CA_ISSUING_NAME"]
    code, said = cactl(ca, "ocsp", "status", name)
    assert code == 0 and shop.url in said and "good=" in said, said
    value = ca.rest("AUDITOR", "GET", "/authorities/%s/ocsp" % name).json
    assert value["authority"] == name and value["url"] == shop.url and value["kept"]["good"] > 0
    problem(ca.rest("AUDITOR", "GET", "/authorities/nobody/ocsp"), 404, "unknown-authority")
