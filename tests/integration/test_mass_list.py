# SPDX-License-Identifier: Apache-2.0
"""Lists of certificates to revoke that are too long for one call: given in pieces, completed, revoked by
one job; and what is refused."""

import hashlib
import json
import re
import uuid

import pytest

from harness import Dev, wait_for
from mass_support import ask, begun, cactl, consent, copies, dry_run, ended, job, looked_at, states
from support import issued, problem, sql, sql_one

LISTS = "/named-lists"
LONG = 10_020  # names: more than one call takes


@pytest.fixture(scope="module")
def ca():
    """A development CA of this module: jobs revoke what others would want to keep."""
    dev = Dev()
    try:
        yield dev.start()
    finally:
        dev.remove()


@pytest.fixture(scope="module")
def pattern(ca):
    return issued(ca)["certificate_id"]


@pytest.fixture(autouse=True)
def none_left(ca):
    """There may be eight lists of an operator: each test drops what is left of its own."""
    yield
    sql(ca, "DELETE FROM ca.named_list l WHERE NOT EXISTS "
            "(SELECT FROM ca.revocation_job j WHERE j.list_id = l.id AND j.state = 'running')")


def serials_of(ca, profile):
    return [r[0] for r in sql(ca, "SELECT encode(serial, 'hex') FROM ca.certificate WHERE profile = '%s' ORDER BY id" % profile)]


def digest_of(names):
    """As `sort -u FILE | sha256sum` says it in the C locale."""
    return hashlib.sha256("".join(n + "\n" for n in sorted(set(names), key=str.encode)).encode()).hexdigest()


def begin(ca, who="OFFICER1", **body):
    got = ca.rest(who, "POST", LISTS, body)
    assert got.status == 201, got.body
    return got.json["id"]


def piece(ca, list_id, number, names, who="OFFICER1"):
    return ca.rest(who, "PUT", "%s/%s/pieces/%s" % (LISTS, list_id, number), {"certificates": names})


def complete(ca, list_id, named, digest, who="OFFICER1"):
    return ca.rest(who, "POST", "%s/%s/completion" % (LISTS, list_id), {"named": named, "digest": digest})


def listed(ca, *pieces, **body):
    """A list that is complete."""
    list_id = begin(ca, **body)
    for number, names in enumerate(pieces, 1):
        assert piece(ca, list_id, number, names).status == 200
    names = [n for p in pieces for n in p]
    got = complete(ca, list_id, len(set(names)), digest_of(names))
    assert got.status == 200, got.body
    return got.json


def meant(made):
    return {"list": made["id"], "list_named": made["named"], "list_digest": made["digest"]}


# -- what it does ----------------------------------------------------------------------------------

def test_pieces_become_one_list_one_consent_and_one_job(ca, pattern):
    profile = copies(ca, pattern, 9)
    others = copies(ca, pattern, 2)
    names = serials_of(ca, profile)
    fingerprint = sql_one(ca, "SELECT encode(fingerprint, 'hex') FROM ca.certificate WHERE encode(serial, 'hex') = '%s'" % names[0])
    cert_id = sql_one(ca, "SELECT id FROM ca.certificate WHERE encode(serial, 'hex') = '%s'" % names[1])
    made = listed(ca, names[4:], [fingerprint, cert_id, names[5]], names[:4])
    assert (made["status"], made["named"], made["unknown_total"], made["unknown"]) == ("complete", 11, 0, [])
    assert made["digest"] == digest_of(names + [fingerprint, cert_id]) and made["created_by"] == "officer1"
    seen = dry_run(ca, list=made["id"])
    assert seen.status == 200, seen.body
    assert (seen.json["total"], seen.json["valid"], seen.json["named"]) == (9, 9, 11)  # two of them by two names
    assert seen.json["list_digest"] == made["digest"] and len(seen.json["sample"]) == 9
    assert dry_run(ca, list=made["id"], profile=profile).json["total"] == 9
    problem(dry_run(ca, list=made["id"], profile="code-signing"), 409, "empty-selection")
    body = looked_at(ca, **meant(made))
    got = ask(ca, body)
    waiting = ca.rest("OFFICER2", "GET", "/approvals/" + got.json["approval_id"]).json
    said = {q["field"]: q["value"] for q in waiting["question"]}
    assert (said["list_id"], said["list_named"], said["list_digest"]) == (made["id"], "11", made["digest"])
    assert "list of 11, SHA-256 " + made["digest"] in waiting["object"]
    assert consent(ca, got)["status"] == "done"
    done = ended(ca, got.json["approval_id"])
    assert (done["total"], done["revoked"], done["certificates"]) == (9, 9, 11)
    assert (done["list"], done["list_digest"]) == (made["id"], made["digest"])
    assert states(ca, profile) == {"revoked": 9} and states(ca, others) == {"valid": 2}
    assert [r[0] for r in sql(ca, "SELECT action FROM ca.audit WHERE object = '%s' ORDER BY at_us, sequence" % made["id"])] \
        == ["named_list.create"] + ["named_list.append"] * 3 + ["named_list.complete"]


