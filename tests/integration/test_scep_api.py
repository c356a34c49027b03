# SPDX-License-Identifier: Apache-2.0
"""What operators do about SCEP: endpoints, challenges and transactions over REST and with cactl."""

import json
import os
import stat
import subprocess
import uuid

import pytest

from harness import wait_for
from support import audit, issued, problem, request_id, sql, sql_one
from test_access import agreed
from test_cactl import CONFLICT, FORBIDDEN, NOT_FOUND, REFUSED, USAGE, WAITING, Cactl

ENDPOINTS = "/scep/endpoints"


@pytest.fixture
def cactl(ca, tmp_path):
    return Cactl(ca, tmp_path)


def unique(what="ep"):
    return "%s-%s" % (what, uuid.uuid4().hex[:10])


def create(ca, name=None, who="ADMIN", headers=None, **more):
    return ca.rest(who, "POST", ENDPOINTS, {"name": name or unique(), "profile": "device", **more}, headers)


def made(ca, **more):
    got = create(ca, **more)
    assert got.status == 201, got.body
    return got.json


def at(endpoint):
    return ENDPOINTS + "/" + endpoint["name"]


def show(ca, endpoint, who="AUDITOR"):
    got = ca.rest(who, "GET", at(endpoint))
    assert got.status == 200, got.body
    return got


def patch(ca, endpoint, who="ADMIN", etag=None, **change):
    etag = etag or show(ca, endpoint, who).headers["ETag"]
    return ca.rest(who, "PATCH", at(endpoint), change, {"If-Match": etag})


def challenge(ca, endpoint, who="OFFICER1", headers=None, **more):
    return ca.rest(who, "POST", at(endpoint) + "/challenges", more, headers)


def bound(name):
    return {"subject": {"common_name": name}, "sans": [{"type": "dns", "value": name + ".example.org"}]}


def listed(ca, endpoint, query=""):
    got = ca.rest("AUDITOR", "GET", at(endpoint) + "/challenges" + query)
    assert got.status == 200, got.body
    return got.json


def rows(ca):
    return int(sql_one(ca, "SELECT count(*) FROM ca.scep_endpoint"))


# -- endpoints -------------------------------------------------------------------------------------

def test_an_endpoint_from_its_making_to_its_end(ca):
    name, rid = unique(), request_id()
    got = create(ca, name, modes=["one-time", "manual"], challenge_validity_seconds=600, headers={"X-Request-Id": rid})
    assert got.status == 201, got.body
    assert got.headers["Location"].endswith("/api/v1" + ENDPOINTS + "/" + name)
    one = got.json
    assert one["url"] == ca.env["CA_HTTP_URL"] + "/scep/" + name
    assert (one["profile"], one["authority"], one["enabled"]) == ("device", ca.env["CA_ISSUING_NAME"], True)
    assert (one["modes"], one["legacy"], one["switches"]) == (["one-time", "manual"], [], [])
    assert (one["challenge_validity_seconds"], one["webhook_url"], one["warnings"]) == (600, None, [])
    assert [line[:2] for line in audit(ca, rid)] == [["scep_endpoint.change", "ok"]]
    changed = patch(ca, one, switches=["no-next-ca", "strictEmpty"], legacy=["des3"], challenge_validity_seconds=900)
    assert changed.status == 200, changed.body
    assert changed.json["switches"] == ["strict-empty", "no-next-ca"] and changed.json["legacy"] == ["des3"]
    assert changed.json["modes"] == ["one-time", "manual"] and len(changed.json["warnings"]) == 1
    assert patch(ca, one, legacy=[]).json["warnings"] == []
    gone = ca.rest("ADMIN", "DELETE", at(one))
    assert gone.status == 200 and gone.json["enabled"] is False
    assert show(ca, one).json["enabled"] is False and name in [e["name"] for e in ca.rest("REQUESTER", "GET", ENDPOINTS).json["items"]]
    assert patch(ca, one, enabled=True).json["enabled"] is True
    ca.rest("ADMIN", "DELETE", at(one))


