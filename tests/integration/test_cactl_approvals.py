# SPDX-License-Identifier: Apache-2.0
"""cactl request approve, deny, withdraw, assign, comment, edit, wait; cactl approval."""

import os
import pty
import subprocess
import uuid

import pytest

from harness import csr
from test_cactl import CACTL, CONFLICT, FORBIDDEN, NOT_FOUND, OTHER, REFUSED, USAGE, WAITING, Cactl


@pytest.fixture
def cactl(ca, tmp_path):
    return Cactl(ca, tmp_path)


def submit(cactl, *more, exit=WAITING):
    name = "c%s.example.org" % uuid.uuid4().hex[:12]
    cactl.write("www.csr", csr(name)[0])
    return cactl.json("request", "submit", "www.csr", "--profile", "approved", *more, who="REQUESTER", exit=exit)


def test_two_officers_approve_what_they_have_seen(cactl):
    request = submit(cactl)
    at = request["id"]
    assert at in cactl("request", "list", "--mine-to-approve", "-o", "name", who="OFFICER1").out
    assert at in cactl("approval", "list", "--mine-to-approve", "-o", "name", who="OFFICER2").out
    assert at not in cactl("request", "list", "--mine-to-approve", "-o", "name", who="ADMIN").out
    cactl("request", "approve", at, "--yes", who="REQUESTER", exit=FORBIDDEN)
    cactl("request", "approve", at, "--yes", who="ADMIN", exit=FORBIDDEN)
    cactl("request", "approve", at, who="OFFICER1", exit=USAGE)  # nobody can be asked
    cactl("request", "approve", at, "--digest", "0" * 64, who="OFFICER1", exit=CONFLICT)
    cactl("request", "approve", at, "--digest", "00", who="OFFICER1", exit=REFUSED)
    cactl("request", "wait", at, "--wait=1s", who="REQUESTER", exit=WAITING)
    first = cactl("request", "approve", at, "--yes", "--comment", "by phone", who="OFFICER1", exit=WAITING)
    assert request["plan_digest"] in first.err and "7d: 2 officer" in first.err
    assert at not in cactl("request", "list", "--mine-to-approve", "-o", "name", who="OFFICER1").out
    seen = cactl("request", "show", at, who="OFFICER2").out
    assert "officer1" in seen and "approve" in seen and "by phone" in seen
    done = cactl.json("request", "approve", at, "--digest", request["plan_digest"], who="OFFICER2")
    assert done["status"] == "issued" and done["serial"]
    cactl("request", "wait", at, "-f", "www.pem", who="REQUESTER")
    assert "BEGIN CERTIFICATE" in open(os.path.join(cactl.folder, "www.pem")).read()
    late = cactl("request", "deny", at, "--yes", "--comment", "late", who="OFFICER1", exit=CONFLICT)
    assert "by officer2" in late.err
    assert cactl.json("approval", "show", at, who="AUDITOR")["status"] == "done"


def test_a_denial_says_why_and_ends_it(cactl):
    at = submit(cactl)["id"]
    cactl("request", "deny", at, "--yes", who="OFFICER1", exit=USAGE)
    cactl("request", "deny", at, "--comment", "not yours", who="OFFICER1", exit=USAGE)
    assert cactl.json("request", "deny", at, "--yes", "--comment", "not yours", who="OFFICER1")["status"] == "denied"
    assert "by officer1" in cactl("request", "approve", at, "--yes", who="OFFICER2", exit=CONFLICT).err
    cactl("request", "wait", at, who="REQUESTER", exit=REFUSED)
    cactl("request", "approve", str(uuid.uuid4()), "--yes", who="OFFICER2", exit=NOT_FOUND)


def test_talked_about_assigned_edited_and_withdrawn(cactl):
    request = submit(cactl)
    at = request["id"]
    assert cactl.json("request", "comment", at, "which team?", who="ADMIN")["comments"][0]["comment"] == "which team?"
    assert cactl.json("request", "assign", at, "--to", "officer2", who="ADMIN")["assigned_to"] == "officer2"
    assert "assigned_to" not in cactl.json("request", "assign", at, "--nobody", who="ADMIN")
    cactl("request", "assign", at, who="ADMIN", exit=USAGE)
    cactl("request", "approve", at, "--yes", who="OFFICER1", exit=WAITING)
    cactl("request", "edit", at, who="REQUESTER", exit=USAGE)
    edited = cactl.json("request", "edit", at, "--dns", request["subject"][3:], "--dns", "new.example.org", who="REQUESTER", exit=WAITING)
    assert edited["revision"] == 2 and edited["votes"][0]["void"] and edited["plan_digest"] != request["plan_digest"]
    cactl("request", "approve", at, "--digest", request["plan_digest"], who="OFFICER1", exit=CONFLICT)
    cactl("request", "withdraw", at, who="OFFICER1", exit=FORBIDDEN)
    assert cactl.json("request", "withdraw", at, "--comment", "no need", who="REQUESTER")["status"] == "withdrawn"


def test_on_a_terminal_the_digest_is_typed(cactl):
    """What stands on the screen is what is agreed to."""
    request = submit(cactl)
    for typed, exit in (("nonsense", OTHER), (request["plan_digest"][:8], WAITING)):
        master, slave = pty.openpty()
        run = subprocess.Popen([CACTL, "request", "approve", request["id"]],
                               stdin=slave, stderr=slave, stdout=subprocess.DEVNULL, env=cactl.environment("OFFICER1"), cwd=cactl.folder)
        os.write(master, typed.encode() + b"\n")
        assert run.wait(30) == exit
        os.close(slave)
        os.close(master)


def test_rules_are_shown_and_their_change_waits(cactl):
    rules = {r["action"]: r for r in cactl.json("approval", "rules", who="REQUESTER")["items"]}
    assert rules["operator.enrol"]["policy"] == "7d: 1 officer|admin" and rules["operator.enrol"]["eligible"] >= 3
    for wrong in (["officer"], ["0 officer"], [], ["1 officer", "--nobody"]):
        cactl("approval", "set-rule", "group.put", *wrong, who="ADMIN", exit=USAGE)
    cactl("approval", "set-rule", "group.put", "9 officer", who="ADMIN", exit=REFUSED)
    cactl("approval", "set-rule", "group.put", "1 officer", who="OFFICER1", exit=FORBIDDEN)
    cactl("approval", "set-rule", "nothing", "1 officer", who="ADMIN", exit=NOT_FOUND)
    asked = cactl.json("approval", "set-rule", "group.put", "1 officer|admin", "--expires", "2d", who="ADMIN", exit=WAITING)
    at = asked["approval_id"]
    shown = cactl.json("approval", "show", at, who="OFFICER1")
    assert {"field": "policy", "value": "2d: 1 officer|admin"} in shown["question"]
    assert cactl.json("approval", "withdraw", at, who="ADMIN")["status"] == "withdrawn"
    assert at in cactl("approval", "list", "--status", "withdrawn", "--action", "approval_rule.change", "-o", "name",
                       who="OFFICER1").out