def test_what_is_revoked_or_on_hold_already_is_counted(ca, pattern):
    profile = copies(ca, pattern, 3)
    names = serials_of(ca, profile)
    sql(ca, "UPDATE ca.certificate SET state = 'revoked', reason = 1, revoked_at = 1 WHERE encode(serial, 'hex') = '%s'" % names[0])
    made = listed(ca, names[:2], names[2:])
    seen = dry_run(ca, list=made["id"]).json
    assert (seen["total"], seen["valid"], seen["held"], seen["revoked"]) == (3, 2, 0, 1)
    assert ended(ca, begun(ca, **meant(made)))["skipped"] == 1
    problem(ask(ca, looked_at(ca, **meant(made))), 409, "empty-selection")  # until it goes, an hour later


def test_unknown_ones_are_counted_and_named_and_nothing_is_revoked(ca, pattern):
    profile = copies(ca, pattern, 2)
    known = serials_of(ca, profile)
    list_id = begin(ca)
    got = piece(ca, list_id, 1, [known[0], "77777777"]).json
    assert got == {"number": 1, "named": 2, "unknown_total": 1, "unknown": ["77777777"]}
    assert piece(ca, list_id, 2, [known[1], "88888888", "cd" * 32]).json["unknown"] == ["88888888", "cd" * 32]
    names = known + ["77777777", "88888888", "cd" * 32]
    made = complete(ca, list_id, 5, digest_of(names)).json
    assert (made["unknown_total"], made["unknown"]) == (3, ["77777777", "88888888", "cd" * 32])
    seen = dry_run(ca, list=list_id).json
    assert (seen["unknown_total"], seen["unknown"], seen["total"]) == (3, made["unknown"], 2)
    body = {"reason": "superseded", **meant(made), **{k: seen[k] for k in ("selected_at", "total", "digest")}}
    assert "77777777" in problem(ask(ca, body), 404, "not-found")["detail"]
    assert states(ca, profile) == {"valid": 2}


# -- what is refused -------------------------------------------------------------------------------

def test_a_piece_comes_twice_without_harm_but_not_with_other_names(ca, pattern):
    names = serials_of(ca, copies(ca, pattern, 3))
    list_id = begin(ca)
    first = piece(ca, list_id, 1, names[:2])
    assert piece(ca, list_id, 1, names[:2]).json == first.json
    problem(piece(ca, list_id, 1, names[1:]), 409, "conflict")
    now = ca.rest("AUDITOR", "GET", LISTS + "/" + list_id).json
    assert (now["status"], now["pieces"], now["named"], now["digest"]) == ("open", 1, 2, None)
    assert sql_one(ca, "SELECT count(*) FROM ca.audit WHERE object = '%s' AND action = 'named_list.append'" % list_id) == "1"


