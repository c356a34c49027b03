/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/approval.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/role.h"

static const struct {
    char letter;
    int64_t seconds;
} units[] = {
    {'d', 86400},
    {'h', 3600 },
    {'m', 60   },
    {'s', 1    },
};

void approval_duration_write(int64_t seconds, struct ca_buf *ret)
{
    size_t i = 0;

    while (seconds % units[i].seconds != 0)
        i++;
    ca_buf_printf(ret, "%" PRId64 "%c", seconds / units[i].seconds, units[i].letter);
}

void approval_who_write(const struct approval_step *step, struct ca_buf *ret)
{
    const char *between = "";

    for (unsigned bit = CA_REQUESTER; bit <= CA_AUDITOR; bit <<= 1) {
        if ((step->roles & bit) == 0)
            continue;
        ca_buf_printf(ret, "%s%s", between, ca_role_name(bit));
        between = "|";
    }
    if (step->group[0] != '\0')
        ca_buf_printf(ret, "%sgroup:%s", between, step->group);
}

static void step_write(const struct approval_step *step, struct ca_buf *ret)
{
    ca_buf_printf(ret, "%u ", step->count);
    approval_who_write(step, ret);
}

void approval_policy_write(const struct approval_policy *policy, struct ca_buf *ret)
{
    if (policy->step_n == 0)
        return;
    approval_duration_write(policy->expires_s, ret);
    ca_buf_str(ret, ": ");
    for (size_t i = 0; i < policy->step_n; i++) {
        if (i > 0)
            ca_buf_str(ret, ", then ");
        step_write(&policy->steps[i], ret);
    }
}

/* Digits in front of *text, which moves behind them; 0: none, or too many. */
static int64_t number_take(const char **text)
{
    size_t n = strspn(*text, "0123456789");
    int64_t v = 0;

    for (size_t i = 0; i < n && n <= 9; i++)
        v = v * 10 + ((*text)[i] - '0');
    *text += n;
    return v;
}

static bool take(const char **text, const char *what)
{
    size_t n = strlen(what);

    if (strncmp(*text, what, n) != 0)
        return false;
    *text += n;
    return true;
}

static bool duration_take(const char **text, int64_t *ret)
{
    int64_t v = number_take(text);

    for (size_t i = 0; i < CA_COUNT(units); i++) {
        if (v > 0 && **text == units[i].letter) {
            *text += 1;
            *ret = v * units[i].seconds;
            return true;
        }
    }
    return false;
}

bool approval_duration_read(const char *text, int64_t *ret)
{
    int64_t seconds = 0;

    if (!duration_take(&text, &seconds) || *text != '\0')
        return false;
    *ret = seconds;
    return true;
}

/* "officer", "group:security" */
static bool who_take(const char **text, struct approval_step *ret)
{
    char word[PROFILE_WORD_MAX + 1];
    bool group = take(text, "group:");
    size_t n = strspn(*text, "abcdefghijklmnopqrstuvwxyz0123456789-");
    unsigned role = 0;

    if (n == 0 || !ca_text_copy(word, sizeof(word), (struct ca_bytes){(const uint8_t *)*text, n}))
        return false;
    *text += n;
    if (group)
        return ca_text_copy(ret->group, sizeof(ret->group), ca_bytes_str(word));
    if (!ca_role_parse(word, &role))
        return false;
    ret->roles |= role;
    return true;
}

static bool step_take(const char **text, struct approval_step *ret)
{
    int64_t count = number_take(text);

    if (count < 1 || count > APPROVAL_COUNT_MAX || !take(text, " "))
        return false;
    ret->count = (unsigned)count;
    do {
        if (!who_take(text, ret))
            return false;
    } while (take(text, "|"));
    return true;
}

static bool policy_take(const char *text, struct approval_policy *ret)
{
    if (!duration_take(&text, &ret->expires_s) || !take(&text, ": "))
        return false;
    do {
        if (ret->step_n == PROFILE_STEPS_MAX || !step_take(&text, &ret->steps[ret->step_n]))
            return false;
        ret->step_n++;
    } while (take(&text, ", then "));
    return *text == '\0';
}

