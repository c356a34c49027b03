# SPDX-License-Identifier: Apache-2.0
"""Many certificates revoked at once: looked at first, agreed to by others, worked off in batches, and
what is refused."""

import hashlib
import json
import os
import signal
import uuid

import pytest

from harness import Dev, csr, wait_for
from mass_support import (COPIES, JOBS, ask, begun, cactl, consent, copies, dry_run, ended, job, lines_of,
                          looked_at, states)
from support import crl_entry, crl_fetch, crl_now, issued, problem, request_id, revoke, sql, sql_one

MANY = 8000  # certificates of the tests that break in


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


# -- what it does ----------------------------------------------------------------------------------

def test_a_dry_run_says_what_would_be_and_changes_nothing(ca, pattern):
    profile = copies(ca, pattern, 12)
    ids = [row[0] for row in sql(ca, "SELECT id FROM ca.certificate WHERE profile = '%s' ORDER BY id" % profile)]
    before = sql_one(ca, "SELECT count(*) FROM ca.approval")
    got = dry_run(ca, profile=profile)
    assert got.status == 200, got.body
    seen = got.json
    assert (seen["total"], seen["valid"], seen["held"], seen["revoked"], seen["unknown"]) == (12, 12, 0, 0, [])
    assert seen["digest"] == hashlib.sha256(b"".join(uuid.UUID(i).bytes for i in ids)).hexdigest()
    assert [s["id"] for s in seen["sample"]] == ids[:10]
    assert seen["sample"][0]["profile"] == profile and seen["sample"][0]["status"] == "valid"
    assert states(ca, profile) == {"valid": 12}
    assert sql_one(ca, "SELECT count(*) FROM ca.approval") == before
    assert sql_one(ca, "SELECT count(*) FROM ca.revocation_job WHERE profile = '%s'" % profile) == "0"


def test_what_others_agreed_to_is_revoked_counted_and_on_the_crl(ca, pattern):
    profile = copies(ca, pattern, 30)
    first, second = [row[0] for row in sql(
        ca, "SELECT id FROM ca.certificate WHERE profile = '%s' ORDER BY id LIMIT 2" % profile)]
    assert revoke(ca, first).status == 200
    assert revoke(ca, second, "certificate_hold").status == 200
    body = looked_at(ca, profile=profile, authority=ca.env["CA_ISSUING_NAME"], requester="requester",
                     reason="key_compromise", comment="the factory's key leaked", invalidity_date="2026-01-02T03:04:05Z")
    assert body["total"] == 30
    got = ask(ca, body)
    assert states(ca, profile) == {"valid": 28, "held": 1, "revoked": 1}  # nobody has agreed yet
    assert ask(ca, body).json["approval_id"] == got.json["approval_id"]   # asked twice, it waits once
    seen = ca.rest("OFFICER2", "GET", "/approvals/" + got.json["approval_id"]).json
    said = {q["field"]: q["value"] for q in seen["question"]}
    assert (said["profile"], said["total"], said["digest"]) == (profile, "30", body["digest"])
    assert said["selected_at"] == body["selected_at"] and seen["object"].startswith("30 certificates, reason 1, ")
    problem(ca.rest("OFFICER1", "POST", "/approvals/%s/decisions" % seen["id"],
                    {"decision": "approve", "digest": seen["digest"]}), 403, "own-request")
    assert consent(ca, got)["status"] == "done"
    made = ended(ca, got.json["approval_id"])
    assert (made["total"], made["done"], made["revoked"], made["skipped"]) == (30, 30, 29, 1)
    assert (made["created_by"], made["requester"], made["comment"]) == ("officer1", "requester", "the factory's key leaked")
    assert made["started_at"] and made["ended_at"] and made["failure"] is None
    assert states(ca, profile) == {"revoked": 30}
    assert lines_of(ca, profile) == [30, 31]  # and the hold
    crl = crl_now(ca)
    serials = [row[0] for row in sql(ca, "SELECT encode(serial, 'hex') FROM ca.certificate WHERE profile = '%s'" % profile)]
    assert all(crl_entry(crl, serial) is not None for serial in serials)
    assert sql(ca, "SELECT action, actor FROM ca.audit WHERE object = '%s' AND action LIKE 'revocation_job.%%' "
                   "ORDER BY at_us, sequence" % made["id"]) \
        == [["revocation_job.start", "officer1"], ["revocation_job.end", "system"]]


def test_i11_the_crl_follows_by_itself(ca, pattern):
    profile = copies(ca, pattern, 5)
    serial = sql_one(ca, "SELECT encode(serial, 'hex') FROM ca.certificate WHERE profile = '%s' LIMIT 1" % profile)
    ended(ca, begun(ca, profile=profile))
    wait_for(lambda: crl_entry(crl_fetch(ca), serial) is not None, 60, every=0.5)


