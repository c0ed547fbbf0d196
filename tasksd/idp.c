#include "idp.h"

#include <string.h>

#include "fail.h"

enum { CONNECT_MS = 3000, TOTAL_MS = 5000, REPLY_MAX = 256 << 10 };

static tasks_status run(https_call *call, https_reply *reply, tasks_error *error)
{
    tasks_error cause;
    call->plain = discovery_url_ok(call->url);
    call->connect_ms = CONNECT_MS;
    call->total_ms = TOTAL_MS;
    call->size_max = REPLY_MAX;
    if (https_run(call, reply, &cause))
        return fail(error, TASKS_UNAVAILABLE, "issuer_away", "%s", cause.message);
    if (reply->status == 200)
        return TASKS_OK;
    return fail(error, TASKS_UNAVAILABLE, "issuer_away", "%.150s answers with %ld", call->url, reply->status);
}

tasks_status idp_get(const char *url, https_reply *reply, tasks_error *error)
{
    https_call call = {.method = "GET", .url = url};
    return run(&call, reply, error);
}

tasks_status idp_post(const char *url, const char *form, https_reply *reply, tasks_error *error)
{
    static const char *const headers[] = {"Content-Type: application/x-www-form-urlencoded",
                                          "Accept: application/json", NULL};
    https_call call = {
        .method = "POST", .url = url, .headers = headers, .body = form, .body_length = strlen(form)};
    tasks_status status = run(&call, reply, error);
    if (!status || reply->status < 400 || reply->status > 499)
        return status;
    return fail(error, TASKS_DENIED, "sign_in_refused",
                "the issuer does not take this sign-in; begin it once more");
}

tasks_status idp_discover(const char *issuer, arena *memory, struct discovery *out, tasks_error *error)
{
    https_reply reply;
    const char *url = discovery_url(issuer, memory);
    if (!url)
        return fail_memory(error);
    tasks_status status = idp_get(url, &reply, error);
    if (!status)
        status = discovery_read(reply.body, reply.length, issuer, memory, out, error);
    https_reply_done(&reply);
    return status;
}
