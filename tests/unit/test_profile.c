/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/profile.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/file.h"
#include "policy/profile_internal.h"
#include "tests/faults/allocation.h"
#include "tests/unit/support.h"

#define BARE "name: a\nkey: {allow: [\"ec:P-256\"]}\nvalidity: {default: 90d, max: 90d}\n"
#define HEAD BARE "subject: {attributes: {common_name: {use: optional}}}\n"
#define KU   "key_usage: {bits: [digital_signature]}\n"

static const struct profile_case {
    const char *yaml;
    enum ca_rc rc;
    const char *says;
} profile_cases[] = {
    {HEAD KU,                                                                                                             CA_OK,        ""                                    },
    {HEAD KU "subject_alt_name: {use: required, dns: {allow: true}}\n",                                                   CA_OK,        ""                                    },
    {HEAD "basic_constraints: {ca: true, path_length: 0}\nsubject_key_identifier: hash\n"
          "key_usage: {bits: [key_cert_sign]}\n",                                                                    CA_OK,        ""                                    },
    {"",                                                                                                                  CA_MALFORMED, "0 octets"                            },
    {"- a\n",                                                                                                             CA_MALFORMED, "Expecting MAPPING"                   },
    {"name: [a\n",                                                                                                        CA_MALFORMED, "line: 1"                             },
    {"description: x\n",                                                                                                  CA_MALFORMED, "Missing required mapping field: name"},
    {HEAD KU "validty: {}\n",                                                                                             CA_MALFORMED,
     "line 6: unknown key 'validty'; did you mean 'validity'?"                                                                                                                },
    {HEAD KU "zzzzzz: 1\n",                                                                                               CA_MALFORMED, "unknown key 'zzzzzz'"                },
    {BARE KU "subject: {attributes: {comon_name: {use: required}}}\n",                                                    CA_MALFORMED,
     "did you mean 'common_name'?"                                                                                                                                            },
    {HEAD KU "name: b\n",                                                                                                 CA_MALFORMED, "already seen: name"                  },
    {HEAD KU "internal: maybe\n",                                                                                         CA_MALFORMED, "maybe"                               },
    {HEAD KU "internal: 1\n",                                                                                             CA_MALFORMED, "ENUM"                                },
    {HEAD KU "key_usage: {bits: [sign]}\n",                                                                               CA_MALFORMED, "already seen"                        },
    {HEAD "key_usage: {bits: [sign]}\n",                                                                                  CA_MALFORMED, "sign"                                },
    {HEAD "key_usage: {bits: [1]}\n",                                                                                     CA_MALFORMED, "1"                                   },
    {HEAD KU "description: &x a\nocsp_no_check: *x\n",                                                                    CA_MALFORMED, "alias"                               },
    {HEAD KU "---\nname: b\n",                                                                                            CA_MALFORMED, "one YAML document"                   },
    {HEAD KU "basic_constraints: {path_length: x}\n",                                                                     CA_MALFORMED, "INT"                                 },
    {"name: A_b\n",                                                                                                       CA_MALFORMED, "lower-case"                          },
    {"name: a\n",                                                                                                         CA_DENIED,    "key.allow is empty"                  },
    {"name: a\nkey: {allow: [rsa:1024-2048]}\n",                                                                          CA_DENIED,    "needs legacy.rsa_1024: true"         },
    {"name: a\nkey: {allow: [rsa:4096-2048]}\n",                                                                          CA_MALFORMED, "key.allow"                           },
    {"name: a\nkey: {allow: [rsa:2048-9000]}\n",                                                                          CA_MALFORMED, "key.allow"                           },
    {"name: a\nkey: {allow: [\"ec:P-224\"]}\n",                                                                           CA_MALFORMED, "key.allow 'ec:P-224'"                },
    {"name: a\nkey: {allow: [rsa]}\n",                                                                                    CA_MALFORMED, "validity.default and"                },
    {"name: a\nkey: {allow: [rsa]}\nvalidity: {default: 90, max: 90d}\n",                                                 CA_MALFORMED, "'90'"                                },
    {"name: a\nkey: {allow: [rsa]}\nvalidity: {default: d, max: 90d}\n",                                                  CA_MALFORMED, "'d'"                                 },
    {"name: a\nkey: {allow: [rsa]}\nvalidity: {default: 90dd, max: 90d}\n",                                               CA_MALFORMED, "'90dd'"                              },
    {"name: a\nkey: {allow: [rsa]}\nvalidity: {default: 9d, max: 99999999999999999999y}\n",
     CA_MALFORMED,                                                                                                                      "validity.max"                        },
    {"name: a\nkey: {allow: [rsa]}\nvalidity: {default: 91d, max: 90d}\n",                                                CA_DENIED,    "longer"                              },
    {"name: a\nkey: {allow: [rsa]}\nvalidity: {default: 0d, max: 90d}\n",                                                 CA_DENIED,    "backdate"                            },
    {"name: a\nkey: {allow: [rsa]}\nvalidity: {default: 1d, max: 9d, absolute_end: soon}\n",
     CA_MALFORMED,                                                                                                                      ""                                    },
    {BARE KU "subject: {attributes: {country: {use: fixed}}}\n",                                                          CA_DENIED,    "go together"                         },
    {BARE KU "subject: {attributes: {country: {use: fixed, value: Germany}}}\n",                                          CA_DENIED,    "C"                                   },
    {BARE KU "subject: {attributes: {country: {value: DE}}}\n",                                                           CA_DENIED,    "go together"                         },
    {HEAD KU "subject_alt_name: {use: required}\n",                                                                       CA_DENIED,    "no kind of name"                     },
    {HEAD KU "subject_alt_name: {dns: {allow: true}}\n",                                                                  CA_DENIED,    "use is forbidden"                    },
    {HEAD KU "subject_alt_name: {use: fixed, dns: {allow: true}}\n",                                                      CA_MALFORMED, "fixed"                               },
    {HEAD KU "subject_alt_name: {use: optional, max: 251, dns: {allow: true}}\n",                                         CA_DENIED,    "250"                                 },
    {HEAD KU "subject_alt_name: {use: optional, dns: {allow: true, suffixes: [\"*.a\"]}}\n",
     CA_MALFORMED,                                                                                                                      "'*.a'"                               },
    {HEAD KU "basic_constraints: {ca: true}\n",                                                                           CA_DENIED,    "key_cert_sign exactly"               },
    {HEAD "key_usage: {bits: [key_cert_sign]}\n",                                                                         CA_DENIED,    "key_cert_sign exactly"               },
    {HEAD "key_usage: {bits: [digital_signature, crl_sign]}\n",                                                           CA_DENIED,    "for CAs"                             },
    {HEAD "key_usage: {bits: [key_encipherment]}\n",                                                                      CA_DENIED,    "rsa_bits"                            },
    {HEAD "key_usage: {rsa_bits: [key_encipherment]}\n",                                                                  CA_DENIED,    "empty"                               },
    {HEAD KU "basic_constraints: {ca: false, path_length: 0}\n",                                                          CA_DENIED,    "without ca"                          },
    {HEAD "basic_constraints: {ca: true, critical: false}\nkey_usage: {bits: [key_cert_sign]}\n",
     CA_DENIED,                                                                                                                         "critical"                            },
    {HEAD "basic_constraints: {ca: true, path_length: 3, path_length_max: 1}\n",                                          CA_DENIED,    "path"                                },
    {HEAD "basic_constraints: {ca: true}\nkey_usage: {bits: [key_cert_sign]}\n",                                          CA_DENIED,
     "subject_key_identifier"                                                                                                                                                 },
    {HEAD KU "extended_key_usage: {usages: []}\n",                                                                        CA_DENIED,    "empty"                               },
    {HEAD KU "extended_key_usage: {usages: [server]}\n",                                                                  CA_MALFORMED, "'server'"                            },
    {HEAD KU "extended_key_usage: {usages: [server_auth, 1.3.6.1.5.5.7.3.1]}\n",                                          CA_DENIED,
     "twice"                                                                                                                                                                  },
    {HEAD KU "certificate_policies: [3.1]\n",                                                                             CA_MALFORMED, "'3.1'"                               },
    {HEAD KU "certificate_policies: [1.40]\n",                                                                            CA_MALFORMED, "'1.40'"                              },
    {HEAD KU "certificate_policies: [1.2.03]\n",                                                                          CA_MALFORMED, "'1.2.03'"                            },
    {HEAD KU "name_constraints: from_request\n",                                                                          CA_DENIED,    "for CA"                              },
    {HEAD KU "self_signed: true\n",                                                                                       CA_DENIED,    "for CA"                              },
 /* Contradictions, and profiles that could issue nothing. */
    {BARE KU,                                                                                                             CA_DENIED,    "name nobody"                         },
    {BARE
     "basic_constraints: {ca: true}\nsubject_key_identifier: hash\n"
     "key_usage: {bits: [key_cert_sign]}\nsubject_alt_name: {use: optional, dns: {allow: true}}\n",                  CA_DENIED,    "name nobody"                         },
    {BARE KU
     "subject_alt_name: {use: optional, dns: {allow: true}}\nsubject: {unique_common_name: true}\n",                 CA_DENIED,    "no common name is allowed"           },
    {BARE KU "subject: {attributes: {common_name: {use: required, pattern: '['}}}\n",                                     CA_MALFORMED,
     "subject.attributes.common_name: pattern '['"                                                                                                                            },
    {BARE KU
     "subject: {attributes: {common_name: {use: required, pattern: '[a-z]', values: [A]}}}\n",                       CA_DENIED,    "does not match its pattern"          },
    {BARE KU "subject: {attributes: {common_name: {use: fixed, value: a, pattern: b}}}\n",
     CA_DENIED,                                                                                                                         "is fixed"                            },
    {BARE KU
     "subject: {attributes: {common_name: {use: required, encoding: printable, values: [a_b]}}}\n",                  CA_DENIED,    "does not fit its encoding"           },
    {BARE KU "subject: {attributes: {country: {use: required, encoding: utf8}}}\n",                                       CA_DENIED,
     "always a PrintableString"                                                                                                                                               },
    {BARE KU "subject: {attributes: {common_name: {use: required, encoding: ia5}}}\n",                                    CA_DENIED,
     "cannot be an IA5String"                                                                                                                                                 },
    {BARE KU "subject: {attributes: {country: {use: required, values: [DE, Germany]}}}\n",
     CA_DENIED,                                                                                                                         "C of 7"                              },
    {BARE KU
     "subject: {order: [common_name, comon_name], attributes: {common_name: {use: required}}}\n",                    CA_MALFORMED, "no attribute 'comon_name'"           },
    {BARE KU "subject: {order: [common_name, CN], attributes: {common_name: {use: required}}}\n",
     CA_DENIED,                                                                                                                         "twice"                               },
    {HEAD KU "subject_alt_name: {use: optional, dns: {allow: true, min: 3, max: 2}}\n",                                   CA_DENIED,
     "min, max"                                                                                                                                                               },
    {HEAD KU
     "subject_alt_name: {use: optional, max: 3, dns: {allow: true, min: 2}, ip: {allow: true, min: 2}}\n",
     CA_DENIED,                                                                                                                         "4 names are required, 3 allowed"     },
    {HEAD KU
     "subject_alt_name: {use: optional, dns: {allow: true, suffixes: [a.org], deny_suffixes: [org]}}\n",
     CA_DENIED,                                                                                                                         "denied too"                          },
    {HEAD KU
     "subject_alt_name: {use: optional, ip: {allow: true, networks: [10.1.0.0/16], deny_networks: [10.0.0.0/8]}}\n",
     CA_DENIED,                                                                                                                         "denied too"                          },
    {HEAD KU "subject_alt_name: {use: optional, ip: {allow: true, networks: [10.1.0.0/8]}}\n",
     CA_MALFORMED,                                                                                                                      "is not a network"                    },
    {HEAD KU "subject_alt_name: {use: optional, ip: {allow: true, suffixes: [a.org]}}\n",
     CA_MALFORMED,                                                                                                                      "unknown key 'suffixes'"              },
    {HEAD KU "subject_alt_name: {use: optional, dns: {allow: true, deny_pattern: '(?'}}\n",
     CA_MALFORMED,                                                                                                                      "subject_alt_name.dns: pattern"       },
    {HEAD KU "legacy: {sha1: true}\nsignature: {digest: sha1}\n",                                                         CA_OK,        ""                                    },
    {HEAD KU "signature: {digest: sha1}\n",                                                                               CA_DENIED,    "needs legacy.sha1"                   },
    {HEAD KU "legacy: {sha1: true}\nsignature: {allow: [md5]}\n",                                                         CA_DENIED,    "needs legacy.md5"                    },
    {HEAD KU "signature: {allow: [sha3]}\n",                                                                              CA_MALFORMED, "sha3"                                },
    {HEAD KU "signature: {allow: []}\n",                                                                                  CA_DENIED,    "neither"                             },
    {"name: a\nkey: {allow: [\"ec:P-256\"], exponents: [65537]}\n",                                                       CA_DENIED,
     "without an RSA key"                                                                                                                                                     },
    {"name: a\nkey: {allow: [rsa], exponents: [3]}\n",                                                                    CA_MALFORMED, "key.exponents '3'"                   },
    {"name: a\nkey: {allow: [rsa], exponents: [65538]}\n",                                                                CA_MALFORMED, "key.exponents '65538'"               },
    {"name: a\nkey: {allow: [rsa], exponents: [-65537]}\n",                                                               CA_MALFORMED, "key.exponents '-65537'"              },
    {"name: a\nlegacy: {rsa_1024: true}\nkey: {allow: [\"rsa:512-2048\"]}\n",                                             CA_MALFORMED,
     "key.allow"                                                                                                                                                              },
    {HEAD KU "access: {roles: [auditor]}\n",                                                                              CA_MALFORMED, "auditor"                             },
    {HEAD KU "access: {requesters: [\"*a\"]}\n",                                                                          CA_MALFORMED, "at the end only"                     },
    {HEAD KU "access: {roles: [officer], channels: [rest, \"scep/*\"], names: owned}\n",                                  CA_OK,        ""                                    },
    {HEAD
     "access: {names: owned}\nbasic_constraints: {ca: true, path_length: 0}\nsubject_key_identifier: hash\n"
     "key_usage: {bits: [key_cert_sign]}\n",                                                                         CA_DENIED,    "names of a CA"                       },
    {HEAD KU "approvals: {steps: [{count: 2, role: officer}, {count: 1, group: security}]}\n",
     CA_OK,                                                                                                                             ""                                    },
    {HEAD KU "approvals: {expires: 7d}\n",                                                                                CA_DENIED,    "without steps"                       },
    {HEAD KU "approvals: {steps: [{count: 2}]}\n",                                                                        CA_DENIED,    "nobody's"                            },
    {HEAD KU "approvals: {steps: [{count: 0, role: officer}]}\n",                                                         CA_DENIED,    "count is 0"                          },
    {HEAD KU "approvals: {steps: [{count: 17, role: officer}]}\n",                                                        CA_DENIED,    "count is 17"                         },
    {HEAD KU "approvals: {steps: [{count: 1, role: auditor}]}\n",                                                         CA_MALFORMED, "auditor"                             },
    {HEAD KU "approvals: {expires: 0d, steps: [{count: 1, role: officer}]}\n",                                            CA_DENIED,
     "in time"                                                                                                                                                                },
    {HEAD KU "approvals: {steps: [{count: 1, role: officer, groop: x}]}\n",                                               CA_MALFORMED,
     "did you mean 'group'"                                                                                                                                                   },
    {HEAD KU "limits: {requester: {count: 100, per: 1d}, name: {count: 5, per: 7d}}\n",                                   CA_OK,        ""                                    },
    {HEAD KU "limits: {requester: {count: 0, per: 1d}}\n",                                                                CA_DENIED,    "lets nothing through"                },
    {HEAD KU "limits: {requester: {count: 1}}\n",                                                                         CA_MALFORMED, "per"                                 },
    {HEAD KU "limits: {name: {count: 1, per: 1}}\n",                                                                      CA_MALFORMED, "limits.name '1'"                     },
    {HEAD KU "renewal: {window: 30d}\n",                                                                                  CA_OK,        ""                                    },
    {HEAD KU "renewal: {window: 91d}\n",                                                                                  CA_DENIED,    "renewal.window"                      },
};

