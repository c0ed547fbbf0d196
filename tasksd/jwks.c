#include "jwks.h"

#include <stdlib.h>
#include <string.h>

#include "base64url.h"
#include "json_in.h"
#include "openssl.h"

enum { KEYS_MAX = 64, NUMBER_MAX = 1024, EC_SIZE = 32, RSA_BITS_MIN = 2048, RSA_BITS_MAX = 8192 };

struct jwks {
    json_t *root; /* holds the names */
    size_t count;
    struct {
        const char *kid;
        EVP_PKEY *key;
    } keys[KEYS_MAX];
};

static const char *text_of(const json_t *key, const char *name)
{
    return json_string_value(json_object_get(key, name));
}

/* A member that is base64url; 0 if it is none or too long. */
static size_t read_bytes(const json_t *key, const char *name, uint8_t bytes[NUMBER_MAX])
{
    const char *text = text_of(key, name);
    size_t length = text ? strlen(text) : 0, count = length * 3 / 4;
    return count <= NUMBER_MAX && base64url_read(text ? text : "", length, bytes, count) ? count : 0;
}

static BIGNUM *read_number(const json_t *key, const char *name)
{
    uint8_t bytes[NUMBER_MAX];
    size_t count = read_bytes(key, name, bytes);
    return count ? openssl.BN_bin2bn(bytes, (int)count, NULL) : NULL;
}

static EVP_PKEY *make_key(const char *type, OSSL_PARAM_BLD *builder)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM *params = openssl.OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *context = openssl.EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (params && context && openssl.EVP_PKEY_fromdata_init(context) == 1)
        openssl.EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params);
    openssl.EVP_PKEY_CTX_free(context);
    openssl.OSSL_PARAM_free(params);
    return key;
}

static EVP_PKEY *read_rsa(const json_t *from)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM_BLD *builder = openssl.OSSL_PARAM_BLD_new();
    BIGNUM *n = read_number(from, "n"), *e = read_number(from, "e");
    if (builder && n && e && openssl.BN_num_bits(n) >= RSA_BITS_MIN &&
        openssl.BN_num_bits(n) <= RSA_BITS_MAX &&
        openssl.OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) &&
        openssl.OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e))
        key = make_key("RSA", builder);
    openssl.BN_free(n);
    openssl.BN_free(e);
    openssl.OSSL_PARAM_BLD_free(builder);
    return key;
}

/* An uncompressed point: 4, x, y. */
static bool read_point(const json_t *from, uint8_t point[2 * EC_SIZE + 1])
{
    uint8_t x[NUMBER_MAX], y[NUMBER_MAX];
    const char *curve = text_of(from, "crv");
    if (!curve || strcmp(curve, "P-256") != 0 || read_bytes(from, "x", x) != EC_SIZE ||
        read_bytes(from, "y", y) != EC_SIZE)
        return false;
    point[0] = 4;
    memcpy(point + 1, x, EC_SIZE);
    memcpy(point + 1 + EC_SIZE, y, EC_SIZE);
    return true;
}

static EVP_PKEY *read_ec(const json_t *from)
{
    uint8_t point[2 * EC_SIZE + 1];
    EVP_PKEY *key = NULL;
    OSSL_PARAM_BLD *builder = openssl.OSSL_PARAM_BLD_new();
    if (builder && read_point(from, point) &&
        openssl.OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) &&
        openssl.OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point))
        key = make_key("EC", builder);
    openssl.OSSL_PARAM_BLD_free(builder);
    return key;
}

static const struct {
    const char *type;
    EVP_PKEY *(*read)(const json_t *from);
} kinds[] = {[JWT_RS256] = {"RSA", read_rsa}, [JWT_ES256] = {"EC", read_ec}};

/* Is a member that need not be there either not there or this? */
static bool may_be(const json_t *key, const char *name, const char *wanted)
{
    const json_t *value = json_object_get(key, name);
    return !value || (json_is_string(value) && strcmp(json_string_value(value), wanted) == 0);
}

static void add(struct jwks *set, const json_t *from, enum jwt_algorithm algorithm)
{
    const char *type = text_of(from, "kty"), *kid = text_of(from, "kid");
    if (set->count == KEYS_MAX || !type || !kid || strcmp(type, kinds[algorithm].type) != 0 ||
        !may_be(from, "use", "sig") || !may_be(from, "alg", jwt_algorithms[algorithm]))
        return;
    EVP_PKEY *key = kinds[algorithm].read(from);
    if (!key)
        return;
    set->keys[set->count].kid = kid;
    set->keys[set->count++].key = key;
}

struct jwks *jwks_read(const char *text, size_t length, enum jwt_algorithm algorithm)
{
    size_t i;
    const json_t *key;
    struct jwks *set = calloc(1, sizeof *set);
    if (!set || json_in_read(text, length, &set->root, NULL) ||
        !json_is_array(json_object_get(set->root, "keys"))) {
        jwks_free(set);
        return NULL;
    }
    json_array_foreach (json_object_get(set->root, "keys"), i, key) {
        add(set, key, algorithm);
    }
    return set;
}

void jwks_free(struct jwks *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->count; i++)
        openssl.EVP_PKEY_free(set->keys[i].key);
    json_decref(set->root);
    free(set);
}

EVP_PKEY *jwks_key(const struct jwks *set, const char *kid)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->keys[i].kid, kid) == 0)
            return set->keys[i].key;
    return NULL;
}
