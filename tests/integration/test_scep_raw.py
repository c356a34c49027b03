# SPDX-License-Identifier: Apache-2.0
"""SCEP messages that no packaged client sends, made by tests/tools/scep_raw.c, against the real server: real token,
signer and database. What each client sends is in test_scep_*.py of its own."""

import base64
import os
import socket
import urllib.parse

import pytest

from harness import Dev
from scep_device import (BAD_ALG, BAD_CERT_ID, BAD_CHECK, BAD_REQUEST, FAILURE, PENDING, RAW, SUCCESS, Device, cert_of, endpoint,
                         issuer_and_serial, manual_request, name_of, prepare, signed)
from support import openssl, run, stored


@pytest.fixture(scope="module")
def ca(tmp_path_factory):
    dev = Dev()
    try:
        dev.start()
        prepare(dev, tmp_path_factory.mktemp("scep"))
        yield dev
    finally:
        dev.remove()


def test_an_enrolment_gives_a_certificate_and_again_the_same(ca):
    device = Device(ca)
    cert = device.enrol()
    assert name_of(cert) == [device.name]
    device.adopt(cert)
    openssl("verify", "-CAfile", ca.env["CA_ROOT_PEM"], "-untrusted", ca.env["CA_CHAIN_PEM"], device.cert)


def test_i04_a_message_that_is_sent_again_has_the_same_answer(ca):
    device = Device(ca)
    message = device.build()
    first = cert_of(device.post(message)[2])
    before = stored(ca)
    assert cert_of(device.post(message)[2]) == first
    assert cert_of(device.ask()[2]) == first  # signed and encrypted anew
    status, _, answer = device.ask(type=20)
    assert status == SUCCESS and cert_of(answer) == first
    assert stored(ca) == before


@pytest.mark.parametrize("fields", [
    {"oaep": 1}, {"pss": 1}, {"ber": 1}, {"digest": "SHA512"}, {"cipher": "AES-256-CBC"},
    {"cipher": "AES-192-CBC", "oaep": 1, "ber": 1, "digest": "SHA384"},
])
def test_forms_of_messages_are_taken(ca, fields):
    assert Device(ca).enrol(**fields)


def test_forms_of_get_are_taken(ca):
    device = Device(ca)
    message = device.build()
    plain = base64.b64encode(message).decode()
    lines = "\n".join(plain[i:i + 64] for i in range(0, len(plain), 64)) + "\n"
    forms = [urllib.parse.quote(plain, safe=""), plain, urllib.parse.quote(lines, safe=""),
             base64.urlsafe_b64encode(message).decode(), base64.urlsafe_b64encode(message).decode().rstrip("=")]
    certs = set()
    for text in forms:
        got = ca.http("GET", "%s?message=%s&operation=PKIOperation" % (endpoint(ca), text))
        assert got.status == 200, got.body[:200]
        certs.add(cert_of(device.read(got.body)).serial_number)
    assert len(certs) == 1
    assert ca.http("GET", endpoint(ca) + "?operation=PKIOperation&message=" + "A" * 17000).status == 414


@pytest.mark.parametrize("fields, info", [
    ({"digest": "SHA1"}, BAD_ALG), ({"digest": "MD5"}, BAD_ALG), ({"cipher": "DES-EDE3-CBC"}, BAD_ALG),
    ({"cipher": "DES-CBC"}, BAD_ALG), ({"no_content": 1}, BAD_CHECK),
])
def test_old_algorithms_and_empty_messages_are_refused(ca, fields, info):
    before = stored(ca)
    assert Device(ca).ask(**fields)[:2] == (FAILURE, info)
    assert stored(ca) == before


def test_every_other_message_type_is_refused(ca):
    device = Device(ca)
    before = stored(ca)
    for kind in [t for t in range(31) if t not in (17, 19)]:
        status, info, answer = device.ask(type=kind)
        assert status == FAILURE, (kind, answer)
        assert info == (BAD_CERT_ID if kind in (20, 21, 22) else BAD_REQUEST), (kind, answer)
    assert stored(ca) == before


@pytest.mark.parametrize("challenge", ["", "wrong", "x" * 200])
def test_without_the_challenge_nothing_is_issued(ca, challenge):
    device = Device(ca, challenge)
    certificates = stored(ca)[1]
    status, info, answer = device.ask()
    assert (status, info) == (FAILURE, BAD_REQUEST), answer
    assert answer["text"]
    assert stored(ca)[1] == certificates


def test_a_request_under_another_signature_is_unreadable(ca):
    """The same answer as to what cannot be decrypted at all, to the letter."""
    device, thief = Device(ca), Device(ca)
    garbage = ca.folder / "garbage"
    garbage.write_bytes(os.urandom(600))
    before = stored(ca)
    status, info, stolen = device.ask(signer=thief)
    assert (status, info) == (FAILURE, BAD_CHECK)
    _, info, unreadable = thief.ask(content=garbage)
    assert info == BAD_CHECK
    assert stolen["text"] == unreadable["text"]
    assert stored(ca) == before


def test_broken_padding_has_one_answer(ca):
    """Octets of key, IV and content broken before the message is signed: every sort of padding is hit."""
    device = Device(ca)
    envelope = bytearray(openssl("cms", "-encrypt", "-binary", "-aes128", "-outform", "DER", "-in", device.csr,
                                 ca.ra[False]))
    texts = set()
    refused = 0
    before = stored(ca)
    key = envelope.index(b"\x04\x82\x01\x00") + 4  # the RSA block
    for at in range(len(envelope) - 1, key, -17):
        broken = bytearray(envelope)
        broken[at] ^= 0x5a
        got = device.post(signed(device, bytes(broken)))
        if got[1] == BAD_CHECK:
            texts.add(got[2]["text"])
            refused += 1
        assert got[0] == FAILURE
    assert refused > 30 and len(texts) == 1
    assert stored(ca) == before


