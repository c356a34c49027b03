# SPDX-License-Identifier: Apache-2.0
"""ca-server init and run: a production installation, on a private database and SoftHSM2 tokens."""

import os
import signal

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
