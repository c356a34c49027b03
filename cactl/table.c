/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/table.h"

#include "cactl/nouns.h"

static const struct noun *const nouns[] = {
    &noun_login,      &noun_logout,    &noun_whoami,  &noun_context, &noun_request, &noun_approval,
    &noun_cert,       &noun_csr,       &noun_key,     &noun_ca,      &noun_crl,     &noun_ocsp,
    &noun_profile,    &noun_scep,      &noun_audit,   &noun_user,    &noun_role,    &noun_group,
    &noun_webhook,    &noun_api_token, &noun_inspect, &noun_health,  &noun_explain, &noun_version,
    &noun_completion, &noun_complete,  &noun_man,
};

static const char *const outputs[] = {"table", "wide", "json", "jsonl",
                                      "yaml",  "csv",  "name", NULL};

/* clang-format off */
static const struct flag globals[] = {
    {"output", "FORMAT", FLAG_VALUE, 'o', "table, wide, json, jsonl, yaml, csv or name", outputs, NULL},
    {"columns", "NAMES", FLAG_VALUE, 0, "JSON names of the columns, with commas between", NULL, NULL},
    {"no-headers", NULL, FLAG_SWITCH, 0, "table and csv: without the first line", NULL, NULL},
    {"quiet", NULL, FLAG_SWITCH, 'q', "no messages, only data and errors", NULL, NULL},
    {"verbose", NULL, FLAG_SWITCH, 'v', "say which calls are made", NULL, NULL},
    {"no-color", NULL, FLAG_SWITCH, 0, "no colours (also: NO_COLOR)", NULL, NULL},
    {"curl", NULL, FLAG_SWITCH, 0, "print the REST call for curl instead of making it", NULL, NULL},
    {"context", "NAME", FLAG_VALUE, 0, "server and certificate to use (also: CACTL_CONTEXT)", NULL, "context"},
    {"url", "URL", FLAG_VALUE, 0, "address of the server (also: CACTL_URL)", NULL, NULL},
    {"cacert", "FILE", FLAG_VALUE, 0, "PEM: whom to trust as the server (also: CACTL_CACERT)", NULL, "file"},
    {"cert", "FILE", FLAG_VALUE, 0, "PEM: your certificate and key (also: CACTL_CERT)", NULL, "file"},
    {"token-file", "FILE", FLAG_VALUE, 0, "holds an API token, used in place of a certificate (also: CACTL_TOKEN_FILE)", NULL, "file"},
    {"passphrase-file", "FILE", FLAG_VALUE, 0, "holds the passphrase of your key; else the terminal is asked", NULL, "file"},
    {"timeout", "DURATION", FLAG_VALUE, 0, "how long to wait for the server, retries included (default 30s)", NULL, NULL},
    {"no-input", NULL, FLAG_SWITCH, 0, "ask nothing", NULL, NULL},
    {"help", NULL, FLAG_SWITCH, 'h', "show help", NULL, NULL},
};

