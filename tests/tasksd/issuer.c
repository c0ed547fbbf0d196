#include "issuer.h"

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base64url.h"
#include "run.h"

enum { TOKEN_MAX = 32 << 10, SIGNATURE_MAX = 1024, REQUEST_MAX = 4096 };

/* ---- Publishing ---- */

static void put_number(json_t *to, const char *name, const EVP_PKEY *key, const char *parameter, int size)
{
    uint8_t bytes[SIGNATURE_MAX];
    char text[BASE64URL_SIZE(SIGNATURE_MAX)];
    BIGNUM *number = NULL;
    ck_assert_int_eq(EVP_PKEY_get_bn_param(key, parameter, &number), 1);
    int count = BN_bn2binpad(number, bytes, size ? size : BN_num_bytes(number));
    base64url_write(bytes, (size_t)count, text);
    json_object_set_new(to, name, json_string(text));
    BN_free(number);
}

void issuer_publish(struct issuer *issuer, const char *rsa, const char *ec)
{
    json_t *first = json_pack("{s:s,s:s,s:s}", "kty", "RSA", "kid", rsa, "use", "sig");
    json_t *second = json_pack("{s:s,s:s,s:s}", "kty", "EC", "kid", ec, "crv", "P-256");
    put_number(first, "n", issuer->rsa, OSSL_PKEY_PARAM_RSA_N, 0);
    put_number(first, "e", issuer->rsa, OSSL_PKEY_PARAM_RSA_E, 0);
    put_number(second, "x", issuer->ec, OSSL_PKEY_PARAM_EC_PUB_X, 32);
    put_number(second, "y", issuer->ec, OSSL_PKEY_PARAM_EC_PUB_Y, 32);
    json_t *set = json_pack("{s:[o,o]}", "keys", first, second);
    pthread_mutex_lock(&issuer->lock);
    free(issuer->keys);
    issuer->keys = json_dumps(set, 0);
    pthread_mutex_unlock(&issuer->lock);
    json_decref(set);
}

/* ---- Serving ---- */

static char *pem_of(const EVP_PKEY *key)
{
    char *bytes;
    BIO *memory = BIO_new(BIO_s_mem());
    ck_assert_int_eq(PEM_write_bio_PUBKEY(memory, key), 1);
    ck_assert_int_eq(BIO_write(memory, "", 1), 1); /* its end as a text */
    BIO_get_mem_data(memory, &bytes);
    char *text = strdup(bytes);
    BIO_free(memory);
    return text;
}

static char *exchange(struct issuer *issuer, const char *form)
{
    free(issuer->form);
    issuer->form = strdup(form);
    return strdup(issuer->grant ? issuer->grant : "{\"error\":\"invalid_grant\"}");
}

void issuer_grant(struct issuer *issuer, const char *text)
{
    pthread_mutex_lock(&issuer->lock);
    free(issuer->grant);
    issuer->grant = text ? strdup(text) : NULL;
    pthread_mutex_unlock(&issuer->lock);
}

static void answer(struct issuer *issuer, int fd, const char *request)
{
    char *text = NULL, *body = NULL;
    bool pem = strncmp(request, "GET /pem/", 9) == 0;
    bool named = pem && strncmp(request + 9, ISSUER_KID " ", sizeof ISSUER_KID) == 0;
    bool keys = strncmp(request, "GET /keys ", 10) == 0;
    bool token = strncmp(request, "POST /token ", 12) == 0;
    bool document = strncmp(request, "GET /.well-known/openid-configuration ", 38) == 0;
    pthread_mutex_lock(&issuer->lock);
    if (document)
        ck_assert(asprintf(&body,
                           "{\"issuer\":\"%s\",\"jwks_uri\":\"%s/keys\",\"authorization_endpoint\":"
                           "\"%s/authorize\",\"token_endpoint\":\"%s/token\"}",
                           issuer->name, issuer->url, issuer->url, issuer->url) > 0);
    else if (token)
        body = exchange(issuer, strstr(request, "\r\n\r\n") + 4);
    else
        body = named ? pem_of(issuer->ec) : strdup(keys ? issuer->keys : "");
    pthread_mutex_unlock(&issuer->lock);
    issuer->asked += keys || pem;
    bool granted = token && issuer->grant;
    int status = issuer->away ? 500 : keys || document || named || granted ? 200 : token ? 400 : 404;
    int length = asprintf(&text, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                          status, strlen(body), body);
    send(fd, text, (size_t)length, MSG_NOSIGNAL);
    free(text);
    free(body);
}