def test_a_hold_is_a_mass_revocation_too_and_can_become_final(ca, pattern):
    profile = copies(ca, pattern, 7)
    held = ended(ca, begun(ca, profile=profile, reason="certificate_hold"))
    assert held["revoked"] == 7 and states(ca, profile) == {"held": 7}
    assert dry_run(ca, profile=profile).json["held"] == 7
    problem(ask(ca, looked_at(ca, profile=profile, reason="certificate_hold")), 409, "empty-selection")
    assert ended(ca, begun(ca, profile=profile, reason="superseded"))["revoked"] == 7
    assert states(ca, profile) == {"revoked": 7}


def test_a_list_names_certificates_by_id_serial_and_fingerprint(ca, pattern):
    profile = copies(ca, pattern, 6)
    rows = sql(ca, "SELECT id, encode(serial, 'hex'), encode(fingerprint, 'hex') FROM ca.certificate "
                   "WHERE profile = '%s' ORDER BY id" % profile)
    colons = ":".join(rows[1][1][i:i + 2] for i in range(0, len(rows[1][1]), 2)).upper()
    named = [rows[0][0], colons, rows[2][2], rows[0][1], rows[2][0]]
    got = dry_run(ca, certificates=named).json
    assert (got["total"], got["named"], got["unknown"]) == (3, 5, [])
    assert [s["id"] for s in got["sample"]] == [r[0] for r in rows[:3]]
    assert dry_run(ca, certificates=named, profile=profile).json["total"] == 3
    made = ended(ca, begun(ca, certificates=named))
    assert (made["certificates"], made["revoked"]) == (3, 3)
    assert states(ca, profile) == {"valid": 3, "revoked": 3}


def test_a_key_and_times_choose(ca, pattern):
    profile = copies(ca, pattern, 4)
    spki, at = sql(ca, "SELECT encode(spki_hash, 'hex'), issued_at FROM ca.certificate WHERE profile = '%s' LIMIT 1" % profile)[0]
    when = lambda s: sql_one(ca, "SELECT to_char(to_timestamp(%d) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')" % (int(at) + s))
    assert dry_run(ca, spki_sha256=spki).json["total"] == 4
    assert dry_run(ca, spki_sha256=spki, issued_after=when(0), issued_before=when(1)).json["total"] == 4
    problem(dry_run(ca, spki_sha256=spki, issued_before=when(0)), 409, "empty-selection")
    problem(dry_run(ca, spki_sha256=spki, issued_after=when(1)), 409, "empty-selection")


def test_the_list_has_pages(ca, pattern):
    ids = [begun(ca, profile=copies(ca, pattern, 1)) for _ in range(3)]
    first = ca.rest("REQUESTER", "GET", JOBS + "?limit=2").json
    assert [j["id"] for j in first["items"]] == ids[:0:-1]
    then = ca.rest("REQUESTER", "GET", JOBS + "?limit=2&cursor=" + first["next"]).json
    assert then["items"][0]["id"] == ids[0]
    problem(ca.rest("REQUESTER", "GET", JOBS + "?cursor=x"), 400, "bad-cursor")
    problem(ca.rest("REQUESTER", "GET", JOBS + "/" + str(uuid.uuid4())), 404)


# -- what is refused -------------------------------------------------------------------------------

REFUSED = [
    ({}, 400, "malformed"),
    ({"certificates": []}, 400, "malformed"),
    ({"certificates": ["no hex"]}, 400, "malformed"),
    ({"certificates": ["ab" * 21]}, 400, "malformed"),
    ({"certificates": ["00"] * 10001}, 400, "malformed"),
    ({"profile": "no-such-profile"}, 404, "unknown-profile"),
    ({"profile": "code-signing"}, 409, "empty-selection"),
    ({"authority": "no-such-ca"}, 404, "unknown-authority"),
    ({"profile": "https-ecc", "requester": "nobody"}, 400, "malformed"),
    ({"spki_sha256": "ab" * 31}, 400, None),
    ({"spki_sha256": "ab" * 32}, 409, "empty-selection"),
    ({"issued_after": "2026-01-02T00:00:00Z", "issued_before": "2026-01-02T00:00:00Z"}, 400, "malformed"),
    ({"issued_before": "2020-01-01T00:00:00Z"}, 409, "empty-selection"),
    ({"profile": "https-ecc", "reason": "remove_from_crl"}, 400, None),
    ({"profile": "https-ecc", "invalidity_date": "2099-01-01T00:00:00Z"}, 400, "malformed"),
    ({"profile": "https-ecc", "selected_at": "2099-01-01T00:00:00Z"}, 400, "malformed"),
    ({"profile": "https-ecc", "profiles": "x"}, 400, "unknown-field"),
    ({"profile": ["https-ecc"]}, 400, "wrong-type"),
    ({"authority": "dev-root"}, 403, "forbidden"),  # the issuing authority's own certificate
]


