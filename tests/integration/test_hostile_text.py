# SPDX-License-Identifier: Apache-2.0
"""SQL, JSON, markup, control characters and strange Unicode in every text field that the API has: never a
fault, never another meaning. The fields come from the server's own OpenAPI description, so that a new one
is covered when it is made."""

import http.client
import json
import re
import ssl
import urllib.parse

import pytest

from harness import Dev, csr
from support import sql_one

HOSTILE = [
    "'; DROP TABLE ca.audit; --",
    "\" OR 1=1 --",
    "\\'; SELECT pg_sleep(30); --",
    "$$; ROLLBACK; $$",
    '{"roles":["admin"]}',
    '","roles":["admin"],"x":"',
    "<script>alert(1)</script>",
    "%s%n%99999d",
    "../../../../etc/passwd",
    "a\u0000b",
    "a\u0007\u001b[2Jb",
    "a\u202eb",  # right-to-left override
    "p\u0430ypal.example",  # a Cyrillic a
    "\u200bzero\u200dwidth",
    "e\u0301" * 20,
    "\ud83d\udd11",
    "\ud800",  # half of a pair
    "x" * 70000,
    "",
    " ",
]
METHODS = ("post", "put", "patch")


@pytest.fixture(scope="module")
def target():
    dev = Dev()
    try:
        dev.start()
        yield dev
    finally:
        dev.remove()


def resolve(api, schema):
    while "$ref" in schema:
        schema = api["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def kind_of(schema):
    kind = schema.get("type")
    return next((k for k in kind if k != "null"), None) if isinstance(kind, list) else kind


def plain(api, schema, depth=0):
    """Something that the schema takes, as far as it tells."""
    schema = resolve(api, schema)
    if schema.get("enum"):
        return schema["enum"][0]
    kind = kind_of(schema)
    if kind == "object":
        required = schema.get("required", [])
        return {name: plain(api, of, depth + 1) for name, of in schema.get("properties", {}).items() if name in required}
    return {"array": [], "integer": 1, "number": 1, "boolean": False}.get(kind, "x")


def places(api, schema, path=(), depth=0):
    """Ways to each text in a body: member names, and 0 for the element of a list."""
    schema = resolve(api, schema)
    kind = kind_of(schema)
    if depth > 4:
        return
    if kind == "string":
        yield path
    elif kind == "array":
        yield from places(api, schema.get("items", {}), path + (0,), depth + 1)
    elif kind == "object":
        for name, of in schema.get("properties", {}).items():
            yield from places(api, of, path + (name,), depth + 1)


def put_in(api, schema, body, path, text):
    """`body` with `text` at `path`, and what has to stand around it."""
    schema = resolve(api, schema)
    if not path:
        return text
    if path[0] == 0:
        return [put_in(api, schema["items"], plain(api, schema["items"]), path[1:], text)]
    of = schema["properties"][path[0]]
    body = dict(body) if isinstance(body, dict) else {}
    body[path[0]] = put_in(api, of, body.get(path[0], plain(api, of)), path[1:], text)
    return body


def operations(api):
    for path, methods in sorted(api["paths"].items()):
        for method in METHODS:
            content = methods.get(method, {}).get("requestBody", {}).get("content", {})
            if "application/json" in content:
                yield method.upper(), path, content["application/json"]["schema"]


class Kept:
    """One connection as the admin; the server closes it after what it does not read to the end."""

    def __init__(self, ca):
        self.context = ssl.create_default_context(cafile=ca.env["CA_ROOT_PEM"])
        self.context.load_cert_chain(ca.env["CA_ADMIN_PEM"])
        self.at = urllib.parse.urlsplit(ca.env["CA_HTTPS_URL"])
        self.connection = None

    def ask(self, method, path, body):
        if self.connection is None:
            self.connection = http.client.HTTPSConnection(self.at.hostname, self.at.port, timeout=20, context=self.context)
        self.connection.request(method, path, body, {"Content-Type": "application/json"})
        got = self.connection.getresponse()
        answer = got.status, json.loads(got.read() or b"{}")
        if got.will_close:
            self.connection.close()
            self.connection = None
        return answer


def test_no_text_anywhere_is_a_fault_or_an_order(target):
    api = target.https(None, "GET", "/api/v1/openapi.json").json
    before = int(sql_one(target, "SELECT count(*) FROM ca.audit"))
    kept, tried, failed = Kept(target), 0, []
    for method, path, schema in operations(api):
        address = re.sub(r"\{[a-z_0-9]+\}", "01a1fe7a-5b60-7e41-b42d-91617bdaed13", path)
        for place in places(api, schema):
            for text in HOSTILE:
                body = json.dumps(put_in(api, schema, plain(api, schema), place, text))
                status, said = kept.ask(method, address, body)
                tried += 1
                if status >= 500 or (status >= 400 and not said["type"].startswith("/problems/")):
                    failed.append((method, path, place, text[:40], status, said))
    assert not failed, failed[:10]
    assert tried > 1000
    assert int(sql_one(target, "SELECT count(*) FROM ca.audit")) > before
    assert target.https("ADMIN", "GET", "/api/v1/health").status == 200
    assert target.issue(csr()[0]).status == 201


@pytest.mark.parametrize("text", [t for t in HOSTILE if t.strip() and len(t) < 1000 and t.isprintable()])
def test_a_comment_comes_back_as_it_was_written(target, text):
    body = {"csr": csr("hostile.example.org")[0].decode(), "profile": "approved", "comment": text}
    made = target.rest("REQUESTER", "POST", "/requests", body)
    assert made.status == 202, made.body
    got = target.rest("REQUESTER", "GET", "/requests/" + made.json["id"])
    assert got.json["comment"] == text
    listed = target.rest("REQUESTER", "GET", "/requests?limit=1")
    assert listed.json["items"][0]["comment"] == text
