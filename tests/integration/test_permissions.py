# SPDX-License-Identifier: Apache-2.0
"""Who may do what: every route with every role and with none. And what HTTP promises for each."""

import datetime
import os
import re
import urllib.parse

import pytest

from harness import ROOT, csr, wait_for
from support import crl_now, issued, openapi, problem, request_id, revoke, sql_one

# -- the matrix ------------------------------------------------------------------------------------

ANYONE = {None, "REQUESTER", "OFFICER1", "OFFICER2", "ADMIN", "AUDITOR"}
OPERATORS = ANYONE - {None}
CALLERS = sorted(ANYONE, key=str)

# The written expectation; the server's table and its openapi.json are compared with it.
PERMITTED = {
    ("POST", "/api/v1/requests"): OPERATORS - {"AUDITOR"},
    ("GET", "/api/v1/requests"): OPERATORS,
    ("GET", "/api/v1/requests/{id}"): OPERATORS,
    ("PATCH", "/api/v1/requests/{id}"): OPERATORS - {"AUDITOR"},
    ("POST", "/api/v1/requests/{id}/decisions"): OPERATORS - {"AUDITOR"},
    ("POST", "/api/v1/requests/{id}/withdrawal"): OPERATORS - {"AUDITOR"},
    ("PUT", "/api/v1/requests/{id}/assignment"): OPERATORS - {"AUDITOR"},
    ("POST", "/api/v1/requests/{id}/comments"): OPERATORS - {"AUDITOR"},
    ("GET", "/api/v1/approvals"): OPERATORS,
    ("GET", "/api/v1/approvals/{id}"): OPERATORS,
    ("POST", "/api/v1/approvals/{id}/decisions"): OPERATORS - {"AUDITOR"},
    ("POST", "/api/v1/approvals/{id}/withdrawal"): OPERATORS - {"AUDITOR"},
    ("PUT", "/api/v1/approvals/{id}/assignment"): OPERATORS - {"AUDITOR"},
    ("POST", "/api/v1/approvals/{id}/comments"): OPERATORS - {"AUDITOR"},
    ("GET", "/api/v1/approval-rules"): OPERATORS,
    ("GET", "/api/v1/approval-rules/{action}"): OPERATORS,
    ("PUT", "/api/v1/approval-rules/{action}"): {"ADMIN"},
    ("GET", "/api/v1/certificates"): OPERATORS,
    ("GET", "/api/v1/certificates/{id}"): OPERATORS,
    ("GET", "/api/v1/certificates/{id}/content"): OPERATORS,
    ("GET", "/api/v1/certificates/{id}/content.{format}"): OPERATORS,
    ("PUT", "/api/v1/certificates/{id}/revocation"): {"OFFICER1", "OFFICER2", "ADMIN"},
    ("DELETE", "/api/v1/certificates/{id}/revocation"): {"OFFICER1", "OFFICER2", "ADMIN"},
    ("GET", "/api/v1/authorities"): OPERATORS,
    ("POST", "/api/v1/authorities"): {"ADMIN"},
    ("GET", "/api/v1/authorities/{name}"): OPERATORS,
    ("GET", "/api/v1/authorities/{name}/chain"): OPERATORS,
    ("GET", "/api/v1/authorities/{name}/certificate"): OPERATORS,
    ("PUT", "/api/v1/authorities/{name}/certificate"): {"ADMIN"},
    ("GET", "/api/v1/authorities/{name}/csr"): OPERATORS,
    ("GET", "/api/v1/authorities/{name}/crls"): OPERATORS,
    ("GET", "/api/v1/authorities/{name}/ocsp"): OPERATORS,
    ("POST", "/api/v1/authorities/{name}/crl"): {"OFFICER1", "OFFICER2", "ADMIN"},
    ("POST", "/api/v1/authorities/{name}/crl-emergency"): {"OFFICER1", "OFFICER2", "ADMIN"},
    ("PUT", "/api/v1/authorities/{name}/crl-schedule"): {"ADMIN"},
    ("GET", "/api/v1/profiles"): OPERATORS,
    ("GET", "/api/v1/profiles/{name}"): OPERATORS,
    ("POST", "/api/v1/profiles"): {"ADMIN"},
    ("GET", "/api/v1/profiles/schema.json"): OPERATORS,
    ("GET", "/api/v1/profiles/{name}/versions"): OPERATORS,
    ("GET", "/api/v1/profiles/{name}/versions/{version}"): OPERATORS,
    ("GET", "/api/v1/profiles/{name}/history"): OPERATORS,
    ("PUT", "/api/v1/profiles/{name}/activation"): {"ADMIN"},
    ("DELETE", "/api/v1/profiles/{name}/activation"): {"ADMIN"},
    ("POST", "/api/v1/profiles/{name}/rollback"): {"ADMIN"},
    ("POST", "/api/v1/profiles/{name}/test"): {"ADMIN"},
    ("POST", "/api/v1/profiles/{name}/replay"): {"ADMIN"},
    ("GET", "/api/v1/requests/{id}/diff"): OPERATORS,
    ("GET", "/api/v1/requests/{id}/explanation"): OPERATORS,
    ("POST", "/api/v1/request-batches"): OPERATORS - {"AUDITOR"},
    ("GET", "/api/v1/webhooks"): {"ADMIN"},
    ("POST", "/api/v1/webhooks"): {"ADMIN"},
    ("GET", "/api/v1/webhook-key"): OPERATORS,
    ("GET", "/api/v1/webhooks/{id}"): {"ADMIN"},
    ("PATCH", "/api/v1/webhooks/{id}"): {"ADMIN"},
    ("DELETE", "/api/v1/webhooks/{id}"): {"ADMIN"},
    ("POST", "/api/v1/webhooks/{id}/test"): {"ADMIN"},
    ("GET", "/api/v1/webhooks/{id}/deliveries"): {"ADMIN"},
    ("GET", "/api/v1/scep/endpoints"): OPERATORS,
    ("POST", "/api/v1/scep/endpoints"): {"ADMIN"},
    ("GET", "/api/v1/scep/endpoints/{name}"): OPERATORS,
    ("PATCH", "/api/v1/scep/endpoints/{name}"): {"ADMIN"},
    ("DELETE", "/api/v1/scep/endpoints/{name}"): {"ADMIN"},
    ("GET", "/api/v1/scep/endpoints/{name}/challenges"): OPERATORS - {"REQUESTER"},
    ("POST", "/api/v1/scep/endpoints/{name}/challenges"): {"OFFICER1", "OFFICER2", "ADMIN"},
    ("DELETE", "/api/v1/scep/challenges/{id}"): {"OFFICER1", "OFFICER2", "ADMIN"},
    ("GET", "/api/v1/scep/endpoints/{name}/transactions"): OPERATORS - {"REQUESTER"},
    ("PUT", "/api/v1/authorities/{name}/retirement"): {"ADMIN"},
    ("GET", "/api/v1/authorities/{name}/next"): OPERATORS,
    ("PUT", "/api/v1/authorities/{name}/next"): {"ADMIN"},
    ("DELETE", "/api/v1/authorities/{name}/next"): {"ADMIN"},
    ("PUT", "/api/v1/authorities/{name}/next/publication"): {"ADMIN"},
    ("PUT", "/api/v1/authorities/{name}/next/switch"): {"ADMIN"},
    ("POST", "/api/v1/named-lists"): {"OFFICER1", "OFFICER2", "ADMIN"},
    ("GET", "/api/v1/named-lists/{id}"): OPERATORS,
    ("PUT", "/api/v1/named-lists/{id}/pieces/{number}"): {"OFFICER1", "OFFICER2", "ADMIN"},
    ("POST", "/api/v1/named-lists/{id}/completion"): {"OFFICER1", "OFFICER2", "ADMIN"},
    ("DELETE", "/api/v1/named-lists/{id}"): {"OFFICER1", "OFFICER2", "ADMIN"},
    ("GET", "/api/v1/revocation-jobs"): OPERATORS,
    ("POST", "/api/v1/revocation-jobs"): {"OFFICER1", "OFFICER2", "ADMIN"},
    ("GET", "/api/v1/revocation-jobs/{id}"): OPERATORS,
    ("POST", "/api/v1/revocation-jobs/{id}/cancellation"): {"OFFICER1", "OFFICER2", "ADMIN"},
    ("GET", "/api/v1/blocked-keys"): OPERATORS,
    ("POST", "/api/v1/blocked-keys"): {"OFFICER1", "OFFICER2", "ADMIN"},
    ("GET", "/api/v1/blocked-keys/{spki_sha256}"): OPERATORS,
    ("DELETE", "/api/v1/blocked-keys/{spki_sha256}"): {"ADMIN"},
    ("GET", "/api/v1/audit/events"): {"AUDITOR"},
    ("GET", "/api/v1/audit/export"): {"AUDITOR"},
    ("GET", "/api/v1/audit/checkpoints"): {"AUDITOR"},
    ("GET", "/api/v1/users"): OPERATORS,
    ("POST", "/api/v1/users"): {"ADMIN"},
    ("GET", "/api/v1/users/{id}"): OPERATORS,
    ("PATCH", "/api/v1/users/{id}"): {"ADMIN"},
    ("GET", "/api/v1/users/{id}/credentials"): OPERATORS,
    ("POST", "/api/v1/users/{id}/credentials"): {"ADMIN"},
    ("DELETE", "/api/v1/users/{id}/credentials/{credential}"): OPERATORS,
    ("GET", "/api/v1/api-tokens"): OPERATORS,
    ("POST", "/api/v1/api-tokens"): OPERATORS,
    ("DELETE", "/api/v1/api-tokens/{id}"): OPERATORS,
    ("GET", "/api/v1/groups"): OPERATORS,
    ("GET", "/api/v1/groups/{name}"): OPERATORS,
    ("PUT", "/api/v1/groups/{name}"): {"ADMIN"},
    ("GET", "/api/v1/roles"): OPERATORS,
    ("GET", "/api/v1/choices/{kind}"): OPERATORS,
    ("GET", "/api/v1/whoami"): OPERATORS,
    ("GET", "/api/v1/health"): OPERATORS,
    ("GET", "/api/v1/version"): OPERATORS,
    ("GET", "/api/v1/openapi.json"): ANYONE,
    ("GET", "/problems/{code}"): ANYONE,
    ("GET", "/readyz"): ANYONE,
    ("GET", "/metrics"): OPERATORS,
}
NOT_HERE = "00000000-0000-7000-8000-000000000000"


