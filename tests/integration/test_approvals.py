# SPDX-License-Identifier: Apache-2.0
"""Requests and guarded acts that wait for the consent of others: who may agree, to what, and what
becomes of it when somebody is late, changes the content, or writes into the database (I9, I10)."""

import re
import threading
import uuid

import pytest

from harness import csr, wait_for
from support import audit, pem_blocks, problem, request_id, sql, sql_one

WHO_AND_WHEN = re.compile(r"(approved|denied|withdrawn|issued) at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ by (\w+)")


# -- what the tests do -----------------------------------------------------------------------------

def unique():
    return "a%s.example.org" % uuid.uuid4().hex[:12]


def submit(ca, name=None, who="REQUESTER", **headers):
    got = ca.issue(csr(name or unique())[0], "approved", who, headers)
    assert got.status == 202, (got.status, got.body)
    assert got.json["status"] == "pending" and len(got.json["plan_digest"]) == 64
    assert got.headers["Location"].endswith("/api/v1/requests/" + got.json["id"])
    assert int(got.headers["Retry-After"]) >= 1
    return got.json


def read(ca, request, who="OFFICER1"):
    got = ca.rest(who, "GET", "/requests/" + request["id"])
    assert got.status == 200, got.body
    return got.json


def vote(ca, who, request, decision="approve", comment=None, digest=None, headers=None):
    body = {"decision": decision, "plan_digest": digest or request["plan_digest"]}
    if comment is not None:
        body["comment"] = comment
    return ca.rest(who, "POST", "/requests/%s/decisions" % request["id"], body, headers)


def agreed(got, status):
    assert got.status == 200, (got.status, got.body)
    assert got.json["status"] == status, got.json
    return got.json


def action(seen, name):
    return {a["action"]: a for a in seen["allowed_actions"]}[name]


def certificates_of(ca, request):
    return int(sql_one(ca, "SELECT count(*) FROM ca.certificate WHERE request_id = '%s'" % request["id"]))


def decide(ca, who, approval, decision="approve", comment=None):
    body = {"decision": decision, "digest": approval["digest"]}
    if comment is not None:
        body["comment"] = comment
    return ca.rest(who, "POST", "/approvals/%s/decisions" % approval["id"], body)


def waiting(ca, got):
    """The approval that a guarded act waits under."""
    assert got.status == 202, (got.status, got.body)
    assert int(got.headers["Retry-After"]) >= 1
    path = got.headers["Location"].split("/api/v1", 1)[1]
    assert path == "/approvals/" + got.json["approval_id"]
    return ca.rest("OFFICER1", "GET", path).json


def carried_out(ca, got, who="OFFICER1"):
    done = decide(ca, who, waiting(ca, got))
    assert done.status == 200 and done.json["status"] == "done", done.body
    return done.json


# -- requests --------------------------------------------------------------------------------------

def test_i10_two_officers_agree_and_it_is_issued(ca):
    name = unique()
    request = submit(ca, name)
    seen = read(ca, request, "REQUESTER")
    assert seen["approvals"]["policy"] == "7d: 2 officer"
    assert seen["approvals"]["steps"] == [{"count": 2, "who": "officer", "roles": ["officer"], "group": None, "have": 0}]
    assert (seen["approvals"]["step"], seen["approvals"]["needed"], seen["votes"], seen["revision"]) == (0, 2, [], 1)
    problem(vote(ca, "REQUESTER", request), 403, "own-request")
    assert "officer1" in problem(vote(ca, "ADMIN", request), 403, "not-eligible")["detail"]
    problem(vote(ca, "AUDITOR", request), 403, "forbidden")
    problem(vote(ca, "OFFICER1", request, digest="0" * 64), 409, "plan-changed")
    seen = agreed(vote(ca, "OFFICER1", request, comment="owner confirmed by phone"), "pending")
    assert [(v["operator"], v["decision"], v["comment"], v["revision"], v["void"]) for v in seen["votes"]] == \
        [("officer1", "approve", "owner confirmed by phone", 1, False)]
    assert seen["approvals"]["needed"] == 1 and certificates_of(ca, request) == 0
    seen = agreed(vote(ca, "OFFICER2", request), "issued")
    assert seen["serial"] and seen["certificate_id"] and len(seen["votes"]) == 2
    assert name in str(pem_blocks(seen["certificate"].encode())[0].subject)
    assert seen["plan_digest"] == request["plan_digest"] and certificates_of(ca, request) == 1
    approval = ca.rest("AUDITOR", "GET", "/approvals/" + request["id"]).json
    assert approval["status"] == "done" and approval["decided_by"] == "officer2" and approval["action"] == "certificate.issue"


