# SPDX-License-Identifier: Apache-2.0
"""cactl against a running server: every verb, every exit status, every form of output."""

import csv
import http.server
import io
import json
import os
import pty
import re
import shutil
import signal
import ssl
import subprocess
import threading
import time

import pytest

from harness import PROGRAM, ROOT, csr, wait_for

# Beside the server that is tested, unless said otherwise.
CACTL = os.environ.get("CACTL", os.path.join(os.path.dirname(os.path.dirname(PROGRAM)), "cactl", "cactl"))
MAN = os.path.join(ROOT, "docs", "man")

OK, OTHER, USAGE, NOT_FOUND, FORBIDDEN, REFUSED, CONFLICT, WAITING, AWAY = range(9)
NOWHERE = "01234567-89ab-7cde-8f01-23456789abcd"


class Cactl:
    """Runs cactl as one operator, with a configuration folder of its own."""

    def __init__(self, ca, folder):
        self.ca, self.folder = ca, str(folder)

    def environment(self, who):
        env = self.ca.env
        return {"PATH": os.environ["PATH"], "HOME": self.folder, "XDG_CONFIG_HOME": self.folder + "/config",
                "CACTL_URL": env["CA_HTTPS_URL"], "CACTL_CACERT": env["CA_ROOT_PEM"],
                "CACTL_CERT": env["CA_%s_PEM" % who]}

    def __call__(self, *arguments, who="OFFICER1", input=None, env=None, exit=OK):
        done = subprocess.run([CACTL, *map(str, arguments)], input=input, capture_output=True, timeout=60,
                              cwd=self.folder, env={**self.environment(who), **(env or {})})
        done.out, done.err = done.stdout.decode(), done.stderr.decode()
        assert done.returncode == exit, (arguments, done.returncode, done.out, done.err)
        return done

    def json(self, *arguments, **more):
        return json.loads(self(*arguments, "-o", "json", **more).out)

    def write(self, name, octets):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as f:
            f.write(octets)
        return path

    def csr(self, name="www.example.org", file="www.csr"):
        return self.write(file, csr(name)[0])

    def issued(self, name="www.example.org"):
        return self.json("request", "submit", self.csr(name), "--profile", "https-ecc", who="REQUESTER")


@pytest.fixture
def cactl(ca, tmp_path):
    return Cactl(ca, tmp_path)


def read(cactl, name):
    with open(os.path.join(cactl.folder, name), "rb") as f:
        return f.read()


# -- contexts -------------------------------------------------------------------------------------

NO_TARGET = {"CACTL_URL": "", "CACTL_CACERT": "", "CACTL_CERT": ""}


def login(cactl, who="OFFICER1", *more, **options):
    env = cactl.ca.env
    return cactl("login", env["CA_HTTPS_URL"], "--cacert", env["CA_ROOT_PEM"], "--cert", env["CA_%s_PEM" % who],
                 *more, env=NO_TARGET, **options)


def test_login_makes_a_private_context_that_is_then_used(cactl):
    login(cactl, "OFFICER1", "--name", "dev")
    path = os.path.join(cactl.folder, "config", "cactl", "config")
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert json.loads(cactl("whoami", "-o", "json", env=NO_TARGET).out)["name"] == "officer1"
    assert json.loads(cactl("context", "list", "-o", "json", env=NO_TARGET).out)["items"][0]["current"] is True
    cactl("logout", env=NO_TARGET)
    said = cactl("whoami", env=NO_TARGET, exit=USAGE).err
    assert "cactl login" in said


def test_contexts_are_added_used_and_removed(cactl):
    login(cactl, "OFFICER1", "--name", "one")
    env = cactl.ca.env
    add = ("context", "add", "two", "--url", env["CA_HTTPS_URL"], "--cacert", env["CA_ROOT_PEM"],
           "--cert", env["CA_AUDITOR_PEM"])
    cactl(*add, env=NO_TARGET)
    cactl(*add, env=NO_TARGET, exit=CONFLICT)
    whoami = lambda *more: json.loads(cactl("whoami", "-o", "json", *more, env=NO_TARGET).out)["name"]
    assert whoami() == "officer1" and whoami("--context", "two") == "auditor"
    cactl("context", "use", "two", env=NO_TARGET)
    assert whoami() == "auditor"
    cactl("context", "remove", "two", env=NO_TARGET)
    cactl("context", "use", "two", env=NO_TARGET, exit=NOT_FOUND)
    cactl("context", "add", "a b", env=NO_TARGET, exit=USAGE)
    cactl("context", "add", "three", env=NO_TARGET, exit=USAGE)


def test_login_that_fails_leaves_no_context(cactl):
    env = cactl.ca.env
    cactl("login", "http://127.0.0.1:1", "--cacert", env["CA_ROOT_PEM"], "--cert", env["CA_ADMIN_PEM"], exit=USAGE)
    cactl("login", "https://127.0.0.1:1", "--cacert", env["CA_ROOT_PEM"], "--cert", env["CA_ADMIN_PEM"], exit=AWAY)
    cactl("login", env["CA_HTTPS_URL"], "--cacert", env["CA_ROOT_PEM"], exit=USAGE)
    assert not os.path.exists(os.path.join(cactl.folder, "config"))


