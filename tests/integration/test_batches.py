# SPDX-License-Identifier: Apache-2.0
"""Many requests in one call, and in one command."""

import base64
import io
import json
import os
import subprocess
import tarfile
import uuid
import zipfile

import pytest

from harness import BUILD, csr
from support import audit, openssl, problem, request_id, sample, sql_one, stored


@pytest.fixture(scope="module")
def requests():
    return {"b%02d.csr" % i: csr("b%02d.example.org" % i)[0].decode() for i in range(12)}


def batch(ca, items, who="REQUESTER", headers=None, **more):
    return ca.rest(who, "POST", "/request-batches", {"profile": "https-ecc", "items": items, **more}, headers)


def items_of(requests):
    return [{"name": name, "csr": text} for name, text in requests.items()]


def test_each_item_becomes_a_request_of_its_own(ca, requests):
    got = batch(ca, items_of(requests), comment="CHG-9")
    assert got.status == 200, got.body
    assert (got.json["issued"], got.json["waiting"], got.json["refused"]) == (12, 0, 0)
    assert [r["name"] for r in got.json["items"]] == list(requests)
    assert len({r["request_id"] for r in got.json["items"]}) == 12
    for result in got.json["items"]:
        one = ca.rest("REQUESTER", "GET", "/requests/" + result["request_id"]).json
        assert (one["status"], one["certificate_id"], one["comment"]) == ("issued", result["certificate_id"], "CHG-9")
        assert one["subject"] == "CN=" + result["name"].replace(".csr", ".example.org")


def test_i04_the_same_key_gets_the_same_certificates(ca, requests):
    key = {"Idempotency-Key": uuid.uuid4().hex}
    items = items_of(requests)
    first = batch(ca, items, headers=key).json
    before = stored(ca)
    assert batch(ca, items, headers=key).json == first
    assert batch(ca, items[:3], headers=key).json["items"] == first["items"][:3]  # each item has a key of its own
    assert stored(ca) == before
    mixed = [dict(items[0], csr=items[1]["csr"])] + items[1:]
    got = batch(ca, mixed, headers=key).json
    assert (got["issued"], got["refused"]) == (11, 1)
    assert got["items"][0]["problem"]["type"] == "/problems/idempotency-key-reused"
    assert batch(ca, items).json["items"][0]["request_id"] != first["items"][0]["request_id"]


def test_one_refusal_stops_no_other(ca, requests):
    rid = request_id()
    good = items_of(requests)[:2]
    der = openssl("req", "-outform", "DER", input=good[1]["csr"].encode())
    items = [good[0],
             {"name": "garbage", "csr": "hello"},
             {"name": "empty", "csr": ""},
             {"name": "broken", "csr": "-----BEGIN CERTIFICATE REQUEST-----\n!!\n-----END CERTIFICATE REQUEST-----\n"},
             {"name": "wrong", "csr": base64.b64encode(sample("email")).decode()},
             {"name": "der", "csr": base64.b64encode(der).decode()},
             {"name": "names", "csr": good[0]["csr"], "sans": [{"type": "ip", "value": "192.0.2.1"}, {"type": "email", "value": "a@b.example"}]}]
    got = batch(ca, items, headers={"X-Request-Id": rid})
    assert got.status == 200, got.body
    codes = {r["name"]: r["problem"] and r["problem"]["type"].rsplit("/", 1)[1] for r in got.json["items"]}
    assert codes == {"b00.csr": None, "garbage": "malformed-csr", "empty": "malformed-csr", "broken": "malformed-csr",
                     "wrong": "policy", "der": None, "names": "policy"}
    wrong = got.json["items"][4]
    assert wrong["status"] == "refused" and wrong["request_id"] is None
    assert len(wrong["problem"]["errors"]) >= 2 and wrong["problem"]["errors"][0]["pointer"].startswith("/")
    assert sorted(line[1] for line in audit(ca, rid) if line[0] == "request.submit" and line[1] == "denied") == ["denied"] * 5


