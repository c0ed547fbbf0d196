#include "stand_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws_sign.h"
#include "json_out.h"
#include "timestamp.h"

enum { TEXT_MAX = 128 * 1024, CLOCK_MS = 5 * 60 * 1000 };

static int count(int *counter)
{
    return __atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
}

/* ---- Answers ---- */

static void answer(const stand_in *s, web_peer *peer, int status, const char *body)
{
    char headers[128], date[64];
    struct tm broken;
    time_t now = time(NULL) + s->skew_s;
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &broken));
    snprintf(headers, sizeof headers, "Content-Type: application/x-amz-json-1.1\r\nDate: %s\r\n", date);
    web_answer(peer, status, headers, body);
}

static void refuse(const stand_in *s, web_peer *peer, const char *type)
{
    char body[256];
    snprintf(body, sizeof body, "{\"__type\":\"%s\",\"message\":\"no\"}", type);
    answer(s, peer, 400, body);
}

#define FAILS_WITH(name, type)                                                                               \
    void stand_in_##name(void *context, const web_request *request, web_peer *peer)                          \
    {                                                                                                        \
        (void)request;                                                                                       \
        refuse(context, peer, type);                                                                         \
    }
FAILS_WITH(throttled, "ThrottlingException")
FAILS_WITH(denying, "com.amazonaws.secretsmanager#AccessDeniedException")
FAILS_WITH(undecryptable, "DecryptionFailure")

#define ANSWERS_WITH(name, status, body)                                                                     \
    void stand_in_##name(void *context, const web_request *request, web_peer *peer)                          \
    {                                                                                                        \
        (void)request;                                                                                       \
        answer(context, peer, status, body);                                                                 \
    }
ANSWERS_WITH(broken, 500, "<html>oops</html>")
ANSWERS_WITH(garbled, 200, "{\"SecretString\": \"half")
ANSWERS_WITH(binary, 200, "{\"SecretBinary\":\"AAEC\"}")
ANSWERS_WITH(textless, 200, "{\"Name\":\"x\"}")
ANSWERS_WITH(forbidding, 403, "")

void stand_in_half(void *context, const web_request *request, web_peer *peer)
{
    static const char half[] = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"SecretString\":\"";
    (void)context;
    (void)request;
    web_write(peer, half, strlen(half));
}

void stand_in_hanging(void *context, const web_request *request, web_peer *peer)
{
    (void)context;
    (void)request;
    web_hang(peer);
}

void stand_in_huge(void *context, const web_request *request, web_peer *peer)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"SecretString\":\"";
    char block[4096];
    (void)context;
    (void)request;
    memset(block, 'x', sizeof block);
    web_write(peer, head, strlen(head));
    for (int i = 0; i < 1024; i++)
        web_write(peer, block, sizeof block);
}

void stand_in_redirecting(void *context, const web_request *request, web_peer *peer)
{
    (void)context;
    (void)request;
    web_answer(peer, 307, "Location: /elsewhere\r\n", "");
}

/* ---- Signatures ---- */

/* What the header Authorization says. */
typedef struct claim {
    char key_id[160], stamp[9], region[64], service[64], headers[512], signature[AWS_SIGN_HEX];
} claim;

static bool read_claim(const char *text, claim *out)
{
    char scope[512];
    const char *credential = strstr(text, "Credential="), *headers = strstr(text, "SignedHeaders="),
               *signature = strstr(text, "Signature=");
    if (strncmp(text, "AWS4-HMAC-SHA256 ", 17) != 0 || !credential || !headers || !signature)
        return false;
    snprintf(scope, sizeof scope, "%.*s", (int)strcspn(credential + 11, ", "), credential + 11);
    snprintf(out->headers, sizeof out->headers, "%.*s", (int)strcspn(headers + 14, ", "), headers + 14);
    snprintf(out->signature, sizeof out->signature, "%.64s", signature + 10);
    char *field[5] = {scope};
    for (int i = 1; i < 5; i++) {
        char *slash = strchr(field[i - 1], '/');
        if (!slash)
            return false;
        *slash = '\0';
        field[i] = slash + 1;
    }
    snprintf(out->key_id, sizeof out->key_id, "%.150s", field[0]);
    snprintf(out->stamp, sizeof out->stamp, "%.8s", field[1]);
    snprintf(out->region, sizeof out->region, "%.60s", field[2]);
    snprintf(out->service, sizeof out->service, "%.60s", field[3]);
    return strcmp(field[4], "aws4_request") == 0;
}

