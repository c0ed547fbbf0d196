/* A build without OpenSSL and libcurl (TASKS_AWS=OFF) knows no tokens of issuers. */
#include <stddef.h>

#include "balancer.h"
#include "fail.h"
#include "oidc.h"
#include "signin.h"

struct oidc *oidc_new(const struct oidc_options *options, tasks_error *error)
{
    (void)options;
    fail(error, TASKS_UNSUPPORTED, "oidc_missing",
         "this build has no --auth oidc: build it with TASKS_AWS=ON");
    return NULL;
}

void oidc_free(struct oidc *oidc)
{
    (void)oidc;
}

tasks_status oidc_find(void *context, const char *text, struct tokens_holder *out, tasks_error *error)
{
    (void)context;
    (void)text;
    (void)out;
    return fail(error, TASKS_UNSUPPORTED, "oidc_missing", "this build has no --auth oidc");
}

bool balancer_arn_ok(const char *arn)
{
    (void)arn;
    return true; /* what is missing is said by balancer_new() */
}

struct balancer *balancer_new(const struct balancer_options *options, tasks_error *error)
{
    (void)options;
    fail(error, TASKS_UNSUPPORTED, "oidc_missing", "this build has no --auth oidc");
    return NULL;
}

void balancer_free(struct balancer *b)
{
    (void)b;
}

tasks_status balancer_find(void *context, const char *text, struct tokens_holder *out, tasks_error *error)
{
    (void)context;
    (void)text;
    (void)out;
    return fail(error, TASKS_UNSUPPORTED, "oidc_missing", "this build has no --auth oidc");
}

/* ---- Nobody signs in without --auth oidc, so these are never asked ---- */

struct signin *signin_new(const struct signin_options *options)
{
    (void)options;
    return NULL;
}

void signin_free(struct signin *s)
{
    (void)s;
}

tasks_status signin_start(struct signin *s, arena *memory, const char **url, tasks_error *error)
{
    (void)s;
    (void)memory;
    *url = NULL;
    return fail(error, TASKS_UNSUPPORTED, "oidc_missing", "this build has no --auth oidc");
}

tasks_status signin_exchange(struct signin *s, const struct signin_code *code, arena *memory, json_t **out,
                             tasks_error *error)
{
    (void)s;
    (void)code;
    (void)memory;
    *out = NULL;
    return fail(error, TASKS_UNSUPPORTED, "oidc_missing", "this build has no --auth oidc");
}
