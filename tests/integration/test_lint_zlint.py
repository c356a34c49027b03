# SPDX-License-Identifier: Apache-2.0
"""Do our lints and zlint's agree? Over what the built-in profiles issue and over the samples of our
own lints, wrapped as certificates."""

import base64
import collections
import json
import os
import shutil
import subprocess
import tempfile

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from harness import BUILD, ROOT
from support import openssl, run
from test_tools import PROFILE_KEYS, REQUESTS, issued, plain_request, zlint  # noqa: F401

SAMPLES = os.path.join(ROOT, "tests", "data", "lint")
LINT_FILE = os.path.join(BUILD, "tests", "lint_file")
SAN = "rfc5280.extension.subject_alt_name."
LETTERS = " ".join(SAN + "dns." + word for word in ("letters", "ascii", "blank", "empty_label"))
AKI_KEY_ID = "rfc5280.extension.authority_key_identifier.key_id rfc5280.extension.authority_key_identifier.present"

# Ours, and what zlint calls the same. A rule that either of them splits stands there with its parts:
# one of ours is found exactly when one of theirs is.
SAME = [
    # (ours, theirs)
    ("cabf.br.basic_constraints.critical", "e_sub_cert_basic_constraints_not_critical"),
    ("cabf.br.ca.key_usage.crl_sign", "e_ca_crl_sign_not_set"),
    ("cabf.br.certificate_policies.not_critical", "w_sub_cert_certificate_policies_marked_critical"),
    ("cabf.br.extended_key_usage.others cabf.br.extended_key_usage.no_any", "w_sub_cert_eku_extra_values"),
    ("cabf.br.extended_key_usage.not_critical", "e_eku_critical"),
    ("cabf.br.key.rsa_exponent_odd", "e_rsa_public_exponent_not_odd"),
    ("cabf.br.key.rsa_exponent_range", "w_rsa_public_exponent_not_in_range"),
    ("cabf.br.key.rsa_modulus_odd", "w_rsa_mod_not_odd"),
    ("cabf.br.key.rsa_size", "e_rsa_mod_less_than_2048_bits"),
    ("cabf.br.key_usage.no_crl_sign", "e_sub_cert_key_usage_crl_sign_bit_set"),
    ("cabf.br.policy.dv_organization", "e_cab_dv_conflicts_with_org"),
    ("cabf.br.policy.dv_place", "e_cab_dv_conflicts_with_locality e_cab_dv_conflicts_with_province "
                                "e_cab_dv_conflicts_with_street e_cab_dv_conflicts_with_postal"),
    ("cabf.br.policy.iv_name", "e_cab_iv_requires_personal_name"),
    ("cabf.br.policy.ov_country", "e_cert_policy_ov_requires_country"),
    ("cabf.br.policy.ov_organization", "e_cab_ov_requires_org"),
    ("cabf.br.signature.digest", "e_sub_cert_or_sub_ca_using_sha1"),
    ("cabf.br.subject.common_name_in_san", "e_subject_common_name_not_exactly_from_san"),
    ("cabf.br.subject.no_organizational_unit", "e_organizational_unit_name_prohibited"),
    ("cabf.br.subject.order", "e_invalid_subject_rdn_order"),
    ("cabf.br.subject_alt_name.present", "e_ext_san_missing"),
    ("cabf.br.subject_alt_name.reserved_ip", "e_ext_san_contains_reserved_ip"),
    ("cabf.br.subject_alt_name.types",
     "e_ext_san_rfc822_name_present e_ext_san_uniform_resource_identifier_present e_ext_san_other_name_present "
     "e_ext_san_directory_name_present e_ext_san_registered_id_present e_ext_san_edi_party_name_present"),
    ("cabf.br.subject_alt_name.wildcard", "e_dnsname_left_label_wildcard_correct e_san_wildcard_not_first"),
    ("cabf.br.validity.398_days", "e_tls_server_cert_valid_time_longer_than_398_days"),
    ("cabf.br.crl_distribution_points.whole", "e_crlissuer_must_not_be_present_in_cdp"),
    ("cabf.br.root.certificate_policies", "w_root_ca_contains_cert_policy"),
    ("cabf.br.root.extended_key_usage", "e_root_ca_extended_key_usage_present"),
    ("cabf.br.subject_alt_name.internal_name", "e_dnsname_not_valid_tld"),
    (LETTERS, "e_dnsname_bad_character_in_label"),
    ("rfc3279.key.rsa_parameters", "e_spki_rsa_encryption_parameter_not_null"),
    ("rfc5280.extension.authority_information_access.not_critical", "e_ext_aia_marked_critical"),
    (AKI_KEY_ID, "e_ext_authority_key_identifier_no_key_identifier"),
    ("rfc5280.extension.authority_key_identifier.not_critical", "e_ext_authority_key_identifier_critical"),
    ("rfc5280.extension.basic_constraints.critical", "e_basic_constraints_not_critical"),
    ("rfc5280.extension.basic_constraints.path_length rfc5280.extension.basic_constraints.path_length_signs",
     "e_path_len_constraint_improperly_included"),
    ("rfc5280.extension.certificate_policies.notice_reference", "w_ext_cert_policy_contains_noticeref"),
    ("rfc5280.extension.certificate_policies.text_length", "e_ext_cert_policy_explicit_text_too_long"),
    ("rfc5280.extension.certificate_policies.unique", "e_ext_cert_policy_duplicate"),
    ("rfc5280.extension.crl_distribution_points.address", "w_distribution_point_missing_ldap_or_uri"),
    ("rfc5280.extension.crl_distribution_points.named", "e_distribution_point_incomplete"),
    ("rfc5280.extension.crl_distribution_points.not_critical", "w_ext_crl_distribution_marked_critical"),
    ("rfc5280.extension.extended_key_usage.any_not_critical", "w_eku_critical_improperly"),
    ("rfc5280.extension.freshest_crl.not_critical", "e_ext_freshest_crl_marked_critical"),
    ("rfc5280.extension.inhibit_any_policy.critical", "e_inhibit_any_policy_not_critical"),
    ("rfc5280.extension.issuer_alt_name.not_critical", "w_ext_ian_critical"),
    ("rfc5280.extension.key_usage.ca_cert_sign", "e_ca_key_cert_sign_not_set"),
    ("rfc5280.extension.key_usage.ca_present", "e_ca_key_usage_missing"),
    ("rfc5280.extension.key_usage.cert_sign_of_ca", "e_ext_key_usage_cert_sign_without_ca"),
    ("rfc5280.extension.key_usage.critical", "w_ext_key_usage_not_critical"),
    ("rfc5280.extension.key_usage.not_empty rfc5280.extension.key_usage.form", "e_ext_key_usage_without_bits"),
    ("rfc5280.extension.name_constraints.critical", "e_ext_name_constraints_not_critical"),
    ("rfc5280.extension.name_constraints.not_empty", "e_name_constraint_empty"),
    ("rfc5280.extension.name_constraints.of_ca", "e_ext_name_constraints_not_in_ca"),
    ("rfc5280.extension.name_constraints.range", "e_name_constraint_minimum_non_zero e_name_constraint_maximum_not_absent"),
    ("rfc5280.extension.policy_constraints.critical", "e_ext_policy_constraints_not_critical"),
    ("rfc5280.extension.policy_constraints.not_empty", "e_ext_policy_constraints_empty"),
    ("rfc5280.extension.policy_mappings.critical", "w_ext_policy_map_not_critical"),
    ("rfc5280.extension.subject_directory_attributes.not_critical", "e_ext_subject_directory_attr_critical"),
    ("rfc5280.extension.subject_information_access.not_critical", "e_subject_info_access_marked_critical"),
    ("rfc5280.extension.subject_key_identifier.ca_present", "e_ext_subject_key_identifier_missing_ca"),
    ("rfc5280.extension.subject_key_identifier.not_critical", "e_ext_subject_key_identifier_critical"),
    (SAN + "critical", "e_ext_san_not_critical_without_subject"),
    (SAN + "dns.ascii", "e_ext_san_dns_not_ia5_string"),
    (SAN + "dns.blank", "e_ext_san_space_dns_name"),
    (SAN + "dns.empty_label", "e_rfc_dnsname_empty_label"),
    (SAN + "dns.label_length", "e_rfc_dnsname_label_too_long"),
    (SAN + "dns.length", "e_ext_san_dns_name_too_long"),
    (SAN + "dns.underscore", "e_underscore_not_permissible_in_dnsname"),
    (SAN + "email.mailbox", "e_ext_san_rfc822_format_invalid"),
    (SAN + "not_critical", "w_ext_san_critical_with_subject_dn"),
    (SAN + "not_empty", "e_ext_san_no_entries"),
    (SAN + "uri.host " + SAN + "uri.absolute", "e_ext_san_uri_host_not_fqdn_or_ip"),
    (SAN + "uri.absolute", "e_ext_san_uri_relative"),
    ("rfc5280.extensions.unique", "e_ext_duplicate_extension"),
    ("rfc5280.issuer.not_empty rfc5280.issuer.structure", "e_issuer_field_empty"),
    ("rfc5280.serial_number.length", "e_serial_number_longer_than_20_octets"),
    ("rfc5280.serial_number.not_zero rfc5280.serial_number.positive", "e_serial_number_not_positive"),
    ("rfc5280.subject.ca_not_empty", "e_ca_subject_field_empty"),
    ("rfc5280.subject.common_name.length", "e_subject_common_name_max_length"),
    ("rfc5280.subject.control_characters", "e_subject_dn_not_printable_characters"),
    ("rfc5280.subject.country.string_type", "e_subject_dn_country_not_printable_string"),
    ("rfc5280.subject.email.length", "e_subject_email_max_length"),
    ("rfc5280.subject.locality.length", "e_subject_locality_name_max_length"),
    ("rfc5280.subject.organization.length", "e_subject_organization_name_max_length"),
    ("rfc5280.subject.organizational_unit.length", "e_subject_organizational_unit_name_max_length"),
    ("rfc5280.subject.postal_code.length", "e_subject_postal_code_max_length"),
    ("rfc5280.subject.serial_number.length", "e_subject_dn_serial_number_max_length"),
    ("rfc5280.subject.serial_number.string_type", "e_subject_dn_serial_number_not_printable_string"),
    ("rfc5280.subject.state.length", "e_subject_state_name_max_length"),
    ("rfc5280.subject.street.length", "e_subject_street_address_max_length"),
    ("rfc5280.unique_identifiers.absent", "e_cert_contains_unique_identifier"),
    ("rfc5280.validity.encoding", "e_wrong_time_format_pre2050"),
    ("rfc5280.validity.order", "e_validity_time_not_positive"),
    ("rfc5280.validity.seconds", "e_utc_time_does_not_include_seconds e_generalized_time_does_not_include_seconds"),
    ("rfc5280.version.v3", "e_invalid_certificate_version"),
    ("rfc5480.key_usage.ec", "e_ecdsa_allowed_ku"),
    ("rfc3279.key_usage.rsa", "e_rsa_allowed_ku_ee"),
    ("rfc6818.certificate_policies.text_type", "e_ext_cert_policy_explicit_text_ia5_string"),
    ("rfc6818.certificate_policies.text_utf8", "w_ext_cert_policy_explicit_text_not_utf8"),
    ("rfc6818.certificate_policies.text_clean", "w_ext_cert_policy_explicit_text_includes_control"),
    ("x520.subject.outer_space", "w_subject_dn_leading_whitespace w_subject_dn_trailing_whitespace"),
]

