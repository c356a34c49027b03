# SPDX-License-Identifier: Apache-2.0
"""Issuance and revocation from end to end: the same answer to the same question, every form of it,
and what stays after a restart."""

import base64
import concurrent.futures
import datetime
import hashlib
import json
import uuid

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from harness import csr, wait_for
from support import (CHAIN, audit, crl_at_least, crl_entry, crl_fetch, crl_now, crl_number, der_of, issued, openssl,
                     pem_blocks, problem, request_id, revoke, sample, sql, sql_one, stored)


def new_key():
    return uuid.uuid4().hex


def leaf(made):
    return x509.load_pem_x509_certificate(made["certificate"].encode())


def submit(ca, value, who="REQUESTER", **headers):
    return ca.rest(who, "POST", "/requests", value, headers)


def json_request(name="www.example.org", **more):
    return {"profile": "https-ecc", "csr": csr(name)[0].decode(), **more}


# -- the same answer (I4) --------------------------------------------------------------------------

def test_i04_the_same_key_and_body_get_the_same_certificate(ca):
    key, body = new_key(), csr()[0]
    first = ca.issue(body, headers={"Idempotency-Key": key})
    assert first.status == 201
    before = stored(ca)
    again = ca.issue(body, headers={"Idempotency-Key": key})
    assert again.status == 200
    assert again.json == first.json
    assert again.headers["Location"] == first.headers["Location"]
    assert stored(ca) == before


def test_the_answer_to_a_submission_is_the_request(ca):
    posted = submit(ca, json_request(comment="why so")).json
    assert posted["comment"] == "why so" and len(posted["profile_version"]) == 64
    assert posted["decided_at"] == posted["created_at"]
    assert posted.pop("findings") == []  # what the rules said is told once
    got = ca.https("REQUESTER", "GET", "/api/v1/requests/" + posted["id"])
    assert got.json == posted


def test_i04_the_same_key_with_another_body_is_refused(ca):
    key = new_key()
    assert ca.issue(csr()[0], headers={"Idempotency-Key": key}).status == 201
    before = stored(ca)
    problem(ca.issue(csr()[0], headers={"Idempotency-Key": key}), 422, "idempotency-key-reused")
    assert stored(ca) == before


def test_i04_the_same_key_with_another_wish_is_refused(ca):
    key, ask = new_key(), json_request()
    assert submit(ca, ask, **{"Idempotency-Key": key}).status == 201
    for change in ({"validity": {"days": 3}}, {"comment": "x"}, {"profile": "device"}):
        problem(submit(ca, {**ask, **change}, **{"Idempotency-Key": key}), 422, "idempotency-key-reused")


def test_i04_the_key_of_one_caller_is_not_that_of_another(ca):
    key = new_key()
    ids = {ca.issue(csr()[0], who=who, headers={"Idempotency-Key": key}).json["certificate_id"]
           for who in ("REQUESTER", "OFFICER1", "ADMIN")}
    assert len(ids) == 3


def test_i04_a_hundred_retries_at_once_are_one_certificate(ca):
    key, body = new_key(), csr()[0]
    before = stored(ca)

    def once(_):
        return ca.issue(body, headers={"Idempotency-Key": key})

    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(once, range(100)))
    assert {a.status for a in answers} <= {200, 201, 202, 503}
    done = [a.json for a in answers if a.status in (200, 201)]
    assert len(done) > 0 and len({d["certificate_id"] for d in done}) == 1
    assert sum(a.status == 201 for a in answers) <= 1
    assert len({a.json["id"] for a in answers if a.status < 300}) == 1
    final = ca.issue(body, headers={"Idempotency-Key": key})
    assert (final.status, final.json["certificate_id"]) == (200, done[0]["certificate_id"])
    requests, certificates, intents = stored(ca)
    assert [requests - before[0], certificates - before[1], intents] == [1, 1, 0]


def test_i04_a_refused_request_may_be_corrected_under_the_same_key(ca):
    key = new_key()
    problem(ca.issue(sample("wildcard"), headers={"Idempotency-Key": key}), 422, "policy")
    assert ca.issue(csr()[0], headers={"Idempotency-Key": key}).status == 201


def test_without_a_key_the_same_body_is_another_request(ca):
    body = csr()[0]
    one, two = issued(ca, body), issued(ca, body)
    assert one["serial"] != two["serial"] and one["id"] != two["id"]


