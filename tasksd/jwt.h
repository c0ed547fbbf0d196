/* Signed tokens (RFC 7519, 7515) as OpenID Connect issuers make them. What a token says about itself decides
 * nothing: algorithm, issuer and audience are told by the caller, and keys come from elsewhere. */
#ifndef JWT_H
#define JWT_H

#include <jansson.h>
#include <stdbool.h>

#include "arena.h"
#include "tasks.h"

typedef struct evp_pkey_st EVP_PKEY; /* as OpenSSL has it, which not every build knows */

enum { JWT_SIZE_MAX = 8192, JWT_LEEWAY_MS = 60000 }; /* clocks may differ by so much */

enum jwt_algorithm { JWT_RS256, JWT_ES256 };

extern const char *const jwt_algorithms[]; /* their names, NULL at the end */

enum jwt_form {
    JWT_COMPACT, /* as the standard has it */
    JWT_PADDED   /* its parts end with "=" where they would in a file, as AWS's load balancers write them */
};

struct jwt {
    json_t *header, *claims;
    const char *text; /* up to here it is signed: */
    size_t signed_length;
    const uint8_t *signature;
    size_t signature_length;
    enum jwt_form form;
    arena memory;
};

/* Takes it apart; nothing in it is to be believed yet. jwt_done() is due in any case.
 * @return OK, DENIED token_unknown (it is none), NO_MEMORY */
tasks_status jwt_read(const char *text, enum jwt_form form, struct jwt *out, tasks_error *error);
void jwt_done(struct jwt *jwt);

/* Is the header one that we understand all of, with this algorithm? `*kid` names its key.
 * @return OK, DENIED token_unknown */
tasks_status jwt_check_header(const struct jwt *jwt, enum jwt_algorithm algorithm, const char **kid,
                              tasks_error *error);

bool jwt_verify(const struct jwt *jwt, enum jwt_algorithm algorithm, EVP_PKEY *key);

/* Seconds since 1970, maybe with a fraction, as milliseconds; false if there is no such member. */
bool jwt_time(const json_t *object, const char *name, int64_t *time_ms);

/* May this be the name of an owner? NULL may not. */
bool jwt_subject_ok(const char *subject);

/* What the claims must be. */
struct jwt_wanted {
    const char *issuer, *audience;
    bool iat_will_do; /* when it does not say nbf */
    int64_t now_ms;
};

/* @param subject  of the token: 1..255 bytes; lives as long as the token
 *  @return OK, DENIED (token_unknown, token_expired) */
tasks_status jwt_check_claims(const struct jwt *jwt, const struct jwt_wanted *wanted, const char **subject,
                              int64_t *expires_at_ms, tasks_error *error);

#endif
