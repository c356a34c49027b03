# SPDX-License-Identifier: Apache-2.0
"""Authorities beside those of the first start."""

from support import csr


def create(ca, name, **more):
    return ca.rest("ADMIN", "POST", "/authorities", {
        "name": name, "parent": "dev-root", "key": "ec:P-256",
        "subject": {"common_name": name, "organization": "Acme", "country": "CH"}, **more})


def test_a_new_authority_does_not_become_the_default(own_ca):
    made = create(own_ca, "aaa-first-by-name")
    assert made.status == 201 and made.json["state"] == "online", made.body
    got = own_ca.issue(csr()[0])
    assert got.status == 201 and got.json["authority"] == "dev-issuing", got.body


def test_an_authority_issues_only_what_its_name_constraints_permit(own_ca):
    """RFC 5280 4.2.1.10: what relying parties would refuse is not signed."""
    made = create(own_ca, "narrow", name_constraints={"permitted_dns": ["example.org"], "excluded_dns": []})
    assert made.status == 201, made.body
    where = "https-ecc&authority=narrow"
    assert own_ca.issue(csr("www.example.org")[0], where).status == 201
    refused = own_ca.issue(csr("www.example.net")[0], where)
    assert refused.status == 422, refused.body
    assert [e["rule"] for e in refused.json["errors"]] == ["issuer.name_constraints"], refused.body
