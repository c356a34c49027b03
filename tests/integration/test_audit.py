# SPDX-License-Identifier: Apache-2.0
"""The audit log (I13): whatever is done to it afterwards, in a copy or in the database, is found and
named, by the server's verifier and by one that was written apart from it; auditors search and export."""

import csv as csvs
import importlib.util
import io
import json
import os
import re
import subprocess
import sys
import time

import pytest

from harness import Dev, PROGRAM, ROOT, csr, wait_for
from support import issued, problem, request_id, revoke, sql, sql_one

CACTL = os.environ.get("CACTL", os.path.join(os.path.dirname(os.path.dirname(PROGRAM)), "cactl", "cactl"))
OUTSIDE = os.path.join(ROOT, "docs", "reference", "verify-audit.py")
FINE, FINDING, USAGE = 0, 5, 2


def audit(*arguments, status=FINE, env=None, input=None):
    """ca-server audit …: its standard output."""
    done = subprocess.run([PROGRAM, "audit", *map(str, arguments)], capture_output=True, timeout=120, input=input,
                          env={**os.environ, **(env or {})})
    said = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == status, (arguments, done.returncode, said)
    return done.stdout.decode()


def outside(*arguments, status=FINE):
    done = subprocess.run([sys.executable, OUTSIDE, *map(str, arguments)], capture_output=True, timeout=120, text=True)
    assert done.returncode == status, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout


def cactl(ca, *arguments, who="AUDITOR", status=0, cwd=None):
    env = ca.env
    done = subprocess.run([CACTL, *map(str, arguments)], capture_output=True, timeout=60, cwd=cwd, env={
        "PATH": os.environ["PATH"], "HOME": "/nowhere", "CACTL_URL": env["CA_HTTPS_URL"],
        "CACTL_CACERT": env["CA_ROOT_PEM"], "CACTL_CERT": env["CA_%s_PEM" % who]})
    assert done.returncode == status, (arguments, done.stdout, done.stderr)
    return done.stdout.decode()


def pages(ca, path, who="AUDITOR"):
    """Bodies of all pages, by Link."""
    while path:
        got = ca.https(who, "GET", path)
        assert got.status == 200, got.body
        yield got
        found = re.match(r'<https://[^/]+(/[^>]+)>; rel="next"$', got.headers["Link"] or "")
        path = found.group(1) if found else None


class Kept:
    """What an auditor has: an export, the checkpoints and the key."""

    def __init__(self, ca, folder):
        self.ca, self.folder = ca, str(folder)
        self.export = os.path.join(self.folder, "audit.jsonl")
        self.checkpoints = os.path.join(self.folder, "checkpoints")
        self.key = os.path.join(self.folder, "audit.pem")
        wait_for(self.taken, 30, every=0.1)
        with open(self.key, "w") as f:
            f.write(audit("key", "--config", ca.state + "/ca-server.yaml",
                          env={"SOFTHSM2_CONF": ca.env["CA_SOFTHSM2_CONF"]}))

    def taken(self):
        """Export and checkpoints of one moment: the CA writes lines of its own, as for a CRL, at any time."""
        if not self.protected():
            return False
        cactl(self.ca, "audit", "export", "-f", self.export)
        cactl(self.ca, "audit", "checkpoints", "-f", self.checkpoints)
        return self.protected() and len(self.lines()) == int(sql_one(self.ca, "SELECT max(sequence) FROM ca.audit"))

    def protected(self):
        return sql_one(self.ca, "SELECT (SELECT max(size) FROM ca.audit_checkpoint)"
                                " = (SELECT max(sequence) FROM ca.audit)") == "t"

    def lines(self):
        with open(self.export) as f:
            return [json.loads(line) for line in f]

    def changed(self, lines):
        """A copy of the export with other lines."""
        path = os.path.join(self.folder, "changed.jsonl")
        with open(path, "w") as f:
            f.writelines(json.dumps(line) + "\n" for line in lines)
        return path

    def offline(self, export, status, checkpoints=True):
        """What both verifiers find: {line}."""
        with_checkpoints = ["--checkpoints", self.checkpoints, "--key", self.key] if checkpoints else []
        said = audit("verify", "--offline", export, *with_checkpoints, status=status)
        other = outside(export, *([self.checkpoints, self.key] if checkpoints else []), status=status)
        return found(said), found(other), said