def test_i10_one_person_has_one_vote(ca):
    request = submit(ca)
    agreed(vote(ca, "OFFICER1", request), "pending")
    assert len(agreed(vote(ca, "OFFICER1", request), "pending")["votes"]) == 1  # the same word again: the same answer
    problem(vote(ca, "OFFICER1", request, "deny", "no"), 409, "already-voted")
    seen = read(ca, request)
    assert seen["approvals"]["needed"] == 1
    assert action(seen, "approve") == {"action": "approve", "allowed": False, "reason": "you have voted"}
    assert certificates_of(ca, request) == 0


def test_the_object_says_what_each_caller_may_do_and_why_not(ca):
    request = submit(ca)
    assert action(read(ca, request, "REQUESTER"), "approve")["reason"] == "you asked for it yourself"
    assert action(read(ca, request, "ADMIN"), "approve")["reason"] == "only officer may"
    assert action(read(ca, request, "OFFICER1"), "approve")["allowed"] and action(read(ca, request, "OFFICER1"), "deny")["allowed"]
    assert action(read(ca, request, "OFFICER1"), "withdraw")["reason"] == "only who asked may"
    assert action(read(ca, request, "REQUESTER"), "withdraw")["allowed"]
    assert not action(read(ca, request, "AUDITOR"), "comment")["allowed"]
    agreed(vote(ca, "OFFICER2", request, "deny", "unknown owner"), "denied")
    assert action(read(ca, request, "OFFICER1"), "approve")["reason"] == "decided: it is denied"


def test_i10_a_denial_ends_it_and_a_late_vote_is_told_who_and_when(ca):
    request = submit(ca)
    for comment in (None, "", "  "):
        problem(vote(ca, "OFFICER1", request, "deny", comment), 400)
    seen = agreed(vote(ca, "OFFICER1", request, "deny", "unknown owner"), "denied")
    assert seen["votes"][0]["comment"] == "unknown owner"
    late = problem(vote(ca, "OFFICER2", request), 409, "already-decided")
    assert WHO_AND_WHEN.search(late["detail"]).groups() == ("denied", "officer1"), late
    problem(vote(ca, "OFFICER1", request), 409, "already-decided")
    assert read(ca, request)["status"] == "denied" and certificates_of(ca, request) == 0


def test_what_was_issued_cannot_be_denied_any_more(ca):
    request = submit(ca)
    agreed(vote(ca, "OFFICER1", request), "pending")
    agreed(vote(ca, "OFFICER2", request), "issued")
    late = problem(vote(ca, "OFFICER1", request, "deny", "too late"), 409, "already-decided")
    assert "by officer2" in late["detail"], late


def test_only_who_asked_withdraws(ca):
    request = submit(ca)
    problem(ca.rest("OFFICER1", "POST", "/requests/%s/withdrawal" % request["id"], {}), 403, "forbidden")
    agreed(ca.rest("REQUESTER", "POST", "/requests/%s/withdrawal" % request["id"], {"comment": "not needed"}), "withdrawn")
    late = problem(vote(ca, "OFFICER1", request), 409, "already-decided")
    assert WHO_AND_WHEN.search(late["detail"]).groups() == ("withdrawn", "requester"), late
    problem(ca.rest("REQUESTER", "POST", "/requests/%s/withdrawal" % request["id"], {}), 409, "already-decided")


def race(*calls):
    answers = [None] * len(calls)
    barrier = threading.Barrier(len(calls))

    def run(i):
        barrier.wait()
        answers[i] = calls[i]()

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_i10_two_officers_at_once_make_one_certificate(ca):
    for _ in range(5):
        request = submit(ca)
        answers = race(lambda: vote(ca, "OFFICER1", request), lambda: vote(ca, "OFFICER2", request))
        assert [a.status for a in answers] == [200, 200], [a.body for a in answers]
        wait_for(lambda: read(ca, request)["status"] == "issued", 10, every=0.1)
        assert certificates_of(ca, request) == 1 and len(read(ca, request)["votes"]) == 2


