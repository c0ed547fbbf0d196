#include "aws_credentials.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "aws_container.h"
#include "aws_metadata.h"
#include "aws_web_identity.h"
#include "fail.h"
#include "timestamp.h"

enum { RENEW_MS = 5 * 60 * 1000 };

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

static bool environment_has_keys(void)
{
    return variable("AWS_ACCESS_KEY_ID") || variable("AWS_SECRET_ACCESS_KEY");
}

static tasks_status from_environment(aws_credentials *out, tasks_error *error)
{
    const char *id = variable("AWS_ACCESS_KEY_ID"), *key = variable("AWS_SECRET_ACCESS_KEY");
    const char *token = variable("AWS_SESSION_TOKEN");
    *out = (aws_credentials){.expires_ms = TASKS_NO_TIME};
    if (!id || !key)
        return fail(error, TASKS_DENIED, "secret_denied", "%s is not set, though its other half is",
                    id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
    if (!wiped_set(&out->key_id, id, strlen(id)) || !wiped_set(&out->key, key, strlen(key)) ||
        (token && !wiped_set(&out->token, token, strlen(token))))
        return fail_memory(error);
    return aws_reply_check(out, NULL) ? fail(error, TASKS_DENIED, "keys_refused",
                                             "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_SESSION_TOKEN "
                                             "has characters that none has")
                                      : TASKS_OK;
}

static bool machine_may_have_a_role(void)
{
    return !aws_metadata_is_off();
}

static const struct source {
    const char *origin;
    bool (*is_here)(void);
    tasks_status (*read)(aws_credentials *out, tasks_error *error);
    const char *advice; /* when it gives none */
} sources[] = {
    {"the environment", environment_has_keys, from_environment, "set both, or none for those of a role"},
    {"the container's endpoint", aws_container_is_here, aws_container_role,
     "look at the role of the task or pod"},
    {"a web identity", aws_web_identity_is_here, aws_web_identity_role,
     "look at AWS_ROLE_ARN and whom that role trusts"},
    {"instance metadata", machine_may_have_a_role, aws_metadata_role,
     "give the instance a role; elsewhere set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"},
};

static const struct source *find(void)
{
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (sources[i].is_here())
            return sources + i;
    return NULL;
}

/* ---- Those that expire ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    const struct source *source; /* NULL: none kept */
    aws_credentials value;
} kept; /* guarded by lock */

static bool copy(aws_credentials *to, const aws_credentials *from)
{
    *to = (aws_credentials){.expires_ms = from->expires_ms};
    return wiped_set(&to->key_id, from->key_id.text, from->key_id.length) &&
           wiped_set(&to->key, from->key.text, from->key.length) &&
           (!from->token.text || wiped_set(&to->token, from->token.text, from->token.length));
}

static void forget(void)
{
    aws_reply_credentials_done(&kept.value);
    kept.source = NULL;
}

static bool lasts(const struct source *source, int64_t margin_ms)
{
    return kept.source == source && kept.value.expires_ms - margin_ms > timestamp_now();
}

/* Credentials that are about to expire still do when there are no new ones to be had. */
static tasks_status renew(const struct source *source, tasks_error *error)
{
    aws_credentials fresh;
    tasks_status status = source->read(&fresh, error);
    if (status) {
        aws_reply_credentials_done(&fresh);
        return lasts(source, 0) ? TASKS_OK : status;
    }
    forget();
    kept.value = fresh;
    kept.source = source;
    return TASKS_OK;
}

static tasks_status get(const struct source *source, aws_credentials *out, tasks_error *error)
{
    tasks_status status = lasts(source, RENEW_MS) ? TASKS_OK : renew(source, error);
    if (!status && !copy(out, &kept.value))
        status = fail_memory(error);
    if (!status && kept.value.expires_ms == TASKS_NO_TIME)
        forget(); /* who does not say how long they last is asked each time */
    return status;
}

tasks_status aws_credentials_get(aws_credentials *out, const char **origin, tasks_error *error)
{
    tasks_error found;
    const struct source *source = find();
    *out = (aws_credentials){.expires_ms = TASKS_NO_TIME};
    *origin = source ? source->origin : "nowhere";
    if (!source)
        return fail(error, TASKS_DENIED, "secret_denied",
                    "no AWS credentials: set AWS_ACCESS_KEY_ID, or run where there is a role");
    pthread_mutex_lock(&lock);
    tasks_status status =
        source->read == from_environment ? from_environment(out, &found) : get(source, out, &found);
    pthread_mutex_unlock(&lock);
    if (status == TASKS_NOT_FOUND) /* a file of theirs: not the secret that is asked for */
        status = fail(&found, TASKS_UNAVAILABLE, "secret_away", "%s", found.message);
    return status ? fail(error, status, found.code, "no AWS credentials from %s: %s; %s", source->origin,
                         found.message, source->advice)
                  : TASKS_OK;
}

bool aws_credentials_forget(void)
{
    pthread_mutex_lock(&lock);
    bool was_kept = kept.source;
    forget();
    pthread_mutex_unlock(&lock);
    return was_kept;
}
