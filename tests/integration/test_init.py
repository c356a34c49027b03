# SPDX-License-Identifier: Apache-2.0
"""ca-server init and run: a production installation, on a private database and SoftHSM2 tokens."""

import os
import signal
import socket

import pytest

from harness import wait_for
from installation import Installation


@pytest.fixture
def production():
    installation = Installation()
    try:
        installation.set_up()
        yield installation
    finally:
        installation.remove()


def test_init_then_run_serves_the_first_administrator(production):
    production.init()
    with open(production.path("alice.pem")) as f:
        first = f.read()
    production.init()  # again: nothing is made twice
    with open(production.path("alice.pem")) as f:
        assert f.read() == first
    production.run()

    def served():
        return b'"alice"' in production.whoami()

    wait_for(served, 30, every=0.2)
    assert "roles\":[\"admin\"]" in production.whoami().decode()
    production.server.send_signal(signal.SIGTERM)
    assert production.server.wait(30) == 0


def test_a_stop_does_not_wait_for_a_crl_that_is_read_back(production):
    production.init()
    with socket.socket() as silent:  # takes the question, and never answers
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        silent.settimeout(30)
        with open(production.config) as f:
            text = f.read()
        production.write("ca-server.yaml", text.replace("url: 'http://127.0.0.1:%d'" % production.http,
                                                        "url: 'http://127.0.0.1:%d'" % silent.getsockname()[1]))
        production.run()
        asked, _ = silent.accept()
        production.server.send_signal(signal.SIGTERM)
        assert production.server.wait(30) == 0
        asked.close()
    with open(production.path("run.log")) as f:
        ended = [line for line in f if "event=process_ended" in line]
    assert len(ended) == 2 and all("signal=0" in line for line in ended), ended  # none had to be killed


def test_i15_run_shows_no_pin(production):
    production.init()
    production.run()
    wait_for(lambda: b'"alice"' in production.whoami(), 30, every=0.2)
    seen = b""
    pid = production.server.pid
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        pids = [pid, *map(int, f.read().split())]
    for p in pids:
        for name in ("cmdline", "environ"):
            with open("/proc/%d/%s" % (p, name), "rb") as f:
                seen += f.read()
    with open(production.path("run.log"), "rb") as f:
        seen += f.read()
    assert b"secret-of-" not in seen


def test_check_config_names_what_is_missing(production):
    assert "is fine" in production.ca_server("check-config", "--config", production.config)
    with open(production.config) as f:
        text = f.read()
    production.write("ca-server.yaml", text.replace("label: ca,", ""))
    said = production.ca_server("check-config", "--config", production.config, status=1)
    assert "the signer needs the setting ca_token.label" in said
    production.write("ca-server.yaml", text + "cvl: {soon: 1s}\n")
    assert "unknown key 'cvl'" in production.ca_server("check-config", "--config", production.config, status=1)


def test_wrong_pin_stops_init_at_the_first_try(production):
    os.chmod(production.path("ca.pin"), 0o600)
    production.write("ca.pin", "wrong wrong", 0o400)
    said = production.init(status=1)
    assert "token-probe failed" in said and "PIN" in said