def test_only_the_list_that_was_announced_is_completed(ca, pattern):
    names = serials_of(ca, copies(ca, pattern, 4))
    list_id = begin(ca)
    assert "no piece" in problem(complete(ca, list_id, 4, digest_of(names)), 409, "conflict")["detail"]
    assert piece(ca, list_id, 1, names[:2]).status == 200
    assert piece(ca, list_id, 3, names[2:]).status == 200
    assert "piece 2 is missing" in problem(complete(ca, list_id, 4, digest_of(names)), 409, "conflict")["detail"]
    assert piece(ca, list_id, 2, names[1:3]).status == 200
    wrong_count = problem(complete(ca, list_id, 6, digest_of(names)), 409, "conflict")
    assert "names 4, each counted once, and not 6" in wrong_count["detail"]
    assert digest_of(names) in problem(complete(ca, list_id, 4, digest_of(names[1:])), 409, "conflict")["detail"]
    problem(complete(ca, list_id, 4, "ab" * 31), 409, "conflict")
    made = complete(ca, list_id, 4, digest_of(names))
    assert made.status == 200, made.body
    assert complete(ca, list_id, 4, digest_of(names)).json == made.json  # asked again
    problem(complete(ca, list_id, 4, "ab" * 32), 409, "conflict")


def test_a_list_that_is_complete_or_agreed_to_takes_no_more(ca, pattern):
    profile = copies(ca, pattern, 2)
    names = serials_of(ca, profile)
    made = listed(ca, names)
    problem(piece(ca, made["id"], 2, ["77777777"]), 409, "conflict")
    got = ask(ca, looked_at(ca, **meant(made)))
    assert consent(ca, got)["status"] == "done"
    problem(piece(ca, made["id"], 2, ["77777777"]), 409, "conflict")
    problem(piece(ca, made["id"], 1, names), 409, "conflict")
    assert ended(ca, got.json["approval_id"])["revoked"] == 2


def test_a_list_is_asked_for_as_it_was_looked_at(ca, pattern):
    profile = copies(ca, pattern, 2)
    made = listed(ca, serials_of(ca, profile))
    body = looked_at(ca, **meant(made))
    for change in ({"list_named": 3}, {"list_digest": "ab" * 32}, {"digest": "ab" * 32}, {"total": 1}):
        problem(ask(ca, {**body, **change}), 409, "selection-changed")
    for missing in ("list_named", "list_digest"):
        problem(ask(ca, {k: v for k, v in body.items() if k != missing}), 409, "selection-changed")
    problem(ask(ca, {**body, "certificates": ["77"]}), 400, "malformed")
    open_one = begin(ca)
    assert "not complete" in problem(dry_run(ca, list=open_one), 409, "conflict")["detail"]
    problem(dry_run(ca, list=str(uuid.uuid4())), 404, "not-found")
    assert states(ca, profile) == {"valid": 2}


def test_nobody_touches_the_list_of_another(ca, pattern):
    names = serials_of(ca, copies(ca, pattern, 2))
    list_id = begin(ca)
    assert piece(ca, list_id, 1, names).status == 200
    problem(piece(ca, list_id, 2, names, "OFFICER2"), 403, "forbidden")
    problem(complete(ca, list_id, 2, digest_of(names), "OFFICER2"), 403, "forbidden")
    problem(ca.rest("ADMIN", "DELETE", LISTS + "/" + list_id), 403, "forbidden")
    assert complete(ca, list_id, 2, digest_of(names)).status == 200
    problem(dry_run(ca, "OFFICER2", list=list_id), 403, "forbidden")
    for who in ("REQUESTER", "AUDITOR"):
        problem(ca.rest(who, "POST", LISTS, {}), 403, "forbidden")
    token = ca.rest("OFFICER1", "POST", "/api-tokens", {"name": "narrow", "profiles": ["https-ecc"]}).json["token"]
    problem(ca.https(None, "POST", "/api/v1" + LISTS, "{}", {"Authorization": "Bearer " + token, "Content-Type": "application/json"}),
            403, "forbidden")


REFUSED = [
    (1, [], 400), (1, ["xyz"], 400), (1, ["ab" * 21], 400), (1, ["00"] * 10_001, 400), (1, [7], 400), (1, "00", 400),
    (0, ["00aa"], 400), (1001, ["00aa"], 400), ("x", ["00aa"], 404), ("99999999999", ["00aa"], 404), ("-1", ["00aa"], 404),
]