@pytest.mark.parametrize("body,status,code", REFUSED, ids=[json.dumps(r[0])[:60] for r in REFUSED])
def test_what_means_nothing_or_too_much_is_refused(ca, pattern, body, status, code):
    problem(dry_run(ca, **body), status, code)
    full = {"selected_at": "2026-01-01T00:00:00Z", "total": 1, "digest": "ab" * 32, **body}
    refused = ask(ca, {"reason": "superseded", **full})
    assert 400 <= refused.status < 500, refused.body


def test_unknown_ones_are_named_one_by_one_and_nothing_is_revoked(ca, pattern):
    profile = copies(ca, pattern, 2)
    known = sql_one(ca, "SELECT encode(serial, 'hex') FROM ca.certificate WHERE profile = '%s' LIMIT 1" % profile)
    gone = ["5e" * 18, "cd" * 32, str(uuid.uuid4())]
    seen = dry_run(ca, certificates=[known] + gone).json
    assert (seen["unknown"], seen["unknown_total"], seen["total"]) == (gone, 3, 1)
    only = dry_run(ca, certificates=gone).json
    assert (only["unknown_total"], only["total"], only["sample"]) == (3, 0, [])
    refused = problem(ask(ca, {"reason": "superseded", "certificates": [known, gone[0]], "selected_at": seen["selected_at"],
                               "total": 1, "digest": seen["digest"]}), 404, "not-found")
    assert gone[0] in refused["detail"] and known not in refused["detail"]
    assert states(ca, profile) == {"valid": 2}


def test_a_selection_that_changed_is_not_revoked(ca, pattern):
    profile = copies(ca, pattern, 3)
    body = looked_at(ca, profile=profile)
    for change in ({"total": 4}, {"digest": "00" * 32}, {"total": 0}):
        problem(ask(ca, {**body, **change}), 409, "selection-changed")
    for missing in ("selected_at", "digest"):
        problem(ask(ca, {k: v for k, v in body.items() if k != missing}), 400, "malformed")
    waiting = ask(ca, body)
    sql(ca, COPIES.format(profile=profile, n=1, id=pattern))  # one more, after the question and before the consent
    approval = consent(ca, waiting)
    assert approval["status"] == "failed" and "look again" in approval["result"], approval
    assert states(ca, profile) == {"valid": 4}
    problem(ca.rest("OFFICER1", "GET", JOBS + "/" + approval["id"]), 404)
    problem(ask(ca, body), 409, "selection-changed")


def test_only_officers_and_admins_ask_and_not_with_a_narrow_token(ca, pattern):
    profile = copies(ca, pattern, 1)
    for who in ("REQUESTER", "AUDITOR"):
        problem(dry_run(ca, who, profile=profile), 403, "forbidden")
        problem(ask(ca, {"reason": "superseded", "profile": profile}, who), 403, "forbidden")
        problem(ca.rest(who, "POST", JOBS + "/%s/cancellation" % uuid.uuid4()), 403, "forbidden")
    token = ca.rest("OFFICER1", "POST", "/api-tokens", {"name": "narrow", "profiles": [profile]})
    assert token.status == 201, token.body
    refused = ca.https(None, "POST", "/api/v1" + JOBS + "?dry_run=true",
                       json.dumps({"reason": "superseded", "profile": profile}),
                       {"Authorization": "Bearer " + token.json["token"], "Content-Type": "application/json"})
    problem(refused, 403, "forbidden")
    assert states(ca, profile) == {"valid": 1}


# -- what breaks in --------------------------------------------------------------------------------

def killed_and_back(ca):
    before = ca.env["CA_SIGNER_PID"]
    os.kill(int(before), signal.SIGKILL)
    wait_for(lambda: ca.env["CA_SIGNER_PID"] not in ("", before), 60, every=0.1)


def test_i13_a_job_goes_on_where_a_killed_signer_left_it(ca, pattern):
    profile = copies(ca, pattern, MANY)
    job_id = begun(ca, profile=profile)
    for least in (500, 2500):
        wait_for(lambda: job(ca, job_id)["done"] >= least, 60, every=0.02)
        killed_and_back(ca)
    now = job(ca, job_id)
    assert now["status"] == "running" and 0 < now["done"] < MANY, now
    made = ended(ca, job_id)
    assert (made["done"], made["revoked"]) == (MANY, MANY)
    assert states(ca, profile) == {"revoked": MANY}
    assert lines_of(ca, profile) == [MANY, MANY]  # each once
    crl = crl_now(ca)
    assert len(crl) >= MANY
    got = ca.issue(csr()[0])
    assert got.status == 201, got.body