def found(said):
    return {int(n) for n in re.findall(r"^chain \S+, line (\d+):", said, re.M)}


def rehash(lines, start):
    """Makes hashes and links good again from index `start` on, as somebody with the database could."""
    spec = importlib.util.spec_from_file_location("verify_audit", OUTSIDE)
    verifier = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(verifier)
    for i in range(start, len(lines)):
        if i > 0:
            lines[i]["previous"] = lines[i - 1]["hash"]
        lines[i]["hash"] = verifier.line_hash(lines[i]).hex()
    return lines


@pytest.fixture(scope="module")
def busy():
    """A development CA with some history, and checkpoints every half second."""
    dev = Dev()
    try:
        dev.start()
        dev.stop()
        with open(os.path.join(dev.state, "extra.yaml"), "w") as f:
            f.write("audit:\n  checkpoint_interval: 500ms\n")
        dev.start()
        one = issued(dev)
        assert revoke(dev, one["certificate_id"]).status == 200
        refused = dev.issue(csr(key="rsa", option="rsa_keygen_bits:1024")[0])
        assert refused.status == 422, refused.body
        for i in range(5):
            issued(dev, csr("h%d.example.org" % i)[0])
        yield dev
    finally:
        dev.remove()


@pytest.fixture
def kept(busy, tmp_path):
    return Kept(busy, tmp_path)


# -- offline -----------------------------------------------------------------------------------------

def test_i13_the_log_of_a_working_ca_verifies(kept):
    said = audit("verify", "--offline", kept.export, "--checkpoints", kept.checkpoints, "--key", kept.key)
    assert ", 0 findings" in said and "all under a checkpoint" in said
    assert "under a checkpoint" in outside(kept.export, kept.checkpoints, kept.key)
    with open(kept.export, "rb") as f:
        assert ", 0 findings" in audit("verify", "--offline", "-", input=f.read())
    actions = {line["action"] for line in kept.lines()}
    assert {"signer.start", "audit.key", "certificate.issue", "certificate.revoke"} <= actions
    assert {"ok", "denied"} <= {line["outcome"] for line in kept.lines()}


@pytest.mark.parametrize("column", ["actor", "channel", "action", "outcome", "object", "request_id", "detail", "at_us",
                                    "object_hash"])
def test_i13_a_changed_column_names_its_line(kept, column):
    lines = kept.lines()
    at = next(i for i, line in enumerate(lines) if line["action"] == "certificate.issue")
    old = lines[at][column]
    lines[at][column] = old + 1 if column == "at_us" else "00" * 32 if column == "object_hash" else str(old) + "x"
    ours, theirs, said = kept.offline(kept.changed(lines), FINDING)
    assert ours == theirs == {at + 1}
    assert "line %d: changed" % (at + 1) in said


def test_i13_a_line_changed_with_its_hash_breaks_the_chain(kept):
    lines = kept.lines()
    lines[9]["actor"] = "mallory"
    again = rehash([dict(line) for line in lines[:10]], 9)
    ours, theirs, said = kept.offline(kept.changed(again + lines[10:]), FINDING)
    assert 11 in ours and 11 in theirs  # it does not go on from line 10
    assert "line 11: does not go on from line 10" in said


@pytest.mark.parametrize("at", [0, 7])
def test_i13_a_deleted_line_is_missed(kept, at):
    lines = kept.lines()
    del lines[at]
    ours, theirs, said = kept.offline(kept.changed(lines), FINDING)
    assert ours == theirs == {at + 1}
    assert "line %d: missing" % (at + 1) in said


def test_i13_swapped_lines_are_named(kept):
    lines = kept.lines()
    lines[5], lines[6] = lines[6], lines[5]
    ours, theirs, _ = kept.offline(kept.changed(lines), FINDING)
    assert 6 in ours and 6 in theirs


def test_i13_a_line_twice_is_named(kept):
    lines = kept.lines()
    lines.insert(8, lines[7])
    ours, theirs, _ = kept.offline(kept.changed(lines), FINDING)
    assert ours == theirs == {8}


def test_i13_a_cut_tail_shows_against_a_checkpoint_and_only_there(kept):
    lines = kept.lines()[:-3]
    ours, theirs, said = kept.offline(kept.changed(lines), FINDING)
    assert ours == theirs == {len(lines) + 1}
    assert "the tail is cut" in said
    _, _, said = kept.offline(kept.changed(lines), FINE, checkpoints=False)
    assert "without checkpoints a cut tail" in said


