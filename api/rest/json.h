/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/request.h"
#include "base/buf.h"

/* JSON objects as tables: a row for each member says its name, its kind and which member of a
 * struct holds it. Reading, writing and the components of openapi.json come from the same row. */

/* In brackets: the member of the struct, and when it counts as absent. */
enum json_kind {
    JSON_TEXT,         /* clean UTF-8, `max` octets            [const char *; NULL or ""] */
    JSON_LINES,        /* the same, also tab and newline       [const char *; NULL or ""] */
    JSON_CHOICE,       /* one word of `choices`                [const char *, its value; NULL] */
    JSON_BOOL,         /*                                      [bool; never] */
    JSON_SWITCH,       /* true, false or neither               [enum json_switch; neither] */
    JSON_INT,          /* 0 to `max`                           [int64_t; below 0] */
    JSON_TIME,         /* RFC 3339, UTC                        [int64_t; 0] */
    JSON_UUID,         /*                                      [struct ca_uuid; nil] */
    JSON_HEX,          /* `max` octets as lower-case hex       [struct ca_bytes; len 0] */
    JSON_CSR,          /* PEM, or DER as base64                [struct ca_bytes, DER; len 0] */
    JSON_CERTIFICATES, /* PEM, one block behind the other      [struct ca_bytes, DER; len 0] */
    JSON_SUBJECT,      /* attributes, each one text or several [struct json_list of wire_pair] */
    JSON_TEXTS,        /* `max` texts                          [struct json_list of wire_text] */
    JSON_NESTED,       /* of `schema`                          [pointer to its struct; NULL] */
    JSON_LIST,         /* of at most `max` of `schema`         [struct json_list of its struct] */
    JSON__COUNT
};

enum json_flag {
    JSON_REQUIRED = 1, /* must be there when read, always there when written */
    JSON_NULLABLE = 2, /* null when absent; without it an absent member is left out */
    JSON_CLEARABLE = 4 /* of a text: null and "" are the same, and not the same as absent */
};

enum json_switch { JSON_NEITHER, JSON_OFF, JSON_ON };

/* Items one behind the other. `given`: the member was in the body, even if empty. */
struct json_list {
    const void *items;
    uint32_t n;
    bool given;
};

struct json_choice {
    const char *value; /* the only form that is written */
    const char *label; /* for people */
};
struct json_choices {
    const struct json_choice *rows;
    size_t n;
};

struct json_schema;
struct json_field {
    const char *name;
    enum json_kind kind;
    size_t offset;
    unsigned flags;
    size_t max;                         /* 0: JSON_TEXT_MAX, JSON_LIST_MAX or INT64_MAX */
    const struct json_schema *schema;   /* of JSON_NESTED and JSON_LIST */
    const struct json_choices *choices; /* of JSON_CHOICE */
    const char *help;                   /* one sentence for the reference */
};
struct json_schema {
    const char *name; /* of the component: "Certificate" */
    const char *help;
    const struct json_field *fields;
    size_t n;
    size_t size; /* of the struct */
};

enum { JSON_DEPTH_MAX = 8, JSON_TEXT_MAX = 1024, JSON_LIST_MAX = 1000 };

/* Reads the request's body into `ret`, in which the caller has set what stands for absent members.
 * Texts and lists live as long as the request. CA_MALFORMED: problem "malformed" (no JSON, too
 * deep, a member twice, missing or out of bounds), "unknown-field" or "wrong-type"; the text begins
 * with the JSON pointer (RFC 6901) of the member, and a colon. */
CA_RC json_read(struct request *rq, const struct json_schema *schema, void *ret,
                struct ca_err *err);

/* Appends one object. Failures stick to the buffer. */
void json_write(const struct json_schema *schema, const void *from, struct ca_buf *ret);
/* Appends a JSON string, or null for NULL. */
void json_write_text(const char *text, struct ca_buf *ret);

/* The row that `word` names: case, '-' and '_' do not count ("keyCompromise"). NULL: none. */
const struct json_choice *json_choice_find(const struct json_choices *choices, const char *word);

/* JSON Schema of a kind: type and format ("" none). */
const char *json_kind_type(enum json_kind kind);
const char *json_kind_format(enum json_kind kind);
