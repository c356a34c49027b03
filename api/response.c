/* SPDX-License-Identifier: Apache-2.0 */
#include "api/response_internal.h"

#include <assert.h>
#include <stdio.h>
#include <strings.h>

#include "base/file.h"
#include "base/time.h"

void response_init(struct response *rs)
{
    *rs = (struct response){.status = 200, .fd = -1};
}

void response_done(struct response *rs)
{
    while (rs->fields != NULL) {
        struct response_field *next = rs->fields->next;

        free(rs->fields);
        rs->fields = next;
    }
    free(rs->body);
    ca_fd_close(rs->fd);
    ready_unref(rs->ready);
    response_init(rs);
}

void response_status(struct response *rs, int status)
{
    rs->status = status;
}

static bool printable(const char *text)
{
    for (; *text != '\0'; text++) {
        if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7f)
            return false;
    }
    return true;
}

const char *response_field(const struct response *rs, const char *name)
{
    for (const struct response_field *f = rs->fields; f != NULL; f = f->next) {
        if (strcasecmp(f->name, name) == 0)
            return f->value;
    }
    return NULL;
}

void response_header(struct response *rs, const char *name, const char *value)
{
    size_t name_size = strlen(name) + 1;
    size_t value_size = strlen(value) + 1;
    struct response_field *f = malloc(sizeof(*f) + name_size + value_size);
    char *text;

    assert(printable(name) && printable(value));
    if (f == NULL) {
        rs->no_memory = true;
        return;
    }
    text = (char *)(f + 1);
    memcpy(text, name, name_size);
    memcpy(text + name_size, value, value_size);
    *f = (struct response_field){rs->fields, text, text + name_size};
    rs->fields = f;
}

static void type_set(struct response *rs, const char *content_type)
{
    assert(printable(content_type) && strlen(content_type) < sizeof(rs->content_type));
    (void)snprintf(rs->content_type, sizeof(rs->content_type), "%s", content_type);
}

CA_RC response_body(struct response *rs, const char *content_type, struct ca_bytes body,
                    struct ca_err *err)
{
    uint8_t *own = ca_bytes_dup(body);

    if (own == NULL)
        return CA_FAIL_NOMEM(err);
    free(rs->body);
    rs->body = own;
    rs->size = body.len;
    type_set(rs, content_type);
    return CA_OK;
}

void response_file(struct response *rs, const char *content_type, int fd, size_t size)
{
    ca_fd_close(rs->fd);
    rs->fd = fd;
    rs->size = size;
    type_set(rs, content_type);
}

void response_ready(struct response *rs, struct ready *r)
{
    ready_unref(rs->ready);
    rs->ready = r;
}

void response_etag(struct response *rs, const char *tag)
{
    assert(printable(tag) && strchr(tag, '"') == NULL && strlen(tag) + 3 <= sizeof(rs->etag));
    (void)snprintf(rs->etag, sizeof(rs->etag), "\"%s\"", tag);
}

void response_last_modified(struct response *rs, int64_t at)
{
    rs->last_modified = at;
}

/* Weak comparison (RFC 9110 8.8.3.2) with each member of the list. */
static bool etag_listed(const char *list, const char *etag)
{
    size_t len = strlen(etag);

    while (*list != '\0') {
        list += strspn(list, " \t,");
        if (*list == '*')
            return true;
        if (strncmp(list, "W/", 2) == 0)
            list += 2;
        if (strncmp(list, etag, len) == 0 && (list[len] == '\0' || strchr(" \t,", list[len])))
            return true;
        list += strcspn(list, ",");
    }
    return false;
}

static bool unchanged(const struct response *rs, const char *if_none_match,
                      const char *if_modified_since)
{
    int64_t since;

    if (if_none_match != NULL)
        return rs->etag[0] != '\0' && etag_listed(if_none_match, rs->etag);
    return if_modified_since != NULL && rs->last_modified != 0 &&
           http_date_parse(if_modified_since, &since) && rs->last_modified <= since;
}

void response_validate(struct response *rs, const char *if_none_match,
                       const char *if_modified_since)
{
    if (rs->status != 200 || !unchanged(rs, if_none_match, if_modified_since))
        return;
    rs->status = 304;
    free(rs->body);
    rs->body = NULL;
    ca_fd_close(rs->fd);
    rs->fd = -1;
    rs->size = 0;
}

static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

const char *http_date_text(int64_t at, char *ret)
{
    struct ca_civil c;
    int64_t day = at / 86400 - (at % 86400 < 0 ? 1 : 0); /* 1970-01-01 was a Thursday */

    ca_time_to_civil(at, &c);
    (void)snprintf(ret, HTTP_DATE_TEXT, "%s, %02u %s %04u %02u:%02u:%02u GMT",
                   days[((day + 4) % 7 + 7) % 7], (unsigned)c.day % 100,
                   months[(unsigned)(c.month - 1) % 12], (unsigned)c.year % 10000,
                   (unsigned)c.hour % 100, (unsigned)c.minute % 100, (unsigned)c.second % 100);
    return ret;
}

bool http_date_parse(const char *text, int64_t *ret)
{
    struct ca_civil c = {0};
    char month[4] = "";
    char again[HTTP_DATE_TEXT];
    int64_t at;

    /* NOLINTNEXTLINE(cert-err34-c): the widths leave no number that an int cannot hold */
    if (sscanf(text, "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &c.day, month, &c.year, &c.hour,
               &c.minute, &c.second) != 6)
        return false;
    for (c.month = 1; c.month <= 12 && strcmp(months[c.month - 1], month) != 0; c.month++)
        ;
    /* Written again it must be the same text: that refuses every other form. */
    if (c.month > 12 || !ca_civil_to_time(&c, &at) || strcmp(http_date_text(at, again), text) != 0)
        return false;
    *ret = at;
    return true;
}
