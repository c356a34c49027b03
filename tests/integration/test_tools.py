# SPDX-License-Identifier: Apache-2.0
"""Requests as real tools make them; certificates and CRLs as other implementations judge them.
A tool that is missing is a failure: tests/packages names its package."""

import json
import os
import shutil
import subprocess
import tempfile

import pytest
from cryptography import x509

from harness import BUILD, ROOT, csr
from support import crl_at_least, issued, openssl, revoke, run, sample

HOST, ADDRESS = "www.example.org", "9.9.9.7"  # a public address: zlint knows the reserved ones

# -- requests --------------------------------------------------------------------------------------

KEYS = ("rsa-2048", "rsa-3072", "rsa-4096", "P-256", "P-384", "P-521", "Ed25519")
SIZE = {"P-256": 256, "P-384": 384, "P-521": 521}


def by_openssl(folder, key):
    if key.startswith("rsa"):
        option = ["-newkey", key.replace("-", ":")]
    elif key == "Ed25519":
        option = ["-newkey", "ed25519"]
    else:
        option = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:" + key]
    return openssl("req", "-new", *option, "-nodes", "-subj", "/CN=" + HOST, "-keyout", folder + "/key.pem",
                   "-addext", "subjectAltName=DNS:%s,IP:%s" % (HOST, ADDRESS))


def by_certtool(folder, key):
    if key.startswith("rsa"):
        option = ["--key-type", "rsa", "--bits", key[4:]]
    elif key == "Ed25519":
        option = ["--key-type", "ed25519"]
    else:
        option = ["--key-type", "ecdsa", "--curve", "secp%dr1" % SIZE[key]]
    with open(folder + "/template", "w") as f:
        f.write('cn = "%s"\ndns_name = "%s"\nip_address = %s\nchallenge_password = secret\n'
                "tls_www_server\nsigning_key\n" % (HOST, HOST, ADDRESS))
    run("certtool", "--generate-privkey", *option, "--outfile", folder + "/key.pem")
    return run("certtool", "--generate-request", "--load-privkey", folder + "/key.pem",
               "--template", folder + "/template", "--no-text")


def by_cfssl(folder, key):
    algo = {"algo": "rsa", "size": int(key[4:])} if key.startswith("rsa") else {"algo": "ecdsa", "size": SIZE[key]}
    ask = {"CN": HOST, "hosts": [HOST, ADDRESS], "key": algo}
    return json.loads(run("cfssl", "genkey", "-", input=json.dumps(ask).encode()))["csr"].encode()


def by_keytool(folder, key):
    if key.startswith("rsa"):
        option = ["-keyalg", "RSA", "-keysize", key[4:]]
    elif key == "Ed25519":
        option = ["-keyalg", "Ed25519"]
    else:
        option = ["-keyalg", "EC", "-groupname", "secp%dr1" % SIZE[key]]
    store = ["-keystore", folder + "/store", "-storepass", "changeit", "-alias", "host"]
    run("keytool", "-genkeypair", *store, *option, "-dname", "CN=" + HOST)
    return run("keytool", "-certreq", *store, "-ext", "san=dns:%s,ip:%s" % (HOST, ADDRESS))


def by_pki(folder, key):
    if key.startswith("rsa"):
        option = ["--type", "rsa", "--size", key[4:]]
    elif key == "Ed25519":
        option = ["--type", "ed25519"]
    else:
        option = ["--type", "ecdsa", "--size", SIZE[key]]
    with open(folder + "/key", "wb") as f:
        f.write(run("pki", "--gen", *option))
    return run("pki", "--req", "--in", folder + "/key", "--type", "priv", "--dn", "CN=" + HOST, "--san", HOST,
               "--san", ADDRESS, "--password", "secret", "--outform", "pem")


TOOLS = {"openssl": by_openssl, "certtool": by_certtool, "cfssl": by_cfssl, "keytool": by_keytool,
         "strongswan-pki": by_pki}
# cfssl 1.2 knows RSA and ECDSA only.
CASES = [(tool, key) for tool in TOOLS for key in KEYS if (tool, key) != ("cfssl", "Ed25519")]

# -- judges ----------------------------------------------------------------------------------------

# What private profiles and a development CA trip by design. Anything else is a failure.
NOT_PUBLIC = {
    "e_mp_ecdsa_pub_key_encoding_correct": "Mozilla's root programme takes no P-521",
}
EXCLUDED = {
    "https-ecc": {},
    "https-rsa": {},
    "device": {
        "e_sub_cert_certificate_policies_missing": "devices are not of the public web: no CA/B policy",
        "e_sub_cert_cert_policy_empty": "likewise",
        "e_sub_cert_locality_name_must_appear": "rules for organizations in public TLS certificates",
        "e_sub_cert_province_must_appear": "likewise",
        "e_algorithm_identifier_improper_encoding": "public TLS has no Ed25519; RFC 8410 does",
        "e_public_key_type_not_allowed": "likewise",
        "e_organizational_unit_name_prohibited": "of public TLS certificates; devices are sorted by it",
        "e_ext_san_contains_reserved_ip": "devices have addresses of private networks",
        "e_subject_common_name_not_exactly_from_san": "a device's common name is its name, not its host",
    },
    "client": {},
    "code-signing": {},
}


