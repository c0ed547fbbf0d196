/* OpenSSL's libcrypto, loaded when the first signed token comes: a server without --auth oidc has no use for
 * the memory that it takes. */
#ifndef OPENSSL_H
#define OPENSSL_H

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "library.h"
#include "tasks.h"

#define OPENSSL_FUNCTIONS(X)                                                                                 \
    X(BIO_free)                                                                                              \
    X(BIO_new_mem_buf)                                                                                       \
    X(BN_bin2bn)                                                                                             \
    X(BN_free)                                                                                               \
    X(BN_num_bits)                                                                                           \
    X(ECDSA_SIG_free)                                                                                        \
    X(ECDSA_SIG_new)                                                                                         \
    X(ECDSA_SIG_set0)                                                                                        \
    X(ERR_clear_error)                                                                                       \
    X(EVP_DigestVerify)                                                                                      \
    X(EVP_DigestVerifyInit)                                                                                  \
    X(EVP_MD_CTX_free)                                                                                       \
    X(EVP_MD_CTX_new)                                                                                        \
    X(EVP_PKEY_CTX_free)                                                                                     \
    X(EVP_PKEY_CTX_new_from_name)                                                                            \
    X(EVP_PKEY_free)                                                                                         \
    X(EVP_PKEY_fromdata)                                                                                     \
    X(EVP_PKEY_fromdata_init)                                                                                \
    X(EVP_PKEY_is_a)                                                                                         \
    X(EVP_PKEY_up_ref)                                                                                       \
    X(EVP_sha256)                                                                                            \
    X(OSSL_PARAM_BLD_free)                                                                                   \
    X(OSSL_PARAM_BLD_new)                                                                                    \
    X(OSSL_PARAM_BLD_push_BN)                                                                                \
    X(OSSL_PARAM_BLD_push_octet_string)                                                                      \
    X(OSSL_PARAM_BLD_push_utf8_string)                                                                       \
    X(OSSL_PARAM_BLD_to_param)                                                                               \
    X(OSSL_PARAM_free)                                                                                       \
    X(PEM_read_bio_PUBKEY)                                                                                   \
    X(i2d_ECDSA_SIG)

/* Filled once, by the first openssl_load(). */
extern struct openssl {
    OPENSSL_FUNCTIONS(LIBRARY_MEMBER)
} openssl;

/* Thread-safe. @return OK, UNSUPPORTED library_missing */
tasks_status openssl_load(tasks_error *error);

#endif
