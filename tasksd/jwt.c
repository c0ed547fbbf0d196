#include "jwt.h"

#include <string.h>

#include "base64url.h"
#include "fail.h"
#include "json_in.h"
#include "openssl.h"
#include "timestamp.h"

enum { ES256_HALF = 32, ES256_DER_MAX = 80 };

const char *const jwt_algorithms[] = {[JWT_RS256] = "RS256", [JWT_ES256] = "ES256", NULL};

static tasks_status refuse(tasks_error *error, const char *why)
{
    return fail(error, TASKS_DENIED, "token_unknown", "the token is refused: %s", why);
}

/* ---- Taking apart ---- */

/* The length without padding; a length that nobody can have if it is wrong. */
static size_t unpadded(const char *text, size_t length, enum jwt_form form)
{
    enum { IMPOSSIBLE = 1 };
    size_t end = length;
    if (form == JWT_COMPACT)
        return length;
    while (end > 0 && length - end < 2 && text[end - 1] == '=')
        end--;
    return length % 4 == 0 ? end : IMPOSSIBLE;
}

static tasks_status read_bytes(struct jwt *jwt, const char *text, size_t length, const uint8_t **out,
                               size_t *out_length, tasks_error *error)
{
    length = unpadded(text, length, jwt->form);
    size_t count = length * 3 / 4;
    uint8_t *bytes = arena_alloc(&jwt->memory, count + 1);
    if (!bytes)
        return fail_memory(error);
    if (!base64url_read(text, length, bytes, count))
        return refuse(error, "it is malformed");
    *out = bytes;
    *out_length = count;
    return TASKS_OK;
}

static tasks_status read_object(struct jwt *jwt, const char *text, size_t length, json_t **out,
                                tasks_error *error)
{
    const uint8_t *bytes = NULL;
    size_t count = 0;
    tasks_status status = read_bytes(jwt, text, length, &bytes, &count, error);
    if (!status)
        status = json_in_read((const char *)bytes, count, out, error);
    if (status == TASKS_INVALID || (!status && !json_is_object(*out)))
        return refuse(error, "it is malformed");
    return status;
}

tasks_status jwt_read(const char *text, enum jwt_form form, struct jwt *out, tasks_error *error)
{
    size_t length = strnlen(text, JWT_SIZE_MAX + 1);
    const char *first = memchr(text, '.', length), *second = first ? strchr(first + 1, '.') : NULL;
    *out = (struct jwt){.text = text, .form = form};
    arena_init(&out->memory);
    if (length > JWT_SIZE_MAX || !second)
        return refuse(error, "it is malformed or too long");
    out->signed_length = (size_t)(second - text);
    tasks_status status = read_object(out, text, (size_t)(first - text), &out->header, error);
    if (!status)
        status = read_object(out, first + 1, (size_t)(second - first) - 1, &out->claims, error);
    if (!status)
        status = read_bytes(out, second + 1, length - out->signed_length - 1, &out->signature,
                            &out->signature_length, error);
    return status;
}

void jwt_done(struct jwt *jwt)
{
    json_decref(jwt->header);
    json_decref(jwt->claims);
    arena_done(&jwt->memory);
}

/* ---- Header and signature ---- */

/* Members that would have the token choose its own key, or ask for rules that are not known here. */
static const char *const forbidden[] = {"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip"};

tasks_status jwt_check_header(const struct jwt *jwt, enum jwt_algorithm algorithm, const char **kid,
                              tasks_error *error)
{
    const char *named = json_string_value(json_object_get(jwt->header, "alg"));
    *kid = json_string_value(json_object_get(jwt->header, "kid"));
    if (!named || strcmp(named, jwt_algorithms[algorithm]) != 0)
        return refuse(error, "it is not signed by the algorithm that is expected");
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
        if (json_object_get(jwt->header, forbidden[i]))
            return refuse(error, "its header asks for what is not done here");
    return *kid ? TASKS_OK : refuse(error, "it does not name its key");
}

