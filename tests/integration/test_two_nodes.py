# SPDX-License-Identifier: Apache-2.0
"""Two nodes of one installation: one database, tokens with the same keys, nothing else in common
(docs/how-to/second-node.md). The last test takes one of them away."""

import concurrent.futures
import shutil
import uuid

import pytest

from cryptography import x509
from cryptography.x509 import ocsp

from harness import csr, wait_for
from installation import Installation, Node
from ocsp_support import SUCCESSFUL, Shop, response_status
from support import crl_fetch, issued, problem, revoke, sql, sql_one

GOOD, REVOKED = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED
PEOPLE = ("alice", "bob", "carol", "dave", "erin")


class Cluster:
    """ca-server init, then a node on its tokens and a node on a copy of them."""

    def __init__(self):
        self.home = Installation()
        self.nodes = []

    def set_up(self):
        home = self.home
        home.set_up()
        with open(home.config) as f:
            text = f.read() + "crl: {soon: 1s}\n"
        home.init()
        home.admin("bob")
        shutil.copytree(home.path("tokens"), home.path("tokens-b"))
        env = {"CA_ROOT_PEM": home.path("chain.pem"), "CA_CHAIN_PEM": home.path("chain.pem"), "CA_ROOT_NAME": "root",
               "CA_ISSUING_NAME": "issuing", "CA_DB_CONNINFO": "host=%s dbname=postgres user=owner" % home.path("pg")}
        for name in PEOPLE:
            env["CA_%s_PEM" % name.upper()] = home.path(name + "-login.pem")
        for name, tokens in (("node-a", "tokens"), ("node-b", "tokens-b")):
            node = Node(home, name, env)
            node.settle(text, home.path(tokens))
            self.nodes.append(node)
        for name in ("alice", "bob"):
            home.login(name)
        for node in self.nodes:
            node.run()
        for node in self.nodes:
            wait_for(node.is_ready, 60, every=0.05)

    def enrol(self, name, *roles):
        """Asked for by alice on the first node, agreed to by bob on the second."""
        a, b = self.nodes
        asked = a.rest("ALICE", "POST", "/users", {"name": name, "roles": list(roles), "csr": self.home.key(name)})
        assert asked.status == 202, asked.body
        path = "/approvals/" + asked.json["approval_id"]
        seen = b.rest("BOB", "GET", path).json
        voted = b.rest("BOB", "POST", path + "/decisions",
                       {"decision": "approve", "comment": "seen", "digest": seen["digest"]})
        assert voted.status == 200, voted.body
        wait_for(lambda: a.rest("ALICE", "GET", path).json["status"] == "done", 20, every=0.05)
        made = sql_one(a, "SELECT id FROM ca.certificate WHERE common_name = '%s'" % name)
        with open(self.home.path(name + ".pem"), "wb") as f:
            f.write(a.https("ALICE", "GET", "/api/v1/certificates/%s/content.pem" % made).body)
        self.home.login(name)

    def remove(self):
        for node in self.nodes:
            node.kill()
        self.home.remove()


@pytest.fixture(scope="module")
def cluster():
    c = Cluster()
    try:
        c.set_up()
        c.enrol("carol", "requester")
        c.enrol("dave", "officer")
        c.enrol("erin", "officer")
        yield c
    finally:
        c.remove()


@pytest.fixture
def nodes(cluster):
    return cluster.nodes


@pytest.fixture
def shops(nodes, tmp_path):
    return [Shop(node, tmp_path) for node in nodes]


def certificate(node, name="www.example.org", **headers):
    """(id, certificate) of something new."""
    made = issued(node, csr(name)[0], who="CAROL", **headers)
    return made["certificate_id"], x509.load_pem_x509_certificate(made["certificate"].encode())


def ask(shop, serial):
    answer = shop.post(shop.request(serial))
    assert response_status(answer) == SUCCESSFUL
    return ocsp.load_der_ocsp_response(answer.body)