static void profile_compile_answers_each_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(profile_cases); i++) {
        const struct profile_case *c = &profile_cases[i];
        CA_AUTO(profile) struct profile *p = NULL;
        struct ca_err err = {0};
        enum ca_rc rc = profile_compile(ca_bytes_str(c->yaml), &p, &err);

        if (rc != c->rc || strstr(err.text, c->says) == NULL)
            fail_msg("%s: %d '%s'", c->yaml, (int)rc, err.text);
        assert_true((p != NULL) == (rc == CA_OK));
    }
}

static void yaml_with_a_nul_is_refused(void **state)
{
    static const char yaml[] = HEAD KU "\0internal: true\n";
    CA_AUTO(profile) struct profile *p = NULL;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(
        profile_compile((struct ca_bytes){(const uint8_t *)yaml, sizeof(yaml) - 1}, &p, &err),
        CA_MALFORMED);
}

static void built_in_profiles_are_what_their_names_say(void **state)
{
    static const struct {
        const char *name;
        bool ca, internal;
    } expected[] = {
        {"approved",        false, false},
        {"client",          false, false},
        {"code-signing",    false, false},
        {"device",          false, false},
        {"https-ecc",       false, false},
        {"https-rsa",       false, false},
        {"ocsp-signer",     false, true },
        {"operator",        false, true },
        {"root",            true,  true },
        {"scep-ra",         false, true },
        {"subca",           true,  false},
        {"tls-server-self", false, true },
    };
    CA_AUTO(profile_set) struct profile_set *set = NULL;
    struct ca_err err = {0};

    (void)state;
    if (profile_set_new(&set, &err) != CA_OK)
        fail_msg("%s", err.text);
    assert_int_equal(profile_set_count(set), CA_COUNT(expected));
    for (size_t i = 0; i < CA_COUNT(expected); i++) {
        const struct profile *p = profile_set_at(set, i);

        assert_string_equal(profile_name(p), expected[i].name);
        assert_int_equal(profile_for_ca(p), expected[i].ca);
        assert_int_equal(profile_internal(p), expected[i].internal);
        assert_true(strlen(profile_description(p)) > 0);
        assert_int_equal(profile_version(p).len, PROFILE_VERSION_LEN);
    }
}

