/* A build without libcurl (TASKS_AWS=OFF) posts nothing. */
#include "fail.h"
#include "outbox.h"

struct outbox *outbox_new(const struct outbox_options *options, tasks_error *error)
{
    fail(error, TASKS_UNSUPPORTED, "outbox_missing",
         "%s: this build cannot post anything: build it with TASKS_AWS=ON", options->name);
    return NULL;
}

void outbox_free(struct outbox *o)
{
    (void)o;
}

void outbox_put(struct outbox *o, buf *item)
{
    (void)o;
    buf_done(item);
}

struct outbox_figures outbox_figures(struct outbox *o)
{
    (void)o;
    return (struct outbox_figures){0};
}
