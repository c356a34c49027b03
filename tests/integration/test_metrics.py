# SPDX-License-Identifier: Apache-2.0
"""What /metrics publishes: each family once, with help and type, and as its reference page says."""
import calendar
import os
import re
import runpy
import ssl
import urllib.parse

from cryptography import x509

from harness import ROOT, csr
from support import sql_one

REFERENCE = os.path.join(ROOT, "docs", "reference")
families = runpy.run_path(os.path.join(REFERENCE, "make-metrics.py"))["families"]


def metrics(ca):
    assert ca.issue(csr()[0]).status == 201
    got = ca.https("AUDITOR", "GET", "/metrics")
    assert got.status == 200
    return got.body.decode()


def documented():
    with open(os.path.join(REFERENCE, "metrics.md")) as f:
        rows = [line.strip("| \n").split(" | ") for line in f if re.match(r"\| `ca_\w+` \| (gauge|counter|histogram)", line)]
    return {row[0].strip("`"): (row[1], row[-1]) for row in rows}


def test_the_reference_page_has_each_metric(ca):
    published = {name: (kind, said) for name, (kind, said, _) in families(metrics(ca)).items()}
    assert published == documented()  # docs/reference/make-metrics.py writes it


def test_no_series_comes_twice(ca):
    series = [line.rsplit(" ", 1)[0] for line in metrics(ca).splitlines() if not line.startswith("#")]
    assert len(series) == len(set(series))


def test_what_an_operator_watches_is_there(ca):
    text = metrics(ca)
    for step in ("admit", "intend", "sign", "record", "whole"):
        count = re.search(r'^ca_issue_step_seconds_count\{step="%s"\} (\d+)$' % step, text, re.M)
        assert count and int(count.group(1)) >= 1, step
    for wanted in (r'ca_token_calls_total\{result="ok"\} [1-9]', r'ca_token_calls_total\{result="failed"\} \d',
                   r'ca_token_calls_total\{result="wrong"\} 0', r"ca_front_queue \d", r"ca_recorder_queue \d",
                   r'ca_crl_age_seconds\{ca="dev-issuing"\} \d', r"ca_intents_open \d", r"ca_intents_overdue 0",
                   r'ca_front_service_alarm\{kind="tls",owner="dev"\} 0',
                   r'ca_front_service_alarm\{kind="scep-ra",owner="dev-manual"\} 0'):
        assert re.search("^" + wanted, text, re.M), wanted


def test_the_end_of_each_service_certificate_is_told(ca):
    text = metrics(ca)
    for kind, owner in (("tls", "dev"), ("scep-ra", "dev"), ("scep-ra", "dev-manual")):
        told = re.search(r'^ca_front_service_not_after_seconds\{kind="%s",owner="%s"\} (\d+)$' % (kind, owner), text, re.M)
        if kind == "tls":
            at = urllib.parse.urlsplit(ca.env["CA_HTTPS_URL"])
            cert = x509.load_pem_x509_certificate(ssl.get_server_certificate((at.hostname, at.port)).encode())
            ends = calendar.timegm(cert.not_valid_after.timetuple())
        else:
            ends = int(sql_one(ca, "SELECT max(not_after) FROM ca.service_certificate WHERE kind = 'scep-ra'"
                                   " AND owner = '%s'" % owner))
        assert told and int(told.group(1)) == ends, (kind, owner)
