# SPDX-License-Identifier: Apache-2.0
"""What policy and audit cost: microseconds of one verdict on one thread, checks on keys apart, and
issuance beside a daemon that writes no audit log, the two loaded in turns. And the replay of 100,000
requests on record."""
import statistics
import subprocess
import urllib.parse

import bench_common as common
import bench_replay

ROUNDS, CONNECTIONS = 5, 64


def verdicts(options, report):
    out = subprocess.run([f"{options.build}/tests/bench_policy"], check=True, stdout=subprocess.PIPE,
                         text=True).stdout
    for line in out.splitlines():
        metric, value = line.split("\t")
        report.row("policy", metric, "us", float(value))


def rate(options, env, seconds):
    to = urllib.parse.urlparse(env["CA_HTTPS_URL"]).netloc
    return common.load(options.build, "--to", to, "--path", "/api/v1/requests?profile=https-ecc",
                       "--tls", env["CA_REQUESTER_PEM"], "--connections", CONNECTIONS, "--seconds",
                       seconds)["rate"]


def audit(options, report):
    without = f"{options.build}/tests/bench_server_without_audit"
    seconds = max(2, options.seconds // 4)
    with common.scratch() as path, common.ca_server(options.build, f"{path}/with") as (env, _), \
            common.ca_server(options.build, f"{path}/without", program=without) as (bare, _):
        pairs = [(rate(options, env, seconds), rate(options, bare, seconds))
                 for _ in range(ROUNDS + 1)][1:]
    report.row("policy", "certificates with the audit log", "/s",
               round(statistics.median(p[0] for p in pairs), 1), "without any audit row",
               round(statistics.median(p[1] for p in pairs), 1))


def run(options, report):
    verdicts(options, report)
    bench_replay.run(options, report)
    audit(options, report)