@pytest.mark.parametrize("text, says", [
    ("[a]\nurl = https://x\nurll = y\n", "line 3: no setting 'urll'"),
    ("[a]\nurl = https://x\n[a]\nurl = https://y\n", "line 3"),
    ("[a]\n", "no url"),
    ("current = b\n[a]\nurl = https://x\n", "no [b]"),
    ("url = https://x\n", "before the first"),
    ("[a]\nurl = http://x\n", "https://"),
    ("[a]\nurl = https://x\ncert = relative\n", "whole path"),
])
def test_a_wrong_configuration_is_refused_with_its_line(cactl, text, says):
    os.makedirs(os.path.join(cactl.folder, "config", "cactl"))
    path = cactl.write("config/cactl/config", text.encode())
    os.chmod(path, 0o600)
    assert says in cactl("whoami", env=NO_TARGET, exit=REFUSED).err


def test_a_configuration_that_others_may_read_is_refused(cactl):
    login(cactl)
    os.chmod(os.path.join(cactl.folder, "config", "cactl", "config"), 0o640)
    assert "chmod 0600" in cactl("whoami", env=NO_TARGET, exit=FORBIDDEN).err


# -- who the server is, and who we are ------------------------------------------------------------

def test_only_the_named_root_is_trusted(cactl):
    alien = cactl.folder + "/alien.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=alien", "-keyout",
                    cactl.folder + "/alien.key", "-out", alien], check=True, capture_output=True)
    assert "not trusted" in cactl("whoami", "--cacert", alien, exit=FORBIDDEN).err
    assert "--cacert" in cactl("whoami", env={"CACTL_CACERT": ""}, exit=USAGE).err


def test_without_a_certificate_the_server_says_who_are_you(cactl):
    cactl("whoami", env={"CACTL_CERT": ""}, exit=FORBIDDEN)


def test_a_missing_server_is_8_and_its_health_unknown(cactl):
    nobody = {"CACTL_URL": "https://127.0.0.1:1"}
    cactl("cert", "list", env=nobody, exit=AWAY)
    cactl("request", "submit", cactl.csr(), "--profile", "https-ecc", env=nobody, exit=AWAY)
    cactl("health", env=nobody, exit=3)


def test_an_encrypted_key_asks_for_its_passphrase_in_a_file(cactl):
    own = cactl.ca.env["CA_OFFICER1_PEM"]
    key = subprocess.run(["openssl", "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-passout", "pass:s3cret", "-in", own],
                         check=True, capture_output=True).stdout
    cert = subprocess.run(["openssl", "x509", "-in", own], check=True, capture_output=True).stdout
    both = cactl.write("me.pem", cert + key)
    secret = cactl.write("pass", b"s3cret\n")
    os.chmod(secret, 0o400)
    assert "--passphrase-file" in cactl("whoami", "--cert", both, exit=USAGE).err
    assert "officer1" in cactl("whoami", "--cert", both, "--passphrase-file", secret).out
    wrong = cactl.write("wrong", b"other\n")
    os.chmod(wrong, 0o400)
    said = cactl("whoami", "--cert", both, "--passphrase-file", wrong, exit=USAGE)
    assert "other" not in said.err and "s3cret" not in said.err
    os.chmod(secret, 0o444)
    assert "chmod" in cactl("whoami", "--cert", both, "--passphrase-file", secret, exit=FORBIDDEN).err


def test_no_flag_takes_a_secret_and_no_help_asks_for_one():
    """Passphrases and keys come from files or the terminal."""
    pages = "".join(open(os.path.join(MAN, name)).read() for name in os.listdir(MAN))
    pages = pages.replace("Fl \\-token Ar ca|front\n", "")  # of ca-server: which of two, no secret
    secret = re.findall(r"Fl \\-(\S*(?:pass|secret|pin|token|challenge)\S*)", pages)
    assert secret and all(name.endswith(("-file", "-ttl")) for name in secret)


# -- a server that behaves badly ------------------------------------------------------------------

class Script(http.server.BaseHTTPRequestHandler):
    """Answers the n-th request with the n-th row {status, headers, body}, the last one for ever."""

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        row = self.server.rows[min(len(self.server.seen), len(self.server.rows) - 1)]
        self.server.seen.append((self.command, self.path, self.headers.get("Idempotency-Key"), body))
        self.send_response(row[0])
        for name, value in {**row[1], "Content-Length": str(len(row[2]))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(row[2])

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *_):
        pass