def operations(ca):
    return {(method.upper(), path): op for path, methods in openapi(ca)["paths"].items()
            for method, op in methods.items() if method in ("get", "put", "post", "delete", "patch")}


def concrete(path):
    """Objects that do not exist: who is permitted gets 4xx of another kind, and nothing changes."""
    values = {"id": NOT_HERE, "action": "nothing", "credential": NOT_HERE, "name": "nobody", "code": "policy", "kind": "keys", "format": "pem",
              "version": "0" * 64, "spki_sha256": "0" * 64, "number": "1"}
    return re.sub(r"{(\w+)}", lambda m: values[m.group(1)], path)


def ask(ca, who, method, path, body=None):
    headers = {"Content-Type": "application/json"} if body is not None else {}
    return ca.https(who, method, path, body, headers)


def test_the_matrix_covers_every_route_of_the_description(ca):
    assert set(operations(ca)) == set(PERMITTED)


def test_the_matrix_covers_every_route_of_the_server():
    with open(os.path.join(ROOT, "api", "route.c")) as f:
        table = f.read().split("https_routes[]", 1)[1].split("};", 1)[0]
    rows = re.findall(r'{"(\w+)",\s*(V1 )?"([^"]+)"', table)
    assert {(method, ("/api/v1" if v1 else "") + path) for method, v1, path in rows} == set(PERMITTED)