def test_what_is_weak_is_said(ca):
    one = made(ca, modes=["static"], legacy=["sha1", "des", "md5"])
    assert [text.split(":")[0] for text in one["warnings"]] == ["static", "sha1", "des", "md5"]
    assert made(ca, modes=[])["warnings"][0].startswith("no mode is on")


def test_an_endpoint_that_is_there_is_not_made_again(ca):
    one = made(ca)
    problem(create(ca, one["name"], modes=["static"]), 409)
    assert show(ca, one).json["modes"] == one["modes"]


@pytest.mark.parametrize("status, change", [
    (400, {"modes": ["telepathy"]}), (400, {"legacy": ["rc4"]}), (400, {"switches": ["one-time"]}),
    (400, {"modes": "static"}), (400, {"profile": None}), (404, {"profile": "nothing"}), (404, {"authority": "nobody"}),
    (403, {"profile": "subca"}), (403, {"profile": "root"}), (400, {"name": "Upper"}), (400, {"name": ""}),
    (400, {"name": "a/b"}), (400, {"name": "../a"}), (400, {"name": "-a"}), (400, {"name": "a" * 64}),
    (400, {"ra_key": "ec:P-256"}), (400, {"ra_key": "rsa:1024"}), (400, {"challenge_validity_seconds": 0}),
    (400, {"challenge_validity_seconds": 1}), (400, {"challenge_validity_seconds": 10**12}), (400, {"modes": ["webhook"]}),
    (400, {"webhook_url": "ftp://example.org/"}), (400, {"static_hash": "00"}), (400, {"enabled": "yes"}),
])
def test_a_bad_endpoint_is_refused_and_nothing_made(ca, status, change):
    before = rows(ca)
    body = {"name": unique(), "profile": "device", **change}
    said = problem(ca.rest("ADMIN", "POST", ENDPOINTS, body), status)["detail"]
    member = next(iter(change))
    if status == 400 and member not in ("static_hash",):
        assert "/" + member in said or "/webhook_url" in said, said
    assert rows(ca) == before


def test_only_an_administrator_makes_endpoints(ca):
    one = made(ca)
    for who in ("REQUESTER", "OFFICER1", "AUDITOR"):
        problem(create(ca, who=who), 403, "forbidden")
        problem(patch(ca, one, who=who, enabled=False), 403, "forbidden")
        problem(ca.rest(who, "DELETE", at(one)), 403, "forbidden")
    for path in ("/challenges", "/transactions"):
        problem(ca.rest("REQUESTER", "GET", at(one) + path), 403, "forbidden")
        problem(ca.rest("AUDITOR", "GET", ENDPOINTS + "/nobody" + path), 404, "not-found")


def test_a_change_is_for_what_its_author_saw(ca):
    one = made(ca)
    seen = show(ca, one, "ADMIN").headers["ETag"]
    problem(ca.rest("ADMIN", "PATCH", at(one), {"enabled": False}), 428, "precondition-required")
    assert patch(ca, one, legacy=["sha1"], etag=seen).status == 200
    problem(patch(ca, one, legacy=["md5"], etag=seen), 412, "stale")
    problem(ca.rest("ADMIN", "DELETE", at(one), headers={"If-Match": seen}), 412, "stale")
    assert show(ca, one).json["legacy"] == ["sha1"]
    problem(ca.rest("ADMIN", "PATCH", at(one), {"name": "other"}, {"If-Match": seen}), 400, "unknown-field")


def rule(ca, steps):
    path = "/approval-rules/scep_endpoint.change"
    etag = ca.rest("ADMIN", "GET", path).headers["ETag"]
    agreed(ca, ca.rest("ADMIN", "PUT", path, {"steps": steps}, {"If-Match": etag}))


def decided(ca, waits):
    path = "/approvals/" + waits.json["approval_id"]
    body = {"decision": "approve", "digest": ca.rest("OFFICER1", "GET", path).json["digest"]}
    assert ca.rest("OFFICER1", "POST", path + "/decisions", body).status == 200
    return wait_for(lambda: [s for s in [ca.rest("ADMIN", "GET", path).json["status"]] if s in ("done", "failed")], 10)[0]


