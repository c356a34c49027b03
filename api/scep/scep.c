/* SPDX-License-Identifier: Apache-2.0 */
#include "api/scep/scep_internal.h"

/* One action for each `operation` (RFC 8894 3.5.1, 4.1 to 4.7); the two with Chain are older. */
static const struct {
    const char *name;
    scep_fn run;
} operations[] = {
    {"GetCACaps",      scep_get_ca_caps     },
    {"GetCACert",      scep_get_ca_cert     },
    {"GetCACertChain", scep_get_ca_cert     },
    {"GetCAChain",     scep_get_ca_cert     },
    {"GetNextCACert",  scep_get_next_ca_cert},
    {"PKIOperation",   scep_pki_operation   },
};

CA_RC scep_new(const struct scep_config *config, struct scep **ret, struct ca_err *err)
{
    struct scep *s = calloc(1, sizeof(*s));
    enum ca_rc rc;

    if (s == NULL)
        return CA_FAIL_NOMEM(err);
    rc = scep_endpoints_new(&s->endpoints, err);
    if (rc == CA_OK)
        rc = rate_new(config->requests, &s->rate, err);
    if (rc != CA_OK) {
        scep_free(s);
        return rc;
    }
    *ret = s;
    return CA_OK;
}

void scep_free(struct scep *s)
{
    if (s == NULL)
        return;
    scep_endpoints_free(s->endpoints);
    rate_free(s->rate);
    free(s);
}

CA_RC scep_run(struct scep *s, struct ca_err *err)
{
    return scep_decider_start(&s->decider, err);
}

void scep_stop(struct scep *s)
{
    if (s == NULL)
        return;
    scep_decider_stop(s->decider);
    s->decider = NULL;
}

static scep_fn operation_find(struct ca_bytes name)
{
    for (size_t i = 0; i < CA_COUNT(operations); i++) {
        if (ca_bytes_is_str(name, operations[i].name))
            return operations[i].run;
    }
    return NULL;
}

CA_RC scep_operation(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct scep_asked *asked = request_alloc(rq, sizeof(*asked));
    struct scep_call call = {.rq = rq, .rs = rs, .asked = asked};
    struct scep_query query;
    scep_fn run;

    if (asked == NULL)
        return CA_FAIL_NOMEM(err);
    memset(asked, 0, sizeof(*asked));
    CA_TRY(scep_query_read(request_query_text(rq), &query, err));
    run = operation_find(query.operation);
    if (run == NULL) {
        return CA_FAIL(err, CA_MALFORMED, "operation=… is %s: GetCACaps, GetCACert, PKIOperation",
                       query.operation.len == 0 ? "missing" : "not known");
    }
    CA_TRY(scep_endpoints_find(rq->front->scep->endpoints, request_db(rq),
                               request_var(rq, "endpoint"), &asked->endpoint, err));
    call.argument = query.message;
    return run(&call, err);
}