def test_i10_of_two_that_race_the_loser_is_told_who_was_first(ca):
    for _ in range(5):
        request = submit(ca)
        agreed(vote(ca, "OFFICER1", request), "pending")
        back, last = race(lambda: ca.rest("REQUESTER", "POST", "/requests/%s/withdrawal" % request["id"], {}),
                          lambda: vote(ca, "OFFICER2", request))
        assert sorted((back.status, last.status)) == [200, 409], (back.body, last.body)
        lost = problem(back if back.status == 409 else last, 409, "already-decided")
        assert " by %s" % ("officer2" if back.status == 409 else "requester") in lost["detail"]
        assert certificates_of(ca, request) == (0 if back.status == 200 else 1)


# -- new content -----------------------------------------------------------------------------------

def edit(ca, who, request, names, headers=None, **more):
    return ca.rest(who, "PATCH", "/requests/" + request["id"],
                   {"sans": [{"type": "dns", "value": n} for n in names], **more}, headers)


def test_i10_an_edit_voids_the_votes(ca):
    name, other = unique(), unique()
    request = submit(ca, name)
    agreed(vote(ca, "OFFICER1", request), "pending")
    problem(edit(ca, "REQUESTER", request, [name, other]), 428, "precondition-required")
    problem(edit(ca, "REQUESTER", request, [name, other], plan_digest="0" * 64), 409, "plan-changed")
    problem(edit(ca, "REQUESTER", request, [name, other], {"If-Match": '"00"'}), 412, "stale")
    problem(edit(ca, "REQUESTER", request, [name], plan_digest=request["plan_digest"], profile="https-ecc"), 400)
    problem(edit(ca, "ADMIN", request, [name], plan_digest=request["plan_digest"]), 403, "forbidden")
    seen = agreed(edit(ca, "REQUESTER", request, [name, other], plan_digest=request["plan_digest"]), "pending")
    assert seen["revision"] == 2 and seen["plan_digest"] != request["plan_digest"]
    assert [(v["revision"], v["void"]) for v in seen["votes"]] == [(1, True)]
    assert seen["approvals"]["needed"] == 2
    problem(vote(ca, "OFFICER2", request), 409, "plan-changed")  # the digest of the first revision
    agreed(vote(ca, "OFFICER2", seen), "pending")
    done = agreed(vote(ca, "OFFICER1", seen), "issued")
    assert other in str(pem_blocks(done["certificate"].encode())[0].extensions)


def test_i10_who_edits_does_not_approve(ca):
    name = unique()
    request = submit(ca, name)
    got = ca.rest("OFFICER1", "GET", "/requests/" + request["id"])
    seen = agreed(edit(ca, "OFFICER1", request, [name, unique()], {"If-Match": got.headers["ETag"]}), "pending")
    assert seen["requester"] == "requester"
    assert action(seen, "approve")["reason"] == "you wrote this revision yourself"
    problem(vote(ca, "OFFICER1", seen), 403, "own-request")
    problem(vote(ca, "REQUESTER", seen), 403, "own-request")
    agreed(vote(ca, "OFFICER2", seen), "pending")
    assert certificates_of(ca, request) == 0


def test_the_etag_changes_with_each_vote(ca):
    request = submit(ca)
    first = ca.rest("ADMIN", "GET", "/requests/" + request["id"]).headers["ETag"]
    assert ca.rest("ADMIN", "GET", "/requests/" + request["id"], headers={"If-None-Match": first}).status == 304
    agreed(vote(ca, "OFFICER1", request), "pending")
    assert ca.rest("ADMIN", "GET", "/requests/" + request["id"], headers={"If-None-Match": first}).status == 200


# -- around it -------------------------------------------------------------------------------------

def test_a_repeated_submission_is_the_same_request(ca):
    asked, key = csr(unique())[0], {"Idempotency-Key": uuid.uuid4().hex}
    first = ca.issue(asked, "approved", headers=key)
    again = ca.issue(asked, "approved", headers=key)
    assert (first.status, again.status) == (202, 202) and first.json["id"] == again.json["id"]
    agreed(vote(ca, "OFFICER1", first.json), "pending")
    agreed(vote(ca, "OFFICER2", first.json), "issued")
    last = ca.issue(asked, "approved", headers=key)
    assert last.status == 200 and last.json["id"] == first.json["id"] and last.json["certificate"]
    problem(ca.issue(csr(unique())[0], "approved", headers=key), 422, "idempotency-key-reused")


