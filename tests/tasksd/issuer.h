/* An OpenID Connect issuer: real keys, real signatures, real HTTP on a free port of loopback. It also signs
 * what no issuer would. */
#ifndef ISSUER_H
#define ISSUER_H

#include <jansson.h>
#include <openssl/types.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#define ISSUER_KID "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0" /* of the EC key, for balancers */
#define ISSUER_ARN                                                                                           \
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/tasks/50dc6c495c0c9188"

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
    atomic_int asked; /* how often for keys */
    EVP_PKEY *rsa, *ec, *stranger;
    pthread_mutex_t lock; /* of the text */
    char *keys;           /* as they are published */
    char *grant;          /* what is given for a code; NULL: nothing */
    char *form;           /* what was sent for it, last */
    int socket;
    pthread_t thread;
};

void issuer_start(struct issuer *issuer);
void issuer_stop(struct issuer *issuer);

/* From now on these are the names of the keys. */
void issuer_publish(struct issuer *issuer, const char *rsa, const char *ec);

/* From now on this is what a code is exchanged for: the members of an answer, or NULL for a refusal. */
void issuer_grant(struct issuer *issuer, const char *answer);

/* A token; kept until the next call. `header` and `claims` are JSON objects that change the usual ones
 * ({"alg":"RS256","kid":"rsa"}; iss, aud "tasks", sub "alice", nbf, exp); null takes one away, and exp, nbf
 * and iat count in seconds from now. They may use ' for ". */
const char *issuer_token(const struct issuer *issuer, enum issuer_signer signer, const char *header,
                         const char *claims);

/* The same as a load balancer writes it: {"alg":"ES256","kid":ISSUER_KID,"signer":ISSUER_ARN,"iss","client":
 * "tasks","exp"} and the claims of the user. Its keys are below URL/pem. */
const char *issuer_voucher(const struct issuer *issuer, enum issuer_signer signer, const char *header,
                           const char *claims);

#endif
