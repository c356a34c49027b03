/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/pin_mark_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"

enum { MARK_MAX = 16 * 1024 };

static const char *text_or_empty(const char *s)
{
    return s != NULL ? s : "";
}

static bool is_renewed_at_start(const char *source)
{
    const char *dir = getenv("CREDENTIALS_DIRECTORY");

    return dir != NULL && dir[0] != '\0' && strncmp(source, dir, strlen(dir)) == 0;
}

/* What the mark says but for the time: it holds as long as this is still the same. */
static void mark_describe(const struct hsm_config *config, struct ca_buf *ret)
{
    const char *source = text_or_empty(config->pin_source);
    struct stat st = {0};

    if (source[0] != '\0')
        (void)stat(source, &st);
    if (is_renewed_at_start(source)) {
        st.st_mtim = (struct timespec){0, 0};
        st.st_ino = 0;
    }
    ca_buf_printf(ret, "token %s %s\nsource %s\n", text_or_empty(config->token_label),
                  text_or_empty(config->token_serial), source);
    ca_buf_printf(ret, "size %lld inode %llu changed %lld.%09ld\n", (long long)st.st_size,
                  (unsigned long long)st.st_ino, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

static bool has_mark(const struct hsm_config *config)
{
    return config->pin_mark != NULL && config->pin_mark[0] != '\0';
}

CA_RC pin_mark_check(const struct hsm_config *config, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf now = {.max = MARK_MAX};
    CA_AUTO(buf) struct ca_buf mark = {.max = MARK_MAX};
    enum ca_rc rc;

    if (!has_mark(config))
        return CA_OK;
    mark_describe(config, &now);
    CA_TRY(ca_buf_check(&now, err));
    rc = ca_file_read(config->pin_mark, &mark, err);
    if (rc == CA_NOT_FOUND)
        return CA_OK;
    CA_TRY(rc);
    if (mark.len < now.len || memcmp(mark.ptr, now.ptr, now.len) != 0)
        return CA_OK;
    return CA_FAIL_AS(err, CA_DENIED, "pin-wrong",
                      "the token refused this PIN before; it is not tried again until %s changes "
                      "or %s is removed",
                      text_or_empty(config->pin_source), config->pin_mark);
}

CA_RC pin_mark_set(const struct hsm_config *config, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf mark = {.max = MARK_MAX};
    char at[CA_TIME_TEXT];

    if (!has_mark(config))
        return CA_OK;
    mark_describe(config, &mark);
    ca_buf_printf(&mark, "refused %s\n", ca_time_text(ca_time_now(), at));
    CA_TRY(ca_buf_check(&mark, err));
    return ca_file_replace(config->pin_mark, ca_buf_view(&mark), 0600, err);
}

void pin_mark_clear(const struct hsm_config *config)
{
    /* Should the removal be lost in a crash, then the old mark names the old source: it is void. */
    if (has_mark(config))
        (void)unlink(config->pin_mark);
}
