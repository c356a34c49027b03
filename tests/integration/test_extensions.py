# SPDX-License-Identifier: Apache-2.0
"""Every extension that a profile lets be chosen, from the request to the certificate as OpenSSL reads it:
through the CSR, through JSON, through both, and through cactl."""

import base64
import os
import subprocess
import tempfile

import pytest

from harness import BUILD, Dev
from support import openssl, problem

LEAF = """
key: {allow: ["ec:P-256"]}
validity: {default: 30d, max: 90d, backdate: 1h}
subject: {attributes: {common_name: {use: required}}}
subject_alt_name: {use: optional, dns: {allow: true}}
basic_constraints: {ca: false}
subject_key_identifier: hash_sha256
authority_key_identifier: from_request
"""

PROFILES = {
    "choice": LEAF + """
key_usage:
  critical: from_request
  bits: [digital_signature]
  allow: [digital_signature, content_commitment, key_agreement]
extended_key_usage:
  critical: from_request
  usages: [client_auth]
  allow: [client_auth, server_auth, ipsec_ike, smartcard_logon, any, 1.3.6.1.4.1.99999.1]
must_staple: from_request
crl_distribution_points: from_request
authority_information_access: from_request
url_hosts: [example.org]
certificate_policies: [1.3.6.1.4.1.99999.2]
policies_allowed: [1.3.6.1.4.1.99999.2, 1.3.6.1.4.1.99999.3]
policy_qualifiers: [{policy: 1.3.6.1.4.1.99999.3, cps: "http://cps.example.org/"}]
microsoft_template: {allow: [1.3.6.1.4.1.311.21.8.1]}
microsoft_template_name: {allow: [User]}
microsoft_sid: {domains: [S-1-5-21-1-2-3]}
private_extensions:
  - {oid: 1.3.6.1.4.1.99999.4, max: 16}
  - {oid: 1.3.6.1.4.1.99999.5, value: 0c026f6b, critical: false}
signature: {allow: [sha256, sha384]}
""",
    "fixed": LEAF + """
key_usage: {bits: [digital_signature]}
extended_key_usage: {usages: [time_stamping], critical: true}
must_staple: true
crl_distribution_points: fixed
crl_urls: ["http://one.example.org/c", "http://two.example.org/c"]
authority_information_access: fixed
ocsp_urls: ["http://one.example.org/o"]
certificate_policies: [2.5.29.32.0]
""",
    "sub": """
key: {allow: ["ec:P-256", "ec:P-384"]}
validity: {default: 30d, max: 90d, backdate: 1h}
subject: {attributes: {common_name: {use: required}}}
basic_constraints: {ca: true, path_length: 0}
key_usage: {bits: [key_cert_sign, crl_sign]}
subject_key_identifier: hash
authority_key_identifier: key_id_and_issuer
name_constraints: from_request
permitted_subtrees: {dns: [example.org]}
excluded_subtrees: {email: [.example.org]}
""",
}


@pytest.fixture(scope="module")
def ca():
    """A development CA with profiles of its own."""
    dev = Dev()
    try:
        dev.start()
        dev.stop()
        folder = os.path.join(dev.state, "own-profiles")
        os.mkdir(folder, 0o755)
        for name, text in PROFILES.items():
            with open(os.path.join(folder, name + ".yaml"), "w") as f:
                f.write("name: %s\n%s" % (name, text))
        with open(os.path.join(dev.state, "extra.yaml"), "w") as f:
            f.write("server:\n  profile_dir: %s\n" % folder)
        yield dev.start()
    finally:
        dev.remove()


def csr(*extensions):
    with tempfile.TemporaryDirectory() as folder:
        more = [word for e in extensions for word in ("-addext", e)]
        return subprocess.run(
            ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-subj", "/CN=somebody", "-keyout", os.path.join(folder, "key"), *more],
            check=True, capture_output=True).stdout.decode()


def ask(ca, profile, request=None, who="REQUESTER", **more):
    return ca.rest(who, "POST", "/requests", {"profile": profile, "csr": request or csr(), **more})


