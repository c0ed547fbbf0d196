#include "fixture_sqlite.h"

#include <stdio.h>
#include <unistd.h>

#include "folder.h"

static void make(char uri[CONFORMANCE_URI_SIZE])
{
    static unsigned count;
    snprintf(uri, CONFORMANCE_URI_SIZE, "sqlite:%s/%d-%u.db", folder_path(), getpid(), count++);
}

static void drop(const char *uri)
{
    unlink(uri + sizeof "sqlite:" - 1);
}

const conformance_fixture fixture_sqlite = {
    "sqlite", CONFORMANCE_PERSISTS | CONFORMANCE_BACKUP, folder_make, folder_remove, make, drop, tasks_open};
