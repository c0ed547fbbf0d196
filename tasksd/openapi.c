#include "openapi.h"

#include <string.h>

#include "handle.h"
#include "json_out.h"
#include "prom.h"

static const char *const none[] = {NULL}, *const of_task[] = {"ETag", NULL},
                         *const of_list[] = {"ETag", "Link", NULL},
                         *const of_new[] = {"ETag", "Location", NULL};

/* What the route table does not say: what a handler is for and what it answers when all goes well. */
static const struct note {
    route_handler *handle;
    const struct route_halves *halves;
    const char *id, *summary;
    const char *type, *schema;
    int status;
    bool conditional; /* answers 304 too */
    const char *const *headers;
} notes[] = {
    {handle_list_get, NULL, "listTasks", "List tasks", "application/json", "Tasks", 200, true, of_list},
    {NULL, &handle_task_create, "createTasks", "Create a task, or several at once", "application/json",
     "TaskOrTasks", 201, false, of_new},
    {handle_list_delete, NULL, "deleteTasks", "Delete completed tasks", "application/json", "Deleted", 200,
     false, none},
    {handle_list_changes, NULL, "listChanges", "What changed after a revision, deletions included",
     "application/json", "Changes", 200, true, of_list},
    {handle_events_get, NULL, "streamChanges", "The same as a live stream of server-sent events",
     "text/event-stream", "Text", 200, false, none},
    {NULL, &handle_task_get, "getTask", "Read a task", "application/json", "Task", 200, true, of_task},
    {NULL, &handle_task_patch, "updateTask", "Change a task", "application/json", "Task", 200, false,
     of_task},
    {NULL, &handle_task_delete, "deleteTask", "Delete a task", "application/json", "Task", 200, false, none},
    {handle_signin_get, NULL, "signInWay", "How people sign in on the page", "application/json", "SignIn",
     200, false, none},
    {handle_signin_post, NULL, "signIn", "Exchange a code of the issuer for a token", "application/json",
     "Token", 200, false, none},
    {handle_ops_live, NULL, "live", "Does the process work?", "application/json", "Status", 200, false, none},
    {handle_ops_ready, NULL, "ready", "Can requests be served?", "application/json", "Status", 200, false,
     none},
    {handle_ops_version, NULL, "version", "What is running", "application/json", "Version", 200, false, none},
    {handle_metrics_get, NULL, "metrics", "Figures for Prometheus", PROM_TYPE, "Text", 200, false, none},
    {handle_ops_pool, NULL, "poolStats", "Figures of connections", "application/json", "Figures", 200, false,
     none},
    {handle_ops_openapi, NULL, "openapi", "This document", "application/json", "Document", 200, false, none},
};

#define TIME_OR_NULL "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"
#define TEXT_OR_NULL "{\"type\":[\"string\",\"null\"]}"
#define PATCH_PROPERTIES                                                                                     \
    "\"properties\":{\"title\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":500},"                     \
    "\"notes\":" TEXT_OR_NULL ",\"completed\":{\"type\":[\"boolean\",\"null\"]},"                            \
    "\"priority\":{\"type\":[\"integer\",\"null\"],\"minimum\":0,\"maximum\":9},"                            \
    "\"order\":{\"type\":[\"number\",\"null\"]},"                                                            \
    "\"tags\":{\"type\":[\"array\",\"null\"],\"maxItems\":20,\"items\":{\"type\":\"string\"}},"              \
    "\"due_at\":" TIME_OR_NULL ",\"expires_at\":" TIME_OR_NULL ",\"uid\":" TEXT_OR_NULL "}"

