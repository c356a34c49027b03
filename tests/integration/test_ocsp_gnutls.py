# SPDX-License-Identifier: Apache-2.0
"""The OCSP responder as GnuTLS's ocsptool sees it."""

import subprocess

import pytest

from harness import wait_for
from ocsp_support import Shop
from support import revoke


@pytest.fixture(scope="module")
def shop(ca, tmp_path_factory):
    return Shop(ca, tmp_path_factory.mktemp("ocsp"))


def ocsptool(shop, path, *arguments):
    out = shop.folder + "/answer.der"
    done = subprocess.run(["ocsptool", "--ask=" + shop.url, "--load-issuer", shop.ca_pem, "--load-cert", path,
                           "--load-trust", shop.chain_pem, "--outfile", out, *arguments],
                          capture_output=True, text=True, timeout=60)
    said = done.stdout + done.stderr
    assert done.returncode == 0 and "Verifying OCSP Response: Success." in said, said
    return said


def test_ocsptool_verifies_answers_with_and_without_a_nonce(shop):
    _, _, path = shop.issue("gnutls")
    assert "Certificate Status: good" in ocsptool(shop, path)
    assert "Certificate Status: good" in ocsptool(shop, path, "--nonce")
    checked = subprocess.run(["ocsptool", "--verify-response", "--load-response", shop.folder + "/answer.der",
                              "--load-issuer", shop.ca_pem, "--load-trust", shop.chain_pem],
                             capture_output=True, text=True, timeout=60)
    assert checked.returncode == 0 and "Success." in checked.stdout + checked.stderr


def test_ocsptool_sees_a_revocation(shop, ca):
    certificate_id, _, path = shop.issue("gnutls-revoked")
    assert "Certificate Status: good" in ocsptool(shop, path)
    assert revoke(ca, certificate_id, "superseded").status == 200
    wait_for(lambda: "Certificate Status: revoked" in ocsptool(shop, path), 5, 0.2)
