#include "postgres_libpq.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "fail.h"

#define LIBPQ "libpq.so.5"

struct postgres_libpq libpq;

static const struct {
    const char *name;
    size_t place;
} functions[] = {
#define FUNCTION(name) {#name, offsetof(struct postgres_libpq, name)},
    POSTGRES_LIBPQ_FUNCTIONS(FUNCTION)};

static bool loaded;

static void load(void)
{
    void *library = dlopen(LIBPQ, RTLD_NOW | RTLD_LOCAL);
    loaded = library != NULL;
    for (size_t i = 0; loaded && i < sizeof functions / sizeof *functions; i++) {
        void *function = dlsym(library, functions[i].name);
        loaded = function != NULL;
        memcpy((char *)&libpq + functions[i].place, &function, sizeof function);
    }
}

tasks_status postgres_libpq_load(tasks_error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (loaded)
        return TASKS_OK;
    return fail(error, TASKS_UNSUPPORTED, "backend_missing",
                LIBPQ " cannot be loaded, or is older than PostgreSQL 15: install Debian's libpq5");
}
