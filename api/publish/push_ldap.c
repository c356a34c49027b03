/* SPDX-License-Identifier: Apache-2.0 */
/* Complete CRLs and their deltas into the entries of the authorities in a directory (RFC 4523). */
#include <errno.h>
#include <ldap.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

#include "api/front.h"
#include "api/publish/publish_internal.h"
#include "base/secret.h"
#include "base/time.h"

enum {
    NETWORK_S = 5, /* for a connection and for TLS */
    WHOLE_MS = 30000,
    POLL_MS = 250,
    DN_MAX = 1200,
};
static const char system_roots[] = "/etc/ssl/certs/ca-certificates.crt";

/* One connection for one CRL. */
struct session {
    const struct push_job *job;
    int64_t until_ms;
    struct ldap_conncb callbacks;
};

static void ldap_done(LDAP *ld)
{
    if (ld != NULL)
        (void)ldap_unbind_ext_s(ld, NULL, NULL);
}
CA_AUTO_DEFINE(ldap, LDAP *, ldap_done);

static CA_RC fail(LDAP *ld, int code, const char *what, struct ca_err *err)
{
    char *more = NULL;
    bool known = ldap_get_option(ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &more) == LDAP_OPT_SUCCESS;
    enum ca_rc rc = CA_FAIL(err, CA_UNAVAILABLE, "%s: %s%s%.120s", what, ldap_err2string(code),
                            known && more != NULL ? ": " : "", known && more != NULL ? more : "");

    ldap_memfree(more);
    return rc;
}

static bool is_over(const struct session *s)
{
    return ca_mono_ms() >= s->until_ms || atomic_load(s->job->stopping);
}

/* libldap itself waits for a TLS handshake, and for a peer that stops reading, without an end. */
static bool wait_ready(Sockbuf_IO_Desc *io, short events)
{
    const struct session *s = io->sbiod_pvt;
    struct pollfd fd = {.events = events};
    int ready = 0;

    (void)ber_sockbuf_ctrl(io->sbiod_sb, LBER_SB_OPT_GET_FD, &fd.fd);
    while (ready == 0 && !is_over(s))
        ready = poll(&fd, 1, POLL_MS);
    if (ready == 0)
        errno = ETIMEDOUT;
    return ready > 0;
}

static ber_slen_t io_read(Sockbuf_IO_Desc *io, void *to, ber_len_t len)
{
    return wait_ready(io, POLLIN) ? LBER_SBIOD_READ_NEXT(io, to, len) : -1;
}

static ber_slen_t io_write(Sockbuf_IO_Desc *io, void *from, ber_len_t len)
{
    return wait_ready(io, POLLOUT) ? LBER_SBIOD_WRITE_NEXT(io, from, len) : -1;
}

static int io_setup(Sockbuf_IO_Desc *io, void *session)
{
    io->sbiod_pvt = session;
    return 0;
}

static int io_control(Sockbuf_IO_Desc *io, int option, void *arg)
{
    return LBER_SBIOD_CTRL_NEXT(io, option, arg);
}

static Sockbuf_IO bounded_io = {
    .sbi_setup = io_setup, .sbi_ctrl = io_control, .sbi_read = io_read, .sbi_write = io_write};

/* Between the socket and TLS. */
static int connected(LDAP *ld, Sockbuf *sb, LDAPURLDesc *url, struct sockaddr *address,
                     struct ldap_conncb *cb)
{
    const struct timeval wait = {NETWORK_S, 0}; /* a write of more than there is room for */
    int fd = -1;

    (void)ld, (void)url, (void)address;
    (void)ber_sockbuf_ctrl(sb, LBER_SB_OPT_GET_FD, &fd);
    if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) != 0)
        return -1;
    return ber_sockbuf_add_io(sb, &bounded_io, LBER_SBIOD_LEVEL_PROVIDER + 1, cb->lc_arg);
}

static void disconnected(LDAP *ld, Sockbuf *sb, struct ldap_conncb *cb)
{
    (void)ld, (void)sb, (void)cb;
}

/* The answer to a message, all of it; for ldap_msgfree. */
static CA_RC answer_take(LDAP *ld, int message, const char *what, const struct session *s,
                         LDAPMessage **ret, struct ca_err *err)
{
    LDAPMessage *got = NULL;
    int code = LDAP_TIMEOUT;
    int kind = 0;

    while (kind == 0 && !is_over(s)) {
        struct timeval wait = {0, POLL_MS * 1000L};

        kind = ldap_result(ld, message, LDAP_MSG_ALL, &wait, &got);
    }
    if (kind < 0)
        (void)ldap_get_option(ld, LDAP_OPT_RESULT_CODE, &code);
    if (kind > 0 && ldap_parse_result(ld, got, &code, NULL, NULL, NULL, NULL, 0) != LDAP_SUCCESS)
        code = LDAP_DECODING_ERROR;
    if (code == LDAP_SUCCESS && got != NULL) {
        *ret = got;
        return CA_OK;
    }
    if (got != NULL)
        (void)ldap_msgfree(got);
    return fail(ld, code, what, err);
}

