#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/data/lint/: TBSCertificates, each one change away from a good one.

  NAME.fail.der  breaks the lint NAME
  NAME.pass.der  keeps to it; where there is none, the good one that `vectors` names does
  good-*.der     nothing to find but what `vectors` lists as told (warnings)
  vectors        a line for each lint: its name and the good certificate it was made from

usage: make-lints.py            writes the files, the same octets each time
"""
import copy
import hashlib
import os
import sys

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lint")


# -- DER ------------------------------------------------------------------------------------------

def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    if n < 128:
        return bytes([tag, n]) + body
    size = (n.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + n.to_bytes(size, "big") + body


def seq(*parts):
    return tlv(0x30, *parts)


def oid(text):
    arcs = [int(a) for a in text.split(".")]
    out = b""
    for arc in [arcs[0] * 40 + arcs[1]] + arcs[2:]:
        part = [arc & 0x7F]
        while arc > 0x7F:
            arc >>= 7
            part.insert(0, 0x80 | arc & 0x7F)
        out += bytes(part)
    return tlv(6, out)


def number(n):
    return tlv(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))


def octets(body):
    return tlv(4, body)


def bits(body):
    return tlv(3, b"\0", body)


def utf8(text):
    return tlv(0x0C, text.encode())


def printable(text):
    return tlv(0x13, text.encode())


def ia5(text):
    return tlv(0x16, text.encode())


def utc(text):
    return tlv(0x17, text.encode())


def generalized(text):
    return tlv(0x18, text.encode())


NULL = tlv(5)
TRUE, FALSE = tlv(1, b"\xff"), tlv(1, b"\0")


# -- parts of certificates ------------------------------------------------------------------------

ATTRIBUTE = {"C": "2.5.4.6", "ST": "2.5.4.8", "L": "2.5.4.7", "POSTAL": "2.5.4.17", "STREET": "2.5.4.9",
             "O": "2.5.4.10", "SN": "2.5.4.4", "GN": "2.5.4.42", "OU": "2.5.4.11", "TITLE": "2.5.4.12",
             "CN": "2.5.4.3", "SERIAL": "2.5.4.5", "EMAIL": "1.2.840.113549.1.9.1",
             "DC": "0.9.2342.19200300.100.1.25"}


def pair(key, value):
    if isinstance(value, str):
        value = (printable if key in ("C", "SERIAL") else ia5 if key in ("EMAIL", "DC") else utf8)(value)
    return seq(oid(ATTRIBUTE[key]), value)


def name(*pairs):
    return seq(*(tlv(0x31, pair(*p)) for p in pairs))


RSA_ID, EC_ID = oid("1.2.840.113549.1.1.1"), oid("1.2.840.10045.2.1")
P256, ED25519_ID = oid("1.2.840.10045.3.1.7"), oid("1.3.101.112")
POINT = bytes.fromhex("046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                      "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")
POINT_K1 = bytes.fromhex("0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
                         "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")


def modulus(size, odd=1):
    """A number of so many bits that nobody can factor into two primes: no key, but looks like one."""
    out = b"".join(hashlib.sha256(b"modulus %d" % i).digest() for i in range(size // 256 + 1))
    n = int.from_bytes(out, "big") >> (len(out) * 8 - size)
    return n | 1 << (size - 1) if odd else (n | 1 << (size - 1)) & ~1 | 2


def rsa_bits(n=None, e=65537):
    return seq(number(n or modulus(2048) | 1), number(e))


def spki(algorithm, key):
    return seq(algorithm, bits(key))


RSA_KEY = spki(seq(RSA_ID, NULL), rsa_bits())
EC_KEY = spki(seq(EC_ID, P256), POINT)
ED_KEY = spki(seq(ED25519_ID), POINT[1:33])


def key_id(key_info):
    head = 4 if key_info[1] & 0x80 == 0x82 or key_info[1] == 0x82 else 2
    inner = key_info[head if key_info[1] == 0x82 else 3 if key_info[1] == 0x81 else 2:]
    skip = 2 + inner[1]  # the AlgorithmIdentifier is short
    string = inner[skip:]
    start = 4 if string[1] == 0x82 else 3 if string[1] == 0x81 else 2
    return hashlib.sha1(string[start + 1:]).digest()


def ku(*numbers):
    value = 0
    for n in numbers:
        value |= 1 << (15 - n)
    body = value.to_bytes(2, "big")
    if body[1] == 0:
        body = body[:1]
    unused = 0
    while body != b"\0" and not body[-1] >> unused & 1:
        unused += 1
    return tlv(3, bytes([unused]), body)


SIGN, COMMIT, ENCIPHER, DATA, AGREE, CERT_SIGN, CRL_SIGN, ENC_ONLY, DEC_ONLY = range(9)
KP = "1.3.6.1.5.5.7.3."
SERVER, CLIENT, CODE, EMAIL, TIME, OCSP = (KP + n for n in ("1", "2", "3", "4", "8", "9"))
ANY = "2.5.29.37.0"
DV, OV, IV, EV = "2.23.140.1.2.1", "2.23.140.1.2.2", "2.23.140.1.2.3", "2.23.140.1.1"
CRL_URL, OCSP_URL, AIA_URL = ("http://ca.example.org/" + p for p in ("crl", "ocsp", "aia"))

BC, KU, EKU, SAN, SKI, AKI, CDP, POLICIES, NC = ("2.5.29." + n for n in "19 15 37 17 14 35 31 32 30".split())
IAN, FRESHEST, MAPPINGS, CONSTRAINTS, INHIBIT, DIRECTORY = (
    "2.5.29." + n for n in "18 46 33 36 54 9".split())
AIA, SIA, NO_CHECK, TLS_FEATURE = ("1.3.6.1.5.5.7." + n for n in ("1.1", "1.11", "48.1.5", "1.24"))
POISON = "1.3.6.1.4.1.11129.2.4.3"


def dns(text):
    return tlv(0x82, text.encode() if isinstance(text, str) else text)


def ip(*parts):
    return tlv(0x87, bytes(parts))


def email(text):
    return tlv(0x81, text.encode())


def uri(text):
    return tlv(0x86, text.encode())


def eku(*oids):
    return seq(*(oid(o) for o in oids))


def policies(*oids):
    return seq(*(seq(oid(o)) for o in oids))


def point(*names):
    return seq(tlv(0xA0, tlv(0xA0, *names)))


def access(method, where):
    return seq(oid("1.3.6.1.5.5.7.48." + method), where)


def notice(text, *before):
    return seq(seq(oid("1.2.3.4"), seq(seq(oid("1.3.6.1.5.5.7.2.2"), seq(*before, text)))))


# -- good certificates ----------------------------------------------------------------------------

ECDSA256 = seq(oid("1.2.840.10045.4.3.2"))
RSA256 = seq(oid("1.2.840.113549.1.1.11"), NULL)
ROOT_KEY = EC_KEY
ROOT_NAME = name(("C", "DE"), ("O", "Acme"), ("CN", "Acme Root"))


class Cert:
    """The parts of a TBSCertificate, each of which a vector may change."""

    def __init__(self, subject, key, extensions):
        self.version = tlv(0xA0, number(2))
        self.serial = tlv(2, bytes(range(0x31, 0x41)))
        self.algorithm = ECDSA256
        self.issuer = ROOT_NAME
        self.not_before, self.not_after = utc("260101000000Z"), utc("261231235959Z")
        self.subject, self.key = subject, key
        self.unique = b""
        self.extensions = extensions  # {oid: [critical, value]}
        self.more = b""               # extensions as they are
        self.tail = None              # instead of all of them

    def der(self):
        ext = b"".join(seq(oid(o), TRUE if critical else b"", octets(value))
                       for o, (critical, value) in self.extensions.items()) + self.more
        tail = tlv(0xA3, seq(ext)) if self.tail is None else self.tail
        return seq(self.version, self.serial, self.algorithm, self.issuer,
                   seq(self.not_before, self.not_after), self.subject, self.key, self.unique, tail)


def leaf(key=EC_KEY, usage=(SIGN,), purposes=(SERVER, CLIENT), subject=name(("CN", "www.example.org")),
         policy=DV):
    extensions = {
        BC: [True, seq()], KU: [True, ku(*usage)], EKU: [False, eku(*purposes)],
        SAN: [False, seq(dns("www.example.org"), ip(9, 9, 9, 9))],
        SKI: [False, octets(key_id(key))],
        AKI: [False, seq(tlv(0x80, key_id(ROOT_KEY)))],
        CDP: [False, seq(point(uri(CRL_URL)))],
        AIA: [False, seq(access("1", uri(OCSP_URL)), access("2", uri(AIA_URL)))],
        POLICIES: [False, policies(policy)],
    }
    return Cert(subject, key, extensions)


def authority(subject=name(("C", "DE"), ("O", "Acme"), ("CN", "Acme Issuing"))):
    extensions = {
        BC: [True, seq(TRUE, number(0))], KU: [True, ku(SIGN, CERT_SIGN, CRL_SIGN)],
        SKI: [False, octets(key_id(RSA_KEY))],
        AKI: [False, seq(tlv(0x80, key_id(ROOT_KEY)))],
        CDP: [False, seq(point(uri(CRL_URL)))],
        AIA: [False, seq(access("1", uri(OCSP_URL)), access("2", uri(AIA_URL)))],
        POLICIES: [False, policies("2.5.29.32.0")],
        NC: [True, seq(tlv(0xA0, seq(dns("example.org")), seq(ip(10, 0, 0, 0, 255, 0, 0, 0))))],
    }
    return Cert(subject, RSA_KEY, extensions)


def root():
    extensions = {BC: [True, seq(TRUE)], KU: [True, ku(SIGN, CERT_SIGN, CRL_SIGN)],
                  SKI: [False, octets(key_id(ROOT_KEY))]}
    cert = Cert(ROOT_NAME, ROOT_KEY, extensions)
    cert.not_after = generalized("20551231235959Z")
    return cert


def person():
    cert = leaf(purposes=(CLIENT, EMAIL), policy="1.2.3.4",
                subject=name(("C", "DE"), ("O", "Acme"), ("OU", "Sales"), ("CN", "Ann"), ("EMAIL", "ann@example.org")))
    cert.extensions[SAN] = [False, seq(
        email("ann@example.org"), uri("https://example.org/ann"),
        tlv(0xA0, oid("1.3.6.1.4.1.311.20.2.3"), tlv(0xA0, utf8("ann@example.org"))),
        tlv(0x88, oid("1.2.3.4")[2:]), tlv(0xA4, name(("CN", "Ann"))))]
    return cert


def ocsp():
    cert = leaf(purposes=(OCSP,), policy="1.2.3.4", subject=name(("CN", "Acme OCSP")))
    del cert.extensions[SAN]
    cert.extensions[NO_CHECK] = [False, NULL]
    return cert


def stamp():
    cert = leaf(purposes=(TIME,), policy="1.2.3.4", subject=name(("CN", "Acme Time")))
    del cert.extensions[SAN]
    cert.extensions[EKU][0] = True
    return cert


def ov():
    return leaf(policy=OV, subject=name(("C", "DE"), ("O", "Acme"), ("CN", "www.example.org")))


def iv():
    return leaf(policy=IV, subject=name(("C", "DE"), ("SN", "Doe"), ("GN", "Ann"), ("CN", "www.example.org")))


def no_subject():
    cert = leaf(subject=name())
    cert.extensions[SAN][0] = True
    return cert


GOOD = {"leaf": leaf, "rsa": lambda: leaf(RSA_KEY, (SIGN, ENCIPHER)), "ed25519": lambda: leaf(ED_KEY, policy="1.2.3.4", purposes=(CLIENT,)),
        "ca": authority, "root": root, "person": person, "ocsp": ocsp, "stamp": stamp, "ov": ov, "iv": iv,
        "no-subject": no_subject}


# -- vectors --------------------------------------------------------------------------------------

VECTORS = {}  # lint: (name of the good one, the change that fails, the change that passes or None)


def vector(lint, good, fail, ok=None):
    assert lint not in VECTORS, lint
    VECTORS[lint] = (good, fail, ok)


def put(field, value):
    return lambda c: setattr(c, field, value)


def ext(which, value, critical=None):
    """Sets the value; None keeps it. Whether it is critical too."""
    def change(c):
        old = c.extensions.get(which, [False, None])
        c.extensions[which] = [old[0] if critical is None else critical, old[1] if value is None else value]
    return change


def drop(which):
    return lambda c: c.extensions.pop(which)


def both(*changes):
    def change(c):
        for one in changes:
            one(c)
    return change


def key(info):
    """Another key, with the key identifier that belongs to it."""
    return both(put("key", info), ext(SKI, octets(key_id(info))))


def subject(*pairs):
    return put("subject", name(*pairs))


def sans(*names):
    return ext(SAN, seq(*names))


def tbs():
    vector("x690.structure", "leaf", put("serial", b"\x02\x81\x05\x31\x32\x33\x34\x35"))
    vector("rfc5280.version.v3", "leaf", put("version", tlv(0xA0, number(1))))
    vector("rfc5280.serial_number.positive", "leaf", put("serial", tlv(2, b"\x91" + bytes(15))),
           put("serial", tlv(2, b"\0\x91" + bytes(15))))
    vector("rfc5280.serial_number.not_zero", "leaf", put("serial", tlv(2, b"\0")), put("serial", tlv(2, b"\1" + bytes(9))))
    vector("rfc5280.serial_number.length", "leaf", put("serial", tlv(2, b"\x31" * 21)), put("serial", tlv(2, b"\x31" * 20)))
    vector("x690.serial_number.shortest_form", "leaf", put("serial", tlv(2, b"\0" + b"\x31" * 16)),
           put("serial", tlv(2, b"\0" + b"\x91" * 16)))
    vector("cabf.br.serial_number.entropy", "leaf", put("serial", tlv(2, b"\x31" * 7)), put("serial", tlv(2, b"\x31" * 8)))
    vector("rfc5280.signature.parameters", "leaf", put("algorithm", seq(oid("1.2.840.10045.4.3.2"), NULL)),
           put("algorithm", RSA256))
    vector("cabf.br.signature.digest", "leaf", put("algorithm", seq(oid("1.2.840.113549.1.1.5"), NULL)))
    vector("rfc5280.issuer.not_empty", "leaf", put("issuer", name()))
    vector("rfc5280.validity.encoding", "leaf", put("not_after", generalized("20261231235959Z")),
           put("not_after", generalized("20500101000000Z")))
    vector("rfc5280.validity.zulu", "leaf", put("not_after", utc("261231235959+0000")))
    vector("rfc5280.validity.seconds", "leaf", put("not_after", utc("2612312359Z")))
    vector("rfc5280.validity.fraction", "leaf", put("not_after", generalized("20501231235959.5Z")),
           put("not_after", generalized("20501231235959Z")))
    vector("rfc5280.validity.moment", "leaf", put("not_after", utc("260230000000Z")), put("not_after", utc("280229000000Z")))
    vector("rfc5280.validity.order", "leaf", put("not_after", utc("251231235959Z")), put("not_after", utc("260101000000Z")))
    vector("rfc5280.unique_identifiers.absent", "leaf", put("unique", tlv(0x82, b"\0\x31")))


def names():
    hole = seq(tlv(0x31))
    vector("rfc5280.subject.structure", "leaf", put("subject", hole))
    vector("rfc5280.issuer.structure", "leaf", put("issuer", hole))
    vector("rfc5280.subject.ca_not_empty", "ca", subject())
    vector("rfc5280.subject.printable_string", "person", subject(("CN", printable("ann@example.org"))),
           subject(("CN", printable("Ann (Sales)"))))
    vector("rfc5280.issuer.printable_string", "leaf", put("issuer", name(("CN", printable("Acme_Root")))))
    vector("rfc5280.subject.ia5_string", "person", subject(("EMAIL", tlv(0x16, b"\xe4nn@example.org"))))
    vector("rfc5280.subject.utf8_string", "person", subject(("CN", tlv(0x0C, b"J\xf6rg"))), subject(("CN", "Jörg")))
    vector("rfc5280.subject.control_characters", "person", subject(("CN", "Ann\nSmith")))
    vector("rfc5280.subject.string_types", "person", subject(("CN", tlv(0x14, b"Ann"))), subject(("CN", printable("Ann"))))
    vector("rfc5280.subject.no_empty_value", "person", subject(("O", ""), ("CN", "Ann")))
    vector("rfc5280.subject.country.code", "person", subject(("C", "de"), ("CN", "Ann")))
    vector("rfc5280.issuer.country.code", "leaf", put("issuer", name(("C", "DEU"), ("CN", "Acme Root"))))
    for word, attribute, right, wrong in (("country", "C", printable("DE"), utf8("DE")),
                                          ("serial_number", "SERIAL", printable("A1"), utf8("A1")),
                                          ("email", "EMAIL", ia5("a@example.org"), utf8("a@example.org")),
                                          ("domain_component", "DC", ia5("acme"), utf8("acme"))):
        vector("rfc5280.subject.%s.string_type" % word, "person", subject((attribute, wrong), ("CN", "Ann")),
               subject((attribute, right), ("CN", "Ann")))
    for word, attribute, bound in (("common_name", "CN", 64), ("organization", "O", 64), ("organizational_unit", "OU", 64),
                                   ("locality", "L", 128), ("state", "ST", 128), ("street", "STREET", 128),
                                   ("postal_code", "POSTAL", 40), ("serial_number", "SERIAL", 64),
                                   ("title", "TITLE", 64), ("email", "EMAIL", 255), ("domain_component", "DC", 63)):
        letter = "x" if attribute in ("SERIAL", "EMAIL", "DC") else "ü"  # characters count, not octets
        vector("rfc5280.subject.%s.length" % word, "person", subject((attribute, letter * (bound + 1))),
               subject((attribute, letter * bound)))
    vector("x520.subject.no_duplicates", "person", subject(("OU", "a"), ("OU", "a"), ("CN", "Ann")),
           subject(("OU", "a"), ("OU", "b"), ("CN", "Ann")))
    vector("x520.subject.outer_space", "person", subject(("CN", " Ann")), subject(("CN", "Ann Smith")))
    vector("cabf.br.subject.single_value_rdn", "person",
           put("subject", seq(tlv(0x31, pair("CN", "Ann"), pair("O", "Acme")))))


def extensions():
    vector("rfc5280.extensions.not_empty", "leaf", put("tail", tlv(0xA3, seq())))
    vector("rfc5280.extensions.unique", "leaf", put("more", seq(oid(SKI), octets(octets(key_id(EC_KEY))))))
    vector("x690.extensions.critical_default", "leaf", put("more", seq(oid("1.2.3.4"), FALSE, octets(NULL))),
           put("more", seq(oid("1.2.3.4"), octets(NULL))))
    vector("rfc5280.extensions.critical_known", "leaf", ext("1.2.3.4", NULL, True), ext("1.2.3.4", NULL))
    form = "rfc5280.extension.%s.form"
    vector(form % "basic_constraints", "leaf", ext(BC, NULL))
    vector(form % "key_usage", "leaf", ext(KU, octets(b"\x80")))
    vector(form % "extended_key_usage", "person", ext(EKU, seq(NULL)))
    vector(form % "subject_alt_name", "leaf", ext(SAN, dns("www.example.org")))
    vector(form % "subject_key_identifier", "leaf", ext(SKI, key_id(EC_KEY)))
    vector(form % "authority_key_identifier", "leaf", ext(AKI, octets(key_id(EC_KEY))))
    vector(form % "certificate_policies", "person", ext(POLICIES, eku("1.2.3.4")))
    empty = "rfc5280.extension.%s.not_empty"
    vector(empty % "subject_alt_name", "leaf", ext(SAN, seq()))
    vector(empty % "extended_key_usage", "person", ext(EKU, seq()))
    vector(empty % "certificate_policies", "person", ext(POLICIES, seq()))
    vector(empty % "crl_distribution_points", "leaf", ext(CDP, seq()))
    vector(empty % "authority_information_access", "leaf", ext(AIA, seq()))
    vector(empty % "name_constraints", "ca", ext(NC, seq()))
    vector(empty % "policy_constraints", "ca", ext(CONSTRAINTS, seq(), True), ext(CONSTRAINTS, seq(tlv(0x80, b"\0")), True))
    critical = "rfc5280.extension.%s.not_critical"
    for word, which, value in (("authority_key_identifier", AKI, None), ("subject_key_identifier", SKI, None),
                               ("authority_information_access", AIA, None), ("crl_distribution_points", CDP, None),
                               ("subject_information_access", SIA, seq(access("5", uri(AIA_URL)))),
                               ("subject_directory_attributes", DIRECTORY,
                                seq(seq(oid("2.5.4.72"), tlv(0x31, utf8("x"))))),
                               ("freshest_crl", FRESHEST, seq(point(uri(CRL_URL)))),
                               ("issuer_alt_name", IAN, seq(dns("ca.example.org"))),
                               ("ocsp_no_check", NO_CHECK, NULL), ("tls_feature", TLS_FEATURE, seq(number(5)))):
        vector(critical % word, "ocsp" if which == NO_CHECK else "leaf", ext(which, value, True), ext(which, value))
    critical = "rfc5280.extension.%s.critical"
    for word, good, which, value in (("name_constraints", "ca", NC, None), ("key_usage", "leaf", KU, None),
                                     ("policy_constraints", "ca", CONSTRAINTS, seq(tlv(0x80, b"\0"))),
                                     ("inhibit_any_policy", "ca", INHIBIT, number(0)),
                                     ("policy_mappings", "ca", MAPPINGS, seq(seq(oid("1.2.3"), oid("1.2.4")))),
                                     ("basic_constraints", "ca", BC, None)):
        vector(critical % word, good, ext(which, value, False), ext(which, value, True))
    vector("rfc6962.extension.ct_poison.critical", "leaf", ext(POISON, NULL), ext(POISON, NULL, True))
    vector("rfc5280.extension.subject_alt_name.critical", "leaf", subject(), both(subject(), ext(SAN, None, True)))
    vector("rfc5280.extension.subject_alt_name.not_critical", "leaf", ext(SAN, None, True))
    vector("rfc5280.extension.extended_key_usage.any_not_critical", "person", ext(EKU, eku(ANY), True), ext(EKU, eku(ANY)))
    vector("rfc5280.extension.subject_key_identifier.ca_present", "ca", drop(SKI))
    vector("rfc5280.extension.key_usage.ca_present", "ca", drop(KU))


def usages():
    vector("x690.basic_constraints.ca_default", "leaf", ext(BC, seq(FALSE)))
    path = "rfc5280.extension.basic_constraints.path_length"
    vector(path, "leaf", ext(BC, seq(number(0))), ext(BC, seq()))
    vector(path + "_signs", "ca", ext(KU, ku(SIGN, CRL_SIGN)))
    vector("rfc5280.extension.key_usage.not_empty", "leaf", ext(KU, tlv(3, b"\0")))
    vector("x690.key_usage.named_bits", "leaf", ext(KU, tlv(3, b"\0\x80")), ext(KU, tlv(3, b"\7\x80")))
    vector("rfc5280.extension.key_usage.cert_sign_of_ca", "leaf", ext(KU, ku(SIGN, CERT_SIGN)))
    vector("rfc5280.extension.key_usage.ca_cert_sign", "root", ext(KU, ku(SIGN, CRL_SIGN)), ext(KU, ku(CERT_SIGN, CRL_SIGN)))
    vector("cabf.br.ca.key_usage.crl_sign", "root", ext(KU, ku(SIGN, CERT_SIGN)))
    vector("rfc5280.extension.key_usage.encipher_only", "leaf", ext(KU, ku(SIGN, ENC_ONLY)), ext(KU, ku(SIGN, AGREE, ENC_ONLY)))
    vector("rfc5280.extension.key_usage.decipher_only", "leaf", ext(KU, ku(SIGN, DEC_ONLY)), ext(KU, ku(SIGN, AGREE, DEC_ONLY)))
    vector("rfc3279.key_usage.rsa", "rsa", ext(KU, ku(SIGN, ENCIPHER, AGREE)))
    vector("rfc5480.key_usage.ec", "leaf", ext(KU, ku(SIGN, ENCIPHER)), ext(KU, ku(SIGN, AGREE)))
    vector("rfc8410.key_usage.ed25519", "ed25519", ext(KU, ku(SIGN, AGREE)), ext(KU, ku(SIGN, COMMIT)))
    vector("rfc5280.extension.extended_key_usage.unique", "leaf", ext(EKU, eku(SERVER, CLIENT, SERVER)))
    vector("rfc3161.extended_key_usage.time_stamping", "stamp", ext(EKU, None, False))
    nc = "rfc5280.extension.name_constraints."
    vector(nc + "of_ca", "leaf", ext(NC, seq(tlv(0xA0, seq(dns("example.org")))), True))
    vector(nc + "form", "ca", ext(NC, seq(tlv(0xA0, dns("example.org")))))
    vector(nc + "range", "ca", ext(NC, seq(tlv(0xA0, seq(dns("example.org"), tlv(0x80, b"\1"))))))
    vector(nc + "ip", "ca", ext(NC, seq(tlv(0xA0, seq(ip(10, 0, 0, 0))))),
           ext(NC, seq(tlv(0xA1, seq(ip(*bytes(32)))))))


def alternatives():
    san = "rfc5280.extension.subject_alt_name."
    label = "a" * 63
    vector(san + "dns.blank", "leaf", sans(dns("www.example.org"), dns(" ")))
    vector(san + "dns.ascii", "leaf", sans(dns("www.example.org"), dns("bücher.example.org")))
    vector(san + "dns.letters", "leaf", sans(dns("www.example.org"), dns("a b.example.org")), sans(dns("www.example.org"), dns("*.example.org")))
    vector(san + "dns.hyphens", "leaf", sans(dns("www.example.org"), dns("-a.example.org")), sans(dns("www.example.org"), dns("a-b.example.org")))
    vector(san + "dns.empty_label", "leaf", sans(dns("www.example.org"), dns("a..example.org")))
    vector(san + "dns.label_length", "leaf", sans(dns("www.example.org"), dns(label + "a.example.org")),
           sans(dns("www.example.org"), dns(label + ".example.org")))
    vector(san + "dns.length", "leaf", sans(dns("www.example.org"), dns(".".join([label] * 3 + ["b" * 58, "org"]))),
           sans(dns("www.example.org"), dns(".".join([label] * 3 + ["b" * 57, "org"]))))
    vector(san + "dns.underscore", "leaf", sans(dns("www.example.org"), dns("a_b.example.org")))
    vector(san + "dns.a_label", "leaf", sans(dns("www.example.org"), dns("xn--zzzzzz-.example.org")),
           sans(dns("www.example.org"), dns("xn--bcher-kva.example.org")))
    vector(san + "ip.length", "leaf", sans(dns("www.example.org"), ip(9, 9, 9, 9, 255, 255, 255, 255)),
           sans(dns("www.example.org"), ip(*bytes.fromhex("26000000000000000000000000000001"))))
    vector(san + "email.mailbox", "person", sans(email("Ann <ann@example.org>")), sans(email("ann.b+c@example.org")))
    vector(san + "uri.ascii", "person", sans(uri("https://example.org/a b")))
    vector(san + "uri.absolute", "person", sans(uri("/ann")), sans(uri("urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6")))
    vector(san + "uri.host", "person", sans(uri("https://under_score/ann")), sans(uri("https://a@[2600::1]:8443/ann")))
    vector(san + "registered_id.form", "person", sans(tlv(0x88, b"\x80\x01")))
    vector(san + "directory_name.form", "person", sans(tlv(0xA4, NULL)))
    vector(san + "other_name.form", "person", sans(tlv(0xA0, utf8("ann"))))


def authorities():
    aki = "rfc5280.extension.authority_key_identifier."
    vector(aki + "present", "leaf", drop(AKI))
    vector(aki + "key_id", "leaf", ext(AKI, seq()))
    vector(aki + "both", "leaf", ext(AKI, seq(tlv(0x80, key_id(ROOT_KEY)), tlv(0xA1, tlv(0xA4, ROOT_NAME)))),
           ext(AKI, seq(tlv(0x80, key_id(ROOT_KEY)), tlv(0xA1, tlv(0xA4, ROOT_NAME)), tlv(0x82, b"\x31"))))
    vector("rfc5280.extension.subject_key_identifier.not_empty", "leaf", ext(SKI, octets(b"")))
    pol = "rfc5280.extension.certificate_policies."
    cps = lambda value: ext(POLICIES, seq(seq(oid("1.2.3.4"), seq(seq(oid("1.3.6.1.5.5.7.2.1"), value)))))
    vector(pol + "unique", "person", ext(POLICIES, policies("1.2.3.4", "1.2.3.5", "1.2.3.4")), ext(POLICIES, policies("1.2.3.4", "1.2.3.5")))
    vector(pol + "qualifiers", "person", ext(POLICIES, seq(seq(oid("1.2.3.4"), seq(seq(oid("1.2.3.5"), NULL))))))
    vector(pol + "cps", "person", cps(utf8("http://example.org/cps")), cps(ia5("http://example.org/cps")))
    vector(pol + "notice_reference", "person", ext(POLICIES, notice(utf8("x"), seq(utf8("Acme"), seq(number(1))))), ext(POLICIES, notice(utf8("x"))))
    vector(pol + "text_length", "person", ext(POLICIES, notice(utf8("ü" * 201))), ext(POLICIES, notice(utf8("ü" * 200))))
    vector("rfc6818.certificate_policies.text_type", "person", ext(POLICIES, notice(ia5("x"))), ext(POLICIES, notice(utf8("x"))))
    vector("rfc6818.certificate_policies.text_utf8", "person", ext(POLICIES, notice(tlv(0x1A, b"x"))), ext(POLICIES, notice(utf8("x"))))
    vector("rfc6818.certificate_policies.text_clean", "person", ext(POLICIES, notice(utf8("a\tb"))), ext(POLICIES, notice(utf8("a b"))))
    cdp = "rfc5280.extension.crl_distribution_points."
    vector(cdp + "form", "leaf", ext(CDP, seq(uri(CRL_URL))))
    vector(cdp + "named", "leaf", ext(CDP, seq(seq(tlv(0x81, b"\1\6")))), ext(CDP, seq(point(uri(CRL_URL)))))
    vector(cdp + "address", "leaf", ext(CDP, seq(point(uri("ftp://example.org/crl")))), ext(CDP, seq(point(uri("ldap://example.org/cn=x")))))
    vector("cabf.br.crl_distribution_points.whole", "leaf",
           ext(CDP, seq(seq(tlv(0xA0, tlv(0xA0, uri(CRL_URL))), tlv(0xA2, tlv(0xA4, ROOT_NAME))))))
    vector("consistency.crl_distribution_points.of_issuer", "leaf", ext(CDP, seq(point(uri(CRL_URL + "2")))),
           ext(CDP, seq(point(uri(CRL_URL + "2"), uri(CRL_URL)))))
    vector("rfc5280.extension.authority_information_access.form", "leaf", ext(AIA, seq(uri(AIA_URL))))
    vector("rfc5280.extension.authority_information_access.address", "leaf",
           ext(AIA, seq(access("1", uri(OCSP_URL)), access("2", dns("example.org")))), ext(AIA, seq(access("1", uri("https://example.org/")))))


def keys():
    rsa = lambda n=None, e=65537: key(spki(seq(RSA_ID, NULL), rsa_bits(n, e)))
    vector("rfc5280.key.form", "leaf", put("key", seq(seq(EC_ID, P256), octets(POINT))))
    vector("rfc3279.key.rsa_parameters", "rsa", key(spki(seq(RSA_ID), rsa_bits())))
    vector("rfc5480.key.named_curve", "leaf", key(spki(seq(EC_ID, seq(number(1))), POINT)))
    vector("rfc5480.key.point", "leaf", key(spki(seq(EC_ID, P256), POINT[:-1])), key(spki(seq(EC_ID, P256), b"\3" + POINT[1:33])))
    vector("rfc8410.key.parameters", "ed25519", key(spki(seq(ED25519_ID, NULL), POINT[1:33])))
    vector("rfc8410.key.length", "ed25519", key(spki(seq(ED25519_ID), POINT[1:32])))
    vector("cabf.br.key.rsa_size", "rsa", rsa(modulus(1024) | 1), rsa(modulus(2048) | 1))
    vector("cabf.br.key.rsa_octets", "rsa", rsa(modulus(2049) | 1), rsa(modulus(2056) | 1))
    vector("cabf.br.key.rsa_modulus_odd", "rsa", rsa(modulus(2048, 0)))
    vector("cabf.br.key.rsa_exponent_odd", "rsa", rsa(e=65538))
    vector("cabf.br.key.rsa_exponent_range", "rsa", rsa(e=3), rsa(e=(1 << 256) - 1))
    vector("cabf.br.key.curve", "leaf", key(spki(seq(EC_ID, oid("1.3.132.0.10")), POINT_K1)))
    vector("cabf.br.key.kind", "leaf", key(ED_KEY))


def tls():
    day398 = utc("270202235959Z")  # 398 days, the last second included
    vector("cabf.br.validity.398_days", "leaf", put("not_after", utc("270203000000Z")), put("not_after", day398))
    san = "cabf.br.subject_alt_name."
    vector(san + "present", "leaf", drop(SAN))
    vector(san + "types", "leaf", sans(dns("www.example.org"), email("a@example.org")))
    vector(san + "wildcard", "leaf", sans(dns("www.example.org"), dns("w*.example.org")), sans(dns("www.example.org"), dns("*.example.org")))
    vector(san + "wildcard_suffix", "leaf", sans(dns("www.example.org"), dns("*.co.uk")), sans(dns("www.example.org"), dns("*.example.co.uk")))
    vector(san + "internal_name", "leaf", sans(dns("www.example.org"), dns("server.corp")))
    vector(san + "reserved_ip", "leaf", sans(dns("www.example.org"), ip(172, 31, 255, 255)), sans(dns("www.example.org"), ip(172, 32, 0, 0)))
    vector("cabf.br.key_usage.rsa", "rsa", ext(KU, ku(DATA)), ext(KU, ku(ENCIPHER)))
    vector("cabf.br.key_usage.ec", "leaf", ext(KU, ku(AGREE)))
    vector("cabf.br.key_usage.no_crl_sign", "leaf", ext(KU, ku(SIGN, CRL_SIGN)))
    vector("cabf.br.extended_key_usage.server_auth", "leaf", ext(EKU, eku(CLIENT)), ext(EKU, eku(SERVER)))
    vector("cabf.br.extended_key_usage.no_any", "leaf", ext(EKU, eku(SERVER, ANY)))
    vector("cabf.br.extended_key_usage.others", "leaf", ext(EKU, eku(SERVER, CODE)))
    vector("cabf.br.extended_key_usage.not_critical", "leaf", ext(EKU, None, True))
    vector("cabf.br.basic_constraints.critical", "leaf", ext(BC, None, False))
    vector("cabf.br.certificate_policies.not_critical", "leaf", ext(POLICIES, None, True))
    vector("cabf.br.status.present", "leaf", both(drop(CDP), drop(AIA)), both(drop(CDP), drop(AIA), put("not_after", utc("260107235959Z"))))
    vector("cabf.br.root.extended_key_usage", "root", ext(EKU, eku(SERVER)))
    vector("cabf.br.root.certificate_policies", "root", ext(POLICIES, policies("2.5.29.32.0")))
    vector("cabf.br.subject.common_name_in_san", "leaf", subject(("CN", "example.org")), subject(("CN", "9.9.9.9")))
    vector("cabf.br.subject.order", "ov", subject(("O", "Acme"), ("C", "DE"), ("CN", "www.example.org")))
    vector("cabf.br.subject.no_organizational_unit", "ov", subject(("C", "DE"), ("O", "Acme"), ("OU", "IT"), ("CN", "www.example.org")))
    vector("cabf.br.policy.one", "ov", ext(POLICIES, policies(OV, IV)))
    vector("cabf.br.policy.dv_organization", "leaf", subject(("O", "Acme"), ("CN", "www.example.org")))
    vector("cabf.br.policy.dv_place", "leaf", subject(("L", "Ulm"), ("CN", "www.example.org")))
    vector("cabf.br.policy.dv_person", "leaf", subject(("GN", "Ann"), ("CN", "www.example.org")))
    vector("cabf.br.policy.ov_organization", "ov", subject(("C", "DE"), ("CN", "www.example.org")))
    vector("cabf.br.policy.ov_country", "ov", subject(("O", "Acme"), ("CN", "www.example.org")))
    vector("cabf.br.policy.iv_name", "iv", subject(("C", "DE"), ("CN", "www.example.org")))


def agreement():
    vector("consistency.subject_key_identifier.hash", "leaf", ext(SKI, octets(bytes(20))),
           ext(SKI, octets(hashlib.sha256(POINT).digest()[:20])))
    vector("consistency.authority_key_identifier.of_issuer", "leaf", ext(AKI, seq(tlv(0x80, bytes(20)))))
    vector("consistency.issuer.of_issuer", "leaf", put("issuer", name(("CN", "Another"))))
    vector("consistency.validity.inside_issuer", "leaf", put("not_after", utc("360101000000Z")), put("not_after", utc("351231235959Z")))
    vector("consistency.path_length.below_issuer", "ca", ext(BC, seq(TRUE, number(1))), ext(BC, seq(TRUE, number(0))))
    vector("consistency.signature.of_issuer", "leaf", put("algorithm", RSA256), put("algorithm", seq(oid("1.2.840.10045.4.3.3"))))
    vector("rfc6818.self_signed.signature", "root", put("algorithm", RSA256), put("algorithm", seq(oid("1.2.840.10045.4.3.3"))))
    vector("consistency.usages.one_left", "person", ext(KU, ku(DATA)), ext(KU, ku(COMMIT)))
    vector("consistency.usages.each", "person", ext(KU, ku(COMMIT)), ext(KU, ku(SIGN)))
    vector("rfc6960.ocsp_signing.no_check", "ocsp", drop(NO_CHECK))


def write(path, content):
    with open(os.path.join(FOLDER, path), "wb") as f:
        f.write(content)


def main():
    for fill in (tbs, names, extensions, usages, alternatives, authorities, keys, tls, agreement):
        fill()
    os.makedirs(FOLDER, exist_ok=True)
    for old in os.listdir(FOLDER):
        os.unlink(os.path.join(FOLDER, old))
    for good, make in GOOD.items():
        write("good-%s.der" % good, make().der())
    for lint, (good, fail, ok) in VECTORS.items():
        for word, change in (("fail", fail), ("pass", ok)):
            if change is not None:
                cert = copy.deepcopy(GOOD[good]())
                change(cert)
                write("%s.%s.der" % (lint, word), cert.der())
    write("vectors", "".join("%s good-%s.der\n" % (lint, v[0]) for lint, v in sorted(VECTORS.items())).encode())
    print("%d lints" % len(VECTORS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