@pytest.mark.parametrize("key", ["", "x" * 129, "\u00e4", "a\tb"])
def test_a_key_that_is_none_is_refused(ca, key):
    before = stored(ca)
    got = ca.issue(csr()[0], headers={"Idempotency-Key": key.encode("utf-8")})
    problem(got, 400)
    assert stored(ca) == before


# -- dry run ---------------------------------------------------------------------------------------

def test_a_dry_run_stores_nothing_and_shows_what_would_be_signed(ca):
    body = csr()[0]
    before, lines = stored(ca), sql_one(ca, "SELECT count(*) FROM ca.audit WHERE action = 'request.submit'")
    got = ca.issue(body, "https-ecc&dry_run=true")
    assert got.status == 200
    assert (got.json["status"], got.json["request_id"], got.json["verdict"]) == ("draft", None, "issue")
    assert stored(ca) == before
    assert sql_one(ca, "SELECT count(*) FROM ca.audit WHERE action = 'request.submit'") == lines
    tbs = bytes.fromhex(got.json["tbs"])
    text = openssl("asn1parse", "-inform", "DER", input=tbs).decode()
    assert "X509v3 Subject Alternative Name" in text and "www.example.org" in text


def test_i07_what_is_signed_is_what_the_dry_run_showed(ca):
    body = csr()[0]
    shown = bytes.fromhex(ca.issue(body, "https-ecc&dry_run=true").json["tbs"])
    signed = leaf(issued(ca, body)).tbs_certificate_bytes
    # From the key on nothing differs: no serial and no date stands there.
    spki = openssl("req", "-noout", "-pubkey", input=body)
    spki = openssl("pkey", "-pubin", "-outform", "DER", input=spki)
    assert shown[shown.index(spki):] == signed[signed.index(spki):]
    # Before it: issuer and subject.
    issuer = x509.load_der_x509_certificate(ca.http("GET", "/aia/dev-issuing.cer").body).subject.public_bytes()
    subject = x509.load_pem_x509_csr(body).subject.public_bytes()
    for tbs in (shown, signed):
        before = tbs[:tbs.index(spki)]
        assert issuer in before and before.endswith(subject)


def test_a_dry_run_explains_rule_by_rule_and_field_by_field(ca):
    got = ca.issue(csr()[0], "https-ecc&dry_run=true").json
    states = {rule["rule"]: rule["state"] for rule in got["rules"]}
    assert states["key.allow"] == "passed" and set(states.values()) <= {"passed", "not-asked", "noted"}
    rows = {row["field"]: row for row in got["differences"]}
    assert rows["subject_alt_name"]["state"] == "same" and rows["subject_alt_name"]["issued"] == "DNS:www.example.org"
    assert any(row["state"] == "added" for row in rows.values())
    shown = got["certificate"]
    assert shown["sans"] == [{"type": "dns", "value": "www.example.org"}] and shown["key"] == {"type": "ec", "curve": "P-256"}
    assert not shown["ca"] and shown["extended_key_usage"] and {e["name"] for e in shown["extensions"]} >= {
        "basic_constraints", "key_usage", "subject_alt_name", "authority_key_identifier"}
    tbs = bytes.fromhex(got["tbs"])
    assert all(bytes.fromhex(e["value"]) in tbs for e in shown["extensions"])
    assert len(got["plan_digest"]) == 64


def test_explain_answers_a_refusal_too(ca):
    before = stored(ca)
    got = ca.issue(sample("email"), "https-ecc&dry_run=true&explain=true")
    assert (got.status, got.json["verdict"]) == (200, "refuse")
    refused = [r["rule"] for r in got.json["rules"] if r["state"] == "refused"]
    for finding in got.json["findings"]:  # a finding may be finer: subject.common_name of subject.attributes
        assert not finding["refuses"] or any(finding["pointer"].startswith(r["pointer"]) or finding["rule"].startswith(r["rule"])
                                             for r in got.json["rules"] if r["rule"] in refused), finding
    assert any(row["state"] == "violates" for row in got.json["differences"])
    problem(ca.issue(csr()[0], "https-ecc&explain=true"), 400)
    problem(ca.issue(b"hello", "https-ecc&dry_run=true&explain=true"), 400, "malformed-csr")
    assert stored(ca) == before


