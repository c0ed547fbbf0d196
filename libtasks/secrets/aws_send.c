#include "aws_send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws_place.h"
#include "aws_retry.h"
#include "fail.h"
#include "timestamp.h"

enum { TRIES = 5, CONNECT_MS = 2000, TOTAL_MS = 3000, REPLY_MAX = 512 * 1024, HEADERS_MAX = 6 };

/* AWS allows five minutes. */
enum { SKEW_MS = 4 * 60 * 1000, MINUTE_MS = 60 * 1000 };

/* ---- What an answer means ---- */

typedef enum meaning { MISSING, DENIED, UNREADABLE, REFUSED, NAMELESS, BUSY, MEANINGS } meaning;

static const struct {
    tasks_status status;
    const char *code, *text;
} meanings[MEANINGS] = {
    [MISSING] = {TASKS_NOT_FOUND, "secret_missing",
                 "AWS has no such secret, or no value of it: look at its name and region"},
    [DENIED] = {TASKS_DENIED, "secret_denied", "AWS denies it: allow"}, /* the permission follows */
    [UNREADABLE] = {TASKS_DENIED, "secret_denied",
                    "AWS cannot decrypt it: look at the key, and allow kms:Decrypt"},
    [REFUSED] = {TASKS_DENIED, "keys_refused",
                 "AWS refuses the credentials: look whether they are right and valid"},
    [NAMELESS] = {TASKS_INVALID, "secret_malformed", "AWS does not take the name: look at it"},
    [BUSY] = {TASKS_UNAVAILABLE, "secret_away", "AWS wants fewer calls: try again later"},
};

/* The words of AWS, from its JSON services and its older XML ones. */
static const struct word {
    const char *type;
    meaning means;
} words[] = {
    {"ResourceNotFoundException", MISSING},
    {"InvalidRequestException", MISSING}, /* it waits for its deletion, or has no value yet */
    {"AccessDeniedException", DENIED},
    {"AccessDenied", DENIED},
    {"DecryptionFailure", UNREADABLE},
    {"InvalidParameterException", NAMELESS},
    {"ValidationException", NAMELESS},
    {"UnrecognizedClientException", REFUSED},
    {"InvalidClientTokenId", REFUSED},
    {"InvalidSignatureException", REFUSED},
    {"SignatureDoesNotMatch", REFUSED},
    {"IncompleteSignature", REFUSED},
    {"MissingAuthenticationToken", REFUSED},
    {"InvalidIdentityToken", REFUSED},
    {"ExpiredTokenException", REFUSED},
    {"ExpiredToken", REFUSED},
    {"RequestExpired", REFUSED},
    {"RequestTimeTooSkewed", REFUSED},
    {"ThrottlingException", BUSY},
    {"Throttling", BUSY},
    {"TooManyRequestsException", BUSY},
    {"RequestLimitExceeded", BUSY},
};

static meaning meaning_of(const char *type)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].type, type) == 0)
            return words[i].means;
    return MEANINGS;
}

static tasks_status judge_number(long number, const char *type, tasks_error *error)
{
    const char *comma = *type ? ", " : "";
    if (number >= 300 && number < 400)
        return fail(
            error, TASKS_UNAVAILABLE, "secret_away",
            "the endpoint sends us elsewhere (HTTP %ld), where we do not go: look at AWS_ENDPOINT_URL",
            number);
    if (number == 401 || number == 403)
        return fail(error, TASKS_DENIED, "secret_denied",
                    "AWS denies it: look at the role and at proxies (HTTP %ld%s%s)", number, comma, type);
    return fail(error, TASKS_UNAVAILABLE, "secret_away", "AWS answers with HTTP %ld%s%s: try again later",
                number, comma, type);
}

static tasks_status judge_skew(int64_t skew_ms, const char *type, tasks_error *error)
{
    return fail(error, TASKS_DENIED, "keys_refused",
                "this machine's clock is %lld minutes %s that of AWS: set it (%s)",
                (llabs(skew_ms) + MINUTE_MS / 2) / MINUTE_MS, skew_ms < 0 ? "behind" : "ahead of", type);
}

