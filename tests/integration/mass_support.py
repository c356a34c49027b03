# SPDX-License-Identifier: Apache-2.0
"""What tests of mass revocations share: certificates to revoke, jobs, consent, cactl."""

import os
import subprocess
import uuid

from harness import BUILD, wait_for
from support import sql

JOBS = "/revocation-jobs"

# A copy of one certificate on record, `n` times, with ids and serial numbers of their own: enough
# for what revokes them, which never looks into a certificate.
COPIES = """
INSERT INTO ca.certificate (period, id, authority_id, serial, state, der, fingerprint, spki_hash, subject,
    common_name, names, search, not_before, not_after, profile, profile_version, requester_id, issued_at)
SELECT c.period, overlay(gen_random_uuid()::text placing substr(c.id::text, 1, 15) from 1)::uuid, c.authority_id,
    substr(c.serial, 1, 2) || uuid_send(gen_random_uuid()), 'valid', c.der, sha256(uuid_send(gen_random_uuid())),
    sha256('{profile}'), c.subject, c.common_name, c.names, c.search, c.not_before, c.not_after, '{profile}',
    c.profile_version, c.requester_id, c.issued_at - 5
FROM ca.certificate c, generate_series(1, {n}) WHERE c.id = '{id}'"""


def copies(ca, pattern, n):
    """A profile that so many certificates have."""
    profile = "p" + uuid.uuid4().hex[:12]
    sql(ca, COPIES.format(profile=profile, n=n, id=pattern))
    return profile


def dry_run(ca, who="OFFICER1", **body):
    return ca.rest(who, "POST", JOBS + "?dry_run=true", {"reason": "superseded", **body})


def looked_at(ca, **body):
    """The body of a job, with what its dry run said."""
    got = dry_run(ca, **body)
    assert got.status == 200, got.body
    return {"reason": "superseded", **body, **{k: got.json[k] for k in ("selected_at", "total", "digest")}}


def ask(ca, body, who="OFFICER1", headers=None):
    return ca.rest(who, "POST", JOBS, body, headers)


def consent(ca, got, who="OFFICER2"):
    assert got.status == 202, (got.status, got.body)
    path = "/approvals/" + got.json["approval_id"]
    waiting = ca.rest(who, "GET", path).json
    assert waiting["action"] == "certificate.mass_revoke"
    done = ca.rest(who, "POST", path + "/decisions", {"decision": "approve", "digest": waiting["digest"]})
    assert done.status == 200, done.body
    return done.json


def job(ca, job_id):
    got = ca.rest("AUDITOR", "GET", JOBS + "/" + job_id)
    assert got.status == 200, got.body
    return got.json


def ended(ca, job_id, status="done", seconds=60):
    got = wait_for(lambda: [j for j in [job(ca, job_id)] if j["status"] != "running"], seconds, every=0.1)[0]
    assert got["status"] == status, got
    return got


def begun(ca, **body):
    """The id of a job that others agreed to."""
    approval = consent(ca, ask(ca, looked_at(ca, **body)))
    assert approval["status"] == "done", approval
    return approval["id"]


def states(ca, profile):
    return dict((state, int(n)) for state, n in sql(
        ca, "SELECT state, count(*) FROM ca.certificate WHERE profile = '%s' GROUP BY 1" % profile))


def lines_of(ca, profile):
    """Lines of the audit that say that one of them was revoked: certificates, and lines."""
    return [int(n) for n in sql(
        ca, "SET enable_nestloop = off; SELECT count(DISTINCT a.object), count(*) FROM ca.audit a JOIN ca.certificate c ON c.id::text = a.object "
            "WHERE a.action = 'certificate.revoke' AND a.outcome = 'ok' AND c.profile = '%s'" % profile)[0]]


def cactl(ca, who, *arguments, input=None):
    env = {"PATH": os.environ["PATH"], "HOME": ca.state, "CACTL_URL": ca.env["CA_HTTPS_URL"],
           "CACTL_CACERT": ca.env["CA_ROOT_PEM"], "CACTL_CERT": ca.env["CA_%s_PEM" % who]}
    done = subprocess.run([os.path.join(BUILD, "cactl", "cactl"), *arguments], input=input, capture_output=True, text=True,
                          timeout=60, env=env)
    return done.returncode, done.stdout, done.stderr
