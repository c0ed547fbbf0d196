/* A store's URI names a backend of ours and what follows its first colon, or is refused. */
#include <string.h>

#include "backend.h"
#include "fuzz.h"

static void check_found(const char *uri, const backend_ops *ops, const char *target)
{
    size_t length = (size_t)(target - uri) - 1;
    FUZZ_CHECK(*target && target[-1] == ':' && !memchr(uri, ':', length));
    FUZZ_CHECK(!strncmp(uri, ops->scheme, length) || (ops->alias && !strncmp(uri, ops->alias, length)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const backend_ops *ops;
    const char *target;
    tasks_error error = {0};
    char *uri = malloc(length + 1);
    FUZZ_CHECK(uri);
    memcpy(uri, bytes, length);
    uri[length] = 0;
    tasks_status status = backend_find(uri, &ops, &target, &error);
    if (!status)
        check_found(uri, ops, target);
    else
        FUZZ_CHECK(!strcmp(error.code, status == TASKS_INVALID ? "uri_malformed" : "backend_unknown"));
    free(uri);
    return 0;
}
