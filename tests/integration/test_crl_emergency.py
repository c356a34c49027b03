# SPDX-License-Identifier: Apache-2.0
"""CRLs that are signed ahead: held back, published while the token is away, and followed by higher numbers."""

import os
import signal
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

import harness
from harness import wait_for
from support import crl_now, crl_number, issued, problem, revoke, sql, sql_one

HOURS = 720
FAR = 1000000000  # how far above the regular numbers theirs are


@pytest.fixture(scope="module")
def ca():
    dev = harness.Dev()
    try:
        yield dev.start()
    finally:
        dev.remove()


def name(ca):
    return ca.env["CA_ISSUING_NAME"]


def authority(ca):
    return ca.rest("AUDITOR", "GET", "/authorities/" + name(ca)).json


def schedule(ca, who="ADMIN", **fields):
    return ca.rest(who, "PUT", "/authorities/%s/crl-schedule" % name(ca), fields)


def agree(ca, got):
    assert got.status == 202, (got.status, got.body)
    path = "/approvals/" + got.json["approval_id"]
    seen = ca.rest("OFFICER1", "GET", path).json
    assert seen["action"] == "crl.emergency"
    assert ca.rest("OFFICER1", "POST", path + "/decisions", {"decision": "approve", "digest": seen["digest"]}).status == 200
    wait_for(lambda: ca.rest("ADMIN", "GET", path).json["status"] == "done", 20, every=0.1)


def served(ca, part=0):
    got = ca.http("GET", "/crl/%s%s.crl" % (name(ca), "/%04d" % part if part else ""))
    return x509.load_der_x509_crl(got.body) if got.status == 200 else None


def lists(crl, made):
    return crl.get_revoked_certificate_by_serial_number(int(made["serial"], 16)) is not None


def seconds(time):
    return int(subprocess.run(["date", "-d", time, "+%s"], capture_output=True, text=True, check=True).stdout)


def held(ca):
    return authority(ca)["crl_emergency"]


def held_beside_the_newest(ca):
    """Once the one that is held was made with what is published."""
    rows = sql(ca, "SELECT count(*) FROM ca.crl_ahead AS h JOIN ca.authority AS a ON a.id = h.authority_id "
                   "WHERE a.name = '%s' AND h.beside = (SELECT max(number) FROM ca.crl AS c "
                   "WHERE c.authority_id = a.id AND c.shard = h.shard AND NOT c.emergency)" % name(ca))
    return int(rows[0][0]) == authority(ca)["crl_shards"] + 1


class Away:
    """The CA token is not there; the front's is."""

    def __init__(self, ca):
        self.ca = ca
        tokens = os.path.join(ca.state, "token", "tokens")
        label = b"ca-server dev".ljust(32)
        for one in os.listdir(tokens):
            with open(os.path.join(tokens, one, "token.object"), "rb") as f:
                if label in f.read():
                    self.token = os.path.join(tokens, one)
        self.at = os.path.join(ca.state, "token", "away")

    def __enter__(self):
        seen = self.ca.logged().count("event=token_away")
        os.rename(self.token, self.at)
        os.kill(int(self.ca.env["CA_SIGNER_PID"]), signal.SIGKILL)
        wait_for(lambda: self.ca.logged().count("event=token_away") > seen, 30, every=0.1)
        wait_for(lambda: authority(self.ca)["state"] == "offline", 30, every=0.1)
        return self

    def __exit__(self, *_):
        os.rename(self.at, self.token)
        wait_for(lambda: authority(self.ca)["state"] == "online", 30, every=0.1)


def verify(ca, tmp_path, made, crl):
    (tmp_path / "leaf.pem").write_text(made["certificate"])
    (tmp_path / "crl.pem").write_bytes(crl.public_bytes(Encoding.PEM))
    got = subprocess.run(["openssl", "verify", "-CAfile", ca.env["CA_ROOT_PEM"], "-untrusted", ca.env["CA_CHAIN_PEM"],
                          "-CRLfile", str(tmp_path / "crl.pem"), "-crl_check", str(tmp_path / "leaf.pem")],
                         capture_output=True, text=True, check=False)
    return got.stdout + got.stderr


def metrics(ca):
    return ca.https("AUDITOR", "GET", "/metrics").body.decode()


@pytest.fixture(scope="module")
def ready(ca):
    """Certificates on the whole CRL, two parts, and CRLs held beside all of them."""
    fine, gone, later = issued(ca), issued(ca), issued(ca)
    assert schedule(ca, shards=2).status == 200
    agree(ca, schedule(ca, emergency_hours=HOURS))
    assert revoke(ca, gone["certificate_id"]).status == 200
    crl_now(ca)
    wait_for(lambda: held_beside_the_newest(ca) and lists(served(ca), gone), 30, every=0.2)
    return fine, gone, later


@pytest.mark.parametrize("fields", [{"emergency_hours": 1}, {"emergency_hours": 8785}, {"emergency_hours": -5},
                                    {"emergency_hours": "720"}])
def test_a_validity_that_makes_no_sense_is_refused_before_anybody_is_asked(ca, fields):
    assert schedule(ca, **fields).status == 400


