#include "paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A relative path in these variables must be ignored (XDG Base Directory Specification). */
static const char *absolute(const char *variable)
{
    const char *path = getenv(variable);
    return path && path[0] == '/' ? path : NULL;
}

static const char *make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int failed = mkdir(path, 0700) && errno != EEXIST;
        *slash = '/';
        if (failed)
            return strerror(errno);
    }
    return NULL;
}

const char *paths_default_uri(buf *uri)
{
    static const char scheme[] = "sqlite:";
    const char *data = absolute("XDG_DATA_HOME"), *home = absolute("HOME");
    if (!data && !home)
        return "neither XDG_DATA_HOME nor HOME is set: say --db";
    buf_reset(uri);
    buf_text(uri, scheme);
    buf_text(uri, data ? data : home);
    buf_text(uri, data ? "/tasks/tasks.db" : "/.local/share/tasks/tasks.db");
    return uri->status ? "the path is too long" : make_folders(uri->bytes + sizeof scheme - 1);
}
