/* The public calls for secrets: what a reference leads to, and its value. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "fail.h"
#include "secret_json.h"
#include "secret_login.h"
#include "sized.h"

typedef struct holder {
    tasks_secret facts; /* first, so that the one is the other */
    arena memory;
} holder;

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static tasks_status take_keys(holder *h, json_t *object, tasks_error *error)
{
    const char *key;
    json_t *value;
    uint32_t count = 0;
    const char **keys = arena_alloc(&h->memory, (json_object_size(object) + 1) * sizeof *keys);
    json_object_foreach (object, key, value) {
        char *name = keys ? arena_copy(&h->memory, key, strlen(key)) : NULL;
        if (!name)
            return fail_memory(error);
        keys[count++] = name;
    }
    if (!keys)
        return fail_memory(error);
    qsort(keys, count, sizeof *keys, by_bytes);
    h->facts.keys = keys;
    h->facts.key_count = count;
    return TASKS_OK;
}

static tasks_status look_into(holder *h, const secret *s, tasks_error *error)
{
    json_t *object;
    if (s->keyed || secret_json_read(s->value.text, s->value.length, &object, NULL))
        return TASKS_OK; /* text */
    tasks_status status = take_keys(h, object, error);
    secret_json_done(object);
    return status;
}

static int32_t holds(const secret *s)
{
    secret_login login;
    bool good = !secret_login_read(s, &login, NULL);
    int32_t what = !good || !login.password.text ? TASKS_SECRET_OTHER
                   : login.host.text             ? TASKS_SECRET_CONNECTION
                   : login.user.text             ? TASKS_SECRET_LOGIN
                                                 : TASKS_SECRET_TEXT;
    secret_login_done(&login);
    return what;
}

static tasks_status describe(const secret *s, holder *h, tasks_error *error)
{
    h->facts.provider = arena_copy(&h->memory, s->provider, strlen(s->provider));
    h->facts.origin = arena_copy(&h->memory, s->origin, strlen(s->origin));
    h->facts.holds = holds(s);
    return h->facts.provider && h->facts.origin ? look_into(h, s, error) : fail_memory(error);
}

static tasks_status make(const secret *s, tasks_secret **out, tasks_error *error)
{
    holder *h = calloc(1, sizeof *h);
    if (!h)
        return fail_memory(error);
    arena_init(&h->memory);
    tasks_status status = describe(s, h, error);
    if (status)
        tasks_secret_free(&h->facts);
    else
        *out = &h->facts;
    return status;
}

/* `out` is released with secret_done() in any case. */
static tasks_status find(const tasks_options *theirs, secret *out, tasks_error *error)
{
    tasks_options options;
    *out = (secret){0};
    tasks_status status = sized_read(&options, sizeof options, theirs, "tasks_options", error);
    if (!status && !options.password_ref)
        status = fail_field(error, "password_ref", "secret_malformed", "password_ref is missing");
    if (status)
        return status;
    secret_vault vault = {options.vault, options.vault_context};
    return secret_read(options.password_ref, &vault, SECRET_CURRENT, out, error);
}

tasks_status tasks_secret_check(const tasks_options *theirs, tasks_secret **out, tasks_error *error)
{
    secret found;
    *out = NULL;
    tasks_status status = find(theirs, &found, error);
    if (!status)
        status = make(&found, out, error);
    secret_done(&found);
    return status;
}

tasks_status tasks_secret_read(const tasks_options *theirs, char *value, uint64_t size, tasks_error *error)
{
    secret found;
    if (size)
        *value = '\0';
    tasks_status status = find(theirs, &found, error);
    if (!status && found.value.length >= size)
        status =
            fail_field(error, "password_ref", "option_malformed",
                       "the secret is longer than the %llu bytes there are for it", (unsigned long long)size);
    if (!status)
        memcpy(value, found.value.text, found.value.length + 1);
    secret_done(&found);
    return status;
}

void tasks_secret_free(tasks_secret *facts)
{
    holder *h = (holder *)facts;
    if (!h)
        return;
    arena_done(&h->memory);
    free(h);
}