def test_what_is_held_has_the_same_entries_a_high_number_and_is_nobodys(ca, ready):
    def together():
        """Of one and the same making: another one may come between two looks."""
        seen = authority(ca)
        one, crl = seen["crl_emergency"], seen["crl"]
        return one and (one["entries"], one["this_update"]) == (crl["entries"], crl["this_update"]) and seen

    seen = wait_for(together, 30, every=0.2)
    one = seen["crl_emergency"]
    assert seen["crl_emergency_seconds"] == HOURS * 3600 and one["number"] > FAR > seen["crl"]["number"]
    assert seconds(one["next_update"]) - seconds(one["this_update"]) == HOURS * 3600
    assert crl_number(served(ca)) < FAR
    assert sql_one(ca, "SELECT has_table_privilege('ca_front', 'ca.crl_ahead_chunk', 'SELECT')") == "f"
    problem(ca.rest("OFFICER1", "POST", "/authorities/%s/crl-emergency" % name(ca)), 409, "conflict")  # it is online
    assert crl_number(served(ca)) < FAR


def test_i12_the_token_away_the_emergency_crl_appears_and_the_next_has_a_higher_number(ca, ready, tmp_path):
    fine, gone, later = ready
    wait_for(lambda: held_beside_the_newest(ca), 30, every=0.2)
    with Away(ca):
        number = held(ca)["number"]
        assert revoke(ca, later["certificate_id"]).status == 200  # on record, and on no CRL yet
        assert crl_number(served(ca)) < FAR  # there is time
        sql(ca, "UPDATE ca.crl SET this_update = extract(epoch FROM now())::bigint - 1000, "
                "next_update = extract(epoch FROM now())::bigint + 100 WHERE number < %d AND authority_id = "
                "(SELECT id FROM ca.authority WHERE name = '%s')" % (FAR, name(ca)))
        crl = wait_for(lambda: [c for c in [served(ca)] if crl_number(c) == number], 30, every=0.2)[0]
        assert lists(crl, gone) and not lists(crl, later)
        assert "error 23" in verify(ca, tmp_path, gone, crl) and "error" not in verify(ca, tmp_path, fine, crl)
        for part in (1, 2):
            assert wait_for(lambda: crl_number(served(ca, part)) > FAR, 20, every=0.2)
        assert held(ca) is None and authority(ca)["crl"]["emergency"] is True
        assert 'ca_crl_emergency{ca="%s"} 1' % name(ca) in metrics(ca)
        assert 'ca_crl_alarm{ca="%s"} 1' % name(ca) in metrics(ca)
        checks = {c["name"]: c for c in ca.rest("AUDITOR", "GET", "/health").json["checks"]}
        assert checks["crl:" + name(ca)]["status"] == "warning" and "signed ahead" in checks["crl:" + name(ca)]["detail"]
        assert sql_one(ca, "SELECT count(*) FROM ca.audit WHERE action = 'crl.emergency' AND outcome = 'ok' "
                           "AND actor = 'system'") == "3"
    after = wait_for(lambda: [c for c in [served(ca)] if crl_number(c) > number], 30, every=0.2)[0]
    assert lists(after, gone) and lists(after, later)
    wait_for(lambda: held_beside_the_newest(ca), 30, every=0.2)
    assert held(ca)["number"] > crl_number(after)
    assert sql_one(ca, "SELECT count(*) FROM (SELECT number, lag(number) OVER (PARTITION BY authority_id, shard "
                       "ORDER BY id) AS l FROM ca.crl) AS x WHERE number <= l") == "0"


def test_an_operator_publishes_it_and_nobody_else(ca, ready):
    wait_for(lambda: held_beside_the_newest(ca), 30, every=0.2)
    post = "/authorities/%s/crl-emergency" % name(ca)
    with Away(ca):
        number = held(ca)["number"]
        for who in ("REQUESTER", "AUDITOR"):
            problem(ca.rest(who, "POST", post), 403, "forbidden")
        assert ca.rest("OFFICER1", "POST", "/authorities/nobody/crl-emergency").status == 404
        got = ca.rest("OFFICER1", "POST", post)
        assert got.status == 200 and got.json["number"] == number, got.body
        wait_for(lambda: crl_number(served(ca)) == number, 20, every=0.2)
        assert ca.rest("OFFICER1", "POST", post).status == 404  # it was the only one
    wait_for(lambda: crl_number(served(ca)) > number, 30, every=0.2)


def test_what_was_altered_in_the_database_is_not_published(ca, ready):
    wait_for(lambda: held_beside_the_newest(ca), 30, every=0.2)
    with Away(ca):
        number = held(ca)["number"]
        sql(ca, "UPDATE ca.crl_ahead_chunk SET bytes = set_byte(bytes, octet_length(bytes) - 1, "
                "(get_byte(bytes, octet_length(bytes) - 1) + 1) % 256)")
        assert ca.rest("OFFICER1", "POST", "/authorities/%s/crl-emergency" % name(ca)).status >= 400
        assert "event=crl_emergency_failed" in ca.logged() and crl_number(served(ca)) < number
        assert sql_one(ca, "SELECT count(*) FROM ca.crl WHERE number = %d" % number) == "0"
    crl_now(ca)


def test_none_is_held_once_it_is_switched_off(ca, ready):
    got = schedule(ca, emergency_hours=0)  # needs nobody's consent
    assert got.status == 200 and got.json["crl_emergency_seconds"] == 0 and got.json["crl_emergency"] is None
    crl_now(ca)
    assert sql_one(ca, "SELECT (SELECT count(*) FROM ca.crl_ahead) + (SELECT count(*) FROM ca.crl_ahead_chunk)") == "0"