# (file, ours): where the two differ, and why.
NO_PURPOSE = "zlint takes a certificate without purposes for a TLS server's"
NO_HOST = "zlint takes a person's common name for a host"
NO_NAME = "zlint takes a subject that is none for an empty one"
DIFFER = {
    ("rfc5280.extension.certificate_policies.text_length.pass.der",
     "rfc5280.extension.certificate_policies.text_length"): "zlint counts octets, RFC 5280 characters",
    ("rfc5280.subject.postal_code.length.pass.der", "rfc5280.subject.postal_code.length"):
        "zlint takes the bound of X.400, 16, for that of X.520",
    ("rfc5280.extension.extended_key_usage.not_empty.fail.der", "cabf.br.subject.common_name_in_san"): NO_PURPOSE,
    ("rfc5280.extension.extended_key_usage.not_empty.fail.der", "cabf.br.subject.no_organizational_unit"): NO_PURPOSE,
    ("rfc5280.extension.extended_key_usage.not_empty.fail.der", "cabf.br.subject_alt_name.types"): NO_PURPOSE,
    ("rfc5280.extensions.not_empty.fail.der", "cabf.br.subject.common_name_in_san"): NO_PURPOSE,
    ("rfc5280.extensions.not_empty.fail.der", "cabf.br.subject_alt_name.present"): NO_PURPOSE,
    ("rfc5280.subject.structure.fail.der", "rfc5280.extension.subject_alt_name.critical"): NO_NAME,
    ("cabf.br.subject_alt_name.wildcard.fail.der", LETTERS): "zlint has another rule for stars in the middle",
    ("rfc5280.extension.extended_key_usage.any_not_critical.fail.der", "cabf.br.subject_alt_name.internal_name"): NO_HOST,
    ("rfc5280.extension.extended_key_usage.any_not_critical.pass.der", "cabf.br.subject_alt_name.internal_name"): NO_HOST,
    ("rfc5280.extension.extended_key_usage.not_empty.fail.der", "cabf.br.subject_alt_name.internal_name"): NO_HOST,
}
# What zlint cannot read though it keeps to our rules, or only warns.
UNREADABLE = {
    "cabf.br.key.curve.fail.der": "zlint knows the curves of NIST alone",
    "cabf.br.key.rsa_exponent_range.pass.der": "zlint has 64 bits for an exponent",
    "rfc5480.key.point.pass.der": "zlint does not know compressed points",
}


