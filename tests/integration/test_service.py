# SPDX-License-Identifier: Apache-2.0
"""Certificates of the server's own: RA keys of SCEP endpoints and the HTTPS address."""

import http.client
import os
import re
import signal
import ssl
import subprocess
import urllib.parse

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

import harness
from harness import Dev, wait_for
from support import sql

ENDPOINTS = ("dev", "dev-manual")


def rows(ca, kind, owner):
    """[certificate, id on record, key label], newest first."""
    found = sql(ca, "SELECT encode(certificate, 'hex'), certificate_id, key_label FROM ca.service_certificate "
                    "WHERE kind = '%s' AND owner = '%s' ORDER BY id DESC" % (kind, owner))
    return [(x509.load_der_x509_certificate(bytes.fromhex(text)), id, label) for text, id, label in found]


def shown(ca):
    """PEM of each certificate that HTTPS shows now."""
    at = urllib.parse.urlsplit(ca.env["CA_HTTPS_URL"])
    out = subprocess.run(["openssl", "s_client", "-connect", at.netloc, "-showcerts"], input=b"",
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30).stdout
    return re.findall(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", out, re.S)


def key_of(cert):
    return cert.public_key().public_numbers()


def front_keys(ca):
    """What `token test` says of the front token."""
    return subprocess.run([harness.PROGRAM, "token", "test", "--token", "front", "--config",
                           os.path.join(ca.state, "ca-server.yaml")], capture_output=True, text=True,
                          env={**os.environ, "SOFTHSM2_CONF": ca.env["CA_SOFTHSM2_CONF"]}).stdout


def has_key(ca, label):
    return re.search(r"(^|\W)%s(\W|$)" % re.escape(label), front_keys(ca), re.M) is not None


@pytest.fixture(scope="module")
def ours():
    dev = Dev()
    try:
        yield dev.start()
    finally:
        dev.remove()


# -- RA keys ---------------------------------------------------------------------------------------

def test_each_endpoint_has_an_rsa_key_under_an_ec_authority(ours):
    issuing = x509.load_pem_x509_certificate(open(ours.env["CA_CHAIN_PEM"], "rb").read())
    assert isinstance(issuing.public_key(), ec.EllipticCurvePublicKey)
    for name in ENDPOINTS:
        (cert, _, label), = rows(ours, "scep-ra", name)
        assert isinstance(cert.public_key(), rsa.RSAPublicKey) and cert.public_key().key_size == 2048
        assert cert.subject.rfc4514_string() == "CN=%s SCEP RA,O=ca-server development,C=CH" % name
        assert cert.issuer == issuing.subject
        issuing.public_key().verify(cert.signature, cert.tbs_certificate_bytes, ec.ECDSA(hashes.SHA256()))
        usage = cert.extensions.get_extension_for_class(x509.KeyUsage).value
        assert usage.digital_signature and usage.key_encipherment and not usage.key_cert_sign
        assert has_key(ours, label)
    assert [row[0] for row in sql(ours, "SELECT outcome FROM ca.audit WHERE action = 'service.issue'")] == ["ok", "ok"]


def test_the_settings_for_devices_are_told_and_stay(ours):
    env = ours.env
    assert env["CA_SCEP_URL"] == env["CA_HTTP_URL"] + "/scep/dev"
    assert env["CA_SCEP_MANUAL_URL"] == env["CA_HTTP_URL"] + "/scep/dev-manual"
    assert len(env["CA_SCEP_CHALLENGE"]) > 20
    assert os.stat(os.path.join(ours.state, "scep-challenge")).st_mode & 0o777 == 0o600
    assert env["CA_SCEP_CHALLENGE"] not in ours.logged()


def test_another_kind_of_key_is_made_at_once(ours):
    (before, _, first), = rows(ours, "scep-ra", "dev-manual")
    there = ours.rest("ADMIN", "GET", "/scep/endpoints/dev-manual")
    changed = ours.rest("ADMIN", "PATCH", "/scep/endpoints/dev-manual", {"ra_key": "rsa:3072"},
                        {"If-Match": there.headers["ETag"]})
    assert changed.status == 200, changed.body
    wait_for(lambda: len(rows(ours, "scep-ra", "dev-manual")) == 2, 60)
    (after, _, second), (kept, _, _) = rows(ours, "scep-ra", "dev-manual")
    assert after.public_key().key_size == 3072 and kept == before
    assert has_key(ours, first) and has_key(ours, second)


def test_a_revoked_one_is_replaced_by_one_with_another_key(ours):
    (before, id, first), = rows(ours, "scep-ra", "dev")
    done = ours.rest("OFFICER1", "PUT", "/certificates/%s/revocation" % id, {"reason": "key_compromise"})
    assert done.status == 200, done.body
    wait_for(lambda: len(rows(ours, "scep-ra", "dev")) == 2, 60)
    (after, _, second), _ = rows(ours, "scep-ra", "dev")
    assert key_of(after) != key_of(before) and second != first


def test_a_restart_makes_nothing_anew(ours):
    secret = ours.env["CA_SCEP_CHALLENGE"]
    count = len(rows(ours, "scep-ra", "dev")), len(rows(ours, "scep-ra", "dev-manual"))
    ours.stop()
    ours.start()
    assert ours.env["CA_SCEP_CHALLENGE"] == secret
    assert (len(rows(ours, "scep-ra", "dev")), len(rows(ours, "scep-ra", "dev-manual"))) == count


# -- HTTPS -----------------------------------------------------------------------------------------

def test_sighup_takes_another_chain_and_drops_no_connection(ours):
    at = urllib.parse.urlsplit(ours.env["CA_HTTPS_URL"])
    context = ssl.create_default_context(cafile=ours.env["CA_ROOT_PEM"])
    context.load_cert_chain(ours.env["CA_REQUESTER_PEM"])
    open_one = http.client.HTTPSConnection(at.hostname, at.port, timeout=20, context=context)
    open_one.request("GET", "/api/v1/authorities")
    assert open_one.getresponse().read()
    before = shown(ours)
    path = os.path.join(ours.state, "tls.pem")
    with open(path, "rb") as f:
        whole = f.read()
    blocks = re.findall(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", whole, re.S)
    assert len(blocks) == 3
    try:
        with open(path, "wb") as f:
            f.write(b"nothing of use\n")
        os.kill(int(ours.env["CA_FRONT_PID"]), signal.SIGHUP)
        wait_for(lambda: "holds no certificates in PEM" in ours.logged(), 20)
        assert shown(ours) == before
        with open(path, "wb") as f:
            f.write(blocks[0] + blocks[1])
        os.kill(int(ours.env["CA_FRONT_PID"]), signal.SIGHUP)
        wait_for(lambda: len(shown(ours)) == 2, 20, 0.2)
        open_one.request("GET", "/api/v1/authorities")
        assert open_one.getresponse().status == 200
        assert ours.rest("REQUESTER", "GET", "/authorities").status == 200
    finally:
        open_one.close()
        with open(path, "wb") as f:
            f.write(whole)
        os.kill(int(ours.env["CA_FRONT_PID"]), signal.SIGHUP)
