/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "policy/judge_internal.h"

/* Keys that anybody could compute are refused by every profile (I17). */
CA_RC judge_key_checks(const struct judge_input *in, struct verdict *v, struct ca_err *err)
{
    const struct spki_info *key = csr_key_info(in->csr);
    const struct key_weakness_info *info;
    enum key_weakness weakness = KEY_SOUND;
    char asked[CA_KEY_SPEC_TEXT];

    CA_TRY(key_check(in->checks, key, csr_spki(in->csr), &weakness, err));
    info = key_weakness_info(weakness);
    if (info == NULL)
        return CA_OK;
    (void)ca_key_spec_text((struct ca_key_spec){key->kind, key->bits}, asked);
    judge_refuse(v, &(struct says){info->rule, "/csr/key", ca_bytes_str(asked), "a new key"},
                 "%s (%s)", info->text, info->source);
    return CA_OK;
}
