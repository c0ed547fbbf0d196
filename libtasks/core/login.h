/* Whom a backend's connections log in as: what the URI says, completed by the secret of the options. */
#ifndef LOGIN_H
#define LOGIN_H

#include <stdatomic.h>

#include "backend.h"

typedef struct login {
    struct secret_cache *secret;     /* NULL: there is no more than the URI */
    atomic_int_least64_t refused_ms; /* when all logins were refused; 0 for never */
} login;

/* Reads the secret once, so that a bad one is found out before the store is touched. Without a URI in the
 * options the secret has to be a whole connection. A failed init holds nothing.
 * @return as tasks_secret_check() */
tasks_status login_init(login *l, const tasks_options *options, tasks_error *error);
void login_done(login *l); /* does nothing on all zero */

/* What a backend gets in its configuration; `l` stays where it is. */
backend_logins login_logins(login *l);

#endif
