#include "login.h"

#include <string.h>

#include "aws.h"
#include "fail.h"
#include "secret_cache.h"
#include "timestamp.h"

enum { BACK_OFF_MS = 1000 };

static const secret_cache_limits limits = {.keep_ms = INT64_C(300000), .space_ms = INT64_C(5000)};

/* ---- One attempt ---- */

typedef struct attempt {
    const backend_login *uri;
    backend_attempt run;
    void *context;
} attempt;

static const char *first_of(const char *a, const char *b)
{
    return a ? a : b;
}

/* To the caller of the library whatever is denied us is a store that is away: it is no fault of the request.
 */
static tasks_status away(tasks_error *error)
{
    if (error)
        error->status = TASKS_UNAVAILABLE;
    return TASKS_UNAVAILABLE;
}

static tasks_status run_with_token(const attempt *a, backend_login *with, tasks_error *error)
{
    wiped token = {0};
    tasks_status status = aws_rds_token(with->host, with->port, with->user, &token, error);
    with->password = token.text;
    if (!status)
        status = a->run(a->context, with, error);
    else if (status == TASKS_DENIED) /* by AWS; the database has not been asked */
        status = away(error);
    wiped_done(&token);
    return status;
}

static tasks_status run_with(const attempt *a, const secret_login *found, tasks_error *error)
{
    backend_login with = {.host = first_of(a->uri->host, found->host.text),
                          .port = first_of(a->uri->port, found->port.text),
                          .database = first_of(a->uri->database, found->database.text),
                          .user = first_of(found->user.text, a->uri->user),
                          .password = first_of(found->password.text, a->uri->password),
                          .rds_iam = a->uri->rds_iam};
    return with.rds_iam ? run_with_token(a, &with, error) : a->run(a->context, &with, error);
}

/* ---- One after the other ---- */

static tasks_status run_which(login *l, const attempt *a, secret_cache_which which, uint64_t *serial,
                              tasks_error *error)
{
    secret_login found;
    tasks_error failure;
    tasks_status status = secret_cache_get(l->secret, which, serial, &found, &failure);
    if (!status)
        status = run_with(a, &found, error);
    else if (which == SECRET_CACHE_CURRENT)
        status = fail(error, TASKS_UNAVAILABLE, failure.code, "%s", failure.message);
    else /* as before: refused. Why the vault has nothing else does not matter as much. */
        status = TASKS_DENIED;
    secret_login_done(&found);
    return status;
}

static tasks_status run_each(login *l, const attempt *a, tasks_error *error)
{
    uint64_t serial = 0;
    tasks_status status = TASKS_DENIED;
    for (int which = SECRET_CACHE_CURRENT; status == TASKS_DENIED && which <= SECRET_CACHE_PREVIOUS; which++)
        status = run_which(l, a, which, &serial, error);
    return status;
}

/* A login that is wrong is mended where it came from. */
static void name_origin(const login *l, const backend_login *uri, tasks_error *error)
{
    tasks_error of_database = *error;
    if (uri->rds_iam)
        fail(error, of_database.status, of_database.code,
             "with a token of IAM (it takes rds-db:connect at AWS and GRANT rds_iam at the database): %s",
             of_database.message);
    else if (l->secret)
        fail(error, of_database.status, of_database.code, "with the login of secret %s: %s",
             secret_cache_reference(l->secret), of_database.message);
    memcpy(error->sqlstate, of_database.sqlstate, sizeof error->sqlstate);
}

static tasks_status refused(login *l, const backend_login *uri, tasks_error *error)
{
    atomic_store(&l->refused_ms, timestamp_monotonic());
    if (error)
        name_origin(l, uri, error);
    return away(error);
}

static tasks_status each(void *context, const backend_login *uri, backend_attempt run, void *run_context,
                         tasks_error *error)
{
    static const secret_login no_secret = {0};
    login *l = context;
    attempt a = {uri, run, run_context};
    int64_t refused_ms = atomic_load(&l->refused_ms);
    if (refused_ms && timestamp_monotonic() - refused_ms < BACK_OFF_MS)
        return fail(error, TASKS_UNAVAILABLE, "login_refused", "the database has just refused the login");
    tasks_status status = l->secret ? run_each(l, &a, error) : run_with(&a, &no_secret, error);
    return status == TASKS_DENIED ? refused(l, uri, error) : status;
}

backend_logins login_logins(login *l)
{
    return (backend_logins){.each = each, .context = l};
}

/* ---- Opening and closing ---- */

static tasks_status try_secret(login *l, const tasks_options *options, tasks_error *error)
{
    uint64_t serial;
    secret_login found;
    tasks_status status = secret_cache_get(l->secret, SECRET_CACHE_CURRENT, &serial, &found, error);
    if (!status && !options->uri && !found.host.text)
        status = fail(error, TASKS_UNAVAILABLE, "secret_unusable",
                      "secret %s: it has no host, so it is no whole connection: give a URI too",
                      options->password_ref);
    secret_login_done(&found);
    return status;
}

tasks_status login_init(login *l, const tasks_options *options, tasks_error *error)
{
    secret_vault vault = {options->vault, options->vault_context};
    atomic_init(&l->refused_ms, 0);
    l->secret = NULL;
    if (!options->password_ref)
        return TASKS_OK;
    tasks_status status = secret_cache_open(options->password_ref, &vault, &limits, &l->secret, error);
    if (!status)
        status = try_secret(l, options, error);
    if (status)
        login_done(l);
    return status;
}

void login_done(login *l)
{
    secret_cache_close(l->secret);
    l->secret = NULL;
}