def test_a_request_on_record_is_explained_to_who_may_see_it(ca):
    made = issued(ca)
    diff = ca.rest("REQUESTER", "GET", "/requests/%s/diff" % made["id"])
    assert diff.status == 200 and diff.json["violations"] == 0
    assert diff.json["plan_digest"] == made["plan_digest"]
    assert {row["state"] for row in diff.json["differences"]} <= {"same", "added", "changed", "dropped"}
    why = ca.rest("AUDITOR", "GET", "/requests/%s/explanation" % made["id"]).json
    assert (why["status"], why["request_id"], why["verdict"]) == ("recorded", made["id"], "issue")
    assert why["differences"] == diff.json["differences"]
    other = issued(ca, who="OFFICER1")["id"]
    for part in ("diff", "explanation"):
        problem(ca.rest("REQUESTER", "GET", "/requests/%s/%s" % (other, part)), 404, "not-found")
        problem(ca.rest("ADMIN", "GET", "/requests/00000000-0000-7000-8000-000000000000/" + part), 404, "not-found")
        problem(ca.rest("ADMIN", "GET", "/requests/none/" + part), 404, "not-found")


def test_a_dry_run_tells_every_finding(ca):
    before = stored(ca)
    document = problem(ca.issue(sample("email"), "https-ecc&dry_run=true"), 422, "policy")
    assert len(document["errors"]) >= 2
    assert stored(ca) == before


# -- forms of request and answer -------------------------------------------------------------------

