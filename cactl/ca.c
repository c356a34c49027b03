/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/ca.h"

#include "cactl/nouns.h"

/* clang-format off */
static const struct flag create_flags[] = {
    {"root", NULL, FLAG_SWITCH, 0, "signed by itself", NULL, NULL},
    {"parent", "NAME", FLAG_VALUE, 0, "authority that signs it; external: only a CSR is made", NULL, "authority"},
    {"key", "KIND", FLAG_VALUE, 0, "key to make in the token, as ec:P-384 or rsa:4096", NULL, "key"},
    {"pss", NULL, FLAG_SWITCH, 0, "RSA: sign with RSASSA-PSS", NULL, NULL},
    {"digest", "NAME", FLAG_VALUE, 0, "digest that it signs with, as SHA384", NULL, NULL},
    {"profile", "NAME", FLAG_VALUE, 0, "profile of its certificate (default root or subca)", NULL, "profile"},
    {"days", "N", FLAG_VALUE, 0, "lifetime in days", NULL, NULL},
    {"pathlen", "N", FLAG_VALUE, 0, "how many authorities may stand below it", NULL, NULL},
    {"permit-dns", "NAME", FLAG_MANY, 0, "it may certify only names below this", NULL, NULL},
    {"exclude-dns", "NAME", FLAG_MANY, 0, "it may not certify names below this", NULL, NULL},
    {"crl-url", "URL", FLAG_VALUE, 0, "where its CRL is, for what it issues", NULL, NULL},
    {"aia-url", "URL", FLAG_VALUE, 0, "where its certificate is, for what it issues", NULL, NULL},
    {"ocsp-url", "URL", FLAG_VALUE, 0, "its OCSP responder", NULL, NULL},
    {"crl-hours", "N", FLAG_VALUE, 0, "how long its CRLs are good", NULL, NULL},
    {"crl-every", "N", FLAG_VALUE, 0, "a new CRL at the latest after so many hours", NULL, NULL},
    {"crl-shards", "N", FLAG_VALUE, 0, "parts of its CRL that its certificates are spread over (default: none)", NULL, NULL},
    {"follows", "NAME", FLAG_VALUE, 0, "authority that it is the next one of, as ca next prepare says it", NULL, "authority"},
};
static const struct flag import_flags[] = {
    {"key-label", "LABEL", FLAG_VALUE, 0, "label of its key in the CA token", NULL, NULL},
    {"crl-number", "N", FLAG_VALUE, 0, "number of the last CRL that it published elsewhere", NULL, NULL},
    {"crl-url", "URL", FLAG_VALUE, 0, "where its CRL is, for what it issues", NULL, NULL},
    {"aia-url", "URL", FLAG_VALUE, 0, "where its certificate is, for what it issues", NULL, NULL},
    {"ocsp-url", "URL", FLAG_VALUE, 0, "its OCSP responder", NULL, NULL},
    {"crl-hours", "N", FLAG_VALUE, 0, "how long its CRLs are good", NULL, NULL},
    {"crl-every", "N", FLAG_VALUE, 0, "a new CRL at the latest after so many hours", NULL, NULL},
    {"crl-shards", "N", FLAG_VALUE, 0, "parts of its CRL that its certificates are spread over (default: none)", NULL, NULL},
};
static const struct flag switch_flags[] = {
    {"at", "TIME", FLAG_VALUE, 0, "when, as 2027-01-31T12:00:00Z; without it now", NULL, NULL},
};
static const struct verb verbs[] = {
    {.name = "list", .arguments = "", .line = "List authorities",
     .examples = {{"cactl ca list", NULL}, {"cactl ca list -o wide", NULL}}, .run = ca_list},
    {.name = "show", .arguments = "NAME", .least = 1, .most = 1, .completes = "authority", .line = "Show an authority",
     .examples = {{"cactl ca show dev-issuing", NULL}}, .run = ca_show},
    {.name = "tree", .arguments = "", .line = "Show which authority stands below which",
     .examples = {{"cactl ca tree", NULL}}, .run = ca_tree},
    {
        .name = "create", .arguments = "NAME", .least = 1, .most = 1, .line = "Create an authority; its key is made in the token",
        .notes = "NAME stands in addresses: lower-case letters, digits and hyphens.",
        .flags = create_flags, .flags_n = CA_COUNT(create_flags), .with = WITH_SUBJECT | WITH_DRY_RUN | WITH_KEY,
        .examples = {{"cactl ca create acme-root --root --key ec:P-384 --cn 'Acme Root' --o Acme --days 7300", NULL},
                     {"cactl ca create acme-tls --parent acme-root --cn 'Acme TLS CA' --pathlen 0", NULL},
                     {"cactl ca create acme-tls-2 --parent acme-root --cn 'Acme TLS CA 2' --follows acme-tls", NULL},
                     {"cactl ca create acme-sub --parent external --cn 'Acme Sub CA'", "then: ca csr, ca install"}},
        .run = ca_create,
    },
    {.name = "csr", .arguments = "NAME", .least = 1, .most = 1, .completes = "authority",
     .line = "Download the request of an authority that a root elsewhere signs", .with = WITH_FILE,
     .examples = {{"cactl ca csr acme-sub -f acme-sub.csr", NULL}}, .run = ca_csr},
    {.name = "install", .arguments = "NAME FILE|-", .least = 2, .most = 2, .completes = "authority",
     .line = "Install the certificate that a root elsewhere signed",
     .notes = "FILE holds PEM: its certificate, then its issuers, root last.",
     .examples = {{"cactl ca install acme-sub chain.pem", NULL}}, .run = ca_install},
    {.name = "bundle", .arguments = "NAME", .least = 1, .most = 1, .completes = "authority",
     .line = "Download an authority's chain: its certificate first, root last", .with = WITH_FILE,
     .examples = {{"cactl ca bundle dev-issuing -f chain.pem", NULL}}, .run = ca_bundle},
    {
        .name = "import", .arguments = "NAME FILE|-", .least = 2, .most = 2,
        .line = "Take over an authority whose key is in the token already",
        .notes = "FILE holds PEM: its certificate, then its issuers, root last. The key must never have left\n"
                 "the token; a key from a file is not taken.",
        .flags = import_flags, .flags_n = CA_COUNT(import_flags), .with = WITH_DRY_RUN | WITH_KEY,
        .examples = {{"cactl ca import old-ca chain.pem --key-label old-ca-key", NULL}},
        .run = ca_import,
    },
    {.name = "next prepare", .arguments = "NAME NEXT", .least = 2, .most = 2, .completes = "authority",
     .line = "Name the authority that follows NAME", .notes = "NEXT exists already. cactl ca create --follows NAME makes it and names it in one.",
     .examples = {{"cactl ca next prepare acme-tls acme-tls-2", NULL}}, .run = ca_next_prepare},
    {.name = "next publish", .arguments = "NAME", .least = 1, .most = 1, .completes = "authority",
     .line = "Let devices learn of the next authority: GetNextCACert",
     .examples = {{"cactl ca next publish acme-tls", NULL}}, .run = ca_next_publish},
    {.name = "next switch", .arguments = "NAME", .least = 1, .most = 1, .completes = "authority",
     .line = "Let the next authority issue in the place of NAME", .notes = "NAME is retired then: it signs CRLs and OCSP only.",
     .flags = switch_flags, .flags_n = CA_COUNT(switch_flags), .with = WITH_YES,
     .examples = {{"cactl ca next switch acme-tls --at 2027-01-31T12:00:00Z", NULL}}, .run = ca_next_switch},
    {.name = "next cancel", .arguments = "NAME", .least = 1, .most = 1, .completes = "authority",
     .line = "Call off the next authority, before it issues",
     .examples = {{"cactl ca next cancel acme-tls", NULL}}, .run = ca_next_cancel},
    {.name = "next show", .arguments = "NAME", .least = 1, .most = 1, .completes = "authority",
     .line = "Show the next authority and the timeline",
     .examples = {{"cactl ca next show acme-tls", NULL}}, .run = ca_next_show},
    {.name = "retire", .arguments = "NAME", .least = 1, .most = 1, .completes = "authority",
     .line = "Let an authority issue nothing more; it signs CRLs and OCSP only", .with = WITH_YES,
     .examples = {{"cactl ca retire acme-old", NULL}}, .run = ca_retire},
};
/* clang-format on */

const struct noun noun_ca = {"ca", "Certification authorities", verbs, CA_COUNT(verbs), false};
