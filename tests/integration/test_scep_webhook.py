# SPDX-License-Identifier: Apache-2.0
"""A webhook that decides who may enrol over SCEP: asked by a real front, judged by a real signer."""

import base64
import hashlib
import hmac
import http.server
import json
import ssl
import threading
import time
import uuid

import pytest

from harness import wait_for
from scep_device import BAD_REQUEST, FAILURE, PENDING, SUCCESS, Device, cert_of, endpoint, endpoint_make, prepare
from support import openssl, stored


class Decider:
    """What of the outside decides; `answer` is what it does with a question."""

    def __init__(self, tls=None):
        self.asked = []
        self.answer = None
        self.hold = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.asked.append((dict((k.lower(), v) for k, v in self.headers.items()), body))
                status, said, *headers = outer.answer(json.loads(body))
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # who asked is gone

        self.server = Quiet(("127.0.0.1", 0), Handler)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.url = "%s://127.0.0.1:%d/decide" % ("https" if tls else "http", self.server.server_port)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def questions(self):
        return [json.loads(body) for _, body in self.asked]

    def close(self):
        self.hold.set()
        self.server.shutdown()
        self.server.server_close()


def proof(key, name, transaction, csr, expiry):
    at = int(expiry).to_bytes(8, "big")
    over = b"\0".join([name.encode(), transaction.encode(), hashlib.sha256(csr).digest() + at])
    return base64.b64encode(at + hmac.digest(key.encode(), over, "sha256")).decode()


def said(**answer):
    return 200, json.dumps(answer).encode()


class Door:
    """An endpoint whose webhook is the decider."""

    def __init__(self, ca, decider, modes=("webhook",)):
        self.name = "hook-" + uuid.uuid4().hex[:8]
        endpoint_make(ca, self.name, modes=list(modes), webhook_url=decider.url)
        made = ca.rest("ADMIN", "POST", "/scep/endpoints/%s/challenges" % self.name, {"kind": "webhook"})
        assert made.status == 201, made.body
        self.key = made.json["challenge"]

    def proves(self, question, **other):
        """The proof of a question, or of one that is a little different."""
        data = question["data"]
        told = {"key": self.key, "name": data["endpoint"], "transaction": data["transaction_id"],
                "csr": base64.b64decode(data["csr"]), "expiry": time.time() + 120, **other}
        return proof(**told)

    def allow(self, question):
        return said(decision="allow", proof=self.proves(question))


@pytest.fixture(scope="module")
def lab(ca, tmp_path_factory):
    prepare(ca, tmp_path_factory.mktemp("hook"), "hook")
    return ca


@pytest.fixture(scope="module")
def decider():
    one = Decider()
    yield one
    one.close()


@pytest.fixture(scope="module")
def door(lab, decider):
    return Door(lab, decider)


@pytest.fixture(autouse=True)
def fresh(decider):
    decider.asked.clear()
    decider.answer = lambda _: (500, b"")


def refused(lab, door, device, says, **fields):
    before = stored(lab)[1]
    status, info, answer = device.ask(door.name, **fields)
    assert (status, info) == (FAILURE, BAD_REQUEST), answer
    assert says in answer["text"], answer
    assert stored(lab)[1] == before


def away(lab, door, device):
    """503, so that the client comes again; nothing on record."""
    before = stored(lab)
    got = lab.http("POST", endpoint(lab, door.name) + "?operation=PKIOperation", device.build(door.name))
    assert got.status == 503 and got.headers["Retry-After"], got.body
    assert stored(lab) == before