/* OpenSSL wants the two numbers of the signature in DER. The lengths have been checked. */
static int signature_der(const struct jwt *jwt, uint8_t der[ES256_DER_MAX])
{
    ECDSA_SIG *pair = openssl.ECDSA_SIG_new();
    BIGNUM *r = openssl.BN_bin2bn(jwt->signature, ES256_HALF, NULL);
    BIGNUM *s = openssl.BN_bin2bn(jwt->signature + ES256_HALF, ES256_HALF, NULL);
    int length = 0;
    if (pair && r && s && openssl.ECDSA_SIG_set0(pair, r, s) == 1) {
        length = openssl.i2d_ECDSA_SIG(pair, &der);
    } else {
        openssl.BN_free(r);
        openssl.BN_free(s);
    }
    openssl.ECDSA_SIG_free(pair);
    return length > 0 ? length : 0;
}

static bool verify(const struct jwt *jwt, EVP_PKEY *key, const uint8_t *signature, size_t length)
{
    EVP_MD_CTX *context = openssl.EVP_MD_CTX_new();
    bool good = context &&
                openssl.EVP_DigestVerifyInit(context, NULL, openssl.EVP_sha256(), NULL, key) == 1 &&
                openssl.EVP_DigestVerify(context, signature, length, (const uint8_t *)jwt->text,
                                         jwt->signed_length) == 1;
    openssl.EVP_MD_CTX_free(context);
    openssl.ERR_clear_error(); /* a wrong signature leaves errors in a queue that nobody reads */
    return good;
}

bool jwt_verify(const struct jwt *jwt, enum jwt_algorithm algorithm, EVP_PKEY *key)
{
    uint8_t der[ES256_DER_MAX];
    if (!openssl.EVP_PKEY_is_a(key, algorithm == JWT_ES256 ? "EC" : "RSA"))
        return false;
    if (algorithm == JWT_RS256)
        return verify(jwt, key, jwt->signature, jwt->signature_length);
    if (jwt->signature_length != 2 * (size_t)ES256_HALF)
        return false;
    int length = signature_der(jwt, der);
    return length && verify(jwt, key, der, (size_t)length);
}

/* ---- Claims ---- */

bool jwt_time(const json_t *object, const char *name, int64_t *time_ms)
{
    const json_t *member = json_object_get(object, name);
    double ms = json_number_value(member) * 1000;
    if (!json_is_number(member) || !(ms >= (double)TIMESTAMP_MIN && ms <= (double)TIMESTAMP_MAX))
        return false;
    *time_ms = (int64_t)ms;
    return true;
}

/* An empty one would be the default owner. */
bool jwt_subject_ok(const char *subject)
{
    return subject && *subject && strlen(subject) <= TASKS_OWNER_MAX;
}

static bool is_text(const json_t *value, const char *text)
{
    return json_is_string(value) && strcmp(json_string_value(value), text) == 0;
}

static bool is_for(const json_t *audience, const char *wanted)
{
    size_t i;
    const json_t *one;
    if (is_text(audience, wanted))
        return true;
    json_array_foreach (audience, i, one) {
        if (is_text(one, wanted))
            return true;
    }
    return false;
}

/* Issuers that leave out nbf (Cognito does) say when the token was made: it is not good before that either.
 */
static tasks_status check_times(const struct jwt *jwt, const struct jwt_wanted *wanted,
                                int64_t *expires_at_ms, tasks_error *error)
{
    int64_t start_ms;
    const char *start = wanted->iat_will_do && !json_object_get(jwt->claims, "nbf") ? "iat" : "nbf";
    if (!jwt_time(jwt->claims, "exp", expires_at_ms) || !jwt_time(jwt->claims, start, &start_ms))
        return refuse(error, "it does not say from when to when it is good");
    if (start_ms > wanted->now_ms + JWT_LEEWAY_MS)
        return refuse(error, "it is not good yet");
    if (*expires_at_ms + JWT_LEEWAY_MS <= wanted->now_ms)
        return fail(error, TASKS_DENIED, "token_expired", "the token has expired: ask for a new one");
    return TASKS_OK;
}

tasks_status jwt_check_claims(const struct jwt *jwt, const struct jwt_wanted *wanted, const char **subject,
                              int64_t *expires_at_ms, tasks_error *error)
{
    *subject = json_string_value(json_object_get(jwt->claims, "sub"));
    if (!is_text(json_object_get(jwt->claims, "iss"), wanted->issuer))
        return refuse(error, "it is from another issuer");
    if (!is_for(json_object_get(jwt->claims, "aud"), wanted->audience))
        return refuse(error, "it is for another audience");
    if (!jwt_subject_ok(*subject))
        return refuse(error, "its subject is missing or too long");
    return check_times(jwt, wanted, expires_at_ms, error);
}