@pytest.mark.parametrize("method, path", sorted(PERMITTED))
def test_each_route_is_for_exactly_the_roles_of_the_table(ca, method, path):
    body = "{}" if method in ("POST", "PUT", "PATCH") else None
    for who in CALLERS:
        got = ask(ca, who, method, concrete(path), body)
        assert got.status < 500, (who, got.body)
        if who in PERMITTED[method, path]:
            assert got.status not in (401, 403), (who, got.status, got.body)
        elif who is None:
            problem(got, 401, "unauthenticated")
        else:
            document = problem(got, 403, "forbidden")
            assert who.lower()[:7] in document["detail"]


@pytest.mark.parametrize("method, path", sorted(PERMITTED))
def test_the_description_names_the_refusals_that_a_route_has(ca, method, path):
    answers = operations(ca)[method, path]["responses"]
    assert ("401" in answers) == (None not in PERMITTED[method, path])
    assert ("403" in answers) == (None not in PERMITTED[method, path])


def test_a_requester_sees_only_own_requests(ca):
    mine = issued(ca, who="REQUESTER")["id"]
    other = issued(ca, who="OFFICER1")["id"]
    assert ca.rest("REQUESTER", "GET", "/requests/" + mine).status == 200
    problem(ca.rest("REQUESTER", "GET", "/requests/" + other), 404, "not-found")
    for who in ("OFFICER2", "ADMIN", "AUDITOR"):
        assert ca.rest(who, "GET", "/requests/" + mine).status == 200
    listed = ca.rest("REQUESTER", "GET", "/requests?limit=500").json["items"]
    assert {r["requester"] for r in listed} == {"requester"}
    assert mine in [r["id"] for r in listed]
    assert other in [r["id"] for r in ca.rest("AUDITOR", "GET", "/requests?limit=500").json["items"]]


