/* The steps of AWS Signature Version 4 that libcurl does not do: what a presigned query needs. The moment of
 * signing is passed in, so that published signatures can be made again. */
#ifndef AWS_SIGN_H
#define AWS_SIGN_H

#include <stdint.h>

#include "buf.h"

enum { AWS_SIGN_STAMP = 17, AWS_SIGN_HEX = 65 }; /* sizes with NUL */

typedef struct aws_sign_with {
    const char *key_id, *key;
    const char *region, *service;
    char stamp[AWS_SIGN_STAMP]; /* "20150830T123600Z" */
} aws_sign_with;

void aws_sign_stamp(int64_t time_ms, char stamp[AWS_SIGN_STAMP]); /* a time of the years 0 to 9999 */

/* Appends `text` with every byte but letters, digits and -._~ as %XX. */
void aws_sign_encode(buf *to, const char *text);

/* "20150830/us-east-1/iam/aws4_request" */
void aws_sign_scope(buf *to, const aws_sign_with *with);

/* SHA-256 as 64 hexadecimal digits. */
void aws_sign_hash(const char *bytes, size_t length, char hex[AWS_SIGN_HEX]);

/* What is signed for a canonical request; and the signature of that: UNSUPPORTED library_missing without
 * OpenSSL. */
void aws_sign_text(buf *to, const aws_sign_with *with, const char *request, size_t length);
tasks_status aws_sign_text_signature(const aws_sign_with *with, const char *text, size_t length,
                                     char hex[AWS_SIGN_HEX], tasks_error *error);

#endif