@pytest.mark.parametrize("number,names,status", REFUSED, ids=[json.dumps(r)[:40] for r in REFUSED])
def test_what_is_no_piece_is_refused(ca, number, names, status):
    list_id = begin(ca)
    problem(piece(ca, list_id, number, names), status)
    assert ca.rest("OFFICER1", "GET", LISTS + "/" + list_id).json["pieces"] == 0


def test_what_is_no_list_is_refused(ca):
    problem(ca.rest("OFFICER1", "POST", LISTS, {"authority": "no-such-ca"}), 404, "unknown-authority")
    problem(ca.rest("OFFICER1", "POST", LISTS, {"profile": "x"}), 400, "unknown-field")
    nobody = str(uuid.uuid4())
    problem(ca.rest("OFFICER1", "GET", LISTS + "/" + nobody), 404)
    problem(piece(ca, nobody, 1, ["00aa"]), 404)
    problem(complete(ca, nobody, 1, "ab" * 32), 404)
    problem(ca.rest("OFFICER1", "DELETE", LISTS + "/" + nobody), 404)


def test_lists_are_bounded_by_names_by_operator_and_in_time(ca, pattern):
    names = serials_of(ca, copies(ca, pattern, 1))
    ids = [begin(ca) for _ in range(8)]
    problem(ca.rest("OFFICER1", "POST", LISTS, {}), 409, "conflict")
    assert ca.rest("OFFICER1", "DELETE", LISTS + "/" + ids[0]).json == {"id": ids[0]}
    problem(ca.rest("OFFICER1", "GET", LISTS + "/" + ids[0]), 404)
    begin(ca)
    # 999,999 of another piece: what it says of itself counts before its seal is looked at.
    sql(ca, "INSERT INTO ca.named_list_piece (list_id, number, named, names, unknown_n, unknown, seal) "
            "SELECT '%s', n, 10000, ''::bytea, 0, '', sha256('') FROM generate_series(2, 101) n" % ids[1])
    problem(piece(ca, ids[1], 1, names), 413, "too-large")
    # Moved into the past by whoever can write there: the row is not the signer's, or it has expired.
    sql(ca, "UPDATE ca.named_list SET expires_at = 1 WHERE id = '%s'" % ids[2])
    assert 400 <= piece(ca, ids[2], 1, names).status < 500
    assert sql_one(ca, "SELECT count(*) FROM ca.named_list_piece WHERE list_id = '%s'" % ids[2]) == "0"


def test_rows_that_the_signer_did_not_write_are_refused(ca, pattern):
    """Whoever can write into the database has no seal."""
    profile = copies(ca, pattern, 4)
    names = serials_of(ca, profile)
    list_id = begin(ca)
    assert piece(ca, list_id, 1, names[:2]).status == 200
    sql(ca, "UPDATE ca.named_list_piece SET ids = substr(ids, 1, 16) WHERE list_id = '%s'" % list_id)
    problem(complete(ca, list_id, 2, digest_of(names[:2])), 403, "row-altered")
    made = listed(ca, names[:2])
    other = listed(ca, names[2:])
    sql(ca, "CREATE TABLE kept AS SELECT * FROM ca.named_list_part WHERE list_id IN ('%s', '%s')" % (made["id"], other["id"]))
    swap = "UPDATE ca.named_list_part SET (ids, last, seal) = (SELECT ids, last, seal FROM kept WHERE list_id = '%s') WHERE list_id = '%s'"
    sql(ca, swap % (other["id"], made["id"]))  # the part of another list, with its seal
    problem(dry_run(ca, list=made["id"]), 403, "row-altered")
    sql(ca, "DELETE FROM ca.named_list_part WHERE list_id = '%s'" % made["id"])
    problem(dry_run(ca, list=made["id"]), 403, "row-altered")
    sql(ca, "INSERT INTO ca.named_list_part SELECT * FROM kept WHERE list_id = '%s'" % made["id"])
    waiting = ask(ca, looked_at(ca, **meant(made)))
    sql(ca, swap % (other["id"], made["id"]))
    job_id = consent(ca, waiting)["id"]
    failed = ended(ca, job_id, "failed")
    assert "not written by the signer" in failed["failure"] and failed["done"] == 0, failed
    sql(ca, "UPDATE ca.named_list SET named = 1 WHERE id = '%s'" % other["id"])
    problem(dry_run(ca, list=other["id"]), 403, "row-altered")
    sql(ca, "DROP TABLE kept")
    assert states(ca, profile) == {"valid": 4}


