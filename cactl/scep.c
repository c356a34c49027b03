/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/scep.h"

#include "cactl/nouns.h"

static const char *const kinds[] = {"one-time", "derived", "static", "webhook", NULL};

/* clang-format off */
#define SETTINGS \
    {"profile", "NAME", FLAG_VALUE, 0, "profile that decides", NULL, "profile"}, \
    {"authority", "NAME", FLAG_VALUE, 0, "authority that issues (of a new one without it the default one)", NULL, "authority"}, \
    {"mode", "MODE", FLAG_MANY, 0, "what lets a device in: one-time, derived, static, webhook, manual; repeat it, or put commas between", NULL, "scep-mode"}, \
    {"legacy", "NAME", FLAG_MANY, 0, "weak algorithm to take: des3, sha1, des, md5; none", NULL, "scep-legacy"}, \
    {"switch", "NAME", FLAG_MANY, 0, "strict-empty, answer-chain, no-post, no-renewal, no-next-ca, renew-expired; none", NULL, "scep-switch"}, \
    {"webhook-url", "URL", FLAG_VALUE, 0, "who decides, in the mode webhook; none", NULL, NULL}, \
    {"challenge-ttl", "DURATION", FLAG_VALUE, 0, "how long a challenge is good that says nothing else", NULL, NULL}, \
    {"ra-key", "KIND", FLAG_VALUE, 0, "next key of the endpoint itself: rsa:2048, rsa:3072, rsa:4096", NULL, "key"}
static const struct flag endpoint_flags[] = { SETTINGS };
static const struct flag challenge_flags[] = {
    {"kind", "KIND", FLAG_VALUE, 0, "one-time, derived, static, or webhook (the key of its proofs); without it one-time", kinds, NULL},
    {"any-name", NULL, FLAG_SWITCH, 0, "for whatever names the profile lets through", NULL, NULL},
    {"ttl", "DURATION", FLAG_VALUE, 0, "how long it is good (without it as the endpoint says)", NULL, NULL},
    {"out", "FILE", FLAG_VALUE, 0, "where the challenge goes, with mode 0600; must not exist", NULL, "file"},
};
#define AN_ENDPOINT .arguments = "NAME", .least = 1, .most = 1, .completes = "scep-endpoint"
static const struct verb verbs[] = {
    {.name = "endpoint list", .arguments = "", .line = "List SCEP endpoints",
     .examples = {{"cactl scep endpoint list", NULL}}, .run = scep_endpoint_list},
    {.name = "endpoint show", AN_ENDPOINT, .line = "Show an endpoint, its address and its RA certificate",
     .examples = {{"cactl scep endpoint show routers", NULL}}, .run = scep_endpoint_show},
    {.name = "endpoint create", .arguments = "NAME", .least = 1, .most = 1, .line = "Make a SCEP endpoint",
     .notes = "Its name is a part of its address. Legacy algorithms and static challenges are off unless they are named.",
     .flags = endpoint_flags, .flags_n = CA_COUNT(endpoint_flags),
     .examples = {{"cactl scep endpoint create routers --profile device --mode one-time", NULL},
                  {"cactl scep endpoint create printers --profile device --authority issuing --mode manual", "an officer decides"}},
     .run = scep_endpoint_create},
    {.name = "endpoint change", AN_ENDPOINT, .line = "Change an endpoint; what is not given stays",
     .notes = "A list that is given replaces the one that was there.",
     .flags = endpoint_flags, .flags_n = CA_COUNT(endpoint_flags),
     .examples = {{"cactl scep endpoint change routers --legacy des3,sha1", NULL},
                  {"cactl scep endpoint change routers --legacy none", NULL}},
     .run = scep_endpoint_change},
    {.name = "endpoint disable", AN_ENDPOINT, .line = "Let nobody in at an endpoint any more",
     .with = WITH_YES, .examples = {{"cactl scep endpoint disable routers --yes", NULL}}, .run = scep_endpoint_disable},
    {.name = "endpoint enable", AN_ENDPOINT, .line = "Open a disabled endpoint again",
     .examples = {{"cactl scep endpoint enable routers", NULL}}, .run = scep_endpoint_enable},
    {.name = "challenge create", AN_ENDPOINT, .line = "Make a challenge, which is shown this once",
     .notes = "It is for the subject and the names that are given and for no others, unless --any-name says\n"
              "so. With --out it goes to a new file of mode 0600, else to stdout; -o name prints it alone.",
     .flags = challenge_flags, .flags_n = CA_COUNT(challenge_flags), .with = WITH_SUBJECT | WITH_SANS | WITH_COMMENT,
     .examples = {{"cactl scep challenge create routers --cn r17 --dns r17.example.org --ttl 1h", NULL},
                  {"cactl scep challenge create routers --cn r17 --out r17.challenge", NULL},
                  {"cactl scep challenge create phones --kind derived --cn p9 -o name", NULL}},
     .run = scep_challenge_create},
    {.name = "challenge list", AN_ENDPOINT, .line = "List an endpoint's challenges for one use, the newest first",
     .with = WITH_PAGES, .examples = {{"cactl scep challenge list routers", NULL}}, .run = scep_challenge_list},
    {.name = "challenge revoke", .arguments = "ID", .least = 1, .most = 1, .line = "Revoke a challenge that was not used",
     .with = WITH_YES, .examples = {{"cactl scep challenge revoke 01a1fe7a-5b60-7e41-b42d-91617bdaed13 --yes", NULL}}, .run = scep_challenge_revoke},
    {.name = "transaction list", AN_ENDPOINT, .line = "List what came in at an endpoint, the newest first",
     .with = WITH_PAGES, .examples = {{"cactl scep transaction list routers -o wide", NULL}}, .run = scep_transaction_list},
};
/* clang-format on */

const struct noun noun_scep = {"scep", "Devices that enrol by themselves: endpoints, challenges",
                               verbs, CA_COUNT(verbs), false};
