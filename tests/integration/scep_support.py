# SPDX-License-Identifier: Apache-2.0
"""What the tests with SCEP clients share: endpoints, challenges, officers who decide, certificates that
came back."""

import os
import subprocess
import uuid

from cryptography import x509

from harness import wait_for
from support import openssl, sql, sql_one
from test_access import agreed


def unique(what="d"):
    return "%s%s" % (what, uuid.uuid4().hex[:12])


def endpoint_make(ca, name, **settings):
    """An endpoint that is there and has its RA certificate; its URL."""
    body = {"name": name, "profile": "device", "authority": ca.env["CA_ISSUING_NAME"], **settings}
    agreed(ca, ca.rest("ADMIN", "POST", "/scep/endpoints", body))

    def ready():
        got = ca.rest("ADMIN", "GET", "/scep/endpoints/" + name)
        return got.status == 200 and got.json["ra_certificate"] and got.json

    return wait_for(ready, 120, every=0.2)["url"]


def endpoint_name(url):
    return url.rstrip("/").rsplit("/", 1)[1]


def challenge(ca, endpoint, who="OFFICER1", **more):
    """The text of a new one."""
    got = ca.rest(who, "POST", "/scep/endpoints/%s/challenges" % endpoint, more)
    assert got.status == 201, got.body
    return got.json["challenge"]


def waiting_request(ca, cn):
    """The request of a device that waits."""
    def found():
        rows = sql(ca, "SELECT id FROM ca.request WHERE state = 'pending' AND subject LIKE '%%CN=%s%%'" % cn)
        return rows and rows[0][0]

    return wait_for(found, 30, every=0.1)


def officer_decides(ca, cn, decision, comment="looked at it"):
    request = ca.rest("OFFICER1", "GET", "/requests/" + waiting_request(ca, cn)).json
    got = ca.rest("OFFICER1", "POST", "/requests/%s/decisions" % request["id"],
                  {"decision": decision, "comment": comment, "plan_digest": request["plan_digest"]})
    assert got.status == 200, got.body


def newest(ca, cn):
    """(id, serial, state) of the newest certificate with this common name."""
    return sql(ca, "SELECT id, encode(serial, 'hex'), state FROM ca.certificate WHERE common_name = '%s'"
                   " ORDER BY issued_at DESC, id DESC LIMIT 1" % cn)[0]


def count(ca, cn):
    return int(sql_one(ca, "SELECT count(*) FROM ca.certificate WHERE common_name = '%s'" % cn))


def certificate_in(path, ca, cn):
    """The certificate of a PEM file, which chains to the root and has this common name."""
    openssl("verify", "-CAfile", ca.env["CA_ROOT_PEM"], "-untrusted", ca.env["CA_CHAIN_PEM"], path)
    with open(path, "rb") as f:
        certificate = x509.load_pem_x509_certificate(f.read())
    assert certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value == cn
    return certificate


def client(argv, folder, seconds=60, env=None):
    """Exit status and everything that a client said."""
    done = subprocess.run([str(a) for a in argv], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=seconds, env={**os.environ, **(env or {})})
    return done.returncode, done.stdout.decode(errors="replace")
