#include <stdio.h>

#include "conformance.h"
#include "folder.h"

static void make(char uri[CONFORMANCE_URI_SIZE])
{
    snprintf(uri, CONFORMANCE_URI_SIZE, "sqlite::memory:");
}

static void drop(const char *uri)
{
    (void)uri; /* it went with its last handle */
}

static const conformance_fixture fixture = {
    "sqlite in memory", CONFORMANCE_BACKUP, folder_make, folder_remove, make, drop, tasks_open};

int main(void)
{
    return conformance_run(&fixture);
}