# -- methods, paths, parameters --------------------------------------------------------------------

@pytest.mark.parametrize("path", sorted({path for _, path in PERMITTED}))
def test_another_method_gets_405_with_allow(ca, path):
    here = {method for method, at in PERMITTED if at == path}
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        if method in here:
            continue
        got = ask(ca, "ADMIN", method, concrete(path), "{}" if method in ("POST", "PUT", "PATCH") else None)
        problem(got, 405, "method-not-allowed")
        assert {m.strip() for m in got.headers["Allow"].split(",")} - {"HEAD"} == here


@pytest.mark.parametrize("path", ["/nothing", "/api/v1", "/api/v1/", "/api/v2/whoami", "/api/v1/whoami/", "/api//v1/whoami",
                                  "/api/v1/../v1/whoami", "/api/v1/%2e%2e/whoami", "/API/V1/whoami", "/.git/config",
                                  "/problems/", "/problems/nothing", "/etc/passwd"])
def test_an_unknown_path_is_not_found(ca, path):
    for who in (None, "ADMIN"):
        problem(ca.https(who, "GET", path), 404, "not-found")


def test_public_paths_are_not_on_https_and_private_ones_not_on_http(ca):
    problem(ca.https("ADMIN", "GET", "/crl/%s.crl" % ca.env["CA_ISSUING_NAME"]), 404)
    for _, path in PERMITTED:
        if path == "/readyz":
            continue  # also on plain HTTP: a front without its token has no HTTPS to tell it on
        got = ca.http("GET", concrete(path))
        assert got.status == 404, path
    assert ca.http("GET", "/readyz").status == 200
    got = ca.http("POST", "/crl/%s.crl" % ca.env["CA_ISSUING_NAME"], b"")
    assert (got.status, got.headers["Allow"]) == (405, "GET")


@pytest.mark.parametrize("path", sorted(path for method, path in PERMITTED if method == "GET"))
def test_head_is_get_without_a_body(ca, path):
    get, head = (ca.https("ADMIN", m, concrete(path)) for m in ("GET", "HEAD"))
    assert head.status == get.status
    assert head.body == b""
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


@pytest.mark.parametrize("method, path", sorted(PERMITTED))
def test_an_unknown_query_parameter_is_refused(ca, method, path):
    body = "{}" if method in ("POST", "PUT", "PATCH") else None
    who = "ADMIN" if "ADMIN" in PERMITTED[method, path] else "AUDITOR"
    got = ask(ca, who, method, concrete(path) + "?colour=blue", body)
    if path in ("/readyz", "/metrics"):  # probes of others may add what they like
        assert got.status in (200, 400, 503)
        return
    assert got.status in (400, 404), got.body
    if got.status == 400:
        document = problem(got, 400)
        assert "colour" in document["detail"] or document["type"] != "/problems/unknown-parameter", document


@pytest.mark.parametrize("query, says", [
    ("colour=blue", "colour"), ("limit=0", "limit"), ("limit=501", "limit"), ("limit=x", "limit"), ("limit=-1", "limit"),
    ("limit=", "limit"), ("limit=1&limit=2", "limit"), ("sort=size", "sort"), ("status=lost", "status"),
    ("serial=xyz", "serial"), ("serial=", "serial"), ("fingerprint=12", "fingerprint"), ("fingerprint=" + "0" * 66, "fingerprint"),
    ("not_after[lt]=soon", "not_after"), ("cursor=abc", ""), ("cursor=" + "A" * 64, ""), ("requester=nobody", "requester"),
    ("q=a&cn=b", "q"), ("cn=%ff", ""), ("cn=%00", ""), ("cn=%zz", ""),
])
def test_a_wrong_query_parameter_is_refused_and_named(ca, query, says):
    assert says in problem(ca.rest("AUDITOR", "GET", "/certificates?" + query), 400)["detail"]


