#include <stddef.h>

#include "tasks.h"

#define TEXT(number)                 #number
#define VERSION(major, minor, patch) TEXT(major) "." TEXT(minor) "." TEXT(patch)

static const struct {
    const char *name, *text;
} statuses[] = {
#define STATUS(name, number, text) [number] = {#name, text},
    TASKS_STATUS_MAP(STATUS)};

const char *tasks_version(void)
{
    return VERSION(TASKS_VERSION_MAJOR, TASKS_VERSION_MINOR, TASKS_VERSION_PATCH);
}

static int known(tasks_status status)
{
    return status >= 0 && (size_t)status < sizeof statuses / sizeof *statuses;
}

const char *tasks_status_name(tasks_status status)
{
    return known(status) ? statuses[status].name : "?";
}

const char *tasks_status_text(tasks_status status)
{
    return known(status) ? statuses[status].text : "?";
}
