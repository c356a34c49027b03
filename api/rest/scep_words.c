/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/answer.h"
#include "api/rest/scep_view.h"

/* Bits of endpoints as words. */

#define CHOICES(rows)                                                                              \
    {                                                                                              \
        rows, CA_COUNT(rows)                                                                       \
    }

/* clang-format off */
static const struct json_choice mode_rows[] = {
    {"one-time", "A challenge for one use, made beforehand"},
    {"derived", "A challenge computed from what it is for; not on record"},
    {"static", "One challenge for all"},
    {"webhook", "Somebody else decides and proves it"},
    {"manual", "An officer decides about whatever has no challenge"},
};
static const struct json_choice legacy_rows[] = {
    {"des3", "Triple DES"},
    {"sha1", "SHA-1"},
    {"des", "Single DES"},
    {"md5", "MD5"},
};
static const struct json_choice switch_rows[] = {
    {"strict-empty", "PENDING and FAILURE without content, as RFC 8894 has it"},
    {"answer-chain", "SUCCESS has the issuer's certificate too"},
    {"no-post", "POSTPKIOperation is not offered"},
    {"no-renewal", "The old certificate lets nobody in"},
    {"no-next-ca", "GetNextCACert is not offered"},
    {"renew-expired", "Up to 30 days after its end a certificate still renews"},
};
static const struct json_choice kind_rows[] = {
    {"one-time", "For one use, on record"},
    {"derived", "Computed from what it is for; not on record"},
    {"static", "One for all; replaces the one before"},
    {"webhook", "The key with which the one who decides proves it; replaces the one before"},
};
/* Beside the word: why it is not what anybody should want. */
static const struct {
    const struct json_choices *words;
    uint32_t bit;
    const char *text;
} warnings[] = {
    {&rest_scep_modes, DB_SCEP_STATIC, "static: whoever reads the settings of one device can enrol any name that the profile lets through"},
    {&rest_scep_legacy, DB_SCEP_DES3, "des3: triple DES is for devices that know nothing better"},
    {&rest_scep_legacy, DB_SCEP_SHA1, "sha1: signatures over SHA-1 can be forged with effort"},
    {&rest_scep_legacy, DB_SCEP_DES, "des: anybody who records an enrolment can read it, its challenge too"},
    {&rest_scep_legacy, DB_SCEP_MD5, "md5: signatures over MD5 can be forged"},
};
static const char nobody[] = "no mode is on: only renewals get in";
/* clang-format on */

const struct json_choices rest_scep_modes = CHOICES(mode_rows);
const struct json_choices rest_scep_legacy = CHOICES(legacy_rows);
const struct json_choices rest_scep_switches = CHOICES(switch_rows);
const struct json_choices rest_scep_kinds = CHOICES(kind_rows);
_Static_assert(1 << (CA_COUNT(mode_rows) - 1) == DB_SCEP_MANUAL, "a row for each mode");
_Static_assert(1 << (CA_COUNT(legacy_rows) - 1) == DB_SCEP_MD5, "a row for each algorithm");
_Static_assert(1 << (CA_COUNT(switch_rows) - 1) == DB_SCEP_RENEW_EXPIRED, "a row for each switch");

CA_RC rest_scep_words(struct request *rq, const struct json_choices *words, uint32_t bits,
                      struct json_list *ret, struct ca_err *err)
{
    struct wire_text *items = request_alloc(rq, words->n * sizeof(*items));
    uint32_t n = 0;

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < words->n; i++) {
        if ((bits >> i & 1) != 0)
            items[n++].text = words->rows[i].value;
    }
    *ret = (struct json_list){items, n, true};
    return CA_OK;
}

static CA_RC word_refuse(const struct json_choices *words, const char *pointer, uint32_t i,
                         struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf all = {0};

    for (size_t k = 0; k < words->n; k++)
        ca_buf_printf(&all, "%s%s", k > 0 ? ", " : "", words->rows[k].value);
    CA_TRY(ca_buf_check(&all, err));
    return CA_FAIL(err, CA_MALFORMED, "%s/%u: is not one of %s", pointer, i, ca_buf_cstr(&all));
}

CA_RC rest_scep_bits(const struct json_choices *words, const struct json_list *list,
                     const char *pointer, uint32_t *ret, struct ca_err *err)
{
    const struct wire_text *items = list->items;
    uint32_t bits = 0;

    for (uint32_t i = 0; i < list->n; i++) {
        const struct json_choice *row = json_choice_find(words, items[i].text);

        if (row == NULL)
            return word_refuse(words, pointer, i, err);
        bits |= (uint32_t)1 << (row - words->rows);
    }
    *ret = bits;
    return CA_OK;
}

CA_RC rest_scep_warnings(struct request *rq, uint32_t modes, uint32_t legacy, struct json_list *ret,
                         struct ca_err *err)
{
    struct wire_text *items = request_alloc(rq, (CA_COUNT(warnings) + 1) * sizeof(*items));
    uint32_t n = 0;

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < CA_COUNT(warnings); i++) {
        uint32_t bits = warnings[i].words == &rest_scep_modes ? modes : legacy;

        if ((bits & warnings[i].bit) != 0)
            items[n++].text = warnings[i].text;
    }
    if (modes == 0)
        items[n++].text = nobody;
    *ret = (struct json_list){items, n, true};
    return CA_OK;
}
