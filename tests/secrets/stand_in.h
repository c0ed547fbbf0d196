/* As much of AWS as we call, strict: Secrets Manager that recomputes each signature, the token service,
 * instance metadata version 2, and a container's credentials endpoint. One server plays them all. */
#ifndef STAND_IN_H
#define STAND_IN_H

#include <stdint.h>

#include "web.h"

typedef struct stand_in_user {
    const char *key_id, *key, *token; /* token NULL: keys that last */
    bool allowed;                     /* to read the secret */
} stand_in_user;

typedef struct stand_in_reading {
    int64_t at_ms;
    bool previous;
} stand_in_reading;

enum { STAND_IN_READINGS = 1000 };

typedef struct stand_in {
    const stand_in_user *users; /* ends with a NULL key_id; the second is the role that is handed out */
    const char *name, *current, *previous; /* the secret; previous NULL: it has none */
    const char *arn;                       /* its other name; NULL: it has none */
    int skew_s;                            /* how far this service's clock is ahead */
    int fail_times;                        /* so many calls of Secrets Manager are answered by `fail` first */
    web_handler *fail;
    const char *region; /* what signatures must be for, and the region of the metadata */

    /* The container's endpoint. */
    const char *authorization; /* the header that it wants; NULL: none */

    /* Instance metadata. */
    bool only_version_1;
    int expire_every;     /* each so-manieth request to the server finds its token expired; 0: none */
    int lifetime_s;       /* of the credentials that are handed out by container, metadata and tokens */
    web_handler *instead; /* of instance metadata */

    /* What happened; atomically. */
    int secret_calls, token_calls, role_calls;
    stand_in_reading readings[STAND_IN_READINGS]; /* the first of secret_calls */
} stand_in;

web *stand_in_start(stand_in *what);

/* Gives the secret another value, also while it is asked for; what it had becomes its previous version. */
void stand_in_put(stand_in *s, const char *value);

/* Answers of Secrets Manager for `fail`. */
web_handler stand_in_throttled, stand_in_broken, stand_in_half, stand_in_hanging, stand_in_huge,
    stand_in_redirecting, stand_in_denying, stand_in_undecryptable, stand_in_garbled, stand_in_binary,
    stand_in_textless, stand_in_forbidding;

#endif
