#include "postgres_libpq.h"

#include <pthread.h>

#include "fail.h"

#define LIBPQ "libpq.so.5"

struct postgres_libpq_functions postgres_libpq;

static const library_function functions[] = {
#define FUNCTION(name) {#name, offsetof(struct postgres_libpq_functions, name), LIBRARY_LINKED(name)},
    POSTGRES_LIBPQ_FUNCTIONS(FUNCTION)};

static bool loaded;

static void load(void)
{
    loaded = library_load(LIBPQ, functions, sizeof functions / sizeof *functions, &postgres_libpq);
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
