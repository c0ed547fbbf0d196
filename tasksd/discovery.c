#include "discovery.h"

#include <jansson.h>
#include <string.h>

#include "buf.h"
#include "fail.h"
#include "json_in.h"

enum { URL_MAX = 2048 };

static const char *const good_starts[] = {"http://127.0.0.1:", "http://localhost:", "http://[::1]:"};

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* What follows the start is a port and a path: with "@" or "\" it could be another host after all. */
static bool is_on_this_machine(const char *url)
{
    for (size_t i = 0; i < sizeof good_starts / sizeof *good_starts; i++) {
        if (!starts_with(url, good_starts[i]))
            continue;
        const char *port = url + strlen(good_starts[i]);
        size_t digits = strspn(port, "0123456789");
        return digits && (port[digits] == '\0' || port[digits] == '/');
    }
    return false;
}

bool discovery_url_ok(const char *url)
{
    if (strlen(url) > URL_MAX || strpbrk(url, " \t\r\n\\@#"))
        return false;
    return is_on_this_machine(url) || (starts_with(url, "https://") && url[strlen("https://")] != '\0');
}

const char *discovery_url(const char *issuer, arena *memory)
{
    buf url;
    size_t length = strlen(issuer);
    buf_init(&url, 2 * (size_t)URL_MAX);
    buf_bytes(&url, issuer, length && issuer[length - 1] == '/' ? length - 1 : length);
    buf_text(&url, "/.well-known/openid-configuration");
    const char *copy = url.status ? NULL : arena_copy(memory, url.bytes, url.length);
    buf_done(&url);
    return copy;
}

/* NULL where there is none that will do. False when out of memory. */
static bool read_url(const json_t *document, const char *name, arena *memory, const char **out)
{
    const char *url = json_string_value(json_object_get(document, name));
    bool good = url && discovery_url_ok(url);
    *out = good ? arena_copy(memory, url, strlen(url)) : NULL;
    return *out || !good;
}

static tasks_status read_members(const json_t *document, const char *issuer, arena *memory,
                                 struct discovery *out, tasks_error *error)
{
    const char *named = json_string_value(json_object_get(document, "issuer"));
    if (!named || strcmp(named, issuer) != 0)
        return fail(error, TASKS_UNAVAILABLE, "issuer_away", "%.100s calls itself by another name", issuer);
    if (!read_url(document, "jwks_uri", memory, &out->keys_url) ||
        !read_url(document, "authorization_endpoint", memory, &out->authorization_url) ||
        !read_url(document, "token_endpoint", memory, &out->token_url))
        return fail_memory(error);
    if (!out->keys_url)
        return fail(error, TASKS_UNAVAILABLE, "issuer_away", "%.100s has no jwks_uri of https", issuer);
    return TASKS_OK;
}

tasks_status discovery_read(const char *text, size_t length, const char *issuer, arena *memory,
                            struct discovery *out, tasks_error *error)
{
    json_t *document;
    tasks_status status = json_in_read(text, length, &document, error);
    if (status == TASKS_INVALID)
        return fail(error, TASKS_UNAVAILABLE, "issuer_away", "%.100s has no discovery document", issuer);
    if (status)
        return status;
    status = read_members(document, issuer, memory, out, error);
    json_decref(document);
    return status;
}
