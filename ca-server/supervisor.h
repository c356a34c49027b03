/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <sys/types.h>

#include "base/auto.h"
#include "base/rc.h"
#include "base/secret.h"

/* Starts processes, watches them, starts them again. Parses nothing; holds the listening sockets,
 * so that a new process finds the connections that came while there was none. */
struct supervisor;

enum { CHILD_FDS_MAX = 4, CHILD_ARGS_MAX = 16, SUPERVISOR_CHILDREN_MAX = 4 };

struct child_spec {
    const char *name;                 /* for the log */
    const char *argv[CHILD_ARGS_MAX]; /* NULL behind the last; borrowed */
    int fds[CHILD_FDS_MAX];           /* become 3, 4, …; borrowed */
    size_t fds_n;
    const struct ca_secret *pin;     /* comes as a pipe, behind fds and beat; NULL: none */
    bool beats;                      /* writes an octet a second to a pipe, behind fds */
    bool reloads;                    /* takes SIGHUP */
    int stop_signal;                 /* asks it to end */
    int death_signal;                /* it gets this one when the supervisor dies */
    int (*prepare)(const void *arg); /* runs in the child before exec; only what signal
                                        handlers may do; not 0: the child ends with 71 */
    const void *arg;
};

struct supervisor_config {
    int64_t watchdog_ms;          /* silent for so long: SIGKILL */
    int64_t start_deadline_ms;    /* for the first beat */
    int64_t drain_ms;             /* from stop_signal to SIGKILL */
    void (*on_change)(void *arg); /* a child was started, became ready or went down; may be NULL */
    void *arg;
};

/* Blocks SIGTERM, SIGINT, SIGHUP and SIGCHLD for itself: one supervisor in a process. */
CA_RC supervisor_new(const struct supervisor_config *config, struct supervisor **ret,
                     struct ca_err *err);
void supervisor_free(struct supervisor *s); /* stops what still runs, last started first */
CA_AUTO_DEFINE(supervisor, struct supervisor *, supervisor_free);

/* Starts a child; it is started again whenever it ends (0.1 s later, doubling to 5 s, from the
 * start again after 10 s of life), unless it left with EXIT_STAY_DOWN. *ret_child names it. */
CA_RC supervisor_add(struct supervisor *s, const struct child_spec *spec, size_t *ret_child,
                     struct ca_err *err);
/* Asks it to end, waits until it has, forgets it. */
void supervisor_stop(struct supervisor *s, size_t child);

/* Waits at most `ms` and does what is to be done. False: SIGTERM or SIGINT came. */
bool supervisor_step(struct supervisor *s, int64_t ms);

pid_t supervisor_pid(const struct supervisor *s, size_t child);  /* 0: does not run now */
bool supervisor_ready(const struct supervisor *s, size_t child); /* it runs and has beaten */
bool supervisor_down(const struct supervisor *s, size_t child);  /* stays down */

/* Runs one program to its end, without a supervisor; SIGKILL at the deadline. *ret_status as a
 * shell has it: the exit status, or 128 and the signal. */
CA_RC child_run(const struct child_spec *spec, int64_t deadline_ms, int *ret_status,
                struct ca_err *err);
