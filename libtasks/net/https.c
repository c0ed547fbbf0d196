#include "https.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "libcurl.h"

/* ---- URLs ---- */

static bool url_part(CURLU *url, CURLUPart part, char *to, size_t size)
{
    char *text = NULL;
    size_t length = libcurl.curl_url_get(url, part, &text, 0) ? size : strlen(text);
    bool fits = length < size;
    if (fits)
        memcpy(to, text, length + 1);
    libcurl.curl_free(text);
    return fits;
}

static bool url_has(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    bool there = !libcurl.curl_url_get(url, part, &text, 0);
    libcurl.curl_free(text);
    return there;
}

static void drop_brackets(char *host)
{
    size_t length = strlen(host);
    if (host[0] != '[' || host[length - 1] != ']')
        return;
    memmove(host, host + 1, length - 2);
    host[length - 2] = '\0';
}

tasks_status https_split(const char *text, https_place *out, tasks_error *error)
{
    *out = (https_place){0};
    tasks_status status = libcurl_load(error);
    if (status)
        return status;
    /* Who asks looks at the scheme; libcurl would know those that it was built with. */
    CURLU *url = libcurl.curl_url();
    bool good = url && !libcurl.curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) &&
                !url_has(url, CURLUPART_USER) && !url_has(url, CURLUPART_PASSWORD) &&
                !url_has(url, CURLUPART_FRAGMENT) &&
                url_part(url, CURLUPART_SCHEME, out->scheme, sizeof out->scheme) &&
                url_part(url, CURLUPART_HOST, out->host, sizeof out->host);
    libcurl.curl_url_cleanup(url);
    drop_brackets(out->host);
    if (good)
        return TASKS_OK;
    return fail(error, TASKS_INVALID, "call_malformed", "not a URL of a host, or one with a user in it");
}

/* ---- The reply ---- */

typedef struct sink {
    https_reply *reply;
    size_t size_max;
    bool no_memory, too_large;
} sink;

/* All the room at once: growing would leave copies behind that nobody wipes. */
static bool make_room(sink *to)
{
    if (!to->reply->body)
        to->reply->body = calloc(1, to->size_max + 1);
    to->no_memory = !to->reply->body;
    return !to->no_memory;
}

static size_t take(char *bytes, size_t one, size_t count, void *context)
{
    sink *to = context;
    https_reply *reply = to->reply;
    to->too_large = count > to->size_max - reply->length;
    if (to->too_large || !make_room(to))
        return 0;
    memcpy(reply->body + reply->length, bytes, count);
    reply->length += count;
    return one * count;
}

void https_reply_done(https_reply *reply)
{
    if (reply->body)
        explicit_bzero(reply->body, reply->length);
    free(reply->body);
    *reply = (https_reply){.date_ms = TASKS_NO_TIME};
}

static int64_t date_of(CURL *curl)
{
    struct curl_header *header;
    if (libcurl.curl_easy_header(curl, "Date", 0, CURLH_HEADER, -1, &header))
        return TASKS_NO_TIME;
    time_t date = libcurl.curl_getdate(header->value, NULL);
    return date == -1 ? TASKS_NO_TIME : (int64_t)date * 1000;
}

/* ---- The call ---- */

#define SET(option, value) (bad = bad ? bad : libcurl.curl_easy_setopt(curl, option, value))

static CURLcode set_rules(CURL *curl, const https_call *call)
{
    CURLcode bad = CURLE_OK;
    const char *protocols = call->plain ? "https,http" : "https";
    SET(CURLOPT_PROTOCOLS_STR, protocols);
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)call->connect_ms);
    SET(CURLOPT_TIMEOUT_MS, (long)call->total_ms);
    if (call->direct)
        SET(CURLOPT_PROXY, "");
    if (call->ca_file)
        SET(CURLOPT_CAINFO, call->ca_file);
    return bad;
}

