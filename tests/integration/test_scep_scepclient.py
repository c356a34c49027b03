# SPDX-License-Identifier: Apache-2.0
"""SCEP with micromdm's scepclient, which knows single DES and SHA-1 alone: with an endpoint whose legacy
switches say so, and with none that does not. It sends base64url in its GETs and renews with PKCSReq."""

import os

import pytest

from scep_support import certificate_in, client, count, endpoint_make, newest, unique
from support import revoke

REFUSED = 1


class Scepclient:
    def __init__(self, ca, folder, url):
        self.ca, self.folder, self.url = ca, str(folder), url

    def path(self, name):
        return os.path.join(self.folder, name)

    def ra_fingerprint(self):
        name = self.url.rstrip("/").rsplit("/", 1)[1]
        return self.ca.rest("ADMIN", "GET", "/scep/endpoints/" + name).json["ra_certificate"]["fingerprint"]

    def enrol(self, cn, status=0, challenge=None, url=None):
        code, said = client(["scepclient", "-server-url", url or self.url, "-challenge", challenge or self.challenge, "-cn", cn,
                             "-private-key", cn + ".key", "-certificate", cn + ".pem", "-ca-fingerprint", self.ra_fingerprint()],
                            self.folder, 60)
        assert code == status, (code, said)
        return said


@pytest.fixture(scope="module")
def legacy(ca):
    """An endpoint for those that know no better, and its static challenge."""
    name = unique("old")
    url = endpoint_make(ca, name, modes=["static"], legacy=["des", "des3", "sha1"])
    made = ca.rest("ADMIN", "POST", "/scep/endpoints/%s/challenges" % name, {"kind": "static"})
    assert made.status == 201, made.body
    return url, made.json["challenge"]


@pytest.fixture
def scepclient(ca, legacy, tmp_path):
    made = Scepclient(ca, tmp_path, legacy[0])
    made.challenge = legacy[1]
    return made


def test_a_legacy_device_enrols_and_renews(scepclient, ca):
    cn = unique()
    scepclient.enrol(cn)
    first = certificate_in(scepclient.path(cn + ".pem"), ca, cn)
    scepclient.enrol(cn)
    assert certificate_in(scepclient.path(cn + ".pem"), ca, cn).serial_number != first.serial_number
    assert count(ca, cn) == 2


def test_a_wrong_challenge_is_refused(scepclient, ca):
    cn = unique()
    assert "badRequest" in scepclient.enrol(cn, status=REFUSED, challenge="wrong")
    assert count(ca, cn) == 0


def test_a_revoked_certificate_is_not_renewed(scepclient, ca):
    cn = unique()
    scepclient.enrol(cn)
    assert revoke(ca, newest(ca, cn)[0]).status == 200
    scepclient.enrol(cn, status=REFUSED)
    assert count(ca, cn) == 1


def test_an_endpoint_without_legacy_switches_takes_none_of_it(scepclient, ca):
    cn = unique()
    name = unique("new")
    url = endpoint_make(ca, name, modes=["static"])
    secret = ca.rest("ADMIN", "POST", "/scep/endpoints/%s/challenges" % name, {"kind": "static"}).json["challenge"]
    scepclient.url = url
    code, _ = client(["scepclient", "-server-url", url, "-challenge", secret, "-cn", cn, "-private-key", "k", "-certificate", "c",
                      "-ca-fingerprint", scepclient.ra_fingerprint()], scepclient.folder, 60)
    assert code != 0
    assert count(ca, cn) == 0
