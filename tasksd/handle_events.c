/* GET /tasks/events: what changes, as it changes. */
#include <string.h>

#include "events.h"
#include "fail.h"
#include "handle.h"
#include "number.h"
#include "problem.h"

/* A browser that comes back says Last-Event-ID, which is nearer than the address it first asked for. */
static tasks_status read_place(const struct http_request *rq, int64_t *since, tasks_error *error)
{
    const char *last = http_header(rq, "Last-Event-ID");
    const char *value = last && *last ? last : uri_query_get(&rq->parameters, "since");
    *since = EVENTS_FROM_NOW;
    if (value && !number_read(value, strlen(value), 0, INT64_MAX, since))
        return fail_field(error, "since", "query_malformed",
                          "since and Last-Event-ID must be a revision, 0 for everything");
    return TASKS_OK;
}

int handle_events_get(struct app *app, const struct http_request *rq, struct http_response *rs)
{
    tasks_error error;
    int64_t since;
    if (read_place(rq, &since, &error))
        return problem_error(rq, rs, &error);
    rs->type = "text/event-stream";
    http_field(rs, "X-Accel-Buffering", "no"); /* nginx would wait for more */
    if (rq->method == HTTP_HEAD)
        return 200;
    struct events_stream *stream = events_open(app->events, rq->owner, rq->url_base, since);
    if (!stream)
        return problem(rs, 503, "streams_full", "there is no place for another stream; ask again later");
    rs->takeover = (struct http_takeover){stream, events_give};
    return 200;
}
