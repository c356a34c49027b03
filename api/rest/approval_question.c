/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/answer.h"
#include "api/rest/approval_view.h"
#include "api/rest/scep_view.h"
#include "base/digest.h"
#include "base/time.h"
#include "policy/cert.h"
#include "policy/name.h"

enum { TOLD_MAX = 2000, PLAIN_OCTETS_MAX = 64 };

struct told_list {
    struct request *rq;
    struct rest_told *items;
    uint32_t n;
};

static void number_write(const struct wire_told *t, struct ca_buf *ret)
{
    ca_buf_printf(ret, "%lld", (long long)t->number);
}

static void roles_write(const struct wire_told *t, struct ca_buf *ret)
{
    const char *between = "";

    for (unsigned bit = CA_REQUESTER; bit <= CA_AUDITOR; bit <<= 1) {
        if (((uint64_t)t->number & bit) == 0)
            continue;
        ca_buf_printf(ret, "%s%s", between, ca_role_name(bit));
        between = ", ";
    }
    if (between[0] == '\0')
        ca_buf_str(ret, "as they are");
}

static void time_write(const struct wire_told *t, struct ca_buf *ret)
{
    char text[CA_TIME_TEXT];

    if (t->number != 0)
        ca_buf_str(ret, ca_time_text(t->number, text));
}

/* Few octets as they are, more by their digest. */
static void octets_write(const struct wire_told *t, struct ca_buf *ret)
{
    uint8_t digest[CA_SHA256_LEN];
    char text[2 * PLAIN_OCTETS_MAX + 1];
    struct ca_err ignored;

    if (t->octets.len <= PLAIN_OCTETS_MAX) {
        ca_buf_str(ret, ca_hex(t->octets, text));
        return;
    }
    if (ca_sha256(t->octets, digest, &ignored) != CA_OK)
        return;
    ca_buf_printf(ret, "%zu octets, SHA-256 ", t->octets.len);
    ca_buf_str(ret, ca_hex((struct ca_bytes){digest, sizeof(digest)}, text));
}

/* Subject, where it is a certificate; then what all octets say. */
static void certificate_write(const struct wire_told *t, struct ca_buf *ret)
{
    struct cert cert;
    struct ca_err ignored;

    if (t->octets.len > 0 && cert_read(t->octets, &cert, &ignored) == CA_OK) {
        name_text(cert.subject, ret);
        ca_buf_str(ret, "; ");
    }
    octets_write(t, ret);
}

static void words_write(const struct json_choices *words, const struct wire_told *t,
                        struct ca_buf *ret)
{
    const char *between = "";

    for (size_t i = 0; i < words->n; i++) {
        if (((uint64_t)t->number >> i & 1) == 0)
            continue;
        ca_buf_printf(ret, "%s%s", between, words->rows[i].value);
        between = ", ";
    }
    if (between[0] == '\0')
        ca_buf_str(ret, "none");
}

static void modes_write(const struct wire_told *t, struct ca_buf *ret)
{
    words_write(&rest_scep_modes, t, ret);
}

static void legacy_write(const struct wire_told *t, struct ca_buf *ret)
{
    words_write(&rest_scep_legacy, t, ret);
}

static void switches_write(const struct wire_told *t, struct ca_buf *ret)
{
    words_write(&rest_scep_switches, t, ret);
}

/* What reads better in another form. */
static const struct {
    const char *field;
    enum wire_told_kind kind;
    void (*write)(const struct wire_told *t, struct ca_buf *ret);
} forms[] = {
    {"roles",           TOLD_NUMBER, roles_write      },
    {"modes",           TOLD_NUMBER, modes_write      },
    {"legacy",          TOLD_NUMBER, legacy_write     },
    {"switches",        TOLD_NUMBER, switches_write   },
    {"not_after",       TOLD_NUMBER, time_write       },
    {"invalidity_date", TOLD_NUMBER, time_write       },
    {"issued_from",     TOLD_NUMBER, time_write       },
    {"issued_to",       TOLD_NUMBER, time_write       },
    {"selected_at",     TOLD_NUMBER, time_write       },
    {"certificate",     TOLD_OCTETS, certificate_write},
};

static void plain_write(const struct wire_told *t, struct ca_buf *ret)
{
    char id[CA_UUID_TEXT];
    struct ca_uuid uuid;

    if (t->kind == TOLD_TEXT) {
        ca_buf_bytes(ret, t->octets);
    } else if (t->kind == TOLD_OCTETS) {
        octets_write(t, ret);
    } else if (t->kind == TOLD_NUMBER) {
        number_write(t, ret);
    } else if (t->kind == TOLD_TRUTH) {
        ca_buf_str(ret, t->number != 0 ? "true" : "false");
    } else {
        memcpy(&uuid, t->octets.ptr, sizeof(uuid));
        if (!ca_uuid_is_nil(&uuid))
            ca_buf_str(ret, ca_uuid_text(&uuid, id));
    }
}

static void value_write(const struct wire_told *t, struct ca_buf *ret)
{
    for (size_t i = 0; i < CA_COUNT(forms); i++) {
        if (forms[i].kind == t->kind && strcmp(forms[i].field, t->field) == 0) {
            forms[i].write(t, ret);
            return;
        }
    }
    plain_write(t, ret);
}

/* What is empty is not asked, and left out. */
static CA_RC told_take(void *arg, const struct wire_told *t, struct ca_err *err)
{
    struct told_list *list = arg;
    CA_AUTO(buf) struct ca_buf field = {0};
    CA_AUTO(buf) struct ca_buf value = {0};
    struct rest_told *item = &list->items[list->n];

    value_write(t, &value);
    ca_buf_str(&field, t->field);
    if (t->element != NULL)
        ca_buf_printf(&field, "/%u/%s", t->index, t->element);
    CA_TRY(ca_buf_check(&value, err));
    CA_TRY(ca_buf_check(&field, err));
    if (value.len == 0)
        return CA_OK;
    if (list->n == TOLD_MAX)
        return CA_FAIL(err, CA_LIMIT, "more than %d fields", TOLD_MAX);
    *item = (struct rest_told){rest_keep(list->rq, ca_buf_view(&field)),
                               rest_keep(list->rq, ca_buf_view(&value))};
    list->n++;
    return item->field != NULL && item->value != NULL ? CA_OK : CA_FAIL_NOMEM(err);
}

static bool question_decode(struct ca_bytes frame, struct wire_message **ret)
{
    struct wire_header header;
    struct ca_err ignored;

    if (frame.len < WIRE_HEADER_LEN || wire_header_read(frame.ptr, &header, &ignored) != CA_OK)
        return false;
    return wire_decode(&header,
                       (struct ca_bytes){frame.ptr + WIRE_HEADER_LEN, frame.len - WIRE_HEADER_LEN},
                       ret, &ignored) == CA_OK;
}

CA_RC rest_question_view(struct request *rq, struct ca_bytes question, struct json_list *ret,
                         struct ca_err *err)
{
    CA_AUTO(wire_message) struct wire_message *m = NULL;
    struct told_list list = {.rq = rq};

    if (!question_decode(question, &m) || !wire_is_question(m->kind))
        return CA_OK;
    list.items = request_alloc(rq, (TOLD_MAX + 1) * sizeof(*list.items));
    if (list.items == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(wire_tell(m, told_take, &list, err));
    *ret = (struct json_list){list.items, list.n, true};
    return CA_OK;
}