static bool is_signed(const claim *c, const char *header)
{
    size_t length = strlen(header);
    for (const char *at = c->headers; (at = strstr(at, header)); at += length)
        if ((at == c->headers || at[-1] == ';') && (at[length] == ';' || !at[length]))
            return true;
    return false;
}

/* The request as the signer must have seen it: each header that is named, in the order of the names. */
static void canonical(const web_request *request, const claim *c, buf *to)
{
    char value[1024], hash[AWS_SIGN_HEX];
    buf_print(to, "%s\n%s\n\n", request->method, request->path);
    for (const char *name = c->headers; *name;) {
        char one[128];
        size_t length = strcspn(name, ";");
        snprintf(one, sizeof one, "%.*s", (int)length, name);
        const char *found = web_header(request, one, value, sizeof value);
        buf_print(to, "%s:%s\n", one, found ? found : "");
        name += length + (name[length] == ';');
    }
    aws_sign_hash(request->body, request->length, hash);
    buf_print(to, "\n%s\n%s", c->headers, hash);
}

static bool signature_is_right(const web_request *request, const claim *c, const stand_in_user *user,
                               const char *stamp)
{
    char signature[AWS_SIGN_HEX];
    aws_sign_with with = {
        .key_id = user->key_id, .key = user->key, .region = c->region, .service = c->service};
    buf whole, text;
    buf_init(&whole, TEXT_MAX);
    buf_init(&text, TEXT_MAX);
    snprintf(with.stamp, sizeof with.stamp, "%s", stamp);
    canonical(request, c, &whole);
    aws_sign_text(&text, &with, whole.bytes, whole.length);
    bool good = !aws_sign_text_signature(&with, text.bytes, text.length, signature, NULL);
    buf_done(&whole);
    buf_done(&text);
    return good && strcmp(signature, c->signature) == 0;
}

static const stand_in_user *find_user(const stand_in *s, const char *key_id)
{
    for (const stand_in_user *u = s->users; u->key_id; u++)
        if (strcmp(u->key_id, key_id) == 0)
            return u;
    return NULL;
}

/* "20260131T093000Z", within the five minutes of this service's clock. */
static bool is_now(const stand_in *s, const char *stamp)
{
    char text[TIMESTAMP_SIZE];
    int64_t time_ms;
    if (strlen(stamp) != AWS_SIGN_STAMP - 1)
        return false;
    snprintf(text, sizeof text, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", stamp, stamp + 4, stamp + 6, stamp + 9,
             stamp + 11, stamp + 13);
    return timestamp_read(text, strlen(text), &time_ms) &&
           llabs(time_ms - timestamp_now() - (int64_t)s->skew_s * 1000) < CLOCK_MS;
}

