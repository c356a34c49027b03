# SPDX-License-Identifier: Apache-2.0
"""ca-server dev: starting, stopping, surviving; with the machine to itself, for it promises seconds."""

import os
import signal
import subprocess
import time

import pytest

from harness import PROGRAM, csr, wait_for

VARIABLES = {
    "CA_HTTP_URL", "CA_HTTPS_URL", "CA_ROOT_PEM", "CA_CHAIN_PEM", "CA_ROOT_NAME", "CA_ISSUING_NAME",
    "CA_REQUESTER_PEM", "CA_OFFICER1_PEM", "CA_OFFICER2_PEM", "CA_ADMIN_PEM", "CA_AUDITOR_PEM",
    "CA_DB_CONNINFO", "CA_SOFTHSM2_CONF", "CA_FRONT_PID", "CA_SIGNER_PID",
}


def read(path):
    with open(path, "rb") as f:
        return f.read()


def alive(pid):
    return os.path.exists("/proc/%s" % pid)


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        return [int(p) for p in f.read().split()]


def test_ready_means_that_everything_is_there(ca):
    assert VARIABLES <= set(ca.env)
    for name, value in ca.env.items():
        if name.endswith("_PEM"):
            assert b"BEGIN CERTIFICATE" in read(value), name
    assert ca.http("GET", "/crl/%s.crl" % ca.env["CA_ISSUING_NAME"]).status == 200
    assert ca.rest("REQUESTER", "GET", "/whoami").json["name"] == "requester"


def test_ready_means_that_devices_can_enrol(own_ca):
    for again in (False, True):
        if again:
            assert own_ca.stop() == 0
            own_ca.start()
        # It has asked for itself before it said so, after each start.
        assert own_ca.logged().count("route=/scep/{endpoint}/* status=200") >= 2 + 4 * again
        for name in ("dev", "dev-manual"):
            got = own_ca.http("GET", "/scep/%s?operation=GetCACert" % name)
            assert got.status == 200, (again, name, got.body)


def test_dev_env_can_be_sourced(ca):
    said = subprocess.run(
        ["sh", "-euc", '. "$1/dev.env"; printf %s "$CA_DB_CONNINFO"', "sh", ca.state], check=True, capture_output=True)
    assert said.stdout.decode() == ca.env["CA_DB_CONNINFO"]


def test_ports_stay_when_it_is_started_again(own_ca):
    before = {name: value for name, value in own_ca.env.items() if not name.endswith("_PID")}
    root = read(own_ca.env["CA_ROOT_PEM"])
    cert = own_ca.issue(csr()[0], headers={"Accept": "application/pem-certificate-chain"})
    assert cert.status in (200, 201)
    assert own_ca.stop() == 0

    began = time.monotonic()
    own_ca.start()
    assert time.monotonic() - began < 10
    after = {name: value for name, value in own_ca.env.items() if not name.endswith("_PID")}
    assert after == before
    assert read(own_ca.env["CA_ROOT_PEM"]) == root
    assert len(own_ca.rest("REQUESTER", "GET", "/certificates").json["items"]) >= 1


def test_a_second_one_on_the_same_state_is_refused(ca):
    second = subprocess.run([PROGRAM, "dev", "--state", ca.state], capture_output=True, timeout=20)
    assert second.returncode == 1
    assert second.stderr.decode().splitlines() == [
        "ca-server dev: another ca-server dev runs on %s" % ca.state]
    assert ca.rest("REQUESTER", "GET", "/whoami").status == 200


def test_two_states_run_side_by_side(ca, own_ca):
    assert ca.env["CA_HTTP_URL"] != own_ca.env["CA_HTTP_URL"]
    assert read(ca.env["CA_ROOT_PEM"]) != read(own_ca.env["CA_ROOT_PEM"])


@pytest.mark.parametrize("which", ["CA_FRONT_PID", "CA_SIGNER_PID"])
def test_a_killed_process_is_back_within_two_seconds(own_ca, which):
    pid = own_ca.env[which]
    os.kill(int(pid), signal.SIGKILL)

    def replaced():
        return own_ca.env[which] not in ("", pid)

    def issues():
        try:
            return own_ca.issue(csr()[0]).status in (200, 201)
        except OSError:
            return False

    wait_for(replaced, 2)
    wait_for(issues, 4)


def test_a_stopped_signer_is_replaced(state):
    os.makedirs(state.state, exist_ok=True)
    state.start()
    state.stop()
    with open(os.path.join(state.state, "extra.yaml"), "w") as f:
        f.write("supervisor: {watchdog: 2s}\n")
    state.start()
    pid = state.env["CA_SIGNER_PID"]
    os.kill(int(pid), signal.SIGSTOP)

    def replaced():
        return state.env["CA_SIGNER_PID"] not in ("", pid)

    wait_for(replaced, 6)
    assert "event=process_silent child=signer" in state.logged()
    assert state.issue(csr()[0]).status in (200, 201)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_everything_that_it_started(own_ca, number):
    pids = children(own_ca.process.pid)
    assert len(pids) == 3  # PostgreSQL, signer, front
    assert own_ca.stop(number) == 0
    assert [pid for pid in pids if alive(pid)] == []
    assert "database system is shut down" in read(os.path.join(own_ca.state, "postgres.log")).decode()


def test_when_it_is_killed_its_children_end_and_the_next_one_goes_on(own_ca):
    pids = children(own_ca.process.pid)
    own_ca.stop(signal.SIGKILL)

    def gone():
        return not any(alive(pid) for pid in pids)

    wait_for(gone, 10)
    own_ca.start()
    assert own_ca.rest("REQUESTER", "GET", "/whoami").status == 200


def test_pin_wrong_stays_down_and_is_tried_once(own_ca):
    own_ca.stop()
    pin = os.path.join(own_ca.state, "token", "ca.pin")
    right = read(pin)
    os.chmod(pin, 0o600)
    with open(pin, "wb") as f:
        f.write(b"not the right pin")
    own_ca.start(wait=False)

    def refused():
        return "event=process_stays_down child=signer" in own_ca.logged()

    wait_for(refused, 10)
    own_ca.stop()
    with open(pin, "wb") as f:
        f.write(right)
    own_ca.start()
    assert own_ca.issue(csr()[0]).status in (200, 201)


def test_token_that_comes_back_is_found(own_ca):
    tokens = os.path.join(own_ca.state, "token", "tokens")
    label = b"ca-server dev".ljust(32)  # CK_TOKEN_INFO pads with blanks
    token = next(name for name in os.listdir(tokens) if label in read(os.path.join(tokens, name, "token.object")))
    token = os.path.join(tokens, token)
    away_at = os.path.join(own_ca.state, "token", "away")
    os.rename(token, away_at)
    pid = own_ca.env["CA_SIGNER_PID"]
    os.kill(int(pid), signal.SIGKILL)

    def away():
        return "event=token_away" in own_ca.logged()

    wait_for(away, 10)
    assert own_ca.http("GET", "/crl/dev-issuing.crl").status == 200
    assert own_ca.issue(csr()[0]).status == 503
    os.rename(away_at, token)

    def issues():
        return own_ca.issue(csr()[0]).status in (200, 201)

    wait_for(issues, 10, every=0.2)