static const struct text {
    const char *name, *json;
} parameters[] =
    {
        {"id", "{\"type\":\"integer\",\"minimum\":1}"},
        {"limit", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":1000,\"default\":100}"},
        {"cursor", "{\"type\":\"string\"}"},
        {"completed", "{\"type\":\"boolean\"}"},
        {"tag", "{\"type\":\"string\"}"},
        {"q", "{\"type\":\"string\",\"minLength\":1,\"maxLength\":200}"},
        {"due_before", "{\"type\":\"string\",\"format\":\"date-time\"}"},
        {"sort", "{\"type\":\"string\",\"pattern\":"
                 "\"^-?(id|created_at|order|priority|due_at|updated_at)$\"}"},
        {"since", "{\"type\":\"integer\",\"minimum\":0}"},
        {"Idempotency-Key", "{\"type\":\"string\",\"minLength\":1,\"maxLength\":512}"},
        {"If-Match", "{\"type\":\"string\"}"},
        {"If-None-Match", "{\"type\":\"string\"}"},
        {"Last-Event-ID", "{\"type\":\"integer\",\"minimum\":0}"},
},
  schemas[] = {
      {"Text", "{\"type\":\"string\"}"},
      {"Document", "{\"type\":\"object\"}"},
      {"Status", "{\"type\":\"object\",\"required\":[\"status\"],\"additionalProperties\":false,"
                 "\"properties\":{\"status\":{\"type\":\"string\",\"enum\":[\"ok\",\"ready\"]}}}"},
      {"Version", "{\"type\":\"object\",\"required\":[\"name\",\"version\"],\"additionalProperties\":false,"
                  "\"properties\":{\"name\":{\"type\":\"string\"},\"version\":{\"type\":\"string\"}}}"},
      {"SignIn", "{\"type\":\"object\",\"required\":[\"way\"],\"additionalProperties\":false,\"properties\":{"
                 "\"way\":{\"type\":\"string\",\"enum\":[\"none\",\"token\",\"oidc\"]},"
                 "\"authorization_endpoint\":{\"type\":\"string\"},\"client_id\":{\"type\":\"string\"},"
                 "\"scope\":{\"type\":\"string\"}}}"},
      {"Token", "{\"type\":\"object\",\"required\":[\"token\"],\"additionalProperties\":false,"
                "\"properties\":{\"token\":{\"type\":\"string\"}}}"},
      {"Code", "{\"type\":\"object\",\"required\":[\"code\",\"verifier\",\"redirect_uri\"],\"properties\":{"
               "\"code\":{\"type\":\"string\"},\"verifier\":{\"type\":\"string\"},"
               "\"redirect_uri\":{\"type\":\"string\"}}}"},
      {"Deleted", "{\"type\":\"object\",\"required\":[\"deleted\"],\"additionalProperties\":false,"
                  "\"properties\":{\"deleted\":{\"type\":\"integer\",\"minimum\":0}}}"},
      {"Figures",
       "{\"type\":\"object\",\"required\":[\"backend\",\"size\",\"in_use\",\"idle\",\"waiting\",\"http\"],"
       "\"properties\":{\"backend\":{\"type\":\"string\"},\"size\":{\"type\":\"integer\"},"
       "\"in_use\":{\"type\":\"integer\"},\"idle\":{\"type\":\"integer\"},\"waiting\":{\"type\":\"integer\"},"
       "\"http\":{\"type\":\"object\"}}}"},
      {"Task",
       "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"id\",\"uid\",\"url\",\"title\","
       "\"notes\",\"completed\",\"completed_at\",\"priority\",\"order\",\"tags\",\"due_at\",\"expires_at\","
       "\"created_at\",\"updated_at\",\"revision\"],\"properties\":{"
       "\"id\":{\"type\":\"integer\",\"minimum\":1},\"uid\":" TEXT_OR_NULL ",\"url\":{\"type\":\"string\"},"
       "\"title\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":500},"
       "\"notes\":{\"type\":\"string\",\"maxLength\":8192},\"completed\":{\"type\":\"boolean\"},"
       "\"completed_at\":" TIME_OR_NULL ",\"priority\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":9},"
       "\"order\":{\"type\":[\"number\",\"null\"]},"
       "\"tags\":{\"type\":\"array\",\"maxItems\":20,\"items\":{\"type\":\"string\",\"maxLength\":50}},"
       "\"due_at\":" TIME_OR_NULL ",\"expires_at\":" TIME_OR_NULL
       ",\"created_at\":{\"type\":\"string\",\"format\":\"date-time\"},"
       "\"updated_at\":{\"type\":\"string\",\"format\":\"date-time\"},"
       "\"revision\":{\"type\":\"integer\",\"minimum\":1}}}"},
      {"Tombstone",
       "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"id\",\"uid\",\"deleted\","
       "\"deleted_at\",\"revision\"],\"properties\":{\"id\":{\"type\":\"integer\",\"minimum\":1},"
       "\"uid\":" TEXT_OR_NULL ",\"deleted\":{\"type\":\"boolean\",\"enum\":[true]},"
       "\"deleted_at\":{\"type\":\"string\",\"format\":\"date-time\"},"
       "\"revision\":{\"type\":\"integer\",\"minimum\":1}}}"},
      {"Tasks", "{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Task\"}}"},
      {"TaskOrTasks",
       "{\"oneOf\":[{\"$ref\":\"#/components/schemas/Task\"},{\"$ref\":\"#/components/schemas/Tasks\"}]}"},
      {"Changes", "{\"type\":\"array\",\"items\":{\"oneOf\":[{\"$ref\":\"#/components/schemas/Task\"},"
                  "{\"$ref\":\"#/components/schemas/Tombstone\"}]}}"},
      {"Patch", "{\"type\":\"object\",\"additionalProperties\":false," PATCH_PROPERTIES "}"},
      {"NewTask",
       "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"title\"]," PATCH_PROPERTIES "}"},
      {"NewTaskOrTasks",
       "{\"oneOf\":[{\"$ref\":\"#/components/schemas/NewTask\"},{\"type\":\"array\",\"maxItems\":1000,"
       "\"items\":{\"$ref\":\"#/components/schemas/NewTask\"}}]}"},
      {"Problem",
       "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"type\",\"title\",\"status\","
       "\"code\",\"detail\"],\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
       "\"status\":{\"type\":\"integer\",\"minimum\":400,\"maximum\":599},\"code\":{\"type\":\"string\"},"
       "\"detail\":{\"type\":\"string\"},\"errors\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
       "\"additionalProperties\":false,\"required\":[\"detail\",\"code\"],\"properties\":{"
       "\"header\":{\"type\":\"string\"},\"parameter\":{\"type\":\"string\"},\"pointer\":{\"type\":"
       "\"string\"},"
       "\"detail\":{\"type\":\"string\"},\"code\":{\"type\":\"string\"}}}}}}"},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void write_texts(json_out *j, const char *key, const struct text *texts, size_t count)
{
    json_out_object(j, key);
    for (size_t i = 0; i < count; i++)
        json_out_raw(j, texts[i].name, texts[i].json, strlen(texts[i].json));
    json_out_object_end(j);
}