/* What is wrong with who sent this; NULL for nothing. */
static const char *fault_of(const stand_in *s, const web_request *request, const stand_in_user **user)
{
    char authorization[1024] = "", stamp[64] = "", token[512];
    claim c = {0};
    web_header(request, "Authorization", authorization, sizeof authorization);
    web_header(request, "X-Amz-Date", stamp, sizeof stamp);
    const char *given = web_header(request, "X-Amz-Security-Token", token, sizeof token);
    if (!read_claim(authorization, &c) || !is_signed(&c, "host") || !is_signed(&c, "x-amz-date"))
        return "IncompleteSignature";
    *user = find_user(s, c.key_id);
    if (!*user || strcmp((*user)->token ? (*user)->token : "", given ? given : "") != 0)
        return "UnrecognizedClientException";
    if (!is_now(s, stamp) || strncmp(stamp, c.stamp, 8) != 0)
        return "InvalidSignatureException";
    if ((given && !is_signed(&c, "x-amz-security-token")) || strcmp(c.region, s->region) != 0 ||
        strcmp(c.service, "secretsmanager") != 0 || !signature_is_right(request, &c, *user, stamp))
        return "InvalidSignatureException";
    return NULL;
}

/* ---- Secrets Manager ---- */

static void hand_out(const stand_in *s, web_peer *peer, const char *value)
{
    buf body;
    json_out j;
    buf_init(&body, TEXT_MAX);
    json_out_init(&j, &body);
    json_out_object(&j, NULL);
    json_out_text(&j, "Name", s->name);
    json_out_text(&j, "SecretString", value);
    json_out_object_end(&j);
    answer(s, peer, 200, body.bytes);
    buf_done(&body);
}

static const char *value_of(stand_in *s, bool previous)
{
    return __atomic_load_n(previous ? &s->previous : &s->current, __ATOMIC_SEQ_CST);
}

void stand_in_put(stand_in *s, const char *value)
{
    __atomic_store_n(&s->previous, value_of(s, false), __ATOMIC_SEQ_CST);
    __atomic_store_n(&s->current, value, __ATOMIC_SEQ_CST);
}

static bool asks_for(const web_request *request, const char *name)
{
    char wanted[256];
    int length = snprintf(wanted, sizeof wanted, "{\"SecretId\":\"%s\",", name);
    return strncmp(request->body, wanted, (size_t)length) == 0;
}

static void secrets_manager(stand_in *s, const web_request *request, web_peer *peer)
{
    char target[128] = "", type[128] = "";
    const stand_in_user *user = NULL;
    bool previous = strstr(request->body, "\"AWSPREVIOUS\"") != NULL;
    int number = count(&s->secret_calls);
    if (number <= STAND_IN_READINGS)
        s->readings[number - 1] = (stand_in_reading){timestamp_monotonic(), previous};
    const char *fault = fault_of(s, request, &user), *value = value_of(s, previous);
    web_header(request, "X-Amz-Target", target, sizeof target);
    web_header(request, "Content-Type", type, sizeof type);
    if (number <= s->fail_times)
        s->fail(s, request, peer);
    else if (fault)
        refuse(s, peer, fault);
    else if (strcmp(target, "secretsmanager.GetSecretValue") != 0 ||
             strcmp(type, "application/x-amz-json-1.1") != 0)
        refuse(s, peer, "UnknownOperationException");
    else if (!user->allowed)
        refuse(s, peer, "AccessDeniedException");
    else if (!value || (!asks_for(request, s->name) && (!s->arn || !asks_for(request, s->arn))))
        refuse(s, peer, "ResourceNotFoundException");
    else
        hand_out(s, peer, value);
}

/* ---- Credentials ---- */

static void expiry(const stand_in *s, char text[TIMESTAMP_SIZE])
{
    timestamp_write(timestamp_now() + (int64_t)s->lifetime_s * 1000, text);
}

static void give_role(stand_in *s, web_peer *peer)
{
    char body[1024], expires[TIMESTAMP_SIZE];
    const stand_in_user *role = &s->users[1];
    count(&s->role_calls);
    expiry(s, expires);
    snprintf(body, sizeof body,
             "{\"Code\":\"Success\",\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"%s\",\"Token\":\"%s\","
             "\"Expiration\":\"%s\"}",
             role->key_id, role->key, role->token, expires);
    answer(s, peer, 200, body);
}

