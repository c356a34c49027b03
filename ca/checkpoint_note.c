/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/checkpoint_note.h"

#include <ctype.h>
#include <stdio.h>

#include "base/base64.h"
#include "base/text.h"
#include "ca/checkpoint_key_internal.h"

#define DASH    "\xe2\x80\x94 " /* em dash and a blank, in front of each signature */
#define SEGMENT "/audit/"

/* RFC 3986 2.3, and what addresses have in their host. */
static bool is_plain(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("-._~:[]", c) != NULL);
}

static void name_put(struct ca_bytes text, struct ca_buf *ret)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = (char)text.ptr[i];

        if (is_plain(c)) {
            ca_buf_u8(ret, text.ptr[i]);
        } else {
            ca_buf_printf(ret, "%%%02X", text.ptr[i]);
        }
    }
}

/* The host of an address, without its port. */
static struct ca_bytes host_of(const char *url)
{
    const char *scheme = strstr(url, "://");
    const char *host = scheme != NULL ? scheme + 3 : url;
    size_t len = strcspn(host, "/");
    size_t digits = len;

    while (digits > 0 && isdigit((unsigned char)host[digits - 1]))
        digits--;
    if (digits > 0 && digits < len && host[digits - 1] == ':')
        len = digits - 1;
    return (struct ca_bytes){(const uint8_t *)host, len};
}

CA_RC checkpoint_origin(const char *url, const char *chain, char ret[CHECKPOINT_ORIGIN_MAX + 1],
                        struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {.max = CHECKPOINT_ORIGIN_MAX};
    struct ca_bytes host = host_of(url);

    name_put(host.len > 0 ? host : ca_bytes_str("ca-server"), &text);
    ca_buf_str(&text, SEGMENT);
    name_put(ca_bytes_str(chain), &text);
    CA_TRY(ca_buf_check(&text, err));
    memcpy(ret, text.ptr, text.len);
    ret[text.len] = '\0';
    return CA_OK;
}

static bool name_decode(const char *from, char *ret, size_t size)
{
    size_t n = 0;

    for (; *from != '\0' && n + 1 < size; n++) {
        uint8_t octet = (uint8_t)*from;
        size_t len = 1;
        struct ca_err err;

        if (octet == '%') {
            size_t got;

            if (strnlen(from, 3) < 3 ||
                ca_hex_parse((struct ca_bytes){(const uint8_t *)from + 1, 2}, &octet, 1, &got,
                             &err) != CA_OK)
                return false;
            len = 3;
        }
        if (octet == '\0')
            return false;
        ret[n] = (char)octet;
        from += len;
    }
    ret[n] = '\0';
    return n > 0 && *from == '\0';
}

bool checkpoint_chain(const char *origin, char ret[CHECKPOINT_CHAIN_MAX + 1])
{
    const char *at = strstr(origin, SEGMENT);

    return at != NULL && at != origin &&
           name_decode(at + strlen(SEGMENT), ret, CHECKPOINT_CHAIN_MAX + 1);
}

void checkpoint_text(const struct checkpoint *c, struct ca_buf *ret)
{
    ca_buf_printf(ret, "%s\n%ju\n", c->origin, (uintmax_t)c->size);
    ca_base64_put(ret, (struct ca_bytes){c->root, sizeof(c->root)});
    ca_buf_u8(ret, '\n');
}

CA_RC checkpoint_signature_put(const struct checkpoint *c, const struct checkpoint_key *key,
                               struct ca_bytes signature, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf octets = {0};
    uint8_t id[CHECKPOINT_KEY_ID];

    CA_TRY(checkpoint_key_id(key, c->origin, id, err));
    ca_buf_add(&octets, id, sizeof(id));
    ca_buf_bytes(&octets, signature);
    CA_TRY(ca_buf_check(&octets, err));
    ca_buf_printf(ret, "\n" DASH "%s ", c->origin);
    ca_base64_put(ret, ca_buf_view(&octets));
    ca_buf_u8(ret, '\n');
    return ca_buf_check(ret, err);
}

/* The next line without its end; false: there is no whole one. */
static bool line_take(struct ca_bytes *in, struct ca_bytes *ret)
{
    const uint8_t *end = in->len > 0 ? memchr(in->ptr, '\n', in->len) : NULL;

    if (end == NULL)
        return false;
    *ret = (struct ca_bytes){in->ptr, (size_t)(end - in->ptr)};
    in->len -= ret->len + 1;
    in->ptr = end + 1;
    return true;
}

static bool is_signature(struct ca_bytes line)
{
    return line.len > strlen(DASH) && memcmp(line.ptr, DASH, strlen(DASH)) == 0;
}

static bool size_read(struct ca_bytes line, uint64_t *ret)
{
    uint64_t size = 0;

    if (line.len == 0 || line.len > 18 || (line.ptr[0] == '0' && line.len > 1))
        return false;
    for (size_t i = 0; i < line.len; i++) {
        if (!isdigit(line.ptr[i]))
            return false;
        size = size * 10 + (uint64_t)(line.ptr[i] - '0');
    }
    *ret = size;
    return true;
}

/* Base64 without white space, which the reader of base/ passes over. */
static bool base64_read(struct ca_bytes text, struct ca_buf *ret)
{
    for (size_t i = 0; i < text.len; i++) {
        if (isspace(text.ptr[i]))
            return false;
    }
    return ca_base64_read(text, ret);
}

