#include "aws_web_identity.h"

#include <stdlib.h>
#include <string.h>

#include "aws_place.h"
#include "aws_send.h"
#include "aws_sign.h"
#include "fail.h"
#include "file.h"

enum { TOKEN_MAX = 16 * 1024, FORM_MAX = 4 * TOKEN_MAX };

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

bool aws_web_identity_is_here(void)
{
    return variable("AWS_WEB_IDENTITY_TOKEN_FILE") && variable("AWS_ROLE_ARN");
}

static void add_field(buf *form, const char *name, const char *value)
{
    buf_text(form, name);
    aws_sign_encode(form, value);
}

/* All the room at once, so that no copy of the token is left behind by growing. */
static tasks_status make_form(const char *token, buf *form, tasks_error *error)
{
    const char *session = variable("AWS_ROLE_SESSION_NAME");
    buf_reserve(form, FORM_MAX);
    buf_text(form, "Action=AssumeRoleWithWebIdentity&Version=2011-06-15");
    add_field(form, "&RoleArn=", variable("AWS_ROLE_ARN"));
    add_field(form, "&RoleSessionName=", session ? session : "tasks");
    add_field(form, "&WebIdentityToken=", token);
    if (form->status == TASKS_INVALID)
        return fail(error, TASKS_INVALID, "option_malformed",
                    "AWS_ROLE_ARN or AWS_ROLE_SESSION_NAME is too long");
    return form->status ? fail_memory(error) : TASKS_OK;
}

static tasks_status assume(const buf *form, aws_credentials *out, tasks_error *error)
{
    static const char *const headers[] = {"Content-Type: application/x-www-form-urlencoded", NULL};
    aws_send_request request = {.service = "sts",
                                .variable = "AWS_ENDPOINT_URL_STS",
                                .headers = headers,
                                .body = form->bytes,
                                .body_length = form->length};
    aws_place_region region;
    https_reply reply = {0};
    tasks_status status = aws_place_here(&region, error);
    request.region = region.name;
    if (!status)
        status = aws_send(&request, NULL, &reply, error);
    if (!status)
        status = aws_reply_assumed(reply.body, reply.length, out, error);
    https_reply_done(&reply);
    return status;
}

tasks_status aws_web_identity_role(aws_credentials *out, tasks_error *error)
{
    wiped token = {0};
    buf form;
    tasks_error found;
    *out = (aws_credentials){.expires_ms = TASKS_NO_TIME};
    buf_init(&form, FORM_MAX);
    tasks_status status =
        file_read(variable("AWS_WEB_IDENTITY_TOKEN_FILE"), TOKEN_MAX, false, &token, &found);
    if (status)
        fail(error, status, found.code, "AWS_WEB_IDENTITY_TOKEN_FILE: %s", found.message);
    else
        status = make_form(token.text, &form, error);
    if (!status)
        status = assume(&form, out, error);
    if (form.bytes)
        explicit_bzero(form.bytes, form.length);
    buf_done(&form);
    wiped_done(&token);
    return status;
}