def test_issuance_goes_on_meanwhile_and_a_job_can_be_cancelled(ca, pattern):
    profile = copies(ca, pattern, MANY)
    job_id = begun(ca, profile=profile)
    request = csr()[0]
    wait_for(lambda: job(ca, job_id)["done"] > 0, 60, every=0.02)
    assert ca.issue(request).status == 201
    got = ca.rest("ADMIN", "POST", JOBS + "/%s/cancellation" % job_id, {"comment": "wrong factory"}, )
    assert got.status == 200 and got.json["status"] == "cancelled" and got.json["cancelled_by"] == "admin", got.body
    done = job(ca, job_id)
    assert 0 < done["done"] == done["revoked"] < MANY
    problem(ca.rest("ADMIN", "POST", JOBS + "/%s/cancellation" % job_id), 409)
    problem(ca.rest("ADMIN", "POST", JOBS + "/%s/cancellation" % uuid.uuid4()), 404)
    assert ended(ca, begun(ca, profile=copies(ca, pattern, 1)))["revoked"] == 1  # the next one is worked on
    assert states(ca, profile) == {"valid": MANY - done["done"], "revoked": done["done"]}  # what was revoked stays so


def test_a_job_that_nobody_agreed_to_revokes_nothing(ca, pattern):
    """Whoever can write into the database has no seal."""
    profile = copies(ca, pattern, 3)
    forged = str(uuid.uuid4())
    sql(ca, "INSERT INTO ca.revocation_job (id, profile, selected_at, total, digest, reason, comment, created_at, created_by, seal) "
            "SELECT '%s', '%s', 4000000000, 3, sha256(''), 1, '', 1, id, sha256('x') FROM ca.operator LIMIT 1" % (forged, profile))
    made = ended(ca, forged, "failed")
    assert "not written by the signer" in made["failure"] and made["done"] == 0, made
    assert states(ca, profile) == {"valid": 3}


# -- cactl -----------------------------------------------------------------------------------------

def test_cactl_looks_asks_waits_and_watches(ca, pattern):
    profile = copies(ca, pattern, 3)
    code, out, said = cactl(ca, "OFFICER1", "cert", "revoke", "--profile", profile, "--reason", "superseded", "--dry-run", "-o", "json")
    assert code == 0 and json.loads(out)["total"] == 3 and "nothing was changed" in said, said
    code, out, said = cactl(ca, "OFFICER1", "cert", "revoke", "--profile", profile, "--reason", "superseded", "--yes", "-o", "json")
    assert code == 7 and "consent" in said, said
    job_id = json.loads(out)["approval_id"]
    assert cactl(ca, "OFFICER1", "cert", "revoke-job", "show", job_id)[0] == 3
    digest = ca.rest("ADMIN", "GET", "/approvals/" + job_id).json["digest"]
    assert cactl(ca, "ADMIN", "approval", "approve", job_id, "--digest", digest)[0] == 0
    code, out, said = cactl(ca, "OFFICER1", "cert", "revoke-job", "show", job_id, "--watch", "-o", "json")
    assert code == 0 and json.loads(out)["revoked"] == 3, (out, said)
    assert job_id in cactl(ca, "AUDITOR", "cert", "revoke-job", "list", "-o", "name")[1].split()
    assert cactl(ca, "OFFICER1", "cert", "revoke-job", "cancel", job_id, "--yes")[0] == 6


def test_cactl_takes_a_file_and_names_what_is_unknown(ca, pattern):
    profile = copies(ca, pattern, 2)
    serials = [r[0] for r in sql(ca, "SELECT encode(serial, 'hex') FROM ca.certificate WHERE profile = '%s'" % profile)]
    listed = "# stolen\n%s  lab 1\n\n%s,lab 2\n" % tuple(serials)
    code, out, said = cactl(ca, "OFFICER1", "cert", "revoke", "--from", "-", "--reason", "superseded", "--dry-run", "-o", "json", input=listed)
    assert code == 0 and json.loads(out)["total"] == 2, said
    code, out, said = cactl(ca, "OFFICER1", "cert", "revoke", "--from", "-", "--reason", "superseded", "--yes",
                            input=listed + "77777777\n88888888\n")
    assert code == 3 and "unknown: 77777777 (line 5)\n" in said and "unknown: 88888888 (line 6)\n" in said, said
    for wrong in (["--from", "-"], [], ["--profile", "x", serials[0]]):
        assert cactl(ca, "OFFICER1", "cert", "revoke", *wrong, *(["--reason", "superseded"] if wrong != ["--from", "-"] else []),
                     input="# nobody\n")[0] in (1, 2, 5)
    assert states(ca, profile) == {"valid": 2}
