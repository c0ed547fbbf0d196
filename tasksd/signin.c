#include "signin.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "idp.h"
#include "json_in.h"
#include "timestamp.h"
#include "uri.h"

enum {
    AGE_MAX_MS = 3600000, /* so long an address is good without asking again */
    RETRY_MS = 5000,      /* after a failure */
    FORM_MAX = 64 << 10
};

struct signin {
    struct signin_options options;
    pthread_mutex_t lock;
    bool asking;
    arena memory; /* of what was found */
    struct discovery found;
    int64_t tried_ms, got_ms;
    tasks_error error; /* of the last try */
};

struct signin *signin_new(const struct signin_options *options)
{
    struct signin *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->options = *options;
    s->tried_ms = s->got_ms = INT64_MIN / 2;
    pthread_mutex_init(&s->lock, NULL);
    arena_init(&s->memory);
    return s;
}

void signin_free(struct signin *s)
{
    if (!s)
        return;
    arena_done(&s->memory);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* ---- Where the issuer has what ---- */

static bool is_due(const struct signin *s)
{
    int64_t now_ms = timestamp_monotonic();
    return !s->asking && now_ms - s->got_ms >= AGE_MAX_MS && now_ms - s->tried_ms >= RETRY_MS;
}

/* With the lock; without it while the issuer is asked. What is there stays until there is something new. */
static void refresh(struct signin *s)
{
    tasks_error error = {.status = TASKS_OK};
    arena memory;
    struct discovery found;
    arena_init(&memory);
    s->asking = true;
    s->tried_ms = timestamp_monotonic();
    pthread_mutex_unlock(&s->lock);
    if (!idp_discover(s->options.issuer, &memory, &found, &error) &&
        (!found.authorization_url || !found.token_url))
        fail(&error, TASKS_UNAVAILABLE, "issuer_away", "%.100s does not say where to sign in",
             s->options.issuer);
    pthread_mutex_lock(&s->lock);
    s->asking = false;
    s->error = error;
    if (!error.status) {
        arena old = s->memory;
        s->memory = memory;
        s->found = found;
        s->got_ms = s->tried_ms;
        memory = old;
    }
    arena_done(&memory);
}

static tasks_status copy(const struct discovery *found, arena *memory, struct discovery *out,
                         tasks_error *error)
{
    out->authorization_url = arena_copy(memory, found->authorization_url, strlen(found->authorization_url));
    out->token_url = arena_copy(memory, found->token_url, strlen(found->token_url));
    return out->authorization_url && out->token_url ? TASKS_OK : fail_memory(error);
}

static tasks_status tell(const struct signin *s, tasks_error *error)
{
    if (s->asking)
        return fail(error, TASKS_UNAVAILABLE, "issuer_away", "the issuer is being asked");
    *error = s->error;
    return error->status;
}

/* Nobody waits for an answer that another one waits for: sign-ins must not hold all the workers. */
static tasks_status find(struct signin *s, arena *memory, struct discovery *out, tasks_error *error)
{
    pthread_mutex_lock(&s->lock);
    if (is_due(s))
        refresh(s);
    tasks_status status = s->found.token_url ? copy(&s->found, memory, out, error) : tell(s, error);
    pthread_mutex_unlock(&s->lock);
    return status;
}

tasks_status signin_start(struct signin *s, arena *memory, const char **url, tasks_error *error)
{
    struct discovery found = {0};
    tasks_status status = find(s, memory, &found, error);
    *url = status ? NULL : found.authorization_url;
    return status;
}

/* ---- A token for a code ---- */

static void put(buf *form, const char *name, const char *value)
{
    buf_text(form, form->length ? "&" : "");
    buf_text(form, name);
    buf_char(form, '=');
    uri_encode(form, value);
}

static tasks_status write_form(const struct signin *s, const struct signin_code *code, buf *form,
                               tasks_error *error)
{
    put(form, "grant_type", "authorization_code");
    put(form, "client_id", s->options.client);
    put(form, "code", code->code);
    put(form, "code_verifier", code->verifier);
    put(form, "redirect_uri", code->redirect_uri);
    return form->status ? fail_memory(error) : TASKS_OK;
}

static tasks_status read_reply(const https_reply *reply, json_t **out, tasks_error *error)
{
    tasks_status status = json_in_read(reply->body, reply->length, out, error);
    if (status == TASKS_NO_MEMORY || (!status && json_is_object(*out)))
        return status;
    if (!status)
        json_decref(*out);
    *out = NULL;
    return fail(error, TASKS_UNAVAILABLE, "issuer_away", "the issuer's answer to a sign-in cannot be read");
}

tasks_status signin_exchange(struct signin *s, const struct signin_code *code, arena *memory, json_t **out,
                             tasks_error *error)
{
    struct discovery found = {0};
    buf form;
    *out = NULL;
    tasks_status status = find(s, memory, &found, error);
    buf_init(&form, FORM_MAX);
    if (!status)
        status = write_form(s, code, &form, error);
    if (!status) {
        https_reply reply;
        status = idp_post(found.token_url, form.bytes, &reply, error);
        if (!status)
            status = read_reply(&reply, out, error);
        https_reply_done(&reply);
    }
    buf_done(&form);
    return status;
}
