# SPDX-License-Identifier: Apache-2.0
"""SCEP with certmonger, whose daemon runs one script and ends: it has GET only, wants a content in every
answer and a nonce of the server, and renews with PKCSReq."""

import os
import shlex
import threading

import pytest

from scep_support import certificate_in, client, count, newest, officer_decides, unique
from support import revoke

MONITORING, REJECTED, WORKING = 0, 2, 5


class Certmonger:
    def __init__(self, ca, folder):
        self.ca, self.folder = ca, str(folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, script, url, seconds=120):
        """Runs the lines of a script below a daemon of its own; {name: exit status} as the lines note them."""
        for name in ("req", "cas", "cfg", "local"):
            os.makedirs(self.path(name), exist_ok=True)
        with open(self.path("cfg/certmonger.conf"), "w"):
            pass
        lines = ["getcert add-scep-ca -c X -u %s -N %s" % (shlex.quote(url), self.ca.env["CA_ROOT_PEM"]),
                 "for i in $(seq 100); do getcert list-cas -c X | grep -q 'next-serial-number\\|is-default' && break; sleep 0.1; done",
                 "sleep 2", *script]
        with open(self.path("run.sh"), "w") as f:
            f.write("cd %s\n%s\n" % (self.folder, "\n".join(lines)))
        env = {"HOME": self.folder, "CERTMONGER_TMPDIR": self.folder, "CERTMONGER_REQUESTS_DIR": self.path("req"),
               "CERTMONGER_CAS_DIR": self.path("cas"), "CERTMONGER_CONFIG_DIR": self.path("cfg"),
               "CERTMONGER_LOCAL_CA_DIR": self.path("local"), "CERTMONGER_SYSTEM_LOCK_FILE": self.path("lock")}
        code, said = client(["certmonger", "-L", "-P", self.path("sock"), "-n", "-d", "1", "-c",
                             "sh " + self.path("run.sh")], self.folder, seconds, env)
        results = {}
        if os.path.exists(self.path("results")):
            with open(self.path("results")) as f:
                results = {k: int(v) for k, v in (line.split() for line in f)}
        return results, said

    def request(self, name, cn, challenge=None, more=""):
        line = "getcert request -c X -I %s -k %s -f %s -N CN=%s -D %s.example.org %s -w -v --wait-timeout 20 %s" % (
            name, self.path(name + ".key"), self.path(name + ".pem"), cn, cn, "-L " + challenge if challenge else "", more)
        return line + "; echo %s $? >> results" % name


@pytest.fixture
def certmonger(ca, tmp_path):
    tmp_path.chmod(0o700)
    return Certmonger(ca, tmp_path)


def test_a_device_enrols_renews_and_gets_another_key(certmonger, ca):
    cn = unique()
    results, said = certmonger.run([
        certmonger.request("one", cn, ca.env["CA_SCEP_CHALLENGE"]),
        "cp one.pem first.pem",
        "getcert resubmit -i one -w; echo renewed $? >> results",
        "cp one.pem second.pem",
        "getcert rekey -i one -w; echo rekeyed $? >> results",
    ], ca.env["CA_SCEP_URL"])
    assert results == {"one": MONITORING, "renewed": MONITORING, "rekeyed": MONITORING}, said[-3000:]
    serials = {certificate_in(certmonger.path(name), ca, cn).serial_number for name in ("first.pem", "second.pem", "one.pem")}
    assert len(serials) == 3 and count(ca, cn) == 3


def test_a_wrong_challenge_is_refused_with_its_reason(certmonger, ca):
    cn = unique()
    results, said = certmonger.run([
        certmonger.request("one", cn, "wrong"),
        "getcert list -i one > listed",
    ], ca.env["CA_SCEP_URL"])
    assert results == {"one": REJECTED}, said[-3000:]
    with open(certmonger.path("listed")) as f:
        listed = f.read()
    assert "challenge" in listed, listed  # failInfoText arrives
    assert count(ca, cn) == 0


def test_a_device_waits_for_an_officer(certmonger, ca):
    cn = unique()
    decider = threading.Thread(target=officer_decides, args=(ca, cn, "approve"))
    decider.start()
    results, said = certmonger.run([
        certmonger.request("one", cn),
        "for i in $(seq 20); do getcert list -i one | grep -q 'status: MONITORING' && break; getcert refresh -a; sleep 1; done",
        "getcert list -i one > listed",
    ], ca.env["CA_SCEP_MANUAL_URL"])
    decider.join()
    assert results["one"] in (WORKING, MONITORING), said[-3000:]
    with open(certmonger.path("listed")) as f:
        listed = f.read()
    assert "MONITORING" in listed, listed
    certificate_in(certmonger.path("one.pem"), ca, cn)


def test_a_revoked_certificate_is_not_renewed(certmonger, ca):
    cn = unique()
    results, said = certmonger.run([certmonger.request("one", cn, ca.env["CA_SCEP_CHALLENGE"])], ca.env["CA_SCEP_URL"])
    assert results == {"one": MONITORING}, said[-3000:]
    assert revoke(ca, newest(ca, cn)[0]).status == 200
    os.unlink(certmonger.path("results"))
    _, said = certmonger.run(["getcert resubmit -i one -w", "getcert list -i one > listed"], ca.env["CA_SCEP_URL"])
    with open(certmonger.path("listed")) as f:  # it goes on with the certificate that it has, and says why
        assert "ca-error" in f.read(), said[-3000:]
    assert count(ca, cn) == 1