def test_comments_and_assignments_are_shown(ca):
    request = submit(ca)
    path = "/requests/" + request["id"]
    assert ca.rest("ADMIN", "POST", path + "/comments", {"comment": "mind <b>the</b> \"name\""}).status == 200
    problem(ca.rest("ADMIN", "POST", path + "/comments", {"comment": ""}), 400, "comment-required")
    problem(ca.rest("REQUESTER", "PUT", path + "/assignment", {"operator": "officer2"}), 403, "forbidden")
    problem(ca.rest("ADMIN", "PUT", path + "/assignment", {"operator": "auditor"}), 403, "not-eligible")
    problem(ca.rest("ADMIN", "PUT", path + "/assignment", {"operator": "nobody"}), 400, "malformed")
    assert ca.rest("ADMIN", "PUT", path + "/assignment", {"operator": "officer2"}).json["assigned_to"] == "officer2"
    seen = read(ca, request)
    assert [(c["operator"], c["comment"]) for c in seen["comments"]] == [("admin", "mind <b>the</b> \"name\"")]
    assert "assigned_to" not in ca.rest("ADMIN", "PUT", path + "/assignment", {"operator": None}).json


def listed(ca, who, path):
    return [r["id"] for r in ca.rest(who, "GET", path).json["items"]]


def test_what_is_to_be_decided_is_listed_for_those_who_can(ca):
    request = submit(ca)["id"]
    for path in ("/requests?to_decide=true&limit=500", "/approvals?to_decide=true&limit=500"):
        assert request in listed(ca, "OFFICER1", path)
        assert request not in listed(ca, "ADMIN", path) and request not in listed(ca, "REQUESTER", path)
    assert request in listed(ca, "REQUESTER", "/approvals?mine=true&status=pending&limit=500")
    agreed(vote(ca, "OFFICER1", read(ca, {"id": request})), "pending")
    for path in ("/requests?to_decide=true&limit=500", "/approvals?to_decide=true&limit=500"):
        assert request not in listed(ca, "OFFICER1", path) and request in listed(ca, "OFFICER2", path)
    problem(ca.rest("OFFICER1", "GET", "/approvals?status=issued"), 400, "malformed")
    page = ca.rest("OFFICER1", "GET", "/approvals?limit=1").json
    assert len(page["items"]) == 1
    if page["next"]:
        assert listed(ca, "OFFICER1", "/approvals?limit=1&cursor=" + page["next"]) != [page["items"][0]["id"]]


def test_others_do_not_see_what_is_not_theirs(ca):
    request = submit(ca, who="OFFICER1")
    problem(ca.rest("REQUESTER", "GET", "/approvals/" + request["id"]), 404, "not-found")
    problem(vote(ca, "REQUESTER", request), 404, "not-found")
    problem(ca.rest("REQUESTER", "POST", "/requests/%s/comments" % request["id"], {"comment": "x"}), 404, "not-found")
    problem(vote(ca, "OFFICER1", request), 403, "own-request")  # an officer is a requester here


@pytest.mark.parametrize("body", [
    {}, {"decision": "approve"}, {"decision": "maybe", "plan_digest": "0" * 64}, {"decision": "approve", "plan_digest": "0" * 62},
    {"decision": "approve", "plan_digest": "x" * 64}, {"decision": "approve", "plan_digest": "0" * 64, "operator": "officer2"},
    {"decision": True, "plan_digest": "0" * 64}, {"decision": "deny", "plan_digest": "0" * 64, "comment": "x" * 1001},
    {"decision": "deny", "plan_digest": "0" * 64, "comment": "\u0007"}])
def test_a_vote_that_is_none_changes_nothing(ca, body):
    request = submit(ca)
    problem(ca.rest("OFFICER1", "POST", "/requests/%s/decisions" % request["id"], body), 400)
    assert read(ca, request)["votes"] == []


# -- written past the signer -----------------------------------------------------------------------

def forge_vote(ca, request):
    """A vote of officer2, with the seal of officer1's."""
    sql(ca, "INSERT INTO ca.approval_vote SELECT approval_id, revision, (SELECT id FROM ca.operator WHERE name = 'officer2'),"
            " approves, step, digest, comment, at, seal FROM ca.approval_vote WHERE approval_id = '%s'" % request["id"])


def change_csr(ca, request):
    other = submit(ca)["id"]
    sql(ca, "UPDATE ca.request SET csr = (SELECT csr FROM ca.request WHERE id = '%s') WHERE id = '%s'" % (other, request["id"]))