@pytest.mark.parametrize("change, says", [
    (lambda b: b["items"].clear(), "/items"),
    (lambda b: b["items"].extend(dict(b["items"][0], name="n%d" % i) for i in range(200)), "/items"),
    (lambda b: b["items"].append(dict(b["items"][0])), "/items/1/name"),
    (lambda b: b["items"][0].update(name=""), "/items/0/name"),
    (lambda b: b["items"][0].update(name="n" * 256), "/items/0/name"),
    (lambda b: b["items"][0].update(name="a\nb"), "/items/0/name"),
    (lambda b: b["items"][0].pop("csr"), "/items/0/csr"),
    (lambda b: b["items"][0].update(csr="A" * 100000), "/items/0/csr"),
    (lambda b: b["items"][0].update(colour="blue"), "/items/0/colour"),
    (lambda b: b.update(items={}), "/items"),
    (lambda b: b.pop("profile"), "/profile"),
    (lambda b: b.update(validity={"days": 0}), "/validity/days"),
    (lambda b: b.update(validity={"days": 1}, not_after="2030-01-01T00:00:00Z"), "/not_after"),
])
def test_a_batch_that_cannot_be_read_is_refused_whole(ca, requests, change, says):
    body = {"profile": "https-ecc", "items": items_of(requests)[:1]}
    change(body)
    before = stored(ca)
    document = problem(ca.rest("REQUESTER", "POST", "/request-batches", body), 400)
    assert document["detail"].startswith(says), document
    assert stored(ca) == before


def test_a_batch_has_a_largest_size(ca, requests):
    body = json.dumps({"profile": "https-ecc", "items": items_of(requests)[:1], "comment": "x" * (2 << 20)})
    problem(ca.https("REQUESTER", "POST", "/api/v1/request-batches", body, {"Content-Type": "application/json"}), 413, "too-large")


def test_lifetimes_are_for_each(ca, requests):
    got = batch(ca, items_of(requests)[:2], validity={"days": 3}).json
    for result in got["items"]:
        days = sql_one(ca, "SELECT (not_after - not_before) / 86400 FROM ca.certificate WHERE id = '%s'" % result["certificate_id"])
        assert int(days) in (2, 3)  # backdated by less than a day


def test_two_hundred_at_once(own_ca):
    text = csr("many.example.org")[0].decode()
    got = batch(own_ca, [{"name": str(i), "csr": text} for i in range(200)])
    assert got.status == 200 and got.json["issued"] == 200, got.body[:300]
    assert sql_one(own_ca, "SELECT count(*) FROM ca.certificate WHERE common_name = 'many.example.org'") == "200"


# -- cactl -----------------------------------------------------------------------------------------

