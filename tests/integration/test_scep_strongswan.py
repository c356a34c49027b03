# SPDX-License-Identifier: Apache-2.0
"""SCEP with strongSwan's pki: it posts without a type, reads capabilities its own way, leaves the
attributes of its requests unsorted, polls, and renews with RenewalReq."""

import os
import subprocess
import threading

import pytest

from scep_support import (certificate_in, challenge, client, count, endpoint_name, newest, officer_decides, unique)
from support import revoke, sql_one

REFUSED = 1


class Pki:
    def __init__(self, ca, folder):
        self.ca, self.folder = ca, str(folder)
        self.url, self.manual = ca.env["CA_SCEP_URL"], ca.env["CA_SCEP_MANUAL_URL"]
        self.challenge = ca.env["CA_SCEP_CHALLENGE"]

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *argv, status=0, seconds=60):
        code, said = client(["pki", *argv], self.folder, seconds)
        assert code == status, (argv, code, said)
        return said

    def certificates(self, url):
        """ca.pem and ra.pem of an endpoint."""
        self.run("--scepca", "--url", url, "--caout", "ca.pem", "--raout", "ra.pem", "--outform", "pem", "--force")

    def key(self, name):
        with open(self.path(name), "wb") as out:
            subprocess.run(["pki", "--gen", "--type", "rsa", "--size", "2048", "--outform", "pem"], stdout=out,
                           stderr=subprocess.DEVNULL, check=True)
        return name

    def enrol(self, cn, url=None, key=None, out="c.pem", status=0, password=None, more=()):
        url = url or self.url
        self.certificates(url)
        argv = ["pki", "--scep", "--url", url, "--in", key or self.key(cn + ".key"), "--dn", "C=CH, O=Test, CN=" + cn,
                "--san", cn + ".example.org", "--cacert-enc", "ra.pem", "--cacert-sig", "ra.pem", "--cacert",
                self.ca.env["CA_ROOT_PEM"], "--outform", "pem"]
        if password != "":
            argv += ["--password", password or self.challenge]
        done = subprocess.run(argv + list(more), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=90)
        said = done.stderr.decode(errors="replace")
        assert done.returncode == status, (done.returncode, said)
        if status == 0:
            with open(self.path(out), "wb") as f:
                f.write(done.stdout)
        return said


@pytest.fixture
def pki(ca, tmp_path):
    return Pki(ca, tmp_path)


def test_the_answer_to_getcacert_is_ra_and_chain(pki):
    pki.certificates(pki.url)
    for name in ("ca.pem", "ra.pem"):
        assert any(f.startswith(name[:2]) for f in os.listdir(pki.folder)), os.listdir(pki.folder)


def test_a_device_enrols_at_once(pki, ca):
    cn = unique()
    pki.enrol(cn)
    certificate_in(pki.path("c.pem"), ca, cn)
    assert newest(ca, cn)[2] == "valid"


@pytest.mark.parametrize("more", [("--digest", "sha512"), ("--digest", "sha384"), ("--rsa-padding", "pss")])
def test_other_digests_and_paddings_are_taken(pki, ca, more):
    cn = unique()
    pki.enrol(cn, more=more)
    certificate_in(pki.path("c.pem"), ca, cn)


@pytest.mark.parametrize("more", [("--digest", "sha1"), ("--cipher", "des3")])
def test_weak_algorithms_are_refused_where_they_are_not_legacy(pki, ca, more):
    cn = unique()
    pki.enrol(cn, status=REFUSED, more=more)
    assert count(ca, cn) == 0


def test_a_wrong_challenge_is_refused_and_audited(pki, ca):
    cn = unique()
    before = int(sql_one(ca, "SELECT count(*) FROM ca.audit WHERE channel LIKE 'scep%' AND outcome = 'denied'"))
    said = pki.enrol(cn, status=REFUSED, password="not-the-challenge")
    assert "failInfo" in said
    assert count(ca, cn) == 0
    assert int(sql_one(ca, "SELECT count(*) FROM ca.audit WHERE channel LIKE 'scep%' AND outcome = 'denied'")) > before


def test_no_challenge_at_all_is_refused_where_nobody_decides(pki, ca):
    cn = unique()
    pki.enrol(cn, status=REFUSED, password="")
    assert count(ca, cn) == 0


def test_a_challenge_for_one_use_is_for_its_name_and_one_use(pki, ca):
    cn, other = unique(), unique()
    secret = challenge(ca, endpoint_name(pki.url), subject={"country": "CH", "organization": "Test", "common_name": cn},
                       sans=[{"type": "dns", "value": cn + ".example.org"}])
    pki.enrol(other, status=REFUSED, password=secret)  # for another name
    pki.enrol(cn, password=secret)
    pki.enrol(cn, status=REFUSED, password=secret)  # another key: it is used
    assert (count(ca, cn), count(ca, other)) == (1, 0)


def test_a_device_waits_for_an_officer(pki, ca):
    cn = unique()
    decider = threading.Thread(target=officer_decides, args=(ca, cn, "approve"))
    decider.start()
    said = pki.enrol(cn, url=pki.manual, password="", more=("--interval", "1", "--maxpolltime", "60"))
    decider.join()
    assert "pending" in said
    certificate_in(pki.path("c.pem"), ca, cn)


def test_a_device_that_an_officer_denies_is_told(pki, ca):
    cn = unique()
    decider = threading.Thread(target=officer_decides, args=(ca, cn, "deny"))
    decider.start()
    said = pki.enrol(cn, url=pki.manual, password="", status=REFUSED, more=("--interval", "1", "--maxpolltime", "60"))
    decider.join()
    assert "failInfo" in said or "SUCCESS" in said, said
    assert count(ca, cn) == 0


def test_a_certificate_is_renewed_with_another_key(pki, ca):
    cn = unique()
    old = pki.key("old.key")
    pki.enrol(cn, key=old)
    first = newest(ca, cn)
    pki.enrol(cn, out="n.pem", password="", more=("--cert", "c.pem", "--key", old))
    certificate = certificate_in(pki.path("n.pem"), ca, cn)
    assert count(ca, cn) == 2 and newest(ca, cn)[0] != first[0]
    assert certificate.serial_number == int(newest(ca, cn)[1], 16)


def test_a_revoked_certificate_renews_nothing(pki, ca):
    cn = unique()
    old = pki.key("old.key")
    pki.enrol(cn, key=old)
    assert revoke(ca, newest(ca, cn)[0]).status == 200
    pki.enrol(cn, out="n.pem", status=REFUSED, password="", more=("--cert", "c.pem", "--key", old))
    assert count(ca, cn) == 1


def test_a_renewal_gets_no_other_name(pki, ca):
    cn, other = unique(), unique()
    old = pki.key("old.key")
    pki.enrol(cn, key=old)
    pki.enrol(other, out="n.pem", status=REFUSED, password="", more=("--cert", "c.pem", "--key", old))
    assert count(ca, other) == 0
