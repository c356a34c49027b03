# SPDX-License-Identifier: Apache-2.0
"""Processes die under load. The judge is the ledger of a client that wrote down every certificate
that it was given: each exists, no serial is there twice, nothing is left half done.

CA_KILLS=100 for the long run; 5 otherwise."""

import contextlib
import os
import random
import signal
import subprocess
import threading
import time
import urllib.parse

import pytest
from cryptography import x509

from harness import BUILD, csr, wait_for
from support import crl_at_least, crl_entry, crl_now, crl_number, sql, sql_one

KILLS = int(os.environ.get("CA_KILLS", "5"))
BACK_S = 2.0
CONNECTIONS = 16


class Load:
    """tests/bench/load.c: goes on through every error, and writes each answer to disk first."""

    def __init__(self, ca, seconds=3600):
        self.ledger = ca.state + ".ledger"
        self.answer = ca.state + ".load"
        at = urllib.parse.urlsplit(ca.env["CA_HTTPS_URL"])
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "tests", "load"), "--to", at.netloc, "--tls", ca.env["CA_REQUESTER_PEM"], "--path",
             "/api/v1/requests?profile=https-ecc", "--connections", str(CONNECTIONS), "--keys", "32", "--seconds", str(seconds),
             "--ledger", self.ledger, "--patient"],
            stdin=subprocess.DEVNULL, stdout=open(self.answer, "wb"), stderr=subprocess.STDOUT)

    def fingerprints(self):
        if not os.path.exists(self.ledger):
            return []
        with open(self.ledger) as lines:
            return [line[:-1] for line in lines if line.endswith("\n")]

    def answered(self):
        assert self.process.poll() is None, open(self.answer).read()
        return os.path.getsize(self.ledger) // 65 if os.path.exists(self.ledger) else 0

    def wait_for_more(self, seconds):
        """The service goes on: there are answers that were not there before."""
        enough = self.answered() + 2 * CONNECTIONS

        def more_answers():
            return self.answered() >= enough

        wait_for(more_answers, seconds)

    def stop(self):
        """SIGKILL: the ledger is on disk, line by line."""
        self.process.kill()
        self.process.wait()

    def remove(self):
        self.stop()
        for path in (self.ledger, self.answer):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)


@pytest.fixture
def load(own_ca):
    load = Load(own_ca)
    yield load
    load.remove()


def ready(ca):
    try:
        return ca.https(None, "GET", "/readyz").status == 200
    except OSError:
        return False


def pid_of(ca, which):
    """The number in dev.env is empty while there is none."""
    def there():
        return ca.env[which]

    return int(wait_for(there, 10))


def kill_and_wait(ca, which):
    """Kills it; how long until another one serves."""
    pid = pid_of(ca, which)
    began = time.monotonic()
    os.kill(pid, signal.SIGKILL)

    def replaced():
        return ca.env[which] not in ("", str(pid)) and ready(ca)

    wait_for(replaced, 20, every=0.02)
    return time.monotonic() - began


# -- what must hold afterwards ---------------------------------------------------------------------

def settled(ca):
    """No open intent: the last process has completed or burned what it found (I5)."""
    def no_intent():
        return sql_one(ca, "SELECT count(*) FROM ca.intent") == "0"

    wait_for(no_intent, 30, every=0.1)


def ledger_is_kept(ca, load):
    given = load.fingerprints()
    stored = {row[0]: row[1] for row in sql(ca, "SELECT encode(fingerprint, 'hex'), state FROM ca.certificate")}
    lost = [f for f in given if f not in stored]
    assert lost == [], "%d of %d answered certificates are not stored" % (len(lost), len(given))
    assert {stored[f] for f in given} <= {"valid"}
    return given


def no_serial_twice(ca):
    assert sql(ca, "SELECT authority_id, serial, count(*) FROM ca.certificate GROUP BY 1, 2 HAVING count(*) > 1") == []
    assert sql(ca, "SELECT tbs.key, count(*) FROM (SELECT substring(der FROM 1 FOR 40) AS key FROM ca.certificate "
                   "WHERE state <> 'burned') tbs GROUP BY 1 HAVING count(*) > 1") == []