CA_RC approval_policy_read(const char *text, struct approval_policy *ret, struct ca_err *err)
{
    struct approval_policy policy = {.step_n = 0};
    CA_AUTO(buf) struct ca_buf again = {0};

    if (text[0] != '\0' && !policy_take(text, &policy))
        return CA_FAIL(err, CA_MALFORMED,
                       "'%.120s' is no rule such as '7d: 2 officer, then 1 admin|group:security'",
                       text);
    approval_policy_write(&policy, &again);
    CA_TRY(ca_buf_check(&again, err));
    if (strcmp(ca_buf_cstr(&again), text) != 0)
        return CA_FAIL(err, CA_MALFORMED, "'%.80s' is to be written '%.80s'", text,
                       ca_buf_cstr(&again));
    *ret = policy;
    return CA_OK;
}

static bool same_id(const struct ca_uuid *a, const struct ca_uuid *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

bool approval_eligible(const struct approval_step *step, const struct approval_voter *voter,
                       const struct ca_uuid *requester)
{
    if (voter->roles == 0 || same_id(&voter->id, requester))
        return false;
    if ((step->roles & voter->roles) != 0)
        return true;
    for (size_t i = 0; step->group[0] != '\0' && i < voter->group_n; i++) {
        if (strcmp(voter->groups[i], step->group) == 0)
            return true;
    }
    return false;
}

/* Of this content, by somebody who may vote there, and his only one. */
static bool vote_counts(const struct approval_case *c, size_t at)
{
    const struct approval_vote *v = &c->votes[at];

    if (v->revision != c->revision || !ca_bytes_equal(v->digest, c->digest) ||
        v->step >= c->policy->step_n ||
        !approval_eligible(&c->policy->steps[v->step], &v->voter, &c->requester))
        return false;
    for (size_t i = 0; i < at; i++) {
        if (same_id(&c->votes[i].voter.id, &v->voter.id) && c->votes[i].revision == c->revision)
            return false;
    }
    return true;
}

void approval_count(const struct approval_case *c, struct approval_count *ret)
{
    unsigned have[PROFILE_STEPS_MAX] = {0};

    *ret = (struct approval_count){.outcome = APPROVAL_WAITS};
    for (size_t i = 0; i < c->vote_n; i++) {
        if (!vote_counts(c, i))
            continue;
        if (!c->votes[i].approves) {
            ret->outcome = APPROVAL_DENIED;
            return;
        }
        have[c->votes[i].step]++;
    }
    for (unsigned k = 0; k < c->policy->step_n; k++) {
        if (have[k] < c->policy->steps[k].count) {
            ret->step = k;
            ret->needed = c->policy->steps[k].count - have[k];
            return;
        }
    }
    if (c->policy->step_n > 0)
        ret->outcome = APPROVAL_AGREED;
}

/* The steps of `subset`, bit k for step k: what they want, and how many could vote in any of them.
 */
static void subset_weigh(const struct approval_policy *policy, const struct ca_uuid *requester,
                         const struct approval_voter *voters, size_t n, unsigned subset,
                         unsigned *ret_wanted, unsigned *ret_there)
{
    *ret_wanted = 0;
    *ret_there = 0;
    for (size_t k = 0; k < policy->step_n; k++)
        *ret_wanted += (subset >> k & 1) != 0 ? policy->steps[k].count : 0;
    for (size_t i = 0; i < n; i++) {
        bool may = false;

        for (size_t k = 0; k < policy->step_n && !may; k++) {
            may = (subset >> k & 1) != 0 &&
                  approval_eligible(&policy->steps[k], &voters[i], requester);
        }
        *ret_there += may ? 1 : 0;
    }
}

/* Hall's theorem: each person has one step, and all steps are filled, exactly when every set of
 * steps has as many people as it wants. */
CA_RC approval_satisfiable(const struct approval_policy *policy, const struct ca_uuid *requester,
                           const struct approval_voter *voters, size_t n, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf step = {0};

    for (unsigned subset = 1; subset < 1U << policy->step_n; subset++) {
        unsigned wanted;
        unsigned there;
        size_t k = 0;

        subset_weigh(policy, requester, voters, n, subset, &wanted, &there);
        if (there >= wanted)
            continue;
        while ((subset >> k & 1) == 0)
            k++;
        step_write(&policy->steps[k], &step);
        CA_TRY(ca_buf_check(&step, err));
        return CA_FAIL_AS(err, CA_DENIED, "unsatisfiable-rule",
                          "step %zu, '%.80s'%s: %u people are wanted and %u could vote", k + 1,
                          ca_buf_cstr(&step),
                          (subset & (subset - 1)) != 0 ? ", with the steps behind it" : "", wanted,
                          there);
    }
    return CA_OK;
}
