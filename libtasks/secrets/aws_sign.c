#include "aws_sign.h"

#include <string.h>

#include "libcrypto.h"
#include "sha256.h"
#include "timestamp.h"

void aws_sign_stamp(int64_t time_ms, char stamp[AWS_SIGN_STAMP])
{
    char text[TIMESTAMP_SIZE];
    timestamp_write(time_ms, text);
    for (const char *c = text; *c != '.'; c++)
        if (*c != '-' && *c != ':')
            *stamp++ = *c;
    memcpy(stamp, "Z", 2);
}

void aws_sign_encode(buf *to, const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (; *text; text++)
        if (strchr(plain, *text))
            buf_char(to, *text);
        else
            buf_print(to, "%%%02X", (unsigned)(unsigned char)*text);
}

static void hex_of(const unsigned char bytes[SHA256_SIZE], char hex[AWS_SIGN_HEX])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < SHA256_SIZE; i++) {
        *hex++ = digits[bytes[i] >> 4];
        *hex++ = digits[bytes[i] & 15];
    }
    *hex = '\0';
}

void aws_sign_hash(const char *bytes, size_t length, char hex[AWS_SIGN_HEX])
{
    uint8_t digest[SHA256_SIZE];
    sha256(bytes, length, digest);
    hex_of(digest, hex);
}

void aws_sign_scope(buf *to, const aws_sign_with *with)
{
    buf_print(to, "%.8s/%s/%s/aws4_request", with->stamp, with->region, with->service);
}

void aws_sign_text(buf *to, const aws_sign_with *with, const char *request, size_t length)
{
    char hash[AWS_SIGN_HEX];
    aws_sign_hash(request, length, hash);
    buf_print(to, "AWS4-HMAC-SHA256\n%s\n", with->stamp);
    aws_sign_scope(to, with);
    buf_print(to, "\n%s", hash);
}

/* Replaces the key by the HMAC of `text` under it. */
static void step(unsigned char key[SHA256_SIZE], const char *text, size_t length)
{
    unsigned char next[SHA256_SIZE];
    libcrypto.HMAC(libcrypto.EVP_sha256(), key, SHA256_SIZE, (const unsigned char *)text, length, next, NULL);
    memcpy(key, next, sizeof next);
    explicit_bzero(next, sizeof next);
}

/* HMAC starts with a key of any length: "AWS4" and the secret one. */
static void first_step(const aws_sign_with *with, unsigned char key[SHA256_SIZE])
{
    char start[256] = "AWS4";
    size_t length = strnlen(with->key, sizeof start - 4);
    memcpy(start + 4, with->key, length);
    libcrypto.HMAC(libcrypto.EVP_sha256(), start, (int)length + 4, (const unsigned char *)with->stamp, 8, key,
                   NULL);
    explicit_bzero(start, sizeof start);
}

tasks_status aws_sign_text_signature(const aws_sign_with *with, const char *text, size_t length,
                                     char hex[AWS_SIGN_HEX], tasks_error *error)
{
    tasks_status status = libcrypto_load(error);
    if (status)
        return status;
    unsigned char key[SHA256_SIZE];
    first_step(with, key);
    step(key, with->region, strlen(with->region));
    step(key, with->service, strlen(with->service));
    step(key, "aws4_request", strlen("aws4_request"));
    step(key, text, length);
    hex_of(key, hex);
    explicit_bzero(key, sizeof key);
    return TASKS_OK;
}