static void unknown_names_get_the_nearest(void **state)
{
    CA_AUTO(profile_set) struct profile_set *set = NULL;
    const struct profile *p = NULL;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(profile_set_new(&set, &err), CA_OK);
    assert_int_equal(profile_set_find(set, "https-ecc", &p, &err), CA_OK);
    assert_string_equal(profile_name(p), "https-ecc");
    p = NULL;
    assert_int_equal(profile_set_find(set, "https-eec", &p, &err), CA_NOT_FOUND);
    assert_null(p);
    assert_string_equal(err.problem, "unknown-profile");
    assert_non_null(strstr(err.text, "'https-ecc'"));
}

static void a_profile_of_the_same_name_replaces(void **state)
{
    CA_AUTO(profile_set) struct profile_set *set = NULL;
    struct profile *p = NULL;
    const struct profile *found = NULL;
    struct ca_err err = {0};
    size_t n;

    (void)state;
    assert_int_equal(profile_set_new(&set, &err), CA_OK);
    n = profile_set_count(set);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(profile_compile(ca_bytes_str(HEAD KU), &p, &err), CA_OK);
        assert_int_equal(profile_set_add(set, p, &err), CA_OK);
        assert_int_equal(profile_set_count(set), n + 1);
    }
    assert_int_equal(profile_set_find(set, "a", &found, &err), CA_OK);
    assert_ptr_equal(found, p);
}