static bool root_read(struct ca_bytes line, uint8_t ret[CHECKPOINT_HASH])
{
    CA_AUTO(buf) struct ca_buf octets = {.max = CHECKPOINT_HASH};

    if (!base64_read(line, &octets) || octets.state != CA_BUF_FINE || octets.len != CHECKPOINT_HASH)
        return false;
    memcpy(ret, octets.ptr, CHECKPOINT_HASH);
    return true;
}

/* The text, up to the last empty line, and the signatures behind it. */
static bool note_split(struct ca_bytes note, struct ca_bytes *ret_text, struct ca_bytes *ret_lines)
{
    for (size_t at = note.len; at >= 2; at--) {
        if (note.ptr[at - 1] == '\n' && note.ptr[at - 2] == '\n') {
            *ret_text = (struct ca_bytes){note.ptr, at - 1};
            *ret_lines = (struct ca_bytes){note.ptr + at, note.len - at};
            return true;
        }
    }
    return false;
}

static CA_RC text_read(struct ca_bytes text, struct checkpoint *ret, struct ca_err *err)
{
    struct ca_bytes line;
    struct checkpoint c;

    if (!line_take(&text, &line) || line.len == 0 || !ca_text_is_clean(line) ||
        !ca_text_copy(c.origin, sizeof(c.origin), line))
        return CA_FAIL(err, CA_MALFORMED, "a checkpoint begins with its origin");
    if (!line_take(&text, &line) || !size_read(line, &c.size))
        return CA_FAIL(err, CA_MALFORMED, "the second line of a checkpoint is a number");
    if (!line_take(&text, &line) || !root_read(line, c.root)) {
        return CA_FAIL(err, CA_MALFORMED, "the third line of a checkpoint is %d octets in base64",
                       CHECKPOINT_HASH);
    }
    while (text.len > 0) { /* extension lines: opaque, but signed */
        if (!line_take(&text, &line) || line.len == 0 || !ca_text_is_clean(line))
            return CA_FAIL(err, CA_MALFORMED, "a checkpoint with an empty line or control octets");
    }
    *ret = c;
    return CA_OK;
}

/* name, blank, base64 of key id and signature */
static bool signature_read(struct ca_bytes line, struct ca_bytes *ret_name, struct ca_buf *ret)
{
    struct ca_bytes rest = {line.ptr + strlen(DASH), line.len - strlen(DASH)};
    const uint8_t *blank = memchr(rest.ptr, ' ', rest.len);

    if (blank == NULL || blank == rest.ptr)
        return false;
    *ret_name = (struct ca_bytes){rest.ptr, (size_t)(blank - rest.ptr)};
    rest = (struct ca_bytes){blank + 1, rest.len - ret_name->len - 1};
    return ca_text_is_clean(*ret_name) && base64_read(rest, ret) && ret->state == CA_BUF_FINE &&
           ret->len > CHECKPOINT_KEY_ID;
}

struct judge {
    const struct checkpoint_key *key; /* NULL: only the form counts */
    struct ca_bytes text;
    const struct checkpoint *c;
    unsigned good;
};

static CA_RC signature_judge(struct judge *j, struct ca_bytes line, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf octets = {.max = CHECKPOINT_NOTE_MAX};
    uint8_t id[CHECKPOINT_KEY_ID];
    struct ca_bytes name;

    if (!is_signature(line) || !signature_read(line, &name, &octets))
        return CA_FAIL(err, CA_MALFORMED, "a checkpoint with a line that is no signature");
    if (j->key == NULL || !ca_bytes_is_str(name, j->c->origin))
        return CA_OK;
    CA_TRY(checkpoint_key_id(j->key, j->c->origin, id, err));
    if (memcmp(id, octets.ptr, sizeof(id)) != 0)
        return CA_OK;
    CA_TRY(checkpoint_key_verify(
        j->key, j->text,
        (struct ca_bytes){octets.ptr + CHECKPOINT_KEY_ID, octets.len - CHECKPOINT_KEY_ID}, err));
    j->good++;
    return CA_OK;
}

static CA_RC note_judge(struct ca_bytes note, const struct checkpoint_key *key,
                        struct checkpoint *ret, struct ca_err *err)
{
    struct checkpoint c;
    struct judge j = {.key = key, .c = &c};
    struct ca_bytes lines;
    struct ca_bytes line;

    if (note.len > CHECKPOINT_NOTE_MAX)
        return CA_FAIL(err, CA_LIMIT, "a checkpoint of %zu octets", note.len);
    if (!note_split(note, &j.text, &lines) || lines.len == 0)
        return CA_FAIL(err, CA_MALFORMED, "a checkpoint without signatures");
    CA_TRY(text_read(j.text, &c, err));
    while (lines.len > 0) {
        if (!line_take(&lines, &line))
            return CA_FAIL(err, CA_MALFORMED, "a checkpoint ends within a line");
        CA_TRY(signature_judge(&j, line, err));
    }
    if (key != NULL && j.good == 0)
        return CA_FAIL(err, CA_DENIED, "no signature by this key");
    *ret = c;
    return CA_OK;
}

CA_RC checkpoint_read(struct ca_bytes note, struct checkpoint *ret, struct ca_err *err)
{
    return note_judge(note, NULL, ret, err);
}

CA_RC checkpoint_open(struct ca_bytes note, const struct checkpoint_key *key,
                      struct checkpoint *ret, struct ca_err *err)
{
    return note_judge(note, key, ret, err);
}