def test_i13_a_log_written_anew_shows_against_a_checkpoint_and_only_there(kept):
    lines = kept.lines()
    lines[12]["actor"] = "mallory"
    path = kept.changed(rehash(lines, 12))
    kept.offline(path, FINE, checkpoints=False)
    ours, theirs, said = kept.offline(path, FINDING)
    assert ours and theirs and min(ours) == min(theirs) >= 13
    assert "not those that were signed" in said


def test_i13_a_whole_chain_that_is_gone_is_missed(kept):
    ours, theirs, said = kept.offline(kept.changed([]), FINDING)
    assert ours == theirs == {1}
    assert "the tail is cut" in said


def test_i13_lines_behind_the_last_checkpoint_are_said_to_be_unprotected(kept, busy):
    issued(busy)
    cactl(busy, "audit", "export", "-f", kept.export)
    _, _, said = kept.offline(kept.export, FINE)
    assert re.search(r"a checkpoint of the first \d+; [1-9]\d* not protected yet", said)


# -- checkpoints -------------------------------------------------------------------------------------

def test_a_forged_checkpoint_is_found(kept):
    with open(kept.checkpoints) as f:
        text = f.read()
    size = re.findall(r"^(\d+)$", text, re.M)[-1]
    for forged in (text.replace("\n%s\n" % size, "\n%d\n" % (int(size) + 1)), re.sub("[A-Z]", "A", text), text + "x\n"):
        with open(kept.checkpoints, "w") as f:
            f.write(forged)
        kept.offline(kept.export, FINDING)


def test_a_checkpoint_by_another_key_counts_for_nothing(kept, tmp_path):
    other = tmp_path / "other.pem"
    key = tmp_path / "key.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True)
    subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", other], check=True)
    said = audit("verify", "--offline", kept.export, "--checkpoints", kept.checkpoints, "--key", other, status=FINDING)
    assert "not signed by this key" in said
    outside(kept.export, kept.checkpoints, other, status=FINDING)


def test_checkpoints_go_to_the_file_and_the_last_one_at_the_end(busy):
    path = os.path.join(busy.state, "signer", "checkpoints")
    issued(busy)
    last = sql_one(busy, "SELECT max(sequence) FROM ca.audit")
    busy.stop()
    with open(path) as f:
        assert "\n%s\n" % last in f.read()
    busy.start()
    wait_for(lambda: sql_one(busy, "SELECT count(*) > 0 FROM ca.audit_checkpoint WHERE size > %s" % last) == "t", 20)
    config = ["--config", busy.state + "/ca-server.yaml"]
    key = os.path.join(busy.state, "audit.pem")
    with open(key, "w") as f:
        f.write(audit("key", *config, env={"SOFTHSM2_CONF": busy.env["CA_SOFTHSM2_CONF"]}))
    audit("verify", "--state", busy.state, "--checkpoints", path, "--key", key)


def test_i14_the_key_of_the_checkpoints_may_sign_and_nothing_else(busy):
    listed = subprocess.run([PROGRAM, "token", "test", "--token", "ca", "--config", busy.state + "/ca-server.yaml"],
                            capture_output=True, text=True, timeout=60,
                            env={**os.environ, "SOFTHSM2_CONF": busy.env["CA_SOFTHSM2_CONF"]})
    assert listed.returncode == 0, listed.stderr
    assert re.search(r"^key audit \(ed25519\): ok", listed.stdout, re.M), listed.stdout


# -- in the database ---------------------------------------------------------------------------------