def text_of(answer):
    """What OpenSSL prints, in one line with single spaces; it must read every extension without complaint."""
    assert answer.status == 201, answer.body
    pem = answer.json["certificate"].encode()
    assert b"Any Purpose : Yes" in openssl("x509", "-noout", "-purpose", input=pem)
    return " ".join(openssl("x509", "-noout", "-text", input=pem).decode().split())


def shows(ca, expected, profile="choice", request=None, **more):
    got = text_of(ask(ca, profile, request, **more))
    for text in expected if isinstance(expected, list) else [expected]:
        assert text in got, got


def refuses(ca, pointer, profile="choice", request=None, **more):
    answer = ask(ca, profile, request, **more)
    assert answer.status in (400, 403, 422), answer.body
    said = [e["pointer"] for e in answer.json.get("errors", [])] or [answer.json["detail"].split(":")[0]]
    assert pointer in said, answer.body


def b64(hexadecimal):
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()


def other(oid, hexadecimal, **more):
    return {"ext": {"other": [{"oid": oid, "value": b64(hexadecimal), **more}]}}


TEMPLATE = "1.3.6.1.4.1.311.21.7"
SID = "302ba029060a2b060104018237190201a01b0419" + b"S-1-5-21-1-2-3-1104567890".hex()


# -- what a profile says by itself ---------------------------------------------------------------

def test_defaults(ca):
    shows(ca, ["X509v3 Key Usage: critical Digital Signature",
               "X509v3 Extended Key Usage: TLS Web Client Authentication",
               "Policy: 1.3.6.1.4.1.99999.2", "1.3.6.1.4.1.99999.5: ..ok", "CA:FALSE"])


def test_fixed(ca):
    shows(ca, ["Extended Key Usage: critical Time Stamping", "TLS Feature: status_request",
               "URI:http://one.example.org/c", "URI:http://two.example.org/c",
               "OCSP - URI:http://one.example.org/o", "X509v3 Any Policy"], profile="fixed")


@pytest.mark.parametrize("more,pointer", [
    ({"ext": {"eku": {"usages": ["client_auth"]}}}, "/ext/eku"),
    ({"ext": {"eku": {"critical": False}}}, "/ext/eku/critical"),
    ({"ext": {"must_staple": False}}, "/ext/must_staple"),
    ({"crl_url": "http://evil.example/c"}, "/crl_url"),
    ({"ocsp_url": "http://evil.example/o"}, "/ocsp_url"),
    ({"ext": {"policies": ["1.2.3"]}}, "/ext/policies"),
    (other("1.2.3.4", "0500"), "/ext/other/0"),
    (other("1.3.6.1.4.1.311.25.2", SID), "/ext/other/0"),
    ({"digest": "sha512"}, "/digest"),
])
def test_what_is_fixed_cannot_be_asked_for(ca, more, pointer):
    refuses(ca, pointer, profile="fixed", **more)


def test_the_same_as_what_is_fixed_may_be_asked_for(ca):
    shows(ca, "Time Stamping", profile="fixed",
          ext={"eku": {"usages": ["time_stamping"], "critical": True}, "must_staple": True})


def test_a_csr_that_asks_for_what_is_fixed_gets_what_is_fixed(ca):
    request = csr("extendedKeyUsage=clientAuth", "keyUsage=nonRepudiation", "crlDistributionPoints=URI:http://evil.example/")
    got = text_of(ask(ca, "fixed", request))
    assert "Client" not in got and "Non Repudiation" not in got and "evil" not in got


# -- what the requester chooses ------------------------------------------------------------------