static CA_RC answer(LDAP *ld, int message, const char *what, const struct session *s,
                    struct ca_err *err)
{
    LDAPMessage *got = NULL;

    CA_TRY(answer_take(ld, message, what, s, &got, err));
    (void)ldap_msgfree(got);
    return CA_OK;
}

/* Whatever ldap.conf and the environment say: version 3, no referrals, and TLS that is verified. */
static CA_RC options_set(LDAP *ld, const char *roots, struct session *s, struct ca_err *err)
{
    const int version = LDAP_VERSION3;
    const int verify = LDAP_OPT_X_TLS_HARD;
    const int least = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
    const int client = 0;
    const struct timeval network = {NETWORK_S, 0};
    const struct timeval whole = {WHOLE_MS / 1000, 0};
    const struct {
        int option;
        const void *value;
    } options[] = {
        {LDAP_OPT_PROTOCOL_VERSION,   &version     },
        {LDAP_OPT_REFERRALS,          LDAP_OPT_OFF },
        {LDAP_OPT_NETWORK_TIMEOUT,    &network     },
        {LDAP_OPT_TIMEOUT,            &whole       },
        {LDAP_OPT_X_TLS_REQUIRE_CERT, &verify      },
        {LDAP_OPT_X_TLS_PROTOCOL_MIN, &least       },
        {LDAP_OPT_X_TLS_CACERTFILE,   roots        },
        {LDAP_OPT_X_TLS_NEWCTX,       &client      },
        {LDAP_OPT_CONNECT_CB,         &s->callbacks},
    };

    for (size_t i = 0; i < CA_COUNT(options); i++) {
        if (ldap_set_option(ld, options[i].option, options[i].value) != LDAP_OPT_SUCCESS)
            return CA_FAIL(err, CA_UNAVAILABLE, "libldap refuses option %#x (roots %s)",
                           (unsigned)options[i].option, roots);
    }
    return CA_OK;
}

/* Who listens on this machine alone is reached without; ldaps has it from the start. */
static bool wants_start_tls(const char *url)
{
    static const char *const without[] = {"ldaps://", "ldap://127.0.0.1:", "ldap://[::1]:"};

    for (size_t i = 0; i < CA_COUNT(without); i++) {
        if (strncmp(url, without[i], strlen(without[i])) == 0)
            return false;
    }
    return true;
}

static CA_RC tls_begin(LDAP *ld, const struct session *s, struct ca_err *err)
{
    int message = 0;
    int code = ldap_start_tls(ld, NULL, NULL, &message);

    if (code != LDAP_SUCCESS)
        return fail(ld, code, "StartTLS", err);
    CA_TRY(answer(ld, message, "StartTLS", s, err));
    code = ldap_install_tls(ld);
    return code == LDAP_SUCCESS ? CA_OK : fail(ld, code, "TLS", err);
}

static CA_RC bind_as(LDAP *ld, const struct session *s, struct ca_err *err)
{
    const struct front_config *c = s->job->config;
    CA_AUTO(secret) struct ca_secret *password = NULL;
    struct berval given;
    int message = 0;
    int code;

    CA_TRY(ca_secret_from_file(c->crl_ldap_password, &password, err));
    given.bv_val = (char *)(uintptr_t)ca_secret_view(password).ptr;
    given.bv_len = ca_secret_view(password).len;
    code = ldap_sasl_bind(ld, c->crl_ldap_bind_dn, LDAP_SASL_SIMPLE, &given, NULL, NULL, &message);
    if (code != LDAP_SUCCESS)
        return fail(ld, code, "bind", err);
    return answer(ld, message, "bind", s, err);
}

/* AUTHORITY instead of each {ca}. Names of authorities have nothing that a DN escapes. */
static CA_RC entry_dn(const char *pattern, struct ca_bytes authority, struct ca_buf *ret,
                      struct ca_err *err)
{
    const char *at;

    for (; (at = strstr(pattern, "{ca}")) != NULL; pattern = at + 4) {
        ca_buf_add(ret, pattern, (size_t)(at - pattern));
        ca_buf_bytes(ret, authority);
    }
    ca_buf_str(ret, pattern);
    return ca_buf_check(ret, err);
}

/* An attribute of an entry, and what is in it. */
struct slot {
    const char *dn;
    char *attribute;
    struct berval **values; /* NULL: none */
};

static void slot_done(struct slot slot)
{
    ldap_value_free_len(slot.values);
}
CA_AUTO_DEFINE(slot, struct slot, slot_done);

static CA_RC slot_read(LDAP *ld, const struct session *s, struct slot *slot, struct ca_err *err)
{
    char *wanted[] = {slot->attribute, NULL};
    LDAPMessage *got = NULL;
    LDAPMessage *entry;
    int message = 0;
    int code = ldap_search_ext(ld, slot->dn, LDAP_SCOPE_BASE, NULL, wanted, 0, NULL, NULL, NULL, 1,
                               &message);

    if (code != LDAP_SUCCESS)
        return fail(ld, code, slot->dn, err);
    CA_TRY(answer_take(ld, message, slot->dn, s, &got, err));
    entry = ldap_first_entry(ld, got);
    if (entry != NULL)
        slot->values = ldap_get_values_len(ld, entry, slot->attribute);
    (void)ldap_msgfree(got);
    return CA_OK;
}

