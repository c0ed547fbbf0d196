#include "backend.h"

#include <string.h>

#include "fail.h"

static const backend_ops *const backends[] = {&backend_sqlite};

tasks_status backend_find(const char *uri, const backend_ops **ops, const char **target, tasks_error *error)
{
    const char *colon = strchr(uri, ':');
    if (!colon || !colon[1])
        return fail_field(error, "uri", "uri_malformed", "the URI must look like sqlite:PATH");
    for (size_t i = 0; i < sizeof backends / sizeof *backends; i++) {
        size_t length = strlen(backends[i]->scheme);
        if ((size_t)(colon - uri) == length && !memcmp(uri, backends[i]->scheme, length)) {
            *ops = backends[i];
            *target = colon + 1;
            return TASKS_OK;
        }
    }
    return fail(error, TASKS_UNSUPPORTED, "backend_unknown", "no backend for this URI; use sqlite:PATH");
}
