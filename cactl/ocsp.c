/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/ocsp.h"

#include "cactl/ca.h"
#include "cactl/nouns.h"
#include "cactl/object.h"

static CA_RC status(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *ocsp = NULL;

    CA_TRY(ca_path(app->args.words[0], "/ocsp", &path, err));
    CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &ocsp, err));
    return output_object(app, &view_ocsp, ocsp, err);
}

/* clang-format off */
static const struct flag query_flags[] = {
    {"sha256", NULL, FLAG_SWITCH, 0, "name the issuer by SHA-256, not by SHA-1", NULL, NULL},
    {"nonce", NULL, FLAG_SWITCH, 0, "ask for an answer that is made now and for you alone", NULL, NULL},
    {"ocsp-url", "URL", FLAG_VALUE, 0, "ask there, not where the authority's certificates say", NULL, NULL},
};
static const struct verb verbs[] = {
    {.name = "status", .arguments = "CA", .least = 1, .most = 1, .completes = "authority",
     .line = "Show who signs OCSP answers for an authority, and how many are kept",
     .examples = {{"cactl ocsp status dev-issuing", NULL}}, .run = status},
    {.name = "query", .arguments = "CA SERIAL|FILE|-", .least = 2, .most = 2, .completes = "authority",
     .line = "Ask the OCSP responder about a certificate",
     .notes = "FILE holds the certificate, PEM or DER. The request goes over plain HTTP, as those of relying\n"
              "parties do, and the answer is checked before it is shown: signature, signer, dates, nonce.",
     .flags = query_flags, .flags_n = CA_COUNT(query_flags),
     .examples = {{"cactl ocsp query dev-issuing www.pem", NULL},
                  {"cactl ocsp query dev-issuing 406b1216897956499186a1b14694b49ea6e6 --nonce", NULL}}, .run = ocsp_query},
};
/* clang-format on */

const struct noun noun_ocsp = {"ocsp", "Status of certificates, as relying parties ask for it",
                               verbs, CA_COUNT(verbs), false};
