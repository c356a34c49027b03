# SPDX-License-Identifier: Apache-2.0
"""`ca-server token list|init|test` on tokens of the test's own."""

import os
import re
import subprocess

import pytest

from harness import PROGRAM

MODULE = "/usr/lib/softhsm/libsofthsm2.so"


class Tokens:
    """An empty SoftHSM2 store and settings that name it."""

    def __init__(self, path):
        self.path = path
        os.mkdir(f"{path}/tokens", 0o700)
        self.write("softhsm2.conf", f"directories.tokendir = {path}/tokens\nlog.level = ERROR\n")
        self.write("pin", "1234\n")
        self.write("so-pin", "5678\n")

    def write(self, name, text):
        with open(f"{self.path}/{name}", "w") as f:
            f.write(text)
        os.chmod(f"{self.path}/{name}", 0o600)
        return f"{self.path}/{name}"

    def run(self, *arguments, module=MODULE, label="ca"):
        config = self.write("config.yaml", (
            f"ca_token:\n  module: {module}\n  label: {label}\n  pin_file: {self.path}/pin\n"))
        return subprocess.run([PROGRAM, "token", *arguments, "--config", config], capture_output=True, text=True,
                              timeout=60, env={"PATH": os.environ["PATH"],
                                               "SOFTHSM2_CONF": f"{self.path}/softhsm2.conf"})

    def keypair(self, *arguments):
        subprocess.run(["pkcs11-tool", "--module", MODULE, "--token-label", "ca", "--login", "--pin", "1234",
                        "--keypairgen", *arguments], check=True, capture_output=True,
                       env=os.environ | {"SOFTHSM2_CONF": f"{self.path}/softhsm2.conf"})


@pytest.fixture
def tokens(tmp_path):
    return Tokens(str(tmp_path))


def init(tokens, **more):
    return tokens.run("init", "--token", "ca", "--so-pin-file", f"{tokens.path}/so-pin", **more)


def test_a_token_is_made_listed_and_measured(tokens):
    made = init(tokens)
    assert made.returncode == 0, made.stderr
    listed = tokens.run("list")
    assert listed.returncode == 0 and re.search(r"^ca +[0-9a-f]{16} ", listed.stdout, re.M), listed
    tested = tokens.run("test")
    assert tested.returncode == 0, tested.stderr
    assert "CKM_ECDSA sign, verify" in tested.stdout


def test_i14_a_key_that_may_do_more_than_sign_is_named(tokens):
    """What pkcs11-tool makes may also decrypt or derive."""
    assert init(tokens).returncode == 0
    tokens.keypair("--key-type", "EC:prime256v1", "--label", "loose")
    tested = tokens.run("test")
    line = next(row for row in tested.stdout.splitlines() if row.startswith("key loose"))
    assert "DERIVE is true" in line and "ok" not in line, line


def test_the_dev_keys_are_measured(ca):
    env = os.environ | {"SOFTHSM2_CONF": ca.env["CA_SOFTHSM2_CONF"]}
    got = subprocess.run([PROGRAM, "token", "test", "--token", "ca", "--config", f"{ca.state}/ca-server.yaml"],
                         capture_output=True, text=True, timeout=60, env=env)
    assert got.returncode == 0, got.stderr
    rates = re.search(r"^key ca-dev-issuing \(ec:P-256\): ok, (\d+) signatures/s on one thread, (\d+)/s on two$",
                      got.stdout, re.M)
    assert rates and all(int(n) > 0 for n in rates.groups()), got.stdout


@pytest.mark.parametrize("verb", ["list", "test"])
def test_a_missing_module_is_named(tokens, verb):
    got = tokens.run(verb, module="/nowhere/libp11.so")
    assert got.returncode != 0 and "/nowhere/libp11.so" in got.stderr, got
    assert got.stderr.count("\n") == 1


def test_a_missing_token_is_named_with_what_there_is(tokens):
    assert init(tokens).returncode == 0
    got = tokens.run("test", label="other")
    assert got.returncode != 0 and "other" in got.stderr and "ca" in got.stderr, got
    assert got.stderr.count("\n") == 1


def test_a_wrong_pin_is_tried_once_and_never_shown(tokens):
    assert init(tokens).returncode == 0
    tokens.write("pin", "9999\n")
    got = tokens.run("test")
    assert got.returncode != 0 and "PIN" in got.stderr and "9999" not in got.stderr + got.stdout, got


def test_a_second_token_with_the_label_is_refused(tokens):
    assert init(tokens).returncode == 0
    again = init(tokens)
    assert again.returncode != 0 and "ca" in again.stderr, again
