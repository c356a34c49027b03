/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/rc.h"

/* Runs `call` with the 1st, 2nd, ... allocation failing, until one run meets no failure. One of
 * ours that fails must answer CA_FAULT; one inside OpenSSL may lose its reason on the way up, so
 * there any refusal passes. Under ASan it also finds what is leaked on each of these ways out. */
typedef enum ca_rc (*fault_fn)(const void *arg, struct ca_err *err);
void fault_each_allocation(fault_fn call, const void *arg);

/* The same for our own allocations alone, where a library crashes without its own. */
void fault_each_own_allocation(fault_fn call, const void *arg);
