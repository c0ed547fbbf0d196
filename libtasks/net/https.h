/* One bounded HTTPS call: libcurl behind fixed rules. Peer and host are verified, redirects are not
 * followed, no cookie, .netrc or credential of the URL is used, and time and size have limits. */
#ifndef HTTPS_H
#define HTTPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tasks.h"

/* Who signs a call to AWS (Signature Version 4). Only POST to the path "/" without a query: there libcurl
 * of any version signs right. */
typedef struct https_signer {
    const char *scope; /* "aws:amz:REGION:SERVICE" */
    const char *key_id, *key;
} https_signer;

typedef struct https_call {
    const char *method; /* "GET", "POST", "PUT" */
    const char *url;
    const char *const *headers; /* "Name: value", ends with NULL; may be NULL */
    const char *body;           /* of POST and PUT; may be NULL */
    size_t body_length;
    const https_signer *signer; /* NULL: not signed */
    const char *ca_file;        /* whom to trust; NULL: as the system does */
    bool plain;                 /* http: will do as well: the caller has looked at the host */
    bool direct;                /* not through a proxy of the environment */
    uint32_t connect_ms, total_ms;
    size_t size_max; /* of the reply's body */
} https_call;

typedef struct https_reply {
    long status; /* whatever the server answered */
    char *body;  /* NUL-terminated; wiped when released */
    size_t length;
    int64_t date_ms; /* the server's clock, or TASKS_NO_TIME */
} https_reply;

/* @return OK when there is a whole reply, also one that says 500; INVALID call_malformed (URL, header);
 * TIMEOUT call_timeout; UNAVAILABLE call_failed (not reached, or cut short), call_untrusted (its
 * certificate), call_too_large; NO_MEMORY; UNSUPPORTED library_missing
 * (libcurl). Messages name the host and nothing else of the call. Thread-safe.
 * The reply is released in any case. */
tasks_status https_run(const https_call *call, https_reply *out, tasks_error *error);
void https_reply_done(https_reply *reply);

/* A URL as libcurl reads it. */
typedef struct https_place {
    char scheme[8];
    char host[256]; /* without the brackets of IPv6 */
} https_place;

/* INVALID call_malformed for what is no URL of a host, or has a user, password or fragment in it;
 * UNSUPPORTED library_missing. */
tasks_status https_split(const char *url, https_place *out, tasks_error *error);

#endif
