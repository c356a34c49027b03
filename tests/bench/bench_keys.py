# SPDX-License-Identifier: Apache-2.0
"""Microseconds that the checks on one key take; seconds and memory to find the RSA moduli of 2048 bits
that share a prime, for numbers that double, with exactly the planted pairs found in each run."""
import subprocess

SIZES = (25_000, 50_000, 100_000, 200_000)


def measured(options, *arguments):
    out = subprocess.run([f"{options.build}/tests/bench_keys", *map(str, arguments)], check=True,
                         stdout=subprocess.PIPE, text=True).stdout
    return [(metric, float(value)) for metric, value in (line.split("\t") for line in out.splitlines())]


def unit_of(metric):
    if "_memory" in metric:
        return "MiB"
    return "pairs" if metric.endswith("_pairs") else "s"


def run(options, report):
    for metric, value in measured(options, "check"):
        report.row("keys", metric, "us", value)
    for size in SIZES:
        for metric, value in measured(options, "audit", size):
            report.row("keys", metric, unit_of(metric), value)
