# SPDX-License-Identifier: Apache-2.0
"""CRLs in parts, and delta CRLs: what the certificate names is what is published, and others' verifiers agree."""

import os
import re
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

import harness
from harness import csr, wait_for
from support import crl_now, crl_number, issued, openssl, problem, revoke, sql, sql_one

PARTS = 3


@pytest.fixture(scope="module")
def ca():
    dev = harness.Dev()
    try:
        yield dev.start()
    finally:
        dev.remove()


def schedule_of(ca, name, who="ADMIN", **fields):
    return ca.rest(who, "PUT", "/authorities/%s/crl-schedule" % name, fields)


def schedule(ca, who="ADMIN", **fields):
    return schedule_of(ca, ca.env["CA_ISSUING_NAME"], who, **fields)


def point(made):
    """The CRL address in a certificate."""
    cert = x509.load_pem_x509_certificate(made["certificate"].encode())
    names = cert.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert len(names) == 1 and len(names[0].full_name) == 1
    return names[0].full_name[0].value


def part_of(made):
    got = re.search(r"/([0-9]{4})\.crl$", point(made))
    return int(got.group(1)) if got else 0


def path(ca, part=0, delta=False):
    return "/crl/%s%s%s.crl" % (ca.env["CA_ISSUING_NAME"], "/%04d" % part if part else "", "-delta" if delta else "")


def fetch(ca, *where, **which):
    got = ca.http("GET", path(ca, *where, **which))
    return x509.load_der_x509_crl(got.body) if got.status == 200 else None


def soon(ca, *where, **which):
    """The CRL at that address once there is one; an empty CRL is not true."""
    def there():
        crl = fetch(ca, *where, **which)
        return None if crl is None else [crl]
    return wait_for(there, 60, every=0.2)[0]


def lists(crl, made):
    return crl is not None and crl.get_revoked_certificate_by_serial_number(int(made["serial"], 16))


def listing(ca, made, *where, **which):
    """The CRL at that address once the certificate is on it."""
    def there():
        crl = fetch(ca, *where, **which)
        return [crl] if lists(crl, made) else None
    return wait_for(there, 60, every=0.2)[0]


def verify(ca, tmp_path, made, *crls, options=()):
    """openssl verify, as a relying party with these CRLs; its exit code and its words."""
    (tmp_path / "leaf.pem").write_text(made["certificate"])
    with open(tmp_path / "crls.pem", "wb") as f:
        for crl in crls:
            f.write(crl.public_bytes(Encoding.PEM))
    got = subprocess.run(["openssl", "verify", "-CAfile", ca.env["CA_ROOT_PEM"], "-untrusted", ca.env["CA_CHAIN_PEM"],
                          "-CRLfile", str(tmp_path / "crls.pem"), "-crl_check", *options,
                          str(tmp_path / "leaf.pem")], capture_output=True, text=True, check=False)
    return got.returncode, got.stdout + got.stderr


@pytest.fixture(scope="module")
def made(ca):
    """One certificate from before there were parts; then at least two on each part."""
    before = issued(ca)
    assert point(before) == ca.env["CA_HTTP_URL"] + path(ca)
    got = schedule(ca, shards=PARTS)
    assert got.status == 200 and got.json["crl_shards"] == PARTS, got.body
    by_part = {}
    for _ in range(60):
        one = issued(ca)
        by_part.setdefault(part_of(one), []).append(one)
        if len(by_part) == PARTS and all(len(v) >= 2 for v in by_part.values()):
            break
    assert set(by_part) == set(range(1, PARTS + 1))
    crl_now(ca)
    return before, by_part


def test_a_certificate_names_its_part_and_the_row_keeps_it(ca, made):
    before, by_part = made
    for part, certs in by_part.items():
        for cert in certs:
            assert point(cert) == ca.env["CA_HTTP_URL"] + path(ca, part)
            assert sql_one(ca, "SELECT crl_shard FROM ca.certificate WHERE serial = '\\x%s'" % cert["serial"]) == str(part)
    assert sql_one(ca, "SELECT crl_shard FROM ca.certificate WHERE serial = '\\x%s'" % before["serial"]) == "0"


def test_a_part_names_itself_and_openssl_takes_it_for_its_certificates_alone(ca, made, tmp_path):
    _, by_part = made
    victim, other = by_part[1][0], by_part[1][1]
    assert revoke(ca, victim["certificate_id"]).status == 200
    crl_now(ca)
    crl = listing(ca, victim, 1)
    idp = crl.extensions.get_extension_for_class(x509.IssuingDistributionPoint)
    assert idp.critical and idp.value.full_name[0].value == point(victim)
    assert len(crl) == 1 and not lists(fetch(ca, 2), victim)
    whole = listing(ca, victim)
    assert not [e for e in whole.extensions if e.oid == x509.ExtensionOID.ISSUING_DISTRIBUTION_POINT]
    assert verify(ca, tmp_path, victim, crl)[0] != 0
    assert "error 23" in verify(ca, tmp_path, victim, crl)[1]
    assert verify(ca, tmp_path, other, crl)[0] == 0
    code, words = verify(ca, tmp_path, victim, fetch(ca, 2))
    assert code != 0 and "error 44" in words  # another scope
    assert verify(ca, tmp_path, other, whole)[0] == 0 and "error 23" in verify(ca, tmp_path, victim, whole)[1]


