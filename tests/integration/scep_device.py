# SPDX-License-Identifier: Apache-2.0
"""Devices whose SCEP messages are made by tests/tools/scep_raw.c, and what they are answered."""

import base64
import os
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from harness import BUILD, wait_for
from support import openssl, run

RAW = os.path.join(BUILD, "tests", "scep_raw")
SUCCESS, FAILURE, PENDING = 0, 2, 3
BAD_ALG, BAD_CHECK, BAD_REQUEST, BAD_TIME, BAD_CERT_ID = range(5)


def path_of(url):
    return urllib.parse.urlsplit(url).path


def endpoint(ca, at=False):
    """The path of the endpoint that issues at once, the one that waits (True), or one by name."""
    if isinstance(at, str):
        return "/scep/" + at
    return path_of(ca.env["CA_SCEP_MANUAL_URL" if at else "CA_SCEP_URL"])


def prepare(ca, folder, prefix="d"):
    """What devices need to know of it; their names begin so."""
    ca.folder, ca.devices, ca.ra, ca.prefix = folder, 0, {}, prefix
    for at in (False, True):
        fetch_ra(ca, at)


def fetch_ra(ca, at):
    """The RA certificate of an endpoint, as a file."""
    got = wait_for(lambda: next((a for a in [ca.http("GET", endpoint(ca, at) + "?operation=GetCACert")]
                                 if a.status == 200), None), 30)
    assert got.headers["Content-Type"] == "application/x-x509-ca-ra-cert"
    certs = pkcs7.load_der_pkcs7_certificates(got.body)
    assert len(certs) == 3
    ra = [c for c in certs if not c.extensions.get_extension_for_class(x509.BasicConstraints).value.ca]
    assert len(ra) == 1
    ca.ra[at] = ca.folder / ("ra-%s.pem" % at)
    ca.ra[at].write_bytes(ra[0].public_bytes(Encoding.PEM))


def endpoint_make(ca, name, **more):
    """An endpoint, and the RA certificate that is made for it."""
    got = ca.rest("ADMIN", "POST", "/scep/endpoints", {"name": name, "profile": "device", **more})
    assert got.status == 201, got.body
    fetch_ra(ca, name)
    return got.json


class Device:
    """A key, a self-signed certificate, and later one of ours."""

    def __init__(self, ca, challenge=None, key="rsa:2048"):
        ca.devices += 1
        self.ca = ca
        self.name = "%s%d.example.test" % (ca.prefix, ca.devices)
        self.transaction = "transaction of " + self.name
        self.key = ca.folder / (self.name + ".key")
        self.cert = ca.folder / (self.name + ".pem")
        self.csr = ca.folder / (self.name + ".csr")
        openssl("req", "-x509", "-newkey", key, "-nodes", "-subj", "/CN=" + self.name, "-days", "1",
                "-keyout", self.key, "-out", self.cert)
        self.request(self.name, ca.env["CA_SCEP_CHALLENGE"] if challenge is None else challenge)

    def request(self, name, challenge):
        conf = self.csr.with_suffix(".cnf")
        conf.write_text("[req]\nprompt = no\ndistinguished_name = dn\nattributes = at\nreq_extensions = ex\n"
                        "[dn]\nCN = %s\n[at]\n%s[ex]\nsubjectAltName = DNS:%s\n"
                        % (name, "challengePassword = %s\n" % challenge if challenge else "", name))
        openssl("req", "-new", "-key", self.key, "-config", conf, "-outform", "DER", "-out", self.csr)

    def build(self, manual=False, content=None, signer=None, **fields):
        signer = signer or self
        fields = {"transaction": self.transaction, **fields}
        return run(RAW, "build", *("%s=%s" % f for f in fields.items()), "key=%s" % signer.key,
                   "cert=%s" % signer.cert, "ra=%s" % self.ca.ra[manual], "content=%s" % (content or self.csr))

    def read(self, body, manual=False, signer=None):
        signer = signer or self
        out = run(RAW, "read", "ra=%s" % self.ca.ra[manual], "key=%s" % signer.key, "cert=%s" % signer.cert,
                  input=body)
        got = dict(line.split("=", 1) for line in out.decode().splitlines())
        assert base64.b64decode(got["recipient_nonce"]) == b"0123456789abcdef"
        return got

    def post(self, message, manual=False, signer=None):
        got = self.ca.http("POST", endpoint(self.ca, manual) + "/pkiclient.exe?operation=PKIOperation", message)
        assert got.status == 200, (got.status, got.body[:300])
        assert got.headers["Content-Type"] == "application/x-pki-message"
        answer = self.read(got.body, manual, signer)
        return int(answer["status"]), int(answer["fail_info"]), answer

    def ask(self, manual=False, signer=None, **fields):
        return self.post(self.build(manual, signer=signer, **fields), manual, signer)

    def enrol(self, **fields):
        status, fail_info, answer = self.ask(**fields)
        assert status == SUCCESS, answer
        return cert_of(answer)

    def adopt(self, cert):
        """Goes on with a certificate of ours."""
        self.cert.write_bytes(cert.public_bytes(Encoding.PEM))


def cert_of(answer):
    certs = pkcs7.load_der_pkcs7_certificates(base64.b64decode(answer["content"]))
    assert len(certs) == 1
    return certs[0]


def name_of(cert):
    return cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)


def signed(device, envelope):
    file = device.csr.with_suffix(".p7")
    file.write_bytes(envelope)
    return run(RAW, "build", "transaction=" + device.transaction, "key=%s" % device.key, "cert=%s" % device.cert,
               "envelope=%s" % file)


def manual_request(ca, device):
    """The id of the request that waits for it."""
    waiting = ca.rest("OFFICER1", "GET", "/requests?status=pending").json["items"]
    return next(r["id"] for r in waiting if device.name in str(r))


def issuer_and_serial(ca, cert):
    file = ca.folder / "issuer-and-serial"
    number = cert.serial_number.to_bytes((cert.serial_number.bit_length() + 8) // 8, "big")
    body = cert.issuer.public_bytes() + bytes([2, len(number)]) + number
    file.write_bytes(b"\x30" + (b"\x81" if len(body) > 127 else b"") + bytes([len(body)]) + body)
    return file
