# SPDX-License-Identifier: Apache-2.0
"""Starts `ca-server dev` and talks to it. Only python3's own library."""

import http.client
import json
import os
import shlex
import shutil
import signal
import ssl
import subprocess
import tempfile
import time
import urllib.parse

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("CA_BUILD", os.path.join(ROOT, "build", "dev"))
PROGRAM = os.environ.get("CA_SERVER", os.path.join(BUILD, "ca-server", "ca-server"))
READY_S = float(os.environ.get("CA_READY_S", "180"))


def wait_for(what, seconds, every=0.02):
    """The first true answer of what(); fails after so many seconds. A connection that a process
    which is being replaced does not answer is no answer yet."""
    deadline = time.monotonic() + seconds
    cut = None
    while True:
        try:
            got = what()
        except (OSError, http.client.HTTPException) as fault:
            got, cut = None, fault
        if got:
            return got
        assert time.monotonic() < deadline, "waited %s s for %s (%r)" % (seconds, getattr(what, "__name__", what), cut)
        time.sleep(every)


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = response.headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)


class Dev:
    """One `ca-server dev`, its state folder and its processes."""

    def __init__(self, state=None, extra=None):
        self.own = state is None
        # Short, because the names of unix sockets are.
        self.state = state or tempfile.mkdtemp(prefix="ca-", dir="/tmp")
        if self.own:
            os.chmod(self.state, 0o711)
        self.out = os.path.join(self.state + ".out")
        self.log = os.path.join(self.state + ".log")
        self.process = None
        self.extra = extra

    def start(self, *arguments, wait=True):
        arguments = arguments or ("--http", "127.0.0.1:0", "--https", "127.0.0.1:0")
        self.process = subprocess.Popen(
            [PROGRAM, "dev", "--state", self.state, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=open(self.out, "wb"),
            stderr=open(self.log, "ab"),
        )
        if wait:
            self.wait_ready()
        return self

    def is_ready(self):
        code = self.process.poll()
        assert code is None, "ca-server dev ended with %s: %s" % (code, self.logged()[-2000:])
        with open(self.out) as out:
            return any(line == "ca-server: ready\n" for line in out)

    def wait_ready(self):
        try:
            wait_for(self.is_ready, READY_S)
        except AssertionError as late:
            raise AssertionError("%s; the log ends with:\n%s" % (late, self.logged()[-6000:])) from None

    def logged(self):
        with open(self.log, errors="replace") as log:
            return log.read()

    @property
    def env(self):
        env = {}
        with open(os.path.join(self.state, "dev.env")) as lines:
            for line in lines:
                name, _, value = line.strip().partition("=")
                env[name] = "".join(shlex.split(value))
        return env

    def stop(self, number=signal.SIGTERM, seconds=30):
        """Its exit status; None when it was not running."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        self.process = None
        return code

    def remove(self):
        self.stop()
        for path in (self.out, self.log):
            if os.path.exists(path):
                os.unlink(path)
        shutil.rmtree(self.state, ignore_errors=True)

    # -- talking to it -----------------------------------------------------------------------

    def http(self, method, path, body=None, headers=None):
        at = urllib.parse.urlsplit(self.env["CA_HTTP_URL"])
        return self._ask(http.client.HTTPConnection(at.hostname, at.port, timeout=20), method, path, body, headers)

    def https(self, who, method, path, body=None, headers=None):
        """who: REQUESTER, OFFICER1, OFFICER2, ADMIN, AUDITOR, or the path of a PEM file with
        certificate and key; None: no client certificate."""
        env = self.env
        context = ssl.create_default_context(cafile=env["CA_ROOT_PEM"])
        if who is not None:
            context.load_cert_chain(who if os.sep in who else env["CA_%s_PEM" % who])
        at = urllib.parse.urlsplit(env["CA_HTTPS_URL"])
        connection = http.client.HTTPSConnection(at.hostname, at.port, timeout=20, context=context)
        return self._ask(connection, method, path, body, headers)

    def rest(self, who, method, path, value=None, headers=None):
        """JSON to and from /api/v1."""
        headers = dict(headers or {})
        body = None
        if value is not None:
            body = json.dumps(value)
            headers.setdefault("Content-Type", "application/json")
        return self.https(who, method, "/api/v1" + path, body, headers)

    def issue(self, csr, profile="https-ecc", who="REQUESTER", headers=None):
        headers = {"Content-Type": "application/pkcs10", **(headers or {})}
        return self.https(who, "POST", "/api/v1/requests?profile=" + profile, csr, headers)

    @staticmethod
    def _ask(connection, method, path, body, headers):
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()


def csr(name="www.example.org", key="ec", option="ec_paramgen_curve:P-256"):
    """PEM of a request with one DNS name, made by openssl, and its key."""
    with tempfile.TemporaryDirectory() as folder:
        key_file = os.path.join(folder, "key.pem")
        made = subprocess.run(
            ["openssl", "req", "-new", "-newkey", key, "-pkeyopt", option, "-nodes", "-subj", "/CN=" + name,
             "-addext", "subjectAltName=DNS:" + name, "-keyout", key_file],
            check=True, capture_output=True)
        with open(key_file, "rb") as f:
            return made.stdout, f.read()
