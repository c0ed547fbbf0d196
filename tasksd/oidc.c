#include "oidc.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "openssl.h"
#include "timestamp.h"

struct oidc {
    struct oidc_options options;
    struct keyring *keys;
};

struct oidc *oidc_new(const struct oidc_options *options, tasks_error *error)
{
    if (openssl_load(error))
        return NULL;
    struct oidc *oidc = calloc(1, sizeof *oidc);
    if (oidc) {
        oidc->options = *options;
        oidc->keys = keyring_new(&options->keys);
    }
    if (oidc && oidc->keys)
        return oidc;
    fail_memory(error);
    oidc_free(oidc);
    return NULL;
}

void oidc_free(struct oidc *oidc)
{
    if (oidc)
        keyring_free(oidc->keys);
    free(oidc);
}

static tasks_status verify(const struct oidc *oidc, const struct jwt *jwt, tasks_error *error)
{
    const char *kid;
    EVP_PKEY *key;
    enum jwt_algorithm algorithm = oidc->options.keys.algorithm;
    tasks_status status = jwt_check_header(jwt, algorithm, &kid, error);
    if (!status)
        status = keyring_find(oidc->keys, kid, &key, error);
    if (status)
        return status;
    bool good = jwt_verify(jwt, algorithm, key);
    openssl.EVP_PKEY_free(key);
    if (good)
        return TASKS_OK;
    return fail(error, TASKS_DENIED, "token_unknown", "the token is refused: its signature is wrong");
}

/* Claims go first: what is not for us anyway must not make us ask the issuer for its key. */
static tasks_status check(const struct oidc *oidc, const struct jwt *jwt, struct tokens_holder *out,
                          tasks_error *error)
{
    const char *subject;
    const struct jwt_wanted wanted = {oidc->options.keys.issuer, oidc->options.audience,
                                      oidc->options.iat_will_do, timestamp_now()};
    *out = (struct tokens_holder){.token = 0};
    tasks_status status = jwt_check_claims(jwt, &wanted, &subject, &out->expires_at_ms, error);
    if (!status)
        status = verify(oidc, jwt, error);
    if (!status)
        memccpy(out->owner, subject, '\0', sizeof out->owner); /* its length is among the claims checked */
    return status;
}

tasks_status oidc_find(void *context, const char *text, struct tokens_holder *out, tasks_error *error)
{
    struct jwt jwt;
    tasks_status status = jwt_read(text, JWT_COMPACT, &jwt, error);
    if (!status)
        status = check(context, &jwt, out, error);
    jwt_done(&jwt);
    return status;
}
