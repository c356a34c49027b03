# SPDX-License-Identifier: Apache-2.0
"""Certificates a second: REST over mutual TLS here, plain HTTP there."""
import contextlib
import json
import os
import re
import subprocess
import time
import urllib.parse

import bench_common as common

CONNECTIONS = 64
CFSSL_TABLES = """
CREATE TABLE certificates (serial_number bytea NOT NULL, authority_key_identifier bytea NOT NULL,
  ca_label bytea, status bytea NOT NULL, reason int, expiry timestamptz, revoked_at timestamptz,
  pem bytea NOT NULL, PRIMARY KEY (serial_number, authority_key_identifier));
CREATE TABLE ocsp_responses (serial_number bytea NOT NULL, authority_key_identifier bytea NOT NULL,
  body bytea NOT NULL, expiry timestamptz, PRIMARY KEY (serial_number, authority_key_identifier));
"""


@contextlib.contextmanager
def cfssl(path):
    """CFSSL with a P-256 software key and a PostgreSQL of its own."""
    os.makedirs(path)
    with common.postgres(f"{path}/pg") as sockets:
        subprocess.run(["psql", "-q", "-h", sockets, "-U", "bench", "postgres"], check=True,
                       input=CFSSL_TABLES, text=True)
        csr = {"CN": "Bench CA", "key": {"algo": "ecdsa", "size": 256}}
        out = subprocess.run(["cfssl", "gencert", "-initca", "-"], input=json.dumps(csr), check=True,
                             capture_output=True, text=True).stdout
        for name, member in (("ca.pem", "cert"), ("ca.key", "key")):
            with open(f"{path}/{name}", "w") as f:
                f.write(json.loads(out)[member])
        with open(f"{path}/db.json", "w") as f:
            json.dump({"driver": "postgres", "data_source":
                       f"postgres://bench@/postgres?host={sockets}&sslmode=disable"}, f)
        port = common.free_port()
        with open(f"{path}/log", "w") as log:
            process = subprocess.Popen(
                ["cfssl", "serve", "-address=127.0.0.1", f"-port={port}", f"-ca={path}/ca.pem",
                 f"-ca-key={path}/ca.key", f"-db-config={path}/db.json", "-loglevel=3"],
                stdout=log, stderr=log)
        try:
            time.sleep(1.5)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def token_rates(build, env):
    """What the token alone signs a second with the issuing CA's key, on one thread and on two."""
    state = os.path.dirname(os.path.dirname(env["CA_SOFTHSM2_CONF"]))
    out = subprocess.run([f"{build}/ca-server/ca-server", "token", "test", "--token", "ca", "--config",
                          f"{state}/ca-server.yaml"], check=True, capture_output=True, text=True,
                         env=os.environ | {"SOFTHSM2_CONF": env["CA_SOFTHSM2_CONF"]}).stdout
    found = re.search(rf"key ca-{env['CA_ISSUING_NAME']} .* ok, (\d+) signatures/s on one thread, (\d+)/s",
                      out)
    return [int(n) for n in found.groups()]


def ours(options, report, path):
    with common.ca_server(options.build, f"{path}/state") as (env, first):
        report.row("issue", "first start to ready", "s", round(first, 2))
        to = urllib.parse.urlparse(env["CA_HTTPS_URL"]).netloc
        front, signer = int(env["CA_FRONT_PID"]), int(env["CA_SIGNER_PID"])
        postmaster = common.children(os.getpid())
        postgres = [p for p in postmaster if "postgres" in open(f"/proc/{p}/comm").read()]
        load = lambda *extra: common.load(
            options.build, "--to", to, "--path", "/api/v1/requests?profile=https-ecc", "--tls",
            env["CA_REQUESTER_PEM"], "--connections", CONNECTIONS, *extra)
        load("--seconds", 2)
        before = [common.cpu_seconds(p) for p in ([front], [signer], postgres)]
        figures = load("--seconds", options.seconds)
        after = [common.cpu_seconds(p) for p in ([front], [signer],
                 [p for p in common.children(os.getpid())
                  if "postgres" in open(f"/proc/{p}/comm").read()])]
        cpu = [round((a - b) * 1e6 / figures["done"], 1) for a, b in zip(after, before)]
        if options.seconds >= 10:
            load("--count", 100_000)
        figures["memory"] = round(common.rss_mb(front) + common.rss_mb(signer), 1)
        figures["tokens"] = token_rates(options.build, env)
    with common.ca_server(options.build, f"{path}/state") as (_, again):
        figures["restart"] = round(again, 2)
    return figures, cpu


def run(options, report):
    with common.scratch() as path:
        figures, cpu = ours(options, report, path)
    with common.scratch() as path, cfssl(f"{path}/cfssl") as to:
        common.load(options.build, "--to", to, "--path", "/api/v1/cfssl/sign", "--cfssl",
                    "--connections", CONNECTIONS, "--seconds", 2)
        peer = common.load(options.build, "--to", to, "--path", "/api/v1/cfssl/sign", "--cfssl",
                           "--connections", CONNECTIONS, "--seconds", options.seconds)
    name = "CFSSL + PostgreSQL (plain HTTP, software key)"
    report.row("issue", "certificates", "/s", figures["rate"], name, peer["rate"])
    report.row("issue", "p50", "ms", figures["p50_ms"], name, peer["p50_ms"])
    report.row("issue", "p99", "ms", figures["p99_ms"], name, peer["p99_ms"])
    report.row("issue", "not issued", "answers", figures["refused"] + figures["broken"])
    for process, us in zip(("front", "signer", "PostgreSQL"), cpu):
        report.row("issue", f"CPU a certificate, {process}", "us", us)
    for threads, rate in zip(("one thread", "two threads"), figures["tokens"]):
        report.row("issue", f"token alone, {threads}", "/s", rate)
    report.row("issue", "memory of front and signer", "MB", figures["memory"])
    report.row("issue", "restart to ready", "s", figures["restart"])
