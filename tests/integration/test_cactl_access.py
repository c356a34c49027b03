# SPDX-License-Identifier: Apache-2.0
"""cactl user, role and api-token; logging in with a token."""

import json
import os
import stat
import uuid

import pytest

from harness import csr
from test_access import agreed, newest_certificate
from test_cactl import CONFLICT, FORBIDDEN, NOT_FOUND, REFUSED, USAGE, WAITING, Cactl


@pytest.fixture
def cactl(ca, tmp_path):
    return Cactl(ca, tmp_path)


def unique(what):
    return "%s-%s" % (what, uuid.uuid4().hex[:10])


def waits(cactl, *arguments):
    """A guarded act: it leaves with 7, an officer agrees, and it is done."""
    said = json.loads(cactl(*arguments, "-o", "json", who="ADMIN", exit=WAITING).out)
    agreed(cactl.ca, Waiting(said))


class Waiting:
    """What `agreed` looks at of an answer."""

    status = 202

    def __init__(self, said):
        self.json = said
        self.headers = {"Location": said["location"]}


def pem_of(cactl, name, key):
    path = os.path.join(cactl.folder, unique("pem"))
    with open(path, "wb") as f:
        f.write(newest_certificate(cactl.ca, name).encode() + key)
    return path


def test_an_operator_from_enrolment_to_the_end(cactl):
    name = unique("bob")
    request, key = csr("bob.example")
    cactl.write("bob.csr", request)
    waits(cactl, "user", "create", name, "--role", "officer", "--owns", "example.org", "--csr", "bob.csr")
    made = cactl.json("user", "show", name)
    assert (made["roles"], made["names"]) == (["officer"], ["example.org"])
    pem = pem_of(cactl, name, key)
    assert cactl.json("whoami", "--cert", pem)["name"] == name
    assert name in cactl("user", "list").out
    assert [a["action"] for a in made["allowed_actions"] if a["allowed"]] == []
    waits(cactl, "user", "set", name, "--role", "requester,officer", "--owns", "10.0.0.0/8")
    changed = cactl.json("user", "show", name)
    assert (changed["roles"], changed["names"]) == (["requester", "officer"], ["10.0.0.0/8"])
    waits(cactl, "user", "disable", name, "--yes")
    cactl("whoami", "--cert", pem, exit=FORBIDDEN)
    waits(cactl, "user", "enable", name)
    second, _ = csr("phone.example")
    cactl.write("phone.csr", second)
    waits(cactl, "user", "add-key", name, "--csr", "phone.csr", "--name", "phone")
    keys = cactl.json("user", "keys", name, who="AUDITOR")["items"]
    assert [k["status"] for k in keys] == ["active", "active"]
    assert cactl.json("user", "revoke-key", name, keys[1]["id"], "--yes", who="ADMIN")["status"] == "revoked"
    cactl("user", "revoke-key", name, keys[1]["id"], "--yes", who="ADMIN", exit=CONFLICT)


def test_what_the_server_refuses_leaves_with_its_status(cactl):
    request, _ = csr("x.example")
    cactl.write("x.csr", request)
    cactl("user", "create", unique("x"), "--csr", "x.csr", who="ADMIN", exit=USAGE)
    cactl("user", "create", unique("x"), "--role", "auditor,admin", "--csr", "x.csr", who="ADMIN", exit=REFUSED)
    cactl("user", "create", unique("x"), "--role", "officer", "--csr", "x.csr", who="OFFICER1", exit=FORBIDDEN)
    cactl("user", "create", "admin", "--role", "officer", "--csr", "x.csr", who="ADMIN", exit=CONFLICT)
    cactl("user", "disable", "admin", "--yes", who="ADMIN", exit=CONFLICT)
    cactl("user", "disable", "officer2", who="ADMIN", exit=USAGE)  # nobody can be asked
    cactl("user", "show", "nobody", exit=NOT_FOUND)
    cactl("role", "show", "king", exit=NOT_FOUND)