@pytest.mark.parametrize("extension,expected", [
    ("keyUsage=critical,nonRepudiation,keyAgreement", "Key Usage: critical Non Repudiation, Key Agreement"),
    ("keyUsage=keyAgreement,digitalSignature", "X509v3 Key Usage: Digital Signature, Key Agreement"),
    ("extendedKeyUsage=critical,serverAuth,1.3.6.1.4.1.99999.1",
     "Extended Key Usage: critical TLS Web Server Authentication, 1.3.6.1.4.1.99999.1"),
    ("extendedKeyUsage=msSmartcardLogin", "Microsoft Smartcard Login"),
    ("tlsfeature=status_request", "TLS Feature: status_request"),
    ("crlDistributionPoints=URI:http://crl.example.org/c", "URI:http://crl.example.org/c"),
    ("authorityInfoAccess=OCSP;URI:http://ocsp.example.org/", "OCSP - URI:http://ocsp.example.org/"),
    ("certificatePolicies=1.3.6.1.4.1.99999.3", "CPS: http://cps.example.org/"),
    (TEMPLATE + "=DER:3012060a2b060104018237150801020101020102", TEMPLATE),
    ("1.3.6.1.4.1.311.20.2=ASN1:BMPSTRING:User", ".U.s.e.r"),
    ("1.3.6.1.4.1.311.25.2=DER:" + SID, "S-1-5-21-1-2-3-1104567890"),
    ("1.3.6.1.4.1.99999.4=ASN1:UTF8:fine", "1.3.6.1.4.1.99999.4: ..fine"),
])
def test_a_csr_chooses(ca, extension, expected):
    shows(ca, expected, request=csr(extension))


@pytest.mark.parametrize("extension,pointer", [
    ("keyUsage=keyEncipherment", "/csr/extensions/key_usage"),
    ("keyUsage=digitalSignature,dataEncipherment", "/csr/extensions/key_usage"),
    ("extendedKeyUsage=codeSigning", "/csr/extensions/extended_key_usage"),
    ("extendedKeyUsage=serverAuth,1.3.6.1.4.1.99999.9", "/csr/extensions/extended_key_usage"),
    ("tlsfeature=status_request_v2", "/csr/extensions/tls_feature"),
    ("crlDistributionPoints=URI:http://example.org.evil.example/c", "/csr/extensions/crl_distribution_points"),
    ("authorityInfoAccess=OCSP;URI:http://evil.example/", "/csr/extensions/authority_information_access"),
    ("certificatePolicies=1.3.6.1.4.1.99999.7", "/csr/extensions/certificate_policies"),
    ("1.3.6.1.4.1.311.20.2=ASN1:BMPSTRING:Administrator", "/csr/extensions/microsoft_template_name"),
    ("1.3.6.1.4.1.311.25.2=DER:" + SID.replace(b"1-2-3-1".hex(), b"1-2-4-1".hex()), "/csr/extensions/microsoft_sid"),
    ("1.3.6.1.4.1.99999.4=ASN1:UTF8:much too long now", "/csr/extensions/1.3.6.1.4.1.99999.4"),
    ("basicConstraints=CA:TRUE", "/csr/extensions/basic_constraints"),
])
def test_a_csr_goes_too_far(ca, extension, pointer):
    refuses(ca, pointer, request=csr(extension))


@pytest.mark.parametrize("more,expected", [
    ({"ext": {"ku": {"usages": ["digital_signature", "content-commitment"], "critical": False}}},
     "X509v3 Key Usage: Digital Signature, Non Repudiation"),
    ({"ext": {"eku": {"usages": ["server_auth", "1.3.6.1.4.1.99999.1"], "critical": True}}},
     "Extended Key Usage: critical TLS Web Server Authentication, 1.3.6.1.4.1.99999.1"),
    ({"ext": {"eku": {"usages": ["any"]}}}, "Any Extended Key Usage"),
    ({"ext": {"eku": {"usages": ["ipsec_ike"]}}}, "Extended Key Usage: ipsec Internet Key Exchange"),
    ({"ext": {"must_staple": True}}, "TLS Feature: status_request"),
    ({"ext": {"aki": {"issuer": True}}}, "DirName:"),
    ({"ext": {"policies": ["1.3.6.1.4.1.99999.3"]}}, "CPS: http://cps.example.org/"),
    ({"crl_url": "http://crl.example.org:8080/c"}, "URI:http://crl.example.org:8080/c"),
    ({"ocsp_url": "http://ocsp.example.org/"}, "OCSP - URI:http://ocsp.example.org/ CA Issuers - URI:http://127.0.0.1"),
    (other("1.3.6.1.4.1.99999.4", "0c0466696e65"), "1.3.6.1.4.1.99999.4: ..fine"),
    (other(TEMPLATE, "3012060a2b060104018237150801020101020102"), TEMPLATE),
    ({"digest": "sha384"}, "ecdsa-with-SHA384"),
])
def test_json_chooses(ca, more, expected):
    shows(ca, expected, **more)