/* A change of one octet is another version: approvals hang on it (I10). */
static void i10_every_text_has_its_own_version(void **state)
{
    CA_AUTO(profile) struct profile *a = NULL;
    CA_AUTO(profile) struct profile *b = NULL;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(profile_compile(ca_bytes_str(HEAD KU), &a, &err), CA_OK);
    assert_int_equal(profile_compile(ca_bytes_str(HEAD KU "\n"), &b, &err), CA_OK);
    assert_false(ca_bytes_equal(profile_version(a), profile_version(b)));
    assert_true(ca_bytes_is_str(profile_yaml(a), HEAD KU));
}

static void attribute_keys_are_those_of_the_table(void **state)
{
    const char *keys[256];
    size_t n = profile_schema_keys(keys, CA_COUNT(keys));

    (void)state;
    for (int a = 0; a < NAME__COUNT; a++) {
        const char *json = name_attribute_info((enum name_attribute)a)->json;
        bool found = false;

        for (size_t i = 0; i < n; i++)
            found = found || strcmp(keys[i], json) == 0;
        if (!found)
            fail_msg("no key %s", json);
    }
}

static void reference_page_names_every_key(void **state)
{
    CA_AUTO(buf) struct ca_buf page = {0};
    struct ca_err err = {0};
    const char *keys[256];
    size_t n = profile_schema_keys(keys, CA_COUNT(keys));

    (void)state;
    assert_true(n > 40);
    assert_int_equal(ca_file_read(CA_TEST_DATA "/../../docs/reference/profiles.md", &page, &err),
                     CA_OK);
    for (size_t i = 0; i < n; i++) {
        char quoted[80];

        (void)snprintf(quoted, sizeof(quoted), "%s`", keys[i]); /* `key.allow` or `allow` */
        if (strstr(ca_buf_cstr(&page), quoted) == NULL)
            fail_msg("docs/reference/profiles.md does not name %s", keys[i]);
    }
}

