#include "backend.h"

#include <string.h>

#include "fail.h"

#ifdef TASKS_POSTGRES
#define URIS "sqlite:PATH or postgresql://HOST/DATABASE"
#else
#define URIS "sqlite:PATH"
#endif

static const backend_ops *const backends[] = {
    &backend_sqlite,
#ifdef TASKS_POSTGRES
    &backend_postgres,
#endif
};

static bool named(const char *name, const char *uri, size_t length)
{
    return name && strlen(name) == length && !memcmp(uri, name, length);
}

/* Known by name, but not built in. */
static bool left_out(const char *uri, size_t length)
{
#ifdef TASKS_POSTGRES
    (void)uri;
    (void)length;
    return false;
#else
    return named("postgresql", uri, length) || named("postgres", uri, length);
#endif
}

tasks_status backend_find(const char *uri, const backend_ops **ops, const char **target, tasks_error *error)
{
    const char *colon = strchr(uri, ':');
    if (!colon || !colon[1])
        return fail_field(error, "uri", "uri_malformed", "the URI must look like " URIS);
    size_t length = (size_t)(colon - uri);
    for (size_t i = 0; i < sizeof backends / sizeof *backends; i++) {
        if (named(backends[i]->scheme, uri, length) || named(backends[i]->alias, uri, length)) {
            *ops = backends[i];
            *target = colon + 1;
            return TASKS_OK;
        }
    }
    if (left_out(uri, length))
        return fail(error, TASKS_UNSUPPORTED, "backend_missing",
                    "this libtasks was built without PostgreSQL (TASKS_POSTGRES=OFF); use " URIS);
    return fail(error, TASKS_UNSUPPORTED, "backend_unknown", "no backend for this URI; use " URIS);
}