def change_overrides(ca, request):
    other = submit(ca)["id"]
    sql(ca, "UPDATE ca.request SET csr = o.csr, subject = o.subject, plan_digest = o.plan_digest FROM ca.request o"
            " WHERE o.id = '%s' AND ca.request.id = '%s'" % (other, request["id"]))


def weaken_policy(ca, request):
    sql(ca, "UPDATE ca.approval SET policy = '7d: 1 officer' WHERE id = '%s'" % request["id"])


def swap_digest(ca, request):
    other = submit(ca)["id"]
    sql(ca, "UPDATE ca.approval SET digest = o.digest FROM ca.approval o WHERE o.id = '%s' AND ca.approval.id = '%s'"
        % (other, request["id"]))


def approve_by_state(ca, request):
    sql(ca, "UPDATE ca.approval SET state = 'approved' WHERE id = '%s'" % request["id"])
    sql(ca, "UPDATE ca.request SET state = 'approved' WHERE id = '%s'" % request["id"])


def stretch_time(ca, request):
    sql(ca, "UPDATE ca.approval SET expires_at = expires_at + 864000 WHERE id = '%s'" % request["id"])


@pytest.mark.parametrize("alter", [forge_vote, change_csr, change_overrides, weaken_policy, swap_digest, approve_by_state,
                                   stretch_time])
def test_i10_rows_that_were_altered_issue_nothing(ca, alter):
    request = submit(ca)
    agreed(vote(ca, "OFFICER1", request), "pending")
    alter(ca, request)
    said = request_id()
    got = vote(ca, "OFFICER2", request, headers={"X-Request-Id": said})
    assert got.status == 200 and got.json["status"] in ("failed", "pending") or got.status in (403, 409), got.body
    assert certificates_of(ca, request) == 0
    assert read(ca, request)["status"] != "issued"
    lines = wait_for(lambda: audit(ca, said), 5, every=0.05)
    assert any(line[1] in ("denied", "failed") for line in lines), lines


def test_i10_a_role_raised_in_the_database_is_no_role(own_ca):
    ca = own_ca
    request = submit(ca, who="OFFICER1")
    agreed(vote(ca, "OFFICER2", request), "pending")
    sql(ca, "UPDATE ca.operator SET roles = 2 WHERE name = 'requester'")
    got = wait_for(lambda: (lambda a: a if a.status != 404 else None)(vote(ca, "REQUESTER", request)), 15, every=0.5)
    assert got.status == 403, got.body
    assert certificates_of(ca, request) == 0


# -- guarded acts ----------------------------------------------------------------------------------

def test_a_group_waits_for_a_colleague(own_ca):
    ca = own_ca
    officer2 = next(u for u in ca.rest("ADMIN", "GET", "/users").json["items"] if u["name"] == "officer2")["id"]
    got = ca.rest("ADMIN", "PUT", "/groups/security", {"members": [officer2]})
    approval = waiting(ca, got)
    assert approval["action"] == "group.put" and approval["requester"] == "admin"
    said = {q["field"]: q["value"] for q in approval["question"]}
    assert said["name"] == "security" and said["members/0/operator_id"] == officer2
    assert approval["id"] in listed(ca, "OFFICER1", "/approvals?to_decide=true")
    assert action(approval, "approve")["allowed"] and not action(approval, "edit")["allowed"]
    problem(decide(ca, "ADMIN", approval), 403, "own-request")
    problem(decide(ca, "OFFICER1", {**approval, "digest": "0" * 64}), 409, "plan-changed")
    problem(ca.rest("ADMIN", "GET", "/groups/security"), 404, "not-found")
    done = decide(ca, "OFFICER1", approval, comment="fine")
    assert done.status == 200 and done.json["status"] == "done" and done.json["decided_by"] == "officer1"
    assert ca.rest("ADMIN", "GET", "/groups/security").json["members"] == [officer2]
    late = problem(decide(ca, "OFFICER2", approval, "deny", "no"), 409, "already-decided")
    assert "by officer1" in late["detail"]
    rule_set(ca)


