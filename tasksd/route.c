#include "route.h"

#include <string.h>

#include "assets.h"
#include "number.h"

static size_t segment(const char *path)
{
    return strcspn(path, "/");
}

/* {id}: anything that is no id names nothing, so it is 404 like any other unknown path. */
static bool match_id(const char **path, struct route_match *out)
{
    size_t length = segment(*path);
    if (!number_read(*path, length, 1, INT64_MAX, &out->id))
        return false;
    *path += length;
    return true;
}

/* {rest}: everything that is left. */
static bool match_rest(const char **path, struct route_match *out)
{
    out->rest = *path - 1;
    if (!assets_find(out->rest))
        return false;
    *path += strlen(*path);
    return true;
}

static const struct {
    const char *name;
    bool (*match)(const char **path, struct route_match *out);
} parameters[] = {{"{id}", match_id}, {"{rest}", match_rest}};

static bool match_parameter(const char **template, const char **path, struct route_match *out)
{
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
        size_t length = strlen(parameters[i].name);
        if (strncmp(*template, parameters[i].name, length) == 0) {
            *template += length;
            return parameters[i].match(path, out);
        }
    }
    return false;
}

/* A slash at the end makes no difference. */
static bool matches(const char *template, const char *path, struct route_match *out)
{
    while (*template) {
        if (*template == '{') {
            if (!match_parameter(&template, &path, out))
                return false;
        } else if (*template ++ != *path++) {
            return false;
        }
    }
    return *path == '\0' || (path[0] == '/' && path[1] == '\0');
}

void route_find(const struct route *routes, enum http_method method, const char *path,
                struct route_match *out)
{
    enum http_method wanted = method == HTTP_HEAD ? HTTP_GET : method;
    *out = (struct route_match){.route = NULL};
    for (const struct route *route = routes; route->path; route++) {
        if (!matches(route->path, path, out)) {
            if (out->allowed)
                break;
            continue;
        }
        out->allowed |= 1U << route->method | 1U << HTTP_OPTIONS;
        if (route->method == HTTP_GET)
            out->allowed |= 1U << HTTP_HEAD;
        if (route->method == wanted)
            out->route = route;
    }
}

void route_allow(unsigned allowed, buf *to)
{
    for (enum http_method method = HTTP_GET; method < HTTP_OTHER; method++) {
        if (!(allowed & 1U << method))
            continue;
        if (to->length)
            buf_text(to, ", ");
        buf_text(to, http_method_name(method));
    }
}