static bool is_whole(const char *request)
{
    const char *body = strstr(request, "\r\n\r\n");
    const char *length = strstr(request, "Content-Length: ");
    return body && (!length || strlen(body + 4) >= strtoul(length + 16, NULL, 10));
}

static void *serve(void *context)
{
    struct issuer *issuer = context;
    for (int fd; (fd = accept(issuer->socket, NULL, NULL)) >= 0; close(fd)) {
        char request[REQUEST_MAX + 1] = "";
        size_t have = 0;
        ssize_t count = 1;
        while (count > 0 && have < REQUEST_MAX && !is_whole(request)) {
            count = recv(fd, request + have, REQUEST_MAX - have, 0);
            have += count > 0 ? (size_t)count : 0;
            request[have] = '\0';
        }
        answer(issuer, fd, request);
    }
    return NULL;
}

void issuer_start(struct issuer *issuer)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    *issuer = (struct issuer){.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    pthread_mutex_init(&issuer->lock, NULL);
    ck_assert_int_eq(bind(issuer->socket, (struct sockaddr *)&address, size), 0);
    ck_assert_int_eq(listen(issuer->socket, 64), 0);
    ck_assert_int_eq(getsockname(issuer->socket, (struct sockaddr *)&address, &size), 0);
    snprintf(issuer->url, sizeof issuer->url, "http://127.0.0.1:%d", ntohs(address.sin_port));
    issuer->name = issuer->url;
    issuer->rsa = EVP_RSA_gen(2048);
    issuer->stranger = EVP_RSA_gen(2048);
    issuer->ec = EVP_EC_gen("P-256");
    issuer_publish(issuer, "rsa", "ec");
    ck_assert_int_eq(pthread_create(&issuer->thread, NULL, serve, issuer), 0);
}

void issuer_stop(struct issuer *issuer)
{
    shutdown(issuer->socket, SHUT_RDWR);
    pthread_join(issuer->thread, NULL);
    close(issuer->socket);
    EVP_PKEY_free(issuer->rsa);
    EVP_PKEY_free(issuer->stranger);
    EVP_PKEY_free(issuer->ec);
    free(issuer->keys);
    free(issuer->grant);
    free(issuer->form);
    pthread_mutex_destroy(&issuer->lock);
}

/* ---- Signing ---- */

