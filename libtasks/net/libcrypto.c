#include "libcrypto.h"

#include <pthread.h>

#include "fail.h"

#define FILE_NAME "libcrypto.so.3"

struct libcrypto libcrypto;

static const library_function functions[] = {
#define FUNCTION(name) {#name, offsetof(struct libcrypto, name), LIBRARY_LINKED(name)},
    LIBCRYPTO_FUNCTIONS(FUNCTION)};

static bool loaded;

static void load(void)
{
    loaded = library_load(FILE_NAME, functions, sizeof functions / sizeof *functions, &libcrypto);
}

tasks_status libcrypto_load(tasks_error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (loaded)
        return TASKS_OK;
    return fail(error, TASKS_UNSUPPORTED, "library_missing",
                FILE_NAME " cannot be loaded: install Debian's libssl3");
}
