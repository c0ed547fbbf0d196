/* The public calls for tokens. */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base64url.h"
#include "db.h"
#include "fail.h"
#include "rules.h"
#include "sha256.h"
#include "timestamp.h"

#define PREFIX "tasks_"

enum { RANDOM = 32, PREFIX_LENGTH = sizeof PREFIX - 1 };

_Static_assert(PREFIX_LENGTH + BASE64URL_SIZE(RANDOM) == TASKS_TOKEN_SIZE, "the size of a token is public");
_Static_assert((int)SHA256_SIZE == (int)BACKEND_DIGEST, "tokens are kept as SHA-256");

typedef struct token_work {
    const backend_ops *ops;
    const uint8_t *digest;
    int64_t id;
    backend_token token;
} token_work;

/* ---- Handing out ---- */

static tasks_status hand_out(const backend_token *from, tasks_token **out, tasks_error *error)
{
    size_t size = strlen(from->owner) + 1;
    tasks_token *token = malloc(sizeof *token + size);
    if (!token)
        return fail_memory(error);
    *token = (tasks_token){.id = from->id,
                           .owner = memcpy(token + 1, from->owner, size),
                           .read_only = from->read_only,
                           .created_at_ms = from->created_at_ms,
                           .expires_at_ms = from->expires_at_ms};
    *out = token;
    return TASKS_OK;
}

void tasks_token_free(tasks_token *token)
{
    free(token);
}

/* ---- Creating ---- */

static tasks_status run_add(void *connection, void *context, tasks_error *error)
{
    token_work *work = context;
    return work->ops->token_add(connection, &work->token, error);
}

static tasks_status make_text(char text[TASKS_TOKEN_SIZE], tasks_error *error)
{
    uint8_t random[RANDOM];
    if (getrandom(random, sizeof random, 0) != sizeof random)
        return fail(error, TASKS_INTERNAL, "internal", "the system has no random numbers");
    memcpy(text, PREFIX, PREFIX_LENGTH);
    base64url_write(random, sizeof random, text + PREFIX_LENGTH);
    explicit_bzero(random, sizeof random);
    return TASKS_OK;
}

static tasks_status check_new(const tasks_db *db, const char *owner, int32_t read_only, int64_t expires_at_ms,
                              tasks_error *error)
{
    tasks_status status = db_whole(db, error);
    if (!status)
        status = rules_owner(owner, error);
    if (!status && read_only != 0 && read_only != 1)
        status = fail_field(error, "read_only", "option_malformed", "read_only is 0 or 1");
    if (!status && expires_at_ms != TASKS_NO_TIME && !timestamp_valid(expires_at_ms))
        status =
            fail_field(error, "expires_at", "time_range", "expires_at is not between the years 0 and 9999");
    return status;
}

tasks_status tasks_token_create(tasks_db *db, const char *owner, int32_t read_only, int64_t expires_at_ms,
                                char text[TASKS_TOKEN_SIZE], int64_t *id, tasks_error *error)
{
    token_work work = {.ops = db->store->ops};
    *text = 0;
    *id = 0;
    tasks_status status = check_new(db, owner, read_only, expires_at_ms, error);
    if (!status)
        status = make_text(text, error);
    if (status)
        return status;
    work.token.read_only = read_only;
    work.token.created_at_ms = db_now(db);
    work.token.expires_at_ms = expires_at_ms;
    memcpy(work.token.owner, owner, strlen(owner) + 1); /* its length was checked with its rules */
    sha256(text, strlen(text), work.token.digest);
    status = db_with_connection(db, &(db_alone){POOL_WRITE, TASKS_OPERATION_TOKEN, run_add, &work}, error);
    if (status)
        explicit_bzero(text, TASKS_TOKEN_SIZE);
    else
        *id = work.token.id;
    return status;
}

/* ---- Finding ---- */

static tasks_status run_get(void *connection, void *context, tasks_error *error)
{
    token_work *work = context;
    return work->ops->token_get(connection, work->digest, &work->token, error);
}

static bool same_digest(const uint8_t *a, const uint8_t *b)
{
    unsigned difference = 0;
    for (int i = 0; i < BACKEND_DIGEST; i++)
        difference |= (unsigned)(a[i] ^ b[i]);
    return !difference;
}

static tasks_status unknown(tasks_error *error)
{
    return fail(error, TASKS_DENIED, "token_unknown", "the token is not known: ask for a new one");
}

tasks_status tasks_token_find(tasks_db *db, const char *text, tasks_token **out, tasks_error *error)
{
    uint8_t digest[SHA256_SIZE];
    token_work work = {.ops = db->store->ops, .digest = digest};
    *out = NULL;
    if (!text || strnlen(text, TASKS_TOKEN_SIZE) != TASKS_TOKEN_SIZE - 1)
        return unknown(error);
    sha256(text, TASKS_TOKEN_SIZE - 1, digest);
    tasks_status status =
        db_with_connection(db, &(db_alone){POOL_READ, TASKS_OPERATION_TOKEN, run_get, &work}, error);
    if (status == TASKS_NOT_FOUND || (!status && !same_digest(digest, work.token.digest)))
        return unknown(error);
    if (status)
        return status;
    if (work.token.expires_at_ms != TASKS_NO_TIME && work.token.expires_at_ms <= db_now(db))
        return fail(error, TASKS_DENIED, "token_expired", "the token has expired: ask for a new one");
    return hand_out(&work.token, out, error);
}

tasks_status tasks_token_next(tasks_db *db, int64_t after, tasks_token **out, tasks_error *error)
{
    token_work work = {.ops = db->store->ops, .token.id = after};
    *out = NULL;
    tasks_status status = db_whole(db, error);
    if (!status)
        status = db_with_connection(db, &(db_alone){POOL_READ, TASKS_OPERATION_TOKEN, run_get, &work}, error);
    return status ? status : hand_out(&work.token, out, error);
}

/* ---- Revoking ---- */

static tasks_status run_remove(void *connection, void *context, tasks_error *error)
{
    token_work *work = context;
    return work->ops->token_remove(connection, work->id, error);
}

tasks_status tasks_token_revoke(tasks_db *db, int64_t id, tasks_error *error)
{
    token_work work = {.ops = db->store->ops, .id = id};
    tasks_status status = db_whole(db, error);
    return status ? status
                  : db_with_connection(db, &(db_alone){POOL_WRITE, TASKS_OPERATION_TOKEN, run_remove, &work},
                                       error);
}
