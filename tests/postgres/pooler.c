#include "pooler.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void pooler_make(char uri[CLUSTER_URI_SIZE])
{
    static atomic_uint count;
    char sql[128];
    unsigned number = atomic_fetch_add(&count, 1);
    snprintf(sql, sizeof sql, "CREATE DATABASE d%d_%u", getpid(), number);
    cluster_run(sql);
    snprintf(uri, CLUSTER_URI_SIZE, "postgresql://tasks@127.0.0.1:%d/d%d_%u?tasks_prepare=off",
             cluster_pooler_port(), getpid(), number);
}

void pooler_drop(const char *uri)
{
    char sql[CLUSTER_URI_SIZE + 64];
    const char *name = strrchr(uri, '/') + 1;
    snprintf(sql, sizeof sql, "DROP DATABASE %.*s WITH (FORCE)", (int)strcspn(name, "?"), name);
    cluster_run(sql);
}
