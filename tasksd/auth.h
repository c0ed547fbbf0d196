/* Who sends a request, and whether it is let in: what --auth asks for. */
#ifndef AUTH_H
#define AUTH_H

#include "config.h"
#include "http.h"
#include "signin.h"

struct auth;

struct auth_who {
    char owner[TASKS_OWNER_MAX + 1];
    int64_t token; /* its id in the store; 0: none of those was shown */
    bool read_only;
    int64_t expires_at_ms; /* of what was shown; or TASKS_NO_TIME */
};

/* `config` and `db` are borrowed. NULL when out of memory, or when this build has no such way (UNSUPPORTED).
 */
struct auth *auth_new(const struct config *config, tasks_db *db, tasks_error *error);
void auth_free(struct auth *auth);

/* Forgets which tokens were good: one that was revoked is refused from now on. `auth` may be NULL. */
void auth_reread(struct auth *auth);

/* May somebody who was let in stay? `auth` may be NULL.
 * @return OK; DENIED (token_expired, token_unknown: it was revoked); why it cannot tell */
tasks_status auth_still(const struct auth *auth, const struct auth_who *who, tasks_error *error);

/* 0, or the status of an answer that it has made. Without `auth` everybody is let in as the default owner. */
int auth_check(struct auth *auth, const struct http_request *rq, struct http_response *rs,
               struct auth_who *who);

/* Was what `rq` shows good a moment ago, so that auth_check() need not ask anybody? `auth` may be NULL. */
bool auth_knows(const struct auth *auth, const struct http_request *rq);

/* How people sign in on the page; NULL if they show a token that they have. `auth` may be NULL. */
struct signin *auth_signin(const struct auth *auth);

/* Exchanges a code for a token that auth_check() takes: `*token` is in `*tokens`, which json_decref() is due
 * for in any case. Returns 0, or the status of an answer that it has made. */
int auth_exchange(struct auth *auth, const struct http_request *rq, struct http_response *rs,
                  const struct signin_code *code, json_t **tokens, const char **token);

/* The answer to who is not let in, or when that cannot be told. */
int auth_refuse(const struct http_request *rq, struct http_response *rs, const tasks_error *error);

#endif
