/* SPDX-License-Identifier: Apache-2.0 */
/* usage: make_wire_corpus DIR. Writes DIR/wire_question and DIR/wire_answer: each kind filled (the
 * samples of the unit test) and cut short by one octet. */
#include <stdio.h>

#include "base/file.h"
#include "tests/unit/wire_samples.h"

static CA_RC write_one(const char *dir, enum wire_kind kind, const char *what,
                       struct ca_bytes frame, struct ca_err *err)
{
    char path[512];

    (void)snprintf(path, sizeof(path), "%s/%s/%s-%s", dir,
                   wire_is_question(kind) ? "wire_question" : "wire_answer", wire_kind_name(kind),
                   what);
    return ca_file_replace(path, frame, 0644, err);
}

static CA_RC write_kind(const char *dir, enum wire_kind kind, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf b = {0};

    CA_TRY(wire_encode(kind, 1, samples[kind], &b, err));
    CA_TRY(write_one(dir, kind, "filled", ca_buf_view(&b), err));
    return write_one(dir, kind, "cut", (struct ca_bytes){b.ptr, b.len - 1}, err);
}

int main(int argc, char **argv)
{
    struct ca_err err = {0};

    if (argc != 2)
        return 2;
    for (enum wire_kind kind = 0; kind < WIRE__COUNT; kind++)
        if (write_kind(argv[1], kind, &err) != CA_OK) {
            (void)fprintf(stderr, "%s\n", err.text);
            return 1;
        }
    return 0;
}
