/* The document itself; that answers are as it says is checked with each answer that ask.c gets. */
#include "openapi.h"

#include <jansson.h>
#include <string.h>

#include "ask.h"
#include "routes.h"
#include "run.h"
#include "schema.h"

static json_t *document;

static void setup(bool tokens)
{
    buf text;
    buf_init(&text, 1 << 20);
    openapi_write(routes_public, tokens, &text);
    document = json_loads(text.bytes, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_ptr_nonnull(document);
    buf_done(&text);
}

static const json_t *operation(const char *path, const char *method)
{
    const json_t *found = json_object_get(json_object_get(json_object_get(document, "paths"), path), method);
    ck_assert_msg(found != NULL, "%s %s", method, path);
    return found;
}

START_TEST(has_every_route_but_the_page)
{
    size_t described = 0, routes = 0;
    const char *key;
    json_t *path, *ids = json_object();
    setup(false);
    json_object_foreach (json_object_get(document, "paths"), key, path) {
        const char *method;
        json_t *op;
        json_object_foreach (path, method, op) {
            const json_t *id = json_object_get(op, "operationId");
            ck_assert_ptr_null(json_object_get(ids, json_string_value(id)));
            json_object_set_new(ids, json_string_value(id), json_true());
            described++;
        }
    }
    for (const struct route *route = routes_public; route->path; route++)
        routes += strcmp(route->path, "/{rest}") != 0;
    ck_assert_uint_eq(described, routes);
    ck_assert_str_eq(json_string_value(json_object_get(document, "openapi")), "3.1.0");
    json_decref(ids);
    json_decref(document);
}
END_TEST

/* Has the operation this parameter? */
static bool takes(const json_t *operation, const char *in, const char *name)
{
    size_t i;
    json_t *parameter;
    json_array_foreach (json_object_get(operation, "parameters"), i, parameter) {
        if (strcmp(json_string_value(json_object_get(parameter, "name")), name) == 0)
            return strcmp(json_string_value(json_object_get(parameter, "in")), in) == 0;
    }
    return false;
}

START_TEST(names_what_a_route_takes)
{
    static const char *const methods[] = {
        [HTTP_GET] = "get", [HTTP_POST] = "post", [HTTP_PATCH] = "patch", [HTTP_DELETE] = "delete"};
    setup(false);
    for (const struct route *route = routes_public; strcmp(route->path, "/{rest}") != 0; route++) {
        const json_t *op = operation(route->path, methods[route->method]);
        for (const char *const *name = route->parameters; name && *name; name++)
            ck_assert_msg(takes(op, "query", *name), "%s: %s", route->path, *name);
        ck_assert_msg(takes(op, "path", "id") == (strstr(route->path, "{id}") != NULL), "%s", route->path);
        ck_assert_msg(takes(op, "header", "If-Match") == route->conditional, "%s", route->path);
        ck_assert_msg(takes(op, "header", "Idempotency-Key") == route->keyed, "%s", route->path);
    }
    ck_assert(takes(operation("/tasks", "get"), "header", "If-None-Match"));
    ck_assert(takes(operation("/tasks/events", "get"), "header", "Last-Event-ID"));
    const json_t *body = json_object_get(operation("/tasks/{id}", "patch"), "requestBody");
    ck_assert_ptr_nonnull(json_object_get(json_object_get(body, "content"), "application/merge-patch+json"));
    ck_assert_ptr_null(json_object_get(operation("/tasks", "get"), "requestBody"));
    json_decref(document);
}
END_TEST

START_TEST(says_where_a_token_is_asked_for)
{
    setup(true);
    ck_assert_uint_eq(json_array_size(json_object_get(operation("/tasks", "get"), "security")), 1);
    ck_assert_uint_eq(json_array_size(json_object_get(operation("/livez", "get"), "security")), 0);
    json_decref(document);
    setup(false);
    ck_assert_uint_eq(json_array_size(json_object_get(operation("/tasks", "get"), "security")), 0);
    json_decref(document);
}
END_TEST

START_TEST(is_served)
{
    ask_open();
    ask_expect("GET", "/openapi.json", "", NULL, 200, "");
    ck_assert_str_eq(ask_text("openapi"), "3.1.0");
    ask_close();
}
END_TEST

/* The checker must be able to say no. */
START_TEST(the_schemas_refuse_what_is_wrong)
{
    static const struct {
        const char *schema, *value;
        bool fits;
    } rows[] = {
        {"Deleted", "{\"deleted\":1}", true},
        {"Deleted", "{\"deleted\":-1}", false},
        {"Deleted", "{\"deleted\":\"1\"}", false},
        {"Deleted", "{}", false},
        {"Deleted", "{\"deleted\":1,\"more\":1}", false},
        {"Status", "{\"status\":\"odd\"}", false},
        {"Tasks", "[]", true},
        {"Tasks", "[{}]", false},
        {"TaskOrTasks", "[]", true},
        {"TaskOrTasks", "1", false},
        {"Tombstone",
         "{\"id\":1,\"uid\":null,\"deleted\":true,\"deleted_at\":\"2026-01-01T00:00:00Z\",\"revision\":1}",
         true},
        {"Tombstone", "{\"id\":1,\"uid\":null,\"deleted\":true,\"deleted_at\":\"yesterday\",\"revision\":1}",
         false},
    };
    setup(false);
    const json_t *all = json_object_get(json_object_get(document, "components"), "schemas");
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        json_t *value = json_loads(rows[i].value, JSON_DECODE_ANY, NULL);
        const json_t *schema = json_object_get(all, rows[i].schema);
        ck_assert(value && schema);
        ck_assert_msg(schema_fits(document, schema, value) == rows[i].fits, "%s %s", rows[i].schema,
                      rows[i].value);
        json_decref(value);
    }
    json_decref(document);
}
END_TEST

int main(void)
{
    return run_suite("openapi", (const TTest *[]){has_every_route_but_the_page, names_what_a_route_takes,
                                                  says_where_a_token_is_asked_for, is_served,
                                                  the_schemas_refuse_what_is_wrong, NULL});
}