@pytest.mark.parametrize("more,pointer", [
    ({"ext": {"ku": {"usages": ["key_encipherment"]}}}, "/ext/ku"),
    ({"ext": {"ku": {"usages": ["signing"]}}}, "/ext/ku/usages/0"),
    ({"ext": {"ku": {"usages": []}}}, "/ext/ku/usages"),
    ({"ext": {"eku": {"usages": ["code_signing"]}}}, "/ext/eku"),
    ({"ext": {"eku": {"usages": ["1.2.3.x"]}}}, "/ext/eku/usages/0"),
    ({"ext": {"eku": {"usages": ["any"], "critical": True}}}, "/extensions/extended_key_usage"),
    ({"ext": {"ku": {"usages": ["content_commitment"]}}}, "/extensions/extended_key_usage"),
    ({"ext": {"aki": {"critical": True}}}, "/ext/aki/critical"),
    ({"ext": {"basic_constraints": {"ca": True}}}, "/ext/basic_constraints/ca"),
    ({"path_length": 0}, "/path_length"),
    ({"name_constraints": {"permitted_dns": ["example.org"]}}, "/name_constraints/permitted_dns"),
    ({"name_constraints": {"excluded_ip": ["10.0.0.1/8"]}}, "/name_constraints/excluded_ip"),
    ({"ext": {"policies": ["1.3.6.1.4.1.99999.9"]}}, "/ext/policies"),
    ({"crl_url": "http://evil.example/c"}, "/crl_url"),
    ({"crl_url": "file:///etc/passwd"}, "/crl_url"),
    (other("1.3.6.1.4.1.99999.4", "0c0566696e65"), "/ext/other/0"),
    (other("1.3.6.1.4.1.99999.4", "0c1266696e6566696e6566696e6566696e6521212121"[:40]), "/ext/other/0"),
    (other("1.3.6.1.4.1.99999.9", "0500"), "/ext/other/0"),
    (other("2.5.29.19", "30030101ff"), "/ext/other/0"),
    (other("2.5.29.17", "30058203612e62"), "/ext/other/0"),
    (other("x", "0500"), "/ext/other/0/oid"),
    ({"digest": "sha1"}, "/digest"),
    ({"digest": "sha512"}, "/digest"),
])
def test_json_goes_too_far(ca, more, pointer):
    refuses(ca, pointer, **more)


def test_json_replaces_what_the_csr_asks_for(ca):
    shows(ca, "X509v3 Key Usage: critical Key Agreement", request=csr("keyUsage=critical,keyEncipherment"),
          ext={"ku": {"usages": ["key_agreement"]}, "eku": {"usages": ["1.3.6.1.4.1.99999.1"]}})
    refuses(ca, "/ext/ku", request=csr("keyUsage=critical,digitalSignature"),
            ext={"ku": {"usages": ["key_encipherment"]}})


@pytest.mark.parametrize("body", [
    {"ext": {"eku": {"usage": ["any"]}}},
    {"ext": {"keyusage": {}}},
    {"ext": {"must_staple": "yes"}},
    {"ext": {"other": [{"oid": "1.2.3"}]}},
    {"ext": {"other": [{"oid": "1.2.3", "value": "%%"}]}},
    {"ext": {"ku": ["digital_signature"]}},
    {"path_length": -1},
    {"path_length": 256},
])
def test_malformed_extensions_are_refused(ca, body):
    problem(ask(ca, "choice", **body), 400)


# -- authorities -----------------------------------------------------------------------------------

