# SPDX-License-Identifier: Apache-2.0
"""Profiles from a draft to force and back: versions, lint, test, replay, activation, rollback."""

import json
import os
import re
import subprocess

import pytest

from harness import BUILD, csr, wait_for
from support import issued, problem, sql, sql_one

OFFICERS = ("OFFICER1", "OFFICER2", "ADMIN")


def draft(ca, name):
    """A profile of this test's own: what https-ecc is, under another name."""
    yaml = ca.rest("ADMIN", "GET", "/profiles/https-ecc").json["yaml"]
    return re.sub(r"(?m)^name: .*$", "name: " + name, yaml)


def keep(ca, yaml, comment=""):
    got = ca.rest("ADMIN", "POST", "/profiles", {"yaml": yaml, "comment": comment})
    assert got.status in (200, 201), got.body
    return got.json["version"]


def agreed(ca, answer):
    """What a guarded act answers, after the consent of others where that is wanted."""
    if answer.status == 202:
        assert answer.headers["Location"].endswith("/api/v1/approvals/" + answer.json["approval_id"])
        approval = ca.rest("ADMIN", "GET", "/approvals/" + answer.json["approval_id"])
        assert approval.status == 200, approval.body
        for who in OFFICERS[:2]:
            if ca.rest("ADMIN", "GET", "/approvals/" + answer.json["approval_id"]).json["status"] != "pending":
                break
            voted = ca.rest(who, "POST", "/approvals/%s/decisions" % answer.json["approval_id"],
                            {"decision": "approve", "comment": "seen", "digest": approval.json["digest"]})
            assert voted.status == 200, voted.body
        return None
    assert answer.status == 200, answer.body
    return answer.json


def activate(ca, name, version, comment="test"):
    agreed(ca, ca.rest("ADMIN", "PUT", "/profiles/%s/activation" % name, {"version": version, "comment": comment}))
    wait_for(lambda: ca.rest("ADMIN", "GET", "/profiles/" + name).json.get("version", "").startswith(version), 5, every=0.1)


def in_force(ca, name):
    return ca.rest("AUDITOR", "GET", "/profiles/" + name).json["version"]


# -- one profile's life ----------------------------------------------------------------------------

def test_a_profile_from_draft_to_force_and_back(own_ca):
    ca = own_ca
    yaml = draft(ca, "web")
    narrow = yaml.replace('"ec:P-256", ', "")
    assert narrow != yaml
    first = keep(ca, yaml, "the first")
    problem(ca.issue(csr()[0], "web"), 404, "unknown-profile")  # kept is not in force
    activate(ca, "web", first)
    shown = ca.rest("REQUESTER", "GET", "/profiles/web").json
    assert (shown["origin"], shown["activated_by"], shown["version"]) == ("database", "admin", first)
    assert {a["action"]: a["allowed"] for a in shown["allowed_actions"]} == {
        "activate": False, "disable": False, "test": False, "replay": False}
    made = issued(ca, profile="web")
    assert made["profile_version"] == first

    second = keep(ca, narrow, "P-256 no more")
    assert first != second
    body = csr()[0].decode()
    tried = ca.rest("ADMIN", "POST", "/profiles/web/test", {"csr": body, "version": second[:8]})
    assert tried.status == 200 and tried.json["verdict"] == "refuse", tried.body
    assert ca.rest("ADMIN", "POST", "/profiles/web/test", {"csr": body}).json["verdict"] == "issue"
    replayed = ca.rest("ADMIN", "POST", "/profiles/web/replay", {"yaml": narrow}).json
    assert (replayed["evaluated"], replayed["next"]) == (1, None)
    change, = replayed["changes"]
    assert (change["request_id"], change["before"], change["after"]) == (made["id"], "issue", "refuse")
    assert change["rule"] == "key.allow"

    activate(ca, "web", second)
    problem(ca.issue(csr()[0], "web"), 422, "policy")
    agreed(ca, ca.rest("ADMIN", "POST", "/profiles/web/rollback", {"comment": "too narrow"}))
    wait_for(lambda: in_force(ca, "web") == first, 5, every=0.1)
    assert issued(ca, profile="web")["profile_version"] == first
    history = ca.rest("AUDITOR", "GET", "/profiles/web/history").json["items"]
    assert [h["version"] for h in history] == [first, second, first]
    assert history[0]["comment"] == "too narrow"
    listed = ca.rest("AUDITOR", "GET", "/profiles/web/versions").json["items"]
    assert {v["version"]: v["in_force"] for v in listed} == {first: True, second: False}
    assert ca.rest("AUDITOR", "GET", "/profiles/web/versions/" + second).json["yaml"] == narrow

    agreed(ca, ca.rest("ADMIN", "DELETE", "/profiles/web/activation", {"comment": "done"}))
    wait_for(lambda: ca.rest("AUDITOR", "GET", "/profiles/web").status == 404, 5, every=0.1)
    problem(ca.issue(csr()[0], "web"), 404, "unknown-profile")
    assert ca.rest("AUDITOR", "GET", "/profiles/web/history").json["items"][0]["version"] is None