def audit_counts(ca):
    """As many lines as certificates, and as many as burned serials; the chain has no gap."""
    count = lambda query: int(sql_one(ca, "SELECT count(*) FROM " + query))
    certificates = count("ca.certificate WHERE state <> 'burned'")
    burned = count("ca.certificate WHERE state = 'burned'")
    assert count("ca.audit WHERE action = 'certificate.issue' AND outcome = 'ok'") == certificates
    assert count("ca.audit WHERE action = 'serial.burn' AND outcome = 'ok'") == burned
    assert sql(ca, "SELECT chain FROM ca.audit GROUP BY chain HAVING max(sequence) <> count(*)") == []
    return burned


def requests_are_whole(ca):
    assert sql(ca, "SELECT r.id FROM ca.request r LEFT JOIN ca.certificate c ON c.id = r.certificate_id "
                   "WHERE r.state = 'issued' AND (c.id IS NULL OR c.state = 'burned')") == []
    assert sql(ca, "SELECT id FROM ca.request WHERE state IN ('issuing')") == []


def burned_are_on_the_crl(ca):
    burned = [row[0] for row in sql(ca, "SELECT encode(c.serial, 'hex') FROM ca.certificate c JOIN ca.authority a "
                                        "ON a.id = c.authority_id WHERE c.state = 'burned' AND a.name = 'dev-issuing'")]
    crl = crl_now(ca)
    assert [s for s in burned if crl_entry(crl, s) is None] == []
    return crl


def judge(ca, load):
    load.stop()
    settled(ca)
    given = ledger_is_kept(ca, load)
    no_serial_twice(ca)
    burned = audit_counts(ca)
    requests_are_whole(ca)
    crl = burned_are_on_the_crl(ca)
    listed = sum(1 for _ in crl)
    assert listed == burned, "the CRL lists %d, %d serials are burned" % (listed, burned)
    assert ca.issue(csr()[0]).status == 201
    return len(given)


def times_are_short(times):
    late = [t for t in times if t > BACK_S]
    assert late == [], "back after %s s, at most %s" % (["%.2f" % t for t in times], BACK_S)


# -- tests -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("which", ["CA_SIGNER_PID", "CA_FRONT_PID"])
def test_i05_nothing_is_lost_when_a_process_is_killed_under_load(own_ca, load, which):
    chance = random.Random(which)
    times = []
    for _ in range(KILLS):
        load.wait_for_more(20)
        time.sleep(chance.uniform(0, 0.3))  # anywhere in a batch
        times.append(kill_and_wait(own_ca, which))
    load.wait_for_more(20)
    assert judge(own_ca, load) >= (KILLS + 1) * CONNECTIONS
    times_are_short(times)


def test_i05_nothing_is_lost_when_both_are_killed_at_once(own_ca, load):
    chance = random.Random(3)
    times = []
    for _ in range(KILLS):
        load.wait_for_more(20)
        time.sleep(chance.uniform(0, 0.3))
        front, signer = pid_of(own_ca, "CA_FRONT_PID"), pid_of(own_ca, "CA_SIGNER_PID")
        began = time.monotonic()
        os.kill(front, signal.SIGKILL)
        os.kill(signer, signal.SIGKILL)

        def replaced():
            env = own_ca.env
            return env["CA_FRONT_PID"] not in ("", str(front)) and env["CA_SIGNER_PID"] not in ("", str(signer)) and ready(own_ca)

        wait_for(replaced, 20)
        times.append(time.monotonic() - began)
    judge(own_ca, load)
    times_are_short(times)