TAMPER = {
    "changed": ("UPDATE ca.audit SET actor = 'mallory' WHERE sequence = 5", r"line 5: changed"),
    "deleted": ("DELETE FROM ca.audit WHERE sequence = 6", r"line 6: missing"),
    "swapped": ("UPDATE ca.audit SET sequence = CASE sequence WHEN 7 THEN 1000007 ELSE 7 END WHERE sequence IN (7, 8);"
                "UPDATE ca.audit SET sequence = 8 WHERE sequence = 1000007", r"line 7: changed"),
    "cut": ("DELETE FROM ca.audit WHERE sequence > 20", r"line 21: missing, up to line \d+.*tail is cut"),
    "forgotten": ("DELETE FROM ca.certificate WHERE id = (SELECT id FROM ca.certificate WHERE state = 'valid'"
                  " AND profile = 'https-ecc' LIMIT 1)", r"line \d+: certificate .* is not on record"),
    "unheard": ("UPDATE ca.certificate SET id = gen_random_uuid() WHERE id = (SELECT id FROM ca.certificate WHERE"
                " state = 'valid' AND profile = 'https-ecc' LIMIT 1)", r"certificate \S+ .* is not in the log"),
    "other content": ("UPDATE ca.certificate SET fingerprint = sha256('x') WHERE id = (SELECT id FROM ca.certificate"
                      " WHERE state = 'valid' AND profile = 'https-ecc' LIMIT 1)", r"not in the log, or not as it is"),
    "checkpoint": ("UPDATE ca.audit_checkpoint SET root = sha256('x') WHERE size = (SELECT max(size) FROM"
                   " ca.audit_checkpoint)", r"the checkpoint of \d+ lines: it is not what its note says"),
}


@pytest.fixture
def owner(busy, kept):
    """Runs SQL as the owner of the schema, and undoes it: the tables are kept beside."""
    tables = ("audit", "certificate", "audit_checkpoint")
    for table in tables:
        sql(busy, "CREATE TABLE ca.kept_%s AS SELECT * FROM ca.%s" % (table, table))
    try:
        yield lambda query: sql(busy, query)
    finally:
        for table in tables:
            sql(busy, "DELETE FROM ca.%s WHERE %s" % (table, {
                "audit": "sequence <= (SELECT max(sequence) FROM ca.kept_audit)",
                "certificate": "true",
                "audit_checkpoint": "size <= (SELECT max(size) FROM ca.kept_audit_checkpoint)"}[table]))
            override = " OVERRIDING SYSTEM VALUE" if table == "audit_checkpoint" else ""
            sql(busy, "INSERT INTO ca.%s%s SELECT * FROM ca.kept_%s" % (table, override, table))
            sql(busy, "DROP TABLE ca.kept_%s" % table)


@pytest.mark.parametrize("what", TAMPER)
def test_i13_what_the_owner_of_the_database_does_is_found(busy, kept, owner, what):
    query, says = TAMPER[what]
    assert ", 0 findings" in audit("verify", "--state", busy.state, "--key", kept.key)
    owner(query)
    said = audit("verify", "--state", busy.state, "--key", kept.key, status=FINDING)
    assert re.search(says, said), said


def test_i13_a_log_and_its_checkpoints_cut_together_show_against_the_file_outside(busy, kept, owner):
    owner("DELETE FROM ca.audit WHERE sequence > 25")
    owner("DELETE FROM ca.audit_checkpoint WHERE size > 25")
    audit("verify", "--state", busy.state, "--key", kept.key, status=FINDING)  # certificates without a line
    said = audit("verify", "--state", busy.state, "--checkpoints", kept.checkpoints, "--key", kept.key, status=FINDING)
    assert "the tail is cut" in said


def test_nobody_but_the_owner_changes_log_or_checkpoints(busy):
    for role in ("ca_front", "ca_signer"):
        for query in ("UPDATE ca.audit SET actor = 'x'", "DELETE FROM ca.audit", "TRUNCATE ca.audit",
                      "UPDATE ca.audit_checkpoint SET note = 'x'", "DELETE FROM ca.audit_checkpoint"):
            done = subprocess.run(["psql", busy.env["CA_DB_CONNINFO"], "-XAtq", "-v", "ON_ERROR_STOP=1", "-c",
                                   "SET ROLE %s" % role, "-c", query], capture_output=True, text=True)
            assert done.returncode != 0 and "permission denied" in done.stderr, (role, query, done.stderr)
    done = subprocess.run(["psql", busy.env["CA_DB_CONNINFO"], "-XAtq", "-v", "ON_ERROR_STOP=1", "-c",
                           "SET ROLE ca_front", "-c", "INSERT INTO ca.audit SELECT * FROM ca.audit"],
                          capture_output=True, text=True)
    assert "permission denied" in done.stderr


# -- the signer signs nothing that contradicts what it signed ------------------------------------------

