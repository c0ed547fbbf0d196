#include "balancer.h"

#include <stdlib.h>
#include <string.h>

#include "balancer_keys.h"
#include "buf.h"
#include "fail.h"
#include "jwt.h"
#include "openssl.h"
#include "timestamp.h"

#define SERVICE ":elasticloadbalancing:"

enum { URL_MAX = 2048 };

struct balancer {
    struct balancer_options options;
    struct balancer_keys *keys;
};

/* "arn:aws:elasticloadbalancing:REGION:...", in other parts of AWS with more after "aws". */
static size_t region_of(const char *arn, const char **region)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    const char *service = strncmp(arn, "arn:aws", strlen("arn:aws")) == 0 ? strstr(arn, SERVICE) : NULL;
    *region = service ? service + strlen(SERVICE) : arn;
    return service ? strspn(*region, letters) : 0;
}

bool balancer_arn_ok(const char *arn)
{
    const char *region;
    size_t length = region_of(arn, &region);
    return length > 0 && region[length] == ':' && strstr(region + length, ":loadbalancer/app/");
}

static void keys_url(const struct balancer_options *options, buf *url)
{
    const char *region;
    if (options->keys_url) {
        buf_text(url, options->keys_url);
        return;
    }
    size_t length = region_of(options->arn, &region);
    buf_print(url, "https://public-keys.auth.elb.%.*s.amazonaws.com", (int)length, region);
}

struct balancer *balancer_new(const struct balancer_options *options, tasks_error *error)
{
    buf url;
    if (openssl_load(error))
        return NULL;
    struct balancer *b = calloc(1, sizeof *b);
    buf_init(&url, URL_MAX);
    keys_url(options, &url);
    if (b && !url.status) {
        b->options = *options;
        b->keys = balancer_keys_new(url.bytes);
    }
    buf_done(&url);
    if (b && b->keys)
        return b;
    fail_memory(error);
    balancer_free(b);
    return NULL;
}

void balancer_free(struct balancer *b)
{
    if (b)
        balancer_keys_free(b->keys);
    free(b);
}

static tasks_status refuse(tasks_error *error, const char *why)
{
    return fail(error, TASKS_DENIED, "token_unknown", "the token is refused: %s", why);
}

static bool says(const json_t *object, const char *name, const char *wanted)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value && strcmp(value, wanted) == 0;
}

/* Who has signed it, for whom, and until when stands in the header, which the signature covers too. */
static tasks_status check_header(const struct balancer *b, const struct jwt *jwt, const char **kid,
                                 int64_t *expires_at_ms, tasks_error *error)
{
    tasks_status status = jwt_check_header(jwt, JWT_ES256, kid, error);
    if (status)
        return status;
    if (!says(jwt->header, "signer", b->options.arn))
        return refuse(error, "another load balancer has signed it");
    if (!says(jwt->header, "iss", b->options.issuer))
        return refuse(error, "it is from another issuer");
    if (!says(jwt->header, "client", b->options.audience))
        return refuse(error, "it is for another audience");
    if (!jwt_time(jwt->header, "exp", expires_at_ms))
        return refuse(error, "it does not say until when it is good");
    if (*expires_at_ms + JWT_LEEWAY_MS <= timestamp_now())
        return fail(error, TASKS_DENIED, "token_expired", "the token has expired: ask for a new one");
    return TASKS_OK;
}

static tasks_status verify(const struct balancer *b, const struct jwt *jwt, const char *kid,
                           tasks_error *error)
{
    EVP_PKEY *key;
    tasks_status status = balancer_keys_find(b->keys, kid, &key, error);
    if (status)
        return status;
    bool good = jwt_verify(jwt, JWT_ES256, key);
    openssl.EVP_PKEY_free(key);
    return good ? TASKS_OK : refuse(error, "its signature is wrong");
}

static tasks_status check(const struct balancer *b, const struct jwt *jwt, struct tokens_holder *out,
                          tasks_error *error)
{
    const char *kid, *subject = json_string_value(json_object_get(jwt->claims, "sub"));
    *out = (struct tokens_holder){.token = 0};
    tasks_status status = check_header(b, jwt, &kid, &out->expires_at_ms, error);
    if (!status && !jwt_subject_ok(subject))
        status = refuse(error, "its subject is missing or too long");
    if (!status)
        status = verify(b, jwt, kid, error);
    if (!status)
        memccpy(out->owner, subject, '\0', sizeof out->owner); /* its length has been checked */
    return status;
}

tasks_status balancer_find(void *context, const char *text, struct tokens_holder *out, tasks_error *error)
{
    struct jwt jwt;
    tasks_status status = jwt_read(text, JWT_PADDED, &jwt, error);
    if (!status)
        status = check(context, &jwt, out, error);
    jwt_done(&jwt);
    return status;
}
