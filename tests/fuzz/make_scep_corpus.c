/* SPDX-License-Identifier: Apache-2.0 */
/* usage: make_scep_corpus DIR: messages as clients make them, for tests/fuzz/corpus/scep_message.
 */
#include <stdio.h>

#include "tests/unit/pki_message.h"

static void write_file(const char *dir, const char *name, struct ca_bytes octets)
{
    char path[512];
    FILE *f;

    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    f = fopen(path, "wb");
    if (f == NULL || fwrite(octets.ptr, 1, octets.len, f) != octets.len || fclose(f) != 0)
        abort();
}

int main(int argc, char **argv)
{
    struct scep_party ra = {0};
    struct scep_party device = {0};
    const struct scep_build base = {.type = "19",
                                    .transaction_id = "1",
                                    .nonce = "0123456789abcdef",
                                    .signers = {&device},
                                    .signer_n = 1,
                                    .recipients = {NULL},
                                    .recipient_n = 1};
    static const char *const names[] = {"der",  "ber",       "pss",   "oaep",
                                        "des3", "no-signer", "empty", "envelope"};

    if (argc != 2)
        return 2;
    scep_party_make(&ra, "2048", "RA", NULL);
    scep_party_make(&device, "2048", "d", NULL);
    for (size_t i = 0; i < CA_COUNT(names); i++) {
        CA_AUTO(buf) struct ca_buf der = {0};
        CA_AUTO(buf) struct ca_buf csr = {0};
        struct scep_build b = base;

        scep_csr(&device, "d", &csr);
        b.recipients[0] = ra.cert;
        b.content = ca_buf_view(&csr);
        b.ber = i == 1;
        b.pss = i == 2;
        b.oaep = i == 3;
        b.cipher = i == 4 ? EVP_des_ede3_cbc() : NULL;
        b.signer_n = i == 5 ? 0 : 1;
        b.no_content = i == 6;
        if (i == 7) {
            scep_build_envelope(&b, &der);
        } else {
            scep_build(&b, &der);
        }
        write_file(argv[1], names[i], ca_buf_view(&der));
    }
    scep_party_done(&ra);
    scep_party_done(&device);
    return 0;
}