def test_i12_numbers_rise_in_each_part(ca, made):
    numbers = {part: crl_number(fetch(ca, part)) for part in range(PARTS + 1)}
    crl_now(ca)
    for part, number in numbers.items():
        wait_for(lambda: crl_number(fetch(ca, part)) > number, 10, every=0.1)
    assert sql_one(ca, "SELECT count(*) FROM (SELECT number, lag(number) OVER (PARTITION BY authority_id, shard "
                       "ORDER BY id) AS l FROM ca.crl) AS x WHERE number <= l") == "0"


def test_a_part_is_rebuilt_after_a_revocation_by_itself(ca, made):
    _, by_part = made
    victim = by_part[2][0]
    assert revoke(ca, victim["certificate_id"]).status == 200
    listing(ca, victim, 2)


def test_a_delta_shows_what_changed_and_takes_back_what_was_released(ca, made, tmp_path):
    _, by_part = made
    victim, held, fine = by_part[3][0], by_part[3][1], by_part[1][1]
    assert schedule(ca, delta_interval_minutes=5).json["crl_delta_interval_seconds"] == 300
    assert revoke(ca, held["certificate_id"], "certificate_hold").status == 200
    crl_now(ca)
    base = listing(ca, held, 3)
    freshest = base.extensions.get_extension_for_class(x509.FreshestCRL)
    assert not freshest.critical
    assert freshest.value[0].full_name[0].value == ca.env["CA_HTTP_URL"] + path(ca, 3, delta=True)
    soon(ca, 3, delta=True)
    assert revoke(ca, victim["certificate_id"]).status == 200
    assert ca.rest("OFFICER1", "DELETE", "/certificates/%s/revocation" % held["certificate_id"]).status == 200
    delta = listing(ca, victim, 3, delta=True)
    indicator = delta.extensions.get_extension_for_class(x509.DeltaCRLIndicator)
    assert indicator.critical and indicator.value.crl_number <= crl_number(base) < crl_number(delta)
    assert not [e for e in delta.extensions if e.oid == x509.ExtensionOID.FRESHEST_CRL]
    removed = lists(delta, held).extensions.get_extension_for_class(x509.CRLReason).value
    assert removed.reason == x509.ReasonFlags.remove_from_crl
    deltas = ("-extended_crl", "-use_deltas")
    assert verify(ca, tmp_path, victim, base)[0] == 0  # the base alone does not know
    assert "error 23" in verify(ca, tmp_path, victim, base, delta, options=deltas)[1]
    assert "error 23" in verify(ca, tmp_path, held, base)[1]
    assert verify(ca, tmp_path, held, base, delta, options=deltas)[0] == 0
    assert lists(soon(ca, delta=True), victim)  # that of the whole
    listing(ca, victim, 3)  # a complete one follows too
    assert verify(ca, tmp_path, fine, fetch(ca, 1))[0] == 0


def pem_fetch(ca, url):
    """What a relying party gets at an address that a certificate or a CRL names."""
    assert url.startswith(ca.env["CA_HTTP_URL"])
    return soon_at(ca, url[len(ca.env["CA_HTTP_URL"]):])


def soon_at(ca, where):
    def there():
        got = ca.http("GET", where)
        return [x509.load_der_x509_crl(got.body)] if got.status == 200 else None
    return wait_for(there, 60, every=0.2)[0]


def address(thing, kind):
    """The one address in an extension; None: there is none."""
    try:
        points = thing.extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound:
        return None
    assert not points.critical and len(points.value) == 1 and len(points.value[0].full_name) == 1
    return points.value[0].full_name[0].value


