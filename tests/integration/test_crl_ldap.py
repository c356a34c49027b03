# SPDX-License-Identifier: Apache-2.0
"""Complete CRLs and deltas in the entries of an LDAP directory (a real slapd): the octets that are served, over TLS that
is verified, and nothing while the directory cannot be trusted or does not answer."""

import base64
import os
import re
import signal
import socket
import subprocess

import pytest

import harness
from harness import PROGRAM, wait_for
from support import crl_now, crl_numbered, openssl

SUFFIX = "ou=pki,dc=example,dc=org"
MANAGER = "cn=manager," + SUFFIX
PASSWORD = "a-password-that-no-log-may-show"
COMPLETE = "certificateRevocationList;binary"
DELTA = "deltaRevocationList;binary"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Directory:
    """A slapd of its own, on loopback: plain with StartTLS on one port, TLS on the other."""

    def __init__(self, folder):
        self.folder = folder
        self.plain, self.tls = free_port(), free_port()
        self.process = None
        os.mkdir(os.path.join(folder, "db"))
        self.roots = self.certificate("trusted")
        self.certificate("stranger")

    def certificate(self, name):
        pair = [os.path.join(self.folder, name + suffix) for suffix in (".pem", ".key")]
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=" + name, "-addext",
                "subjectAltName=IP:127.0.0.1,IP:127.0.0.2", "-out", pair[0], "-keyout", pair[1])
        return pair[0]

    def start(self, who="trusted"):
        config = os.path.join(self.folder, "slapd.conf")
        with open(config, "w") as f:
            f.write("include /etc/ldap/schema/core.schema\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n"
                    "TLSCertificateFile %s/%s.pem\nTLSCertificateKeyFile %s/%s.key\ndatabase mdb\nsuffix %s\n"
                    "rootdn %s\nrootpw %s\ndirectory %s/db\n"
                    % (self.folder, who, self.folder, who, SUFFIX, MANAGER, PASSWORD, self.folder))
        self.process = subprocess.Popen(
            ["/usr/sbin/slapd", "-f", config, "-d", "0", "-h",
             "ldap://127.0.0.1:%d ldap://127.0.0.2:%d ldaps://127.0.0.1:%d" % (self.plain, self.plain, self.tls)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: self.client("ldapwhoami").returncode == 0, 20, every=0.1)
        return self

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            self.process.wait(20)

    def client(self, program, *arguments, input=None):
        return subprocess.run([program, "-x", "-H", "ldap://127.0.0.1:%d" % self.plain, "-D", MANAGER, "-w", PASSWORD,
                               *arguments], input=input, capture_output=True, text=True, timeout=20)

    def add(self, ldif):
        got = self.client("ldapadd", input=ldif)
        assert got.returncode == 0, got.stderr

    def put(self, name, octets):
        got = self.client("ldapmodify", input="dn: cn=%s,%s\nchangetype: modify\nreplace: %s\n%s:: %s\n"
                          % (name, SUFFIX, COMPLETE, COMPLETE, base64.b64encode(octets).decode()))
        assert got.returncode == 0, got.stderr

    def value(self, name, attribute=COMPLETE):
        got = self.client("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-s", "base", "-b", "cn=%s,%s" % (name, SUFFIX))
        found = re.findall("^%s:: (.*)$" % attribute, got.stdout, re.M)
        assert len(found) <= 1 and "authorityRevocationList" not in got.stdout
        return base64.b64decode(found[0]) if found else None


def state(ca):
    """What the API says of the copy of the root's newest CRL."""
    crl = ca.rest("AUDITOR", "GET", "/authorities/" + ca.root).json["crl"]
    return next(c for c in crl["copies"] if c["target"] == "ldap")


def entry(name):
    return ("dn: cn=%s,%s\nobjectClass: applicationProcess\nobjectClass: pkiCA\nobjectClass: deltaCRL\ncn: %s\n\n"
            % (name, SUFFIX, name))


def settings(ca, url):
    with open(os.path.join(ca.state, "extra.yaml"), "w") as f:
        f.write("crl: {directory: %s, ldap: '%s', ldap_bind_dn: '%s', ldap_password_file: %s, ldap_entry: 'cn={ca},%s'}\n"
                "webhooks: {roots: %s}\n" % (ca.folder, url, MANAGER, ca.password, SUFFIX, ca.directory.roots))


def password_write(ca, text):
    if os.path.exists(ca.password):
        os.unlink(ca.password)
    with open(os.open(ca.password, os.O_WRONLY | os.O_CREAT, 0o400), "w") as f:
        f.write(text + "\n")


@pytest.fixture(scope="module")
def ca():
    dev = harness.Dev()
    try:
        dev.start()
        dev.issuing, dev.root = dev.env["CA_ISSUING_NAME"], dev.env["CA_ROOT_NAME"]
        dev.stop()
        for made in ("mirror", "ldap"):
            os.mkdir(os.path.join(dev.state, made))
        dev.folder = os.path.join(dev.state, "mirror")
        dev.password = os.path.join(dev.state, "ldap-password")
        password_write(dev, PASSWORD)
        dev.directory = Directory(os.path.join(dev.state, "ldap")).start()
        dev.directory.add("dn: %s\nobjectClass: organizationalUnit\nou: pki\n\n" % SUFFIX + entry(dev.issuing))
        settings(dev, "ldap://127.0.0.2:%d" % dev.directory.plain)  # not where StartTLS is left out
        yield dev.start()
    finally:
        if hasattr(dev, "directory"):
            dev.directory.stop()
        dev.remove()


def written(ca, name, attribute=COMPLETE):
    got = ca.http("GET", "/crl/%s%s.crl" % (name, "-delta" if attribute == DELTA else ""))
    return got.status == 200 and ca.directory.value(name, attribute) == got.body


def behind(ca, target="ldap"):
    lines = ca.https("AUDITOR", "GET", "/metrics").body.decode().splitlines()
    return int(next(line.split()[1] for line in lines
                    if line.startswith('ca_front_crl_push_behind{target="%s"} ' % target)))


def failed(ca, text, since=0):
    return [line for line in ca.logged()[since:].splitlines()
            if "event=crl_push_failed" in line and "target=ldap" in line and text in line]


def test_an_entry_that_is_missing_is_told_and_the_others_are_written(ca):
    wait_for(lambda: written(ca, ca.issuing), 30, every=0.2)
    wait_for(lambda: failed(ca, "No such object"), 20, every=0.2)
    assert behind(ca) == 1
    ca.directory.add(entry(ca.root))
    wait_for(lambda: written(ca, ca.root), 60, every=0.5)
    wait_for(lambda: behind(ca) == 0, 20, every=0.2)


def test_complete_crls_and_deltas_are_written_and_parts_are_not(ca):
    got = ca.rest("ADMIN", "PUT", "/authorities/%s/crl-schedule" % ca.issuing, {"shards": 2, "delta_interval_minutes": 5})
    assert got.status == 200, got.body
    crl_now(ca)
    wait_for(lambda: ca.http("GET", "/crl/%s/0002.crl" % ca.issuing).status == 200, 60, every=0.2)
    for attribute in (COMPLETE, DELTA):
        wait_for(lambda: written(ca, ca.issuing, attribute), 60, every=0.2)
    wait_for(lambda: behind(ca) == 0, 20, every=0.2)


def test_a_password_that_is_wrong_is_told_and_not_shown(ca):
    since = len(ca.logged())
    password_write(ca, "another-" + PASSWORD)
    try:
        crl_now(ca, ca.root)
        wait_for(lambda: failed(ca, "Invalid credentials", since), 20, every=0.2)
    finally:
        password_write(ca, PASSWORD)
    wait_for(lambda: written(ca, ca.root), 60, every=0.2)
    assert PASSWORD not in ca.logged()


def test_what_is_there_or_newer_is_left_alone(ca):
    """As after a restart, or when another node was faster."""
    wait_for(lambda: behind(ca) == 0, 60, every=0.2)
    stamp = lambda: ca.directory.client("ldapsearch", "-LLL", "-s", "base", "-b", "cn=%s,%s" % (ca.root, SUFFIX), "entryCSN").stdout
    before = stamp()
    ca.stop()
    ca.start()
    wait_for(lambda: state(ca)["status"] == "ok", 30, every=0.2)
    assert stamp() == before and "entryCSN" in before
    newer = crl_numbered(ca.directory.value(ca.root), 100)
    ca.directory.put(ca.root, newer)
    crl_now(ca, ca.root)
    wait_for(lambda: state(ca)["status"] == "ok", 30, every=0.2)
    assert ca.directory.value(ca.root) == newer
    ca.directory.put(ca.root, ca.http("GET", "/crl/%s.crl" % ca.root).body)


def test_a_directory_that_hangs_holds_up_nobody(ca):
    wait_for(lambda: behind(ca) == 0, 60, every=0.2)
    ca.directory.process.send_signal(signal.SIGSTOP)
    try:
        crl_now(ca, ca.root)  # is served
        served = ca.http("GET", "/crl/%s.crl" % ca.root).body
        wait_for(lambda: open(os.path.join(ca.folder, ca.root + ".crl"), "rb").read() == served, 20, every=0.2)
        assert behind(ca) >= 1
    finally:
        ca.directory.process.send_signal(signal.SIGCONT)
    wait_for(lambda: written(ca, ca.root), 60, every=0.2)


def test_a_directory_with_another_certificate_gets_nothing(ca):
    wait_for(lambda: behind(ca) == 0, 60, every=0.2)
    ca.directory.stop()
    since = len(ca.logged())
    ca.directory.start("stranger")
    crl_now(ca, ca.root)
    wait_for(lambda: failed(ca, "TLS", since), 20, every=0.2)
    assert not written(ca, ca.root)
    ca.directory.stop()
    ca.directory.start()
    wait_for(lambda: written(ca, ca.root), 60, every=0.5)


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
def test_tls_from_the_start_and_none_on_loopback(ca, scheme):
    ca.stop()
    settings(ca, "%s://127.0.0.1:%d" % (scheme, ca.directory.tls if scheme == "ldaps" else ca.directory.plain))
    if scheme == "ldap":  # who is not trusted would not do, were TLS begun
        ca.directory.stop()
        ca.directory.start("stranger")
    ca.start()
    crl_now(ca, ca.root)
    wait_for(lambda: written(ca, ca.root), 30, every=0.2)


def test_a_front_that_stops_waits_for_no_handshake(ca):
    ca.stop()
    settings(ca, "ldaps://127.0.0.1:%d" % ca.directory.tls)
    since = len(ca.logged())
    ca.directory.process.send_signal(signal.SIGSTOP)
    try:
        ca.start()
        wait_for(lambda: behind(ca) >= 1 and ca.http("GET", "/crl/%s.crl" % ca.root).status == 200, 30, every=0.2)
        crl_now(ca, ca.root)
        ca.stop()
    finally:
        ca.directory.process.send_signal(signal.SIGCONT)
    ended = [line for line in ca.logged()[since:].splitlines() if "event=process_ended" in line and "child=front" in line]
    assert len(ended) == 1 and "signal=0" in ended[0], ended
    ca.start()


@pytest.mark.parametrize("key, value, says", [
    ("ldap", "http://ldap.example.org", "crl.ldap is no address"),
    ("ldap", "ldaps://", "crl.ldap is no address"),
    ("ldap", "ldapi://%2Frun%2Fldapi", "crl.ldap is no address"),
    ("ldap", "ldaps://a.example.org/dc=org", "crl.ldap is no address"),
    ("ldap", "ldap://127.0.0.1:1@a.example.org", "crl.ldap is no address"),
    ("ldap_entry", "cn=ca,dc=example,dc=org", "crl.ldap_entry"),
    ("ldap_bind_dn", "", "need each other"),
])
def test_settings_that_cannot_be_are_refused(ca, tmp_path, key, value, says):
    file = tmp_path / "ca-server.yaml"
    with open(os.path.join(ca.state, "ca-server.yaml")) as f:
        text, n = re.subn("(?m)^  %s: .*$" % key, lambda _: "  %s: '%s'" % (key, value), f.read())
    assert n == 1
    file.write_text(text)
    got = subprocess.run([PROGRAM, "check-config", "--config", str(file)], capture_output=True, text=True, timeout=30)
    assert got.returncode != 0 and says in got.stderr, got.stderr
