/* The logins that secrets give, kept for as long as a store uses them. One entry serves every store of the
 * process that has the same reference, so that together they do not ask a vault too often. */
#ifndef SECRET_CACHE_H
#define SECRET_CACHE_H

#include "secret_login.h"

typedef struct secret_cache secret_cache;

typedef struct secret_cache_limits {
    int64_t keep_ms;  /* how long a login is handed out before it is read again */
    int64_t space_ms; /* how long at least from one reading to the next */
} secret_cache_limits;

typedef enum secret_cache_which {
    SECRET_CACHE_CURRENT, /* what there is, while it is not too old; old or not when the vault is away */
    SECRET_CACHE_FRESH,   /* another one than `serial` stands for */
    SECRET_CACHE_PREVIOUS /* what the secret was before */
} secret_cache_which;

/* Finds or makes the entry; nothing is read yet. */
tasks_status secret_cache_open(const char *reference, const secret_vault *vault,
                               const secret_cache_limits *limits, secret_cache **out, tasks_error *error);
void secret_cache_close(secret_cache *entry);
const char *secret_cache_reference(const secret_cache *entry); /* lives as long as the entry */

/* A copy of the login; released with secret_login_done() in any case. Threads that want what is being read
 * wait for it.
 * @param serial  names the login that was handed out
 * @return OK; NOT_FOUND when there is no fresh or no previous login, or when it is too early to ask for one;
 *  else as secret_read() and secret_login_read() */
tasks_status secret_cache_get(secret_cache *entry, secret_cache_which which, uint64_t *serial,
                              secret_login *out, tasks_error *error);

#endif