def test_what_is_in_force_survives_a_restart(own_ca):
    version = keep(own_ca, draft(own_ca, "web"))
    activate(own_ca, "web", version)
    own_ca.stop()
    own_ca.start()
    assert in_force(own_ca, "web") == version
    assert issued(own_ca, profile="web")["profile_version"] == version


# -- versions --------------------------------------------------------------------------------------

def test_the_same_text_is_the_same_version(ca):
    yaml = draft(ca, "same")
    first = ca.rest("ADMIN", "POST", "/profiles", {"yaml": yaml, "comment": "one"})
    again = ca.rest("ADMIN", "POST", "/profiles", {"yaml": yaml, "comment": "two"})
    assert (first.status, again.status) == (201, 200)
    assert first.json == again.json and first.json["comment"] == "one"
    at = first.headers["Location"].split("/api/v1", 1)[1]
    assert ca.rest("ADMIN", "GET", at).json == first.json


def test_a_body_of_yaml_is_taken(ca):
    yaml = draft(ca, "plain").encode()
    got = ca.https("ADMIN", "POST", "/api/v1/profiles?comment=from%20a%20file", yaml, {"Content-Type": "application/yaml"})
    assert got.status == 201 and got.json["comment"] == "from a file" and got.json["yaml"].encode() == yaml
    problem(ca.https("ADMIN", "POST", "/api/v1/profiles", yaml, {"Content-Type": "text/plain"}), 415)
    problem(ca.https("ADMIN", "POST", "/api/v1/profiles", b"a\0b", {"Content-Type": "application/yaml"}), 400)
    problem(ca.https("ADMIN", "POST", "/api/v1/profiles", b"", {"Content-Type": "application/yaml"}), 400)
    problem(ca.rest("ADMIN", "POST", "/profiles?comment=x", {"yaml": draft(ca, "plain")}), 400)
    problem(ca.rest("ADMIN", "POST", "/profiles", {"yaml": "name: a\x07b\n"}), 400)


@pytest.mark.parametrize("version", ["", "1234567", "0" * 8, "f" * 64, "0" * 65, "xyzxyzxy", "..", "%2e%2e"])
def test_an_unknown_version_is_not_found(ca, version):
    got = ca.rest("ADMIN", "GET", "/profiles/https-ecc/versions/" + version)
    assert got.status == 404 or (version == ".." and got.status == 400), got.body
    if version and version[0] not in ".%" and len(version) <= 64:
        problem(ca.rest("ADMIN", "PUT", "/profiles/https-ecc/activation", {"version": version}), 404, "unknown-version")


def test_a_version_of_another_profile_is_not_found(ca):
    other = keep(ca, draft(ca, "other"))
    problem(ca.rest("ADMIN", "GET", "/profiles/https-ecc/versions/" + other), 404, "unknown-version")
    problem(ca.rest("ADMIN", "PUT", "/profiles/https-ecc/activation", {"version": other}), 404, "unknown-version")


def test_names_that_no_profile_has(ca):
    for method, path in (("GET", ""), ("GET", "/versions"), ("GET", "/history"), ("POST", "/rollback"), ("DELETE", "/activation")):
        problem(ca.rest("ADMIN", method, "/profiles/nobody" + path), 404, "unknown-profile")


def test_a_rollback_needs_something_before(ca):
    problem(ca.rest("ADMIN", "POST", "/profiles/https-rsa/rollback"), 409, "conflict")


def test_a_stale_activation_is_refused(ca):
    version = in_force(ca, "https-ecc")
    problem(ca.rest("ADMIN", "PUT", "/profiles/https-ecc/activation", {"version": version}, {"If-Match": '"old"'}), 412, "stale")


# -- lint ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("change, status, says", [
    (("key:", "keyy:"), 400, r"line \d+: unknown key 'keyy'; did you mean 'key'"),
    (("max: 398d", "max: 398 bananas"), 400, "bananas|max"),
    (("name: lint", "name: root"), 422, "server itself"),
    (("name: lint", "name: operator"), 422, "server itself"),
    (("name: lint", "nome: lint"), 400, "nome"),
])
def test_lint_says_what_is_wrong_and_stores_nothing(ca, change, status, says):
    yaml = draft(ca, "lint")
    assert change[0] in yaml
    before = sql_one(ca, "SELECT count(*) FROM ca.profile_version")
    for path in ("/profiles?dry_run=true", "/profiles"):
        document = problem(ca.rest("ADMIN", "POST", path, {"yaml": yaml.replace(*change)}), status)
        assert re.search(says, document["detail"]), document
    assert sql_one(ca, "SELECT count(*) FROM ca.profile_version") == before


