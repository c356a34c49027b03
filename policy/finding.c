/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "policy/judge_internal.h"

/* Printable, cut: octets outside ASCII's visible range become question marks unless it is clean
 * UTF-8 that fits. */
static void value_put(char *ret, size_t size, struct ca_bytes value)
{
    size_t n = value.len < size - 1 ? value.len : size - 1;

    if (ca_text_is_clean(value) && ca_text_copy(ret, size, value))
        return;
    for (size_t i = 0; i < n; i++)
        ret[i] = (char)(value.ptr[i] >= 0x20 && value.ptr[i] < 0x7f ? value.ptr[i] : '?');
    ret[n] = '\0';
}

static void text_put(char *ret, size_t size, const char *text)
{
    size_t n = strnlen(text, size - 1);

    memcpy(ret, text, n);
    ret[n] = '\0';
}

static struct finding *add(struct verdict *v, const struct says *s, bool refuses)
{
    struct finding *f;

    if (refuses)
        v->outcome = OUTCOME_REFUSE;
    if (v->finding_n == FINDINGS_MAX)
        return NULL;
    f = &v->findings[v->finding_n++];
    f->refuses = refuses;
    f->rule = s->rule;
    text_put(f->pointer, sizeof(f->pointer), s->pointer);
    value_put(f->value, sizeof(f->value), s->value);
    text_put(f->allowed, sizeof(f->allowed), s->allowed != NULL ? s->allowed : "");
    f->text[0] = '\0';
    return f;
}

void judge_refuse(struct verdict *v, const struct says *s, const char *fmt, ...)
{
    struct finding *f = add(v, s, true);
    va_list args;

    if (f == NULL)
        return;
    va_start(args, fmt);
    (void)vsnprintf(f->text, sizeof(f->text), fmt, args);
    va_end(args);
}

void judge_note(struct verdict *v, const struct says *s, const char *fmt, ...)
{
    struct finding *f = add(v, s, false);
    va_list args;

    if (f == NULL)
        return;
    va_start(args, fmt);
    (void)vsnprintf(f->text, sizeof(f->text), fmt, args);
    va_end(args);
}

const char *judge_pointer(char ret[POINTER_MAX], const char *prefix, const char *name)
{
    (void)snprintf(ret, POINTER_MAX, "%s/%s", prefix, name);
    return ret;
}

const char *judge_pointer_n(char ret[POINTER_MAX], const char *prefix, size_t n)
{
    (void)snprintf(ret, POINTER_MAX, "%s/%zu", prefix, n);
    return ret;
}
