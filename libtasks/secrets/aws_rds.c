/* The password of IAM database authentication: the query of a call that is never made, signed. */
#include "aws_rds.h"

#include <string.h>

#include "aws.h"
#include "aws_credentials.h"
#include "aws_place.h"
#include "fail.h"
#include "number.h"
#include "timestamp.h"

enum { TOKEN_MAX = 32 * 1024, HOST_MAX = 255, USER_MAX = 63 };

static void add(buf *to, const char *name, const char *value)
{
    buf_text(to, name);
    aws_sign_encode(to, value);
}

/* The parameters in the order in which they are signed, or in that of the AWS command line. */
static void add_query(buf *to, const aws_rds_request *request, const char *scope, bool signed_order)
{
    const char *token = request->token;
    add(to, "Action=connect&DBUser=", request->user);
    buf_text(to, "&X-Amz-Algorithm=AWS4-HMAC-SHA256");
    add(to, "&X-Amz-Credential=", scope);
    add(to, "&X-Amz-Date=", request->with.stamp);
    buf_text(to, "&X-Amz-Expires=900");
    if (token && signed_order)
        add(to, "&X-Amz-Security-Token=", token);
    buf_text(to, "&X-Amz-SignedHeaders=host");
    if (token && !signed_order)
        add(to, "&X-Amz-Security-Token=", token);
}

/* A header names no port that its scheme implies, and hosts are compared in lower case. */
static void add_host(buf *to, const aws_rds_request *request)
{
    for (const char *c = request->host; *c; c++)
        buf_char(to, *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c);
    if (strcmp(request->port, "443") != 0)
        buf_print(to, ":%s", request->port);
}

static tasks_status sign(const aws_rds_request *request, const char *scope, buf *work, char hex[AWS_SIGN_HEX],
                         tasks_error *error)
{
    char nothing[AWS_SIGN_HEX];
    aws_sign_hash("", 0, nothing);
    buf_text(work, "GET\n/\n");
    add_query(work, request, scope, true);
    buf_text(work, "\nhost:");
    add_host(work, request);
    buf_print(work, "\n\nhost\n%s", nothing);
    size_t length = work->length;
    aws_sign_text(work, &request->with, work->bytes, length);
    if (work->status)
        return fail_memory(error);
    return aws_sign_text_signature(&request->with, work->bytes + length, work->length - length, hex, error);
}

static tasks_status build(const aws_rds_request *request, const char *scope, buf *work, buf *token,
                          wiped *out, tasks_error *error)
{
    char hex[AWS_SIGN_HEX];
    tasks_status status = sign(request, scope, work, hex, error);
    if (status)
        return status;
    buf_print(token, "%s:%s/?", request->host, request->port);
    add_query(token, request, scope, false);
    add(token, "&X-Amz-Signature=", hex);
    return !token->status && wiped_set(out, token->bytes, token->length) ? TASKS_OK : fail_memory(error);
}

/* What they hold is as good as a password, so they get their room at once and leave no copies behind. */
static void start(buf *b)
{
    buf_init(b, TOKEN_MAX);
    buf_reserve(b, TOKEN_MAX);
}

static void end(buf *b)
{
    if (b->bytes)
        explicit_bzero(b->bytes, b->length);
    buf_done(b);
}

tasks_status aws_rds_sign(const aws_rds_request *request, wiped *out, tasks_error *error)
{
    buf scope, work, token;
    start(&scope);
    start(&work);
    start(&token);
    buf_print(&scope, "%s/", request->with.key_id);
    aws_sign_scope(&scope, &request->with);
    tasks_status status =
        scope.status ? fail_memory(error) : build(request, scope.bytes, &work, &token, out, error);
    end(&scope);
    end(&work);
    end(&token);
    return status;
}

/* NAME.ID.REGION.rds.amazonaws.com */
static tasks_status region_of(const char *host, aws_place_region *out, tasks_error *error)
{
    const char *end = strcasestr(host, ".rds.amazonaws.com");
    const char *dot = end ? memrchr(host, '.', (size_t)(end - host)) : NULL;
    size_t length = dot ? (size_t)(end - dot) - 1 : 0;
    if (!dot || !aws_place_is_word(dot + 1, length, sizeof out->name - 1, "-"))
        return aws_place_here(out, error);
    memcpy(out->name, dot + 1, length);
    out->name[length] = '\0';
    return TASKS_OK;
}

static tasks_status check(const char *host, const char *port, const char *user, tasks_error *error)
{
    int64_t number;
    if (!host || !user || !aws_place_is_word(host, strlen(host), HOST_MAX, ".-") || !*user ||
        strlen(user) > USER_MAX)
        return fail_field(error, "uri", "uri_malformed",
                          "tasks_auth=rds-iam wants one host, by its name at AWS, and a user");
    if (!number_read(port, strlen(port), 1, 65535, &number))
        return fail_field(error, "uri", "uri_malformed", "the port is not a number from 1 to 65535");
    return TASKS_OK;
}

tasks_status aws_rds_token(const char *host, const char *port, const char *user, wiped *out,
                           tasks_error *error)
{
    aws_place_region region = {0};
    aws_credentials signer = {0};
    const char *origin;
    port = port ? port : "5432";
    tasks_status status = check(host, port, user, error);
    if (!status)
        status = region_of(host, &region, error);
    if (!status)
        status = aws_credentials_get(&signer, &origin, error);
    if (!status) {
        aws_rds_request request = {.host = host, .port = port, .user = user, .token = signer.token.text};
        request.with = (aws_sign_with){
            .key_id = signer.key_id.text, .key = signer.key.text, .region = region.name, .service = "rds-db"};
        aws_sign_stamp(timestamp_now(), request.with.stamp);
        status = aws_rds_sign(&request, out, error);
    }
    aws_reply_credentials_done(&signer);
    return status;
}