def rule_set(ca):
    """Rules: whoever could be asked is counted, and the change of a rule is guarded itself."""
    rules = {r["action"]: r for r in ca.rest("REQUESTER", "GET", "/approval-rules").json["items"]}
    assert rules["group.put"]["origin"] == "default" and rules["group.put"]["policy"] == "7d: 1 officer|admin"
    assert rules["group.put"]["eligible"] == 3 and rules["authority.create"]["policy"] is None
    path = "/approval-rules/group.put"
    etag = {"If-Match": ca.rest("ADMIN", "GET", path).headers["ETag"]}
    for steps in ([{"count": 3, "roles": ["officer"]}], [{"count": 2, "group": "security"}], [{"count": 1, "group": "nobody"}]):
        problem(ca.rest("ADMIN", "PUT", path, {"steps": steps}, etag), 422, "unsatisfiable-rule")
    problem(ca.rest("ADMIN", "PUT", path, {"steps": []}), 428, "precondition-required")
    problem(ca.rest("OFFICER1", "PUT", path, {"steps": []}, etag), 403, "forbidden")
    problem(ca.rest("ADMIN", "PUT", "/approval-rules/certificate.issue", {"steps": []}, etag), 404, "not-found")
    steps = [{"count": 1, "roles": ["officer"]}, {"count": 1, "group": "security"}]
    asked = ca.rest("ADMIN", "PUT", path, {"steps": steps, "expires": "48h"}, etag)
    assert ca.rest("ADMIN", "GET", path).json["origin"] == "default"
    carried_out(ca, asked)
    rule = ca.rest("ADMIN", "GET", path).json
    assert (rule["policy"], rule["origin"], rule["updated_by"]) == ("2d: 1 officer, then 1 group:security", "set", "admin")
    assert [s["eligible"] for s in rule["steps"]] == [2, 1]
    two_steps(ca)


def two_steps(ca):
    got = ca.rest("ADMIN", "PUT", "/groups/ops", {"members": []})
    approval = waiting(ca, got)
    assert decide(ca, "OFFICER1", approval).json["step"] == 1
    assert decide(ca, "OFFICER2", approval).json["status"] == "done"
    assert ca.rest("ADMIN", "GET", "/groups/ops").status == 200


QUICK = """
name: quick
description: for this test
copy-from: approved
approvals:
  expires: %s
  steps:
    - {count: 1, role: officer}
"""


def activate(ca, text):
    made = ca.rest("ADMIN", "POST", "/profiles", {"yaml": text})
    assert made.status in (200, 201), made.body
    return ca.rest("ADMIN", "PUT", "/profiles/quick/activation", {"version": made.json["version"]})


def test_a_profile_comes_into_force_with_a_colleague_and_requests_expire(own_ca):
    ca = own_ca
    asked = activate(ca, QUICK % "3s")
    problem(ca.issue(csr(unique())[0], "quick"), 404, "unknown-profile")
    denied = decide(ca, "OFFICER2", waiting(ca, asked), "deny", "not now")
    assert denied.json["status"] == "denied"
    problem(ca.issue(csr(unique())[0], "quick"), 404, "unknown-profile")
    carried_out(ca, activate(ca, QUICK % "3s"))
    got = wait_for(lambda: (lambda a: a if a.status == 202 else None)(ca.issue(csr(unique())[0], "quick")), 15, every=0.5)
    wait_for(lambda: read(ca, got.json)["approvals"]["expires_at"] and
             action(read(ca, got.json), "approve").get("reason", "").startswith("decided"), 10, every=0.2)
    late = vote(ca, "OFFICER1", got.json)
    assert problem(late, 409)["type"].rsplit("/", 1)[1] in ("approval-expired", "already-decided")
    wait_for(lambda: read(ca, got.json)["status"] == "expired", 90, every=1)
    assert certificates_of(ca, got.json) == 0


def test_i10_a_profile_changed_after_the_vote_voids_it(own_ca):
    ca = own_ca
    carried_out(ca, activate(ca, (QUICK % "1h").replace("count: 1", "count: 2")))
    got = wait_for(lambda: (lambda a: a if a.status == 202 else None)(ca.issue(csr(unique())[0], "quick")), 15, every=0.5)
    agreed(vote(ca, "OFFICER1", got.json), "pending")
    carried_out(ca, activate(ca, (QUICK % "1h").replace("count: 1", "count: 2") + "validity: {default: 30d, max: 30d}\n"))
    last = vote(ca, "OFFICER2", got.json)
    assert last.status in (200, 409) and certificates_of(ca, got.json) == 0, last.body
    assert wait_for(lambda: read(ca, got.json)["status"] != "approved" and read(ca, got.json)["status"], 10) == "failed"
