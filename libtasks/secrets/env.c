/* env:NAME. A variable stays readable in /proc for the life of the process and is inherited by its children,
 * so its value is overwritten once it has been read, and kept here for the next time it is asked for. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "secret.h"

typedef struct taken {
    struct taken *next;
    wiped value;
    char name[];
} taken;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static taken *all_taken; /* guarded by lock */

static taken *find(const char *name)
{
    taken *t = all_taken;
    while (t && strcmp(t->name, name) != 0)
        t = t->next;
    return t;
}

static taken *add(const char *name)
{
    size_t size = strlen(name) + 1;
    taken *t = calloc(1, sizeof *t + size);
    if (!t)
        return NULL;
    memcpy(t->name, name, size);
    t->next = all_taken;
    all_taken = t;
    return t;
}

/* A variable that has a value (again) counts; one that we emptied does not. */
static tasks_status take(const char *name, secret *out, tasks_error *error)
{
    char *variable = getenv(name);
    taken *t = find(name);
    if ((!variable || !*variable) && (!t || !t->value.text))
        return fail(error, TASKS_NOT_FOUND, "secret_missing",
                    "the environment variable is not set or is empty: set it");
    if (!t)
        t = add(name);
    if (t && variable && *variable && wiped_set(&t->value, variable, strlen(variable)))
        explicit_bzero(variable, strlen(variable));
    if (!t || !t->value.text || !wiped_set(&out->value, t->value.text, t->value.length))
        return fail_memory(error);
    return TASKS_OK;
}

static tasks_status read_secret(const char *name, secret_version version, secret *out, tasks_error *error)
{
    if (version == SECRET_PREVIOUS)
        return fail(error, TASKS_NOT_FOUND, "secret_missing",
                    "an environment variable has no previous value");
    if (strchr(name, '='))
        return fail_field(error, "password_ref", "secret_malformed", "no variable has '=' in its name");
    snprintf(out->origin, sizeof out->origin, "environment variable %.100s", name);
    pthread_mutex_lock(&lock);
    tasks_status status = take(name, out, error);
    pthread_mutex_unlock(&lock);
    return status;
}

const secret_source env_source = {.scheme = "env", .read = read_secret};
