#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fail.h"

#define SQLITE "sqlite:"

enum { URI_MAX = 8192 };

static int cannot_make(const cli *c, const char *folder, int number)
{
    tasks_error error;
    bool denied = number == EACCES || number == EPERM || number == EROFS;
    fail(&error, denied ? TASKS_DENIED : TASKS_INTERNAL, denied ? "file_denied" : "internal",
         "cannot make the folder %s: %s", folder, strerror(number));
    return cli_failed(c, NULL, &error);
}

/* Makes the folders that `path` lies in. */
static int make_folders(const cli *c, char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return cannot_make(c, path, errno);
        *slash = '/';
    }
    return EXITS_DONE;
}

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

/* The XDG rules: a folder that is not absolute is as good as none. */
static void default_uri(buf *to)
{
    const char *data = variable("XDG_DATA_HOME"), *home = variable("HOME");
    if (data && *data == '/')
        buf_print(to, SQLITE "%s/tasks/tasks.db", data);
    else if (home && *home == '/')
        buf_print(to, SQLITE "%s/.local/share/tasks/tasks.db", home);
}

static const char *secret_of(const cli *c)
{
    return c->secret ? c->secret : variable("TASKS_DB_SECRET");
}

int store_locate(cli *c, bool make)
{
    tasks_error error;
    const char *given = c->db ? c->db : variable("TASKS_DB");
    bool secret_says = !given && secret_of(c);
    buf_done(&c->uri); /* a migration that seeds asks twice */
    buf_init(&c->uri, URI_MAX);
    if (given)
        buf_text(&c->uri, given);
    else if (!secret_says)
        default_uri(&c->uri);
    if (c->uri.status == TASKS_NO_MEMORY) {
        fail_memory(&error);
        return cli_failed(c, NULL, &error);
    }
    if (secret_says)
        return EXITS_DONE;
    if (c->uri.status || (!given && !c->uri.length))
        return cli_misused(c, "store_unknown",
                           "no store: set --db, TASKS_DB, XDG_DATA_HOME or HOME (at most %d bytes)", URI_MAX);
    return given || !make ? EXITS_DONE : make_folders(c, c->uri.bytes + strlen(SQLITE));
}

tasks_options store_options(const cli *c)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    options.uri = c->uri.length ? c->uri.bytes : NULL;
    options.password_ref = secret_of(c);
    options.pool_size = 1; /* one thread needs one connection, and opening one takes time */
    return options;
}

/* Names the file when the message does not. Other URIs may hold a password. */
static const char *name_of(const cli *c, const tasks_error *error)
{
    const char *uri = c->uri.length ? c->uri.bytes : "";
    bool named = strncmp(uri, SQLITE, strlen(SQLITE)) != 0 || strstr(error->message, uri + strlen(SQLITE));
    return named || !uri[strlen(SQLITE)] ? NULL : uri;
}

int store_refused(const cli *c, const tasks_error *error)
{
    int code = cli_failed(c, name_of(c, error), error);
    bool misused = error->status == TASKS_INVALID || strcmp(error->code, "backend_unknown") == 0;
    return misused ? EXITS_USAGE : code;
}

int store_open_whole(cli *c)
{
    tasks_error error;
    int code = store_locate(c, true);
    if (code)
        return code;
    tasks_options options = store_options(c);
    return tasks_open(&options, &c->store, &error) ? store_refused(c, &error) : EXITS_DONE;
}

int store_open(cli *c)
{
    tasks_error error;
    int code = store_open_whole(c);
    if (code || !c->owner)
        return code;
    tasks_db *whole = c->store;
    tasks_status status = tasks_as(whole, c->owner, &c->store, &error);
    tasks_close(whole);
    return status ? store_refused(c, &error) : EXITS_DONE;
}