def test_what_is_not_a_message_is_a_400(ca):
    device = Device(ca)
    message = device.build()
    before = stored(ca)
    unsigned = run(RAW, "build", "ra=%s" % ca.ra[False], "content=%s" % device.csr)
    for body in (b"", b"x", message[:-1], message + b"\0", message[:500], unsigned, b"\x30\x80" * 3000,
                 b"\x30\x82\xff\xff" + message, os.urandom(2000)):
        got = ca.http("POST", endpoint(ca) + "?operation=PKIOperation", body)
        assert got.status == 400, (got.status, body[:20])
    assert ca.http("POST", endpoint(ca) + "?operation=PKIOperation", b"0" * 70000).status == 413
    assert stored(ca) == before
    assert device.enrol()


def renewal(ca, **fields):
    """Another key, asked for with the certificate that is renewed."""
    old, new = Device(ca), Device(ca, challenge="")
    old.adopt(old.enrol())
    new.request(old.name, "")
    return old, new, new.ask(signer=old, **fields)


@pytest.mark.parametrize("kind", [17, 19])
def test_a_certificate_of_ours_renews_itself(ca, kind):
    old, _, (status, _, answer) = renewal(ca, type=kind)
    assert status == SUCCESS, answer
    assert name_of(cert_of(answer)) == [old.name]


@pytest.mark.parametrize("kind", [17, 19])
def test_a_renewal_takes_no_other_name_and_no_revoked_certificate(ca, kind):
    old, new = Device(ca), Device(ca, challenge="")
    cert = old.enrol()
    old.adopt(cert)
    certificates = stored(ca)[1]
    assert new.ask(signer=old, type=kind)[0] == FAILURE  # its own name
    new.request(old.name, "")
    found = ca.rest("OFFICER1", "GET", "/certificates?serial=%x" % cert.serial_number).json["items"]
    assert ca.rest("OFFICER1", "PUT", "/certificates/%s/revocation" % found[0]["id"],
                   {"reason": "superseded"}).status == 200
    assert new.ask(signer=old, type=kind)[0] == FAILURE
    assert stored(ca)[1] == certificates


def test_a_self_signed_renewal_is_refused(ca):
    device = Device(ca, challenge="")
    certificates = stored(ca)[1]
    assert device.ask(type=17)[:1] == (FAILURE,)
    assert stored(ca)[1] == certificates


@pytest.mark.parametrize("decision", ["approve", "deny"])
def test_what_waits_is_polled_until_somebody_decided(ca, decision):
    device, other = Device(ca, challenge=""), Device(ca)
    assert device.ask(manual=True)[0] == PENDING
    assert device.ask(manual=True)[0] == PENDING  # the same request again
    assert device.ask(manual=True, type=20)[0] == PENDING
    other.transaction = device.transaction
    assert other.ask(manual=True, type=20)[:2] == (FAILURE, BAD_CERT_ID)
    assert device.ask(type=20)[:2] == (FAILURE, BAD_CERT_ID)  # at the other endpoint
    request = manual_request(ca, device)
    plan = ca.rest("OFFICER1", "GET", "/requests/" + request).json["plan_digest"]
    got = ca.rest("OFFICER1", "POST", "/requests/%s/decisions" % request,
                  {"decision": decision, "comment": "so it is", "plan_digest": plan})
    assert got.status in (200, 201), got.body
    status, info, answer = device.ask(manual=True, type=20)
    if decision == "deny":
        assert (status, info) == (FAILURE, BAD_REQUEST)
        assert "denied" in answer["text"]
    else:
        assert status == SUCCESS and name_of(cert_of(answer)) == [device.name]


def test_certificates_and_crls_are_for_those_who_have_one(ca):
    device, stranger = Device(ca), Device(ca)
    cert = device.enrol()
    asked = issuer_and_serial(ca, cert)
    assert stranger.ask(type=21, content=asked)[:2] == (FAILURE, BAD_CERT_ID)
    assert stranger.ask(type=22, content=asked)[:2] == (FAILURE, BAD_CERT_ID)
    device.adopt(cert)
    status, _, answer = device.ask(type=21, content=asked)
    assert status == SUCCESS, answer
    assert cert_of(answer) == cert
    status, _, answer = device.ask(type=22, content=asked)
    assert status == SUCCESS
    crl = openssl("pkcs7", "-inform", "DER", "-print_certs", "-text", "-noout",
                  input=base64.b64decode(answer["content"]))
    assert b"Certificate Revocation List" in crl


def test_http_1_0_and_no_content_type(ca):
    """As old routers send it."""
    device = Device(ca)
    at = urllib.parse.urlsplit(ca.env["CA_HTTP_URL"])
    message = device.build()
    with socket.create_connection((at.hostname, at.port), timeout=20) as s:
        s.sendall(b"POST %s?operation=PKIOperation HTTP/1.0\r\nContent-Length: %d\r\n\r\n"
                  % (endpoint(ca).encode(), len(message)) + message)
        said = b""
        while piece := s.recv(65536):
            said += piece
    head, _, body = said.partition(b"\r\n\r\n")
    assert b" 200 " in head.splitlines()[0]
    assert device.read(body)["status"] == str(SUCCESS)