static void write_reference(json_out *j, const char *schema)
{
    char path[64] = "#/components/schemas/";
    size_t length = strlen(path);
    memccpy(path + length, schema, '\0', sizeof path - length);
    json_out_object(j, "schema");
    json_out_text(j, "$ref", path);
    json_out_object_end(j);
}

static void write_content(json_out *j, const char *const *types, const char *schema)
{
    json_out_object(j, "content");
    for (; *types; types++) {
        json_out_object(j, *types);
        write_reference(j, schema);
        json_out_object_end(j);
    }
    json_out_object_end(j);
}

/* All are texts; which of them come depends on the answer. */
static void write_headers(json_out *j, const char *const *names, bool keyed)
{
    static const char text[] = "{\"schema\":{\"type\":\"string\"}}";
    json_out_object(j, "headers");
    for (; *names; names++)
        json_out_raw(j, *names, text, sizeof text - 1);
    if (keyed)
        json_out_raw(j, "Idempotency-Replayed", text, sizeof text - 1);
    json_out_raw(j, "X-Request-Id", text, sizeof text - 1);
    json_out_object_end(j);
}

static void write_done(json_out *j, const struct route *route, const struct note *note)
{
    json_out_object(j, note->status == 201 ? "201" : "200");
    json_out_text(j, "description", "Done");
    write_headers(j, note->headers, route->keyed);
    write_content(j, (const char *const[]){note->type, NULL}, note->schema);
    json_out_object_end(j);
}

static void write_unchanged(json_out *j, const struct note *note)
{
    json_out_object(j, "304");
    json_out_text(j, "description", "Nothing new since If-None-Match");
    write_headers(j, note->headers, false);
    json_out_object_end(j);
}

static void write_not_done(json_out *j)
{
    static const char *const headers[] = {"Retry-After", NULL};
    json_out_object(j, "default");
    json_out_text(j, "description", "Not done, and why");
    write_headers(j, headers, false);
    write_content(j, (const char *const[]){"application/problem+json", NULL}, "Problem");
    json_out_object_end(j);
}

static void write_responses(json_out *j, const struct route *route, const struct note *note)
{
    json_out_object(j, "responses");
    write_done(j, route, note);
    if (note->conditional)
        write_unchanged(j, note);
    write_not_done(j);
    json_out_object_end(j);
}

static const char *parameter_schema(const char *name)
{
    size_t i = 0;
    while (i < COUNT(parameters) - 1 && strcmp(parameters[i].name, name) != 0)
        i++;
    return parameters[i].json;
}

