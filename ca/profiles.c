/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/profiles_internal.h"

#include "base/time.h"
#include "ca/seal_internal.h"

enum { POOL_WAIT_MS = 2000 };

static CA_RC activation_form(const struct db_profile_activation *a, struct seal_form *ret,
                             struct ca_err *err)
{
    seal_form_init(ret, "profile_activation");
    seal_form_text(ret, a->name);
    seal_form_bytes(ret, a->version);
    seal_form_int(ret, a->at);
    seal_form_bytes(ret, (struct ca_bytes){a->activated_by.octets, CA_UUID_LEN});
    seal_form_bytes(ret, (struct ca_bytes){a->approval_id.octets, CA_UUID_LEN});
    return ca_buf_check(&ret->octets, err);
}

static CA_RC activation_check(struct signer *s, const struct db_profile_activation *a,
                              struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;

    CA_TRY(activation_form(a, &form, err));
    CA_TRY(seal_check(s->seal, &form, a->seal, a->name, err));
    return profile_version_check(a->name, a->version, a->yaml, err);
}

static CA_RC in_force_read(struct signer *s, struct db *db, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(buf) struct ca_buf list = {0};
    const struct db_profile_activation *rows;
    int64_t newest = 0;

    CA_TRY(db_profile_active(db, &found, err));
    rows = found.rows;
    for (size_t i = 0; i < found.count; i++) {
        const struct profile_override one = {rows[i].name, rows[i].yaml};

        CA_TRY(activation_check(s, &rows[i], err));
        ca_buf_bytes(&list, (struct ca_bytes){(const uint8_t *)&one, sizeof(one)});
        newest = rows[i].sequence > newest ? rows[i].sequence : newest;
    }
    CA_TRY(ca_buf_check(&list, err));
    if (found.count == 0)
        return CA_OK;
    return profile_shelf_put(s->profiles, (const void *)list.ptr, found.count, newest, err);
}

static CA_RC base_record(struct signer *s, struct db *db, struct ca_err *err)
{
    const struct profile_set *base = s->config.profiles;

    for (size_t i = 0; i < profile_set_count(base); i++) {
        const struct profile *p = profile_set_at(base, i);
        const struct db_profile_version v = {.version = profile_version(p),
                                             .name = profile_name(p),
                                             .yaml = profile_yaml(p),
                                             .created_at = ca_time_now(),
                                             .comment = ""};

        CA_TRY(db_profile_version_insert(db, &v, err));
    }
    return CA_OK;
}

CA_RC profiles_open(struct signer *s, struct db *db, struct ca_err *err)
{
    CA_TRY(base_record(s, db, err));
    return in_force_read(s, db, err);
}

CA_RC profiles_refresh(struct signer *s, struct db *db, struct ca_err *err)
{
    int64_t newest = 0;

    CA_TRY(db_profile_sequence(db, &newest, err));
    if (newest == profile_shelf_sequence(s->profiles))
        return CA_OK;
    return in_force_read(s, db, err);
}

static CA_RC refresh_now(struct signer *s, struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = profiles_refresh(s, db, err);
    db_pool_give(s->pool, db);
    return rc;
}

static CA_RC version_compile(struct signer *s, struct ca_bytes yaml, struct profile **ret,
                             struct ca_err *err)
{
    CA_AUTO(profile_loan) struct profile_loan *loan = profile_shelf_take(s->profiles);

    return profile_compile_version(profile_loan_set(loan), yaml, ret, err);
}

static CA_RC version_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    (void)audit;
    return db_profile_version_insert(db, arg, err);
}

static CA_RC version_known(struct signer *s, struct ca_bytes version, struct db_result *ret,
                           struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_profile_version_get(db, version, ret, err);
    db_pool_give(s->pool, db);
    return rc;
}

static CA_RC answer_fill(const char *name, struct ca_bytes version, bool active, bool existed,
                         struct wire_profile *ret, struct ca_buf *own, struct ca_err *err)
{
    size_t len = strlen(name) + 1;

    ca_buf_bytes(own, (struct ca_bytes){(const uint8_t *)name, len});
    ca_buf_bytes(own, version);
    CA_TRY(ca_buf_check(own, err));
    *ret = (struct wire_profile){
        .name = (const char *)own->ptr,
        .version = {own->ptr + len, version.len},
        .active = active,
        .existed = existed
    };
    return CA_OK;
}