def test_i04_nothing_is_lost_when_postgresql_is_killed_under_load(own_ca, load):
    for _ in range(max(2, KILLS // 5)):
        load.wait_for_more(30)
        with open(os.path.join(own_ca.state, "postgres", "postmaster.pid")) as f:
            os.kill(int(f.readline()), signal.SIGKILL)

        def issues():
            try:
                return own_ca.issue(csr()[0]).status == 201
            except OSError:
                return False

        wait_for(issues, 30, every=0.1)
    judge(own_ca, load)


def test_i04_nothing_is_lost_when_everything_is_killed_at_once(own_ca, load):
    """The supervisor dies, and with it all that it started; the next start settles."""
    for _ in range(max(2, KILLS // 5)):
        load.wait_for_more(30)
        with open("/proc/%d/task/%d/children" % (own_ca.process.pid, own_ca.process.pid)) as f:
            children = f.read().split()
        own_ca.stop(signal.SIGKILL)

        def gone():
            return not any(os.path.exists("/proc/" + pid) for pid in children)

        wait_for(gone, 30)  # the front may still hold the port
        own_ca.start()
    judge(own_ca, load)


def test_a_stopped_signer_is_replaced_within_its_deadline_under_load(state):
    state.start()
    state.stop()
    with open(os.path.join(state.state, "extra.yaml"), "w") as f:
        f.write("supervisor: {watchdog: 2s}\n")
    state.start()
    load = Load(state)
    try:
        load.wait_for_more(20)
        pid = pid_of(state, "CA_SIGNER_PID")
        began = time.monotonic()
        os.kill(pid, signal.SIGSTOP)

        def replaced():
            return state.env["CA_SIGNER_PID"] not in ("", str(pid)) and ready(state)

        wait_for(replaced, 2 + 2 + BACK_S)  # two deadlines at most, then as after any other end
        assert time.monotonic() - began >= 1, "a signer that answered was taken for a silent one"
        assert not os.path.exists("/proc/%d" % pid)
        load.wait_for_more(20)
        judge(state, load)
    finally:
        load.remove()


def test_a_stopped_front_is_replaced_within_its_deadline(state):
    state.start()
    state.stop()
    with open(os.path.join(state.state, "extra.yaml"), "w") as f:
        f.write("supervisor: {watchdog: 2s}\n")
    state.start()
    pid = pid_of(state, "CA_FRONT_PID")
    os.kill(pid, signal.SIGSTOP)

    def replaced():
        return state.env["CA_FRONT_PID"] not in ("", str(pid))

    wait_for(replaced, 2 + 2 + BACK_S)
    wait_for(lambda: ready(state), 5)
    assert state.issue(csr()[0]).status == 201


def test_the_crl_goes_on_where_it_was_after_a_kill_in_the_middle_of_one(own_ca):
    """CRLs are asked for all the time while the signer dies: numbers only rise (I12)."""
    numbers = [crl_number(crl_now(own_ca))]
    for _ in range(KILLS):
        pid = pid_of(own_ca, "CA_SIGNER_PID")

        def generate():
            with contextlib.suppress(Exception):
                own_ca.rest("OFFICER1", "POST", "/authorities/dev-issuing/crl")

        asker = threading.Thread(target=generate)
        asker.start()
        time.sleep(random.uniform(0, 0.02))
        os.kill(pid, signal.SIGKILL)
        asker.join()

        def replaced():
            return own_ca.env["CA_SIGNER_PID"] not in ("", str(pid)) and ready(own_ca)

        wait_for(replaced, 20)
        crl = crl_now(own_ca)
        numbers.append(crl_number(crl))
        issuer = x509.load_der_x509_certificate(own_ca.http("GET", "/aia/dev-issuing.cer").body)
        assert crl.is_signature_valid(issuer.public_key())
    assert numbers == sorted(set(numbers))
    rows = [int(n) for n, in sql(own_ca, "SELECT number FROM ca.crl c JOIN ca.authority a ON a.id = c.authority_id "
                                         "WHERE a.name = 'dev-issuing' ORDER BY c.id")]
    assert rows == sorted(set(rows))
    assert crl_number(crl_at_least(own_ca, numbers[-1])) >= max(rows)