def test_a_cursor_of_another_list_is_refused(ca):
    for _ in range(2):
        issued(ca)
    cursor = ca.rest("AUDITOR", "GET", "/requests?limit=1").json["next"]
    problem(ca.rest("AUDITOR", "GET", "/certificates?cursor=" + urllib.parse.quote(cursor)), 400, "bad-cursor")
    cursor = ca.rest("AUDITOR", "GET", "/certificates?limit=1").json["next"]
    problem(ca.rest("AUDITOR", "GET", "/certificates?sort=not_after&cursor=" + urllib.parse.quote(cursor)), 400, "bad-cursor")


# -- caching ---------------------------------------------------------------------------------------

@pytest.fixture
def made(ca):
    return issued(ca)


def cacheable(made):
    return ["/api/v1/certificates/" + made["certificate_id"], "/api/v1/requests/" + made["id"],
            "/api/v1/certificates/%s/content" % made["certificate_id"], "/api/v1/certificates/%s/content.p7c" % made["certificate_id"],
            "/api/v1/authorities/dev-issuing/certificate", "/api/v1/authorities/dev-issuing/chain",
            "/api/v1/profiles/https-ecc", "/api/v1/choices/reasons", "/api/v1/openapi.json", "/problems/policy"]


def test_what_has_not_changed_gets_304(ca, made):
    for path in cacheable(made):
        first = ca.https("AUDITOR", "GET", path)
        assert first.status == 200, (path, first.body)
        etag = first.headers["ETag"]
        assert re.fullmatch(r'(W/)?"[^"]+"', etag), path
        for match in (etag, '"other", ' + etag, "*"):
            again = ca.https("AUDITOR", "GET", path, headers={"If-None-Match": match})
            assert (again.status, again.body) == (304, b""), (path, match)
            assert again.headers["ETag"] == etag
        changed = ca.https("AUDITOR", "GET", path, headers={"If-None-Match": '"other"'})
        assert (changed.status, changed.body) == (200, first.body), path


def test_an_etag_changes_with_what_it_stands_for(ca, made):
    path = "/certificates/" + made["certificate_id"]
    before = ca.rest("AUDITOR", "GET", path).headers["ETag"]
    assert revoke(ca, made["certificate_id"]).status == 200
    after = ca.rest("AUDITOR", "GET", path, headers={"If-None-Match": before})
    assert after.status == 200 and after.headers["ETag"] != before


def test_public_files_have_validators_and_ages(ca):
    for path in ("/crl/dev-issuing.crl", "/aia/dev-issuing.cer", "/aia/dev-issuing.p7c"):
        first = ca.http("GET", path)
        assert first.status == 200 and "max-age" in first.headers["Cache-Control"]
        if not path.endswith(".p7c"):  # a message around certificates, made anew for each answer
            again = ca.http("GET", path, headers={"If-None-Match": first.headers["ETag"]})
            assert (again.status, again.body) == (304, b"")
        head = ca.http("HEAD", path)
        assert (head.status, head.body) == (200, b"")
        assert int(head.headers["Content-Length"]) == len(first.body)
    modified = ca.http("GET", "/crl/dev-issuing.crl").headers["Last-Modified"]
    assert ca.http("GET", "/crl/dev-issuing.crl", headers={"If-Modified-Since": modified}).status == 304


def test_a_request_id_is_echoed_or_made(ca):
    rid = request_id()
    assert ca.rest("ADMIN", "GET", "/whoami", headers={"X-Request-Id": rid}).headers["X-Request-Id"] == rid
    made = ca.rest("ADMIN", "GET", "/whoami").headers["X-Request-Id"]
    assert re.fullmatch("[0-9a-f-]{36}", made)
    for bad in ("x" * 200, 'a"b', "a b"):
        assert ca.rest("ADMIN", "GET", "/whoami", headers={"X-Request-Id": bad}).headers["X-Request-Id"] != bad


