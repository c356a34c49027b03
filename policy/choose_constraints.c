/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "policy/dns.h"
#include "policy/judge_internal.h"

/* Name constraints (RFC 5280 4.2.1.10). What the profile excludes stays excluded; what it permits
 * bounds what a request may permit, and stands where the request permits nothing of that form. */

struct trees {
    struct name_subtree list[EXTENSION_SUBTREES_MAX];
    size_t n;
};

static bool same(const struct name_subtree *a, const struct name_subtree *b)
{
    return a->excluded == b->excluded && a->type == b->type && ca_bytes_equal(a->base, b->base);
}

static void add(struct trees *t, const struct name_subtree *one)
{
    for (size_t i = 0; i < t->n; i++) {
        if (same(&t->list[i], one))
            return;
    }
    if (t->n < CA_COUNT(t->list))
        t->list[t->n++] = *one;
}

static bool permits_form(const struct name_subtree *list, size_t n, enum san_type type)
{
    for (size_t i = 0; i < n; i++) {
        if (!list[i].excluded && list[i].type == type)
            return true;
    }
    return false;
}

static bool is_inside(const struct profile *p, const struct name_subtree *t)
{
    for (size_t i = 0; i < p->x.subtree_n; i++) {
        if (!p->x.subtrees[i].excluded && name_subtree_within(t, &p->x.subtrees[i]))
            return true;
    }
    return !permits_form(p->x.subtrees, p->x.subtree_n, t->type);
}

static bool stands_in(const struct name_subtree *one, const struct trees *t)
{
    for (size_t i = 0; i < t->n; i++) {
        if (same(&t->list[i], one))
            return true;
    }
    return false;
}

void rule_subtrees(const struct extension_case *e, struct ca_bytes value)
{
    const struct profile *p = e->profile;
    struct says says = {
        "name_constraints", e->pointer, {NULL, 0},
          NULL
    };
    struct trees t;
    struct ca_err err;

    if (extension_subtrees_read(value, t.list, &t.n, &err) != CA_OK) {
        judge_refuse(e->verdict, &says, "%s", err.text);
        return;
    }
    for (size_t i = 0; i < t.n; i++) {
        const struct san base = {t.list[i].type, t.list[i].base};
        CA_AUTO(buf) struct ca_buf text = {0};

        if (t.list[i].excluded || is_inside(p, &t.list[i]))
            continue;
        san_value_text(&base, &text);
        says.value = ca_buf_view(&text);
        judge_refuse(e->verdict, &says, "permits more than this profile does");
    }
    for (size_t i = 0; i < p->x.subtree_n; i++) {
        const struct name_subtree *own = &p->x.subtrees[i];

        says.value = (struct ca_bytes){NULL, 0};
        if (own->excluded ? !stands_in(own, &t) : !permits_form(t.list, t.n, own->type))
            judge_refuse(e->verdict, &says, "lacks what this profile demands");
    }
}

static void wish_refuse(struct verdict *v, const struct name_subtree *t, const char *text)
{
    const struct san base = {t->type, t->base};
    CA_AUTO(buf) struct ca_buf value = {0};
    char pointer[POINTER_MAX];
    char form[16];

    (void)snprintf(form, sizeof(form), "%s", san_type_name(t->type));
    for (char *c = form; *c != '\0'; c++)
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 'a' - 'A' : *c);
    (void)snprintf(pointer, sizeof(pointer), "/name_constraints/%s_%s",
                   t->excluded ? "excluded" : "permitted", form);
    san_value_text(&base, &value);
    judge_refuse(v,
                 &(struct says){"name_constraints", pointer,
                                t->type == SAN_DNS ? t->base : ca_buf_view(&value), NULL},
                 "%s", text);
}

static void wish_add(const struct choice *c, struct trees *ret, const struct name_subtree *t,
                     struct verdict *v)
{
    if (c->in->profile->x.name_constraints != PROFILE_FROM_REQUEST) {
        wish_refuse(v, t, "this profile takes no name constraints");
    } else if (!name_subtree_is_sound(t)) {
        wish_refuse(v, t, t->type == SAN_DNS ? "not a host name" : "not what such a name may be");
    } else if (ret->n == CA_COUNT(ret->list)) {
        wish_refuse(v, t, "too many name constraints");
    } else if (!t->excluded && !is_inside(c->in->profile, t)) {
        wish_refuse(v, t, "permits more than this profile does");
    } else {
        add(ret, t);
    }
}

static void wish_read(const struct choice *c, struct trees *ret, struct verdict *v)
{
    const struct wish *wish = c->in->wish;

    if (wish == NULL)
        return;
    for (size_t i = 0; i < wish->permitted_dns_n + wish->excluded_dns_n; i++) {
        bool excluded = i >= wish->permitted_dns_n;
        const char *name =
            excluded ? wish->excluded_dns[i - wish->permitted_dns_n] : wish->permitted_dns[i];

        wish_add(c, ret, &(struct name_subtree){excluded, SAN_DNS, ca_bytes_str(name)}, v);
    }
    for (size_t i = 0; i < wish->subtree_n; i++)
        wish_add(c, ret, &wish->subtrees[i], v);
}

static void asked_read(const struct choice *c, struct trees *ret, struct verdict *v)
{
    const struct asked *asked = &c->asked[EXT_NAME_CONSTRAINTS];
    struct says says = {
        "name_constraints", asked->pointer, {NULL, 0},
          NULL
    };
    struct trees read;
    struct ca_err err;

    if (!asked->given)
        return;
    if (c->in->profile->x.name_constraints != PROFILE_FROM_REQUEST) {
        if (asked->beside) {
            judge_refuse(v, &says, "this profile takes no name constraints");
        } else {
            judge_note(v, &says, "name constraints that this profile does not take are left out");
        }
    } else if (extension_subtrees_read(piece_view(c, &asked->value), read.list, &read.n, &err) !=
               CA_OK) {
        judge_refuse(v, &says, "%s", err.text);
    } else {
        *ret = read;
    }
}

void choice_constraints(struct choice *c, struct verdict *v)
{
    const struct profile_extensions *x = &c->in->profile->x;
    struct trees asked = {.n = 0};
    size_t asked_n;
    size_t at = c->octets->buf.len;

    wish_read(c, &asked, v);
    if (asked.n == 0)
        asked_read(c, &asked, v);
    asked_n = asked.n;
    for (size_t i = 0; i < x->subtree_n; i++) {
        const struct name_subtree *own = &x->subtrees[i];

        if (own->excluded || !permits_form(asked.list, asked_n, own->type))
            add(&asked, own);
    }
    c->chosen[EXT_NAME_CONSTRAINTS].critical = true; /* RFC 5280 4.2.1.10 */
    if (asked.n == 0)
        return;
    extension_subtrees_write(c->octets, asked.list, asked.n);
    c->chosen[EXT_NAME_CONSTRAINTS].value = piece_from(c, at);
    if (asked_n > 0) {
        rule_extension(&(struct extension_case){c->in->profile, c->in->issuer,
                                                csr_key_info(c->in->csr)->kind,
                                                c->asked[EXT_NAME_CONSTRAINTS].given
                                                    ? c->asked[EXT_NAME_CONSTRAINTS].pointer
                                                    : "/name_constraints",
                                                v},
                       EXT_NAME_CONSTRAINTS, piece_view(c, &c->chosen[EXT_NAME_CONSTRAINTS].value));
    }
}
