/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/secret.h"
#include "ca-server/config.h"

/* What front and signer have in common: how they start, live and end. */

/* No core dumps, not dumpable, umask, descriptors to the limit, no SIGPIPE; SIGTERM, SIGINT, SIGHUP
 * blocked here and in every thread that follows, for process_live. Starts the log. */
void process_start(const char *name, const struct server_config *c);

/* Descriptors that the supervisor or systemd left, by name: from 3 on, in the order of a list
 * "http:https:beat". Called once, before anything opens descriptors.
 *   names  NULL: LISTEN_FDNAMES of systemd (sd_listen_fds(3)), if LISTEN_PID is us */
void process_inherit(const char *names);
int process_inherited(const char *name); /* -1: none; taken over by the caller */

/* One sign of life: an octet to the supervisor, WATCHDOG=1 to systemd. The first also says
 * READY=1. */
void process_beat(void);
void process_notify(const char *state); /* sd_notify(3); nothing without NOTIFY_SOCKET */

struct process_hooks {
    void *arg;
    void (*reload)(void *arg); /* SIGHUP; may be NULL */
    bool (*tick)(void *arg);   /* about each second; false: it is to end. May be NULL */
};
/* Beats each second until SIGTERM, SIGINT, or the tick's word. */
void process_live(const struct process_hooks *hooks);

/* A listening socket: the inherited one, or a new one on HOST:PORT. */
CA_RC process_listen_tcp(const char *name, const char *address, int *ret, struct ca_err *err);
CA_RC process_listen_unix(const char *name, const char *path, int *ret, struct ca_err *err);
/* The signer's socket for a child, in a folder that is made where it is missing: /run is empty
 * after a boot, and in a container. */
CA_RC process_listen_signer(const char *path, int *ret, struct ca_err *err);

/* The uid of a user name; "" is (uid_t)-1. CA_NOT_FOUND. */
CA_RC process_uid(const char *user, uid_t *ret, struct ca_err *err);

/* PIN of a token: the inherited descriptor "pin", `pin_file`, or the systemd credential `name` in
 * $CREDENTIALS_DIRECTORY. *ret_source names it for the mark of a wrong PIN; `source` takes
 * PATH_MAX octets. */
CA_RC process_pin(const char *pin_file, const char *name, struct ca_secret **ret, char *ret_source,
                  struct ca_err *err);
