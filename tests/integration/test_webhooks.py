# SPDX-License-Identifier: Apache-2.0
"""Who is told of events: signed, tried again, written down; and who is not."""

import base64
import http.server
import json
import os
import subprocess
import threading
import time
import uuid

import pytest

from harness import BUILD, Dev, csr, wait_for
from support import audit, issued, openssl, problem, request_id, revoke, sql, sql_one

EVENTS = ["certificate.issued", "certificate.revoked"]


def own_business(body):
    """What the CA does for itself, such as a new OCSP signer, may come at any time."""
    return json.loads(body).get("data", {}).get("actor") in ("system", "front")


class Listener:
    """A server that writes down what it is told of people's doings, and answers as it is told to."""

    def __init__(self):
        self.got = []
        self.answers = []  # the next ones; then 200
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = 200
                if not own_business(body):
                    outer.got.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body, time.time()))
                    status = outer.answers.pop(0) if outer.answers else 200
                self.send_response(status)
                if status in (301, 302, 307):
                    self.send_header("Location", "http://127.0.0.1:%d/elsewhere" % self.server.server_port)
                self.end_headers()
                self.wfile.write(b"thanks")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/hook" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def of(self, kind):
        return [json.loads(body) for _, _, body, _ in self.got if json.loads(body)["type"] == kind]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def listener():
    one = Listener()
    yield one
    one.close()


@pytest.fixture
def hook(ca, listener):
    """A webhook of this test alone, gone afterwards."""
    made = []

    def make(**more):
        got = ca.rest("ADMIN", "POST", "/webhooks", {"url": listener.url, "events": EVENTS, **more})
        assert got.status == 201, got.body
        made.append(got.json["id"])
        return got.json

    yield make
    for id in made:
        ca.rest("ADMIN", "DELETE", "/webhooks/" + id)


def deliveries(ca, id):
    items = ca.rest("ADMIN", "GET", "/webhooks/%s/deliveries?limit=500" % id).json["items"]
    return [d for d in items if not own_business(d.get("body") or "{}")]


def verified(ca, tmp_path, headers, body):
    """As docs/how-to/webhooks.md says, with openssl."""
    kind, signature = headers["webhook-signature"].split(",")
    assert kind == "v1es256"
    (tmp_path / "key.pem").write_text(ca.rest("REQUESTER", "GET", "/webhook-key").json["public_key"])
    (tmp_path / "signature").write_bytes(base64.b64decode(signature))
    (tmp_path / "signed").write_bytes(
        ("%s.%s." % (headers["webhook-id"], headers["webhook-timestamp"])).encode() + body)
    done = subprocess.run(["openssl", "dgst", "-sha256", "-verify", tmp_path / "key.pem", "-signature",
                           tmp_path / "signature", tmp_path / "signed"], capture_output=True)
    return done.returncode == 0


def test_what_happens_is_told_and_signed(ca, listener, hook, tmp_path):
    made = hook()
    rid = request_id()
    got = issued(ca, **{"X-Request-Id": rid})
    wait_for(lambda: listener.of("certificate.issued"), 10, every=0.1)
    path, headers, body, _ = listener.got[0]
    told = json.loads(body)
    assert path == "/hook" and headers["content-type"] == "application/json"
    assert told["data"]["object"] == got["certificate_id"] and told["data"]["request_id"] == rid
    assert got["serial"] in told["data"]["detail"] and told["data"]["actor"] == "requester"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 30
    assert verified(ca, tmp_path, headers, body)
    assert not verified(ca, tmp_path, headers, body + b" ")
    assert not verified(ca, tmp_path, {**headers, "webhook-timestamp": "1"}, body)
    assert not verified(ca, tmp_path, {**headers, "webhook-id": str(uuid.uuid4())}, body)
    revoke(ca, got["certificate_id"])
    wait_for(lambda: listener.of("certificate.revoked"), 10, every=0.1)
    log = wait_for(lambda: [d for d in deliveries(ca, made["id"]) if d["status"] == "delivered"][1:], 10)
    assert log[0]["id"] == headers["webhook-id"] and log[0]["attempts"] == 1 and log[0]["last_status"] == 200
    assert json.loads(log[0]["body"]) == told


def test_only_what_it_wants_is_written(ca, listener, hook):
    made = hook(events=["profile.activated"])
    issued(ca)
    time.sleep(1.5)
    assert listener.got == [] and deliveries(ca, made["id"]) == []