static void container(stand_in *s, const web_request *request, web_peer *peer)
{
    char given[512] = "";
    web_header(request, "Authorization", given, sizeof given);
    if (strcmp(given, s->authorization ? s->authorization : "") != 0)
        answer(s, peer, 401, "{\"message\":\"no\"}");
    else
        give_role(s, peer);
}

static void token_service(stand_in *s, const web_request *request, web_peer *peer)
{
    char body[2048], expires[TIMESTAMP_SIZE];
    const stand_in_user *role = &s->users[1];
    static const char *const wanted[] = {"Action=AssumeRoleWithWebIdentity&",
                                         "&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&",
                                         "&WebIdentityToken=a.b-c_d%3D"};
    for (int i = 0; i < 3; i++)
        if (!strstr(request->body, wanted[i])) {
            answer(s, peer, 400,
                   "<ErrorResponse><Error><Code>InvalidIdentityToken</Code></Error></ErrorResponse>");
            return;
        }
    count(&s->role_calls);
    expiry(s, expires);
    snprintf(
        body, sizeof body,
        "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
        "<AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey><SessionToken>%s</SessionToken>"
        "<Expiration>%s</Expiration></Credentials></AssumeRoleWithWebIdentityResult>"
        "</AssumeRoleWithWebIdentityResponse>",
        role->key_id, role->key, role->token, expires);
    answer(s, peer, 200, body);
}

/* ---- Instance metadata ---- */

/* Only the token that was given last opens anything. */
static bool opens(stand_in *s, const web_request *request)
{
    char given[64] = "", wanted[64];
    int tokens = __atomic_load_n(&s->token_calls, __ATOMIC_SEQ_CST);
    snprintf(wanted, sizeof wanted, "token-%d", tokens);
    web_header(request, "X-aws-ec2-metadata-token", given, sizeof given);
    return tokens && strcmp(given, wanted) == 0;
}

static void metadata(stand_in *s, const web_request *request, web_peer *peer)
{
    static const char roles[] = "/latest/meta-data/iam/security-credentials/";
    char text[64], lifetime[32] = "";
    bool put = strcmp(request->method, "PUT") == 0;
    web_header(request, "X-aws-ec2-metadata-token-ttl-seconds", lifetime, sizeof lifetime);
    if (s->instead) {
        s->instead(s, request, peer);
    } else if (s->only_version_1 && put) {
        answer(s, peer, 405, "");
    } else if (put && strcmp(request->path, "/latest/api/token") == 0 && *lifetime) {
        snprintf(text, sizeof text, "token-%d", count(&s->token_calls));
        answer(s, peer, 200, text);
    } else if (!s->only_version_1 && !opens(s, request)) {
        answer(s, peer, 401, "");
    } else if (s->expire_every && request->number % s->expire_every == 0) {
        count(&s->token_calls); /* from now on the token that the client holds is of no use */
        answer(s, peer, 401, "");
    } else if (strcmp(request->path, "/latest/meta-data/placement/region") == 0) {
        answer(s, peer, 200, s->region);
    } else if (strcmp(request->path, roles) == 0) {
        answer(s, peer, 200, "role-of-test\n");
    } else if (strncmp(request->path, roles, strlen(roles)) == 0 &&
               strcmp(request->path + strlen(roles), "role-of-test") == 0) {
        give_role(s, peer);
    } else {
        answer(s, peer, 404, "");
    }
}

static void play(void *context, const web_request *request, web_peer *peer)
{
    char target[128];
    if (strncmp(request->path, "/latest/", 8) == 0)
        metadata(context, request, peer);
    else if (strcmp(request->path, "/role") == 0)
        container(context, request, peer);
    else if (strcmp(request->method, "POST") == 0 &&
             !web_header(request, "X-Amz-Target", target, sizeof target))
        token_service(context, request, peer);
    else
        secrets_manager(context, request, peer);
}

web *stand_in_start(stand_in *what)
{
    return web_start(play, what, NULL, NULL);
}