@pytest.fixture
def script(cactl):
    """script(rows...): a server on loopback; *.seen has what was asked, *.env how to ask it."""
    started = []
    own = cactl.folder + "/script.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                    "/CN=script", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", own + ".key", "-out", own],
                   check=True, capture_output=True)

    def start(*rows):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Script)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(own, own + ".key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.rows, server.seen = rows, []
        server.env = {"CACTL_URL": "https://127.0.0.1:%d" % server.server_address[1], "CACTL_CACERT": own}
        started.append((server, threading.Thread(target=server.serve_forever, args=(0.05,))))
        started[-1][1].start()
        return server

    yield start
    for server, thread in started:
        server.shutdown()
        thread.join()
        server.server_close()


BUSY = (503, {"Retry-After": "1", "Content-Type": "application/problem+json"},
        b'{"type":"/problems/token-offline","title":"The authority is offline","status":503}')
ISSUED = (201, {"Content-Type": "application/json"}, b'{"id":"%s","status":"issued"}' % NOWHERE.encode())


def test_a_busy_server_is_asked_again_with_the_same_key(cactl, script):
    server = script(BUSY, BUSY, ISSUED)
    got = cactl.json("request", "submit", cactl.csr(), "--profile", "p", env=server.env)
    assert got["status"] == "issued" and len(server.seen) == 3
    assert len({(key, body) for _, _, key, body in server.seen}) == 1 and server.seen[0][2]


def test_a_server_that_stays_busy_is_8_in_time(cactl, script):
    server = script(BUSY)
    start = time.monotonic()
    said = cactl("request", "submit", cactl.csr(), "--profile", "p", "--timeout", "2500ms", env=server.env, exit=AWAY).err
    assert time.monotonic() - start < 6 and len(server.seen) == 3 and "explain token-offline" in said
    slow = script((503, {"Retry-After": "3600"}, b""))
    cactl("cert", "list", env=slow.env, exit=AWAY)
    assert len(slow.seen) == 1


def test_a_pending_request_is_7_or_waited_for(cactl, script):
    pending = (202, {"Retry-After": "30"}, b'{"id":"%s","status":"pending"}' % NOWHERE.encode())
    submit = ("request", "submit", cactl.csr(), "--profile", "p")
    assert NOWHERE in cactl(*submit, env=script(pending).env, exit=WAITING).err
    cactl(*submit, "--wait=1s", env=script(pending).env, exit=WAITING)
    cactl(*submit, "--wait", env=script(pending, (200, {}, pending[2]), (200, {}, ISSUED[2])).env)
    denied = (200, {}, b'{"id":"%s","status":"denied"}' % NOWHERE.encode())
    cactl(*submit, "--wait", env=script(pending, denied).env, exit=REFUSED)


def test_no_redirect_is_followed_and_nonsense_is_not_believed(cactl, script):
    server = script((302, {"Location": "https://127.0.0.1:1/"}, b""))
    cactl("whoami", env=server.env, exit=OTHER)
    assert len(server.seen) == 1
    for body in (b"", b"<html>", b'{"name":', b'{"name":"a","name":"b"}'):
        cactl("whoami", env=script((200, {}, body)).env, exit=OTHER)
    cactl("cert", "list", env=script((200, {}, b'{"items":7}')).env, exit=OTHER)
    cactl("cert", "list", env=script((500, {}, b"<html>")).env, exit=OTHER)


def test_what_the_server_says_steers_no_terminal(cactl, script):
    evil = json.dumps({"name": "a\x1b]0;b\x07", "roles": ["\u009b2J"]}).encode()
    out = cactl("whoami", env=script((200, {}, evil)).env).out
    assert "\x1b" not in out and "\u009b" not in out
    evil = json.dumps({"type": "/problems/x", "title": "\x1b[2J", "detail": "\x1b[2J", "errors": [
        {"pointer": "\x1b", "detail": "\x1b", "value": "\x1b"}]}).encode()
    assert "\x1b" not in cactl("whoami", env=script((422, {}, evil)).env, exit=REFUSED).err


# -- wrong use ------------------------------------------------------------------------------------

@pytest.mark.parametrize("line, says", [
    ("", "Drives a certification authority"),
    ("crt list", "did you mean 'cert'"),
    ("cert lst", "did you mean 'list'"),
    ("cert list --statsu valid", "did you mean --status"),
    ("cert list --status vald", "must be valid, held"),
    ("cert list --limit 0", "from 1 to"),
    ("cert list --limit 2 --all", "not both"),
    ("cert list extra", "one argument too many"),
    ("cert list -o xml", "must be table"),
    ("cert list -o json -o yaml", "given twice"),
    ("cert list --expires-within soon", "as 12h"),
    ("cert list --columns ,", "--columns"),
    ("cert list -Z", "no flag -Z"),
    ("cert list --yes", "no flag --yes"),
    ("cert list --timeout never", "--timeout"),
    ("cert show", "ID is missing"),
    ("cert show www.example.org", "no UUID"),
    ("cert get 0123 --chain --format der", "--chain is PEM"),
    ("cert get 0123 --format p12", "must be pem"),
    ("cert revoke 0123", "--reason is missing"),
    ("cert revoke 0123 --reason because", "must be unspecified, key_compromise"),
    ("cert issue --dns x", "--profile is missing"),
    ("cert issue --profile https-ecc --dns x", "--key-out is missing"),
    ("cert issue --profile https-ecc --ip 300.1.1.1 --key-out k", "--ip 300.1.1.1"),
    ("csr create --key rsa:12 --key-out k", "--key rsa:12"),
    ("csr create --cn x", "--key-out is missing"),
    ("csr create --subject CN --key-out k", "--subject"),
    ("csr create --subject CN=a, --key-out k", "last comma"),
    ("csr create --subject XX=a --key-out k", "--subject"),
    ("request submit x.csr", "--profile is missing"),
    ("request submit a b --profile p -f out", "for one request"),
    ("request submit x.csr --profile https-ecc --days 1 --not-after 2030-01-01T00:00:00Z", "not both"),
    ("ca create x --cn x", "--root or --parent"),
    ("ca create x --root --parent y --cn x", "--root or --parent"),
    ("ca create x --root", "--subject or --cn"),
    ("ca import x chain.pem", "--key-label"),
    ("health --check tokn", "no 'tokn'"),
    ("completion tcsh", "bash, zsh or fish"),
    ("whoami --context nobody", "no context 'nobody'"),
])
def test_wrong_use_is_2_and_says_what_is_near(cactl, line, says):
    cactl.csr(file="x.csr")
    done = cactl(*line.split(), exit=USAGE)
    assert says in done.err and done.out == ""


def test_help_is_0_and_on_stdout(cactl):
    for arguments in (("--help",), ("cert", "--help"), ("cert", "list", "-h"), ("cert", "revoke", "--help")):
        done = cactl(*arguments)
        assert "$ cactl" in done.out and done.err == ""


# -- requests -------------------------------------------------------------------------------------

def test_submit_writes_the_chain(cactl):
    for der in (False, True):
        path = cactl.csr()
        if der:
            subprocess.run(["openssl", "req", "-in", path, "-outform", "DER", "-out", path], check=True)
        done = cactl("request", "submit", path, "--profile", "https-ecc", "-f", "www.pem", who="REQUESTER")
        assert done.out == "" and "www.pem" in done.err
        assert read(cactl, "www.pem").count(b"BEGIN CERTIFICATE") == 2
    assert "BEGIN CERT" in cactl("request", "submit", cactl.csr(), "--profile", "https-ecc", "-f", "-").out
    assert cactl("request", "submit", "-", "--profile", "https-ecc", input=csr()[0]).out


def test_the_same_idempotency_key_gets_the_same_certificate(cactl):
    submit = ("request", "submit", cactl.csr(), "--profile", "https-ecc", "--idempotency-key", "k-%d" % time.time_ns())
    first, second = cactl.json(*submit), cactl.json(*submit)
    assert first["certificate_id"] == second["certificate_id"]
    other = cactl.csr("other.example.org")
    assert "explain idempotency-key-reused" in cactl(*submit[:2], other, *submit[3:], exit=CONFLICT).err


def test_submit_takes_names_from_flags(cactl):
    got = cactl.json("request", "submit", cactl.csr(), "--profile", "https-ecc", "--dns", "a.example.org",
                     "--cn", "a.example.org", "--days", "5")
    found = cactl.json("cert", "show", got["certificate_id"])
    assert found["sans"] == [{"type": "dns", "value": "a.example.org"}] and found["common_name"] == "a.example.org"


def test_dry_run_stores_nothing(cactl):
    before = cactl.json("request", "list", "--all")["items"]
    draft = cactl.json("request", "submit", cactl.csr(), "--profile", "https-ecc", "--dry-run")
    assert draft["status"] == "draft" and draft["verdict"] == "issue"
    assert len(cactl.json("request", "list", "--all")["items"]) == len(before)


def test_a_policy_refusal_is_5_and_names_rule_value_and_allowed(cactl):
    said = cactl("request", "submit", cactl.csr(), "--profile", "https-rsa", exit=REFUSED).err
    for word in ("/csr/key", "rule: key.allow", "value: ec:P-256", "allowed: rsa", "request id: ", "explain policy"):
        assert word in said


def test_other_refusals(cactl):
    cactl("request", "submit", cactl.csr(), "--profile", "nope", exit=NOT_FOUND)
    cactl("request", "submit", "missing.csr", "--profile", "https-ecc", exit=NOT_FOUND)
    for octets in (b"", b"hello", b"-----BEGIN CERTIFICATE REQUEST-----\n!!\n-----END CERTIFICATE REQUEST-----\n",
                   b"\x30\x03\x02\x01\x01", b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"):
        cactl("request", "submit", cactl.write("bad.csr", octets), "--profile", "https-ecc", exit=REFUSED)
    cactl("request", "submit", cactl.write("big.csr", b"\x30" * 200000), "--profile", "https-ecc", exit=REFUSED)
    cactl("request", "submit", cactl.csr(), "--profile", "https-ecc", who="AUDITOR", exit=FORBIDDEN)
    cactl("request", "show", NOWHERE, exit=NOT_FOUND)
    cactl("request", "show", "../whoami", exit=NOT_FOUND)  # one segment, whatever it says


def test_several_files_get_a_line_each_and_one_failure_stops_no_other(cactl):
    a, b = cactl.csr("a.example.org", "a.csr"), cactl.csr("b.example.org", "b.csr")
    bad = cactl.write("bad.csr", b"hello")
    done = cactl("request", "submit", a, bad, b, "--profile", "https-ecc", "-o", "jsonl", exit=REFUSED)
    got = [json.loads(line) for line in done.out.splitlines()]
    assert sorted(line["status"] for line in got) == ["issued", "issued", "refused"]
    assert "request" in next(line for line in got if line["status"] == "refused")["problem"]["detail"]


def test_a_request_is_explained_and_compared(cactl):
    got = cactl.issued()
    assert "same" in cactl("request", "diff", got["id"], "--fail-on", "violation").out
    assert "key.allow" in cactl("request", "explain", got["id"]).out
    cactl("request", "diff", NOWHERE, exit=NOT_FOUND)
    cactl("request", "diff", got["id"], "--fail-on", "anything", exit=USAGE)
    shown = cactl("request", "submit", cactl.csr(), "--profile", "https-rsa", "--explain", exit=REFUSED)
    assert "key.allow" in shown.out and "violates" in shown.out


# -- certificates ---------------------------------------------------------------------------------

def test_a_certificate_is_found_in_every_notation(cactl):
    got = cactl.issued()
    whole = cactl.json("cert", "show", got["certificate_id"])
    serial, print_ = whole["serial"], whole["fingerprint"]
    colons = ":".join(serial[i:i + 2] for i in range(0, len(serial), 2))
    for name in (serial, serial.upper(), "0x" + serial, colons.upper(), str(int(serial, 16)), print_, print_[:12]):
        assert cactl.json("cert", "show", name)["id"] == whole["id"], name
    for name in ("f" * 32, NOWHERE, "00000000"):
        cactl("cert", "show", name, exit=NOT_FOUND)
    cactl("cert", "show", "f" * 200, exit=USAGE)


def test_list_filters_and_pages(cactl):
    name = "n%d.example.org" % time.time_ns()
    for _ in range(3):
        cactl.issued(name)
    found = cactl.json("cert", "list", "--cn", name)
    assert len(found["items"]) == 3 and found["next"] is None
    two = cactl.json("cert", "list", "--cn", name, "--limit", "2")
    assert len(two["items"]) == 2 and two["next"]
    every = cactl("cert", "list", "--all", "-o", "name").out.split()
    assert len(set(every)) == len(every) and {c["id"] for c in found["items"]} <= set(every)
    assert cactl.json("cert", "list", "--q", name, "--status", "revoked")["items"] == []
    assert name in cactl("cert", "list", "--expires-within", "3650d", "--sort", "not_after", "--all").out


def test_get_in_every_form(cactl):
    id = cactl.issued()["certificate_id"]
    assert cactl("cert", "get", id).out.count("BEGIN CERT") == 1
    assert cactl("cert", "get", id, "--chain").out.count("BEGIN CERT") == 2
    cactl("cert", "get", id, "--format", "der", "-f", "c.der")
    subprocess.run(["openssl", "x509", "-inform", "DER", "-noout"], input=read(cactl, "c.der"), check=True)
    p7c = subprocess.run([CACTL, "cert", "get", id, "--format", "p7c"], env=cactl.environment("OFFICER1"), check=True,
                         capture_output=True).stdout
    subprocess.run(["openssl", "pkcs7", "-inform", "DER", "-noout"], input=p7c, check=True)
    cactl("cert", "get", NOWHERE, exit=NOT_FOUND)


def test_issue_makes_a_private_key_and_a_certificate_for_it(cactl):
    cactl("cert", "issue", "--profile", "https-ecc", "--dns", "x.example.org", "--key-out", "x.key", "-f", "x.pem",
          who="REQUESTER")
    assert os.stat(os.path.join(cactl.folder, "x.key")).st_mode & 0o777 == 0o600
    public = [subprocess.run(argv, check=True, capture_output=True, cwd=cactl.folder).stdout for argv in (
        ["openssl", "pkey", "-in", "x.key", "-pubout"], ["openssl", "x509", "-in", "x.pem", "-noout", "-pubkey"])]
    assert public[0] == public[1]
    before = read(cactl, "x.key")
    cactl("cert", "issue", "--profile", "https-ecc", "--dns", "x.example.org", "--key-out", "x.key", exit=CONFLICT)
    assert read(cactl, "x.key") == before


def test_issue_leaves_no_key_behind_when_refused_or_tried(cactl):
    cactl("cert", "issue", "--profile", "https-ecc", "--key", "rsa:2048", "--dns", "x.example.org", "--key-out",
          "y.key", exit=REFUSED)
    cactl("cert", "issue", "--profile", "https-ecc", "--dns", "x.example.org", "--key-out", "y.key", who="AUDITOR",
          exit=FORBIDDEN)
    cactl("cert", "issue", "--profile", "https-ecc", "--dns", "x.example.org", "--key-out", "y.key", "--dry-run")
    assert not os.path.exists(os.path.join(cactl.folder, "y.key"))


def test_csr_create_suits_the_profile_and_encrypts_the_key(cactl):
    secret = cactl.write("pass", b"s3cret\n")
    os.chmod(secret, 0o400)
    cactl("csr", "create", "--profile", "https-rsa", "--dns", "r.example.org", "--subject", "CN=r.example.org,O=A\\, B",
          "--out", "r.csr", "--key-out", "r.key", "--key-passphrase-file", secret)
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in read(cactl, "r.key")
    text = subprocess.run(["openssl", "req", "-in", "r.csr", "-noout", "-text", "-verify", "-nameopt", "RFC2253"],
                          cwd=cactl.folder, check=True, capture_output=True).stdout.decode()
    assert "O=A\\, B" in text and "DNS:r.example.org" in text and "3072" in text
    cactl("request", "submit", "r.csr", "--profile", "https-rsa")
    # A value cannot smuggle in another name.
    cactl("csr", "create", "--dns", "a,IP:1.2.3.4", "--cn", "x", "--out", "s.csr", "--key-out", "s.key")
    assert b"IP Address" not in subprocess.run(["openssl", "req", "-in", "s.csr", "-noout", "-text"], check=True,
                                               cwd=cactl.folder, capture_output=True).stdout


def test_revoke_once_and_no_more(cactl):
    serial = cactl.issued()["serial"]
    cactl("cert", "revoke", serial, "--reason", "superseded", "--yes", who="REQUESTER", exit=FORBIDDEN)
    assert "would be revoked" in cactl("cert", "revoke", serial, "--reason", "superseded", "--dry-run").err
    assert cactl.json("cert", "show", serial)["status"] == "valid"
    cactl("cert", "revoke", serial, "--reason", "because", "--yes", exit=USAGE)
    got = cactl.json("cert", "revoke", serial, "--reason", "key-compromise", "--comment", "CHG-1", "--yes")
    assert got["status"] == "revoked" and got["crl_number"] >= 1
    said = cactl("cert", "revoke", serial, "--reason", "superseded", "--yes", exit=CONFLICT).err
    assert "explain already-revoked" in said and "request id" in said
    cactl("cert", "revoke", NOWHERE, "--reason", "superseded", "--yes", exit=NOT_FOUND)
    cactl("cert", "unhold", serial, exit=CONFLICT)


def test_hold_can_be_released(cactl):
    serial = cactl.issued()["serial"]
    cactl("cert", "revoke", serial, "--reason", "certificate_hold", "--yes")
    cactl("cert", "unhold", serial, "--dry-run")
    assert cactl.json("cert", "show", serial)["status"] == "held"
    assert cactl.json("cert", "unhold", serial)["status"] == "valid"


def test_without_a_terminal_revoke_names_the_flag(cactl):
    serial = cactl.issued()["serial"]
    assert "--yes" in cactl("cert", "revoke", serial, "--reason", "superseded", exit=USAGE).err
    assert cactl.json("cert", "show", serial)["status"] == "valid"


def typed(cactl, answer, *arguments):
    """Runs cactl on a terminal, types the answer; its exit status."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(CACTL, [CACTL, *arguments], cactl.environment("OFFICER1"))
    said = b""
    try:
        while b"Type the name" not in said:
            said += os.read(fd, 1024)
        os.write(fd, answer + b"\n")
        while True:
            said += os.read(fd, 1024)
    except OSError:
        pass
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(fd)
    return status, said


def test_on_a_terminal_revoke_asks_for_the_name(cactl):
    name = "t%d.example.org" % time.time_ns()
    serial = cactl.issued(name)["serial"]
    status, said = typed(cactl, b"yes", "cert", "revoke", serial, "--reason", "superseded")
    assert status == OTHER and b"not confirmed" in said and serial.encode() in said
    assert cactl.json("cert", "show", serial)["status"] == "valid"
    status, said = typed(cactl, name.encode(), "cert", "revoke", serial, "--reason", "superseded")
    assert status == OK
    assert cactl.json("cert", "show", serial)["status"] == "revoked"


def test_verify_knows_good_revoked_and_strangers(cactl):
    got = cactl.issued()
    path = cactl.write("v.pem", got["certificate"].encode())
    assert cactl.json("cert", "verify", path)["good"] is True
    assert cactl.json("cert", "verify", got["serial"])["chain"][0] == "CN=www.example.org"
    cactl("cert", "revoke", got["serial"], "--reason", "superseded", "--yes")
    assert cactl.json("cert", "verify", path, exit=REFUSED)["status"] == "revoked"
    cactl("crl", "generate", cactl.ca.env["CA_ISSUING_NAME"])
    wait_for(lambda: "certificate revoked" in cactl.json("cert", "verify", got["serial"], exit=REFUSED)["reason"], 10, 0.2)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=alien", "-keyout",
                    "a.key", "-out", "alien.pem"], check=True, capture_output=True, cwd=cactl.folder)
    assert cactl.json("cert", "verify", "./alien.pem", exit=REFUSED)["good"] is False
    assert cactl.json("cert", "verify", path, "--trust", "alien.pem", exit=REFUSED)["good"] is False
    cactl("cert", "verify", cactl.write("junk.pem", b"junk"), exit=REFUSED)
    cactl("cert", "verify", NOWHERE, exit=NOT_FOUND)


# -- authorities, CRLs, profiles ------------------------------------------------------------------

def test_authorities_are_shown(cactl):
    root, issuing = cactl.ca.env["CA_ROOT_NAME"], cactl.ca.env["CA_ISSUING_NAME"]
    assert {a["name"] for a in cactl.json("ca", "list")["items"]} >= {root, issuing}
    assert cactl.json("ca", "show", issuing)["parent"] == root
    tree = cactl("ca", "tree").out.splitlines()
    assert tree[0].startswith(root) and tree[1].startswith("└ " + issuing)
    assert cactl("ca", "bundle", issuing).out.count("BEGIN CERT") == 2
    cactl("ca", "show", "nope", exit=NOT_FOUND)
    cactl("ca", "csr", "nope", exit=NOT_FOUND)
    cactl("ca", "create", "mine", "--root", "--cn", "Mine", exit=FORBIDDEN)
    cactl("ca", "import", "old", cactl.ca.env["CA_ROOT_PEM"], "--key-label", "nope", exit=FORBIDDEN)


def test_an_authority_below_a_root_elsewhere(own_ca, tmp_path):
    cactl = Cactl(own_ca, tmp_path)
    admin = {"who": "ADMIN"}
    body = cactl.json("ca", "create", "sub", "--parent", "external", "--cn", "Sub", "--pathlen", "0", "--dry-run", **admin)
    assert body["path_length"] == 0 and body["parent"] == "external"
    assert cactl.json("ca", "create", "sub", "--parent", "external", "--cn", "Sub", "--key", "ec:P-256",
                      **admin)["state"] == "pending"
    cactl("ca", "csr", "sub", "-f", "sub.csr", **admin)
    cactl.write("ext", b"basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
                       b"subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
    for argv in (["req", "-x509", "-newkey", "rsa:3072", "-nodes", "-subj", "/CN=Elsewhere", "-days", "3650", "-keyout",
                  "root.key", "-out", "root.pem", "-addext", "keyUsage=critical,keyCertSign,cRLSign"],
                 ["x509", "-req", "-in", "sub.csr", "-CA", "root.pem", "-CAkey", "root.key", "-days", "1000", "-extfile",
                  "ext", "-out", "sub.pem", "-CAcreateserial"]):
        subprocess.run(["openssl", *argv], check=True, capture_output=True, cwd=cactl.folder)
    cactl("ca", "install", "sub", cactl.write("junk.pem", b"junk"), exit=REFUSED, **admin)
    chain = cactl.write("chain.pem", read(cactl, "sub.pem") + read(cactl, "root.pem"))
    assert cactl.json("ca", "install", "sub", chain, **admin)["state"] == "online"
    cactl("ca", "create", "own", "--root", "--key", "ec:P-384", "--cn", "Own Root", "--o", "Own", **admin)
    cactl("ca", "create", "own", "--root", "--cn", "Own Root", exit=CONFLICT, **admin)
    assert "own" in cactl("ca", "tree").out


def test_crls(cactl):
    name = cactl.ca.env["CA_ISSUING_NAME"]
    made = cactl.json("crl", "generate", name)
    assert cactl.json("crl", "show", name)["number"] >= made["number"]
    cactl("crl", "get", name, "--format", "der", "-f", "c.crl")
    subprocess.run(["openssl", "crl", "-inform", "DER", "-noout"], input=read(cactl, "c.crl"), check=True)
    assert "BEGIN X509 CRL" in cactl("crl", "get", name).out
    cactl("crl", "show", "nope", exit=NOT_FOUND)
    cactl("crl", "generate", name, who="REQUESTER", exit=FORBIDDEN)


def test_profiles_problems_and_versions(cactl):
    assert "https-ecc" in cactl("profile", "list", "-o", "name").out.split()
    assert "ec:P-256" in cactl.json("profile", "show", "https-ecc")["yaml"]
    cactl("profile", "show", "nope", exit=NOT_FOUND)
    assert "key" in cactl("explain", "weak-key").out
    cactl("explain", "nope", exit=NOT_FOUND)
    assert cactl.json("version", "--server")["client"] == cactl.json("version", "--server")["server"]


def test_health(cactl):
    whole = cactl.json("health")
    assert whole["status"] == "ok" and {c["name"] for c in whole["checks"]} >= {"signer", "token", "database"}
    some = cactl.json("health", "--check", "crl,hsm,db")
    assert {c["name"].split(":")[0] for c in some["checks"]} == {"crl", "token", "database"}


# -- inspect --------------------------------------------------------------------------------------

def test_inspect_decodes_what_openssl_makes(cactl):
    cactl("cert", "issue", "--profile", "https-ecc", "--dns", "i.example.org", "--key-out", "i.key", "-f", "i.pem")
    leaf, issuer = cactl.json("inspect", "i.pem")["items"]
    shown = cactl.json("cert", "show", leaf["serial"])
    assert (leaf["fingerprint"], leaf["key"], leaf["not_after"]) == (shown["fingerprint"], "ec:P-256", shown["not_after"])
    assert any("i.example.org" in e["content"] for e in leaf["extensions"])
    subprocess.run(["openssl", "crl2pkcs7", "-nocrl", "-certfile", "i.pem", "-out", "i.p7c", "-outform", "DER"], check=True,
                   cwd=cactl.folder)
    assert cactl.json("inspect", "i.p7c")["items"] == [leaf, issuer]
    request = cactl.json("inspect", cactl.csr())["items"][0]
    assert request["type"] == "csr" and request["signature_good"] is True
    crl = cactl("crl", "get", cactl.ca.env["CA_ISSUING_NAME"]).stdout
    assert cactl.json("inspect", "-", input=crl)["items"][0]["type"] == "crl"
    key = cactl("inspect", "i.key", "-o", "json").out
    assert json.loads(key)["items"][0]["type"] == "other"
    for octets in (b"", b"hello", b"\x30\x80", read(cactl, "i.p7c") + b"\0"):
        cactl("inspect", cactl.write("junk", octets), exit=REFUSED)


# -- output ---------------------------------------------------------------------------------------

def reads(name, id):
    return [["whoami"], ["context", "list"], ["request", "list"], ["request", "submit", "www.csr", "--profile", "https-ecc"],
            ["cert", "list"], ["cert", "show", id], ["cert", "get", id], ["cert", "get", id, "--format", "der"],
            ["cert", "verify", id], ["cert", "revoke", id, "--reason", "superseded", "--dry-run"],
            ["csr", "create", "--cn", "x", "--key-out", "%d.key" % time.time_ns()],
            ["cert", "issue", "--profile", "https-ecc", "--dns", "x.example", "--key-out", "%d.key" % time.time_ns()],
            ["ca", "list"], ["ca", "show", name], ["ca", "tree"], ["ca", "bundle", name], ["crl", "show", name],
            ["crl", "get", name], ["crl", "generate", name], ["profile", "list"], ["profile", "show", "https-ecc"],
            ["inspect", "www.csr"], ["health"], ["explain", "policy"], ["version"], ["completion", "bash"]]


def test_every_command_speaks_every_format(cactl):
    id = cactl.issued()["certificate_id"]
    cactl.csr()  # the officer's own: a key stays with its first requester
    name = cactl.ca.env["CA_ISSUING_NAME"]
    for line in reads(name, id):
        again = lambda: [str(time.time_ns()) + ".key" if a.endswith(".key") else a for a in line]
        assert json.loads(cactl(*again(), "-o", "json").out) is not None, line
        assert all(json.loads(row) for row in cactl(*again(), "-o", "jsonl").out.splitlines()), line
        rows = list(csv.reader(io.StringIO(cactl(*again(), "-o", "csv").out, newline="")))
        assert len({len(row) for row in rows}) == 1, line
        for form in ("table", "wide", "yaml", "name"):
            if form not in ("table", "wide") or "der" not in line:
                cactl(*again(), "-o", form)


def test_yaml_says_the_same_as_json(cactl):
    yaml = pytest.importorskip("yaml")
    id = cactl.issued()["certificate_id"]
    for line in (["cert", "show", id], ["cert", "list", "--limit", "3"], ["profile", "show", "https-ecc"]):
        assert yaml.safe_load(cactl(*line, "-o", "yaml").out) == cactl.json(*line)


def test_columns_headers_and_colours(cactl):
    name = "o%d.example.org" % time.time_ns()
    cactl.issued(name)
    out = cactl("cert", "list", "--cn", name, "--columns", "common_name,key.type,revocation", "--no-headers").out
    assert out.split() == [name, "ec", "-"]
    assert cactl("cert", "list", "--cn", name, "-o", "csv").out.splitlines()[0].startswith("common_name,sans")
    assert "\033" not in cactl("cert", "list").out


def test_data_is_on_stdout_and_messages_are_not(cactl):
    done = cactl("cert", "list", "--limit", "1", "-o", "json")
    assert json.loads(done.out) and "--all" in done.err
    assert cactl("cert", "list", "--limit", "1", "-q").err == ""
    assert "GET /api/v1/certificates" in cactl("cert", "list", "-v").err


def test_curl_prints_a_call_that_works_and_makes_none(cactl):
    serial = cactl.issued()["serial"]
    line = cactl("cert", "revoke", serial, "--reason", "superseded", "--curl").out
    assert line.startswith("curl ") and "PRIVATE KEY" not in line
    assert cactl.json("cert", "show", serial)["status"] == "valid"
    done = subprocess.run(["sh", "-c", line], capture_output=True, check=True)
    assert json.loads(done.stdout)["status"] == "revoked"
    listed = subprocess.run(["sh", "-c", cactl("cert", "list", "--cn", "it's", "--curl").out], capture_output=True, check=True)
    assert json.loads(listed.stdout)["items"] == []
    posted = cactl("request", "submit", cactl.csr(), "--profile", "https-ecc", "--curl").out
    assert "Idempotency-Key: " in posted


def test_interrupted_is_130_in_a_shell(cactl):
    fifo = os.path.join(cactl.folder, "fifo")
    os.mkfifo(fifo)
    # In the background of a shell SIGINT is ignored, and children inherit that.
    process = subprocess.Popen([CACTL, "inspect", fifo], env=cactl.environment("OFFICER1"),
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == -signal.SIGINT  # which a shell shows as 130


# -- completion and man pages ---------------------------------------------------------------------

def test_completion_scripts_parse(cactl):
    for shell in ("bash", "zsh", "fish"):
        script = cactl("completion", shell).stdout
        if shutil.which(shell):
            subprocess.run([shell, "-n"], input=script, check=True)


@pytest.mark.parametrize("typed, wanted", [
    ("ce", {"cert"}), ("cert rev", {"revoke", "revoke-job"}), ("cert list --sta", {"--status"}),
    ("cert list --status h", {"held"}), ("cert list -o y", {"yaml"}), ("request submit --profile https-", {"https-ecc", "https-rsa"}),
    ("ca show dev-i", {"dev-issuing"}), ("cert revoke 01 --reason super", {"superseded"}), ("nope ", set()),
])
def test_completion_offers_the_table_and_the_server(cactl, typed, wanted):
    assert set(cactl("__complete", "--", *typed.split(" ")).out.split()) == wanted


def test_completion_without_a_server_is_quick_and_quiet(cactl):
    start = time.monotonic()
    done = cactl("__complete", "--", "ca", "show", "", env={"CACTL_URL": "https://192.0.2.1:9"})
    assert done.out == done.err == "" and time.monotonic() - start < 5


def test_man_pages_are_those_of_the_table_and_pass_mandoc(cactl, tmp_path):
    made = tmp_path / "man"
    cactl("__man", made)
    committed = sorted(name for name in os.listdir(MAN) if name.endswith(".1"))
    assert sorted(os.listdir(made)) == committed, "build the target man-pages"
    for name in committed:
        with open(os.path.join(MAN, name)) as page:
            assert (made / name).read_text() == page.read(), name + ": build the target man-pages"
    done = subprocess.run(["mandoc", "-Tlint", *sorted(made.iterdir())], capture_output=True)
    said = [line for line in done.stdout.decode().splitlines() if "referenced manual not found: Xr cactl" not in line]
    assert said == []