def test_a_guarded_change_waits_for_somebody_else(ca):
    one = made(ca, modes=["one-time"])
    rule(ca, [{"count": 1, "roles": ["officer"]}])
    try:
        waits = patch(ca, one, modes=["one-time", "static"])
        assert waits.status == 202 and "/api/v1/approvals/" in waits.headers["Location"]
        seen = ca.rest("OFFICER1", "GET", "/approvals/" + waits.json["approval_id"]).json
        told = {t["field"]: t["value"] for t in seen["question"]}
        assert (told["name"], told["modes"]) == (one["name"], "one-time, static")
        assert show(ca, one).json["modes"] == ["one-time"]
        agreed(ca, waits)
        assert show(ca, one).json["modes"] == ["one-time", "static"]
        another = unique()
        agreed(ca, create(ca, another))
        assert show(ca, {"name": another}).json["modes"] == ["one-time"]
        problem(create(ca, profile="nothing"), 404)  # what could never be done is refused at once
        two = [create(ca, "twice-" + one["name"], modes=modes) for modes in (["manual"], ["static"])]
        agreed(ca, two[0])
        assert two[1].status == 202 and decided(ca, two[1]) == "failed"
        assert show(ca, {"name": "twice-" + one["name"]}).json["modes"] == ["manual"]
    finally:
        rule(ca, [])


# -- challenges ------------------------------------------------------------------------------------

def test_i15_a_challenge_is_shown_once_and_nowhere_else(ca):
    one, rid = made(ca), request_id()
    got = challenge(ca, one, headers={"X-Request-Id": rid}, comment="for r17", validity_seconds=300, **bound("r17"))
    assert got.status == 201, got.body
    assert got.headers["Cache-Control"] == "no-store"
    secret = got.json["challenge"]
    assert len(secret) >= 22 and got.json["kind"] == "one-time" and got.json["warnings"] == []
    seen = listed(ca, one)["items"]
    assert [(c["id"], c["status"], c["subject"], c["created_by"]) for c in seen] == [(got.json["id"], "unused", "CN=r17", "officer1")]
    assert "r17.example.org" in seen[0]["sans"] and seen[0]["comment"] == "for r17" and seen[0]["any_name"] is False
    hidden = secret[-20:]  # of the part that is not its id
    everywhere = json.dumps([listed(ca, one), show(ca, one).json, ca.rest("AUDITOR", "GET", "/audit/events?limit=500").json])
    everywhere += ca.logged() + "".join(map(str, sql(ca, "SELECT * FROM ca.scep_challenge")))
    assert len(everywhere) > 1000 and hidden not in everywhere
    assert not any(word in member for c in seen for member in c for word in ("hash", "salt", "secret", "challenge"))
    assert [line[:2] for line in audit(ca, rid)] == [["scep_challenge.create", "ok"]]


def test_two_challenges_are_never_the_same(ca):
    one = made(ca)
    made_ = [challenge(ca, one, any_name=True).json["challenge"] for _ in range(5)]
    assert len(set(made_)) == 5


def test_a_derived_challenge_is_on_no_record(ca):
    one = made(ca, modes=["derived"])
    got = challenge(ca, one, kind="derived", **bound("p9"))
    assert got.status == 201 and got.json["id"] is None and got.json["expires_at"]
    assert listed(ca, one)["items"] == []


def test_a_static_challenge_is_an_administrators_and_warned_of(ca):
    one = made(ca, modes=["static"])
    assert one["static_challenge"] is False
    problem(challenge(ca, one, kind="static"), 403, "forbidden")
    got = challenge(ca, one, "ADMIN", kind="static")
    assert got.status == 201 and got.json["expires_at"] is None and got.json["warnings"][0].startswith("static: ")
    assert show(ca, one).json["static_challenge"] is True and got.json["challenge"] not in show(ca, one).body.decode()


