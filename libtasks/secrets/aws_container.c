#include "aws_container.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws_metadata.h"
#include "aws_place.h"
#include "fail.h"
#include "file.h"

enum { TOKEN_MAX = 8192 };

#define RELATIVE "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
#define FULL     "AWS_CONTAINER_CREDENTIALS_FULL_URI"

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

bool aws_container_is_here(void)
{
    return variable(RELATIVE) || variable(FULL);
}

static tasks_status make_url(char url[AWS_PLACE_URL_SIZE], tasks_error *error)
{
    const char *path = variable(RELATIVE), *full = variable(FULL), *name = path ? RELATIVE : FULL;
    if (path && *path != '/')
        return fail(error, TASKS_INVALID, "option_malformed", "%s does not begin with /", RELATIVE);
    int length = path ? snprintf(url, AWS_PLACE_URL_SIZE, "http://169.254.170.2%s", path)
                      : snprintf(url, AWS_PLACE_URL_SIZE, "%s", full);
    if (length >= AWS_PLACE_URL_SIZE)
        return fail(error, TASKS_INVALID, "option_malformed", "%s is too long", name);
    return aws_place_check_local(name, url, error);
}

/* The file is read each time: it is replaced while the container runs. */
static tasks_status read_token(wiped *out, tasks_error *error)
{
    const char *path = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *token = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    tasks_error found;
    if (!path)
        return !token || wiped_set(out, token, strlen(token)) ? TASKS_OK : fail_memory(error);
    tasks_status status = file_read(path, TOKEN_MAX, false, out, &found);
    return status
               ? fail(error, status, found.code, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: %s", found.message)
               : TASKS_OK;
}

static tasks_status make_header(wiped *out, tasks_error *error)
{
    wiped token = {0};
    tasks_status status = read_token(&token, error);
    if (!status && token.text && !wiped_join(out, "Authorization: ", token.text))
        status = fail_memory(error);
    wiped_done(&token);
    return status;
}

static tasks_status ask(const char *url, const char *header, aws_credentials *out, tasks_error *error)
{
    const char *headers[] = {header, NULL};
    https_reply reply = {0};
    tasks_status status = aws_metadata_call("GET", url, headers, &reply, error);
    if (!status && reply.status != 200)
        status = fail(error, reply.status == 401 || reply.status == 403 ? TASKS_DENIED : TASKS_UNAVAILABLE,
                      "secret_away", "the container's credentials endpoint answers HTTP %ld", reply.status);
    if (!status)
        status = aws_reply_role(reply.body, reply.length, out, error);
    https_reply_done(&reply);
    return status;
}

tasks_status aws_container_role(aws_credentials *out, tasks_error *error)
{
    char url[AWS_PLACE_URL_SIZE];
    wiped header = {0};
    *out = (aws_credentials){.expires_ms = TASKS_NO_TIME};
    tasks_status status = make_url(url, error);
    if (!status)
        status = make_header(&header, error);
    if (!status)
        status = ask(url, header.text, out, error);
    wiped_done(&header);
    return status;
}
