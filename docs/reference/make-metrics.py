#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads GET /metrics on standard input and prints docs/reference/metrics.md."""
import re
import sys

HEAD = """# Metrics

`GET /metrics` on the HTTPS address, for every enrolled operator, has the metrics of the front and,
while it answers, of the signer, in the text format of Prometheus. Counters and histograms start at 0
with their process. Durations are in seconds.

| alarm | when |
|---|---|
| `ca_intents_overdue` | is not 0: an intent was not settled in time |
| `ca_crl_alarm` | is 1: half of a CRL's validity is over and there is no newer one |
| `ca_crl_emergency` | is 1: relying parties get a CRL that was signed ahead |
| `ca_crl_large` | is 1: a CRL of more than 10 MB; see [publication](publication.md) |
| `ca_ocsp_signer_alarm` | is 1: two thirds of the life of an OCSP signer are over and there is no next one |
| `ca_front_service_alarm` | is 1: two thirds of the life of the certificate of HTTPS or of a SCEP endpoint are over, or it has none: the log says why (`event=keeper_stuck`) |
| `ca_front_crl_push_behind{target="…"}` | stays above 0: a target of copies lacks a CRL; the log says why (`event=crl_push_failed`) |
| `ca_front_crl_read_back` | is 0: what relying parties get is not what was published |
| `ca_token_present`, `ca_signer_connected`, `ca_front_database` | is 0: token, signer or database are away |
| `ca_token_calls_total{result="wrong"}` | grows: the token made a signature that does not verify |
| `ca_http_requests_total{status="503"}` | grows: overload, or one of the above |

| metric | type | labels | what |
|---|---|---|---|"""


def families(text):
    """{name: [type, help, labels]} in the order of the text; a family that comes twice is refused."""
    found = {}
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name, said = line[7:].split(" ", 1)
            if name in found:
                raise SystemExit("%s comes twice" % name)
            found[name] = ["", said, []]
        elif line.startswith("# TYPE "):
            name, kind = line[7:].split(" ")
            found[name][0] = kind
        else:
            name = re.match(r"[a-z_:0-9]+", line).group()
            if name not in found:
                name = re.sub(r"_(bucket|sum|count)$", "", name)
            for label in re.findall(r'([a-z_]+)="(?:[^"\\]|\\.)*"', line):
                if label not in found[name][2] and label != "le":
                    found[name][2].append(label)
    return found


def page(text):
    rows = ["| `%s` | %s | %s | %s |" % (name, kind, ", ".join("`%s`" % label for label in labels), said)
            for name, (kind, said, labels) in sorted(families(text).items())]
    return HEAD + "\n" + "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page(sys.stdin.read()))
