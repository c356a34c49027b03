# SPDX-License-Identifier: Apache-2.0
"""OCSP requests as octets, and what relying parties need to ask."""

import hashlib
import os

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from harness import csr
from support import issued, pem_blocks

SUCCESSFUL, MALFORMED, INTERNAL_ERROR, TRY_LATER, UNAUTHORIZED = 0, 1, 2, 3, 6
TYPE = "application/ocsp-request"
OIDS = {"sha1": bytes.fromhex("06052b0e03021a"), "sha256": bytes.fromhex("0609608648016503040201"),
        "sha384": bytes.fromhex("0609608648016503040202")}
NONCE = bytes.fromhex("06092b0601050507300102")


def tlv(tag, *parts):
    """An element of DER."""
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def integer(value):
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


class Shop:
    """An authority, and files of it that tools want."""

    def __init__(self, ca, folder):
        self.ca, self.folder = ca, str(folder)
        self.url = "%s/ocsp/%s" % (ca.env["CA_HTTP_URL"], ca.env["CA_ISSUING_NAME"])
        self.path = "/ocsp/" + ca.env["CA_ISSUING_NAME"]
        with open(ca.env["CA_CHAIN_PEM"], "rb") as f:
            self.chain = pem_blocks(f.read())
        self.issuer = self.chain[0]
        self.ca_pem = self.write("ca.pem", self.issuer)
        self.chain_pem = ca.env["CA_CHAIN_PEM"]

    def write(self, name, cert):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as f:
            f.write(cert.public_bytes(serialization.Encoding.PEM))
        return path

    def issue(self, name):
        """(id, certificate, PEM file) of something new."""
        made = issued(self.ca, csr(name + ".example.org")[0])
        cert = x509.load_pem_x509_certificate(made["certificate"].encode())
        return made["certificate_id"], cert, self.write(name + ".pem", cert)

    def key_octets(self):
        key = self.issuer.public_key()
        if isinstance(key, ec.EllipticCurvePublicKey):
            return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        assert isinstance(key, rsa.RSAPublicKey)
        return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)

    def issuer_part(self, digest, name):
        """Of CertID what comes before the serial number."""
        hashed = lambda octets: hashlib.new(digest, octets).digest()
        return (tlv(0x30, OIDS[digest], b"\x05\x00") + tlv(4, hashed(name or self.issuer.subject.public_bytes())) +
                tlv(4, hashed(self.key_octets())))

    def request(self, *serials, digest="sha1", nonce=None, name=None):
        issuer = self.issuer_part(digest, name)
        ids = b"".join(tlv(0x30, tlv(0x30, issuer, integer(s))) for s in serials)
        extensions = b""
        if nonce is not None:
            extensions = tlv(0xa2, tlv(0x30, tlv(0x30, NONCE, tlv(4, tlv(4, nonce)))))
        return tlv(0x30, tlv(0x30, tlv(0x30, ids), extensions))

    def post(self, der, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ca.http("POST", self.path, der, headers or {"Content-Type": TYPE})


def response_status(answer):
    """OCSPResponseStatus of an answer that is one."""
    assert answer.status == 200, (answer.status, answer.body[:300])
    assert answer.headers["Content-Type"] == "application/ocsp-response"
    body = answer.body[2 + (answer.body[1] & 0x7f if answer.body[1] & 0x80 else 0):]
    assert answer.body[0] == 0x30 and body[:2] == b"\x0a\x01"
    return body[2]