static void change(json_t *object, const char *changes)
{
    const char *name;
    json_t *value;
    char *quoted = strdup(changes);
    for (char *c = quoted; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    json_t *members = json_loads(quoted, 0, NULL);
    ck_assert_msg(members != NULL, "%s", changes);
    json_object_foreach (members, name, value) {
        bool time_name = strcmp(name, "exp") == 0 || strcmp(name, "nbf") == 0 || strcmp(name, "iat") == 0;
        if (json_is_null(value))
            json_object_del(object, name);
        else if (time_name && json_is_integer(value))
            json_object_set_new(object, name, json_integer(time(NULL) + json_integer_value(value)));
        else
            json_object_set(object, name, value);
    }
    json_decref(members);
    free(quoted);
}

static void put_bytes(char *text, const uint8_t *bytes, size_t count, bool padded)
{
    base64url_write(bytes, count, text + strlen(text));
    while (padded && count % 3 != 0) {
        memcpy(text + strlen(text), "=", sizeof "=");
        count++;
    }
}

/* Takes the object over. */
static void put_part(char *text, json_t *object, bool padded)
{
    char *json = json_dumps(object, JSON_COMPACT);
    put_bytes(text, (const uint8_t *)json, strlen(json), padded);
    free(json);
    json_decref(object);
}

static size_t sign_hmac(const EVP_PKEY *key, const char *text, uint8_t signature[SIGNATURE_MAX])
{
    unsigned length = 0;
    char *pem = pem_of(key);
    HMAC(EVP_sha256(), pem, (int)strlen(pem), (const uint8_t *)text, strlen(text), signature, &length);
    free(pem);
    return length;
}

static size_t sign(EVP_PKEY *key, const char *text, uint8_t signature[SIGNATURE_MAX])
{
    size_t length = SIGNATURE_MAX;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ck_assert_int_eq(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key), 1);
    ck_assert_int_eq(EVP_DigestSign(context, signature, &length, (const uint8_t *)text, strlen(text)), 1);
    EVP_MD_CTX_free(context);
    return length;
}

/* The two numbers side by side, which is what tokens have instead of DER. */
static size_t sign_ec(EVP_PKEY *key, const char *text, uint8_t signature[SIGNATURE_MAX])
{
    size_t length = sign(key, text, signature);
    const uint8_t *der = signature;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)length);
    ck_assert_int_eq(BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, 32), 32);
    ck_assert_int_eq(BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + 32, 32), 32);
    ECDSA_SIG_free(pair);
    return 64;
}

static size_t sign_as(const struct issuer *issuer, enum issuer_signer signer, const char *text,
                      uint8_t signature[SIGNATURE_MAX])
{
    switch (signer) {
    case ISSUER_RSA:
        return sign(issuer->rsa, text, signature);
    case ISSUER_STRANGER:
        return sign(issuer->stranger, text, signature);
    case ISSUER_EC:
        return sign_ec(issuer->ec, text, signature);
    case ISSUER_HMAC:
        return sign_hmac(issuer->rsa, text, signature);
    case ISSUER_NOBODY:
        break;
    }
    return 0;
}

/* Takes both objects over. */
static const char *make_token(const struct issuer *issuer, enum issuer_signer signer, json_t *header,
                              json_t *claims, bool padded)
{
    static char text[TOKEN_MAX];
    uint8_t signature[SIGNATURE_MAX];
    text[0] = '\0';
    put_part(text, header, padded);
    memcpy(text + strlen(text), ".", sizeof ".");
    put_part(text, claims, padded);
    size_t length = sign_as(issuer, signer, text, signature);
    memcpy(text + strlen(text), ".", sizeof ".");
    put_bytes(text, signature, length, padded);
    return text;
}

const char *issuer_token(const struct issuer *issuer, enum issuer_signer signer, const char *header,
                         const char *claims)
{
    long now = time(NULL);
    json_t *head = json_pack("{s:s,s:s}", "alg", "RS256", "kid", "rsa");
    json_t *body = json_pack("{s:s,s:s,s:s,s:I,s:I}", "iss", issuer->url, "aud", "tasks", "sub", "alice",
                             "nbf", (json_int_t)now - 5, "exp", (json_int_t)now + 600);
    change(head, header);
    change(body, claims);
    return make_token(issuer, signer, head, body, false);
}

const char *issuer_voucher(const struct issuer *issuer, enum issuer_signer signer, const char *header,
                           const char *claims)
{
    json_t *head =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:I}", "alg", "ES256", "kid", ISSUER_KID, "signer", ISSUER_ARN, "iss",
                  issuer->url, "client", "tasks", "exp", (json_int_t)time(NULL) + 120);
    json_t *body = json_pack("{s:s,s:s}", "sub", "alice", "email", "a@example.org");
    change(head, header);
    change(body, claims);
    return make_token(issuer, signer, head, body, true);
}
