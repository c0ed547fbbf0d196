/* Secrets by reference: "env:NAME", "file:PATH", "aws:NAME-OR-ARN", or what the embedder's vault knows, each
 * with an optional "#KEY" into a JSON object. What follows the last '#' is the key. */
#ifndef SECRET_H
#define SECRET_H

#include <stdbool.h>

#include "tasks.h"
#include "wiped.h"

typedef enum secret_version {
    SECRET_CURRENT = TASKS_SECRET_CURRENT,
    SECRET_PREVIOUS = TASKS_SECRET_PREVIOUS /* what it was before the last rotation */
} secret_version;

enum { SECRET_ORIGIN_SIZE = 200 };

typedef struct secret {
    wiped value;
    bool keyed;                      /* the reference has a key: the value is that member */
    char provider[16];               /* "env", "file", "aws"; "vault" for the embedder's */
    char origin[SECRET_ORIGIN_SIZE]; /* where it came from, for people */
} secret;

/* The contract of a provider: reads what `name` (the reference without scheme and key) stands for, and sets
 * value and origin. NOT_FOUND secret_missing: there is no such secret, or no such version of it; DENIED
 * secret_denied; UNAVAILABLE secret_away (the vault cannot be reached), secret_unusable (what it holds);
 * TIMEOUT; INVALID secret_malformed (the name). The message says what failed and what to do; the reference is
 * put before it. Thread-safe. */
typedef struct secret_source {
    const char *scheme;
    tasks_status (*read)(const char *name, secret_version version, secret *out, tasks_error *error);
} secret_source;

extern const secret_source env_source, file_source, aws_source;

typedef struct secret_vault {
    tasks_vault read; /* may be NULL */
    void *context;
} secret_vault;

/* Reads a secret of any provider. Besides what a provider returns: UNSUPPORTED secret_unknown (its scheme).
 * That the current version is missing comes as UNAVAILABLE. `out` is released with secret_done() in any case;
 * origin and provider are set, as far as known, when it fails too. */
tasks_status secret_read(const char *reference, const secret_vault *vault, secret_version version,
                         secret *out, tasks_error *error);
void secret_done(secret *s);

#endif
