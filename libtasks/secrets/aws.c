/* aws:NAME-OR-ARN */
#include "aws.h"

#include <stdio.h>
#include <string.h>

#include "aws_credentials.h"
#include "aws_place.h"
#include "aws_send.h"
#include "fail.h"
#include "json_out.h"
#include "libcurl.h"

enum { NAME_MAX_LENGTH = 1024, BODY_MAX = 4096 };

static tasks_status make_body(const char *name, secret_version version, buf *to, tasks_error *error)
{
    json_out j;
    buf_init(to, BODY_MAX);
    json_out_init(&j, to);
    json_out_object(&j, NULL);
    json_out_text(&j, "SecretId", name);
    json_out_text(&j, "VersionStage", version == SECRET_PREVIOUS ? "AWSPREVIOUS" : "AWSCURRENT");
    json_out_object_end(&j);
    return to->status ? fail_memory(error) : TASKS_OK;
}

static tasks_status call(const aws_send_request *request, const aws_credentials *signer, secret *out,
                         tasks_error *error)
{
    https_reply reply = {0};
    tasks_error found;
    tasks_status status = aws_send(request, signer, &reply, &found);
    if (!status)
        status = aws_reply_secret(reply.body, reply.length, &out->value, &found);
    https_reply_done(&reply);
    return status ? fail(error, status, found.code, "%s; asked: %s", found.message, out->origin) : TASKS_OK;
}

static tasks_status ask_once(const aws_send_request *request, const aws_place_region *region, secret *out,
                             tasks_error *error)
{
    aws_credentials signer;
    const char *origin;
    tasks_status status = aws_credentials_get(&signer, &origin, error);
    snprintf(out->origin, sizeof out->origin, "Secrets Manager in %s (%s), with credentials from %s",
             region->name, region->origin, origin);
    if (!status)
        status = call(request, &signer, out, error);
    aws_reply_credentials_done(&signer);
    return status;
}

/* A role's credentials may have been withdrawn before their time: new ones are worth one more try. */
static tasks_status ask(const aws_send_request *request, const aws_place_region *region, secret *out,
                        tasks_error *error)
{
    tasks_error found = {0};
    tasks_status status = ask_once(request, region, out, &found);
    if (status && strcmp(found.code, "keys_refused") == 0 && aws_credentials_forget())
        status = ask_once(request, region, out, &found);
    if (status && error)
        *error = found;
    return status;
}

static tasks_status read_secret(const char *name, secret_version version, secret *out, tasks_error *error)
{
    static const char *const headers[] = {"Content-Type: application/x-amz-json-1.1",
                                          "X-Amz-Target: secretsmanager.GetSecretValue", NULL};
    aws_place_region region;
    buf body;
    if (!aws_place_is_word(name, strlen(name), NAME_MAX_LENGTH, "/_+=.@!:-"))
        return fail_field(error, "password_ref", "secret_malformed",
                          "a name has letters, digits and /_+=.@-!");
    tasks_status status = libcurl_load(error);
    if (!status)
        status = aws_place_of_arn(name, &region, error);
    if (!status && !*region.name)
        status = aws_place_here(&region, error);
    if (status)
        return status;
    status = make_body(name, version, &body, error);
    aws_send_request request = {.service = "secretsmanager",
                                .variable = "AWS_ENDPOINT_URL_SECRETS_MANAGER",
                                .region = region.name,
                                .permission =
                                    "secretsmanager:GetSecretValue (and kms:Decrypt for a key of your own)",
                                .headers = headers,
                                .body = body.bytes,
                                .body_length = body.length};
    if (!status)
        status = ask(&request, &region, out, error);
    buf_done(&body);
    return status;
}

const secret_source aws_source = {.scheme = "aws", .read = read_secret};
