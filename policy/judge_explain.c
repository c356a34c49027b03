/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "policy/judge_internal.h"
#include "policy/profile_says.h"

/* Which rules were looked at, and what came of each: made from the profile and the findings, after
 * the verdict, so that issuing pays nothing for it. */

static bool always(const struct judge_input *in)
{
    (void)in;
    return true;
}

static bool has_requester(const struct judge_input *in)
{
    return in->requester != NULL;
}

static bool has_scopes(const struct judge_input *in)
{
    return in->requester != NULL && in->requester->scopes != NULL;
}

static bool wants_owned(const struct judge_input *in)
{
    return in->requester != NULL && in->profile->access.names_owned;
}

static bool is_rsa(const struct judge_input *in)
{
    return csr_key_info(in->csr)->kind == CA_KEY_RSA;
}

static bool has_blocked(const struct judge_input *in)
{
    return key_checks_has(in->checks, KEY_BLOCKED);
}

static bool has_weak_list(const struct judge_input *in)
{
    return key_checks_has(in->checks, KEY_DEBIAN) && is_rsa(in);
}

static bool has_last_day(const struct judge_input *in)
{
    return in->profile->validity.absolute_end != INT64_MAX;
}

static bool wants_common_name_in_san(const struct judge_input *in)
{
    return in->profile->common_name_in_san;
}

static bool wants_approvals(const struct judge_input *in)
{
    return in->profile->approvals.step_n > 0;
}

static const char *says_nothing(const struct profile *p, char *ret)
{
    (void)p;
    ret[0] = '\0';
    return ret;
}

/* clang-format off */
static const struct {
    const char *rule;    /* of the findings, whole or up to a dot */
    const char *pointer; /* into the profile */
    bool (*asked)(const struct judge_input *in);
    profile_says_fn says;
} rows[] = {
    {"access.role",                 "/access/roles",      has_requester,            profile_says_roles},
    {"access.requester",            "/access/requesters", has_requester,            profile_says_requesters},
    {"access.channel",              "/access/channels",   has_requester,            profile_says_channels},
    {"access.scope",                "",                   has_scopes,               says_nothing},
    {"access.names",                "/access/names",      wants_owned,              profile_says_owned},
    {"key.allow",                   "/key/allow",         always,                   profile_says_keys},
    {"key.exponents",               "/key/exponents",     is_rsa,                   profile_says_exponents},
    {"key.small_factor",            "",                   is_rsa,                   says_nothing},
    {"key.roca",                    "",                   is_rsa,                   says_nothing},
    {"key.close_primes",            "",                   is_rsa,                   says_nothing},
    {"key.debian",                  "",                   has_weak_list,            says_nothing},
    {"key.blocked",                 "",                   has_blocked,              says_nothing},
    {"legacy.rsa_1024",             "/legacy/rsa_1024",   is_rsa,                   says_nothing},
    {"signature",                   "/signature",         always,                   profile_says_digests},
    {"validity.not_before",         "/validity",          always,                   says_nothing},
    {"validity.not_after",          "/validity",          always,                   says_nothing},
    {"validity.max",                "/validity/max",      always,                   profile_says_validity},
    {"validity.absolute_end",       "/validity/absolute_end", has_last_day,         profile_says_last_day},
    {"validity.issuer",             "/validity/clip_to_issuer", always,             says_nothing},
    {"subject.empty",               "/subject",           always,                   says_nothing},
    {"subject.order",               "/subject/order",     always,                   says_nothing},
    {"subject.common_name_in_san",  "/subject/common_name_in_san", wants_common_name_in_san, says_nothing},
    {"subject_alt_name.required",   "/subject_alt_name/use", always,                profile_says_san},
    {"subject_alt_name.max",        "/subject_alt_name/max", always,                profile_says_san},
    {"serial",                      "",                   always,                   says_nothing},
    {"issuer",                      "",                   always,                   says_nothing},
    {"approvals",                   "/approvals",         wants_approvals,          profile_says_approvals},
};
/* clang-format on */

enum { TRACE_MAX = CA_COUNT(rows) + NAME__COUNT + SAN__COUNT + EXT__COUNT + FINDINGS_MAX };

struct tracer {
    struct explanation *to;
    const struct judge_input *in;
    bool told[FINDINGS_MAX]; /* findings that have a row */
};

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text);
    size_t m = strlen(end);

    return n > m && text[n - m - 1] == '/' && strcmp(text + n - m, end) == 0;
}

/* "a.b" covers "a.b" and "a.b.c". */
static bool covers(const char *rule, const char *finding)
{
    size_t n = strlen(rule);

    return strncmp(rule, finding, n) == 0 && (finding[n] == '\0' || finding[n] == '.');
}