def test_lint_of_a_good_profile_has_its_version_and_notes(ca):
    yaml = draft(ca, "lint-good")
    before = sql_one(ca, "SELECT count(*) FROM ca.profile_version")
    got = ca.rest("ADMIN", "POST", "/profiles?dry_run=true", {"yaml": yaml})
    assert got.status == 200 and not got.json["in_force"]
    assert "approvals" in {f["rule"] for f in got.json["findings"]} and not any(f["refuses"] for f in got.json["findings"])
    assert sql_one(ca, "SELECT count(*) FROM ca.profile_version") == before
    assert keep(ca, yaml) == got.json["version"]
    now = ca.rest("ADMIN", "GET", "/profiles/https-ecc").json
    assert ca.rest("ADMIN", "POST", "/profiles?dry_run=true", {"yaml": now["yaml"]}).json["in_force"]


def test_the_schema_is_json_schema(ca):
    got = ca.https("REQUESTER", "GET", "/api/v1/profiles/schema.json")
    assert got.status == 200 and got.headers["Content-Type"] == "application/schema+json"
    assert "subject_alt_name" in got.json["properties"]


# -- who may ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("method, path", [("POST", ""), ("PUT", "/web/activation"), ("DELETE", "/web/activation"),
                                          ("POST", "/web/rollback"), ("POST", "/web/test"), ("POST", "/web/replay")])
@pytest.mark.parametrize("who", ["REQUESTER", "OFFICER1", "AUDITOR"])
def test_only_an_admin_changes_profiles(ca, who, method, path):
    problem(ca.rest(who, method, "/profiles" + path, {}), 403, "forbidden")


# -- the database is not believed ------------------------------------------------------------------

def test_i09_a_profile_altered_by_sql_is_not_in_force(own_ca):
    """A superuser alone: his row has no seal of the signer."""
    ca = own_ca
    before = in_force(ca, "https-ecc")
    wide = ca.rest("ADMIN", "GET", "/profiles/https-ecc").json["yaml"].replace("max: 398d", "max: 9000d")
    version = keep(ca, wide)
    sql(ca, "INSERT INTO ca.profile_activation (name, version, at, activated_by, approval_id, comment, seal) "
            "SELECT 'https-ecc', decode('%s', 'hex'), 1, id, NULL, '', decode(repeat('00', 32), 'hex') "
            "FROM ca.operator WHERE name = 'admin'" % version)
    for _ in range(3):
        got = ca.rest("REQUESTER", "POST", "/requests", {"profile": "https-ecc", "csr": csr()[0].decode(), "validity": {"days": 4000}})
        assert got.status != 201, got.body
        plain = ca.issue(csr()[0])
        if plain.status == 201:
            assert plain.json["profile_version"] == before


def test_a_text_altered_by_sql_is_not_shown_as_in_force(own_ca):
    ca = own_ca
    version = keep(ca, draft(ca, "web"))
    activate(ca, "web", version)
    sql(ca, "UPDATE ca.profile_version SET yaml = convert_to(replace(convert_from(yaml, 'UTF8'), '398d', '999d'), 'UTF8') "
            "WHERE name = 'web'")
    assert in_force(ca, "web") == version
    assert "999d" not in ca.rest("ADMIN", "GET", "/profiles/web").json["yaml"]
    ca.stop()
    ca.start(wait=False)
    with pytest.raises(AssertionError):
        wait_for(ca.is_ready, 8)


# -- test and replay -------------------------------------------------------------------------------

def test_a_draft_comes_once(ca):
    body = {"csr": csr()[0].decode(), "yaml": draft(ca, "web"), "version": "0" * 8}
    problem(ca.rest("ADMIN", "POST", "/profiles/https-ecc/test", body), 400)
    problem(ca.rest("ADMIN", "POST", "/profiles/https-ecc/replay", {"yaml": "a", "version": "0" * 8}), 400)
    problem(ca.rest("ADMIN", "POST", "/profiles/https-ecc/replay", {}), 400)
    problem(ca.rest("ADMIN", "POST", "/profiles/https-ecc/replay", {"yaml": draft(ca, "web")}), 400)  # another name
    for limit in (0, 5001, -1):
        problem(ca.rest("ADMIN", "POST", "/profiles/https-ecc/replay", {"yaml": draft(ca, "https-ecc"), "limit": limit}), 400)