@pytest.fixture(scope="session")
def zlint():
    folder = os.path.join(os.path.dirname(BUILD), "tools") if BUILD.startswith(ROOT) else BUILD
    return run(os.path.join(ROOT, "tests", "support", "get-zlint.sh"), folder).decode().strip()


def lint(program, folder, pem, excluded):
    """No error and no fatal finding but the excluded ones. Its exit status is always 0."""
    path = os.path.join(folder, "lint.pem")
    with open(path, "wb") as f:
        f.write(pem)
    found = json.loads(run(program, path))
    assert len(found) > 20, found
    bad = sorted(name for name, value in found.items() if value["result"] in ("error", "fatal"))
    assert set(bad) <= set(excluded), sorted(set(bad) - set(excluded))


class Judges:
    """openssl, certtool and zlint over one CA."""

    def __init__(self, ca, zlint, folder):
        self.ca, self.zlint, self.folder = ca, zlint, folder
        shutil.copy(ca.env["CA_ROOT_PEM"], self.path("root.pem"))

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, octets):
        with open(self.path(name), "wb") as f:
            f.write(octets)

    def crls_fetch(self):
        crls = [openssl("crl", "-inform", "DER", input=self.ca.http("GET", "/crl/%s.crl" % self.ca.env[name]).body)
                for name in ("CA_ROOT_NAME", "CA_ISSUING_NAME")]
        self.write("crls.pem", b"".join(crls))

    def both(self, leaf, chain):
        """Exit statuses of openssl and certtool."""
        self.crls_fetch()
        self.write("leaf.pem", leaf)
        self.write("chain.pem", chain)
        self.write("full.pem", leaf + chain)
        return [subprocess.run(argv, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for argv in (
            ["openssl", "verify", "-x509_strict", "-crl_check_all", "-CAfile", "root.pem", "-untrusted", "chain.pem",
             "-CRLfile", "crls.pem", "leaf.pem"],
            ["certtool", "--verify", "--verify-profile", "medium", "--load-ca-certificate", "root.pem",
             "--load-crl", "crls.pem", "--infile", "full.pem"])]

    def accept(self, made, profile):
        leaf, chain = made["certificate"].encode(), made["chain"].encode()
        for verdict in self.both(leaf, chain):
            assert verdict.returncode == 0, verdict.stdout.decode()
        assert b"Checked against CRL" in verdict.stdout
        lint(self.zlint, self.folder, leaf, {**NOT_PUBLIC, **EXCLUDED[profile]})

    def refuse(self, made):
        for verdict in self.both(made["certificate"].encode(), made["chain"].encode()):
            assert verdict.returncode != 0, verdict.stdout.decode()
            assert b"revoked" in verdict.stdout.lower()


@pytest.fixture
def judges(ca, zlint):
    folder = tempfile.mkdtemp(prefix="ca-tools-", dir="/tmp")
    yield Judges(ca, zlint, folder)
    shutil.rmtree(folder)


def profile_for(key):
    return "https-rsa" if key.startswith("rsa") else "device" if key == "Ed25519" else "https-ecc"


# -- tests -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("tool, key", CASES)
def test_requests_of_real_tools_become_certificates_that_others_accept(ca, judges, tool, key):
    request = TOOLS[tool](judges.folder, key)
    made = issued(ca, request, profile_for(key))
    cert = x509.load_pem_x509_certificate(made["certificate"].encode())
    # openssl, as python3-cryptography refuses what strongSwan 5.9 writes: attributes in no order.
    assert openssl("x509", "-noout", "-pubkey", input=made["certificate"].encode()) == \
        openssl("req", "-noout", "-pubkey", input=request)
    names = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [HOST]
    assert [str(a) for a in names.get_values_for_type(x509.IPAddress)] == [ADDRESS]
    judges.accept(made, profile_for(key))


REQUESTS = {"https-ecc": "www", "https-rsa": "www", "device": "www", "client": "person", "code-signing": "person"}
PROFILE_KEYS = [
    ("https-rsa", ("rsa-2048", "rsa-3072", "rsa-4096")),
    ("https-ecc", ("P-256", "P-384", "P-521")),
    ("device", KEYS),
    ("client", KEYS),
    ("code-signing", ("rsa-3072", "rsa-4096", "P-256", "P-384", "P-521")),
]


def plain_request(folder, key, names):
    option = {"rsa": ["-newkey", key.replace("-", ":")], "Ed2": ["-newkey", "ed25519"]}.get(
        key[:3], ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:" + key])
    asked = (["-subj", "/CN=" + HOST, "-addext", "subjectAltName=DNS:" + HOST] if names == "www" else
             ["-subj", "/C=CH/O=Acme/CN=Alice Example"])
    return openssl("req", "-new", *option, "-nodes", *asked, "-keyout", folder + "/key.pem")


@pytest.mark.parametrize("profile, key", [(p, k) for p, keys in PROFILE_KEYS for k in keys])
def test_each_profile_issues_for_each_key_that_it_allows(ca, judges, profile, key):
    made = issued(ca, plain_request(judges.folder, key, REQUESTS[profile]), profile)
    judges.accept(made, profile)


def test_a_subject_with_all_that_a_profile_takes_is_accepted_by_others(ca, judges):
    asked = "/C=CH/ST=Zurich/L=Zurich/O=Acme/OU=Routers/CN=%s/serialNumber=17" % HOST
    request = openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", asked,
                      "-addext", "subjectAltName=DNS:" + HOST, "-keyout", judges.path("key.pem"))
    made = issued(ca, request, "device")
    judges.accept(made, "device")
    subject = x509.load_pem_x509_certificate(made["certificate"].encode()).subject
    assert subject.rfc4514_string() == "2.5.4.5=17,CN=%s,OU=Routers,O=Acme,L=Zurich,ST=Zurich,C=CH" % HOST


def test_an_empty_subject_makes_the_names_critical(ca, judges):
    made = issued(ca, sample("empty-subject"), "https-ecc")
    judges.accept(made, "https-ecc")
    cert = x509.load_pem_x509_certificate(made["certificate"].encode())
    assert cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).critical


