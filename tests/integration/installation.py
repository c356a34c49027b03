# SPDX-License-Identifier: Apache-2.0
"""A production installation (ca-server init, ca-server run) on a private database and SoftHSM2 tokens; and more
nodes beside it, as docs/how-to/second-node.md makes them."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile

from harness import PROGRAM, Dev
from support import run

LOGINS = """
CREATE ROLE ca_front NOLOGIN; CREATE ROLE ca_signer NOLOGIN;
CREATE ROLE front_login LOGIN IN ROLE ca_front; CREATE ROLE signer_login LOGIN IN ROLE ca_signer;
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Installation:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="ca-init-", dir="/tmp")
        os.chmod(self.dir, 0o755)
        self.http, self.https = free_port(), free_port()
        self.config = self.path("ca-server.yaml")
        self.environment = {**os.environ, "SOFTHSM2_CONF": self.path("softhsm2.conf")}
        self.server = None
        self.bin = sorted(
            (os.path.join("/usr/lib/postgresql", v, "bin") for v in os.listdir("/usr/lib/postgresql")), key=len)[-1]

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text, mode=0o644):
        with open(self.path(name), "w") as f:
            f.write(text)
        os.chmod(self.path(name), mode)

    def as_postgres(self, *command):
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        subprocess.run([*user, *command], check=True, capture_output=True)

    def database(self):
        os.mkdir(self.path("pg"))
        if os.geteuid() == 0:
            shutil.chown(self.path("pg"), "postgres")
        data = self.path("pg/data")
        self.as_postgres(self.bin + "/initdb", "-D", data, "-U", "owner", "-A", "trust", "--no-sync")
        options = "-c listen_addresses= -c unix_socket_directories=%s" % self.path("pg")
        self.as_postgres(self.bin + "/pg_ctl", "-D", data, "-l", self.path("pg/log"), "-w", "-o", options, "start")
        subprocess.run([self.bin + "/psql", "-h", self.path("pg"), "-U", "owner", "-d", "postgres", "-c", LOGINS],
                       check=True, capture_output=True)

    def set_up(self):
        self.database()
        os.mkdir(self.path("tokens"))
        self.write("softhsm2.conf", "directories.tokendir = %s\n" % self.path("tokens"))
        for name in ("ca.pin", "front.pin", "so.pin"):
            self.write(name, "secret-of-%s" % name, 0o400)
        module = next(p for p in ("/usr/lib/softhsm/libsofthsm2.so",) if os.path.exists(p))
        conninfo = "host=%s dbname=postgres user=" % self.path("pg")
        self.write("ca-server.yaml", """
server: {{state_dir: {dir}/state}}
http: {{listen: '127.0.0.1:{http}', url: 'http://127.0.0.1:{http}'}}
https: {{listen: '127.0.0.1:{https}', url: 'https://127.0.0.1:{https}', chain: {dir}/tls.pem, client_roots: {dir}/chain.pem}}
signer: {{socket: {dir}/signer.sock}}
database: {{front: '{db}front_login', signer: '{db}signer_login', owner: '{db}owner'}}
ca_token: {{module: {module}, label: ca, pin_file: {dir}/ca.pin, writable: {dir}/tokens}}
front_token: {{module: {module}, label: front, pin_file: {dir}/front.pin, writable: {dir}/tokens}}
""".format(dir=self.dir, http=self.http, https=self.https, db=conninfo, module=module))
        for token in ("ca", "front"):
            self.ca_server("token", "init", "--config", self.config, "--token", token,
                           "--so-pin-file", self.path("so.pin"))
        subprocess.run(
            ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
             "/CN=alice", "-keyout", self.path("alice.key"), "-out", self.path("alice.csr")],
            check=True, capture_output=True)

    def ca_server(self, *arguments, status=0):
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, env=self.environment, timeout=120,
                              stdin=subprocess.DEVNULL)
        assert done.returncode == status, done.stderr
        return done.stdout + done.stderr

    def init(self, status=0):
        return self.ca_server(
            "init", "--config", self.config, "--organization", "Acme", "--root-cn", "Acme Root", "--issuing-cn",
            "Acme Issuing CA", "--admin-csr", self.path("alice.csr"), "--admin-name", "alice", "--admin-out",
            self.path("alice.pem"), status=status)

    def key(self, name):
        """The request of somebody new."""
        run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
            "/CN=" + name, "-keyout", self.path(name + ".key"), "-out", self.path(name + ".csr"))
        with open(self.path(name + ".csr")) as f:
            return f.read()

    def admin(self, name):
        """Another administrator, by the command that has the PINs."""
        self.key(name)
        self.ca_server("init", "--config", self.config, "--organization", "Acme", "--root-cn", "Acme Root",
                       "--issuing-cn", "Acme Issuing CA", "--admin-csr", self.path(name + ".csr"),
                       "--admin-name", name, "--admin-out", self.path(name + ".pem"))

    def login(self, name):
        """Certificate and key in one file."""
        with open(self.path(name + "-login.pem"), "wb") as both:
            for part in (".pem", ".key"):
                with open(self.path(name + part), "rb") as f:
                    both.write(f.read() + b"\n")
        return self.path(name + "-login.pem")

    def run(self):
        with open(self.path("run.log"), "wb") as log:
            self.server = subprocess.Popen([PROGRAM, "run", "--config", self.config], stderr=log,
                                           env=self.environment, stdin=subprocess.DEVNULL)

    def whoami(self):
        context = ssl.create_default_context(cafile=self.path("chain.pem"))
        context.load_cert_chain(self.path("alice.pem"), self.path("alice.key"))
        try:
            with socket.create_connection(("127.0.0.1", self.https), timeout=5) as plain:
                with context.wrap_socket(plain, server_hostname="127.0.0.1") as tls:
                    tls.sendall(b"GET /api/v1/whoami HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    answer = b""
                    while chunk := tls.recv(4096):
                        answer += chunk
                    return answer
        except OSError:
            return b""

    def remove(self):
        if self.server is not None and self.server.poll() is None:
            self.server.send_signal(signal.SIGTERM)
            self.server.wait(30)
        if os.path.exists(self.path("pg/data/postmaster.pid")):
            self.as_postgres(self.bin + "/pg_ctl", "-D", self.path("pg/data"), "-m", "immediate", "stop")
        shutil.rmtree(self.dir, ignore_errors=True)


class Node:
    """`ca-server run` on one file of settings; talked to as a development CA is. who: a name of `pems`."""

    rest = Dev.rest
    issue = Dev.issue
    http = Dev.http
    https = Dev.https
    _ask = staticmethod(Dev._ask)

    def __init__(self, home, name, env):
        self.home, self.name = home, name
        self.http_port, self.https_port = free_port(), free_port()
        self.config = home.path(name + ".yaml")
        self.log = home.path(name + ".log")
        self.environment = {**os.environ, "SOFTHSM2_CONF": home.path(name + ".conf")}
        self.shared = env
        self.server = None

    @property
    def env(self):
        return {**self.shared, "CA_HTTP_URL": "http://127.0.0.1:%d" % self.http_port,
                "CA_HTTPS_URL": "https://127.0.0.1:%d" % self.https_port}

    def settle(self, text, tokens):
        """Writes its settings: those of the installation, with what is its own."""
        for old, new in (("listen: '127.0.0.1:%d'" % self.home.http, "listen: '127.0.0.1:%d'" % self.http_port),
                         ("listen: '127.0.0.1:%d'" % self.home.https, "listen: '127.0.0.1:%d'" % self.https_port),
                         ("state_dir: %s/state" % self.home.dir,
                          "node: %s, state_dir: %s" % (self.name, self.home.path(self.name))),
                         (self.home.path("signer.sock"), self.home.path(self.name + ".sock")),
                         (self.home.path("tokens"), tokens)):
            assert old in text, old
            text = text.replace(old, new)
        self.home.write(self.name + ".yaml", text)
        self.home.write(self.name + ".conf", "directories.tokendir = %s\n" % tokens)

    def run(self):
        with open(self.log, "ab") as log:
            self.server = subprocess.Popen([PROGRAM, "run", "--config", self.config], stderr=log,
                                           env=self.environment, stdin=subprocess.DEVNULL)

    def is_ready(self):
        assert self.server.poll() is None, self.logged()[-3000:]
        return self.https(None, "GET", "/readyz").status == 200

    def logged(self):
        with open(self.log, errors="replace") as log:
            return log.read()

    def kill(self):
        """As a machine that loses its power: its processes die with the supervisor."""
        if self.server is not None:
            self.server.kill()
            self.server.wait(30)
            self.server = None

    def stop(self):
        if self.server is not None and self.server.poll() is None:
            self.server.send_signal(signal.SIGTERM)
            assert self.server.wait(60) == 0
        self.server = None