/* The worst of the findings of a rule; with `name`, of those whose pointer ends with it. */
static void look(struct tracer *t, struct rule_trace *row, const char *rule, const char *name)
{
    const struct verdict *v = t->to->verdict;

    for (size_t i = 0; i < v->finding_n; i++) {
        const struct finding *f = &v->findings[i];
        enum rule_state state = f->refuses ? RULE_REFUSED : RULE_NOTED;

        if (!covers(rule, f->rule) || (name != NULL && !ends_with(f->pointer, name)))
            continue;
        t->told[i] = true;
        if (row->finding == NULL || state > row->state) {
            row->state = state;
            row->finding = f;
        }
    }
}

static struct rule_trace *row_add(struct tracer *t, const char *rule, bool asked)
{
    struct rule_trace *row = &t->to->rows[t->to->n++];

    *row = (struct rule_trace){.rule = rule, .state = asked ? RULE_PASSED : RULE_NOT_ASKED};
    return row;
}

static void table_rows(struct tracer *t)
{
    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        struct rule_trace *row = row_add(t, rows[i].rule, rows[i].asked(t->in));

        (void)snprintf(row->pointer, sizeof(row->pointer), "%s", rows[i].pointer);
        (void)rows[i].says(t->in->profile, row->says);
        look(t, row, rows[i].rule, NULL);
        if (strcmp(rows[i].rule, "approvals") == 0 && t->to->verdict->outcome == OUTCOME_WAIT)
            row->state = RULE_NOTED;
    }
}

static void attribute_rows(struct tracer *t)
{
    for (int a = 0; a < NAME__COUNT; a++) {
        const struct profile_attribute *rule = &t->in->profile->subject[a];
        const char *json = name_attribute_info((enum name_attribute)a)->json;
        struct rule_trace *row = row_add(t, "subject.attributes", rule->use != PROFILE_FORBIDDEN);

        (void)snprintf(row->pointer, sizeof(row->pointer), "/subject/attributes/%s", json);
        (void)profile_says_attribute(t->in->profile, (enum name_attribute)a, row->says);
        look(t, row, "subject", json);
    }
}

static void name_rows(struct tracer *t)
{
    for (int type = 0; type < SAN__COUNT; type++) {
        const char *key = profile_san_key((enum san_type)type);
        struct rule_trace *row;
        char rule[64];

        if (key == NULL)
            continue;
        row = row_add(t, "subject_alt_name", t->in->profile->names[type].allow);
        (void)snprintf(row->pointer, sizeof(row->pointer), "/subject_alt_name/%s", key);
        (void)profile_says_names(t->in->profile, (enum san_type)type, row->says);
        (void)snprintf(rule, sizeof(rule), "subject_alt_name.%s", key);
        look(t, row, rule, NULL);
    }
}

static void extension_rows(struct tracer *t)
{
    for (int kind = 0; kind < EXT__COUNT; kind++) {
        const char *name = cert_extension_info((enum cert_extension_kind)kind)->name;
        struct rule_trace *row;

        if (kind == EXT_SUBJECT_ALT_NAME)
            continue;
        row = row_add(t, name, true);
        (void)snprintf(row->pointer, sizeof(row->pointer), "/%s", name);
        (void)profile_says_extension(t->in->profile, (enum cert_extension_kind)kind, row->says);
        look(t, row, name, NULL);
    }
}

/* No finding is lost, whatever rule it comes from. */
static void rest_rows(struct tracer *t)
{
    const struct verdict *v = t->to->verdict;

    for (size_t i = 0; i < v->finding_n; i++) {
        if (!t->told[i])
            look(t, row_add(t, v->findings[i].rule, true), v->findings[i].rule, NULL);
    }
}

void explanation_free(struct explanation *e)
{
    if (e == NULL)
        return;
    verdict_free(e->verdict);
    free(e->rows);
    free(e);
}

CA_RC judge_explain(const struct judge_input *in, struct explanation **ret, struct ca_err *err)
{
    CA_AUTO(explanation) struct explanation *e = calloc(1, sizeof(*e));
    struct tracer t = {.to = e, .in = in};

    if (e == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(judge_request(in, &e->verdict, err));
    e->rows = calloc(TRACE_MAX, sizeof(*e->rows));
    if (e->rows == NULL)
        return CA_FAIL_NOMEM(err);
    table_rows(&t);
    attribute_rows(&t);
    name_rows(&t);
    extension_rows(&t);
    rest_rows(&t);
    *ret = CA_MOVE(e);
    return CA_OK;
}