def test_what_it_allows_is_issued_and_the_question_says_what_about(lab, decider, door, tmp_path):
    device = Device(lab, "what the device knows")
    decider.answer = door.allow
    status, _, answer = device.ask(door.name)
    assert status == SUCCESS, answer
    assert device.name in str(cert_of(answer).subject)
    headers, body = decider.asked[0]
    question = json.loads(body)
    csr = device.csr.read_bytes()
    assert question["type"] == "scep.enrolment" and set(question) == {"type", "timestamp", "data"}
    request = question["data"].pop("request_id")
    assert request
    assert question["data"] == {
        "endpoint": door.name, "transaction_id": device.transaction, "message_type": 19, "remote": "127.0.0.1",
        "csr": base64.b64encode(csr).decode(), "csr_sha256": hashlib.sha256(csr).hexdigest()}
    kind, _, signature = headers["webhook-signature"].partition(",")
    assert kind == "v1es256"
    key, over, sig = tmp_path / "key.pem", tmp_path / "over", tmp_path / "sig"
    key.write_text(lab.rest("ADMIN", "GET", "/webhook-key").json["public_key"])
    over.write_bytes(("%s.%s." % (headers["webhook-id"], headers["webhook-timestamp"])).encode() + body)
    sig.write_bytes(base64.b64decode(signature))
    openssl("dgst", "-sha256", "-verify", key, "-signature", sig, over)
    assert "what the device knows" not in lab.logged()


def test_i04_who_comes_again_is_answered_without_a_question(lab, decider, door):
    device = Device(lab, "")
    decider.answer = door.allow
    first = cert_of(device.ask(door.name)[2])
    decider.answer = lambda _: said(decision="deny")
    assert cert_of(device.ask(door.name)[2]) == first
    assert len(decider.asked) == 1


def test_a_renewal_is_not_asked_about(lab, decider, door):
    device, new = Device(lab, ""), Device(lab, "")
    decider.answer = door.allow
    device.adopt(cert_of(device.ask(door.name)[2]))
    decider.answer = lambda _: said(decision="deny")
    new.request(device.name, "")
    for kind in (17, 19):
        new.transaction = "renewal %d" % kind
        status, _, answer = new.ask(door.name, signer=device, type=kind)
        assert status == SUCCESS, answer
    assert len(decider.asked) == 1


def test_a_refusal_reaches_the_client_and_the_audit_log(lab, decider, door):
    device = Device(lab, "")
    decider.answer = lambda _: said(decision="deny", reason="no such asset 4711")
    refused(lab, door, device, "the webhook refused: no such asset 4711")
    lines = lab.rest("AUDITOR", "GET", "/audit/events?limit=20").json["items"]
    assert any(device.transaction in str(line) and "no such asset 4711" in str(line) and line["outcome"] == "denied"
               for line in lines)
    decider.answer = lambda _: said(decision="deny")
    refused(lab, door, device, "the webhook refused")


GARBAGE = [
    (200, b""), (200, b"no"), (200, b"{}"), (200, b"[]"), (200, b'"allow"'), (200, b"{\"decision\":\"allow\"}"),
    (200, b'{"decision":"ALLOW","proof":"eA=="}'), (200, b'{"decision":"allow","proof":7}'),
    (200, b'{"decision":"allow","proof":""}'), (200, b'{"decision":true}'),
    (200, b'{"decision":"deny","decision":"pass"}'), (200, b'{"decision":"pass"} x'),
    (200, b'{"decision":"pass","but":"no"}'), (200, b'{"decision":"deny","reason":"a\\u0000b"}'),
    (200, b'{"decision":"allow","proof":"' + b"A" * 200 + b'"}'),
    (200, b'{"decision":"pass"' + b" " * 5000 + b"}"), (200, b"\xff\xfe" * 100), (200, b"[" * 4000),
    (404, b'{"decision":"pass"}'), (403, b""), (302, b"", ("Location", "/decide")),
    (200, b"\x1f\x8b\x08", ("Content-Encoding", "gzip")),
]


def test_an_answer_that_is_none_lets_nobody_in(lab, decider, door):
    device = Device(lab, "")
    before = stored(lab)[1]
    for answer in GARBAGE:
        decider.asked.clear()
        decider.answer = lambda _: answer
        refused(lab, door, device, "the webhook gave no decision")
        assert len(decider.asked) == 1, answer  # no redirect is followed, nothing is tried again
    assert stored(lab)[1] == before
    decider.answer = door.allow
    assert device.ask(door.name)[0] == SUCCESS