static void write_parameter(json_out *j, const char *name, const char *in)
{
    const char *schema = parameter_schema(name);
    json_out_object(j, NULL);
    json_out_text(j, "name", name);
    json_out_text(j, "in", in);
    json_out_bool(j, "required", strcmp(in, "path") == 0);
    json_out_raw(j, "schema", schema, strlen(schema));
    json_out_object_end(j);
}

static void write_parameters(json_out *j, const struct route *route, const struct note *note)
{
    json_out_array(j, "parameters");
    if (strstr(route->path, "{id}"))
        write_parameter(j, "id", "path");
    for (const char *const *name = route->parameters; name && *name; name++)
        write_parameter(j, *name, "query");
    if (route->keyed)
        write_parameter(j, "Idempotency-Key", "header");
    if (route->conditional)
        write_parameter(j, "If-Match", "header");
    if (note->conditional)
        write_parameter(j, "If-None-Match", "header");
    if (route->handle == handle_events_get)
        write_parameter(j, "Last-Event-ID", "header");
    json_out_array_end(j);
}

static const char *body_schema(const struct route *route)
{
    if (route->handle == handle_signin_post)
        return "Code";
    return route->method == HTTP_POST ? "NewTaskOrTasks" : "Patch";
}

static void write_body(json_out *j, const struct route *route)
{
    if (!route->types)
        return;
    json_out_object(j, "requestBody");
    json_out_bool(j, "required", true);
    write_content(j, route->types, body_schema(route));
    json_out_object_end(j);
}

static void write_security(json_out *j, bool needed)
{
    json_out_array(j, "security");
    if (needed)
        json_out_raw(j, NULL, "{\"bearer\":[]}", strlen("{\"bearer\":[]}"));
    json_out_array_end(j);
}

static const struct note *note_of(const struct route *route)
{
    for (size_t i = 0; i < COUNT(notes); i++)
        if (notes[i].handle == route->handle && notes[i].halves == route->halves)
            return &notes[i];
    return NULL;
}

/* "get", from "GET". */
static const char *lower_method(enum http_method method)
{
    static const char *const names[] = {
        [HTTP_GET] = "get",       [HTTP_HEAD] = "head",       [HTTP_POST] = "post",  [HTTP_PATCH] = "patch",
        [HTTP_DELETE] = "delete", [HTTP_OPTIONS] = "options", [HTTP_OTHER] = "other"};
    return names[method];
}

static void write_operation(json_out *j, const struct route *route, const struct note *note, bool tokens)
{
    buf id;
    buf_init(&id, 256);
    buf_text(&id, note->id);
    for (const char *c = route->path; note->handle == handle_ops_live && *c; c++)
        buf_char(&id, *c == '/' ? '_' : *c); /* it has several paths, and an id names one of them */
    json_out_object(j, lower_method(route->method));
    json_out_text(j, "operationId", id.bytes);
    json_out_text(j, "summary", note->summary);
    write_security(j, tokens && !route->open);
    write_parameters(j, route, note);
    write_body(j, route);
    write_responses(j, route, note);
    json_out_object_end(j);
    buf_done(&id);
}

static bool is_first_of_path(const struct route *routes, const struct route *route)
{
    while (strcmp(routes->path, route->path) != 0)
        routes++;
    return routes == route;
}

/* The page and its files are no part of the API: they have no note. */
static void write_paths(json_out *j, const struct route *routes, bool tokens)
{
    json_out_object(j, "paths");
    for (const struct route *path = routes; path->path; path++) {
        if (!note_of(path) || !is_first_of_path(routes, path))
            continue;
        json_out_object(j, path->path);
        for (const struct route *route = path; route->path; route++)
            if (strcmp(route->path, path->path) == 0)
                write_operation(j, route, note_of(route), tokens);
        json_out_object_end(j);
    }
    json_out_object_end(j);
}

void openapi_write(const struct route *routes, bool tokens, buf *to)
{
    static const char bearer[] = "{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"}}";
    json_out json;
    json_out_init(&json, to);
    json_out_object(&json, NULL);
    json_out_text(&json, "openapi", "3.1.0");
    json_out_object(&json, "info");
    json_out_text(&json, "title", "tasks");
    json_out_text(&json, "version", tasks_version());
    json_out_object_end(&json);
    write_paths(&json, routes, tokens);
    json_out_object(&json, "components");
    write_texts(&json, "schemas", schemas, COUNT(schemas));
    json_out_raw(&json, "securitySchemes", bearer, sizeof bearer - 1);
    json_out_object_end(&json);
    json_out_object_end(&json);
}
