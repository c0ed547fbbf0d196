/* An OpenID Connect issuer: real keys, real signatures, real HTTP on a free port of loopback. It also signs
 * what no issuer would. */
#ifndef ISSUER_H
#define ISSUER_H

#include <jansson.h>
#include <openssl/types.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum issuer_signer {
    ISSUER_RSA,      /* the key that is published as "rsa" */
    ISSUER_EC,       /* ... as "ec" */
    ISSUER_STRANGER, /* an RSA key that is not published */
    ISSUER_HMAC,     /* HMAC, with the published RSA key (PEM) for its secret */
    ISSUER_NOBODY    /* no signature */
};

struct issuer {
    char url[64];
    const char *name; /* what it calls itself; its URL unless a test says otherwise */
    atomic_bool away; /* answers with 500 */
    atomic_int asked; /* how often for its keys */
    EVP_PKEY *rsa, *ec, *stranger;
    pthread_mutex_t lock; /* of the text */
    char *keys;           /* as they are published */
    int socket;
    pthread_t thread;
};

void issuer_start(struct issuer *issuer);
void issuer_stop(struct issuer *issuer);

/* From now on these are the names of the keys. */
void issuer_publish(struct issuer *issuer, const char *rsa, const char *ec);

/* A token; kept until the next call. `header` and `claims` are JSON objects that change the usual ones
 * ({"alg":"RS256","kid":"rsa"}; iss, aud "tasks", sub "alice", nbf, exp); null takes one away, and exp, nbf
 * and iat count in seconds from now. They may use ' for ". */
const char *issuer_token(const struct issuer *issuer, enum issuer_signer signer, const char *header,
                         const char *claims);

#endif
