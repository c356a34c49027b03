/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "policy/cert_internal.h"
#include "policy/judge_internal.h"

/* CA or not, and how many authorities may stand below (RFC 5280 4.2.1.9). */

static void path_length_refuse(struct verdict *v, int asked, int most, const char *text)
{
    char value[16];
    char allowed[32];

    (void)snprintf(value, sizeof(value), "%d", asked);
    (void)snprintf(allowed, sizeof(allowed), "at most %d", most);
    judge_refuse(v,
                 &(struct says){"basic_constraints.path_length", "/path_length",
                                ca_bytes_str(value), most >= 0 ? allowed : NULL},
                 "%s", text);
}

/* The wish's, else that of the CSR. */
static int path_length_asked(const struct choice *c)
{
    const struct asked *asked = &c->asked[EXT_BASIC_CONSTRAINTS];
    int length = c->in->wish != NULL ? c->in->wish->path_length : -1;
    int read = -1;
    bool ca = false;
    struct ca_err ignored;

    if (length < 0 && asked->given &&
        basic_constraints_read(piece_view(c, &asked->value), &ca, &read, &ignored) == CA_OK)
        length = read;
    return length;
}

static void choose_path_length(struct choice *c, struct verdict *v)
{
    const struct profile_basic_constraints *rule = &c->in->profile->basic_constraints;
    int asked = path_length_asked(c);
    int under = c->in->profile->self_signed ? -1 : c->in->issuer->path_length; /* -1: no limit */

    c->path_length = asked >= 0 ? asked : rule->path_length;
    if (asked >= 0 && !rule->ca) {
        path_length_refuse(v, asked, -1, "a path length is for CA certificates");
    } else if (asked >= 0 && rule->path_length_max >= 0 && asked > rule->path_length_max) {
        path_length_refuse(v, asked, rule->path_length_max, "longer than this profile allows");
    }
    if (!rule->ca || under < 0)
        return;
    if (under == 0) {
        path_length_refuse(v, c->path_length, -1,
                           "the issuing authority may not have authorities "
                           "under it (path length 0)");
    } else if (asked >= under) {
        path_length_refuse(v, asked, under - 1, "longer than the issuing authority's allows");
    } else if (c->path_length < 0 || c->path_length >= under) {
        c->path_length = under - 1;
    }
}

/* Beside the CSR by object identifier. */
void choice_basic_constraints(struct choice *c, struct verdict *v)
{
    const struct asked *asked = &c->asked[EXT_BASIC_CONSTRAINTS];
    bool ca = false;
    int path_length = -1;
    struct ca_err err;
    size_t at;

    choose_path_length(c, v);
    c->chosen[EXT_BASIC_CONSTRAINTS].critical = choice_critical(c, EXT_BASIC_CONSTRAINTS, v);
    if (asked->given && asked->beside &&
        (basic_constraints_read(piece_view(c, &asked->value), &ca, &path_length, &err) != CA_OK ||
         ca != c->in->profile->basic_constraints.ca)) {
        judge_refuse(v,
                     &(struct says){
                         "basic_constraints.ca", asked->pointer, {NULL, 0},
                           NULL
        },
                     "not the basic constraints of this profile");
    }
    if (!c->in->profile->basic_constraints.present)
        return;
    at = c->octets->buf.len;
    extension_basic_constraints_write(c->octets, c->in->profile->basic_constraints.ca,
                                      c->path_length);
    c->chosen[EXT_BASIC_CONSTRAINTS].value = piece_from(c, at);
}