@pytest.mark.parametrize("status, body", [
    (400, {}),  # for nobody
    (400, {"any_name": True, "subject": {"common_name": "x"}}),
    (400, {"kind": "eternal", "any_name": True}),
    (409, {"kind": "derived", "any_name": True}),  # the endpoint does not take it
    (400, {"any_name": True, "validity_seconds": 0}),
    (400, {"any_name": True, "validity_seconds": 10**10}),
    (400, {"sans": [{"type": "smell", "value": "x"}]}),
    (400, {"subject": {"shoe_size": "42"}}),
    (400, {"any_name": True, "challenge": "of my own"}),
])
def test_a_bad_challenge_is_refused(ca, status, body):
    one = made(ca)
    problem(challenge(ca, one, **body), status)
    assert listed(ca, one)["items"] == []


def test_who_makes_challenges(ca):
    one = made(ca)
    for who in ("REQUESTER", "AUDITOR"):
        problem(challenge(ca, one, who, any_name=True), 403, "forbidden")
    for who in ("OFFICER1", "ADMIN"):
        assert challenge(ca, one, who, any_name=True).status == 201
    problem(challenge(ca, {"name": "nobody"}, any_name=True), 404, "not-found")


def test_a_challenge_is_revoked_once(ca):
    one = made(ca)
    id = challenge(ca, one, any_name=True).json["id"]
    path = "/scep/challenges/" + id
    problem(ca.rest("REQUESTER", "DELETE", path), 403, "forbidden")
    got = ca.rest("OFFICER2", "DELETE", path)
    assert got.status == 200, got.body
    assert (got.json["status"], got.json["endpoint"]) == ("revoked", one["name"]) and got.json["revoked_at"]
    problem(ca.rest("OFFICER2", "DELETE", path), 409)
    problem(ca.rest("OFFICER2", "DELETE", "/scep/challenges/" + str(uuid.uuid4())), 404, "not-found")
    assert listed(ca, one)["items"][0]["allowed_actions"][0]["allowed"] is False


def test_challenges_come_in_pages(ca):
    one = made(ca)
    ids = [challenge(ca, one, any_name=True).json["id"] for _ in range(5)]
    seen, query = [], "?limit=2"
    while query and len(seen) < 10:
        page = listed(ca, one, query)
        assert len(page["items"]) <= 2
        seen += [c["id"] for c in page["items"]]
        query = page["next"] and "?limit=2&cursor=" + page["next"]
    assert seen == ids[::-1]
    for bad in ("?limit=0", "?limit=501", "?cursor=nonsense", "?status=used"):
        problem(ca.rest("AUDITOR", "GET", at(one) + "/challenges" + bad), 400)
    assert ca.rest("AUDITOR", "GET", at(one) + "/transactions").json == {"items": [], "next": None}


def test_transactions_come_in_pages(ca):
    one = made(ca)
    requests = [issued(ca)["id"] for _ in range(3)]
    renewed = str(uuid.uuid4())
    for i, request in enumerate(requests):
        sql(ca, "INSERT INTO ca.scep_transaction (request_id, endpoint_id, transaction_id, spki_hash, csr_hash, renews, remote, created_at)"
                " SELECT '%s', id, 'T%d', sha256('k'), sha256('c'), %s, '192.0.2.%d', 1 FROM ca.scep_endpoint WHERE name = '%s' RETURNING 1"
            % (request, i, "'%s'" % renewed if i == 0 else "NULL", i, one["name"]))
    seen, query = [], "?limit=2"
    while query and len(seen) < 10:
        got = ca.rest("OFFICER1", "GET", at(one) + "/transactions" + query)
        assert got.status == 200, got.body
        seen += got.json["items"]
        query = got.json["next"] and "?limit=2&cursor=" + got.json["next"]
        assert ("Link" in got.headers) == bool(query)
    assert [(t["transaction_id"], t["request_id"], t["status"]) for t in seen] == [
        ("T%d" % i, requests[i], "issued") for i in (2, 1, 0)]
    assert seen[2]["renews"] == renewed and seen[0]["renews"] is None and seen[0]["remote"] == "192.0.2.2"
    assert ca.https("OFFICER1", "GET", seen[0]["request"].split(ca.env["CA_HTTPS_URL"])[1]).json["id"] == requests[2]
    problem(ca.rest("REQUESTER", "GET", at(one) + "/transactions"), 403, "forbidden")