/* Another node may have been faster: an older CRL never takes the place of a newer one. */
static bool is_held(const struct slot *slot, const struct shelf_crl *crl)
{
    for (size_t i = 0; slot->values != NULL && slot->values[i] != NULL; i++) {
        const struct ca_bytes octets = {(const uint8_t *)slot->values[i]->bv_val,
                                        slot->values[i]->bv_len};
        struct shelf_crl there = {.fd = -1, .number = -1};
        struct ca_err none;

        if (shelf_crl_read(octets, &there, &none) == CA_OK && shelf_crl_holds(&there, crl))
            return true;
    }
    return false;
}

static int changes_send(LDAP *ld, const struct session *s, const char *dn, LDAPMod **changes,
                        struct ca_err *err, enum ca_rc *ret)
{
    int message = 0;
    int code = ldap_modify_ext(ld, dn, changes, NULL, NULL, &message);

    if (code != LDAP_SUCCESS) {
        *ret = fail(ld, code, dn, err);
        return code;
    }
    *ret = answer(ld, message, dn, s, err);
    (void)ldap_get_option(ld, LDAP_OPT_RESULT_CODE, &code);
    return code;
}

/* The one value that was read goes in the same step in which the new one comes: one that somebody
 * else has replaced meanwhile is not there to go. A directory that cannot compare them gets the new
 * one in place of all. */
static CA_RC slot_write(LDAP *ld, const struct session *s, const struct slot *slot,
                        struct ca_err *err)
{
    struct berval value = {s->job->der.len, (char *)(uintptr_t)s->job->der.ptr};
    struct berval *values[] = {&value, NULL};
    LDAPMod old = {.mod_op = LDAP_MOD_DELETE | LDAP_MOD_BVALUES, .mod_type = slot->attribute};
    LDAPMod come = {.mod_op = LDAP_MOD_ADD | LDAP_MOD_BVALUES, .mod_type = slot->attribute};
    LDAPMod *swap[] = {&old, &come, NULL};
    LDAPMod *put[] = {&come, NULL};
    enum ca_rc rc = CA_OK;

    come.mod_bvalues = values;
    old.mod_bvalues = slot->values;
    if (slot->values != NULL && slot->values[0] != NULL && slot->values[1] == NULL &&
        changes_send(ld, s, slot->dn, swap, err, &rc) != LDAP_INAPPROPRIATE_MATCHING)
        return rc;
    come.mod_op = LDAP_MOD_REPLACE | LDAP_MOD_BVALUES;
    (void)changes_send(ld, s, slot->dn, put, err, &rc);
    return rc;
}

static CA_RC connection_open(struct session *s, LDAP **ret, struct ca_err *err)
{
    const struct front_config *c = s->job->config;
    const bool own = c->webhook_roots != NULL && c->webhook_roots[0] != '\0';
    CA_AUTO(ldap) LDAP *ld = NULL;
    int code = ldap_initialize(&ld, c->crl_ldap);

    if (code != LDAP_SUCCESS)
        return CA_FAIL(err, CA_UNAVAILABLE, "%s: %s", c->crl_ldap, ldap_err2string(code));
    CA_TRY(options_set(ld, own ? c->webhook_roots : system_roots, s, err));
    if (wants_start_tls(c->crl_ldap))
        CA_TRY(tls_begin(ld, s, err));
    if (c->crl_ldap_bind_dn[0] != '\0')
        CA_TRY(bind_as(ld, s, err));
    *ret = CA_MOVE(ld);
    return CA_OK;
}

CA_RC push_ldap(const struct push_job *job, struct ca_err *err)
{
    static char complete[] = "certificateRevocationList;binary";
    static char delta[] = "deltaRevocationList;binary";
    const char *name = job->crl->name;
    const char *plus = strchrnul(name, '+');
    struct session s = {
        job, ca_mono_ms() + WHOLE_MS, {connected, disconnected, NULL}
    };
    CA_AUTO(ldap) LDAP *ld = NULL; /* ends before its session */
    CA_AUTO(buf) struct ca_buf dn = {.max = DN_MAX};
    CA_AUTO(slot) struct slot slot = {.attribute = *plus == '\0' ? complete : delta};

    if (*plus != '\0' && strcmp(plus, "+delta") != 0)
        return CA_OK; /* a part is for who was told its address; the complete CRL has it all */
    s.callbacks.lc_arg = &s;
    CA_TRY(entry_dn(job->config->crl_ldap_entry,
                    (struct ca_bytes){(const uint8_t *)name, (size_t)(plus - name)}, &dn, err));
    CA_TRY(connection_open(&s, &ld, err));
    slot.dn = ca_buf_cstr(&dn);
    CA_TRY(slot_read(ld, &s, &slot, err));
    return is_held(&slot, job->crl) ? CA_OK : slot_write(ld, &s, &slot, err);
}
