/* What a secret says about logging in to a database. */
#ifndef SECRET_LOGIN_H
#define SECRET_LOGIN_H

#include "secret.h"

/* Members that the secret does not have are empty. */
typedef struct secret_login {
    wiped host, port, database, user, password;
} secret_login;

/* A JSON object is {username, password} or {engine, host, port, username, password, dbname}, as AWS writes
 * them; anything else, and the member that a key named, is the password itself.
 * UNAVAILABLE secret_unusable: it begins with '{' but is no JSON object, a member has the wrong form, the
 * engine is not PostgreSQL. `out` is released with secret_login_done() in any case. */
tasks_status secret_login_read(const secret *from, secret_login *out, tasks_error *error);
bool secret_login_same(const secret_login *a, const secret_login *b);
bool secret_login_copy(secret_login *to, const secret_login *from); /* false when out of memory */
void secret_login_done(secret_login *login);

#endif
