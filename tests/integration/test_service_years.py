# SPDX-License-Identifier: Apache-2.0
"""The server's own certificates over three years of a moved clock (libfaketime). The front lives
through all of it; the signer is started anew at each move, because a clock that jumps stops it (I8).
What is shown is in force at every step, before and after it is renewed."""

import datetime
import glob
import os
import re
import ssl
import subprocess
import time

import pytest

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509 import ocsp

from harness import PROGRAM, Dev, wait_for
from installation import Installation
from ocsp_support import SUCCESSFUL, Shop, response_status
from support import der_of, openssl, sql

YEARS = 3 * 365
STEP = 29  # days: an OCSP signer lives for 30


class Aged:
    """A production installation, its two processes and their clock."""

    rest, http, https, _ask = Dev.rest, Dev.http, Dev.https, staticmethod(Dev._ask)

    def __init__(self):
        self.home = Installation()
        self.processes = {}
        self.days = 0

    @property
    def env(self):
        home = self.home
        return {"CA_HTTP_URL": "http://127.0.0.1:%d" % home.http, "CA_HTTPS_URL": "https://127.0.0.1:%d" % home.https,
                "CA_ROOT_PEM": home.path("chain.pem"), "CA_CHAIN_PEM": home.path("chain.pem"),
                "CA_ISSUING_NAME": "issuing", "CA_ALICE_PEM": home.path("alice-login.pem"),
                "CA_BOB_PEM": home.path("bob-login.pem"),
                "CA_DB_CONNINFO": "host=%s dbname=postgres user=owner" % home.path("pg")}

    def set_up(self):
        self.home.set_up()
        self.home.init()
        self.home.admin("bob")
        for name in ("alice", "bob"):
            self.home.login(name)
        self.move(0)
        for what in ("signer", "front"):
            self.start(what)
        wait_for(lambda: self.http("GET", "/readyz").status == 200, 30)

    def start(self, what):
        library = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        assert library, "install the package libfaketime"
        env = {**self.home.environment, "LD_PRELOAD": library[0], "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        if what == "signer":
            env["FAKETIME"] = "+%dd" % self.days
        else:
            env.update(FAKETIME_TIMESTAMP_FILE=self.home.path("clock"), FAKETIME_NO_CACHE="1")
        with open(self.home.path(what + ".log"), "ab") as log:
            self.processes[what] = subprocess.Popen([PROGRAM, what, "--config", self.home.config], stderr=log, env=env,
                                                    stdin=subprocess.DEVNULL)

    def kill(self, what):
        process = self.processes.pop(what, None)
        if process is not None:
            process.kill()
            process.wait(30)

    def move(self, days):
        """Whole at once: the front reads the file at each look at the clock."""
        self.home.write("clock.new", "+%dd\n" % days)
        os.rename(self.home.path("clock.new"), self.home.path("clock"))
        self.days = days

    def now(self):
        return int(time.time()) + self.days * 86400

    def logged(self):
        text = ""
        for what in ("signer", "front"):
            with open(self.home.path(what + ".log"), errors="replace") as f:
                text += f.read()
        return text

    def remove(self):
        for what in ("front", "signer"):
            self.kill(what)
        self.home.remove()


@pytest.fixture
def aged():
    a = Aged()
    try:
        a.set_up()
        yield a
    finally:
        a.remove()


# -- what each service shows -------------------------------------------------------------------------

def of_https(ca, shop):
    return x509.load_pem_x509_certificate(ssl.get_server_certificate(("127.0.0.1", ca.home.https)).encode())


def of_scep(ca, shop):
    got = ca.http("GET", "/scep/years?operation=GetCACert")
    assert got.status == 200, got.body
    return [c for c in pkcs7.load_der_pkcs7_certificates(got.body) if "SCEP RA" in c.subject.rfc4514_string()][0]


def of_ocsp(ca, shop):
    def answered():  # a nonce: signed now, by who signs now
        answer = shop.post(shop.request(0x4711, nonce=os.urandom(8)))
        return answer if response_status(answer) == SUCCESSFUL else None
    answer = wait_for(answered, 30, every=0.05)
    return ocsp.load_der_ocsp_response(answer.body).certificates[0]


SERVICES = {"tls": of_https, "scep-ra": of_scep, "ocsp": of_ocsp}
PURPOSE = {"tls": ("-purpose", "sslserver"), "scep-ra": (), "ocsp": ()}


def seconds(moment):
    return int(moment.replace(tzinfo=datetime.timezone.utc).timestamp())


def part_over(ca, cert):
    begins, ends = seconds(cert.not_valid_before), seconds(cert.not_valid_after)
    return (ca.now() - begins) / (ends - begins)


def verified(ca, cert, kind, seen=()):
    """Good at this time for whoever looks."""
    assert seconds(cert.not_valid_before) <= ca.now() < seconds(cert.not_valid_after), cert.subject
    if der_of(cert) in seen:
        return der_of(cert)
    path = ca.home.path(kind + ".now.pem")
    with open(path, "wb") as f:
        f.write(cert.public_bytes(serialization.Encoding.PEM))
    openssl("verify", "-attime", ca.now(), *PURPOSE[kind], "-CAfile", ca.home.path("chain.pem"), path)
    return der_of(cert)


def endpoint(ca):
    body = {"name": "years", "profile": "device", "authority": "issuing", "modes": ["one_time"], "enabled": True}
    asked = ca.rest("ALICE", "POST", "/scep/endpoints", body)
    assert asked.status == 202, asked.body
    path = "/approvals/" + asked.json["approval_id"]
    vote = {"decision": "approve", "comment": "seen", "digest": ca.rest("BOB", "GET", path).json["digest"]}
    voted = ca.rest("BOB", "POST", path + "/decisions", vote)
    assert voted.status == 200, voted.body
    wait_for(lambda: ca.http("GET", "/scep/years?operation=GetCACert").status == 200, 30)


def test_three_years_without_a_lapse(aged, tmp_path):
    shop = Shop(aged, tmp_path)
    endpoint(aged)
    shown = {kind: {verified(aged, SERVICES[kind](aged, shop), kind)} for kind in SERVICES}
    for days in range(STEP, YEARS + STEP, STEP):
        aged.kill("signer")
        aged.move(days)
        for kind in ("tls", "scep-ra"):  # without the signer: what is left of their lives is enough
            verified(aged, SERVICES[kind](aged, shop), kind, shown[kind])
        aged.start("signer")
        for kind in SERVICES:
            def young():
                cert = SERVICES[kind](aged, shop)
                return cert if part_over(aged, cert) < (0.5 if kind == "ocsp" else 0.6) else None
            shown[kind].add(verified(aged, wait_for(young, 30, every=0.05), kind, shown[kind]))
    made = dict(sql(aged, "SELECT kind, count(*) FROM ca.service_certificate WHERE owner <> 'root' GROUP BY kind"))
    assert {kind: len(certs) - (kind == "tls") for kind, certs in shown.items()} == {  # init made the first of HTTPS
        kind: int(n) for kind, n in made.items()}
    assert len(shown["tls"]) >= YEARS // 60 and len(shown["scep-ra"]) >= YEARS // 240 and len(shown["ocsp"]) >= YEARS // 30
    assert not re.search("sandbox_denied|keeper_stuck|clock-jumped", aged.logged())
    assert sql(aged, "SELECT DISTINCT outcome FROM ca.audit WHERE action = 'service.issue'") == [["ok"]]