def test_the_signer_does_not_sign_a_log_that_was_cut(own_ca):
    issued(own_ca)
    wait_for(lambda: sql_one(own_ca, "SELECT max(size) = (SELECT max(sequence) FROM ca.audit) FROM ca.audit_checkpoint")
             == "t", 30, every=0.2)
    sql(own_ca, "DELETE FROM ca.audit WHERE sequence > (SELECT max(sequence) - 3 FROM ca.audit)")
    before = sql_one(own_ca, "SELECT count(*) FROM ca.audit_checkpoint")
    wait_for(lambda: "audit chain dev: it ends before what was signed" in own_ca.logged(), 30, every=0.2)
    assert sql_one(own_ca, "SELECT count(*) FROM ca.audit_checkpoint") == before


# -- search and export ---------------------------------------------------------------------------------

def test_search_finds_by_every_filter(busy):
    name = request_id()
    got = issued(busy, csr("filters.example.org")[0], who="OFFICER2", **{"X-Request-Id": name})
    start = next(json_events(busy, ""))["at"]
    # Lines of the CA's own keep coming: from here on they are left out.
    now = int(time.time()) + 1
    end = "&to=" + time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    wait_for(lambda: time.time() > now + 0.1, 5)
    every = list(json_events(busy, end))
    assert len(every) == int(sql_one(busy, "SELECT count(*) FROM ca.audit WHERE at_us < %d" % (now * 1000000)))
    assert [(e["at_us"], e["sequence"]) for e in every] == sorted(((e["at_us"], e["sequence"]) for e in every), reverse=True)
    for query, fits in {
        "request_id=" + name: lambda e: e["request_id"] == name,
        "actor=officer2": lambda e: e["actor"] == "officer2",
        "action=certificate.issue": lambda e: e["action"] == "certificate.issue",
        "outcome=denied": lambda e: e["outcome"] == "denied",
        "object=" + got["certificate_id"]: lambda e: e["object"] == got["certificate_id"],
        "chain=dev": lambda e: e["chain"] == "dev",
        "from=" + start: lambda e: e["at"] >= start,
        "actor=officer2&action=request.submit": lambda e: e["actor"] == "officer2" and e["action"] == "request.submit",
    }.items():
        expected = [e for e in every if fits(e)]
        assert expected, query
        query += end
        assert list(json_events(busy, query)) == expected, query
        exported = b"".join(p.body for p in pages(busy, "/api/v1/audit/export?limit=7&" + query))
        assert {json.loads(line)["hash"] for line in exported.splitlines()} == {e["hash"] for e in expected}, query
    assert not list(json_events(busy, "actor=nobody"))
    assert list(json_events(busy, "to=" + start)) == [e for e in every if e["at"] < start]


def json_events(ca, query):
    for page in pages(ca, "/api/v1/audit/events?limit=9&" + query):
        yield from page.json["items"]


@pytest.mark.parametrize("query, says", [
    ("limit=0", "limit"), ("limit=501", "limit"), ("limit=x", "limit"), ("outcome=fine", "outcome"), ("from=yesterday", "from"),
    ("to=1", "to"), ("cursor=AAAA", "cursor"), ("actors=x", "actors"),
])
def test_a_search_that_is_wrong_is_refused(busy, query, says):
    assert says in problem(busy.rest("AUDITOR", "GET", "/audit/events?" + query), 400)["detail"]


def test_a_cursor_fits_its_own_list_only(busy):
    cursor = busy.rest("AUDITOR", "GET", "/audit/events?limit=1").json["next"]
    assert busy.rest("AUDITOR", "GET", "/audit/events?limit=5&cursor=" + cursor).status == 200
    for path in ("/audit/events?actor=x&cursor=", "/audit/export?cursor=", "/audit/checkpoints?cursor=", "/certificates?cursor="):
        problem(busy.rest("AUDITOR", "GET", path + cursor), 400, "bad-cursor")


def test_sql_and_quotes_in_filters_find_nothing_and_break_nothing(busy):
    for text in ("'; DROP TABLE ca.audit; --", "\"", "\\", "%25", "%F0%9F%94%91", "a" * 1000):
        got = busy.rest("AUDITOR", "GET", "/audit/events?object=" + text.replace(" ", "%20").replace('"', "%22")
                        .replace("\\", "%5C"))
        assert got.status == 200 and got.json["items"] == [], (text, got.body)


