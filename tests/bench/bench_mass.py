# SPDX-License-Identifier: Apache-2.0
"""100,000 certificates revoked by one job: until it is done, until the CRL that is served shows all of
them, and until OCSP says so of those that were asked for before; and what issuing gets meanwhile."""
import base64
import json
import subprocess
import threading
import time
import urllib.request

from cryptography import x509
from cryptography.x509 import ocsp

import bench_common as common
import bench_ocsp

CERTIFICATES = 100_000
ASKED = 100  # by OCSP: fewer than one address may cause signatures at once
COPIES = """
INSERT INTO ca.certificate (period, id, authority_id, serial, state, der, fingerprint, spki_hash, subject,
    common_name, names, search, not_before, not_after, profile, profile_version, requester_id, issued_at)
SELECT c.period, overlay(gen_random_uuid()::text placing substr(c.id::text, 1, 15) from 1)::uuid, c.authority_id,
    substr(c.serial, 1, 2) || uuid_send(gen_random_uuid()), 'valid', c.der, sha256(uuid_send(gen_random_uuid())),
    sha256('bench'), c.subject, c.common_name, c.names, c.search, c.not_before, c.not_after, 'bench',
    c.profile_version, c.requester_id, c.issued_at - 5
FROM ca.certificate c, generate_series(1, %d) WHERE c.id = '%s';
VACUUM ANALYZE ca.certificate; CHECKPOINT
"""


def sql(env, text):
    return subprocess.run(["psql", env["CA_DB_CONNINFO"], "-XAtq", "-v", "ON_ERROR_STOP=1"], check=True, input=text,
                          capture_output=True, text=True).stdout.split()


def rest(env, who, method, path, value=None):
    body = ["-H", "Content-Type: application/json", "-d", json.dumps(value)] if value is not None else []
    out = subprocess.run(["curl", "-sS", "--fail-with-body", "-X", method, "--cacert", env["CA_ROOT_PEM"], "--cert",
                          env[f"CA_{who}_PEM"], *body, env["CA_HTTPS_URL"] + "/api/v1" + path], check=True,
                         capture_output=True, text=True).stdout
    return json.loads(out)


def issue(env, path):
    """Id of a new certificate."""
    out = subprocess.run(["curl", "-sS", "--fail-with-body", "--cacert", env["CA_ROOT_PEM"], "--cert",
                          env["CA_REQUESTER_PEM"], "-H", "Content-Type: application/pkcs10", "--data-binary",
                          f"@{path}/www.csr", env["CA_HTTPS_URL"] + "/api/v1/requests?profile=https-ecc"], check=True,
                         capture_output=True, text=True).stdout
    return json.loads(out)["certificate_id"]


def certificates(env, path):
    subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                    "/CN=www.example.org", "-addext", "subjectAltName=DNS:www.example.org", "-keyout",
                    f"{path}/www.key", "-out", f"{path}/www.csr"], check=True, capture_output=True)
    sql(env, COPIES % (CERTIFICATES, issue(env, path)))


class Relying:
    """Parties that asked before, and ask again."""

    def __init__(self, env, path):
        numbers = sql(env, f"SELECT encode(serial, 'hex') FROM ca.certificate WHERE profile = 'bench' LIMIT {ASKED}")
        with open(bench_ocsp.requests_write(path, env["CA_CHAIN_PEM"], numbers)) as f:
            self.requests = [base64.b64decode(line) for line in f]
        self.url = f"{env['CA_HTTP_URL']}/ocsp/{env['CA_ISSUING_NAME']}"

    def revoked(self):
        """How many of them are told so."""
        told = 0
        for der in self.requests:
            asked = urllib.request.Request(self.url, data=der, headers={"Content-Type": "application/ocsp-request"})
            with urllib.request.urlopen(asked, timeout=10) as got:
                answer = ocsp.load_der_ocsp_response(got.read())
            told += answer.certificate_status == ocsp.OCSPCertStatus.REVOKED
        return told


def on_crl(env):
    """Entries of the CRL that is served."""
    with urllib.request.urlopen(f"{env['CA_HTTP_URL']}/crl/{env['CA_ISSUING_NAME']}.crl", timeout=30) as got:
        return len(x509.load_der_x509_crl(got.read()))


class Issuing(threading.Thread):
    """One requester after the other, for as long as the job runs: how long each waits."""

    def __init__(self, env, path):
        super().__init__()
        self.env, self.path, self.times, self.going = env, path, [], True

    def run(self):
        while self.going:
            started = time.monotonic()
            issue(self.env, self.path)
            self.times.append(time.monotonic() - started)
            time.sleep(0.5)


def agreed(env):
    """The job, asked for by one officer and agreed to by another."""
    meant = {"profile": "bench", "reason": "superseded"}
    started = time.monotonic()
    looked = rest(env, "OFFICER1", "POST", "/revocation-jobs?dry_run=true", meant)
    seconds = time.monotonic() - started
    assert looked["total"] == CERTIFICATES, looked
    asked = rest(env, "OFFICER1", "POST", "/revocation-jobs",
                 {**meant, **{k: looked[k] for k in ("selected_at", "total", "digest")}})
    digest = rest(env, "OFFICER2", "GET", "/approvals/" + asked["approval_id"])["digest"]
    rest(env, "OFFICER2", "POST", f"/approvals/{asked['approval_id']}/decisions",
         {"decision": "approve", "digest": digest})
    return asked["approval_id"], seconds


def until(what, every=0.2):
    while not what():
        time.sleep(every)
    return time.monotonic()


def run(options, report):
    with common.scratch() as path, common.ca_server(options.build, f"{path}/state") as (env, _):
        certificates(env, path)
        relying = Relying(env, path)
        assert relying.revoked() == 0
        issuing = Issuing(env, path)
        issuing.start()
        started = time.monotonic()
        job, looked = agreed(env)
        signer = common.children(int(env["CA_SIGNER_PID"]))
        before = common.cpu_seconds(signer)
        done = until(lambda: sql(env, f"SELECT state FROM ca.revocation_job WHERE id = '{job}'") == ["done"])
        spent = common.cpu_seconds(signer) - before
        issuing.going = False
        answered = until(lambda: relying.revoked() == ASKED)
        listed = until(lambda: on_crl(env) >= CERTIFICATES)
        issuing.join()
    waited = sorted(issuing.times)
    report.row("mass", f"dry run of {CERTIFICATES} certificates", "s", round(looked, 2))
    report.row("mass", f"{CERTIFICATES} certificates revoked", "s", round(done - started, 1))
    report.row("mass", "CPU time of the signer meanwhile", "s", round(spent, 1))
    report.row("mass", "OCSP answers replaced, after that", "s", round(answered - done, 1))
    report.row("mass", "CRL shows all of them, after that", "s", round(listed - done, 1))
    report.row("mass", "issuing meanwhile, p95", "ms", round(1000 * waited[len(waited) * 95 // 100]))
