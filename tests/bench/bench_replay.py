# SPDX-License-Identifier: Apache-2.0
"""What a draft of a profile would have made of 100,000 requests on record: `cactl profile replay`
over the pages of the REST API, nothing changed and everything changed. The requests are copies of a
real one with ids of their own."""
import json
import os
import subprocess
import time

import bench_common as common

REQUESTS = 100_000

COPIES = """
INSERT INTO ca.request (id, state, requester_id, channel, idempotency_key, content_hash, profile, profile_version,
    authority_id, csr, overrides, comment, subject, plan_digest, certificate_id, serial, created_at, decided_at)
SELECT (lpad(to_hex(created_at * 1000 + n), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8'
        || substr(md5(n::text), 4, 15))::uuid, state, requester_id, channel, 'copy-' || n, content_hash, profile,
    profile_version, authority_id, csr, overrides, comment, subject, plan_digest, certificate_id, serial, created_at,
    decided_at
FROM ca.request, generate_series(1, %d) AS n
WHERE profile = 'https-ecc' AND idempotency_key NOT LIKE 'copy-%%';
ANALYZE ca.request;
"""


def cactl(options, env, who, *argv):
    clean = {**os.environ, "XDG_CONFIG_HOME": "/nonexistent", "CACTL_URL": env["CA_HTTPS_URL"],
             "CACTL_CACERT": env["CA_ROOT_PEM"], "CACTL_CERT": env[f"CA_{who}_PEM"]}
    return subprocess.run([f"{options.build}/cactl/cactl", *argv], env=clean, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)


def fill(options, env, path, requests):
    subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                    "/CN=replay.example.org", "-addext", "subjectAltName=DNS:replay.example.org", "-keyout",
                    f"{path}/key", "-out", f"{path}/csr"], check=True, stderr=subprocess.DEVNULL)
    cactl(options, env, "REQUESTER", "request", "submit", f"{path}/csr", "--profile", "https-ecc")
    subprocess.run(["psql", env["CA_DB_CONNINFO"], "-Xq", "-v", "ON_ERROR_STOP=1", "-c", COPIES % (requests - 1)], check=True)


def measure(options, env, file, changed, requests):
    started = time.monotonic()
    done = cactl(options, env, "ADMIN", "profile", "replay", "https-ecc", "--file", file, "--timeout", "120s", "-o", "jsonl")
    taken = time.monotonic() - started
    assert f"{requests} requests looked at" in done.stderr, done.stderr
    assert len(done.stdout.splitlines()) == (requests if changed else 0)
    return round(taken, 1)


def run(options, report, requests=REQUESTS):
    with common.scratch() as path, common.ca_server(options.build, f"{path}/state") as (env, _):
        fill(options, env, path, requests)
        yaml = json.loads(cactl(options, env, "ADMIN", "profile", "show", "https-ecc", "-o", "json").stdout)["yaml"]
        with open(f"{path}/same.yaml", "w") as f:
            f.write(yaml + "\n# another version, the same rules\n")
        with open(f"{path}/narrow.yaml", "w") as f:
            f.write(yaml.replace('"ec:P-256", ', ""))
        report.row("policy", f"replay of {requests}, none changed", "s", measure(options, env, f"{path}/same.yaml", False, requests))
        report.row("policy", f"replay of {requests}, all changed", "s", measure(options, env, f"{path}/narrow.yaml", True, requests))