def test_what_fails_is_tried_again_later_and_later(ca, listener, hook):
    listener.answers = [500, 302, 503]
    made = hook()
    issued(ca)
    wait_for(lambda: len(listener.got) == 4, 60, every=0.2)
    assert len({headers["webhook-id"] for _, headers, _, _ in listener.got}) == 1
    assert all(path == "/hook" for path, *_ in listener.got)  # no redirect was followed
    times = [at for *_, at in listener.got]
    gaps = [b - a for a, b in zip(times, times[1:])]
    assert gaps[0] >= 0.9 and gaps[2] > gaps[0], gaps
    log = wait_for(lambda: [d for d in deliveries(ca, made["id"]) if d["status"] == "delivered"], 10)
    assert log[0]["attempts"] == 4 and "last_error" not in log[0]


def test_what_fails_is_shown_in_the_log(ca, hook):
    made = hook(url="http://127.0.0.1:9/nobody")
    issued(ca)
    log = wait_for(lambda: [d for d in deliveries(ca, made["id"]) if d.get("last_error")], 15, every=0.2)
    assert log[0]["status"] == "pending" and log[0]["next_at"] and "connect" in log[0]["last_error"].lower()


def test_what_is_a_day_old_is_given_up(ca, listener, hook):
    made = hook()
    listener.answers = [500]
    sql(ca, "INSERT INTO ca.webhook_delivery (id, webhook_id, event, body, created_at, next_at) SELECT '%s', '%s', 'old',"
            " '{}', extract(epoch FROM now())::bigint - 86400, 1 RETURNING 1" % (uuid.uuid4(), made["id"]))
    log = wait_for(lambda: [d for d in deliveries(ca, made["id"]) if d["status"] == "given_up"], 10, every=0.2)
    assert log[0]["next_at"] is None and log[0]["last_error"] == "HTTP status 500"


def test_a_test_is_delivered(ca, listener, hook):
    made = hook(events=["request.pending"])
    got = ca.rest("ADMIN", "POST", "/webhooks/%s/test" % made["id"])
    assert got.status == 200, got.body
    wait_for(lambda: listener.of("test"), 10, every=0.1)
    assert listener.got[0][1]["webhook-id"] == got.json["delivery_id"]


def test_a_request_that_waits_and_its_decision_are_told(ca, listener, hook):
    hook(events=["request.pending", "request.decided"])
    got = ca.issue(csr()[0], "approved")
    assert got.status == 202, got.body
    wait_for(lambda: listener.of("request.pending"), 10, every=0.1)
    assert listener.of("request.pending")[0]["data"]["object"] == got.json["id"]
    done = ca.rest("OFFICER1", "POST", "/requests/%s/decisions" % got.json["id"],
                   {"decision": "deny", "comment": "no", "plan_digest": got.json["plan_digest"]})
    assert done.status == 200, done.body
    wait_for(lambda: listener.of("request.decided"), 10, every=0.1)
    assert listener.of("request.decided")[0]["data"]["action"] == "request.deny"
    assert listener.of("certificate.issued") == []


def test_a_webhook_is_changed_and_removed(ca, listener, hook):
    made = hook()
    assert made["enabled"] is True and made["events"] == EVENTS
    changed = ca.rest("ADMIN", "PATCH", "/webhooks/" + made["id"], {"enabled": False, "events": ["key.blocked"]})
    assert changed.status == 200 and changed.json["enabled"] is False and changed.json["events"] == ["key.blocked"]
    problem(ca.rest("ADMIN", "POST", "/webhooks/%s/test" % made["id"]), 409)
    rid = request_id()
    assert ca.rest("ADMIN", "DELETE", "/webhooks/" + made["id"], None, {"X-Request-Id": rid}).status == 200
    assert [line[:2] for line in audit(ca, rid)] == [["webhook.remove", "ok"]]
    problem(ca.rest("ADMIN", "GET", "/webhooks/" + made["id"]), 404)
    problem(ca.rest("ADMIN", "DELETE", "/webhooks/" + made["id"]), 404)
    problem(ca.rest("ADMIN", "GET", "/webhooks/%s/deliveries" % made["id"]), 404)


@pytest.mark.parametrize("body, says", [
    ({"url": "ftp://example.org/", "events": EVENTS}, "/url"),
    ({"url": "file:///etc/passwd", "events": EVENTS}, "/url"),
    ({"url": "https://user:secret@example.org/", "events": EVENTS}, "/url"),
    ({"url": "https://user@example.org/", "events": EVENTS}, "/url"),
    ({"url": "https://", "events": EVENTS}, "/url"),
    ({"url": "https://:8443/", "events": EVENTS}, "/url"),
    ({"url": "https://example.org/#part", "events": EVENTS}, "/url"),
    ({"url": "https://example.org/ x", "events": EVENTS}, "/url"),
    ({"url": "https://exämple.org/", "events": EVENTS}, "/url"),
    ({"url": "https://example.org/" + "x" * 600, "events": EVENTS}, "/url"),
    ({"url": "https://example.org/", "events": []}, "/events"),
    ({"url": "https://example.org/", "events": ["certificate.isued"]}, "certificate.issued"),
    ({"url": "https://example.org/", "events": "certificate.issued"}, "/events"),
    ({"url": "https://example.org/"}, "/events"),
    ({"events": EVENTS}, "/url"),
    ({"url": "https://example.org/", "events": EVENTS, "secret": "x"}, "/secret"),
])
def test_what_is_no_webhook_is_refused(ca, body, says):
    before = sql_one(ca, "SELECT count(*) FROM ca.webhook")
    assert says in problem(ca.rest("ADMIN", "POST", "/webhooks", body), 400)["detail"]
    assert sql_one(ca, "SELECT count(*) FROM ca.webhook") == before