# -- lists -----------------------------------------------------------------------------------------

def pages(ca, query, limit):
    """All items, by `next`; the Link header must say the same."""
    found, path = [], "/certificates?%s&limit=%d" % (query, limit)
    while path is not None:
        got = ca.rest("AUDITOR", "GET", path)
        assert got.status == 200, got.body
        assert len(got.json["items"]) <= limit
        found += got.json["items"]
        link = got.headers["Link"]
        if got.json["next"] is None:
            assert link is None
            path = None
        else:
            assert len(got.json["items"]) == limit
            target = re.fullmatch(r'<([^>]+)>; *rel="next"', link).group(1)
            path = urllib.parse.urlsplit(target).path.replace("/api/v1", "", 1) + "?" + urllib.parse.urlsplit(target).query
            by_cursor = ca.rest("AUDITOR", "GET", "/certificates?%s&limit=%d&cursor=%s" % (
                query, limit, urllib.parse.quote(got.json["next"])))
            assert by_cursor.json["items"] == ca.rest("AUDITOR", "GET", path).json["items"]
        assert len(found) < 5000
    return found


@pytest.fixture(scope="module")
def seven(ca):
    """Seven certificates with the same name: the list of this name is ours alone."""
    name = "paging-%s.example.org" % request_id()[5:17]
    return name, [issued(ca, csr(name)[0])["certificate_id"] for _ in range(7)]


@pytest.mark.parametrize("limit", [1, 3, 7, 8])
@pytest.mark.parametrize("sort", ["-issued_at", "issued_at", "not_after", "-not_after"])
def test_pages_hold_everything_once_and_in_order(ca, seven, sort, limit):
    name, ids = seven
    found = pages(ca, "san=%s&sort=%s" % (name, sort), limit)
    assert sorted(c["id"] for c in found) == sorted(ids)
    key = sort.lstrip("-")
    values = [c[key] for c in found]
    assert values == sorted(values, reverse=sort.startswith("-"))


def test_what_is_issued_meanwhile_disturbs_no_page(ca, seven):
    name, ids = seven
    first = ca.rest("AUDITOR", "GET", "/certificates?san=%s&limit=3&sort=-issued_at" % name).json
    extra = issued(ca, csr(name)[0])["certificate_id"]
    ids.append(extra)
    rest = ca.rest("AUDITOR", "GET", "/certificates?san=%s&limit=3&sort=-issued_at&cursor=%s" % (
        name, urllib.parse.quote(first["next"]))).json
    seen = [c["id"] for c in first["items"] + rest["items"]]
    assert len(set(seen)) == 6 and extra not in seen


# -- search ----------------------------------------------------------------------------------------

def only(ca, query, who="AUDITOR"):
    got = ca.rest(who, "GET", "/certificates?" + query)
    assert got.status == 200, (query, got.body)
    return [c["id"] for c in got.json["items"]]


def notations(serial):
    pairs = [serial[i:i + 2] for i in range(0, len(serial), 2)]
    return [serial, serial.upper(), "0x" + serial, "0X" + serial.upper(), ":".join(pairs), ":".join(pairs).upper(), " ".join(pairs),
            "00" + serial, "00:" + ":".join(pairs), serial.lstrip("0"), str(int(serial, 16))]


def test_a_serial_is_found_in_every_notation(ca, made):
    for text in notations(made["serial"]):
        assert only(ca, "serial=" + urllib.parse.quote(text)) == [made["certificate_id"]], text
        assert only(ca, "q=" + urllib.parse.quote(text)) == [made["certificate_id"]], text


def test_a_certificate_is_found_by_each_of_its_facts(ca):
    name = "find-%s.example.org" % request_id()[5:17]
    made = issued(ca, csr(name)[0])
    id_ = made["certificate_id"]
    facts = ca.rest("AUDITOR", "GET", "/certificates/" + id_).json
    for query in ("cn=" + name, "cn=" + name.upper(), "cn=%s*" % name[:14], "san=" + name, "q=" + name, "q=" + name[:14],
                  "fingerprint=" + facts["fingerprint"], "fingerprint=" + facts["fingerprint"][:16].upper(),
                  "q=" + facts["fingerprint"], "cn=%s&status=valid&profile=https-ecc&authority=dev-issuing" % name,
                  "cn=%s&requester=requester" % name):
        assert only(ca, query) == [id_], query
    for query in ("cn=%s&status=revoked" % name, "cn=%s&profile=https-rsa" % name, "cn=%s&authority=dev-root" % name,
                  "cn=%s&requester=admin" % name, "cn=" + name[:-1], "san=x" + name):
        assert only(ca, query) == [], query