def test_a_certificate_names_the_deltas_of_its_part_and_openssl_follows(ca, made, tmp_path):
    """RFC 5280 4.2.1.15: all that is needed to verify is at the addresses in the certificate."""
    _, by_part = made
    assert address(x509.load_pem_x509_certificate(by_part[1][0]["certificate"].encode()), x509.FreshestCRL) is None
    assert schedule(ca, delta_interval_minutes=5).status == 200
    one = issued(ca)
    cert = x509.load_pem_x509_certificate(one["certificate"].encode())
    part = part_of(one)
    assert address(cert, x509.FreshestCRL) == ca.env["CA_HTTP_URL"] + path(ca, part, delta=True)
    crl_now(ca)
    base = pem_fetch(ca, address(cert, x509.CRLDistributionPoints))
    assert address(base, x509.FreshestCRL) == address(cert, x509.FreshestCRL)
    assert revoke(ca, one["certificate_id"]).status == 200
    listing(ca, one, part, delta=True)
    delta = pem_fetch(ca, address(cert, x509.FreshestCRL))
    # certificates of the authority itself are on the root's CRL, which has neither parts nor deltas
    root = pem_fetch(ca, "%s/crl/%s.crl" % (ca.env["CA_HTTP_URL"], ca.env["CA_ROOT_NAME"]))
    every = ("-crl_check_all", "-extended_crl", "-use_deltas")
    assert verify(ca, tmp_path, one, base, root, options=("-crl_check_all",))[0] == 0  # the base alone does not know
    assert "error 23" in verify(ca, tmp_path, one, base, delta, root, options=every)[1]
    (tmp_path / "chain.pem").write_text(one["certificate"] + open(ca.env["CA_CHAIN_PEM"]).read())
    (tmp_path / "crls.pem").write_bytes(b"".join(c.public_bytes(Encoding.PEM) for c in (listing(ca, one, part), root)))
    got = subprocess.run(["certtool", "--verify", "--load-ca-certificate", ca.env["CA_ROOT_PEM"], "--load-crl",
                          str(tmp_path / "crls.pem"), "--infile", str(tmp_path / "chain.pem")],
                         capture_output=True, text=True, check=False)
    assert got.returncode == 1 and "revoked" in got.stdout + got.stderr


def test_openssl_and_certtool_verify_the_signature_of_each(ca, made, tmp_path):
    for part, delta in ((0, False), (1, False), (3, True), (0, True)):
        crl = soon(ca, part, delta=delta)
        file = tmp_path / "one.pem"
        file.write_bytes(crl.public_bytes(Encoding.PEM))
        openssl("crl", "-in", str(file), "-CAfile", ca.env["CA_CHAIN_PEM"], "-noout")  # 1 unless it verifies
        assert subprocess.run(["certtool", "--verify-crl", "--load-ca-certificate", ca.env["CA_CHAIN_PEM"], "--infile",
                               str(file)], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("climbing", [
    "/crl/../../etc/passwd.crl", "/crl/%2e%2e/%2e%2e/etc/passwd.crl", "/crl/{ca}/../{ca}.crl", "/crl/{ca}/0000.crl",
    "/crl/{ca}/1.crl", "/crl/{ca}/9999.crl", "/crl/{ca}/0001+delta.crl", "/crl/{ca}+0001.crl", "/crl/{ca}/.crl",
    "/crl/{ca}/0001-delta-delta.crl", "/crl/{ca}/%2fetc%2fpasswd.crl", "/crl/-delta.crl", "/crl/{ca}/0001.crl/x",
])
def test_other_names_are_not_found(ca, made, climbing):
    got = ca.http("GET", climbing.replace("{ca}", ca.env["CA_ISSUING_NAME"]))
    assert got.status in (400, 404), got.status
    assert b"root:" not in got.body


@pytest.mark.parametrize("fields, status", [
    ({"shards": 1}, 409), ({"shards": 257}, 400), ({"shards": -2}, 400), ({"delta_interval_minutes": 100000}, 400),
    ({"interval_hours": 500, "validity_hours": 400}, 400), ({"unknown": 1}, 400), ({"shards": "3"}, 400),
])
def test_a_schedule_that_makes_no_sense_is_refused(ca, made, fields, status):
    before = ca.rest("ADMIN", "GET", "/authorities/" + ca.env["CA_ISSUING_NAME"]).json
    got = schedule(ca, **fields)
    assert got.status == status, got.body
    after = ca.rest("ADMIN", "GET", "/authorities/" + ca.env["CA_ISSUING_NAME"]).json
    assert [after[k] for k in after if k.startswith("crl_")] == [before[k] for k in before if k.startswith("crl_")]


def create(ca, name, **fields):
    return ca.rest("ADMIN", "POST", "/authorities", {"name": name, "parent": ca.env["CA_ROOT_NAME"], "key": "ec:P-256",
                                                     "subject": {"common_name": name}, **fields})


def test_an_authority_has_parts_from_its_first_certificate_on(ca, tmp_path):
    made = create(ca, "parted", crl_shards=2)
    assert made.status == 201 and made.json["crl_shards"] == 2, made.body
    got = ca.rest("REQUESTER", "POST", "/requests", {"profile": "https-ecc", "authority": "parted", "csr": csr()[0].decode()})
    assert got.status == 201, got.body
    one = got.json
    assert re.search(r"/crl/parted/000[12][.]crl$", point(one)), point(one)
    crl = pem_fetch(ca, point(one))
    idp = crl.extensions.get_extension_for_class(x509.IssuingDistributionPoint)
    assert idp.value.full_name[0].value == point(one)
    problem(schedule_of(ca, "parted", shards=1), 409, "plan-changed")
    code, said = cactl(ca, "ca", "create", "more", "--root", "--cn", "More", "--crl-shards", "16", "--dry-run", "-o", "json")
    assert code == 0 and re.search('"crl_shards": *16', said), said


def cactl(ca, *arguments):
    env = ca.env
    done = subprocess.run([os.path.join(harness.BUILD, "cactl", "cactl"), "--url", env["CA_HTTPS_URL"], "--cacert",
                           env["CA_ROOT_PEM"], "--cert", env["CA_ADMIN_PEM"], *arguments],
                          capture_output=True, text=True, timeout=60, env={**os.environ, "HOME": "/nonexistent"})
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name, fields, says", [
    ("parted-delta", {}, "delta CRLs of 'parted'"),  # /crl/parted-delta.crl
    ("-delta", {}, "-delta"),
    ("a/0001", {}, "/name"),
    ("fresh", {"crl_shards": 257}, "/crl_shards"),
    ("fresh", {"crl_shards": -1}, "/crl_shards"),
    ("fresh", {"crl_shards": "2"}, "/crl_shards"),
    ("fresh", {"crl_shards": 2, "crl_url": "http://elsewhere.example/list"}, ".crl"),
])
def test_names_and_parts_that_cannot_be_published_are_refused(ca, name, fields, says):
    got = create(ca, name, **fields)
    assert got.status == 400 and says in got.body.decode(), got.body
    assert ca.rest("ADMIN", "GET", "/authorities/" + name.replace("/", "%2f")).status == 404