tasks_status aws_send_judge(const aws_send_request *request, const https_reply *reply, int64_t now_ms,
                            tasks_error *error)
{
    char type[AWS_REPLY_TYPE_SIZE];
    if (reply->status == 200)
        return TASKS_OK;
    aws_reply_type(reply->body, reply->length, type);
    meaning m = meaning_of(type);
    int64_t skew_ms = reply->date_ms == TASKS_NO_TIME ? 0 : now_ms - reply->date_ms;
    if (m == MEANINGS)
        return judge_number(reply->status, type, error);
    if (m == REFUSED && llabs(skew_ms) > SKEW_MS)
        return judge_skew(skew_ms, type, error);
    const char *blank = m == DENIED ? " " : "", *permission = m == DENIED ? request->permission : "";
    return fail(error, meanings[m].status, meanings[m].code, "%s%s%s (%s)", meanings[m].text, blank,
                permission, type);
}

/* ---- Sending ---- */

/* Throttling may come as a plain 400. */
static bool is_busy(const https_reply *reply)
{
    char type[AWS_REPLY_TYPE_SIZE];
    aws_reply_type(reply->body, reply->length, type);
    return reply->status == 400 && meaning_of(type) == BUSY;
}

static bool is_worth_another(tasks_status status, const tasks_error *error, const https_reply *reply)
{
    return aws_retry_helps(status, error, reply) || (!status && is_busy(reply));
}

/* There was no answer. */
static tasks_status explain(tasks_status status, const tasks_error *found, tasks_error *error)
{
    const char *advice = strcmp(found->code, "call_untrusted") == 0
                             ? "look at AWS_CA_BUNDLE"
                             : "look at the network and at AWS_ENDPOINT_URL";
    const char *code = status == TASKS_INVALID ? "option_malformed" : "secret_away";
    if (status == TASKS_UNSUPPORTED || status == TASKS_NO_MEMORY)
        return fail(error, status, found->code, "%s", found->message);
    return fail(error, status, code, "%s: %s", found->message, advice);
}

static tasks_status run(const aws_send_request *request, const https_call *call, https_reply *out,
                        tasks_error *error)
{
    aws_retry retry = {.tries_max = TRIES};
    tasks_error found = {0};
    tasks_status status = https_run(call, out, &found);
    while (is_worth_another(status, &found, out) && aws_retry_wait(&retry)) {
        https_reply_done(out);
        status = https_run(call, out, &found);
    }
    if (status)
        return explain(status, &found, error);
    return aws_send_judge(request, out, timestamp_now(), error);
}

/* The session token is one header more, and signed like the others. */
static tasks_status add_headers(const aws_send_request *request, const aws_credentials *signer, wiped *token,
                                const char *headers[HEADERS_MAX], tasks_error *error)
{
    size_t count = 0;
    while (request->headers[count]) {
        headers[count] = request->headers[count];
        count++;
    }
    if (signer && signer->token.text) {
        if (!wiped_join(token, "X-Amz-Security-Token: ", signer->token.text))
            return fail_memory(error);
        headers[count++] = token->text;
    }
    headers[count] = NULL;
    return TASKS_OK;
}

tasks_status aws_send(const aws_send_request *request, const aws_credentials *signer, https_reply *out,
                      tasks_error *error)
{
    char url[AWS_PLACE_URL_SIZE], scope[64 + AWS_PLACE_REGION_SIZE];
    const char *headers[HEADERS_MAX];
    const char *ca_file = getenv("AWS_CA_BUNDLE");
    wiped token = {0};
    https_signer sign = {.scope = scope};
    https_call call = {.method = "POST",
                       .url = url,
                       .headers = headers,
                       .body = request->body,
                       .body_length = request->body_length,
                       .ca_file = ca_file && *ca_file ? ca_file : NULL,
                       .connect_ms = CONNECT_MS,
                       .total_ms = TOTAL_MS,
                       .size_max = REPLY_MAX};
    *out = (https_reply){.date_ms = TASKS_NO_TIME};
    snprintf(scope, sizeof scope, "aws:amz:%s:%s", request->region, request->service);
    if (signer) {
        sign.key_id = signer->key_id.text;
        sign.key = signer->key.text;
        call.signer = &sign;
    }
    tasks_status status =
        aws_place_endpoint(request->service, request->variable, request->region, url, &call.plain, error);
    if (!status)
        status = add_headers(request, signer, &token, headers, error);
    if (!status)
        status = run(request, &call, out, error);
    wiped_done(&token);
    return status;
}