def test_status_follows_hold_release_and_revocation(ca):
    name = "status-%s.example.org" % request_id()[5:17]
    id_ = issued(ca, csr(name)[0])["certificate_id"]

    def found():
        return [s for s in ("valid", "held", "revoked", "expired", "burned") if only(ca, "cn=%s&status=%s" % (name, s))]

    assert found() == ["valid"]
    assert revoke(ca, id_, "certificate_hold").status == 200
    assert found() == ["held"]
    assert ca.rest("OFFICER1", "DELETE", "/certificates/%s/revocation" % id_).status == 200
    assert found() == ["valid"]
    assert revoke(ca, id_).status == 200
    assert found() == ["revoked"]


def test_expiry_bounds_find_what_ends_between_them(ca):
    name = "expiry-%s.example.org" % request_id()[5:17]
    request = csr(name)[0].decode()
    ids = {}
    for days in (2, 4, 6):
        got = ca.rest("REQUESTER", "POST", "/requests", {"profile": "https-ecc", "csr": request, "validity": {"days": days}})
        assert got.status == 201, got.body
        ids[days] = got.json["certificate_id"]
    at = lambda days: (datetime.datetime.utcnow() + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert set(only(ca, "cn=%s&not_after[lt]=%s" % (name, at(3)))) == {ids[2]}
    assert set(only(ca, "cn=%s&not_after[gte]=%s" % (name, at(3)))) == {ids[4], ids[6]}
    assert set(only(ca, "cn=%s&not_after[gte]=%s&not_after[lt]=%s" % (name, at(3), at(5)))) == {ids[4]}
    assert only(ca, "cn=%s&sort=not_after" % name) == [ids[2], ids[4], ids[6]]


def test_requests_are_listed_by_status_and_profile(ca, made):
    listed = ca.rest("REQUESTER", "GET", "/requests?status=issued&profile=https-ecc&mine=true&limit=500").json["items"]
    assert made["id"] in [r["id"] for r in listed]
    assert {(r["status"], r["profile"]) for r in listed} == {("issued", "https-ecc")}
    waiting = ca.rest("REQUESTER", "GET", "/requests?status=pending").json["items"]
    assert {r["status"] for r in waiting} <= {"pending"} and made["id"] not in [r["id"] for r in waiting]


def test_crls_of_an_authority_are_listed(ca):
    crl_now(ca)
    newest = int(sql_one(ca, "SELECT max(number) FROM ca.crl c JOIN ca.authority a ON a.id = c.authority_id "
                             "WHERE a.name = 'dev-issuing'"))
    listed = ca.rest("AUDITOR", "GET", "/authorities/dev-issuing/crls?limit=500").json["items"]
    assert max(c["number"] for c in listed) >= newest
    numbers = [c["number"] for c in listed]
    assert numbers == sorted(numbers, reverse=True)


# -- pages of problems -----------------------------------------------------------------------------

def test_every_problem_has_a_page_in_both_forms(ca):
    folder = os.path.join(ROOT, "docs", "reference", "problems")
    codes = [name[:-3] for name in os.listdir(folder) if name.endswith(".md")]
    assert len(codes) > 30
    for code in codes:
        plain = ca.https(None, "GET", "/problems/" + code)
        assert plain.status == 200 and plain.headers["Content-Type"].startswith("text/markdown")
        with open(os.path.join(folder, code + ".md"), "rb") as f:
            assert plain.body == f.read()
        page = ca.https(None, "GET", "/problems/" + code, headers={"Accept": "text/html"})
        assert page.status == 200 and page.headers["Content-Type"].startswith("text/html")


def test_metrics_count_what_was_asked(ca):
    def counted():
        text = ca.https("ADMIN", "GET", "/metrics").body.decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if "whoami" in line and "count" in line)

    before = counted()
    for _ in range(3):
        ca.rest("ADMIN", "GET", "/whoami")
    wait_for(lambda: counted() >= before + 3, 5)