def test_only_auditors_read_the_log(busy):
    for path in ("/audit/events", "/audit/export", "/audit/checkpoints"):
        assert busy.rest("AUDITOR", "GET", path).status == 200
        for who in ("REQUESTER", "OFFICER1", "ADMIN"):
            problem(busy.rest(who, "GET", path), 403, "forbidden")
        problem(busy.rest(None, "GET", path), 401)
        problem(busy.rest("AUDITOR", "GET", path + "?nonsense=1"), 400, "unknown-parameter")
    cactl(busy, "audit", "search", who="ADMIN", status=4)


def test_the_csv_export_is_rfc_4180_and_no_formula(busy):
    sql(busy, "CREATE TABLE ca.kept AS SELECT * FROM ca.audit WHERE sequence = 3")
    sql(busy, "UPDATE ca.audit SET detail = '=HYPERLINK(\"http://x\")', object = '+1', request_id = '@x' WHERE sequence = 3")
    try:
        exported = b"".join(p.body for p in pages(busy, "/api/v1/audit/export?format=csv&limit=2"))
    finally:
        sql(busy, "DELETE FROM ca.audit WHERE sequence = 3")
        sql(busy, "INSERT INTO ca.audit SELECT * FROM ca.kept")
        sql(busy, "DROP TABLE ca.kept")
    rows = list(csvs.reader(io.StringIO(exported.decode(), newline=""), strict=True))
    assert rows[0][:4] == ["at", "chain", "sequence", "at_us"] and all(len(r) == 14 for r in rows)
    assert [int(r[2]) for r in rows[1:]] == list(range(1, len(rows)))  # the head once
    third = dict(zip(rows[0], rows[3]))
    assert third["detail"] == "'=HYPERLINK(\"http://x\")" and third["object"] == "'+1" and third["request_id"] == "'@x"
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_cactl_searches_exports_and_collects(busy, kept, tmp_path):
    found_one = cactl(busy, "audit", "search", "--actor", "officer1", "--since", "7d", "--action", "certificate.revoke",
                      "-o", "jsonl")
    assert json.loads(found_one.splitlines()[0])["action"] == "certificate.revoke"
    assert len(cactl(busy, "audit", "search", "--limit", "3", "--no-headers").splitlines()) == 3
    path = tmp_path / "x.csv"
    cactl(busy, "audit", "export", "--format", "csv", "--outcome", "denied", "-f", path)
    assert path.read_text().count("denied") >= 1 and not os.path.exists(str(path) + ".part")
    assert cactl(busy, "audit", "export", "--outcome", "denied").count("\n") >= 1
    assert "LINES" in cactl(busy, "audit", "checkpoints", "--limit", "1")
    cactl(busy, "audit", "search", "--since", "soon", status=2)
    cactl(busy, "audit", "search", "--since", "1d", "--from", "2026-01-01T00:00:00Z", status=2)


# -- wrong use -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("arguments", [
    ["--checkpoints", "x"], ["--offline", "x", "--key", "x"], ["--offline", "x", "--state", "x"], ["--ofline", "x"],
    ["--state"],
])
def test_a_wrong_use_leaves_with_2(arguments):
    audit("verify", *arguments, status=USAGE)


def test_what_is_no_export_is_a_finding(tmp_path):
    path = tmp_path / "x"
    for text in (b"{}\n", b"\n", b"[1]\n", b'{"chain":1}\n', b"\xff\xfe\n", b"{" * 1000 + b"\n"):
        path.write_bytes(text)
        assert "line 1 of the file" in audit("verify", "--offline", path, status=FINDING)
    path.write_bytes(b"x" * 20000)
    done = subprocess.run([PROGRAM, "audit", "verify", "--offline", path], capture_output=True)
    assert done.returncode not in (0, FINDING)


def test_every_action_has_its_row_in_the_reference():
    with open(os.path.join(ROOT, "docs", "reference", "audit.md")) as f:
        listed = set(re.findall(r"`([a-z_]+\.[a-z_]+)`", f.read()))
    assert "certificate.issue" in listed


def test_metrics_tell_how_old_the_newest_checkpoint_is(busy):
    text = busy.https("AUDITOR", "GET", "/metrics").body.decode()
    assert int(re.search(r'ca_audit_checkpoint_seconds{chain="dev"} (\d+)', text).group(1)) > time.time() - 3600
    assert re.search(r'ca_audit_unprotected_lines{chain="dev"} \d+', text)
    assert int(re.search(r"ca_audit_checkpoints_total (\d+)", text).group(1)) >= 1