def test_replay_pages_are_whole_and_repeatable(own_ca):
    ca = own_ca
    made = [issued(ca, csr("r%d.example.org" % i)[0])["id"] for i in range(7)]
    yaml = ca.rest("ADMIN", "GET", "/profiles/https-ecc").json["yaml"].replace('"ec:P-256", ', "")

    def replay(limit):
        found, looked, cursor = [], 0, None
        while True:
            page = ca.rest("ADMIN", "POST", "/profiles/https-ecc/replay",
                           {"yaml": yaml, "limit": limit, **({"cursor": cursor} if cursor else {})}).json
            found += [c["request_id"] for c in page["changes"]]
            looked += page["evaluated"]
            cursor = page["next"]
            if cursor is None:
                return found, looked

    assert replay(3) == replay(1000) == replay(1) == (sorted(made), 7)
    none = ca.rest("ADMIN", "POST", "/profiles/https-ecc/replay", {"yaml": yaml, "since": "2999-01-01T00:00:00Z"}).json
    assert none == {"evaluated": 0, "changes": [], "next": None}


# -- cactl -----------------------------------------------------------------------------------------

@pytest.fixture
def cactl(own_ca, tmp_path):
    def call(*argv, who="ADMIN", exit=0):
        env = dict(os.environ, HOME=str(tmp_path), XDG_CONFIG_HOME=str(tmp_path), CACTL_URL=own_ca.env["CA_HTTPS_URL"],
                   CACTL_CACERT=own_ca.env["CA_ROOT_PEM"], CACTL_CERT=own_ca.env["CA_%s_PEM" % who])
        done = subprocess.run([os.path.join(BUILD, "cactl", "cactl"), *map(str, argv)], env=env, cwd=tmp_path,
                              capture_output=True, text=True, timeout=60)
        assert done.returncode in (exit if isinstance(exit, tuple) else (exit,)), (argv, done.returncode, done.stdout, done.stderr)
        return done

    call.ca = own_ca
    call.path = tmp_path
    return call


def write(cactl, name, text):
    (cactl.path / name).write_text(text)
    return name


def test_cactl_profile_verbs(cactl):
    ca = cactl.ca
    issued(ca)
    yaml = ca.rest("ADMIN", "GET", "/profiles/https-ecc").json["yaml"]
    narrow = write(cactl, "narrow.yaml", yaml.replace('"ec:P-256", ', ""))
    write(cactl, "same.yaml", yaml)
    bad = write(cactl, "bad.yaml", yaml.replace("key:", "keyy:"))
    (cactl.path / "www.csr").write_bytes(csr()[0])

    said = cactl("profile", "lint", bad, exit=5).stderr
    assert "keyy" in said and "line" in said
    assert "narrow" not in cactl("profile", "lint", narrow).stderr
    out = cactl("profile", "diff", "https-ecc", narrow).stdout.splitlines()
    assert out[1] == "+++ narrow.yaml" and out[2].startswith("@@ -")
    assert [line for line in out[3:] if line[0] in "+-"] == [
        '-  allow: ["ec:P-256", "ec:P-384", "ec:P-521"]', '+  allow: ["ec:P-384", "ec:P-521"]']
    assert cactl("profile", "diff", "https-ecc", "same.yaml").stdout == ""
    shown = cactl("profile", "test", "https-ecc", "www.csr", "--file", narrow, exit=5)
    assert "violates" in shown.stdout and "refuse" in shown.stderr
    assert "verdict: issue" in cactl("profile", "test", "https-ecc", "www.csr").stderr

    replay = ("profile", "replay", "https-ecc", "--file", narrow, "--against", "30d", "-o", "jsonl")
    lines = [json.loads(line) for line in cactl(*replay).stdout.splitlines()]
    assert [(line["before"], line["after"]) for line in lines] == [("issue", "refuse")]
    assert cactl(*replay).stdout == cactl(*replay, "--fail-on-change", exit=5).stdout
    cactl("profile", "replay", "https-ecc", "--file", "same.yaml", "--fail-on-change")
    progress = cactl(*replay, "--progress=json").stderr.splitlines()
    assert json.loads(progress[0]) == {"progress": "requests", "done": 1}

    version = json.loads(cactl("profile", "create", narrow, "--comment", "P-384", "-o", "json").stdout)["version"]
    assert version in cactl("profile", "versions", "https-ecc").stdout
    got = cactl("profile", "activate", "https-ecc", version[:12], "--comment", "CHG-1", exit=(0, 7))
    assert got.returncode == 0 or "approval" in got.stderr  # as the rule for activations says
    cactl("profile", "activate", "https-ecc", "0" * 8, exit=3)
    cactl("profile", "activate", "https-ecc", version, who="OFFICER1", exit=4)
    cactl("profile", "disable", "https-ecc", exit=2)  # nobody can be asked
    assert json.loads(cactl("profile", "schema").stdout)["properties"]
    for wrong in (("diff",), ("replay", "https-ecc"), ("test", "https-ecc"), ("activate", "https-ecc"), ("create",)):
        cactl("profile", *wrong, exit=2)
