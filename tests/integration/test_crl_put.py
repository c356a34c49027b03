# SPDX-License-Identifier: Apache-2.0
"""Each CRL with HTTP PUT to a server of the operator's: the same octets, until it is stored, and to nobody else."""

import hashlib
import http.server
import os
import ssl
import subprocess
import threading

import pytest

import harness
from harness import PROGRAM, wait_for
from support import crl_now, crl_numbered, openssl

TOKEN = "a-token-that-no-log-may-show"


def certificate(folder, name):
    """A certificate of its own for 127.0.0.1, as the pair of files (certificate, key)."""
    pair = [os.path.join(folder, name + suffix) for suffix in (".pem", ".key")]
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=" + name, "-addext", "subjectAltName=IP:127.0.0.1", "-out", pair[0], "-keyout", pair[1])
    return pair


def etag(octets):
    return '"%s"' % hashlib.sha256(octets or b"").hexdigest()[:20]


class Mirror:
    """Keeps what it is sent, writes it down, and answers as it is told to."""

    def __init__(self, pair, port=0):
        self.got = []
        self.read = []
        self.there = {}  # what is stored, at each path
        self.reads = {}  # the next status of a GET at a path
        self.before_put = lambda path: None  # somebody else is faster
        self.answers = {}  # the next one at a path; then 201
        self.open = threading.Event()  # nobody is answered while it is not set
        self.open.set()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def reply(self, status, body=b"", **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                outer.open.wait(60)
                outer.read.append((self.path, dict((k.lower(), v) for k, v in self.headers.items())))
                status = outer.reads.pop(self.path, None)
                there = outer.there.get(self.path)
                if status is not None:
                    self.reply(status)
                elif there is None:
                    self.reply(404)
                else:
                    self.reply(200, there, ETag=etag(there))

            def do_PUT(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.open.wait(60)
                status = outer.answers.pop(self.path, 201)
                outer.before_put(self.path)
                there = outer.there.get(self.path)
                if self.headers.get("If-Match", etag(there)) != etag(there) or ("If-None-Match" in self.headers and there is not None):
                    status = 412
                outer.got.append((self.path, dict((k.lower(), v) for k, v in self.headers.items()), body, status))
                if status in (200, 201, 204):
                    outer.there[self.path] = body
                if status in (301, 302, 307, 308):
                    self.reply(status, Location="https://127.0.0.1:%d/elsewhere" % outer.port)
                else:
                    self.reply(status)

            do_POST = do_PUT

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):  # who gave up is the matter of the test
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pair)
        self.server = Server(("127.0.0.1", port), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stored(self, path):
        return [body for at, _, body, status in self.got if at == path and status in (200, 201, 204)]

    def close(self):
        self.open.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def ca():
    dev = harness.Dev()
    try:
        dev.start()
        dev.stop()
        dev.folder = os.path.join(dev.state, "mirror")
        os.mkdir(dev.folder)
        dev.pair = certificate(dev.state, "mirror-server")
        dev.mirror = Mirror(dev.pair)
        token = os.path.join(dev.state, "put-token")
        with open(os.open(token, os.O_WRONLY | os.O_CREAT, 0o400), "w") as f:
            f.write(TOKEN + "\n")
        with open(os.path.join(dev.state, "extra.yaml"), "w") as f:
            f.write("crl: {directory: %s, put: 'https://127.0.0.1:%d/crl/', put_token_file: %s}\nwebhooks: {roots: %s}\n"
                    % (dev.folder, dev.mirror.port, token, dev.pair[0]))
        yield dev.start()
        dev.mirror.close()
    finally:
        dev.remove()


def sent(ca, path):
    """Is the last one that was stored what is served at that address?"""
    got = ca.http("GET", "/crl/" + path)
    return got.status == 200 and ca.mirror.stored("/crl/" + path)[-1:] == [got.body]


def behind(ca, target):
    lines = ca.https("AUDITOR", "GET", "/metrics").body.decode().splitlines()
    return int(next(line.split()[1] for line in lines
                    if line.startswith('ca_front_crl_push_behind{target="%s"} ' % target)))


def failures(ca):
    return [line for line in ca.logged().splitlines() if "event=crl_push_failed" in line]


def quiet(ca):
    wait_for(lambda: behind(ca, "put") == 0, 90, every=0.2)
    ca.mirror.got.clear()


def test_each_crl_its_parts_and_deltas_are_put(ca):
    name = ca.env["CA_ISSUING_NAME"]
    got = ca.rest("ADMIN", "PUT", "/authorities/%s/crl-schedule" % name, {"shards": 2, "delta_interval_minutes": 5})
    assert got.status == 200, got.body
    crl_now(ca)
    for one in (ca.env["CA_ROOT_NAME"], name, name + "-delta", name + "/0001", name + "/0002-delta"):
        wait_for(lambda: sent(ca, one + ".crl"), 60, every=0.2)
    wait_for(lambda: behind(ca, "put") == 0, 20, every=0.2)
    for _, headers, _, _ in ca.mirror.got:
        assert headers["content-type"] == "application/pkix-crl"
        assert headers["authorization"] == "Bearer " + TOKEN
    assert ca.mirror.read and all(headers["authorization"] == "Bearer " + TOKEN for _, headers in ca.mirror.read)
    assert TOKEN not in ca.logged()


@pytest.mark.parametrize("status", [500, 202, 308])
def test_it_is_sent_again_until_it_is_stored(ca, status):
    quiet(ca)
    path = "/crl/%s.crl" % ca.env["CA_ROOT_NAME"]
    told = len(failures(ca))
    ca.mirror.answers[path] = status
    crl_now(ca, ca.env["CA_ROOT_NAME"])
    wait_for(lambda: sent(ca, path[5:]), 30, every=0.2)
    assert [(at, answered) for at, _, _, answered in ca.mirror.got if at == path] == [(path, status), (path, 201)]
    assert not [at for at, _, _, _ in ca.mirror.got if at == "/elsewhere"]
    assert any("target=put" in line and "HTTP status %d" % status in line for line in failures(ca)[told:])


def test_a_server_that_hangs_holds_up_nobody_and_gets_the_newest_at_last(ca):
    quiet(ca)
    path = ca.env["CA_ROOT_NAME"] + ".crl"
    ca.mirror.open.clear()
    try:
        for _ in range(2):
            crl_now(ca, ca.env["CA_ROOT_NAME"])  # is served
            served = ca.http("GET", "/crl/" + path).body
            wait_for(lambda: open(os.path.join(ca.folder, path), "rb").read() == served, 20, every=0.2)
        assert behind(ca, "put") >= 1
        wait_for(lambda: behind(ca, "directory") == 0, 10, every=0.2)
    finally:
        ca.mirror.open.set()
    wait_for(lambda: sent(ca, path), 30, every=0.2)
    stored = ca.mirror.stored("/crl/" + path)
    assert stored[-1] == served and served not in stored[:-1]


def test_a_server_with_another_certificate_gets_nothing(ca):
    quiet(ca)
    ca.mirror.close()
    told, stored = len(failures(ca)), ca.mirror.there
    ca.mirror = Mirror(certificate(ca.state, "somebody-else"), ca.mirror.port)
    crl_now(ca, ca.env["CA_ROOT_NAME"])
    wait_for(lambda: any("target=put" in line and "certificate" in line for line in failures(ca)[told:]), 20, every=0.2)
    assert ca.mirror.got == []
    ca.mirror.close()
    ca.mirror = Mirror(ca.pair, ca.mirror.port)
    ca.mirror.there = stored
    wait_for(lambda: sent(ca, ca.env["CA_ROOT_NAME"] + ".crl"), 60, every=0.5)


def state(ca, name, target="put"):
    """What the API says of the copy of an authority's newest CRL."""
    crl = ca.rest("AUDITOR", "GET", "/authorities/" + name).json["crl"]
    return dict(next(c for c in crl["copies"] if c["target"] == target), crl=crl["number"])


def test_an_older_crl_never_takes_the_place_of_a_newer_one(ca):
    quiet(ca)
    root = ca.env["CA_ROOT_NAME"]
    path = "/crl/%s.crl" % root
    newer = crl_numbered(ca.http("GET", path).body, 100)
    ca.mirror.there[path] = newer
    crl_now(ca, root)
    wait_for(lambda: state(ca, root)["status"] == "ok", 30, every=0.2)
    assert ca.mirror.there[path] == newer and not [at for at, _, _, _ in ca.mirror.got if at == path]
    ca.mirror.there[path] = b"<html>" * 100  # no CRL: it does not stay
    crl_now(ca, root)
    wait_for(lambda: sent(ca, path[5:]), 30, every=0.2)


def test_who_is_slower_looks_again(ca):
    """Between what was read and what is sent, somebody else stored a newer one."""
    quiet(ca)
    root = ca.env["CA_ROOT_NAME"]
    path = "/crl/%s.crl" % root
    newer = crl_numbered(ca.http("GET", path).body, 100)
    ca.mirror.before_put = lambda at: ca.mirror.there.update({at: newer}) if at == path else None
    try:
        crl_now(ca, root)
        wait_for(lambda: [1 for at, _, _, status in ca.mirror.got if (at, status) == (path, 412)], 30, every=0.2)
        wait_for(lambda: state(ca, root)["status"] == "ok", 30, every=0.2)
    finally:
        ca.mirror.before_put = lambda at: None
    assert ca.mirror.there[path] == newer
    ca.mirror.there.pop(path)


def test_a_failure_is_told_with_its_reason_and_the_next_try(ca):
    quiet(ca)
    root = ca.env["CA_ROOT_NAME"]
    ca.mirror.reads["/crl/%s.crl" % root] = 503
    ca.mirror.open.clear()
    try:
        crl_now(ca, root)
        assert state(ca, root)["status"] == "pending"
    finally:
        ca.mirror.open.set()
    failed = wait_for(lambda: [s for s in [state(ca, root)] if s["status"] == "failed" and s["next_at"]], 30, every=0.05)[0]
    assert "503" in failed["reason"] and failed["number"] < failed["crl"]
    assert failed["address"] == "https://127.0.0.1:%d/crl/" % ca.mirror.port and failed["node"]
    wait_for(lambda: state(ca, root, "directory")["status"] == "ok", 30, every=0.05)
    wait_for(lambda: state(ca, root)["status"] == "ok", 30, every=0.2)
    items = ca.rest("AUDITOR", "GET", "/authorities/%s/crls" % root).json["items"]
    assert [c["status"] for c in items[0]["copies"]] == ["ok", "ok"] and all("copies" not in i for i in items[1:])


@pytest.mark.parametrize("address, says", [
    ("http://mirror.example.org/crl", "https"),
    ("ftp://mirror.example.org/crl", "no address"),
    ("https://", "no address"),
    ("https://name:word@mirror.example.org/crl", "no address"),
    ("https://mirror.example.org/crl?x=1", "no address"),
])
def test_an_address_that_is_none_is_refused(ca, tmp_path, address, says):
    file = tmp_path / "ca-server.yaml"
    kept = open(os.path.join(ca.state, "ca-server.yaml")).read()
    assert "put: " in kept
    lines = [line for line in kept.splitlines()]
    lines = ["  put: '%s'" % address if line.startswith("  put: ") else line for line in lines]
    lines = ["  allow_private: false" if line.startswith("  allow_private: ") else line for line in lines]
    file.write_text("\n".join(lines) + "\n")
    got = subprocess.run([PROGRAM, "check-config", "--config", str(file)], capture_output=True, text=True, timeout=30)
    assert got.returncode != 0 and "crl.put" in got.stderr and says in got.stderr, got.stderr
    assert "name:word" not in got.stderr