static enum ca_rc compile_once(const void *yaml, struct ca_err *err)
{
    CA_AUTO(profile) struct profile *p = NULL;
    enum ca_rc rc = profile_compile(ca_bytes_str(yaml), &p, err);

    assert_true((p != NULL) == (rc == CA_OK));
    return rc;
}

static void profile_compile_survives_each_failing_allocation(void **state)
{
    (void)state;
    fault_each_allocation(compile_once, HEAD KU
                          "certificate_policies: [1.2.3]\nextended_key_usage: {usages: [1.2.4]}\n"
                          "subject_alt_name: {use: optional, dns: {allow: true, suffixes: [a]}}\n");
}

static enum ca_rc set_once(const void *unused, struct ca_err *err)
{
    CA_AUTO(profile_set) struct profile_set *set = NULL;
    const struct profile *p = NULL;

    (void)unused;
    CA_TRY(profile_set_new(&set, err));
    return profile_set_find(set, "operator", &p, err);
}

static void profile_set_survives_each_failing_allocation(void **state)
{
    (void)state;
    fault_each_allocation(set_once, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(profile_compile_answers_each_text),
        cmocka_unit_test(yaml_with_a_nul_is_refused),
        cmocka_unit_test(built_in_profiles_are_what_their_names_say),
        cmocka_unit_test(unknown_names_get_the_nearest),
        cmocka_unit_test(a_profile_of_the_same_name_replaces),
        cmocka_unit_test(i10_every_text_has_its_own_version),
        cmocka_unit_test(attribute_keys_are_those_of_the_table),
        cmocka_unit_test(reference_page_names_every_key),
        cmocka_unit_test(profile_compile_survives_each_failing_allocation),
        cmocka_unit_test(profile_set_survives_each_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