CA_RC handle_profile_put(struct signer *s, const struct actor *actor, const void *question,
                         void *answer, struct ca_buf *own, struct ca_err *err)
{
    const struct wire_profile_put *ask = question;
    CA_AUTO(profile) struct profile *p = NULL;
    CA_AUTO(db_result) struct db_result known = {0};
    struct db_profile_version row;
    struct audit_event event;

    CA_TRY(version_compile(s, ask->yaml, &p, err));
    CA_TRY(version_known(s, profile_version(p), &known, err));
    row = (struct db_profile_version){.version = profile_version(p),
                                      .name = profile_name(p),
                                      .yaml = profile_yaml(p),
                                      .created_at = ca_time_now(),
                                      .created_by = actor->id,
                                      .comment = ask->comment};
    event = (struct audit_event){.actor = actor->name,
                                 .channel = ask->caller.channel,
                                 .action = "profile.create",
                                 .outcome = "ok",
                                 .object = profile_name(p),
                                 .request_id = ask->caller.request_id,
                                 .detail = ask->comment,
                                 .object_hash = profile_version(p)};
    if (known.count == 0)
        CA_TRY(recorder_change(s->recorder, version_write, &row, &event, 1, err));
    return answer_fill(profile_name(p), profile_version(p), false, known.count > 0, answer, own,
                       err);
}

/* What is to be in force, as it would stand beside the others. */
static CA_RC activation_try(struct signer *s, const struct db_profile_activation *a,
                            struct ca_err *err)
{
    CA_AUTO(profile_loan) struct profile_loan *loan = profile_shelf_take(s->profiles);
    const struct profile_override one = {a->name, a->yaml};
    CA_AUTO(profile_set) struct profile_set *after = NULL;
    CA_AUTO(profile) struct profile *p = NULL;
    const struct profile *before = NULL;

    if (a->yaml.len > 0) {
        CA_TRY(profile_compile(a->yaml, &p, err));
        CA_TRY(profile_set_admits(profile_loan_set(loan), p, err));
    } else {
        CA_TRY(profile_set_find(profile_loan_set(loan), a->name, &before, err));
        CA_TRY(profile_set_admits(profile_loan_set(loan), before, err));
    }
    return profile_set_with(profile_loan_set(loan), &one, 1, &after, err);
}

static CA_RC activation_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    (void)audit;
    return db_profile_activation_insert(db, arg, err);
}

static CA_RC activation_fill(struct signer *s, const struct actor *actor,
                             const struct wire_profile_activate *ask, struct db_result *version,
                             struct db_profile_activation *ret, struct ca_err *err)
{
    *ret = (struct db_profile_activation){.name = ask->name,
                                          .version = ask->version,
                                          .at = ca_time_now(),
                                          .activated_by = actor->id,
                                          .approval_id = actor->approval_id,
                                          .comment = ask->comment};
    if (ask->version.len == 0)
        return CA_OK;
    CA_TRY(version_known(s, ask->version, version, err));
    if (version->count == 0 ||
        strcmp(((const struct db_profile_version *)version->rows)->name, ask->name) != 0) {
        return CA_FAIL_AS(err, CA_NOT_FOUND, "unknown-version",
                          "/version: profile '%.63s' has no such version", ask->name);
    }
    ret->yaml = ((const struct db_profile_version *)version->rows)->yaml;
    return CA_OK;
}

static bool in_force_already(struct signer *s, const struct wire_profile_activate *ask)
{
    CA_AUTO(profile_loan) struct profile_loan *loan = profile_shelf_take(s->profiles);
    const struct profile *now = NULL;
    struct ca_err none;

    return profile_set_find(profile_loan_set(loan), ask->name, &now, &none) == CA_OK &&
           ca_bytes_equal(profile_version(now), ask->version);
}

CA_RC handle_profile_activate(struct signer *s, const struct actor *actor, const void *question,
                              void *answer, struct ca_buf *own, struct ca_err *err)
{
    const struct wire_profile_activate *ask = question;
    CA_AUTO(db_result) struct db_result version = {0};
    CA_AUTO(seal_form) struct seal_form form = {0};
    struct db_profile_activation row;
    uint8_t seal[SEAL_LEN];
    const struct audit_event event = {.actor = actor->name,
                                      .channel = ask->caller.channel,
                                      .action = ask->version.len > 0 ? "profile.activate"
                                                                     : "profile.disable",
                                      .outcome = "ok",
                                      .object = ask->name,
                                      .request_id = ask->caller.request_id,
                                      .detail = ask->comment,
                                      .object_hash = ask->version};

    CA_TRY(refresh_now(s, err));
    if (in_force_already(s, ask))
        return answer_fill(ask->name, ask->version, true, true, answer, own, err);
    CA_TRY(activation_fill(s, actor, ask, &version, &row, err));
    CA_TRY(activation_try(s, &row, err));
    CA_TRY(activation_form(&row, &form, err));
    CA_TRY(seal_make(s->seal, &form, seal, err));
    row.seal = (struct ca_bytes){seal, sizeof(seal)};
    CA_TRY(recorder_change(s->recorder, activation_write, &row, &event, 1, err));
    CA_TRY(refresh_now(s, err));
    return answer_fill(ask->name, ask->version, ask->version.len > 0, false, answer, own, err);
}
