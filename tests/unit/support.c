/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>

struct sample sample_load(const char *dir, const char *file)
{
    char path[512];
    struct sample s = {0};
    FILE *f;
    long n;

    (void)snprintf(path, sizeof(path), "%s/%s/%s", CA_TEST_DATA, dir, file);
    f = fopen(path, "rbe");
    if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (n = ftell(f)) < 0) {
        perror(path);
        abort();
    }
    rewind(f);
    s.own = malloc((size_t)n + 1);
    if (s.own == NULL || fread(s.own, 1, (size_t)n, f) != (size_t)n)
        abort();
    (void)fclose(f);
    s.bytes = (struct ca_bytes){s.own, (size_t)n};
    return s;
}

void sample_free(struct sample s)
{
    free(s.own);
}

void test_note(const char *what)
{
    printf("    %s\n", what);
}