def test_only_an_administrator_changes_the_schedule(ca, made):
    for who in ("REQUESTER", "OFFICER1", "AUDITOR"):
        problem(schedule(ca, who, shards=9), 403, "forbidden")


def heavy(ca, part, entries):
    """As many revoked certificates on a part as the CRL is made of; there is no other trace of them."""
    sql(ca, "INSERT INTO ca.crl_entry (authority_id, shard, serial, reason, revoked_at, not_after) "
            "SELECT (SELECT id FROM ca.authority WHERE name = '%s'), %d, decode('40' || lpad(to_hex(n), 34, '0'), 'hex'), 1, "
            "extract(epoch FROM now())::bigint - 600, 4000000000 FROM generate_series(1, %d) AS n"
            % (ca.env["CA_ISSUING_NAME"], part, entries))


def size_check(ca, part):
    checks = ca.rest("AUDITOR", "GET", "/health").json["checks"]
    return [c for c in checks if c["name"] == "crl-size:%s/%04d" % (ca.env["CA_ISSUING_NAME"], part)]


def test_a_part_of_more_than_10_mb_is_published_and_named(ca, made):
    """Late is worse than large; who sees the alarm reads what to do."""
    assert size_check(ca, 2) == []
    heavy(ca, 2, 200000)
    crl_now(ca)
    wait_for(lambda: len(ca.http("GET", path(ca, 2)).body) > 10000000, 30, every=0.2)
    warned = wait_for(lambda: size_check(ca, 2), 10, every=0.2)
    assert warned[0]["status"] == "warning" and "--shards %d" % (2 * PARTS) in warned[0]["detail"], warned
    assert size_check(ca, 1) == []
    part = "%s/0002" % ca.env["CA_ISSUING_NAME"]
    lines = ca.https("AUDITOR", "GET", "/metrics").body.decode()
    assert 'ca_crl_large{ca="%s"} 1' % part in lines and 'ca_crl_large{ca="%s/0001"} 0' % ca.env["CA_ISSUING_NAME"] in lines
    assert 'ca_crl_large{ca="%s"} 0' % ca.env["CA_ISSUING_NAME"] in lines  # the whole: nothing new names it
    wait_for(lambda: "event=crl_large ca=%s" % part in ca.logged(), 10)
    assert ca.logged().count("event=crl_large ca=%s" % part) == 1
    sql(ca, "DELETE FROM ca.crl_entry WHERE shard = 2 AND get_byte(serial, 0) = 64 AND octet_length(serial) = 18 AND not_after = 4000000000")
    crl_now(ca)
    wait_for(lambda: size_check(ca, 2) == [], 10, every=0.2)


def test_more_parts_leave_the_old_ones(ca, made):
    _, by_part = made
    assert schedule(ca, shards=PARTS + 2).json["crl_shards"] == PARTS + 2
    soon(ca, PARTS + 2)
    assert lists(fetch(ca, 1), by_part[1][0])
    assert part_of(issued(ca)) in range(1, PARTS + 3)
