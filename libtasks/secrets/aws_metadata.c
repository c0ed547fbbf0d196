#include "aws_metadata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws_place.h"
#include "aws_retry.h"
#include "fail.h"

enum { TRIES = 3, PATIENCE_MS = 1000, REPLY_MAX = 16 * 1024, TOKEN_MAX = 1024, ROLE_MAX = 64 };

#define ROLES "/latest/meta-data/iam/security-credentials/"

bool aws_metadata_is_off(void)
{
    const char *off = getenv("AWS_EC2_METADATA_DISABLED");
    return off && strcasecmp(off, "true") == 0;
}

tasks_status aws_metadata_call(const char *method, const char *url, const char *const *headers,
                               https_reply *out, tasks_error *error)
{
    https_call call = {.method = method,
                       .url = url,
                       .headers = headers,
                       .plain = true,
                       .direct = true,
                       .connect_ms = PATIENCE_MS,
                       .total_ms = PATIENCE_MS,
                       .size_max = REPLY_MAX};
    aws_retry retry = {.tries_max = TRIES};
    tasks_error found = {0};
    tasks_status status = https_run(&call, out, &found);
    while (aws_retry_helps(status, &found, out) && aws_retry_wait(&retry)) {
        https_reply_done(out);
        status = https_run(&call, out, &found);
    }
    return status ? fail(error, status, "secret_away", "%s", found.message) : TASKS_OK;
}

/* ---- The session ---- */

typedef struct session {
    const char *base;            /* the URL without a path */
    char header[TOKEN_MAX + 32]; /* the token that opens the service */
} session;

static const char *base_url(void)
{
    const char *url = getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    return url && *url ? url : "http://169.254.169.254";
}

static void make_url(const session *s, const char *path, const char *name, char url[AWS_PLACE_URL_SIZE])
{
    size_t length = strlen(s->base);
    length -= length && s->base[length - 1] == '/';
    snprintf(url, AWS_PLACE_URL_SIZE, "%.*s%s%s", (int)length, s->base, path, name);
}

/* A service that knows only version 1 has no tokens to give. It is not asked any further: whoever can make us
 * send a GET somewhere could ask it as well. */
static tasks_status open_session(session *s, tasks_error *error)
{
    static const char *const headers[] = {"X-aws-ec2-metadata-token-ttl-seconds: 60", "Content-Type:", NULL};
    char url[AWS_PLACE_URL_SIZE];
    https_reply reply = {0};
    make_url(s, "/latest/api/token", "", url);
    tasks_status status = aws_metadata_call("PUT", url, headers, &reply, error);
    if (status)
        return status;
    if (reply.status != 200)
        status = fail(error, TASKS_UNAVAILABLE, "secret_away",
                      "instance metadata gives no token (HTTP %ld): version 2 of the service is a must",
                      reply.status);
    else if (reply.length > TOKEN_MAX || !aws_place_is_word(reply.body, reply.length, TOKEN_MAX, "/+=_-.:"))
        status = fail(error, TASKS_UNAVAILABLE, "secret_away", "instance metadata gives a senseless token");
    else
        snprintf(s->header, sizeof s->header, "X-aws-ec2-metadata-token: %s", reply.body);
    https_reply_done(&reply);
    return status;
}

static tasks_status start_session(session *s, tasks_error *error)
{
    *s = (session){.base = base_url()};
    if (aws_metadata_is_off())
        return fail(error, TASKS_UNAVAILABLE, "secret_away",
                    "instance metadata is off (AWS_EC2_METADATA_DISABLED)");
    tasks_status status = aws_place_check_local("AWS_EC2_METADATA_SERVICE_ENDPOINT", s->base, error);
    return status ? status : open_session(s, error);
}

static void end_session(session *s)
{
    explicit_bzero(s->header, sizeof s->header);
}

static tasks_status get_once(const session *s, const char *url, https_reply *out, tasks_error *error)
{
    const char *headers[] = {s->header, NULL};
    return aws_metadata_call("GET", url, headers, out, error);
}

/* A token may have run out: then one more is asked for. */
static tasks_status get(session *s, const char *path, const char *name, https_reply *out, tasks_error *error)
{
    enum { UNAUTHORIZED = 401 };
    char url[AWS_PLACE_URL_SIZE];
    make_url(s, path, name, url);
    tasks_status status = get_once(s, url, out, error);
    if (!status && out->status == UNAUTHORIZED) {
        https_reply_done(out);
        status = open_session(s, error);
        if (!status)
            status = get_once(s, url, out, error);
    }
    if (status || out->status == 200)
        return status;
    return fail(error, TASKS_UNAVAILABLE, "secret_away", "instance metadata answers %s with HTTP %ld", path,
                out->status);
}

/* ---- What is asked ---- */

static tasks_status get_name(session *s, const char *path, char *out, size_t size, tasks_error *error)
{
    https_reply reply = {0};
    tasks_status status = get(s, path, "", &reply, error);
    if (!status)
        status = aws_reply_name(reply.body, reply.length, out, size, error);
    https_reply_done(&reply);
    return status;
}

tasks_status aws_metadata_region(char *out, size_t size, tasks_error *error)
{
    session s;
    tasks_status status = start_session(&s, error);
    if (status)
        return status;
    status = get_name(&s, "/latest/meta-data/placement/region", out, size, error);
    end_session(&s);
    return status;
}

static tasks_status get_role(session *s, aws_credentials *out, tasks_error *error)
{
    char role[ROLE_MAX + 1];
    https_reply reply = {0};
    tasks_status status = get_name(s, ROLES, role, sizeof role, error);
    if (!status)
        status = get(s, ROLES, role, &reply, error);
    if (!status)
        status = aws_reply_role(reply.body, reply.length, out, error);
    https_reply_done(&reply);
    return status;
}

tasks_status aws_metadata_role(aws_credentials *out, tasks_error *error)
{
    session s;
    *out = (aws_credentials){.expires_ms = TASKS_NO_TIME};
    tasks_status status = start_session(&s, error);
    if (status)
        return status;
    status = get_role(&s, out, error);
    end_session(&s);
    return status;
}