def test_a_device_that_came_in_is_seen(ca, tmp_path):
    one = made(ca)
    wait_for(lambda: show(ca, one).json["ra_certificate"], 120, every=0.2)  # those of other endpoints come first
    secret = challenge(ca, one, subject={"common_name": "d1"}).json["challenge"]

    def pki(*arguments, output=None):
        with open(output or os.devnull, "wb") as f:
            return subprocess.run(["pki", *arguments, "--outform", "pem"], cwd=tmp_path, stdout=f, stderr=subprocess.PIPE, timeout=60).returncode

    assert pki("--scepca", "--url", one["url"], "--caout", "ca.pem", "--raout", "ra.pem") == 0
    enrolled = []
    for n in range(2):  # the second with another key: the challenge was for one use
        assert pki("--gen", "--type", "rsa", "--size", "2048", output=str(tmp_path / "key.pem")) == 0
        enrolled.append(pki("--scep", "--url", one["url"], "--in", "key.pem", "--dn", "CN=d1", "--password", secret, "--cacert-enc", "ra.pem",
                            "--cacert-sig", "ra.pem", "--cacert", ca.env["CA_ROOT_PEM"], output=str(tmp_path / ("c%d.pem" % n))))
    assert enrolled == [0, 1]
    seen = ca.rest("OFFICER1", "GET", at(one) + "/transactions").json["items"]
    assert [(t["status"], t["remote"], t["renews"]) for t in seen] == [("issued", "127.0.0.1", None)]
    assert ca.rest("OFFICER1", "GET", "/requests/" + seen[0]["request_id"]).json["certificate_id"] == seen[0]["certificate_id"]
    used = listed(ca, one)["items"][0]
    assert (used["status"], used["request_id"]) == ("used", seen[0]["request_id"]) and used["used_at"]
    problem(ca.rest("OFFICER1", "DELETE", "/scep/challenges/" + used["id"]), 409)


def test_a_webhook_address_is_taken_away_and_what_an_endpoint_needs_is_not(ca):
    url = "https://decide.example.org/scep"
    one = made(ca, modes=["webhook", "manual"], webhook_url=url)
    for nothing in (None, ""):
        said = problem(patch(ca, one, webhook_url=nothing), 400)["detail"]
        assert "/webhook_url: is required where a webhook decides" in said
        assert show(ca, one).json["webhook_url"] == url
        assert patch(ca, one, modes=["manual"]).status == 200
        assert show(ca, one).json["webhook_url"] == url  # what is absent stays
        got = patch(ca, one, webhook_url=nothing)
        assert got.status == 200 and got.json["webhook_url"] is None, got.body
        assert patch(ca, one, modes=["webhook", "manual"], webhook_url=url).json["webhook_url"] == url
    content = lambda: {k: v for k, v in show(ca, one).json.items() if k != "ra_certificate"}  # which comes by itself
    before = content()
    for member in ("profile", "authority", "ra_key"):
        for nothing in (None, ""):
            assert "/" + member in problem(patch(ca, one, **{member: nothing}), 400)["detail"]
    assert content() == before


# -- cactl -----------------------------------------------------------------------------------------