def test_a_proof_of_something_else_lets_nobody_in(lab, decider, door):
    device, other = Device(lab, ""), Device(lab, "")
    wrong = "is not for this request"
    for different, says in [({"transaction": "another"}, wrong), ({"csr": other.csr.read_bytes()}, wrong),
                            ({"name": "scep"}, wrong), ({"key": "x" * 43}, wrong), ({"key": ""}, wrong),
                            ({"expiry": time.time() - 1}, "has expired"), ({"expiry": 0}, "has expired")]:
        decider.answer = lambda q: said(decision="allow", proof=door.proves(q, **different))
        refused(lab, door, device, says)
    for text in ("x", base64.b64encode(bytes(40)).decode(), door.key):
        decider.answer = lambda _: said(decision="allow", proof=text)
        refused(lab, door, device, "the webhook")


def test_a_proof_is_good_for_one_request(lab, decider, door):
    device, other = Device(lab, ""), Device(lab, "")
    proofs = []

    def once(question):
        proofs.append(door.proves(question))
        return said(decision="allow", proof=proofs[0])

    decider.answer = once
    assert device.ask(door.name)[0] == SUCCESS
    refused(lab, door, other, "is not for this request")
    refused(lab, door, device, "is not for this request", transaction="another")
    other.transaction = device.transaction
    refused(lab, door, other, "is not for this request")


def test_one_that_is_away_is_waited_for_by_the_client(lab, decider, door):
    device = Device(lab, "")
    for status in (500, 503, 429):
        decider.answer = lambda _: (status, b'{"decision":"pass"}')
        away(lab, door, device)
    gone = Decider()
    gone.close()
    away(lab, Door(lab, gone), device)
    decider.answer = door.allow
    assert device.ask(door.name)[0] == SUCCESS


def test_over_https_a_stranger_is_not_asked(lab, tmp_path):
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-days", "1", "-addext",
            "subjectAltName=IP:127.0.0.1", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    stranger = Decider(tls)
    try:
        door = Door(lab, stranger)
        stranger.answer = door.allow
        away(lab, door, Device(lab, ""))
        assert stranger.asked == []
    finally:
        stranger.close()


def test_a_slow_one_holds_up_nobody_else(lab, decider, door):
    """How many of them wait is in tests/unit/test_scep_decision.c."""
    device, plain = Device(lab, ""), Device(lab)
    messages = [device.build(door.name, transaction="slow %d" % i) for i in range(40)]
    before = stored(lab)
    answers = []

    def slow(question):
        decider.hold.wait(30)
        return door.allow(question)

    def post(message):
        answers.append(lab.http("POST", endpoint(lab, door.name) + "?operation=PKIOperation", message).status)

    decider.answer = slow
    threads = [threading.Thread(target=post, args=(m,)) for m in messages]
    for t in threads:
        t.start()
    wait_for(lambda: len(decider.asked) >= 8, 20)
    assert plain.ask()[0] == SUCCESS
    assert lab.rest("AUDITOR", "GET", "/scep/endpoints").status == 200
    for t in threads:
        t.join(40)
    assert answers == [503] * 40
    decider.hold.set()
    assert stored(lab)[1] == before[1] + 1  # the other endpoint's


def test_what_it_leaves_open_an_officer_decides(lab, decider):
    door = Door(lab, decider, ["webhook", "manual"])
    decider.answer = lambda _: said(decision="pass")
    device = Device(lab, "")
    assert device.ask(door.name)[0] == PENDING
    assert device.ask(door.name)[0] == PENDING
    assert device.ask(door.name, type=20)[0] == PENDING
    assert len(decider.asked) == 1
    strict = Door(lab, decider)
    refused(lab, strict, Device(lab, ""), "a challenge is needed")