static const struct {
    unsigned with;
    struct flag flag;
} shared[] = {
    {WITH_DRY_RUN, {"dry-run", NULL, FLAG_SWITCH, 0, "show what would be done; change nothing", NULL, NULL}},
    {WITH_YES, {"yes", NULL, FLAG_SWITCH, 'y', "do not ask", NULL, NULL}},
    {WITH_WAIT, {"wait", "DURATION", FLAG_MAYBE, 0, "wait while it is not decided (5m without a value)", NULL, NULL}},
    {WITH_COMMENT, {"comment", "TEXT", FLAG_VALUE, 0, "for the record", NULL, NULL}},
    {WITH_KEY, {"idempotency-key", "TEXT", FLAG_VALUE, 0, "the same key and content get the same answer; a new one without it", NULL, NULL}},
    {WITH_SUBJECT, {"subject", "NAME", FLAG_VALUE, 0, "whole subject, as 'CN=www.example,O=Example'", NULL, NULL}},
    {WITH_SUBJECT, {"cn", "TEXT", FLAG_MANY, 0, "subject: common name", NULL, NULL}},
    {WITH_SUBJECT, {"o", "TEXT", FLAG_MANY, 0, "subject: organization", NULL, NULL}},
    {WITH_SUBJECT, {"ou", "TEXT", FLAG_MANY, 0, "subject: organizational unit", NULL, NULL}},
    {WITH_SUBJECT, {"c", "TEXT", FLAG_MANY, 0, "subject: country, two letters", NULL, NULL}},
    {WITH_SUBJECT, {"st", "TEXT", FLAG_MANY, 0, "subject: state or province", NULL, NULL}},
    {WITH_SUBJECT, {"l", "TEXT", FLAG_MANY, 0, "subject: locality", NULL, NULL}},
    {WITH_NEW_KEY | WITH_SANS, {"dns", "NAME", FLAG_MANY, 0, "subject alternative name: DNS name", NULL, NULL}},
    {WITH_NEW_KEY | WITH_SANS, {"ip", "ADDRESS", FLAG_MANY, 0, "subject alternative name: IP address", NULL, NULL}},
    {WITH_NEW_KEY | WITH_SANS, {"email", "ADDRESS", FLAG_MANY, 0, "subject alternative name: e-mail address", NULL, NULL}},
    {WITH_NEW_KEY | WITH_SANS, {"uri", "URI", FLAG_MANY, 0, "subject alternative name: URI", NULL, NULL}},
    {WITH_NEW_KEY, {"key", "KIND", FLAG_VALUE, 0, "key to make: ec:P-256, rsa:3072, ed25519, … (default: what the profile takes)", NULL, "key"}},
    {WITH_NEW_KEY, {"key-out", "FILE", FLAG_VALUE, 0, "where the key goes; must not exist", NULL, "file"}},
    {WITH_NEW_KEY, {"key-passphrase-file", "FILE", FLAG_VALUE, 0, "encrypt the key with the passphrase in FILE", NULL, "file"}},
    {WITH_EXTENSIONS, {"digest", "NAME", FLAG_VALUE, 0, "digest of the signature: sha256, sha384, sha512, …", NULL, NULL}},
    {WITH_EXTENSIONS, {"ku", "LIST", FLAG_VALUE, 0, "key usage: sig, commit, enc, data, agree, certsign, crlsign, enconly, deconly", NULL, NULL}},
    {WITH_EXTENSIONS, {"eku", "LIST", FLAG_VALUE, 0, "extended key usage: server, client, code, email, timestamp, ocsp, …, or OIDs", NULL, NULL}},
    {WITH_EXTENSIONS, {"ca-cert", NULL, FLAG_SWITCH, 0, "ask for the certificate of an authority", NULL, NULL}},
    {WITH_EXTENSIONS, {"pathlen", "N", FLAG_VALUE, 0, "how many authorities may stand below it", NULL, NULL}},
    {WITH_EXTENSIONS, {"aki", "LIST", FLAG_VALUE, 0, "authority key identifier: keyid, or keyid,issuer", NULL, NULL}},
    {WITH_EXTENSIONS, {"must-staple", NULL, FLAG_SWITCH, 0, "ask for the TLS feature must-staple", NULL, NULL}},
    {WITH_EXTENSIONS, {"no-must-staple", NULL, FLAG_SWITCH, 0, "ask for none", NULL, NULL}},
    {WITH_EXTENSIONS, {"policy", "OID", FLAG_MANY, 0, "certificate policy", NULL, NULL}},
    {WITH_EXTENSIONS, {"crl-url", "URL", FLAG_VALUE, 0, "instead of the authority's CRL address", NULL, NULL}},
    {WITH_EXTENSIONS, {"aia-url", "URL", FLAG_VALUE, 0, "instead of the address of the authority's certificate", NULL, NULL}},
    {WITH_EXTENSIONS, {"ocsp-url", "URL", FLAG_VALUE, 0, "instead of the authority's OCSP address", NULL, NULL}},
    {WITH_EXTENSIONS, {"ext", "OID=FILE", FLAG_MANY, 0, "any other extension: its value as DER", NULL, "file"}},
    {WITH_EXTENSIONS, {"critical", "LIST", FLAG_VALUE, 0, "ask for critical: bc, ku, eku, or OIDs of --ext", NULL, NULL}},
    {WITH_FILE, {"file", "FILE", FLAG_VALUE, 'f', "write there, not to stdout", NULL, "file"}},
    {WITH_PAGES, {"limit", "N", FLAG_VALUE, 0, "at most so many (default 50)", NULL, NULL}},
    {WITH_PAGES, {"all", NULL, FLAG_SWITCH, 0, "as many as there are", NULL, NULL}},
};
/* clang-format on */

size_t noun_count(void)
{
    return CA_COUNT(nouns);
}

const struct noun *noun_at(size_t i)
{
    return nouns[i];
}

const struct noun *noun_find(const char *name)
{
    for (size_t i = 0; i < CA_COUNT(nouns); i++) {
        if (strcmp(nouns[i]->name, name) == 0)
            return nouns[i];
    }
    return NULL;
}

/* What follows `first` and a blank in the verb's name; NULL: it has another first word. */
static const char *name_behind(const struct verb *verb, const char *first)
{
    size_t len = strlen(first);

    if (strncmp(verb->name, first, len) != 0 || verb->name[len] != ' ')
        return NULL;
    return verb->name + len + 1;
}

const struct verb *verb_find(const struct noun *noun, const char *first, const char *name)
{
    for (size_t i = 0; i < noun->n; i++) {
        const struct verb *verb = &noun->verbs[i];
        const char *is = first != NULL ? name_behind(verb, first) : verb->name;

        if (is != NULL && strcmp(is, name) == 0)
            return verb;
    }
    return NULL;
}

bool verb_begins(const struct noun *noun, const char *word)
{
    for (size_t i = 0; i < noun->n; i++) {
        if (name_behind(&noun->verbs[i], word) != NULL)
            return true;
    }
    return false;
}

bool noun_is_single(const struct noun *noun)
{
    return noun->verbs[0].name[0] == '\0';
}

size_t flag_global_count(void)
{
    return CA_COUNT(globals);
}

const struct flag *flag_global_at(size_t i)
{
    return &globals[i];
}

const struct flag *verb_flag_at(const struct verb *verb, size_t i)
{
    if (i < verb->flags_n)
        return &verb->flags[i];
    i -= verb->flags_n;
    for (size_t row = 0; row < CA_COUNT(shared); row++) {
        if ((verb->with & shared[row].with) != 0 && i-- == 0)
            return &shared[row].flag;
    }
    return NULL;
}
