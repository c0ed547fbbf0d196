#include "client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "run.h"

static CURL *curl;
static struct client_reply reply;

static size_t take(char *bytes, size_t size, size_t count, void *to)
{
    buf_bytes(to, bytes, size * count);
    return size * count;
}

static void forget(void)
{
    free(reply.head);
    free(reply.body);
    json_decref(reply.json);
    reply = (struct client_reply){.status = 0};
}

void client_done(void)
{
    forget();
    curl_easy_cleanup(curl);
    curl = NULL;
}

static void set_up(const char *method, const char *url, struct curl_slist *fields, const char *body)
{
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_NOBODY, (long)(strcmp(method, "HEAD") == 0));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
    if (body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    }
}

static void perform(void)
{
    buf head, body;
    buf_init(&head, 1 << 20);
    buf_init(&body, 64 << 20);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &head);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    CURLcode failed = curl_easy_perform(curl);
    ck_assert_msg(!failed, "%s", curl_easy_strerror(failed));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
    reply.head = buf_take(&head, NULL);
    reply.body = buf_take(&body, NULL);
    reply.json = json_loads(reply.body, JSON_DECODE_ANY, NULL);
}

/* For tests/openapi: each answer as a line of JSON, at the end of the file that TASKS_RECORD names. */
static void record(const char *method, const char *path)
{
    const char *file = getenv("TASKS_RECORD");
    if (!file || path[0] != '/')
        return;
    const char *type = client_header("Content-Type");
    json_t *answer =
        json_pack("{s:s,s:s,s:i,s:s,s:s}", "method", method, "path", path, "status", (int)reply.status,
                  "type", type ? type : "", "body", reply.body ? reply.body : "");
    char *line = json_dumps(answer, JSON_COMPACT);
    FILE *to = fopen(file, "ae");
    ck_assert(line && to && fprintf(to, "%s\n", line) > 0 && fclose(to) == 0);
    free(line);
    json_decref(answer);
}

const struct client_reply *client_call(const struct server *s, const char *method, const char *path,
                                       const char *const *headers, const char *body)
{
    char url[2048];
    struct curl_slist *fields = NULL;
    forget();
    if (!curl)
        curl = curl_easy_init();
    if (path[0] == '/')
        snprintf(url, sizeof url, "http://127.0.0.1:%d%s", s->port, path);
    else
        snprintf(url, sizeof url, "%s", path);
    for (; headers && *headers; headers++)
        fields = curl_slist_append(fields, *headers);
    set_up(method, url, fields, body);
    perform();
    record(method, path);
    curl_slist_free_all(fields);
    return &reply;
}

const struct client_reply *client_json(const struct server *s, const char *method, const char *path,
                                       const char *body)
{
    static const char *const json[] = {"Content-Type: application/json", NULL};
    return client_call(s, method, path, json, body);
}

const struct client_reply *client_get(const struct server *s, const char *path)
{
    return client_call(s, "GET", path, NULL, NULL);
}

const char *client_header(const char *name)
{
    static char value[1024];
    size_t length = strlen(name);
    for (const char *line = reply.head; line && *line; line = strstr(line, "\r\n")) {
        line += strspn(line, "\r\n");
        if (strncasecmp(line, name, length) != 0 || line[length] != ':')
            continue;
        const char *start = line + length + 1 + strspn(line + length + 1, " ");
        snprintf(value, sizeof value, "%.*s", (int)strcspn(start, "\r"), start);
        return value;
    }
    return NULL;
}
