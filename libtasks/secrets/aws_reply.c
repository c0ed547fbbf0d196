#include "aws_reply.h"

#include <stdio.h>
#include <string.h>

#include "aws_place.h"
#include "fail.h"
#include "secret_json.h"
#include "timestamp.h"

static tasks_status senseless(const char *what, tasks_error *error)
{
    return fail(error, TASKS_UNAVAILABLE, "secret_unusable", "AWS's answer makes no sense: %s", what);
}

/* ---- The secret ---- */

tasks_status aws_reply_secret(const char *text, size_t length, wiped *out, tasks_error *error)
{
    json_t *reply;
    tasks_status status = secret_json_read(text, length, &reply, error);
    if (status)
        return status;
    if (json_object_get(reply, "SecretBinary"))
        status = fail(error, TASKS_UNAVAILABLE, "secret_unusable", "it is binary: store it as text");
    else
        status = secret_json_member(reply, "SecretString", out, error);
    secret_json_done(reply);
    return status;
}

/* ---- Errors ---- */

/* The text between <name> and </name>, which AWS never nests; NULL if it is not there once and whole. */
static const char *element(const char *text, size_t length, const char *name, size_t *found)
{
    char open[64], close[64];
    size_t open_length = (size_t)snprintf(open, sizeof open, "<%s>", name);
    size_t close_length = (size_t)snprintf(close, sizeof close, "</%s>", name);
    const char *start = memmem(text, length, open, open_length);
    if (!start)
        return NULL;
    start += open_length;
    size_t left = length - (size_t)(start - text);
    const char *end = memmem(start, left, close, close_length);
    if (!end || memmem(start, left, open, open_length))
        return NULL;
    *found = (size_t)(end - start);
    return start;
}

static void keep_type(const char *text, size_t length, char type[AWS_REPLY_TYPE_SIZE])
{
    const char *hash = memrchr(text, '#', length); /* "com.amazonaws.secretsmanager#AccessDeniedException" */
    size_t skip = hash ? (size_t)(hash - text) + 1 : 0;
    if (aws_place_is_word(text + skip, length - skip, AWS_REPLY_TYPE_SIZE - 1, ""))
        memcpy(type, text + skip, length - skip);
}

void aws_reply_type(const char *text, size_t length, char type[AWS_REPLY_TYPE_SIZE])
{
    json_t *reply = NULL;
    size_t found = 0;
    memset(type, 0, AWS_REPLY_TYPE_SIZE);
    if (!secret_json_read(text, length, &reply, NULL)) {
        const json_t *word = json_object_get(reply, "__type");
        if (json_is_string(word))
            keep_type(json_string_value(word), json_string_length(word), type);
        secret_json_done(reply);
        return;
    }
    const char *word = element(text, length, "Code", &found);
    if (word)
        keep_type(word, found, type);
}

/* ---- Credentials ---- */

void aws_reply_credentials_done(aws_credentials *c)
{
    wiped_done(&c->key_id);
    wiped_done(&c->key);
    wiped_done(&c->token);
}

tasks_status aws_reply_check(const aws_credentials *c, tasks_error *error)
{
    const wiped *token = &c->token;
    if (!aws_place_is_word(c->key_id.text, c->key_id.length, 128, "_-"))
        return senseless("the access key ID", error);
    if (!aws_place_is_word(c->key.text, c->key.length, 128, "/+=_-"))
        return senseless("the secret access key", error);
    if (token->text && !aws_place_is_word(token->text, token->length, 8192, "/+=_-.:"))
        return senseless("the session token", error);
    return TASKS_OK;
}

static tasks_status finish(aws_credentials *out, const char *expires, size_t length, tasks_error *error)
{
    out->expires_ms = TASKS_NO_TIME;
    if (expires && !timestamp_read(expires, length, &out->expires_ms))
        return senseless("when the credentials expire", error);
    return aws_reply_check(out, error);
}

tasks_status aws_reply_role(const char *text, size_t length, aws_credentials *out, tasks_error *error)
{
    json_t *reply;
    *out = (aws_credentials){.expires_ms = TASKS_NO_TIME};
    tasks_status status = secret_json_read(text, length, &reply, error);
    if (status)
        return status;
    const json_t *code = json_object_get(reply, "Code"), *expires = json_object_get(reply, "Expiration");
    if (json_is_string(code) && strcmp(json_string_value(code), "Success") != 0)
        status =
            fail(error, TASKS_DENIED, "secret_denied", "this machine's role has no credentials: look at it");
    if (!status)
        status = secret_json_member(reply, "AccessKeyId", &out->key_id, error);
    if (!status)
        status = secret_json_member(reply, "SecretAccessKey", &out->key, error);
    if (!status)
        status = secret_json_optional(reply, "Token", &out->token, error);
    if (!status)
        status = finish(out, json_string_value(expires), json_string_length(expires), error);
    secret_json_done(reply);
    return status;
}

static tasks_status keep_element(const char *text, size_t length, const char *name, wiped *out,
                                 tasks_error *error)
{
    size_t found;
    const char *value = element(text, length, name, &found);
    if (!value)
        return senseless(name, error);
    return wiped_set(out, value, found) ? TASKS_OK : fail_memory(error);
}

tasks_status aws_reply_assumed(const char *text, size_t length, aws_credentials *out, tasks_error *error)
{
    size_t found = 0;
    *out = (aws_credentials){.expires_ms = TASKS_NO_TIME};
    tasks_status status = keep_element(text, length, "AccessKeyId", &out->key_id, error);
    if (!status)
        status = keep_element(text, length, "SecretAccessKey", &out->key, error);
    if (!status)
        status = keep_element(text, length, "SessionToken", &out->token, error);
    const char *expires = element(text, length, "Expiration", &found);
    if (!status && !expires)
        status = senseless("when the credentials expire", error);
    return status ? status : finish(out, expires, found, error);
}

tasks_status aws_reply_name(const char *text, size_t length, char *out, size_t size, tasks_error *error)
{
    const char *line_end = memchr(text, '\n', length);
    length = line_end ? (size_t)(line_end - text) : length;
    if (!aws_place_is_word(text, length, size - 1, "+=,.@_-"))
        return senseless("no name", error);
    memcpy(out, text, length);
    out[length] = '\0';
    return TASKS_OK;
}
