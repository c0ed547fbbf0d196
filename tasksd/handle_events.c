/* GET /tasks/events: what changes, as it changes. */
#include <string.h>

#include "events.h"
#include "fail.h"
#include "handle.h"
#include "number.h"
#include "problem.h"

/* A browser that comes back says Last-Event-ID, which is nearer than the address it first asked for. */
static tasks_status read_place(const struct http_request *rq, struct events_wish *wish, tasks_error *error)
{
    int64_t expired;
    const char *last = http_header(rq, "Last-Event-ID");
    const char *value = last && *last ? last : uri_query_get(&rq->parameters, "since");
    wish->from_now = !value;
    if (!value) /* before the client knows that it is heard: what it does next must not be missed */
        return tasks_revision(rq->db, &wish->since, &expired, error);
    if (!number_read(value, strlen(value), 0, INT64_MAX, &wish->since))
        return fail_field(error, "since", "query_malformed",
                          "since and Last-Event-ID must be a revision, 0 for everything");
    return TASKS_OK;
}

static int refuse(struct http_response *rs, enum events_refusal why)
{
    if (why == EVENTS_FULL)
        return problem(rs, 503, "streams_full", "there is no place for another stream; ask again later");
    http_field(rs, "Retry-After", "30");
    return problem(rs, 429, "streams_enough", "this address has as many streams as one address may have");
}

int handle_events_get(struct app *app, const struct http_request *rq, struct http_response *rs)
{
    tasks_error error;
    enum events_refusal refusal;
    struct events_wish wish = {.who = rq->who, .url_base = rq->url_base};
    if (read_place(rq, &wish, &error))
        return problem_error(rq, rs, &error);
    rs->type = "text/event-stream";
    http_field(rs, "X-Accel-Buffering", "no"); /* nginx would wait for more */
    if (rq->method == HTTP_HEAD)
        return 200;
    wish.address = access_client(&app->config->access, rq);
    struct events_stream *stream = events_open(app->events, &wish, &refusal);
    if (!stream)
        return refuse(rs, refusal);
    rs->takeover = (struct http_takeover){stream, events_give};
    return 200;
}
