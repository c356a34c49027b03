/* SPDX-License-Identifier: Apache-2.0 */
/* usage: lint_file FILE...        the lints that each certificate (DER or PEM) or TBSCertificate
 *                                 (DER) breaks, a line for each: FILE error|warning NAME
 *        lint_file --reference    docs/reference/lints.md
 *        lint_file --check PAGE   is that what PAGE holds? */
#include <stdio.h>

#include "base/file.h"
#include "base/pem.h"
#include "policy/lint_internal.h"

static const char head[] =
    "# Lints\n"
    "\n"
    "Rules of the standards that every certificate is held to, on the very bytes that would be\n"
    "signed, whatever its profile says. An *error* refuses the certificate; a *warning* is told with\n"
    "the answer. A finding carries the lint's name, a pointer into the certificate (`/tbs/…`) and\n"
    "what it found there. The certificates of the authorities pass the same lints.\n"
    "\n"
    "Rules of the CA/Browser Forum (`cabf.br.`) warn where an enterprise may have its reasons:\n"
    "internal names, private addresses, longer validity. They refuse what no client can use, and\n"
    "certificates that claim a policy of the Forum (2.23.140.1) which they do not keep.\n"
    "\n"
    "| lint | severity | for | what | source |\n"
    "|---|---|---|---|---|\n";

static const struct {
    unsigned kind;
    const char *text;
} kinds[] = {
    {LINT_KIND_CA,              "CAs"                        },
    {LINT_KIND_LEAF,            "not CAs"                    },
    {LINT_KIND_TLS,             "TLS servers"                },
    {LINT_KIND_BR,              "policies of the CA/B Forum" },
    {LINT_KIND_SELF_SIGNED,     "self-signed"                },
    {LINT_KIND_NOT_SELF_SIGNED, "not self-signed"            },
    {LINT_KIND_UNDER_ISSUER,    "where the issuer is at hand"},
    {LINT_KIND_RSA,             "RSA keys"                   },
    {LINT_KIND_EC,              "EC keys"                    },
    {LINT_KIND_ED25519,         "Ed25519 keys"               },
};

static void kinds_put(unsigned bits, struct ca_buf *to)
{
    size_t start = to->len;

    for (size_t i = 0; i < CA_COUNT(kinds); i++) {
        if ((bits & kinds[i].kind) != 0)
            ca_buf_printf(to, "%s%s", to->len == start ? "" : ", ", kinds[i].text);
    }
    if (to->len == start)
        ca_buf_str(to, "all");
}

static const char *severity_text(const struct lint *lint)
{
    return lint->info.severity == LINT_ERROR ? "error" : "warning";
}

static void reference(struct ca_buf *to)
{
    ca_buf_str(to, head);
    for (size_t i = 0; i < lint_count(); i++) {
        const struct lint *lint = lint_row(i);

        ca_buf_printf(to, "| `%s` | %s | ", lint->info.name, severity_text(lint));
        kinds_put(lint->kinds, to);
        ca_buf_printf(to, " | %s | %s |\n", lint->info.text, lint->info.source);
    }
}

/* The TBSCertificate of a certificate; any other bytes are taken for one. */
static struct ca_bytes tbs_of(struct ca_bytes der)
{
    struct ca_bytes body;
    struct ca_bytes in;
    struct ca_bytes at;
    unsigned tag = 0;

    if (!lint_only(der, 0x30, &body))
        return der;
    in = body;
    if (!lint_take(&in, &tag, &at) || tag != 0x30)
        return der;
    return (struct ca_bytes){body.ptr, body.len - in.len};
}

static bool lint_file(const char *path)
{
    CA_AUTO(buf) struct ca_buf file = {0};
    CA_AUTO(buf) struct ca_buf der = {0};
    static struct lint_case c;
    struct ca_err err = {0};
    struct ca_bytes in;
    struct ca_bytes value;

    if (ca_file_read(path, &file, &err) != CA_OK) {
        (void)fprintf(stderr, "%s\n", err.text);
        return false;
    }
    in = ca_buf_view(&file);
    if (pem_is(in)) {
        if (pem_take(&in, "CERTIFICATE", &der, &err) != CA_OK) {
            (void)fprintf(stderr, "%s: %s\n", path, err.text);
            return false;
        }
        in = ca_buf_view(&der);
    }
    lint_case_read(tbs_of(in), NULL, &c);
    for (size_t i = 0; i < lint_count(); i++) {
        const struct lint *lint = lint_row(i);

        if (lint_run(lint, &c, &value) == LINT_BREAKS)
            printf("%s %s %s\n", path, severity_text(lint), lint->info.name);
    }
    return true;
}

static int check(const char *path, const struct ca_buf *page)
{
    CA_AUTO(buf) struct ca_buf have = {0};
    struct ca_err err = {0};

    if (ca_file_read(path, &have, &err) == CA_OK &&
        ca_bytes_equal(ca_buf_view(&have), ca_buf_view(page)))
        return 0;
    (void)fprintf(stderr, "%s is not what 'lint_file --reference' prints\n", path);
    return 1;
}

int main(int argc, char **argv)
{
    CA_AUTO(buf) struct ca_buf page = {0};
    int bad = argc < 2 ? 2 : 0;

    reference(&page);
    if (argc == 2 && strcmp(argv[1], "--reference") == 0)
        return fwrite(page.ptr, 1, page.len, stdout) == page.len ? 0 : 1;
    if (argc == 3 && strcmp(argv[1], "--check") == 0)
        return check(argv[2], &page);
    for (int i = 1; i < argc; i++) {
        if (!lint_file(argv[i]))
            bad = 1;
    }
    return bad;
}