def test_private_addresses_are_refused_where_the_setting_says_so(listener):
    dev = Dev()
    try:
        dev.start()
        dev.stop()
        with open(os.path.join(dev.state, "extra.yaml"), "w") as f:
            f.write("webhooks: {allow_private: false}\n")
        dev.start()
        wait_for(lambda: dev.http("GET", "/readyz").status == 200, 10, every=0.2)
        for url in (listener.url, listener.url.replace("127.0.0.1", "localhost"), "http://[::1]:1/", "http://10.0.0.1/"):
            made = dev.rest("ADMIN", "POST", "/webhooks", {"url": url, "events": EVENTS}).json
            dev.rest("ADMIN", "POST", "/webhooks/%s/test" % made["id"])
            log = wait_for(lambda: [d for d in deliveries(dev, made["id"]) if d.get("last_error")], 15, every=0.2)
            assert "private" in log[0]["last_error"], (url, log)
        assert listener.got == []
    finally:
        dev.remove()


def test_the_key_and_what_waits_stay_after_a_restart(own_ca, listener):
    key = own_ca.rest("ADMIN", "GET", "/webhook-key").json
    url = listener.url
    listener.close()
    made = own_ca.rest("ADMIN", "POST", "/webhooks", {"url": url, "events": EVENTS}).json
    issued(own_ca)
    wait_for(lambda: [d for d in deliveries(own_ca, made["id"]) if d.get("last_error")], 15, every=0.2)
    own_ca.stop()
    own_ca.start()
    wait_for(lambda: own_ca.http("GET", "/readyz").status == 200, 10, every=0.2)
    assert own_ca.rest("ADMIN", "GET", "/webhook-key").json == key
    issued(own_ca)  # the list was read at the start
    wait_for(lambda: len(deliveries(own_ca, made["id"])) == 2, 5)


def test_the_front_writes_no_deliveries_and_reads_no_more_than_it_must(ca):
    for query in ("INSERT INTO ca.webhook_delivery SELECT * FROM ca.webhook_delivery", "DELETE FROM ca.webhook_delivery",
                  "UPDATE ca.webhook_delivery SET body = ''", "UPDATE ca.webhook SET url = ''",
                  "INSERT INTO ca.webhook SELECT * FROM ca.webhook"):
        done = subprocess.run(["psql", "-qAt", "-d", ca.env["CA_DB_CONNINFO"], "-c", "SET ROLE ca_front", "-c", query],
                              capture_output=True, text=True)
        assert "permission denied" in done.stderr, (query, done)


def test_cactl_makes_tests_lists_and_removes(ca, listener, tmp_path):
    environment = {**os.environ, "CACTL_URL": ca.env["CA_HTTPS_URL"], "CACTL_CACERT": ca.env["CA_ROOT_PEM"],
                   "XDG_CONFIG_HOME": str(tmp_path), "CACTL_CERT": ca.env["CA_ADMIN_PEM"]}

    def cactl(*arguments, exit=0):
        done = subprocess.run([os.path.join(BUILD, "cactl", "cactl"), "webhook", *arguments], capture_output=True,
                              timeout=60, env=environment)
        assert done.returncode == exit, (arguments, done)
        return done.stdout.decode()

    made = json.loads(cactl("create", listener.url, "--event", "certificate.issued,key.blocked", "-o", "json"))
    assert made["id"] in cactl("list")
    assert json.loads(cactl("show", made["id"], "-o", "json"))["url"] == listener.url
    cactl("test", made["id"])
    wait_for(lambda: listener.of("test"), 10, every=0.1)
    wait_for(lambda: "delivered" in cactl("deliveries", made["id"]), 10)
    assert json.loads(cactl("set", made["id"], "--disable", "-o", "json"))["enabled"] is False
    cactl("set", made["id"], exit=2)
    cactl("create", listener.url, exit=2)
    cactl("key", "-f", str(tmp_path / "key.pem"))
    assert b"P-256" in openssl("pkey", "-pubin", "-in", str(tmp_path / "key.pem"), "-noout", "-text")
    cactl("delete", made["id"], "-y")
    cactl("show", made["id"], exit=3)
