#include "certificate.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#define MUST(holds)                                                                                          \
    do {                                                                                                     \
        if (!(holds)) {                                                                                      \
            fprintf(stderr, "test certificate: " #holds "\n");                                               \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

static FILE *create(const char *folder, const char *name, const char *ending)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s%s", folder, name, ending);
    FILE *file = fopen(path, "w");
    MUST(file);
    return file;
}

static void add_extension(X509 *x, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, x, x, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    MUST(extension && X509_add_ext(x, extension, -1));
    X509_EXTENSION_free(extension);
}

static X509 *make(EVP_PKEY *key, const char *host, int days)
{
    enum { DAY = 24 * 3600 };
    struct in_addr address;
    char name[300];
    X509 *x = X509_new();
    MUST(x && X509_set_version(x, X509_VERSION_3) && ASN1_INTEGER_set(X509_get_serialNumber(x), 1));
    MUST(X509_gmtime_adj(X509_getm_notBefore(x), -2L * DAY) &&
         X509_gmtime_adj(X509_getm_notAfter(x), (long)days * DAY));
    X509_NAME *subject = X509_get_subject_name(x);
    MUST(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)"tasks test", -1, -1,
                                    0));
    MUST(X509_set_issuer_name(x, subject) && X509_set_pubkey(x, key));
    snprintf(name, sizeof name, "%s:%s", inet_pton(AF_INET, host, &address) == 1 ? "IP" : "DNS", host);
    add_extension(x, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(x, NID_subject_alt_name, name);
    MUST(X509_sign(x, key, EVP_sha256()));
    return x;
}

void certificate_make(const char *folder, const char *name, const char *host, int days)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    MUST(key);
    X509 *x = make(key, host, days);
    FILE *certificate = create(folder, name, ".pem"), *secret = create(folder, name, ".key");
    MUST(PEM_write_X509(certificate, x) && PEM_write_PrivateKey(secret, key, NULL, NULL, 0, NULL, NULL));
    MUST(fclose(certificate) == 0 && fclose(secret) == 0);
    X509_free(x);
    EVP_PKEY_free(key);
}