static CURLcode set_request(CURL *curl, const https_call *call, struct curl_slist *headers)
{
    CURLcode bad = CURLE_OK;
    SET(CURLOPT_URL, call->url);
    SET(CURLOPT_HTTPHEADER, headers);
    if (call->body || strcmp(call->method, "GET") != 0) {
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_length);
        SET(CURLOPT_POSTFIELDS, call->body ? call->body : "");
    }
    SET(CURLOPT_CUSTOMREQUEST, call->method);
    if (call->signer) {
        SET(CURLOPT_AWS_SIGV4, call->signer->scope);
        SET(CURLOPT_USERNAME, call->signer->key_id);
        SET(CURLOPT_PASSWORD, call->signer->key);
    }
    return bad;
}

static CURLcode set_sink(CURL *curl, sink *to)
{
    CURLcode bad = CURLE_OK;
    SET(CURLOPT_WRITEFUNCTION, take);
    SET(CURLOPT_WRITEDATA, to);
    return bad;
}

static tasks_status failed(CURLcode code, const sink *to, const char *host, tasks_error *error)
{
    const char *why = libcurl.curl_easy_strerror(code);
    if (to->no_memory || code == CURLE_OUT_OF_MEMORY)
        return fail_memory(error);
    if (to->too_large)
        return fail(error, TASKS_UNAVAILABLE, "call_too_large", "%s answers with more than %zu bytes", host,
                    to->size_max);
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return fail(error, TASKS_TIMEOUT, "call_timeout", "%s does not answer in time", host);
    case CURLE_URL_MALFORMAT:
        return fail(error, TASKS_INVALID, "call_malformed", "%s: %s", host, why);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return fail(error, TASKS_UNAVAILABLE, "call_untrusted", "%s cannot be trusted: %s", host, why);
    default:
        return fail(error, TASKS_UNAVAILABLE, "call_failed", "%s: %s", host, why);
    }
}

static tasks_status perform(CURL *curl, const https_call *call, struct curl_slist *headers, const char *host,
                            https_reply *out, tasks_error *error)
{
    sink to = {.reply = out, .size_max = call->size_max};
    CURLcode bad = set_rules(curl, call);
    if (!bad)
        bad = set_request(curl, call, headers);
    if (!bad)
        bad = set_sink(curl, &to);
    if (!bad)
        bad = libcurl.curl_easy_perform(curl);
    if (bad)
        return failed(bad, &to, host, error);
    if (!make_room(&to)) /* an empty body is a body too */
        return fail_memory(error);
    libcurl.curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &out->status);
    out->date_ms = date_of(curl);
    return TASKS_OK;
}

/* libcurl sends header lines as they are: a line break in one would smuggle in another. */
static bool one_line_each(const char *const *headers)
{
    for (; headers && *headers; headers++)
        if (strpbrk(*headers, "\r\n"))
            return false;
    return true;
}

static bool make_headers(const char *const *from, struct curl_slist **out)
{
    for (; from && *from; from++) {
        struct curl_slist *longer = libcurl.curl_slist_append(*out, *from);
        if (!longer)
            return false;
        *out = longer;
    }
    return true;
}

static void drop_headers(struct curl_slist *headers)
{
    for (struct curl_slist *h = headers; h; h = h->next)
        explicit_bzero(h->data, strlen(h->data));
    libcurl.curl_slist_free_all(headers);
}

static tasks_status check(const https_call *call, https_place *place, tasks_error *error)
{
    tasks_status status = https_split(call->url, place, error);
    if (status)
        return status;
    if (strcmp(place->scheme, "https") != 0 && (!call->plain || strcmp(place->scheme, "http") != 0))
        return fail(error, TASKS_INVALID, "call_malformed", "%s: only https will do", place->host);
    if (!one_line_each(call->headers))
        return fail(error, TASKS_INVALID, "call_malformed", "%s: a header is not one line", place->host);
    return TASKS_OK;
}

tasks_status https_run(const https_call *call, https_reply *out, tasks_error *error)
{
    https_place place;
    struct curl_slist *headers = NULL;
    *out = (https_reply){.date_ms = TASKS_NO_TIME};
    tasks_status status = libcurl_load(error);
    if (!status)
        status = check(call, &place, error);
    if (status)
        return status;
    CURL *curl = make_headers(call->headers, &headers) ? libcurl.curl_easy_init() : NULL;
    status = curl ? perform(curl, call, headers, place.host, out, error) : fail_memory(error);
    libcurl.curl_easy_cleanup(curl);
    drop_headers(headers);
    if (status)
        https_reply_done(out);
    return status;
}
