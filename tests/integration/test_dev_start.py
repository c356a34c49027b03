# SPDX-License-Identifier: Apache-2.0
"""ca-server dev: first starts, what it refuses, and what it keeps to itself."""

import os
import signal
import socket
import subprocess
import time

import pytest

from harness import PROGRAM


def read(path):
    with open(path, "rb") as f:
        return f.read()


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        return [int(p) for p in f.read().split()]


@pytest.mark.parametrize("moment", [0.05, 0.3, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.4])
def test_a_first_start_that_was_killed_is_finished_by_the_next(state, moment):
    state.start(wait=False)
    time.sleep(moment)
    state.stop(signal.SIGKILL)
    state.start()
    assert state.rest("ADMIN", "GET", "/whoami").json["roles"] == ["admin"]
    names = [a["name"] for a in state.rest("AUDITOR", "GET", "/authorities").json["items"]]
    assert sorted(names) == ["dev-issuing", "dev-root"]


def test_i15_no_pin_is_in_arguments_environment_or_logs(own_ca):
    pins = [read(os.path.join(own_ca.state, "token", name)) for name in ("ca.pin", "front.pin", "so.pin")]
    assert all(len(pin) >= 16 for pin in pins)
    seen = own_ca.logged().encode() + read(own_ca.out)
    for pid in [own_ca.process.pid, *children(own_ca.process.pid)]:
        seen += read("/proc/%d/cmdline" % pid) + read("/proc/%d/environ" % pid)
    for name in ("ca-server.yaml", "dev.env", "postgres.log"):
        seen += read(os.path.join(own_ca.state, name))
    for pin in pins:
        assert pin not in seen


def test_i15_pin_and_key_files_are_private(ca):
    for name in ("token/ca.pin", "token/front.pin", "token/so.pin", "admin.pem", "officer1.pem"):
        assert os.stat(os.path.join(ca.state, name)).st_mode & 0o077 == 0, name


def test_i15_front_and_signer_cannot_dump_core(ca):
    for which in ("CA_FRONT_PID", "CA_SIGNER_PID"):
        limits = read("/proc/%s/limits" % ca.env[which]).decode()
        core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
        assert core.split()[4:6] == ["0", "0"]


def test_i18_a_production_state_is_refused(state):
    with open(os.path.join(state.state, "environment"), "w") as f:
        f.write("production")
    refused = subprocess.run([PROGRAM, "dev", "--state", state.state], capture_output=True, timeout=20)
    assert refused.returncode == 1
    assert b"belongs to an installation of the kind 'production'" in refused.stderr
    assert not os.path.exists(os.path.join(state.state, "token"))


def test_i18_production_refuses_a_development_state(own_ca):
    own_ca.stop()
    path = os.path.join(own_ca.state, "ca-server.yaml")
    text = read(path).decode().replace("environment: dev", "environment: production")
    production = os.path.join(own_ca.state, "production.yaml")
    with open(production, "w") as f:
        f.write(text)
    for command in ("run", "signer", "front"):
        refused = subprocess.run([PROGRAM, command, "--config", production], capture_output=True, timeout=20,
                                 stdin=subprocess.DEVNULL)
        assert refused.returncode == 78, command
        assert b"belongs to an installation of the kind 'dev'" in refused.stderr


def test_a_folder_with_something_else_in_it_is_refused(state):
    with open(os.path.join(state.state, "thesis.txt"), "w") as f:
        f.write("mine")
    refused = subprocess.run([PROGRAM, "dev", "--state", state.state], capture_output=True, timeout=20)
    assert refused.returncode == 1
    assert b"holds something else" in refused.stderr
    assert sorted(os.listdir(state.state)) == ["thesis.txt"]


@pytest.mark.parametrize("arguments, says", [
    (["--http", "0.0.0.0:0"], "127.0.0.1, [::1] or localhost only"),
    (["--http", "127.0.0.1"], "is not HOST:PORT"),
    (["--http", "127.0.0.1:99999"], "has no port"),
])
def test_wrong_addresses_are_refused(state, arguments, says):
    refused = subprocess.run([PROGRAM, "dev", "--state", state.state, *arguments], capture_output=True, timeout=20)
    assert refused.returncode == 1
    assert says in refused.stderr.decode()


def test_a_port_in_use_is_one_clear_line(state):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        refused = subprocess.run([PROGRAM, "dev", "--state", state.state, "--http", address],
                                 capture_output=True, timeout=20)
    assert refused.returncode == 1
    assert refused.stderr.decode().splitlines() == [
        "ca-server dev: cannot listen on %s: Address already in use (choose another port, or 0 for a free one)"
        % address]


@pytest.mark.parametrize("arguments, says", [
    ([], "--state DIR is missing"),
    (["--stat", "x"], "did you mean --state"),
    (["--state"], "--state needs a value"),
])
def test_wrong_use_exits_with_2(arguments, says):
    refused = subprocess.run([PROGRAM, "dev", *arguments], capture_output=True, timeout=20)
    assert refused.returncode == 2
    assert says in refused.stderr.decode()
    assert len(refused.stderr.splitlines()) == 1


def test_every_command_has_help_with_an_example_first():
    usage = subprocess.run([PROGRAM, "--help"], capture_output=True, check=True).stdout.decode()
    listed = [line[2:19].strip() for line in usage.splitlines() if line.startswith("  ") and not line.startswith("  $")]
    assert "dev" in listed and "db migrate" in listed
    for command in listed:
        told = subprocess.run([PROGRAM, *command.split(), "--help"], capture_output=True, check=True).stdout.decode()
        assert told.startswith("  $ ca-server " + command), command
