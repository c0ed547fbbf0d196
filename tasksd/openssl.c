#include "openssl.h"

#include <pthread.h>
#include <stdbool.h>

#include "fail.h"

#define FILE_NAME "libcrypto.so.3"

struct openssl openssl;

static const library_function functions[] = {
#define FUNCTION(name) {#name, offsetof(struct openssl, name), LIBRARY_LINKED(name)},
    OPENSSL_FUNCTIONS(FUNCTION)
#undef FUNCTION
};

static bool loaded;

static void load(void)
{
    loaded = library_load(FILE_NAME, functions, sizeof functions / sizeof *functions, &openssl);
}

tasks_status openssl_load(tasks_error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (loaded)
        return TASKS_OK;
    return fail(error, TASKS_UNSUPPORTED, "library_missing",
                FILE_NAME " cannot be loaded: install Debian's libssl3");
}
