# SPDX-License-Identifier: Apache-2.0
"""Microseconds that the policy takes for one request, on one thread, checks on keys apart."""
import subprocess


def run(options, report):
    out = subprocess.run([f"{options.build}/tests/bench_policy"], check=True, stdout=subprocess.PIPE,
                         text=True).stdout
    for line in out.splitlines():
        metric, value = line.split("\t")
        report.row("policy", metric, "us", float(value))
