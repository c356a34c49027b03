/* SPDX-License-Identifier: Apache-2.0 */
/* What libmicrohttpd alone can do: the same octets to every request, with the fields that an OCSP
 * answer has, and nothing looked at. The peer of `tests/bench/run ocsp`.
 *
 *   bare_http PORT FILE [THREADS] */
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"

static struct MHD_Response *reply;

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **context)
{
    static int seen;

    (void)arg, (void)url, (void)method, (void)version, (void)upload;
    if (*context == NULL) {
        *context = &seen;
        return MHD_YES;
    }
    if (*upload_size > 0) {
        *upload_size = 0;
        return MHD_YES;
    }
    return MHD_queue_response(connection, 200, reply);
}

static struct MHD_Response *reply_make(const char *path)
{
    static const char *const fields[][2] = {
        {"X-Content-Type-Options", "nosniff"                                                             },
        {"Cache-Control",          "public, no-transform, must-revalidate, max-age=60"                   },
        {"Expires",                "Thu, 01 Jan 2026 00:33:20 GMT"                                       },
        {"Content-Type",           "application/ocsp-response"                                           },
        {"ETag",                   "\"0123456789012345678901234567890123456789012345678901234567890123\""},
        {"Last-Modified",          "Thu, 01 Jan 2026 00:33:20 GMT"                                       },
    };
    struct ca_buf body = {0};
    struct ca_err err = {0};
    struct MHD_Response *made;

    if (ca_file_read(path, &body, &err) != CA_OK)
        return NULL;
    made = MHD_create_response_from_buffer(body.len, body.ptr, MHD_RESPMEM_PERSISTENT);
    for (size_t i = 0; made != NULL && i < sizeof(fields) / sizeof(fields[0]); i++)
        (void)MHD_add_response_header(made, fields[i][0], fields[i][1]);
    return made;
}

int main(int argc, char **argv)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct MHD_Daemon *daemon = NULL;

    if (argc < 3)
        return 2;
    at.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
    reply = reply_make(argv[2]);
    if (reply != NULL) {
        daemon =
            MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, on_request,
                             NULL, MHD_OPTION_SOCK_ADDR, &at, MHD_OPTION_THREAD_POOL_SIZE,
                             (unsigned)(argc > 3 ? strtoul(argv[3], NULL, 10) : 2),
                             MHD_OPTION_CONNECTION_LIMIT, 4096U, MHD_OPTION_END);
    }
    if (daemon == NULL) {
        (void)fprintf(stderr, "bare_http: cannot serve %s\n", argv[2]);
        return 1;
    }
    printf("ready\n");
    (void)fflush(stdout);
    (void)pause();
    return 0;
}