@pytest.fixture
def cactl(ca, tmp_path):
    def call(*argv, who="REQUESTER", exit=0):
        env = dict(os.environ, HOME=str(tmp_path), XDG_CONFIG_HOME=str(tmp_path), CACTL_URL=ca.env["CA_HTTPS_URL"],
                   CACTL_CACERT=ca.env["CA_ROOT_PEM"], CACTL_CERT=ca.env["CA_%s_PEM" % who])
        done = subprocess.run([os.path.join(BUILD, "cactl", "cactl"), *map(str, argv)], env=env, cwd=tmp_path,
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == exit, (argv, done.returncode, done.stdout, done.stderr)
        return done

    call.path = tmp_path
    return call


def folder_of(cactl, requests, bad=True):
    folder = cactl.path / "in"
    folder.mkdir()
    for name, text in requests.items():
        (folder / name).write_text(text)
    (folder / ".hidden").write_text("not looked at")
    (folder / "sub").mkdir()
    if bad:
        (folder / "readme.txt").write_text("hello")
    return "in"


def pack(cactl, requests, kind):
    name = "all." + kind
    if kind == "zip":
        with zipfile.ZipFile(cactl.path / name, "w", zipfile.ZIP_DEFLATED) as z:
            for inner, text in requests.items():
                z.writestr("deep/" + inner, text)
        return name
    with tarfile.open(cactl.path / name, "w:gz" if kind.endswith("gz") else "w") as t:
        for inner, text in requests.items():
            info = tarfile.TarInfo("deep/" + inner)
            info.size = len(text)
            t.addfile(info, io.BytesIO(text.encode()))
    return name


def lines(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_folder_is_submitted_with_a_line_a_file(cactl, requests):
    done = cactl("request", "submit", folder_of(cactl, requests), "--profile", "https-ecc", "-o", "jsonl", "--progress=json", exit=5)
    got = {line["name"]: line["status"] for line in lines(done)}
    assert got == {**{"in/" + name: "issued" for name in requests}, "in/readme.txt": "refused"}
    last = json.loads(done.stderr.splitlines()[-1])
    assert last == {"progress": "requests", "done": 13, "total": 13}


@pytest.mark.parametrize("kind", ["tar", "tar.gz", "tgz", "zip"])
def test_an_archive_is_submitted_and_its_certificates_written(cactl, requests, kind):
    (cactl.path / "out").mkdir()
    done = cactl("request", "submit", pack(cactl, requests, kind), "--profile", "https-ecc", "-o", "jsonl", "-f", "out")
    assert [line["name"] for line in lines(done)] == ["all.%s/deep/%s" % (kind, name) for name in requests]
    written = sorted(os.listdir(cactl.path / "out"))
    assert written == ["all.%s_deep_%s.pem" % (kind, name) for name in sorted(requests)]
    assert (cactl.path / "out" / written[0]).read_text().count("BEGIN CERTIFICATE") == 2


@pytest.mark.parametrize("name, octets", [("x.tar.gz", b"hello"), ("x.zip", b"PK\x03\x04cut"), ("x.tar", b"\x01" * 2000),
                                          ("missing.tar", None)])
def test_what_is_no_archive_is_refused(cactl, name, octets):
    if octets is not None:
        (cactl.path / name).write_bytes(octets)
    done = cactl("request", "submit", name, "--profile", "https-ecc", exit=5)
    assert "archive" in done.stderr and done.stdout == ""


def test_a_bomb_in_an_archive_is_one_refusal(cactl, requests):
    few = dict(list(requests.items())[:1], **{"bomb.csr": "A" * (64 << 20)})
    got = {line["name"]: line["status"] for line in lines(
        cactl("request", "submit", pack(cactl, few, "zip"), "--profile", "https-ecc", "-o", "jsonl", exit=5))}
    assert got == {"all.zip/deep/b00.csr": "issued", "all.zip/deep/bomb.csr": "refused"}


def test_names_and_waiting_go_one_by_one(cactl, requests):
    folder = folder_of(cactl, dict(list(requests.items())[:2]), bad=False)
    done = cactl("request", "submit", folder, "--profile", "https-ecc", "-o", "jsonl", "--dry-run")
    assert [line["verdict"] for line in lines(done)] == ["issue", "issue"]
    done = cactl("request", "submit", folder, "--profile", "https-ecc", "-o", "jsonl", "--wait=5s")
    assert [line["status"] for line in lines(done)] == ["issued", "issued"]
    cactl("request", "submit", folder, exit=2)


def test_more_than_a_batch_takes_several_calls(cactl):
    text = csr("lots.example.org")[0].decode()
    done = cactl("request", "submit", pack(cactl, {"%03d.csr" % i: text for i in range(230)}, "tar"), "--profile", "https-ecc",
                 "-o", "jsonl", "--progress=json")
    assert [line["status"] for line in lines(done)] == ["issued"] * 230
    assert [json.loads(line)["done"] for line in done.stderr.splitlines()] == [200, 230]
