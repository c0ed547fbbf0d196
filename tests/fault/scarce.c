#include "scarce.h"

#include <err.h>
#include <jansson.h>
#include <malloc.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_long countdown;
static atomic_bool happened, persistent;

static bool fails(void)
{
    if (atomic_load(&happened) && atomic_load(&persistent))
        return true;
    if (atomic_load(&countdown) <= 0 || atomic_fetch_sub(&countdown, 1) != 1)
        return false;
    atomic_store(&happened, true);
    return true;
}

void scarce_at(long nth, scarce_mode mode)
{
    atomic_store(&happened, false);
    atomic_store(&persistent, mode == SCARCE_FROM_THEN_ON);
    atomic_store(&countdown, nth);
}

bool scarce_end(void)
{
    atomic_store(&countdown, 0);
    atomic_store(&persistent, false);
    return atomic_load(&happened);
}

/* ---- Ours ---- */

#define WRAP(result, name, parameters, arguments, failed)                                                    \
    result __real_##name parameters;                                                                         \
    result __wrap_##name parameters;                                                                         \
    result __wrap_##name parameters                                                                          \
    {                                                                                                        \
        return fails() ? failed : __real_##name arguments;                                                   \
    }

WRAP(void *, malloc, (size_t size), (size), NULL)
WRAP(void *, calloc, (size_t count, size_t size), (count, size), NULL)
WRAP(void *, realloc, (void *old, size_t size), (old, size), NULL)
WRAP(char *, strdup, (const char *text), (text), NULL)
WRAP(char *, strndup, (const char *text, size_t length), (text, length), NULL)
WRAP(char *, getcwd, (char *buffer, size_t size), (buffer, size), NULL)

/* With and without _FORTIFY_SOURCE. */
int __wrap_asprintf(char **out, const char *format, ...) __attribute__((format(printf, 2, 3)));
int __wrap___asprintf_chk(char **out, int flag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

int __wrap_asprintf(char **out, const char *format, ...)
{
    va_list arguments;
    if (fails())
        return -1;
    va_start(arguments, format);
    int length = vasprintf(out, format, arguments);
    va_end(arguments);
    return length;
}

int __wrap___asprintf_chk(char **out, int flag, const char *format, ...)
{
    va_list arguments;
    (void)flag;
    if (fails())
        return -1;
    va_start(arguments, format);
    int length = vasprintf(out, format, arguments);
    va_end(arguments);
    return length;
}

/* ---- jansson's ---- */

static void *json_alloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

/* ---- SQLite's ---- */

static void *sqlite_alloc(int size)
{
    return fails() ? NULL : __real_malloc((size_t)size);
}

static void *sqlite_realloc(void *old, int size)
{
    return fails() ? NULL : __real_realloc(old, (size_t)size);
}

static int sqlite_size(void *block)
{
    return block ? (int)malloc_usable_size(block) : 0;
}

static int sqlite_roundup(int size)
{
    return (size + 7) / 8 * 8;
}

static int sqlite_init(void *unused)
{
    (void)unused;
    return SQLITE_OK;
}

static void sqlite_shutdown(void *unused)
{
    (void)unused;
}

void scarce_begin(void)
{
    static const sqlite3_mem_methods methods = {sqlite_alloc,   free,        sqlite_realloc,  sqlite_size,
                                                sqlite_roundup, sqlite_init, sqlite_shutdown, NULL};
    json_set_alloc_funcs(json_alloc, free);
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &methods))
        errx(1, "SQLite is in use already");
}
