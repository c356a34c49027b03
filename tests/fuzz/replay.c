/* SPDX-License-Identifier: Apache-2.0 */
/* main() for a fuzz target outside libFuzzer: runs each file of the folders it is given once. */
#include <dirent.h>
#include <stdio.h>

#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool replay(const char *dir, const char *name)
{
    CA_AUTO(buf) struct ca_buf bytes = {0};
    char path[1024];
    struct ca_err err = {0};

    if (ca_path_join(path, sizeof(path), dir, name, &err) != CA_OK ||
        ca_file_read(path, &bytes, &err) != CA_OK) {
        (void)fprintf(stderr, "%s\n", err.text);
        return false;
    }
    (void)LLVMFuzzerTestOneInput(bytes.ptr, bytes.len);
    return true;
}

int main(int argc, char **argv)
{
    unsigned files = 0;

    for (int i = 1; i < argc; i++) {
        DIR *dir = opendir(argv[i]);

        if (dir == NULL) {
            perror(argv[i]);
            return 1;
        }
        for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
            if (e->d_name[0] == '.')
                continue;
            if (!replay(argv[i], e->d_name))
                return 1;
            files++;
        }
        (void)closedir(dir);
    }
    printf("%u inputs\n", files);
    return files > 0 ? 0 : 1; /* an empty corpus proves nothing */
}