def test_cactl_leads_an_endpoint_from_its_making_to_its_end(cactl):
    name = unique()
    said = cactl("scep", "endpoint", "create", name, "--profile", "device", "--mode", "one-time,static", "--legacy", "sha1", who="ADMIN")
    assert "warning: static: " in said.err and "warning: sha1: " in said.err
    shown = cactl.json("scep", "endpoint", "show", name)
    assert (shown["modes"], shown["legacy"]) == (["one-time", "static"], ["sha1"])
    cactl("scep", "endpoint", "change", name, "--mode", "one-time", "--legacy", "none", "--challenge-ttl", "2h", who="ADMIN")
    shown = cactl.json("scep", "endpoint", "show", name)
    assert (shown["modes"], shown["legacy"], shown["challenge_validity_seconds"]) == (["one-time"], [], 7200)
    cactl("scep", "endpoint", "change", name, "--mode", "webhook", "--webhook-url", "https://d.example.org/", who="ADMIN")
    cactl("scep", "endpoint", "change", name, "--webhook-url", "none", who="ADMIN", exit=REFUSED)
    assert cactl.json("scep", "endpoint", "show", name)["webhook_url"] == "https://d.example.org/"
    cactl("scep", "endpoint", "change", name, "--mode", "one-time", "--webhook-url", "none", who="ADMIN")
    assert cactl.json("scep", "endpoint", "show", name)["webhook_url"] is None
    cactl("scep", "endpoint", "disable", name, "--yes", who="ADMIN")
    assert cactl.json("scep", "endpoint", "show", name)["enabled"] is False
    cactl("scep", "endpoint", "enable", name, who="ADMIN")
    assert name in cactl("scep", "endpoint", "list", "-o", "name").out.split()
    assert name in cactl("__complete", "--", "scep", "endpoint", "show", name[:6]).out
    cactl("scep", "endpoint", "disable", name, "--yes", who="ADMIN")


def test_cactl_makes_a_challenge_and_writes_it_down_once(cactl):
    name = unique()
    cactl("scep", "endpoint", "create", name, "--profile", "device", who="ADMIN")
    bare = cactl("scep", "challenge", "create", name, "--cn", "r1", "-o", "name", who="OFFICER1")
    assert len(bare.out.strip()) >= 22 and "\n" not in bare.out.strip()
    got = cactl("scep", "challenge", "create", name, "--cn", "r2", "--dns", "r2.example.org", "--ttl", "1h", "--out", "c.txt",
                "-o", "json", who="OFFICER1")
    path = os.path.join(cactl.folder, "c.txt")
    with open(path) as f:
        secret = f.read().strip()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert secret and secret not in got.out + got.err and "challenge" not in json.loads(got.out)
    cactl("scep", "challenge", "create", name, "--cn", "r2", "--out", "c.txt", who="OFFICER1", exit=CONFLICT)
    cactl("scep", "challenge", "create", name, "--out", "d.txt", who="OFFICER1", exit=REFUSED)
    assert not os.path.exists(os.path.join(cactl.folder, "d.txt"))
    seen = json.loads(cactl("scep", "challenge", "list", name, "-o", "json", who="OFFICER1").out)
    seen = seen["items"] if isinstance(seen, dict) else seen
    assert [c["subject"] for c in seen] == ["CN=r2", "CN=r1"]
    cactl("scep", "challenge", "revoke", seen[0]["id"], "--yes", who="OFFICER1")
    cactl("scep", "challenge", "revoke", seen[0]["id"], "--yes", who="OFFICER1", exit=CONFLICT)
    assert "revoked" in cactl("scep", "challenge", "list", name, who="OFFICER1").out
    cactl("scep", "transaction", "list", name, who="OFFICER1")
    cactl("scep", "endpoint", "disable", name, "--yes", who="ADMIN")


@pytest.mark.parametrize("exit, line", [
    (USAGE, "scep endpoint create x"), (USAGE, "scep endpoint change x"), (USAGE, "scep endpoint"),
    (USAGE, "scep challenge create x --ttl soon"), (USAGE, "scep challenge create x --kind eternal"),
    (NOT_FOUND, "scep endpoint show nobody-here"), (NOT_FOUND, "scep transaction list nobody-here"),
])
def test_cactl_refuses_wrong_use(cactl, exit, line):
    cactl(*line.split(), who="ADMIN", exit=exit)


def test_cactl_says_when_it_is_not_allowed_or_waits(cactl):
    cactl("scep", "endpoint", "create", unique(), "--profile", "device", who="OFFICER1", exit=FORBIDDEN)
    rule(cactl.ca, [{"count": 1, "roles": ["officer"]}])
    try:
        said = cactl("scep", "endpoint", "create", unique(), "--profile", "device", who="ADMIN", exit=WAITING)
        assert "waits for the consent" in said.err
    finally:
        rule(cactl.ca, [])