def test_a_list_that_went_before_the_consent_revokes_nothing(ca, pattern):
    profile = copies(ca, pattern, 2)
    made = listed(ca, serials_of(ca, profile))
    got = ask(ca, looked_at(ca, **meant(made)))
    assert ca.rest("OFFICER1", "DELETE", LISTS + "/" + made["id"]).status == 200
    approval = consent(ca, got)
    assert approval["status"] == "failed" and "no such list" in approval["result"], approval
    assert states(ca, profile) == {"valid": 2}


# -- cactl -----------------------------------------------------------------------------------------

def test_cactl_makes_a_list_of_a_long_file_and_one_job(ca, pattern):
    profile = copies(ca, pattern, LONG)
    names = serials_of(ca, profile)
    text = "".join(name + "\n" for name in names)
    command = ["cert", "revoke", "--from", "-", "--reason", "superseded", "-o", "json"]
    before = ca.rest("ADMIN", "GET", "/approvals?status=pending").json
    code, _, said = cactl(ca, "OFFICER1", *command, "--yes", input=text + "77777777\n88888888\n")
    assert code == 3 and "unknown: 77777777 (line 10021)\n" in said and "unknown: 88888888 (line 10022)\n" in said, said
    assert ca.rest("ADMIN", "GET", "/approvals?status=pending").json == before
    code, out, said = cactl(ca, "OFFICER1", *command, "--dry-run", input=text + names[0].upper() + "\n")
    assert code == 0 and (json.loads(out)["total"], json.loads(out)["named"]) == (LONG, LONG), said
    assert sql_one(ca, "SELECT count(*) FROM ca.named_list") == "0"  # dropped again
    code, out, said = cactl(ca, "OFFICER1", *command, "--yes", input=text)
    assert code == 7 and digest_of(names) in said, said
    asked = re.findall(r'"approval_id": *"([0-9a-f-]{36})"', out)
    assert len(asked) == 1, out
    waiting = ca.rest("ADMIN", "GET", "/approvals/" + asked[0]).json
    assert digest_of(names) in waiting["object"]
    assert cactl(ca, "ADMIN", "approval", "approve", asked[0], "--digest", waiting["digest"])[0] == 0
    wait_for(lambda: job(ca, asked[0])["done"] > 0, 30, every=0.1)
    problem(ca.rest("OFFICER1", "DELETE", LISTS + "/" + job(ca, asked[0])["list"]), 409, "conflict")  # it works on it
    made = ended(ca, asked[0])
    assert (made["total"], made["revoked"], made["certificates"]) == (LONG, LONG, LONG)
    assert states(ca, profile) == {"revoked": LONG}


WRONG_LINES = [
    ("3a:f1\nnot hex\n", 2), ("# stolen\n\n:3a\n", 3), ("00\n", 1), ("3a\r\n" + "ab" * 21 + "\n", 2), ("3a\n3a::f1\n", 2),
    ("3a\n" * 1_000_001, 1_000_001),
]


@pytest.mark.parametrize("text,line", WRONG_LINES, ids=[r[0][:12].strip() for r in WRONG_LINES])
def test_cactl_says_which_line_is_wrong(ca, text, line):
    code, _, said = cactl(ca, "OFFICER1", "cert", "revoke", "--from", "-", "--reason", "superseded", "--dry-run", input=text)
    assert code != 0 and "line %d:" % line in said, said


def test_cactl_wants_names_in_the_file(ca):
    for text in ("", "# nobody\n", "\n \n"):
        code, _, said = cactl(ca, "OFFICER1", "cert", "revoke", "--from", "-", "--reason", "superseded", "--dry-run", input=text)
        assert code != 0 and "names no certificate" in said, said
