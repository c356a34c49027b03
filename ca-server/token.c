/* SPDX-License-Identifier: Apache-2.0 */
#include "ca-server/token.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "ca-server/command.h"
#include "ca-server/process.h"
#include "ca-server/supervisor_internal.h"

static const struct {
    const char *name;
    const char *credential;
    const char *folder; /* in the state, of the process that opens it */
} tokens[] = {
    [TOKEN_CA] = {"ca",    "ca-token-pin",    "signer"},
    [TOKEN_FRONT] = {"front", "front-token-pin", "front" },
};

const char *token_name(enum token_which which)
{
    return tokens[which].name;
}

bool token_which_parse(const char *name, enum token_which *ret)
{
    for (size_t i = 0; i < CA_COUNT(tokens); i++) {
        if (name != NULL && strcmp(tokens[i].name, name) == 0) {
            *ret = (enum token_which)i;
            return true;
        }
    }
    return false;
}

static const struct token_config *settings(const struct token *t)
{
    return t->which == TOKEN_CA ? &t->config->ca_token : &t->config->front_token;
}

CA_RC token_prepare(struct token *t, enum token_which which, const struct server_config *c,
                    struct ca_err *err)
{
    char folder[PATH_MAX];

    *t = (struct token){.which = which, .config = c};
    /* Both users pass through the state's own folder, whoever makes it first. */
    CA_TRY(ca_dir_make(c->state_dir, 0711, err));
    CA_TRY(ca_path_join(folder, sizeof(folder), c->state_dir, tokens[which].folder, err));
    CA_TRY(ca_dir_make(folder, 0700, err));
    CA_TRY(ca_path_join(t->pin_mark, sizeof(t->pin_mark), folder, "pin-wrong", err));
    return process_pin(settings(t)->pin_file, tokens[which].credential, &t->pin, t->pin_source,
                       err);
}

void token_done(struct token *t)
{
    ca_secret_free(t->pin);
    t->pin = NULL;
}

CA_RC token_open(const struct token *t, void (*on_hang)(const char *call), struct hsm **ret,
                 struct ca_err *err)
{
    const struct token_config *s = settings(t);
    struct hsm_config config = {
        .module = s->module,
        .token_label = s->label,
        .token_serial = s->serial,
        .pin_mark = t->pin_mark,
        .pin_source = t->pin_source,
        .storage_dir = s->writable,
        .call_deadline_ms = s->call_deadline,
        .on_hang = on_hang,
    };

    return hsm_open(&config, t->pin, ret, err);
}

/* Reads what the probe has to say until it ends. False: the deadline passed. */
static bool probe_listen(int fd, int64_t deadline_ms, struct ca_buf *ret)
{
    for (;;) {
        struct pollfd ready = {fd, POLLIN, 0};
        int64_t left = deadline_ms - ca_mono_ms();
        char text[256];
        ssize_t n;

        if (left <= 0)
            return false;
        if (poll(&ready, 1, (int)left) <= 0)
            continue;
        n = read(fd, text, sizeof(text));
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
            return true;
        if (n > 0)
            ca_buf_add(ret, text, (size_t)n);
    }
}

static CA_RC probe_verdict(const struct token *t, int status, const char *said, struct ca_err *err)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return CA_OK;
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_STAY_DOWN)
        return CA_FAIL_AS(err, CA_DENIED, "pin-wrong", "%s", said);
    if (WIFSIGNALED(status)) {
        return CA_FAIL(err, CA_UNAVAILABLE, "the module %s ended its process with signal %d",
                       settings(t)->module, WTERMSIG(status));
    }
    return CA_FAIL(err, CA_UNAVAILABLE, "%s", said);
}

CA_RC token_probe(const struct token *t, const char *config_path, struct ca_err *err)
{
    struct child_spec spec = {
        .name = "token-probe",
        .argv = {"/proc/self/exe", "token-probe", "--config", config_path, "--token",
                 tokens[t->which].name, "--pin-source", t->pin_source, "--inherit", "said:pin"},
        .fds_n = 1,
        .pin = t->pin,
        .death_signal = SIGKILL,
    };
    CA_AUTO(buf) struct ca_buf said = {.max = 4096};
    CA_AUTO(fd) int listen = -1;
    int fds[2];
    pid_t pid = 0;
    int beat = -1;
    int status = 0;
    bool ended;

    if (pipe2(fds, O_CLOEXEC) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "no pipe: %s", strerror(errno));
    listen = fds[0];
    spec.fds[0] = fds[1];
    enum ca_rc rc = child_spawn(&spec, &pid, &beat, err);
    ca_fd_close(fds[1]);
    CA_TRY(rc);
    ended = probe_listen(listen, ca_mono_ms() + t->config->probe_deadline, &said);
    if (!ended)
        (void)kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (!ended) {
        return CA_FAIL(err, CA_UNAVAILABLE, "the token did not answer within %lld ms",
                       (long long)t->config->probe_deadline);
    }
    return probe_verdict(t, status, ca_buf_cstr(&said), err);
}
