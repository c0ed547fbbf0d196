/* Whom a backend's connections log in as: what the URI says, completed by the secret of the options. */
#ifndef LOGIN_H
#define LOGIN_H

#include "backend.h"

/* What a backend gets in its configuration. */
backend_logins login_of_uri(void);

#endif