def published(node, name="issuing"):
    """[number, node, SHA-256] of the CRLs on record."""
    return sql(node, "SELECT c.number, c.node, encode(c.sha256, 'hex') FROM ca.crl AS c JOIN ca.authority AS a"
                     " ON a.id = c.authority_id WHERE a.name = '%s' ORDER BY c.id" % name)


def crl_with(node, serial):
    crl = crl_fetch(node)
    return crl if crl.get_revoked_certificate_by_serial_number(serial) is not None else None


def test_i10_a_vote_on_one_node_counts_on_the_other(nodes):
    a, b = nodes
    asked = a.issue(csr("agreed.example.org")[0], "approved", "CAROL")
    assert asked.status == 202 and asked.json["status"] == "pending", asked.body
    request = asked.json
    vote = {"decision": "approve", "plan_digest": request["plan_digest"]}
    path = "/requests/%s/decisions" % request["id"]
    assert a.rest("DAVE", "POST", path, vote).status == 200
    # One person, one vote, wherever it is cast; and who asked does not decide there either.
    problem(b.rest("DAVE", "POST", path, {**vote, "decision": "deny", "comment": "no"}), 409)
    problem(b.rest("CAROL", "POST", path, vote), 403)
    assert b.rest("ERIN", "POST", path, vote).status == 200
    for node in nodes:
        seen = wait_for(lambda: [r for r in [node.rest("CAROL", "GET", "/requests/" + request["id"]).json]
                                 if r["status"] == "issued"], 20, every=0.05)[0]
        assert "agreed.example.org" in str(x509.load_pem_x509_certificate(seen["certificate"].encode()).extensions)


def test_i04_a_retry_on_the_other_node_gets_the_same_certificate(nodes):
    a, b = nodes
    request, headers = csr("again.example.org")[0], {"Idempotency-Key": uuid.uuid4().hex}
    first, cert = certificate(a)
    assert first and cert.serial_number
    got = [node.issue(request, "https-ecc", "CAROL", headers) for node in (a, b, a)]
    assert [g.status for g in got[:1]] == [201] and all(g.status in (200, 201) for g in got), [g.body for g in got]
    assert len({g.json["certificate"] for g in got}) == 1


def test_i03_i06_nodes_that_issue_at_once_share_no_serial(nodes):
    request = csr("many.example.org")[0]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda i: nodes[i % 2].issue(request, "https-ecc", "CAROL"), range(40)))
    assert [g.status for g in got] == [201] * 40
    assert len({x509.load_pem_x509_certificate(g.json["certificate"].encode()).serial_number for g in got}) == 40
    a = nodes[0]
    assert sql_one(a, "SELECT count(*) = count(DISTINCT (authority_id, serial)) FROM ca.certificate") == "t"


def test_i13_each_node_writes_its_chain_and_no_line_is_missing(nodes):
    for node in nodes:
        certificate(node)
    lines = dict(sql(nodes[0], "SELECT chain, count(*) FROM ca.audit WHERE action = 'certificate.issue'"
                               " GROUP BY chain"))
    assert set(lines) >= {"node-a", "node-b"}
    assert sql_one(nodes[0], "SELECT (SELECT count(*) FROM ca.audit WHERE action = 'certificate.issue') ="
                             " (SELECT count(*) FROM ca.certificate)") == "t"
    assert sql(nodes[0], "SELECT chain FROM ca.audit GROUP BY chain HAVING max(sequence) - min(sequence) + 1 <> count(*)") == []


def test_what_one_node_issues_the_other_finds_and_answers_for(nodes, shops):
    for here, there in ((0, 1), (1, 0)):
        certificate_id, cert = certificate(nodes[here])
        seen = nodes[there].rest("CAROL", "GET", "/certificates/" + certificate_id)
        assert seen.status == 200 and seen.json["serial"] == "%x" % cert.serial_number
        assert ask(shops[there], cert.serial_number).certificate_status == GOOD
        assert ask(shops[here], cert.serial_number).certificate_status == GOOD