def accepted(ca, accept):
    got = ca.issue(csr()[0], headers={"Accept": accept})
    assert got.status == 201, got.body
    return got


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/*", "text/html, application/json;q=0.5",
                                    "application/pkix-cert;q=0.1, application/json;q=0.9"])
def test_json_is_the_answer_that_is_asked_for(ca, accept):
    got = accepted(ca, accept)
    assert got.headers["Content-Type"].startswith("application/json")
    assert got.json["status"] == "issued"


@pytest.mark.parametrize("accept", [CHAIN, CHAIN + ", application/json;q=0.9", "application/json;q=0, " + CHAIN])
def test_the_chain_alone_is_the_answer_that_is_asked_for(ca, accept):
    got = accepted(ca, accept)
    assert got.headers["Content-Type"].startswith(CHAIN)
    chain = pem_blocks(got.body)
    assert [c.issuer for c in chain[:1]] == [c.subject for c in chain[1:2]]
    assert len(chain) == 2  # the root is not sent


def test_the_certificate_alone_is_the_answer_that_is_asked_for(ca):
    got = accepted(ca, "application/pkix-cert")
    assert got.headers["Content-Type"] == "application/pkix-cert"
    x509.load_der_x509_certificate(got.body)


@pytest.mark.parametrize("accept", ["text/html", "application/pkcs12", "application/json;q=0", "image/*"])
def test_a_form_that_there_is_not_is_refused_before_anything_is_issued(ca, accept):
    before = stored(ca)
    problem(ca.issue(csr()[0], headers={"Accept": accept}), 406, "not-acceptable")
    assert stored(ca) == before


def bodies():
    pem = csr()[0]
    der = openssl("req", "-outform", "DER", input=pem)
    renamed = pem.replace(b"CERTIFICATE REQUEST", b"NEW CERTIFICATE REQUEST")
    crlf = pem.replace(b"\n", b"\r\n")
    return {"DER": der, "PEM": pem, "NEW PEM": renamed, "CRLF": crlf, "text around it": b"made today\n" + pem + b"\nend\n"}


@pytest.mark.parametrize("form", ["DER", "PEM", "NEW PEM", "CRLF", "text around it"])
def test_pkcs10_is_taken_in_each_form(ca, form):
    assert leaf(issued(ca, bodies()[form])).subject == x509.load_pem_x509_csr(csr()[0]).subject


@pytest.mark.parametrize("form", ["DER", "PEM"])
def test_json_takes_the_request_in_both_forms(ca, form):
    body = bodies()[form]
    text = base64.b64encode(body).decode() if form == "DER" else body.decode()
    assert submit(ca, {"profile": "https-ecc", "csr": text}).status == 201


# -- overrides -------------------------------------------------------------------------------------

def test_json_overrides_names_subject_and_lifetime(ca):
    got = submit(ca, json_request(
        "old.example.org", profile="device", authority="dev-issuing", comment="CHG-4711",
        subject={"common_name": "new.example.org", "organization": "Acme", "country": "CH"},
        sans=[{"type": "dns", "value": "new.example.org"}, {"type": "ip", "value": "2001:db8::1"},
              {"type": "ip", "value": "192.0.2.1"}], validity={"days": 3}))
    assert got.status == 201, got.body
    cert = leaf(got.json)
    assert cert.subject.rfc4514_string() == "CN=new.example.org,O=Acme,C=CH"
    names = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["new.example.org"]
    assert [str(a) for a in names.get_values_for_type(x509.IPAddress)] == ["2001:db8::1", "192.0.2.1"]
    # Both ends count (RFC 5280 4.1.2.5).
    assert cert.not_valid_after - cert.not_valid_before == datetime.timedelta(days=3, seconds=-1)
    assert ca.rest("AUDITOR", "GET", "/requests/" + got.json["id"]).json["comment"] == "CHG-4711"


def test_https_profiles_vouch_for_host_names_alone(ca):
    """Domain validated: what a CSR says of an organization is left out, what JSON says is refused."""
    names = {"sans": [{"type": "dns", "value": "new.example.org"}]}
    got = submit(ca, json_request("new.example.org", subject={"common_name": "new.example.org", "organization": "Acme"},
                                  **names))
    assert got.status == 422 and got.json["errors"][0]["pointer"] == "/subject/organization", got.body


def test_i08_not_after_is_the_last_second_that_was_asked_for(ca):
    end = (datetime.datetime.utcnow() + datetime.timedelta(hours=5)).replace(microsecond=0)
    got = submit(ca, json_request(not_after=end.isoformat() + "Z"))
    assert leaf(got.json).not_valid_after == end
    facts = ca.rest("AUDITOR", "GET", "/certificates/" + got.json["certificate_id"]).json
    assert facts["not_after"] == end.isoformat() + "Z"


def test_i08_no_certificate_outlives_its_issuer(ca):
    issuer = x509.load_der_x509_certificate(ca.http("GET", "/aia/dev-issuing.cer").body)
    for ask in (json_request(), json_request(validity={"days": 398})):
        got = submit(ca, ask)
        if got.status == 201:
            cert = leaf(got.json)
            assert issuer.not_valid_before <= cert.not_valid_before < cert.not_valid_after <= issuer.not_valid_after
        else:
            problem(got, 422, "policy")


def test_a_name_beyond_ascii_in_json_becomes_an_a_label(ca):
    got = submit(ca, json_request(subject={"common_name": "xn--bcher-kva.example"},
                                  sans=[{"type": "dns", "value": "b\u00fccher.example"}]))
    assert got.status == 201, got.body
    names = leaf(got.json).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["xn--bcher-kva.example"]


def test_i07_nothing_comes_from_the_request_but_what_the_profile_lets_through(ca):
    made = issued(ca, sample("more-usages"))
    cert = leaf(made)
    usage = cert.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature and not usage.key_cert_sign and not usage.crl_sign
    assert set(cert.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == {
        ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH}
    assert sorted(e.oid.dotted_string for e in cert.extensions) == [
        "1.3.6.1.5.5.7.1.1", "2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.31", "2.5.29.32", "2.5.29.35",
        "2.5.29.37"]
    made = issued(ca, sample("unlisted-attributes"))
    assert {a.oid for a in leaf(made).subject} == {NameOID.COMMON_NAME}


def test_i06_serials_are_positive_long_and_all_different(ca):
    serials = [int(issued(ca)["serial"], 16) for _ in range(20)]
    assert len(set(serials)) == 20
    for serial in serials:
        octets = serial.to_bytes((serial.bit_length() + 8) // 8, "big")
        assert 0 < serial and len(octets) <= 20 and serial.bit_length() > 128
    # The random part starts with the third octet.
    assert len({serial.to_bytes(18, "big")[2:] for serial in serials}) == 20


# -- content ---------------------------------------------------------------------------------------

def test_a_certificate_is_given_in_every_form(ca):
    made = issued(ca)
    cert, path = leaf(made), "/certificates/%s/content" % made["certificate_id"]
    get = lambda suffix="", accept=None: ca.rest("AUDITOR", "GET", path + suffix, headers={"Accept": accept} if accept else {})
    for got in (get(".der"), get(accept="application/pkix-cert")):
        assert got.headers["Content-Type"] == "application/pkix-cert"
        assert got.body == der_of(cert)
    for got in (get(".pem"), get(accept="application/x-pem-file")):
        assert pem_blocks(got.body) == [cert]
    for got in (get(), get(".chain.pem"), get(accept=CHAIN)):
        assert got.headers["Content-Type"].startswith(CHAIN)
        chain = pem_blocks(got.body)
        assert chain[0] == cert and chain[1].subject == cert.issuer
    for got in (get(".p7c"), get(accept="application/pkcs7-mime")):
        assert got.headers["Content-Type"].startswith("application/pkcs7-mime")
        assert cert in pkcs7.load_der_pkcs7_certificates(got.body)
        assert b"CERTIFICATE" in openssl("pkcs7", "-inform", "DER", "-print_certs", input=got.body)
    assert get(".exe").status in (404, 406)
    problem(get(accept="application/x-pkcs12"), 406, "not-acceptable")


def test_the_facts_are_those_of_the_certificate(ca):
    made = issued(ca, sample("p256"))
    cert = leaf(made)
    facts = ca.rest("AUDITOR", "GET", "/certificates/" + made["certificate_id"]).json
    assert int(facts["serial"], 16) == cert.serial_number and facts["serial"] == facts["serial"].lower()
    assert facts["fingerprint"] == hashlib.sha256(der_of(cert)).hexdigest()
    assert facts["subject"] == cert.subject.rfc4514_string()
    assert facts["sans"] == [{"type": "dns", "value": "www.example.org"}, {"type": "dns", "value": "example.org"}]
    assert (facts["authority"], facts["profile"], facts["requester"]) == ("dev-issuing", "https-ecc", "requester")
    assert facts["not_before"] == cert.not_valid_before.isoformat() + "Z"
    assert facts["not_after"] == cert.not_valid_after.isoformat() + "Z"
    assert facts["key"] == {"type": "ec", "curve": "P-256"} or facts["key"]["type"] == "ec"
    skid = cert.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    akid = cert.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert (facts["skid"], facts["akid"]) == (skid.hex(), akid.hex())
    assert (facts["status"], facts["revocation"]) == ("valid", None)
    assert "I" in facts["flags"] and "R" not in facts["flags"]
    assert facts["request_id"] == made["id"]


def test_the_addresses_in_a_certificate_answer(ca):
    cert = leaf(issued(ca))
    point = cert.extensions.get_extension_for_class(x509.CRLDistributionPoints).value[0].full_name[0].value
    aia = cert.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    issuer_at = [a.access_location.value for a in aia if a.access_method == x509.AuthorityInformationAccessOID.CA_ISSUERS][0]
    assert point.startswith(ca.env["CA_HTTP_URL"]) and issuer_at.startswith(ca.env["CA_HTTP_URL"])
    crl = x509.load_der_x509_crl(ca.http("GET", point[len(ca.env["CA_HTTP_URL"]):]).body)
    issuer = x509.load_der_x509_certificate(ca.http("GET", issuer_at[len(ca.env["CA_HTTP_URL"]):]).body)
    assert crl.issuer == cert.issuer == issuer.subject
    assert crl.is_signature_valid(issuer.public_key())
    cert.signature_hash_algorithm and issuer.public_key()


# -- audit -----------------------------------------------------------------------------------------

def test_i13_every_change_has_its_audit_line(ca):
    ids = [request_id() for _ in range(4)]
    made = ca.issue(csr()[0], headers={"X-Request-Id": ids[0]}).json
    path = "/certificates/%s/revocation" % made["certificate_id"]
    hold = {"reason": "certificate_hold"}
    assert ca.rest("OFFICER1", "PUT", path, hold, {"X-Request-Id": ids[1]}).status == 200
    assert ca.rest("OFFICER1", "DELETE", path, None, {"X-Request-Id": ids[2]}).status == 200
    assert ca.rest("OFFICER1", "PUT", path, {"reason": "superseded"}, {"X-Request-Id": ids[3]}).status == 200
    told = [[line[:2] for line in audit(ca, i)] for i in ids]
    assert told == [[["request.submit", "ok"], ["certificate.issue", "ok"]], [["certificate.revoke", "ok"]],
                    [["certificate.release", "ok"]], [["certificate.revoke", "ok"]]]


def test_i13_the_audit_chain_holds(ca):
    """Hashed as docs/reference/audit.md says."""
    issued(ca)
    rows = sql(ca, "SELECT chain, sequence, at_us, replace(encode(convert_to(actor, 'UTF8'), 'base64'), E'\\n', ''), channel, "
                   "action, outcome, object, request_id, replace(encode(convert_to(detail, 'UTF8'), 'base64'), E'\\n', ''), "
                   "coalesce(encode(object_hash, 'hex'), ''), encode(previous, 'hex'), encode(hash, 'hex') "
                   "FROM ca.audit ORDER BY chain, sequence")
    assert len(rows) > 10
    u64 = lambda n: int(n).to_bytes(8, "big")
    with_length = lambda octets: u64(len(octets)) + octets
    last = {}
    for chain, seq, at, actor, channel, action, outcome, obj, rid, detail, object_hash, previous, hash_ in rows:
        assert (int(seq), previous) == last.get(chain, (1, "00" * 32))
        texts = [actor and base64.b64decode(actor), channel.encode(), action.encode(), outcome.encode(), obj.encode(), rid.encode(),
                 detail and base64.b64decode(detail)]
        data = with_length(bytes.fromhex(previous)) + with_length(chain.encode()) + u64(seq) + u64(at)
        for text in texts:
            data += with_length(text or b"")
        data += with_length(bytes.fromhex(object_hash))
        assert hashlib.sha256(data).hexdigest() == hash_, seq
        last[chain] = (int(seq) + 1, hash_)


# -- revocation ------------------------------------------------------------------------------------

REASONS = {
    "unspecified": None, "key_compromise": x509.ReasonFlags.key_compromise, "ca_compromise": x509.ReasonFlags.ca_compromise,
    "affiliation_changed": x509.ReasonFlags.affiliation_changed, "superseded": x509.ReasonFlags.superseded,
    "cessation_of_operation": x509.ReasonFlags.cessation_of_operation,
    "certificate_hold": x509.ReasonFlags.certificate_hold, "privilege_withdrawn": x509.ReasonFlags.privilege_withdrawn,
    "aa_compromise": x509.ReasonFlags.aa_compromise,
}


def reason_of(entry):
    found = [e.value.reason for e in entry.extensions if isinstance(e.value, x509.CRLReason)]
    return found[0] if found else None


def test_i11_every_reason_is_on_the_crl_that_was_promised(ca):
    listed = {c["value"] for c in ca.rest("AUDITOR", "GET", "/choices/reasons").json["items"]}
    assert set(REASONS) <= listed | set(REASONS)
    made = {reason: issued(ca) for reason in REASONS}
    number = 0
    for reason, m in made.items():
        got = revoke(ca, m["certificate_id"], reason)
        assert got.status == 200, got.body
        assert got.json["status"] == ("held" if reason == "certificate_hold" else "revoked")
        assert got.json["crl_due"] is not None
        number = max(number, got.json["crl_number"])
    crl = crl_at_least(ca, number)
    for reason, m in made.items():
        assert reason_of(crl_entry(crl, m["serial"])) == REASONS[reason], reason
    assert crl_entry(crl, issued(ca)["serial"]) is None


@pytest.mark.parametrize("text", ["keyCompromise", "key-compromise"])
def test_reasons_are_read_as_others_write_them(ca, text):
    made = issued(ca)
    assert revoke(ca, made["certificate_id"], text).status == 200
    assert ca.rest("AUDITOR", "GET", "/certificates/" + made["certificate_id"]).json["revocation"]["reason"] == "key_compromise"


def test_the_invalidity_date_is_in_the_crl_entry(ca):
    made = issued(ca)
    since = (datetime.datetime.utcnow() - datetime.timedelta(days=9)).replace(microsecond=0)
    got = revoke(ca, made["certificate_id"], "key_compromise", invalidity_date=since.isoformat() + "Z", comment="laptop stolen")
    assert got.status == 200, got.body
    entry = crl_entry(crl_at_least(ca, got.json["crl_number"]), made["serial"])
    assert entry.extensions.get_extension_for_class(x509.InvalidityDate).value.invalidity_date == since
    assert abs((entry.revocation_date - datetime.datetime.utcnow()).total_seconds()) < 60
    facts = ca.rest("AUDITOR", "GET", "/certificates/" + made["certificate_id"]).json["revocation"]
    assert facts["invalidity_date"] == since.isoformat() + "Z" and facts["comment"] == "laptop stolen"
    assert facts["revoked_at"] == entry.revocation_date.isoformat() + "Z"


def test_a_hold_is_on_the_crl_and_a_release_takes_it_off(ca):
    made = issued(ca)
    held = revoke(ca, made["certificate_id"], "certificate_hold")
    crl = crl_at_least(ca, held.json["crl_number"])
    assert reason_of(crl_entry(crl, made["serial"])) == x509.ReasonFlags.certificate_hold
    released = ca.rest("OFFICER2", "DELETE", "/certificates/%s/revocation" % made["certificate_id"])
    assert (released.status, released.json["status"], released.json["revoked_at"]) == (200, "valid", None)
    assert crl_entry(crl_at_least(ca, released.json["crl_number"]), made["serial"]) is None


def test_i11_a_hold_becomes_final_and_stays_on_the_crl(ca):
    made = issued(ca)
    assert revoke(ca, made["certificate_id"], "certificate_hold").status == 200
    got = revoke(ca, made["certificate_id"], "key_compromise")
    assert (got.status, got.json["status"]) == (200, "revoked")
    crl = crl_at_least(ca, got.json["crl_number"])
    assert reason_of(crl_entry(crl, made["serial"])) == x509.ReasonFlags.key_compromise
    problem(ca.rest("OFFICER1", "DELETE", "/certificates/%s/revocation" % made["certificate_id"]), 409, "not-held")


def test_i12_crl_numbers_increase_and_every_crl_is_verified_by_others(ca):
    issuer = x509.load_der_x509_certificate(ca.http("GET", "/aia/dev-issuing.cer").body)
    numbers = []
    for _ in range(4):
        crl = crl_now(ca)
        assert crl.is_signature_valid(issuer.public_key())
        aki = crl.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
        assert aki == issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        assert crl.last_update <= datetime.datetime.utcnow() < crl.next_update
        numbers.append(crl_number(crl))
    assert numbers == sorted(set(numbers))


def test_i12_crls_made_at_once_have_different_numbers(ca):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ca.rest("OFFICER1", "POST", "/authorities/dev-issuing/crl"), range(8)))
    assert {a.status for a in answers} == {200}
    rows = sql(ca, "SELECT number FROM ca.crl c JOIN ca.authority a ON a.id = c.authority_id WHERE a.name = 'dev-issuing' ORDER BY c.id")
    numbers = [int(n) for n, in rows]
    assert numbers == sorted(set(numbers))


def test_i10_two_officers_who_revoke_at_once_get_one_yes(ca):
    made = issued(ca)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda who: revoke(ca, made["certificate_id"], who=who), ("OFFICER1", "OFFICER2")))
    assert sorted(a.status for a in answers) == [200, 409]


# -- restart ---------------------------------------------------------------------------------------

def everything(ca):
    certificates = ca.rest("AUDITOR", "GET", "/certificates?limit=500&sort=issued_at").json["items"]
    requests = ca.rest("AUDITOR", "GET", "/requests?limit=500").json["items"]
    content = [ca.rest("AUDITOR", "GET", "/certificates/%s/content.der" % c["id"]).body for c in certificates]
    return json.dumps([certificates, requests]), content


def test_i12_everything_survives_a_restart_and_the_crl_number_goes_up(own_ca):
    key, body = new_key(), csr()[0]
    kept = own_ca.issue(body, headers={"Idempotency-Key": key}).json
    gone = issued(own_ca)
    held = issued(own_ca)
    assert revoke(own_ca, gone["certificate_id"], "key_compromise").status == 200
    number = revoke(own_ca, held["certificate_id"], "certificate_hold").json["crl_number"]
    number = crl_number(crl_at_least(own_ca, number))
    before = everything(own_ca)
    assert own_ca.stop() == 0
    own_ca.start()
    assert everything(own_ca) == before
    served = crl_fetch(own_ca)
    assert crl_number(served) >= number
    again = own_ca.issue(body, headers={"Idempotency-Key": key})
    assert (again.status, again.json["certificate"]) == (200, kept["certificate"])
    crl = crl_now(own_ca)
    assert crl_number(crl) > number
    assert crl_entry(crl, gone["serial"]) is not None and crl_entry(crl, held["serial"]) is not None
    assert crl_entry(crl, kept["serial"]) is None
    assert stored(own_ca)[2] == 0

    def chain_goes_on():
        return sql_one(own_ca, "SELECT count(*) FROM ca.audit WHERE action = 'signer.start'") != "0"

    wait_for(chain_goes_on, 5)
    test_i13_the_audit_chain_holds(own_ca)
