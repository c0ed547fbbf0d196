#include "schema.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "openapi.h"
#include "route.h"
#include "routes.h"
#include "run.h"

struct place {
    const json_t *document, *schema, *value;
};

static bool is_type(const char *name, const json_t *value)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "object",   [JSON_ARRAY] = "array", [JSON_STRING] = "string",
        [JSON_INTEGER] = "integer", [JSON_REAL] = "number", [JSON_TRUE] = "boolean",
        [JSON_FALSE] = "boolean",   [JSON_NULL] = "null"};
    return strcmp(names[json_typeof(value)], name) == 0 ||
           (json_is_integer(value) && strcmp(name, "number") == 0);
}

static bool fits_type(const struct place *p, const json_t *rule)
{
    size_t i;
    json_t *name;
    if (json_is_string(rule))
        return is_type(json_string_value(rule), p->value);
    json_array_foreach (rule, i, name)
        if (is_type(json_string_value(name), p->value))
            return true;
    return false;
}

static bool fits_reference(const struct place *p, const json_t *rule)
{
    char path[128], *rest = path;
    const json_t *target = p->document;
    snprintf(path, sizeof path, "%s", json_string_value(rule));
    ck_assert_str_eq(strsep(&rest, "/"), "#");
    while (rest)
        target = json_object_get(target, strsep(&rest, "/"));
    ck_assert_msg(target != NULL, "%s leads nowhere", json_string_value(rule));
    return schema_fits(p->document, target, p->value);
}

static bool fits_properties(const struct place *p, const json_t *rule)
{
    const char *key;
    json_t *schema;
    json_object_foreach ((json_t *)(uintptr_t)rule, key, schema) {
        const json_t *member = json_object_get(p->value, key);
        if (member && !schema_fits(p->document, schema, member))
            return false;
    }
    return true;
}

static bool fits_required(const struct place *p, const json_t *rule)
{
    size_t i;
    json_t *name;
    json_array_foreach (rule, i, name)
        if (!json_object_get(p->value, json_string_value(name)))
            return false;
    return true;
}

static bool fits_additional(const struct place *p, const json_t *rule)
{
    const char *key;
    json_t *member;
    ck_assert(json_is_false(rule));
    json_object_foreach ((json_t *)(uintptr_t)p->value, key, member)
        if (!json_object_get(json_object_get(p->schema, "properties"), key))
            return false;
    return true;
}

static bool fits_items(const struct place *p, const json_t *rule)
{
    size_t i;
    json_t *item;
    json_array_foreach (p->value, i, item)
        if (!schema_fits(p->document, rule, item))
            return false;
    return true;
}

static bool fits_one(const struct place *p, const json_t *rule)
{
    size_t i, fitting = 0;
    json_t *schema;
    json_array_foreach (rule, i, schema)
        fitting += schema_fits(p->document, schema, p->value);
    return fitting == 1;
}

static bool fits_enum(const struct place *p, const json_t *rule)
{
    size_t i;
    json_t *choice;
    json_array_foreach (rule, i, choice)
        if (json_equal(choice, p->value))
            return true;
    return false;
}

static bool fits_minimum(const struct place *p, const json_t *rule)
{
    return !json_is_number(p->value) || json_number_value(p->value) >= json_number_value(rule);
}

static bool fits_maximum(const struct place *p, const json_t *rule)
{
    return !json_is_number(p->value) || json_number_value(p->value) <= json_number_value(rule);
}

/* In characters. */
static json_int_t length_of(const json_t *text)
{
    json_int_t count = 0;
    for (const char *c = json_string_value(text); *c; c++)
        count += (*c & 0xc0) != 0x80;
    return count;
}

static bool fits_min_length(const struct place *p, const json_t *rule)
{
    return !json_is_string(p->value) || length_of(p->value) >= json_integer_value(rule);
}

static bool fits_max_length(const struct place *p, const json_t *rule)
{
    return !json_is_string(p->value) || length_of(p->value) <= json_integer_value(rule);
}

static bool fits_max_items(const struct place *p, const json_t *rule)
{
    return (json_int_t)json_array_size(p->value) <= json_integer_value(rule);
}

static bool fits_format(const struct place *p, const json_t *rule)
{
    int64_t time;
    ck_assert_str_eq(json_string_value(rule), "date-time");
    return !json_is_string(p->value) || !tasks_time_read(json_string_value(p->value), &time, NULL);
}

static const struct {
    const char *name;
    bool (*fits)(const struct place *p, const json_t *rule);
} keywords[] = {
    {"type", fits_type},
    {"$ref", fits_reference},
    {"properties", fits_properties},
    {"required", fits_required},
    {"additionalProperties", fits_additional},
    {"items", fits_items},
    {"oneOf", fits_one},
    {"enum", fits_enum},
    {"minimum", fits_minimum},
    {"maximum", fits_maximum},
    {"minLength", fits_min_length},
    {"maxLength", fits_max_length},
    {"maxItems", fits_max_items},
    {"format", fits_format},
};

bool schema_fits(const json_t *document, const json_t *schema, const json_t *value)
{
    const struct place place = {document, schema, value};
    const char *name;
    json_t *rule;
    json_object_foreach ((json_t *)(uintptr_t)schema, name, rule) {
        int i = 0;
        while (i < RUN_COUNT(keywords) && strcmp(keywords[i].name, name) != 0)
            i++;
        ck_assert_msg(i < RUN_COUNT(keywords), "keyword %s", name);
        if (!keywords[i].fits(&place, rule))
            return false;
    }
    return true;
}

/* What the document says of this status; `default` stands for all failures. */
static const json_t *response_of(const json_t *document, const struct http_request *rq, int status)
{
    char method[16], code[16];
    snprintf(method, sizeof method, "%s", http_method_name(rq->route->method));
    for (char *c = method; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    snprintf(code, sizeof code, "%d", status);
    const json_t *path = json_object_get(json_object_get(document, "paths"), rq->route->path);
    const json_t *responses = json_object_get(json_object_get(path, method), "responses");
    const json_t *response = json_object_get(responses, status < 400 ? code : "default");
    ck_assert_msg(response != NULL, "%s %s: no word of %d", method, rq->route->path, status);
    return response;
}

static void check_body(const json_t *document, const json_t *response, const struct http_response *rs,
                       const char *body)
{
    const json_t *content = json_object_get(response, "content");
    const json_t *type = content ? json_object_get(content, rs->type ? rs->type : "") : NULL;
    ck_assert_msg(!content || type, "no word of the type %s", rs->type);
    json_t *value = strstr(rs->type ? rs->type : "", "json") ? json_loads(body, 0, NULL) : json_string(body);
    ck_assert_msg(!content || (value && schema_fits(document, json_object_get(type, "schema"), value)),
                  "not as described: %s", body);
    json_decref(value);
}

void schema_check(const struct http_request *rq, const struct http_response *rs, const char *body)
{
    buf text;
    if (!rq->route || strcmp(rq->route->path, "/{rest}") == 0)
        return;
    buf_init(&text, 1 << 20);
    openapi_write(routes_public, false, &text);
    json_t *document = json_loads(text.bytes, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_ptr_nonnull(document);
    const json_t *response = response_of(document, rq, rs->status);
    if (rq->method != HTTP_HEAD)
        check_body(document, response, rs, body);
    json_decref(document);
    buf_done(&text);
}
