# SPDX-License-Identifier: Apache-2.0
"""What the tests of requests, certificates and refusals share: programs of others, the database as
its owner sees it, problem documents, certificates read by another implementation."""

import contextlib
import json
import os
import subprocess
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from harness import ROOT, csr

DATA = os.path.join(ROOT, "tests", "data")
ROLES = ("REQUESTER", "OFFICER1", "OFFICER2", "ADMIN", "AUDITOR")
CHAIN = "application/pem-certificate-chain"
# The server's own certificates come when it finds that it needs them.
OWN = "('ocsp-signer', 'scep-ra', 'tls-server-self')"
STORED = ("ca.request WHERE profile NOT IN " + OWN, "ca.certificate WHERE profile NOT IN " + OWN,
          "ca.intent AS i JOIN ca.request AS r ON r.id = i.request_id WHERE r.profile NOT IN " + OWN)


# -- programs --------------------------------------------------------------------------------------

def run(*argv, input=None, **more):
    """Standard output, as octets; a failure says what the program said."""
    done = subprocess.run([str(a) for a in argv], input=input, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120, **more)
    said = (done.stdout + done.stderr).decode(errors="replace")
    assert done.returncode == 0, "%s ended with %d:\n%s" % (" ".join(map(str, argv)), done.returncode, said)
    return done.stdout


def openssl(*argv, input=None):
    return run("openssl", *argv, input=input)


# -- database --------------------------------------------------------------------------------------

def sql(ca, query):
    """Rows as lists of texts."""
    out = run("psql", ca.env["CA_DB_CONNINFO"], "-XAtq", "-v", "ON_ERROR_STOP=1", "-F", "\t", "-c", query)
    return [line.split("\t") for line in out.decode().splitlines()]


def sql_one(ca, query):
    return sql(ca, query)[0][0]


def stored(ca):
    """How many rows there are of everything that a request could leave behind."""
    return [int(n) for n in sql(ca, "SELECT %s" % ", ".join("(SELECT count(*) FROM %s)" % t for t in STORED))[0]]


def audit(ca, request_id):
    """[action, outcome, detail] of the lines that carry this X-Request-Id."""
    return sql(ca, "SELECT action, outcome, detail FROM ca.audit WHERE request_id = '%s' ORDER BY at_us, sequence"
               % request_id)


# -- answers ---------------------------------------------------------------------------------------

def request_id():
    return "test-" + uuid.uuid4().hex


def problem(answer, status, code=None):
    """The problem document of a refusal, complete and as RFC 9457 has it."""
    assert answer.status == status, (answer.status, answer.body[:600])
    assert answer.headers["Content-Type"].split(";")[0] == "application/problem+json"
    document = answer.json
    assert document["status"] == status
    assert document["type"].startswith("/problems/")
    assert document["title"] and document["request_id"] == answer.headers["X-Request-Id"]
    if status < 500:
        assert document["detail"]
    if status in (429, 503):
        assert int(answer.headers["Retry-After"]) >= 1
    if code is not None:
        assert document["type"] == "/problems/" + code, document
    for error in document.get("errors", []):
        assert error["pointer"].startswith("/") and error["detail"], error
    return document


# -- requests and certificates ---------------------------------------------------------------------

def sample(name):
    with open(os.path.join(DATA, "csr", name + ".der"), "rb") as f:
        return f.read()


def pem_csr(der):
    return openssl("req", "-inform", "DER", input=der)


def pem_blocks(text):
    """Certificates of a PEM text."""
    end = b"-----END CERTIFICATE-----"
    return [x509.load_pem_x509_certificate(part + end + b"\n") for part in text.split(end)[:-1]]


def der_of(cert):
    return cert.public_bytes(serialization.Encoding.DER)


def issued(ca, request=None, profile="https-ecc", who="REQUESTER", **headers):
    """The request object of something issued at once."""
    request = request if request is not None else csr()[0]
    got = ca.issue(request, profile, who, headers)
    assert got.status == 201, got.body
    return got.json


def revoke(ca, certificate_id, reason="superseded", who="OFFICER1", **more):
    return ca.rest(who, "PUT", "/certificates/%s/revocation" % certificate_id, {"reason": reason, **more})


def crl_fetch(ca, authority=None):
    got = ca.http("GET", "/crl/%s.crl" % (authority or ca.env["CA_ISSUING_NAME"]))
    assert got.status == 200, got.body
    return x509.load_der_x509_crl(got.body)


def crl_now(ca, authority=None):
    """A CRL made now, as it is served in public."""
    name = authority or ca.env["CA_ISSUING_NAME"]
    made = ca.rest("OFFICER1", "POST", "/authorities/%s/crl" % name)
    assert made.status == 200, made.body
    return crl_at_least(ca, made.json["number"], name)


def crl_number(crl):
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def crl_at_least(ca, number, authority=None):
    from harness import wait_for

    def published():
        crl = crl_fetch(ca, authority)
        return [crl] if crl_number(crl) >= number else None  # an empty CRL is not true

    return wait_for(published, 10, every=0.1)[0]


def crl_entry(crl, serial_hex):
    return crl.get_revoked_certificate_by_serial_number(int(serial_hex, 16))


@contextlib.contextmanager
def nothing_stored(ca, x_request_id, action=None):
    """Within the block a request with this id is refused: no row stays but one audit line."""
    from harness import wait_for

    before = stored(ca)
    yield
    lines = wait_for(lambda: audit(ca, x_request_id), 5, every=0.05)
    assert [line[1] for line in lines] == ["denied"], lines
    if action is not None:
        assert lines[0][0] == action, lines
    assert stored(ca) == before


def openapi(ca):
    got = ca.https(None, "GET", "/api/v1/openapi.json")
    assert got.status == 200
    return json.loads(got.body)


def crl_numbered(der, number):
    """The CRL with another number of as many octets: nobody but the signer could sign it, and nobody asks."""
    old = x509.load_der_x509_crl(der).extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    body = lambda n: n.to_bytes((n.bit_length() + 8) // 8, "big")
    oid = bytes.fromhex("0603551d14")
    assert len(body(old)) == len(body(number)) and der.count(oid) == 1
    at = der.index(oid)
    return der[:at] + der[at:].replace(b"\x02%c%s" % (len(body(old)), body(old)), b"\x02%c%s" % (len(body(number)), body(number)), 1)