def test_a_revoked_certificate_is_refused_by_others(ca, judges):
    made = issued(ca, csr()[0])
    judges.accept(made, "https-ecc")
    got = revoke(ca, made["certificate_id"], "key_compromise")
    assert got.status == 200, got.body
    crl_at_least(ca, got.json["crl_number"])
    judges.refuse(made)


@pytest.mark.parametrize("name", ["CA_ROOT_NAME", "CA_ISSUING_NAME"])
def test_authority_certificates_have_no_error_in_zlint(ca, judges, name):
    got = ca.rest("AUDITOR", "GET", "/authorities/%s/certificate" % ca.env[name],
                  headers={"Accept": "application/x-pem-file"})
    assert got.status == 200
    lint(judges.zlint, judges.folder, got.body, {})


@pytest.mark.parametrize("name", ["CA_ROOT_NAME", "CA_ISSUING_NAME"])
def test_crls_have_no_error_in_zlint(ca, judges, name):
    if name == "CA_ISSUING_NAME":
        for reason in ("unspecified", "key_compromise", "superseded"):
            got = revoke(ca, issued(ca)["certificate_id"], reason)
            assert got.status == 200
        crl_at_least(ca, got.json["crl_number"])
    der = ca.http("GET", "/crl/%s.crl" % ca.env[name]).body
    path = judges.path("crl.pem")
    with open(path, "wb") as f:
        f.write(openssl("crl", "-inform", "DER", input=der))
    found = json.loads(run(judges.zlint, path))
    # Other tests put certificates on hold: a reason that only the CA/B Forum forbids.
    bad = [lint for lint, value in found.items() if value["result"] in ("error", "fatal", "warn")
           and lint != "e_cab_crl_has_valid_reason_code"]
    assert found["e_crl_has_next_update"]["result"] == "pass"
    assert bad == []


def test_the_crl_verifies_with_openssl_and_certtool(ca, judges):
    judges.crls_fetch()
    with open(ca.env["CA_CHAIN_PEM"], "rb") as f:
        judges.write("all.pem", f.read())
    crl = ca.http("GET", "/crl/%s.crl" % ca.env["CA_ISSUING_NAME"]).body
    judges.write("one.pem", openssl("crl", "-inform", "DER", input=crl))
    said = subprocess.run(["openssl", "crl", "-in", judges.path("one.pem"), "-noout",
                           "-CAfile", judges.path("all.pem")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert said.returncode == 0 and b"verify OK" in said.stdout, said.stdout
    issuing = ca.http("GET", "/aia/%s.cer" % ca.env["CA_ISSUING_NAME"]).body
    judges.write("issuing.pem", openssl("x509", "-inform", "DER", input=issuing))
    run("certtool", "--verify-crl", "--infile", judges.path("one.pem"),
        "--load-ca-certificate", judges.path("issuing.pem"))


@pytest.mark.parametrize("program", ["openssl", "certtool", "cfssl", "keytool", "pki", "psql"])
def test_every_tool_is_there(program):
    assert shutil.which(program), "%s is missing: see tests/packages" % program
