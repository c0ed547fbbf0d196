#include "secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "secret_json.h"
#include "text.h"

static const secret_source *const sources[] = {&env_source, &file_source, &aws_source};

enum { REFERENCE_MAX = 2048, SHOWN_MAX = 120 };

/* A reference in its parts. */
typedef struct parts {
    const secret_source *source;  /* NULL: for the embedder's vault */
    char name[REFERENCE_MAX + 1]; /* without the key; without the scheme where the source is ours */
    char key[REFERENCE_MAX + 1];
} parts;

static const secret_source *source_of(const char *reference, size_t scheme)
{
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (strlen(sources[i]->scheme) == scheme && !memcmp(sources[i]->scheme, reference, scheme))
            return sources[i];
    return NULL;
}

static tasks_status malformed(tasks_error *error)
{
    return fail_field(error, "password_ref", "secret_malformed",
                      "a secret reference is env:NAME, file:PATH or aws:NAME-OR-ARN, with #KEY for a member");
}

static tasks_status split(const char *reference, parts *out, tasks_error *error)
{
    size_t length = strnlen(reference, REFERENCE_MAX + 1);
    const char *colon = memchr(reference, ':', length), *hash = memrchr(reference, '#', length);
    if (!colon || length > REFERENCE_MAX || text_count(reference, length) < 0 ||
        text_has_control(reference, length, ""))
        return malformed(error);
    hash = hash > colon ? hash : NULL;
    out->source = source_of(reference, (size_t)(colon - reference));
    const char *name = out->source ? colon + 1 : reference, *end = hash ? hash : reference + length;
    if (end <= colon + 1 || (hash && !hash[1]))
        return malformed(error);
    memcpy(out->name, name, (size_t)(end - name)); /* the rest of both is zero */
    if (hash)
        memcpy(out->key, hash + 1, (size_t)(reference + length - hash - 1));
    return TASKS_OK;
}

/* What a vault may answer; anything else is no answer. */
static tasks_status vault_failed(tasks_status status, tasks_error *theirs, tasks_error *error)
{
    static const struct {
        tasks_status status;
        const char *code, *text;
    } answers[] = {
        {TASKS_NOT_FOUND, "secret_missing", "the vault does not have it"},
        {TASKS_DENIED, "secret_denied", "the vault denies it"},
        {TASKS_TIMEOUT, "secret_away", "the vault does not answer in time"},
        {TASKS_NO_MEMORY, "no_memory", "out of memory"},
        {TASKS_UNAVAILABLE, "secret_away", "the vault cannot be reached"},
    };
    size_t i = 0, last = sizeof answers / sizeof *answers - 1;
    while (i < last && answers[i].status != status)
        i++;
    theirs->message[sizeof theirs->message - 1] = '\0';
    return fail(error, answers[i].status, answers[i].code, "%s",
                theirs->message[0] ? theirs->message : answers[i].text);
}

static tasks_status ask_vault(const secret_vault *vault, const char *name, secret_version version,
                              secret *out, tasks_error *error)
{
    const size_t size = TASKS_SECRET_MAX + 1;
    tasks_error theirs = {0};
    char *value = calloc(1, size);
    if (!value)
        return fail_memory(error);
    tasks_status status = vault->read(vault->context, name, version, value, size, &theirs);
    size_t length = strnlen(value, size);
    if (status)
        status = vault_failed(status, &theirs, error);
    else if (length == size)
        status = fail(error, TASKS_UNAVAILABLE, "secret_unusable", "the vault wrote no NUL at its end");
    else if (!wiped_set(&out->value, value, length))
        status = fail_memory(error);
    explicit_bzero(value, size);
    free(value);
    return status;
}

static tasks_status ask(const parts *from, const secret_vault *vault, secret_version version, secret *out,
                        tasks_error *error)
{
    const char *provider = from->source ? from->source->scheme : "vault";
    snprintf(out->provider, sizeof out->provider, "%s", provider);
    if (from->source)
        return from->source->read(from->name, version, out, error);
    if (!vault->read)
        return fail(error, TASKS_UNSUPPORTED, "secret_unknown", "use env:NAME, file:PATH or aws:NAME-OR-ARN");
    snprintf(out->origin, sizeof out->origin, "the program's own vault");
    return ask_vault(vault, from->name, version, out, error);
}

static tasks_status find_member(const wiped *whole, const char *key, wiped *out, tasks_error *error)
{
    json_t *object;
    tasks_error found;
    const char *advice = "leave #KEY out if that is the secret";
    tasks_status status = secret_json_read(whole->text, whole->length, &object, &found);
    if (!status) {
        advice = "tasksctl secret check tells what it has";
        status = secret_json_member(object, key, out, &found);
    }
    secret_json_done(object);
    if (status == TASKS_UNAVAILABLE)
        return fail(error, status, found.code, "%s; %s", found.message, advice);
    return status ? fail_memory(error) : TASKS_OK;
}

/* Puts the member `key` in place of the whole. */
static tasks_status take_member(secret *s, const char *key, tasks_error *error)
{
    wiped member = {0};
    tasks_status status = find_member(&s->value, key, &member, error);
    wiped_done(&s->value);
    s->value = member;
    s->keyed = true;
    return status;
}

static tasks_status check_text(const secret *s, tasks_error *error)
{
    const wiped *value = &s->value;
    if (!value->length)
        return fail(error, TASKS_UNAVAILABLE, "secret_unusable", "it is empty: give it a value");
    if (text_count(value->text, value->length) < 0 || memchr(value->text, '\0', value->length))
        return fail(error, TASKS_UNAVAILABLE, "secret_unusable", "it is not UTF-8 text: store it as such");
    return TASKS_OK;
}

/* So much of a long reference as leaves room for what is wrong with it. */
static int shown_length(const char *reference)
{
    int length = (int)strnlen(reference, SHOWN_MAX + 1);
    if (length <= SHOWN_MAX)
        return length;
    for (length = SHOWN_MAX; length && ((unsigned char)reference[length] & 0xC0) == 0x80;)
        length--;
    return length;
}

/* The reference is what the reader of a log has to go by. That there is no such secret is, to whoever wants
 * to log in, a secret that cannot be had. */
static tasks_status explain(const char *reference, secret_version version, const tasks_error *found,
                            tasks_error *error)
{
    bool missing = found->status == TASKS_NOT_FOUND && version == SECRET_CURRENT;
    tasks_status status = missing ? TASKS_UNAVAILABLE : found->status;
    int shown = shown_length(reference);
    fail(error, status, found->code, "secret %.*s%s: %s", shown, reference, reference[shown] ? "..." : "",
         found->message);
    if (error)
        memcpy(error->field, found->field, sizeof error->field);
    return status;
}

static tasks_status read_parts(const char *reference, parts *from, const secret_vault *vault,
                               secret_version version, secret *out, tasks_error *error)
{
    tasks_status status = split(reference, from, error);
    if (!status)
        status = ask(from, vault, version, out, error);
    if (!status && from->key[0])
        status = take_member(out, from->key, error);
    if (!status)
        status = check_text(out, error);
    return status;
}

tasks_status secret_read(const char *reference, const secret_vault *vault, secret_version version,
                         secret *out, tasks_error *error)
{
    tasks_error found;
    *out = (secret){0};
    parts *from = calloc(1, sizeof *from);
    if (!from)
        return fail_memory(error);
    tasks_status status = read_parts(reference, from, vault, version, out, &found);
    free(from);
    if (status)
        secret_done(out);
    return status ? explain(reference, version, &found, error) : TASKS_OK;
}

void secret_done(secret *s)
{
    wiped_done(&s->value);
}
