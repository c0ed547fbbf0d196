#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "fail.h"
#include "https.h"
#include "json_in.h"
#include "timestamp.h"
#include "wiped.h"

enum { REPLY_MAX = 64 << 10, WAIT_MS = 5000, URL_MAX = 1024 };

typedef struct probe_arguments {
    bool live, write;
} probe_arguments;

static const option options[] = {
    OPTION_FLAG("live", "ask whether it lives, not whether it is ready", offsetof(probe_arguments, live)),
    OPTION_FLAG("write", "also add a task, read it and delete it", offsetof(probe_arguments, write)),
    {0},
};

static const char *const examples[] = {
    "tasksctl probe http://127.0.0.1:5000",
    "tasksctl probe --live --quiet http://127.0.0.1:5000 || systemctl restart tasksd",
    "TASKS_TOKEN=$(cat token) tasksctl probe --write https://tasks.example.org",
    NULL,
};

static const char *const notes[] = {
    "Asks a running server, within five seconds a request. A server that wants a token finds it in the\n"
    "variable TASKS_TOKEN; it is sent to https and to this machine only.",
    NULL,
};

const cli_form cmd_probe_form = {.options = options,
                                 .size = sizeof(probe_arguments),
                                 .defaults = &(const probe_arguments){0},
                                 .examples = examples,
                                 .notes = notes};

typedef struct probe {
    const char *url;
    wiped authorization; /* empty without a token */
    https_reply reply;
    tasks_error error;
} probe;

static bool is_loopback(const char *host)
{
    return strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

static bool is_root(const char *url, const https_place *place)
{
    return strncmp(place->scheme, "http", 4) == 0 && strlen(url) <= URL_MAX && !strchr(url, '?');
}

/* The door for what the user gave: afterwards `p->url` is a root that `/tasks` can follow. */
static int prepare(cli *c, probe *p)
{
    https_place place;
    const char *token = getenv("TASKS_TOKEN");
    p->url = c->words[0];
    tasks_status status = https_split(p->url, &place, &p->error);
    if (status == TASKS_UNSUPPORTED)
        return cli_failed(c, NULL, &p->error);
    if (status || !is_root(p->url, &place))
        return cli_misused(c, "url_malformed",
                           "'%.60s' is no address of a server, such as http://127.0.0.1:5000", p->url);
    if (!token || !*token)
        return EXITS_DONE;
    if (strcmp(place.scheme, "https") != 0 && !is_loopback(place.host))
        return cli_misused(c, "url_plain", "a token is not sent to %.60s without https", place.host);
    if (wiped_join(&p->authorization, "Authorization: Bearer ", token))
        return EXITS_DONE;
    fail_memory(&p->error);
    return cli_failed(c, NULL, &p->error);
}

static tasks_status refused(probe *p, const char *method, const char *path)
{
    long status = p->reply.status;
    tasks_status means = status == 401 || status == 403   ? TASKS_DENIED
                         : status == 429 || status >= 500 ? TASKS_UNAVAILABLE
                                                          : TASKS_INTERNAL;
    return fail(&p->error, means, "probe_failed", "%s %s%s was answered with %ld", method, p->url, path,
                status);
}

/* One request; its reply is in `p` until the next. */
static tasks_status ask(probe *p, const char *method, const char *path, const char *body, long wanted)
{
    char url[URL_MAX + 64];
    size_t length = strlen(p->url);
    const char *headers[] = {"Content-Type: application/json", p->authorization.text, NULL};
    snprintf(url, sizeof url, "%.*s%s", (int)(length - (length && p->url[length - 1] == '/')), p->url, path);
    https_reply_done(&p->reply);
    const https_call call = {.method = method,
                             .url = url,
                             .headers = headers,
                             .body = body,
                             .body_length = body ? strlen(body) : 0,
                             .plain = true,
                             .connect_ms = WAIT_MS,
                             .total_ms = WAIT_MS,
                             .size_max = REPLY_MAX};
    tasks_status status = https_run(&call, &p->reply, &p->error);
    return status || p->reply.status == wanted ? status : refused(p, method, path);
}

/* Where the task is that was just added. */
static tasks_status added_path(probe *p, char *path, size_t size)
{
    json_t *task = NULL;
    tasks_status status = json_in_read(p->reply.body, p->reply.length, &task, &p->error);
    if (status)
        return status;
    json_int_t id = json_integer_value(json_object_get(task, "id"));
    json_decref(task);
    if (id <= 0)
        return fail(&p->error, TASKS_INTERNAL, "probe_failed", "%s gave a task without an id", p->url);
    snprintf(path, size, "/tasks/%" JSON_INTEGER_FORMAT, id);
    return TASKS_OK;
}

/* The task goes away by itself if we are cut off before we delete it. */
static tasks_status write_and_read(probe *p)
{
    char path[48], body[128], expires[TIMESTAMP_SIZE];
    timestamp_write(timestamp_now() + 3600000, expires);
    snprintf(body, sizeof body, "{\"title\":\"tasksctl probe\",\"expires_at\":\"%s\"}", expires);
    tasks_status status = ask(p, "POST", "/tasks", body, 201);
    if (!status)
        status = added_path(p, path, sizeof path);
    if (!status)
        status = ask(p, "GET", path, NULL, 200);
    if (!status)
        status = ask(p, "DELETE", path, NULL, 200);
    return status ? status : ask(p, "GET", path, NULL, 404);
}

int cmd_probe(cli *c)
{
    const probe_arguments *arguments = c->arguments;
    const char *found = arguments->live ? "alive" : arguments->write ? "ready and writable" : "ready";
    char sentence[48];
    probe p = {0};
    int code = prepare(c, &p);
    if (!code && (ask(&p, "GET", arguments->live ? "/livez" : "/readyz", NULL, 200) ||
                  (arguments->write && write_and_read(&p))))
        code = cli_failed(c, NULL, &p.error);
    if (!code) {
        snprintf(sentence, sizeof sentence, "The server is %s", found);
        output_facts(&c->out, sentence, &(output_fact){.key = "probe", .text = found}, 1);
    }
    https_reply_done(&p.reply);
    wiped_done(&p.authorization);
    return code;
}
