/* OpenSSL's libcrypto, loaded when something is first signed. */
#ifndef LIBCRYPTO_H
#define LIBCRYPTO_H

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "library.h"
#include "tasks.h"

#define LIBCRYPTO_FUNCTIONS(X) X(EVP_sha256) X(HMAC)

/* Filled once, by the first libcrypto_load(). */
extern struct libcrypto {
    LIBCRYPTO_FUNCTIONS(LIBRARY_MEMBER)
} libcrypto;

/* UNSUPPORTED library_missing. Thread-safe. */
tasks_status libcrypto_load(tasks_error *error);

#endif