def create(ca, name, **more):
    return ca.rest("ADMIN", "POST", "/authorities",
                   {"name": name, "parent": ca.env["CA_ROOT_NAME"], "profile": "sub", "key": "ec:P-256",
                    "subject": {"common_name": name}, **more})


def authority_text(ca, name):
    pem = ca.http("GET", "/aia/%s.cer" % name).body
    return " ".join(openssl("x509", "-inform", "DER", "-noout", "-text", input=pem).decode().split())


def test_name_constraints_of_every_kind(ca):
    answer = create(ca, "constrained", name_constraints={
        "permitted_dns": ["a.example.org"], "permitted_ip": ["10.1.0.0/16"],
        "excluded_email": ["bad@example.net"], "permitted_directory": ["O=Acme"]})
    assert answer.status in (200, 201), answer.body
    got = authority_text(ca, "constrained")
    for text in ("Name Constraints: critical Permitted: DNS:a.example.org IP:10.1.0.0/255.255.0.0",
                 "DirName:O = Acme", "email:bad@example.net", "email:.example.org",
                 "CA:TRUE, pathlen:0", "serial:"):
        assert text in got, got


@pytest.mark.parametrize("constraints", [
    {"permitted_dns": ["example.net"]},
    {"permitted_ip": ["10.1.0.1/16"]},
    {"permitted_email": ["@"]},
])
def test_name_constraints_beyond_the_profile(ca, constraints):
    assert create(ca, "beyond", name_constraints=constraints).status in (400, 403, 422)


# -- cactl -----------------------------------------------------------------------------------------

def cactl(ca, *arguments):
    program = os.path.join(BUILD, "cactl", "cactl")
    env = dict(os.environ, HOME=ca.state, XDG_CONFIG_HOME=ca.state)
    return subprocess.run([program, "--url", ca.env["CA_HTTPS_URL"], "--cacert", ca.env["CA_ROOT_PEM"], "--cert",
                           ca.env["CA_REQUESTER_PEM"], *arguments], env=env, capture_output=True, timeout=60)


def test_cactl_asks_for_extensions(ca, tmp_path):
    request, der = tmp_path / "r.csr", tmp_path / "v.der"
    request.write_text(csr())
    der.write_bytes(bytes.fromhex("0c0466696e65"))
    done = cactl(ca, "request", "submit", str(request), "--profile", "choice", "-f", "-", "--ku", "sig,agree",
                 "--eku", "server,client", "--critical", "eku", "--must-staple", "--digest", "sha384",
                 "--crl-url", "http://crl.example.org/c", "--policy", "1.3.6.1.4.1.99999.3", "--aki", "keyid,issuer",
                 "--ext", "1.3.6.1.4.1.99999.4=%s" % der)
    assert done.returncode == 0, done.stderr
    got = " ".join(openssl("x509", "-noout", "-text", input=done.stdout).decode().split())
    for text in ("Digital Signature, Key Agreement", "Extended Key Usage: critical TLS Web Server", "status_request",
                 "ecdsa-with-SHA384", "http://crl.example.org/c", "CPS: http://cps.example.org/", "DirName:", "..fine"):
        assert text in got, got


@pytest.mark.parametrize("arguments", [
    ("--ku", ""), ("--ku", "a,,b"), ("--aki", "issuer"), ("--critical", "san"), ("--ext", "1.2.3"),
    ("--ext", "1.2.3=/nonexistent"), ("--pathlen", "x"), ("--must-staple", "--no-must-staple"),
])
def test_cactl_refuses_wrong_use(ca, arguments, tmp_path):
    request = tmp_path / "r.csr"
    request.write_text(csr())
    assert cactl(ca, "request", "submit", str(request), "--profile", "choice", *arguments).returncode != 0


def test_cactl_is_told_what_is_allowed(ca, tmp_path):
    request = tmp_path / "r.csr"
    request.write_text(csr())
    done = cactl(ca, "request", "submit", str(request), "--profile", "choice", "--ku", "enc")
    assert done.returncode not in (0, 2) and b"key_agreement" in done.stdout + done.stderr