# -- certificates ----------------------------------------------------------------------------------

DIGESTS = {bytes.fromhex("300a06082a8648ce3d040303"): hashes.SHA384()}


def tlv(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + body


def take(der):
    """(the first element, its content, what follows)"""
    size, head = der[1], 2
    if size & 0x80:
        head += size & 0x7F
        size = int.from_bytes(der[2:head], "big")
    return der[:head + size], der[head:head + size], der[head + size:]


def wrapped(tbs):
    """A certificate around it, signed by the key of the samples' root, whose number is 1: its point is
    the generator of P-256. With an algorithm of another kind of key, the signature is none."""
    rest = take(tbs)[1]
    if rest[0] == 0xA0:
        rest = take(rest)[2]
    algorithm = take(take(rest)[2])[0]
    digest = DIGESTS.get(algorithm, hashes.SHA256())
    signature = ec.derive_private_key(1, ec.SECP256R1()).sign(tbs, ec.ECDSA(digest))
    return tlv(0x30, tbs, algorithm, tlv(3, b"\0", signature))


def pem(der):
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"


def samples():
    for name in sorted(os.listdir(SAMPLES)):
        if name.endswith(".der"):
            with open(os.path.join(SAMPLES, name), "rb") as f:
                yield name, pem(wrapped(f.read()))


def issued_ones(ca, folder):
    for profile, keys in PROFILE_KEYS:
        for key in keys:
            made = issued(ca, plain_request(folder, key, REQUESTS[profile]), profile)
            yield "%s %s" % (profile, key), made["certificate"].encode()
    for name in ("CA_ROOT_NAME", "CA_ISSUING_NAME"):
        got = ca.rest("AUDITOR", "GET", "/authorities/%s/certificate" % ca.env[name],
                      headers={"Accept": "application/x-pem-file"})
        assert got.status == 200
        yield name, got.body
    for name in ("REQUESTER", "OFFICER1", "ADMIN", "AUDITOR"):
        yield name, openssl("x509", "-in", ca.env["CA_%s_PEM" % name])


# -- the two ---------------------------------------------------------------------------------------

@pytest.fixture
def folder():
    path = tempfile.mkdtemp(prefix="ca-lint-", dir="/tmp")
    yield path
    shutil.rmtree(path)


def theirs(program, path):
    """{lint: result}; None when zlint cannot read the certificate."""
    done = subprocess.run([program, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    try:
        return {name: value["result"] for name, value in json.loads(done.stdout).items()}
    except ValueError:
        assert b"pars" in done.stderr.lower() or b"asn1" in done.stderr.lower(), done.stderr
        return None


def ours(path):
    """{lint: severity} of those that the certificate breaks."""
    lines = run(LINT_FILE, path).decode().splitlines()
    return {line.split(" ")[-1]: line.split(" ")[-2] for line in lines}


COUNTERPARTS = {lint for _, theirs_too in SAME for lint in theirs_too.split()}


class Count:
    def __init__(self):
        self.of = collections.Counter()
        self.differ = []
        self.excused = set()
        self.alone = collections.Counter()

    def compare(self, name, found, judged):
        """One certificate: what we found, and what zlint made of it."""
        self.alone.update(lint for lint, result in judged.items() if result == "error" and lint not in COUNTERPARTS)
        for mine, other in SAME:
            results = {judged.get(lint) for lint in other.split()}
            assert None not in results, "zlint has no %s" % other
            if results <= {"NA", "NE"}:
                self.of["not asked by zlint"] += 1
                continue
            they = bool(results & {"info", "warn", "error", "fatal"})
            we = any(lint in found for lint in mine.split())
            self.of["both find" if we and they else "neither finds" if we == they else "differ"] += 1
            if we != they and (name, mine) in DIFFER:
                self.excused.add((name, mine))
            elif we != they:
                self.differ.append("%s: %s %s, zlint %s" % (name, mine, "found" if we else "not found",
                                                            "finds " + other if they else "does not"))


def compare_all(zlint_program, folder, certificates):
    count = Count()
    for name, certificate in certificates:
        path = os.path.join(folder, "one.pem")
        with open(path, "wb") as f:
            f.write(certificate)
        judged, found = theirs(zlint_program, path), ours(path)
        count.of["certificates"] += 1
        if judged is None:
            count.of["zlint cannot read"] += 1
            if "error" not in found.values() and name not in UNREADABLE:
                count.differ.append("%s: zlint cannot read it, and no error of ours" % name)
            continue
        count.compare(name, found, judged)
    print("\n%d pairs of lints: %s" % (len(SAME), ", ".join("%s %d" % item for item in sorted(count.of.items()))))
    print("errors of zlint alone: %s" % ", ".join("%s %d" % item for item in count.alone.most_common()))
    return count


def test_lints_agree_with_zlint_on_our_samples(zlint, folder):  # noqa: F811
    count = compare_all(zlint, folder, samples())
    assert not count.differ, "\n".join(count.differ)
    assert count.of["both find"] > 90
    assert count.excused == set(DIFFER)  # what is excused no longer has to be


def test_lints_agree_with_zlint_on_what_profiles_issue(ca, zlint, folder):  # noqa: F811
    certificates = list(issued_ones(ca, folder))
    count = compare_all(zlint, folder, certificates)
    assert not count.differ, "\n".join(count.differ)
    for name, certificate in certificates:
        path = os.path.join(folder, "one.pem")
        with open(path, "wb") as f:
            f.write(certificate)
        assert "error" not in ours(path).values(), (name, ours(path))