def test_a_group_from_its_first_member_to_none(cactl):
    name = unique("ops")
    ids = {u["name"]: u["id"] for u in cactl.json("user", "list")["items"]}
    waits(cactl, "group", "set", name, "--member", "officer1,officer2")
    assert sorted(cactl.json("group", "show", name)["members"]) == sorted([ids["officer1"], ids["officer2"]])
    assert name in cactl("group", "list").out
    waits(cactl, "group", "set", name, "--member", "officer2")
    assert cactl.json("group", "show", name)["members"] == [ids["officer2"]]
    waits(cactl, "group", "set", name, "--empty")
    assert cactl.json("group", "show", name)["members"] == []
    cactl("group", "set", name, "--member", "nobody", who="ADMIN", exit=NOT_FOUND)
    cactl("group", "set", name, who="ADMIN", exit=USAGE)
    cactl("group", "set", name, "--member", "officer1", who="OFFICER1", exit=FORBIDDEN)
    cactl("group", "show", "no-such-group", exit=NOT_FOUND)


def test_roles_are_shown(cactl):
    assert "auditor" in cactl("role", "list").out
    assert "Revoke a certificate" in cactl("role", "show", "officer").out


def test_a_token_goes_to_a_file_and_logs_in(cactl):
    made = cactl.json("api-token", "create", "ci", "--profile", "https-ecc", "--for", "example.org", "--valid", "30d",
                      "-f", "ci.token", who="REQUESTER")
    path = os.path.join(cactl.folder, "ci.token")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    with open(path) as f:
        token = f.read().strip()
    assert token.startswith("ca_") and "token" not in made and made["profiles"] == ["https-ecc"]
    bare = {"CACTL_CERT": ""}
    assert cactl.json("whoami", "--token-file", "ci.token", env=bare)["name"] == "requester"
    assert cactl.json("whoami", env={**bare, "CACTL_TOKEN_FILE": path})["name"] == "requester"
    assert cactl.json("whoami", "--cert", cactl.ca.env["CA_OFFICER1_PEM"], env={"CACTL_TOKEN_FILE": path})["name"] == "officer1"
    cactl.csr(name="www.example.org")
    cactl("request", "submit", "www.csr", "--profile", "https-ecc", "--token-file", "ci.token", env=bare)
    shown = cactl("whoami", "--token-file", "ci.token", "--curl", env=bare)
    assert path in shown.out and token[36:] not in shown.out + shown.err
    said = cactl("whoami", "--token-file", "ci.token", "-v", env=bare)
    assert token[36:] not in said.out + said.err
    cactl("api-token", "create", "again", "-f", "ci.token", who="REQUESTER", exit=CONFLICT)  # it is not overwritten
    assert "ci" in cactl("api-token", "list", who="REQUESTER").out
    assert cactl.json("api-token", "revoke", made["id"], "--yes", who="REQUESTER")["status"] == "revoked"
    cactl("whoami", "--token-file", "ci.token", env=bare, exit=FORBIDDEN)


def test_a_context_names_the_file_of_a_token(cactl):
    cactl("api-token", "create", "ctx", "-f", "ctx.token", who="REQUESTER")
    env = cactl.ca.env
    clean = {"CACTL_URL": "", "CACTL_CACERT": "", "CACTL_CERT": ""}
    cactl("login", env["CA_HTTPS_URL"], "--cacert", env["CA_ROOT_PEM"], "--token-file", "ctx.token", "--name", "robot", env=clean)
    assert cactl.json("whoami", env=clean)["name"] == "requester"
    with open(os.path.join(cactl.folder, "config", "cactl", "config")) as f:
        text = f.read()
    assert "token_file = " + os.path.join(cactl.folder, "ctx.token") in text and "ca_" not in text.split("[robot]")[1]
    cactl("login", env["CA_HTTPS_URL"], "--cacert", env["CA_ROOT_PEM"], env=clean, exit=USAGE)


def test_a_token_that_others_may_read_is_not_used(cactl):
    cactl("api-token", "create", "open", "-f", "open.token", who="REQUESTER")
    os.chmod(os.path.join(cactl.folder, "open.token"), 0o644)
    done = cactl("whoami", "--token-file", "open.token", env={"CACTL_CERT": ""}, exit=FORBIDDEN)
    assert "chmod" in done.err


def test_a_token_for_stdout_is_shown_once(cactl):
    made = cactl.json("api-token", "create", "out", who="REQUESTER")
    assert made["token"].startswith("ca_")
    assert made["token"] not in cactl("api-token", "list", "-o", "json", who="REQUESTER").out
