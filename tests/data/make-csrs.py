#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/data/csr and tests/data/cert: requests and certificates, good ones and one for each
way to be wrong. Needs python3-cryptography; with --tools also the real clients (openssl, keytool,
cfssl, certtool, strongSwan's pki), whose requests are kept as csr/tool-*.der.
Keys are new in each run, so a run changes every file; the tests look at names and answers only."""
import datetime
import ipaddress
import json
import os
import subprocess
import sys
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

HERE = os.path.dirname(os.path.abspath(__file__))
DER = serialization.Encoding.DER


# DER, by hand: most of what stands here no library would write.
def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    if n < 0x80:
        head = bytes([n])
    else:
        octets = n.to_bytes((n.bit_length() + 7) // 8, "big")
        head = bytes([0x80 | len(octets)]) + octets
    return bytes([tag]) + head + body


def seq(*parts):
    return tlv(0x30, *parts)


def der_set(*parts):
    return tlv(0x31, *parts)


def integer(v):
    return tlv(2, v.to_bytes(v.bit_length() // 8 + 1, "big"))


def oid(text):
    first, second, *rest = map(int, text.split("."))
    out = b""
    for arc in [first * 40 + second] + rest:
        piece = bytes([arc & 0x7F])
        while arc > 0x7F:
            arc >>= 7
            piece = bytes([0x80 | (arc & 0x7F)]) + piece
        out += piece
    return tlv(6, out)


def bits(octets):
    return tlv(3, b"\0", octets)


NULL = tlv(5)
TRUE = tlv(1, b"\xff")
CN, O, C = "2.5.4.3", "2.5.4.10", "2.5.4.6"
EXTENSION_REQUEST = "1.2.840.113549.1.9.14"
SAN, BC, KU, EKU = "2.5.29.17", "2.5.29.19", "2.5.29.15", "2.5.29.37"
SHA256_RSA = seq(oid("1.2.840.113549.1.1.11"), NULL)
ECDSA = {256: "2", 384: "3", 512: "4"}


def rdn(kind, text, tag=0x0C):
    value = text if isinstance(text, bytes) else text.encode()
    return der_set(seq(oid(kind), tlv(tag, value)))


WWW = seq(rdn(C, "DE", 0x13), rdn(O, "Acme"), rdn(CN, "www.example.org"))
EMPTY = seq()


def ext(kind, value, critical=False):
    return seq(oid(kind), TRUE if critical else b"", tlv(4, value))


def dns(name):
    return tlv(0x82, name if isinstance(name, bytes) else name.encode())


def san(*names):
    return ext(SAN, seq(*names))


def attribute(kind, *values):
    return seq(oid(kind), der_set(*values))


def request_extensions(*exts):
    return attribute(EXTENSION_REQUEST, seq(*exts))


def spki_of(key):
    return key.public_key().public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def sign(key, data, how=None):
    """(AlgorithmIdentifier, signature)"""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return seq(oid("1.3.101.112")), key.sign(data)
    if isinstance(key, rsa.RSAPrivateKey):
        if how == "pss":
            h = seq(oid("2.16.840.1.101.3.4.2.1"), NULL)
            params = seq(tlv(0xA0, h), tlv(0xA1, seq(oid("1.2.840.113549.1.1.8"), h)), tlv(0xA2, integer(32)))
            pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
            return seq(oid("1.2.840.113549.1.1.10"), params), key.sign(data, pss, hashes.SHA256())
        names = {"md5": ("4", hashes.MD5()), "sha1": ("5", hashes.SHA1()), None: ("11", hashes.SHA256()),
                 "sha384": ("12", hashes.SHA384()), "sha512": ("13", hashes.SHA512())}
        arc, digest = names[how]
        # PKCS#1 by hand where the library refuses the digest
        return seq(oid("1.2.840.113549.1.1." + arc), NULL), raw_rsa(key, data, digest)
    if how == "sha1":
        return seq(oid("1.2.840.10045.4.1")), key.sign(data, ec.ECDSA(hashes.SHA1()))
    size = {256: 256, 384: 384, 521: 512, 512: 512}[key.key_size]
    digest = {256: hashes.SHA256(), 384: hashes.SHA384(), 512: hashes.SHA512()}[size]
    return seq(oid("1.2.840.10045.4.3." + ECDSA[size])), key.sign(data, ec.ECDSA(digest))


def raw_rsa(key, data, digest):
    oids = {"md5": "1.2.840.113549.2.5", "sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1",
            "sha384": "2.16.840.1.101.3.4.2.2", "sha512": "2.16.840.1.101.3.4.2.3"}
    h = hashes.Hash(digest)
    h.update(data)
    info = seq(seq(oid(oids[digest.name]), NULL), tlv(4, h.finalize()))
    n = key.private_numbers()
    k = (n.public_numbers.n.bit_length() + 7) // 8
    m = b"\0\1" + b"\xff" * (k - 3 - len(info)) + b"\0" + info
    return pow(int.from_bytes(m, "big"), n.d, n.public_numbers.n).to_bytes(k, "big")


def csr(key, subject=WWW, attributes=(), spki=None, how=None, version=0, tagged=True, signer=None):
    info = seq(integer(version), subject, spki or spki_of(key),
               tlv(0xA0, *attributes) if tagged else b"")
    algorithm, signature = sign(signer or key, info, how)
    return seq(info, algorithm, bits(signature))


def rsa_spki(n, e):
    return seq(seq(oid("1.2.840.113549.1.1.1"), NULL), bits(seq(integer(n), integer(e))))


def ec_spki(curve_oid, point):
    return seq(seq(oid("1.2.840.10045.2.1"), oid(curve_oid)), bits(point))


def explicit_spki(key):
    """RFC 3279 2.3.5: the same curve, its parameters written out."""
    p = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    g = bytes.fromhex("046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"
                      "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5")
    n = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    a32 = (p - 3).to_bytes(32, "big")
    params = seq(integer(1), seq(oid("1.2.840.10045.1.1"), integer(p)),
                 seq(tlv(4, a32), tlv(4, b.to_bytes(32, "big"))), tlv(4, g), integer(n), integer(1))
    return seq(seq(oid("1.2.840.10045.2.1"), params), bits(point_of(key)))


def point_of(key, form=serialization.PublicFormat.UncompressedPoint):
    return key.public_key().public_bytes(serialization.Encoding.X962, form)


def write(folder, name, der):
    with open(os.path.join(HERE, folder, name + ".der"), "wb") as f:
        f.write(der)


def good_requests(p256, rsa2048):
    names = request_extensions(san(dns("www.example.org"), dns("example.org")))
    kinds = {"p384": ec.SECP384R1(), "p521": ec.SECP521R1(), "secp256k1": ec.SECP256K1(),
             "brainpool256": ec.BrainpoolP256R1(), "brainpool384": ec.BrainpoolP384R1(),
             "brainpool512": ec.BrainpoolP512R1()}
    out = {"p256": csr(p256, attributes=[names]), "rsa2048": csr(rsa2048, attributes=[names]),
           "rsa-pss": csr(rsa2048, attributes=[names], how="pss"),
           "rsa-sha512": csr(rsa2048, attributes=[names], how="sha512"),
           "rsa4096": csr(rsa.generate_private_key(65537, 4096), attributes=[names]),
           "ed25519": csr(ed25519.Ed25519PrivateKey.generate(), attributes=[names])}
    for name, curve in kinds.items():
        out[name] = csr(ec.generate_private_key(curve), attributes=[names])
    out["no-attributes"] = csr(p256, tagged=False)
    out["empty-attributes"] = csr(p256)
    out["empty-extension-list"] = csr(p256, attributes=[request_extensions()])
    challenge = attribute("1.2.840.113549.1.9.7", tlv(0x13, b"hunter2"))
    friendly = attribute("1.2.840.113549.1.9.20", tlv(0x1E, "näme".encode("utf-16-be")))
    os_version = attribute("1.3.6.1.4.1.311.13.2.3", tlv(0x16, b"10.0.19045.2"))
    out["unsorted-attributes"] = csr(p256, attributes=[os_version, friendly, names, challenge])
    out["wildcard"] = csr(p256, attributes=[request_extensions(san(dns("*.example.org")))])
    out["public-suffix"] = csr(p256, attributes=[request_extensions(san(dns("co.uk")))])
    out["ip"] = csr(p256, attributes=[request_extensions(san(tlv(0x87, bytes([192, 0, 2, 1])),
                                                             tlv(0x87, ipaddress.ip_address("2001:db8::1").packed)))])
    out["email"] = csr(p256, attributes=[request_extensions(san(tlv(0x81, b"a@example.org")))])
    out["other-name"] = csr(p256, attributes=[request_extensions(san(
        tlv(0xA0, oid("1.3.6.1.4.1.311.20.2.3"), tlv(0xA0, tlv(0x0C, b"user@corp.example")))))])
    out["bad-punycode"] = csr(p256, attributes=[request_extensions(san(dns("xn--a.example.org")))])
    out["empty-subject"] = csr(p256, subject=EMPTY, attributes=[names])
    out["empty-subject-no-san"] = csr(p256, subject=EMPTY)
    out["cn-not-in-san"] = csr(p256, subject=seq(rdn(CN, "mail.example.org")), attributes=[names])
    out["ca-true"] = csr(p256, attributes=[request_extensions(ext(BC, seq(TRUE), True),
                                                              san(dns("www.example.org")))])
    out["more-usages"] = csr(p256, attributes=[request_extensions(
        ext(KU, tlv(3, b"\1\x06"), True), ext(EKU, seq(oid("1.3.6.1.5.5.7.3.3"))),
        ext("1.2.3.4", NULL), san(dns("www.example.org")))])
    out["unlisted-attributes"] = csr(p256, subject=seq(rdn("2.5.4.12", "Dr"), rdn("1.2.840.113549.1.9.1", "a@b.example", 0x16),
                                                       rdn(CN, "www.example.org")), attributes=[names])
    out["person"] = csr(p256, subject=seq(rdn(O, "Acme"), rdn(CN, "Alice Example")))
    out["reverse-order"] = csr(p256, subject=seq(rdn(CN, "www.example.org"), rdn(O, "Acme"), rdn(C, "DE", 0x13)),
                               attributes=[names])
    out["multi-valued-rdn"] = csr(p256, subject=seq(der_set(seq(oid(CN), tlv(0x0C, b"a")), seq(oid(O), tlv(0x0C, b"b")))))
    out["long-common-name"] = csr(p256, subject=seq(rdn(CN, "x" * 65)), attributes=[names])
    out["lower-case-country"] = csr(p256, subject=seq(rdn(C, "de", 0x13), rdn(CN, "www.example.org")), attributes=[names])
    return out


def bad_requests(p256, rsa2048, good):
    n = rsa2048.public_key().public_numbers().n
    names = request_extensions(san(dns("www.example.org")))
    point = point_of(p256)
    with_san = lambda *list_: csr(p256, attributes=[request_extensions(san(*list_))])
    p224 = ec.generate_private_key(ec.SECP224R1())
    out = {
        "empty": b"", "not-pkcs10": seq(integer(7), tlv(0x0C, b"hello")), "text": b"-----BEGIN NOTHING-----\n",
        "truncated": good["p256"][:-20], "trailing-byte": good["p256"] + b"\0",
        "long-form-length": b"\x30\x83\x00" + good["p256"][2:4] + good["p256"][4:],
        "65537-octets": good["p256"] + b"\0" * (65537 - len(good["p256"])),
        "version-2": csr(p256, version=1),
        "wrong-key": csr(p256, signer=ec.generate_private_key(ec.SECP256R1())),
        "other-algorithm": csr(p256, signer=rsa2048),
        "unknown-algorithm": good["p256"].replace(oid("1.2.840.10045.4.3.2"), oid("1.2.840.10045.4.3.9")),
        "md5": csr(rsa2048, how="md5"), "sha1": csr(rsa2048, how="sha1"), "ecdsa-sha1": csr(p256, how="sha1"),
        "rsa1024": csr(rsa.generate_private_key(65537, 1024)),
        "rsa2050": csr(rsa2048, spki=rsa_spki(n << 2 | 1, 65537)),
        "rsa16384": csr(rsa2048, spki=rsa_spki((1 << 16383) | 1, 65537)),
        "even-modulus": csr(rsa2048, spki=rsa_spki(n - 1, 65537)),
        "negative-modulus": csr(rsa2048, spki=seq(seq(oid("1.2.840.113549.1.1.1"), NULL), bits(
            seq(tlv(2, n.to_bytes(256, "big")), integer(65537))))),
        "exponent-1": csr(rsa2048, spki=rsa_spki(n, 1)), "exponent-3": csr(rsa2048, spki=rsa_spki(n, 3)),
        "exponent-even": csr(rsa2048, spki=rsa_spki(n, 65538)),
        "exponent-huge": csr(rsa2048, spki=rsa_spki(n, (1 << 256) | 1)),
        "explicit-curve": csr(p256, spki=explicit_spki(p256)),
        "p224": csr(p256, spki=ec_spki("1.3.132.0.33", point_of(p224))),
        "point-not-on-curve": csr(p256, spki=ec_spki("1.2.840.10045.3.1.7", point[:-1] + bytes([point[-1] ^ 1]))),
        "point-compressed": csr(p256, spki=ec_spki(
            "1.2.840.10045.3.1.7", point_of(p256, serialization.PublicFormat.CompressedPoint))),
        "point-infinity": csr(p256, spki=ec_spki("1.2.840.10045.3.1.7", b"\0")),
        "point-short": csr(p256, spki=ec_spki("1.2.840.10045.3.1.7", point[:-1])),
        "ed25519-short": csr(p256, spki=seq(seq(oid("1.3.101.112")), bits(b"\1" * 31))),
        "10000-sans": with_san(*[dns("a%x" % (i % 16)) for i in range(10000)]),
        "251-sans": with_san(*[dns("h%d.example.org" % i) for i in range(251)]),
        "san-nul": with_san(dns(b"www.example.org\0.evil.example")),
        "san-utf8": with_san(dns("b\u00fccher.example")), "san-space": with_san(dns("www example.org")),
        "san-trailing-dot": with_san(dns("www.example.org.")), "san-bare-wildcard": with_san(dns("*")),
        "san-inner-wildcard": with_san(dns("www.*.example.org")), "san-dotted-quad": with_san(dns("192.0.2.1")),
        "san-254-octets": with_san(dns(".".join(["a" * 49] * 5) + ".abcd")),
        "san-ip-5": with_san(tlv(0x87, b"\1\2\3\4\5")), "san-ip-8": with_san(tlv(0x87, b"\1\2\3\4\xff\xff\xff\0")),
        "san-empty": with_san(), "san-email-bad": with_san(tlv(0x81, b"no-at-sign")),
        "san-uri-relative": with_san(tlv(0x86, b"/index.html")), "san-unknown-tag": with_san(tlv(0x89, b"x")),
        "duplicate-extensions": csr(p256, attributes=[request_extensions(san(dns("a.example.org")), san(dns("b.example.org")))]),
        "duplicate-attributes": csr(p256, attributes=[names, names]),
        "two-extension-requests": csr(p256, attributes=[attribute(EXTENSION_REQUEST, seq(san(dns("a.example.org"))),
                                                                  seq(san(dns("b.example.org"))))]),
        "critical-false": csr(p256, attributes=[request_extensions(
            seq(oid(SAN), tlv(1, b"\0"), tlv(4, seq(dns("www.example.org")))))]),
    }
    flipped = bytearray(good["p256"])
    flipped[-1] ^= 1
    out["flipped-signature"] = bytes(flipped)
    return out


def certificates():
    at = datetime.datetime(2026, 1, 1)
    day = datetime.timedelta(days=1)
    name = lambda cn: x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "DE"),
                                 x509.NameAttribute(x509.NameOID.COMMON_NAME, cn)])

    def make(cn, key, issuer_cn, issuer_key, ca=None, path_length=None, usage=True, aki=None, days=3650):
        b = (x509.CertificateBuilder().subject_name(name(cn)).issuer_name(name(issuer_cn))
             .public_key(key.public_key()).serial_number(x509.random_serial_number())
             .not_valid_before(at).not_valid_after(at + days * day)
             .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
             .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key((aki or issuer_key).public_key()), False))
        if ca is not None:
            b = b.add_extension(x509.BasicConstraints(ca, path_length), True)
            b = b.add_extension(x509.KeyUsage(True, False, False, False, False, ca and usage, ca, False, False), True)
        if not ca:
            b = b.add_extension(x509.SubjectAlternativeName([x509.DNSName("www.example.org")]), False)
        digest = None if isinstance(issuer_key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
        return b.sign(issuer_key, digest).public_bytes(DER)

    root, sub, sub2, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(4))
    rsa_key, ed = rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate()
    out = {
        "root": make("Root", root, "Root", root, True), "sub": make("Sub", sub, "Root", root, True, 0),
        "leaf": make("www.example.org", leaf, "Sub", sub, False),
        "root-rsa": make("Root RSA", rsa_key, "Root RSA", rsa_key, True),
        "leaf-rsa": make("www.example.org", leaf, "Root RSA", rsa_key, False),
        "root-ed25519": make("Root Ed", ed, "Root Ed", ed, True),
        "sub-under-sub": make("Sub 2", sub2, "Sub", sub, True),
        "leaf-under-sub-under-sub": make("www.example.org", leaf, "Sub 2", sub2, False),
        "leaf-wrong-signer": make("www.example.org", leaf, "Sub", root, False, aki=sub),
        "leaf-wrong-key-id": make("www.example.org", leaf, "Sub", sub, False, aki=root),
        "leaf-under-leaf": make("evil.example.org", sub2, "www.example.org", leaf, False),
        "leaf-expired": make("www.example.org", leaf, "Sub", sub, False, days=1),
        "ca-without-cert-sign": make("No Sign", sub2, "Root", root, True, usage=False),
        "leaf-under-no-sign": make("www.example.org", leaf, "No Sign", sub2, False),
    }
    good = out["leaf"]
    inner = good[4:]
    tbs_len = int.from_bytes(inner[2:4], "big") + 4
    tbs, rest = inner[:tbs_len], inner[tbs_len:]
    body = tbs[4:]
    v3 = tlv(0xA0, integer(2))
    assert body.startswith(v3)
    # tbs ends with the extensions; what stands before them
    at_ext = body.index(b"\xa3")
    while tlv(0xA3, body[at_ext + 2:]) != body[at_ext:] and tlv(0xA3, body[at_ext + 3:]) != body[at_ext:] \
            and tlv(0xA3, body[at_ext + 4:]) != body[at_ext:]:
        at_ext = body.index(b"\xa3", at_ext + 1)
    front = body[:at_ext]
    one = ext(KU, tlv(3, b"\7\x80"), True)
    again = lambda tbs_body: seq(seq(tbs_body), rest)
    out.update({
        "v1": again(front[len(v3):]), "v2": again(tlv(0xA0, integer(1)) + front[len(v3):]),
        "trailing": good + b"\0", "truncated": good[:-1], "empty-extensions": again(front + tlv(0xA3, seq())),
        "duplicate-extension": again(front + tlv(0xA3, seq(one, one))),
        "critical-false": again(front + tlv(0xA3, seq(seq(oid(KU), tlv(1, b"\0"), tlv(4, tlv(3, b"\7\x80")))))),
        "33-extensions": again(front + tlv(0xA3, seq(*[ext("1.2.3.%d" % i, NULL) for i in range(33)]))),
        "unique-id": again(front + tlv(0x81, b"\0\1") + tlv(0xA3, seq(one))),
        "two-algorithms": seq(tbs, rest.replace(oid("1.2.840.10045.4.3.2"), oid("1.2.840.10045.4.3.3"), 1)),
        "negative-serial": again(v3 + tlv(2, b"\x80") + front[len(v3) + 2 + front[len(v3) + 1]:]),
    })
    return out


def tools(out):
    """Requests of real clients; names in the files are those of the test's table."""
    run = lambda *argv, **kw: subprocess.run(argv, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **kw).stdout
    pem = lambda text: run("openssl", "req", "-outform", "DER", input=text)
    with tempfile.TemporaryDirectory() as d:
        at = lambda f: os.path.join(d, f)
        run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", at("k"),
            "-subj", "/C=DE/O=Acme/CN=www.example.org", "-addext", "subjectAltName=DNS:www.example.org,IP:192.0.2.1",
            "-outform", "DER", "-out", at("o"))
        out["tool-openssl"] = open(at("o"), "rb").read()
        run("keytool", "-genkeypair", "-keyalg", "RSA", "-keysize", "2048", "-storepass", "changeit", "-keystore",
            at("s"), "-alias", "a", "-dname", "CN=www.example.org, O=Acme, C=DE")
        out["tool-keytool"] = pem(run("keytool", "-certreq", "-alias", "a", "-keystore", at("s"), "-storepass",
                                      "changeit", "-ext", "san=dns:www.example.org"))
        ask = {"CN": "www.example.org", "hosts": ["www.example.org", "192.0.2.1"],
               "key": {"algo": "ecdsa", "size": 256}, "names": [{"C": "DE", "O": "Acme"}]}
        out["tool-cfssl"] = pem(json.loads(run("cfssl", "genkey", "-", input=json.dumps(ask).encode()))["csr"].encode())
        with open(at("t"), "w") as f:
            f.write('cn = "www.example.org"\norganization = "Acme"\ncountry = DE\ndns_name = "www.example.org"\n'
                    "ip_address = 192.0.2.1\nchallenge_password = secret\ntls_www_server\nsigning_key\nencryption_key\n")
        run("certtool", "--generate-privkey", "--key-type", "rsa", "--bits", "2048", "--outfile", at("ct"))
        run("certtool", "--generate-request", "--load-privkey", at("ct"), "--template", at("t"), "--outder",
            "--outfile", at("c"))
        out["tool-certtool"] = open(at("c"), "rb").read()
        for name, gen, req in (("", ("ecdsa", "--size", "256"), ("--password", "secret")), ("-ed25519", ("ed25519",), ()),
                               ("-pss", ("rsa", "--size", "2048"), ("--rsa-padding", "pss", "--digest", "sha256"))):
            with open(at("p"), "wb") as f:
                f.write(run("pki", "--gen", "--type", *gen))
            out["tool-strongswan" + name] = run("pki", "--req", "--in", at("p"), "--type", "priv", "--dn",
                                                "C=DE, O=Acme, CN=www.example.org", "--san", "www.example.org", *req)


def main():
    p256 = ec.generate_private_key(ec.SECP256R1())
    rsa2048 = rsa.generate_private_key(65537, 2048)
    requests = good_requests(p256, rsa2048)
    requests.update(bad_requests(p256, rsa2048, requests))
    if "--tools" in sys.argv:
        tools(requests)
    for name, der in requests.items():
        write("csr", name, der)
    for name, der in certificates().items():
        write("cert", name, der)


if __name__ == "__main__":
    main()
