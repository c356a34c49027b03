/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/cert.h"

#include "cactl/nouns.h"
#include "cactl/progress.h"

/* RFC 5280 5.3.1; a hyphen is as good as '_'. */
static const char *const reasons[] = {"unspecified",      "key_compromise",
                                      "ca_compromise",    "affiliation_changed",
                                      "superseded",       "cessation_of_operation",
                                      "certificate_hold", "privilege_withdrawn",
                                      "aa_compromise",    NULL};
static const char *const formats[] = {"pem", "der", "p7c", NULL};

/* clang-format off */
static const struct flag get_flags[] = {
    {"format", "FORMAT", FLAG_VALUE, 0, "pem, der or p7c (default pem)", formats, NULL},
    {"chain", NULL, FLAG_SWITCH, 0, "with its issuers, without the root", NULL, NULL},
};
static const struct flag revoke_flags[] = {
    {"reason", "REASON", FLAG_VALUE, 0, "why: unspecified, key_compromise, superseded, certificate_hold, …", reasons, NULL},
    {"invalidity-date", "TIME", FLAG_VALUE, 0, "since when the key is not to be trusted, as 2026-11-21T08:00:00Z", NULL, NULL},
    {"from", "FILE", FLAG_VALUE, 0, "many: an id, serial number or whole fingerprint a line (at most 1,000,000)", NULL, "file"},
    {"profile", "NAME", FLAG_VALUE, 0, "many: those of this profile; all criteria must hold", NULL, "profile"},
    {"authority", "NAME", FLAG_VALUE, 0, "many: those of this issuer", NULL, "authority"},
    {"requester", "NAME", FLAG_VALUE, 0, "many: those that this operator asked for", NULL, "user"},
    {"key", "HASH", FLAG_VALUE, 0, "many: those with this key, SHA-256 of the SubjectPublicKeyInfo", NULL, NULL},
    {"issued-after", "TIME", FLAG_VALUE, 0, "many: issued then or later, as 2026-11-21T08:00:00Z", NULL, NULL},
    {"issued-before", "TIME", FLAG_VALUE, 0, "many: issued before", NULL, NULL},
    PROGRESS_FLAG,
};
static const struct flag job_show_flags[] = {
    {"watch", NULL, FLAG_SWITCH, 0, "until it has ended, with a bar on a terminal", NULL, NULL},
    PROGRESS_FLAG,
};
static const struct flag verify_flags[] = {
    {"trust", "FILE", FLAG_VALUE, 0, "PEM: roots to trust instead of the server's", NULL, "file"},
};
static const struct flag issue_flags[] = {
    {"profile", "NAME", FLAG_VALUE, 0, "profile that decides (cactl profile list)", NULL, "profile"},
    {"ca", "NAME", FLAG_VALUE, 0, "authority that signs; without it the server's default", NULL, "authority"},
    {"days", "N", FLAG_VALUE, 0, "lifetime in days", NULL, NULL},
    {"not-after", "TIME", FLAG_VALUE, 0, "last second of validity, as 2027-01-31T12:00:00Z", NULL, NULL},
};
static const struct verb verbs[] = {
    {
        .name = "list", .arguments = "", .line = "Find certificates",
        .notes = "The server searches; filters are joined by and.",
        .flags = cert_list_flags, .flags_n = 11, .with = WITH_PAGES,
        .examples = {{"cactl cert list --q www.example --status valid", NULL},
                     {"cactl cert list --expires-within 30d --sort not_after --all -o csv", NULL},
                     {"cactl cert list --serial 3A:F1:0C:22 -o wide", NULL}},
        .run = cert_list,
    },
    {
        .name = "show", .arguments = "ID", .least = 1, .most = 1, .line = "Show a certificate's facts",
        .notes = "ID is a UUID, a serial, or the first 8 or more digits of the fingerprint.",
        .examples = {{"cactl cert show 3A:F1:0C:22", NULL}, {"cactl cert show 45bf180d -o yaml", NULL}},
        .run = cert_show,
    },
    {
        .name = "get", .arguments = "ID", .least = 1, .most = 1, .line = "Download a certificate",
        .flags = get_flags, .flags_n = CA_COUNT(get_flags), .with = WITH_FILE,
        .examples = {{"cactl cert get 3A:F1:0C:22 --chain -f www.pem", NULL}, {"cactl cert get 45bf180d --format der -f www.der", NULL}},
        .run = cert_get,
    },
    {
        .name = "issue", .arguments = "", .line = "Make a key here, request its certificate, and fetch it",
        .notes = "The key never leaves this machine. It is written before the request is sent.",
        .flags = issue_flags, .flags_n = CA_COUNT(issue_flags),
        .with = WITH_NEW_KEY | WITH_SUBJECT | WITH_FILE | WITH_WAIT | WITH_COMMENT | WITH_KEY | WITH_DRY_RUN | WITH_EXTENSIONS,
        .examples = {{"cactl cert issue --profile https-ecc --dns www.example --key-out www.key -f www.pem", NULL},
                     {"cactl cert issue --profile client --cn alice --email alice@example.org --key-out alice.key -f alice.pem", NULL}},
        .run = cert_issue,
    },
    {
        .name = "revoke", .arguments = "[ID...]", .least = 0, .most = ARGS_WORDS_MAX, .line = "Revoke certificates, or put them on hold",
        .notes = "Shows each certificate and asks for its common name; --yes does not ask.\n"
                 "--reason certificate_hold can be undone: cactl cert unhold.\n"
                 "With criteria in place of IDs: many at once. What they mean is shown and their number asked for; then others\n"
                 "have to agree (exit 7), and a job of that id revokes them: cactl cert revoke-job show ID --watch.\n"
                 "--from FILE: '#', empty lines and what follows the first word are for people. What is wrong is said with its\n"
                 "line. More than 10,000 names become a list on the server, whose SHA-256 those who agree see; it is that of\n"
                 "the names, lower-case and each once, in the C locale: sort -u FILE | sha256sum.",
        .flags = revoke_flags, .flags_n = CA_COUNT(revoke_flags), .with = WITH_DRY_RUN | WITH_YES | WITH_COMMENT,
        .examples = {{"cactl cert revoke 3A:F1:0C:22 --reason superseded", NULL},
                     {"cactl cert revoke 3A:F1:0C:22 --reason key_compromise --comment INC-12 --yes", NULL},
                     {"cactl cert revoke --profile device --issued-after 2026-03-01T00:00:00Z --reason key_compromise --dry-run", NULL},
                     {"cactl cert revoke --from stolen.txt --reason superseded", NULL}},
        .run = cert_revoke,
    },
    {
        .name = "revoke-job list", .arguments = "", .line = "List mass revocations, the newest first",
        .with = WITH_PAGES, .examples = {{"cactl cert revoke-job list", NULL}}, .run = cert_job_list,
    },
    {
        .name = "revoke-job show", .arguments = "ID", .least = 1, .most = 1, .line = "Show a mass revocation and how far it is",
        .notes = "Exit 5 with --watch: it was cancelled or failed.",
        .flags = job_show_flags, .flags_n = CA_COUNT(job_show_flags),
        .examples = {{"cactl cert revoke-job show 01a1fe4b-8e7d-7629-840c-a8920ef5c94d --watch", NULL}}, .run = cert_job_show,
    },
    {
        .name = "revoke-job cancel", .arguments = "ID", .least = 1, .most = 1, .line = "Stop a mass revocation; what was revoked stays so",
        .with = WITH_YES | WITH_COMMENT,
        .examples = {{"cactl cert revoke-job cancel 01a1fe4b-8e7d-7629-840c-a8920ef5c94d --comment 'wrong factory'", NULL}}, .run = cert_job_cancel,
    },
    {
        .name = "unhold", .arguments = "ID", .least = 1, .most = 1, .line = "Release a certificate from hold",
        .with = WITH_DRY_RUN | WITH_COMMENT,
        .examples = {{"cactl cert unhold 3A:F1:0C:22", NULL}},
        .run = cert_unhold,
    },
    {
        .name = "verify", .arguments = "ID|FILE", .least = 1, .most = 1, .completes = "file",
        .line = "Verify chain, dates and revocation of a certificate",
        .notes = "Chain and CRLs come from the server, the check is made here. Exit 0: good; 5: not.\n"
                 "A name of a file is taken first.",
        .flags = verify_flags, .flags_n = CA_COUNT(verify_flags),
        .examples = {{"cactl cert verify www.pem", NULL}, {"cactl cert verify 3A:F1:0C:22 && echo good", NULL}},
        .run = cert_verify,
    },
};
/* clang-format on */

const struct noun noun_cert = {"cert", "Certificates", verbs, CA_COUNT(verbs), false};
