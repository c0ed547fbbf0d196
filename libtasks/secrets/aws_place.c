#include "aws_place.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws_metadata.h"
#include "fail.h"
#include "https.h"

bool aws_place_is_word(const char *text, size_t length, size_t max, const char *more)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    if (length < 1 || length > max)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!text[i] || (!strchr(plain, text[i]) && !strchr(more, text[i])))
            return false;
    return true;
}

/* ---- Regions ---- */

static bool set_region(aws_place_region *out, const char *name, size_t length, const char *origin)
{
    if (!aws_place_is_word(name, length, sizeof out->name - 1, "-"))
        return false;
    memcpy(out->name, name, length);
    out->name[length] = '\0';
    out->origin = origin;
    return true;
}

/* arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME */
tasks_status aws_place_of_arn(const char *name, aws_place_region *out, tasks_error *error)
{
    enum { SERVICE = 2, REGION = 3, KIND = 5, NAME = 6 };
    const char *field[NAME + 1] = {name};
    *out = (aws_place_region){.origin = "none"};
    if (strncmp(name, "arn:", 4) != 0)
        return TASKS_OK;
    int fields = 1;
    for (const char *colon = strchr(name, ':'); colon && fields <= NAME; colon = strchr(colon + 1, ':'))
        field[fields++] = colon + 1;
    if (fields <= NAME || !*field[NAME] || strncmp(field[SERVICE], "secretsmanager:", 15) != 0 ||
        strncmp(field[KIND], "secret:", 7) != 0 ||
        !set_region(out, field[REGION], (size_t)(field[REGION + 1] - field[REGION] - 1), "its ARN"))
        return fail_field(error, "password_ref", "secret_malformed",
                          "an ARN of a secret is arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME");
    return TASKS_OK;
}

tasks_status aws_place_here(aws_place_region *out, tasks_error *error)
{
    static const char *const variables[] = {"AWS_REGION", "AWS_DEFAULT_REGION"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *value = getenv(variables[i]);
        if (!value || !*value)
            continue;
        return set_region(out, value, strlen(value), variables[i])
                   ? TASKS_OK
                   : fail(error, TASKS_INVALID, "option_malformed", "%s is no name of a region",
                          variables[i]);
    }
    out->origin = "instance metadata";
    tasks_status status = aws_metadata_region(out->name, sizeof out->name, error);
    if (status && error)
        fail(error, status, error->code, "no region: set AWS_REGION (%s)", error->message);
    return status;
}

/* ---- Endpoints ---- */

/* What libcurl signs is the path, so the one that is left out is written down. */
static tasks_status from_variable(const char *variable, const char *value, char url[AWS_PLACE_URL_SIZE],
                                  tasks_error *error)
{
    https_place place;
    size_t length = strlen(value);
    length -= value[length - 1] == '/';
    int written = snprintf(url, AWS_PLACE_URL_SIZE, "%.*s/", (int)length, value);
    const char *host = strstr(url, "://");
    tasks_status status = https_split(url, &place, error);
    if (status == TASKS_UNSUPPORTED)
        return status;
    if (status || written >= AWS_PLACE_URL_SIZE || !host || strcspn(host + 3, "/?") + 1 != strlen(host + 3))
        return fail(error, TASKS_INVALID, "option_malformed", "%s is not https://HOST:PORT", variable);
    return TASKS_OK;
}

tasks_status aws_place_endpoint(const char *service, const char *variable, const char *region,
                                char url[AWS_PLACE_URL_SIZE], bool *plain, tasks_error *error)
{
    const char *const names[] = {variable, "AWS_ENDPOINT_URL"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        *plain = value && *value;
        if (*plain)
            return from_variable(names[i], value, url, error);
    }
    const char *china = strncmp(region, "cn-", 3) == 0 ? ".cn" : "";
    snprintf(url, AWS_PLACE_URL_SIZE, "https://%s.%s.amazonaws.com%s/", service, region, china);
    return TASKS_OK;
}

/* ---- Hosts without TLS ---- */

static bool is_address(const char *host, const char *address)
{
    unsigned char a[16], b[16];
    if (strchr(address, ':'))
        return inet_pton(AF_INET6, host, a) == 1 && inet_pton(AF_INET6, address, b) == 1 && !memcmp(a, b, 16);
    return strcmp(host, address) == 0;
}

static bool is_local(const char *host)
{
    static const char *const addresses[] = {"::1",          "169.254.170.2",   "169.254.170.23",
                                            "fd00:ec2::23", "169.254.169.254", "fd00:ec2::254"};
    unsigned char bytes[4];
    if (inet_pton(AF_INET, host, bytes) == 1 && bytes[0] == 127)
        return true;
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
        if (is_address(host, addresses[i]))
            return true;
    return strcmp(host, "localhost") == 0;
}

tasks_status aws_place_check_local(const char *variable, const char *url, tasks_error *error)
{
    https_place place;
    tasks_status status = https_split(url, &place, error);
    if (status == TASKS_UNSUPPORTED)
        return status;
    if (status)
        return fail(error, TASKS_INVALID, "option_malformed", "%s is no URL of a host", variable);
    if (strcmp(place.scheme, "https") != 0 && (strcmp(place.scheme, "http") != 0 || !is_local(place.host)))
        return fail(error, TASKS_DENIED, "secret_denied",
                    "%s leads to %s without TLS: https is a must beyond this machine", variable, place.host);
    return TASKS_OK;
}
