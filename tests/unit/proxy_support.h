/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Stands between a client and a private PostgreSQL, both on unix sockets, and loses what it is told
 * to lose. Whatever goes wrong here aborts. */
struct proxy;

struct proxy *proxy_start(const char *conninfo); /* of the server: host=… user=… dbname=… */
void proxy_end(struct proxy *p);
const char *proxy_conninfo(const struct proxy *p); /* through the proxy; borrowed */
/* From the next n COMMITs the server's answer does not arrive: both sides are closed once it came.
 */
void proxy_cut_commits(struct proxy *p, int n);
int proxy_cuts(const struct proxy *p); /* how many have been */
void proxy_refuse(struct proxy *p);    /* new connections are closed at once */