def test_a_revocation_on_one_node_replaces_the_answers_of_the_other(nodes, shops):
    for here, there in ((0, 1), (1, 0)):
        certificate_id, cert = certificate(nodes[here])
        first = ask(shops[there], cert.serial_number)
        assert first.certificate_status == GOOD
        assert ask(shops[there], cert.serial_number).signature == first.signature  # kept, not signed anew
        answer = revoke(nodes[here], certificate_id, "keyCompromise", "DAVE")
        assert answer.status == 200, answer.body

        def replaced():
            got = ask(shops[there], cert.serial_number)
            return got.certificate_status == REVOKED and got.revocation_reason == x509.ReasonFlags.key_compromise

        wait_for(replaced, 5)


def test_i12_one_node_writes_the_crl_and_both_serve_it(nodes):
    a, b = nodes
    made = [certificate(nodes[i % 2]) for i in range(6)]
    for i, (certificate_id, _) in enumerate(made):
        assert revoke(nodes[(i + 1) % 2], certificate_id, "superseded", "DAVE").status == 200
    for _, cert in made:
        for node in nodes:
            wait_for(lambda: crl_with(node, cert.serial_number), 30, every=0.1)
    # Both are asked for one at the same moment: each has a number of its own, or is told of the other.
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda i: nodes[i % 2].rest("DAVE", "POST", "/authorities/issuing/crl"), range(8)))
    assert {g.status for g in got} <= {200, 201, 409}, [g.body for g in got]
    numbers = [int(row[0]) for row in published(a)]
    assert numbers == sorted(set(numbers))

    def the_same():
        served = [node.http("GET", "/crl/issuing.crl").body for node in nodes]
        return served[0] == served[1] and x509.load_der_x509_crl(served[0]).extensions.get_extension_for_class(
            x509.CRLNumber).value.crl_number == int(published(a)[-1][0])

    wait_for(the_same, 15, every=0.1)


def test_i12_a_node_waits_for_the_lease_of_the_writer(nodes):
    a, b = nodes
    taken = ("UPDATE ca.lease SET node = 'node-x', expires_at = extract(epoch FROM now())::bigint + %d"
             " WHERE name = 'crl:issuing' AND (node = 'node-x' OR expires_at <= extract(epoch FROM now())) RETURNING 1")
    wait_for(lambda: sql(a, taken % 600), 30, every=0.1)  # a third one writes
    before = published(a)
    try:
        certificate_id, cert = certificate(a)
        assert revoke(a, certificate_id, "superseded", "DAVE").status == 200
        for node in nodes:
            problem(node.rest("DAVE", "POST", "/authorities/issuing/crl"), 409)
        assert published(a) == before
    finally:
        sql(a, taken % 0)  # it is gone
    wait_for(lambda: crl_with(b, cert.serial_number), 30, every=0.1)
    assert published(a)[-1][1] in ("node-a", "node-b")


def test_i05_i12_without_its_other_node_one_goes_on(nodes, shops):
    a, b = nodes
    certificate_id, kept = certificate(a)
    assert ask(shops[1], kept.serial_number).certificate_status == GOOD
    sql(a, "UPDATE ca.lease SET node = 'node-a', expires_at = extract(epoch FROM now())::bigint + 3"
           " WHERE name = 'crl:issuing'")  # in the middle of one
    a.kill()
    _, cert = certificate(b)
    assert ask(shops[1], cert.serial_number).certificate_status == GOOD
    assert revoke(b, certificate_id, "superseded", "DAVE").status == 200
    wait_for(lambda: ask(shops[1], kept.serial_number).certificate_status == REVOKED, 5)
    wait_for(lambda: crl_with(b, kept.serial_number), 30, every=0.1)
    assert published(b)[-1][1] == "node-b"
    numbers = [int(row[0]) for row in published(b)]
    assert numbers == sorted(set(numbers))
    a.run()  # and comes back to its own chain and intents
    wait_for(a.is_ready, 60, every=0.05)
    _, cert = certificate(a)
    assert ask(shops[1], cert.serial_number).certificate_status == GOOD
    wait_for(lambda: sql_one(a, "SELECT count(*) FROM ca.intent") == "0", 20, every=0.1)
    for node in nodes:
        node.stop()
