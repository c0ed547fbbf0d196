#include "handle.h"

#include <string.h>

#include "etag.h"
#include "fail.h"
#include "number.h"
#include "problem.h"

/* ---- The query ---------------------------------------------------------------------------------- */

static tasks_status read_limit(const char *value, tasks_query *query, tasks_error *error)
{
    int64_t limit;
    if (!number_read(value, strlen(value), 1, TASKS_LIMIT_MAX, &limit))
        return fail_field(error, "limit", "limit_range", "limit must be a number from 1 to %d",
                          TASKS_LIMIT_MAX);
    query->limit = (uint32_t)limit;
    return TASKS_OK;
}

static tasks_status read_cursor(const char *value, tasks_query *query, tasks_error *error)
{
    (void)error;
    query->cursor = value;
    return TASKS_OK;
}

static tasks_status read_completed(const char *value, tasks_query *query, tasks_error *error)
{
    if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
        return fail_field(error, "completed", "query_malformed", "completed must be true or false");
    query->completed = value[0] == 't' ? TASKS_COMPLETED : TASKS_OPEN;
    return TASKS_OK;
}

static tasks_status read_tag(const char *value, tasks_query *query, tasks_error *error)
{
    (void)error;
    query->tag = value;
    return TASKS_OK;
}

static tasks_status read_text(const char *value, tasks_query *query, tasks_error *error)
{
    (void)error;
    query->text = value;
    return TASKS_OK;
}

/* The library takes 0 for "no limit", so the very first millisecond of 1970 is moved by one. */
static tasks_status read_due_before(const char *value, tasks_query *query, tasks_error *error)
{
    if (tasks_time_read(value, &query->due_before_ms, error))
        return fail_field(error, "due_before", "time_malformed",
                          "due_before must be a time such as 2026-01-31T09:30:00Z");
    if (query->due_before_ms == 0)
        query->due_before_ms = 1;
    return TASKS_OK;
}

static tasks_status read_sort(const char *value, tasks_query *query, tasks_error *error)
{
    static const struct {
        const char *name;
        int32_t sort;
    } orders[] = {
        {"id", TASKS_SORT_ID},         {"created_at", TASKS_SORT_ID},
        {"order", TASKS_SORT_ORDER},   {"priority", TASKS_SORT_PRIORITY},
        {"due_at", TASKS_SORT_DUE_AT}, {"updated_at", TASKS_SORT_UPDATED},
    };
    query->descending = value[0] == '-';
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        if (strcmp(value + query->descending, orders[i].name) == 0) {
            query->sort = orders[i].sort;
            return TASKS_OK;
        }
    }
    return fail_field(
        error, "sort", "sort_unknown",
        "sort must be id, created_at, order, priority, due_at or updated_at, after - descending");
}

static tasks_status read_query(const struct uri_query *parameters, tasks_query *query, tasks_error *error)
{
    static const struct {
        const char *name;
        tasks_status (*read)(const char *value, tasks_query *query, tasks_error *error);
    } readers[] = {
        {"limit", read_limit}, {"cursor", read_cursor}, {"completed", read_completed},
        {"tag", read_tag},     {"q", read_text},        {"due_before", read_due_before},
        {"sort", read_sort},
    };
    tasks_status status = TASKS_OK;
    *query = (tasks_query)TASKS_QUERY_INIT;
    for (size_t i = 0; i < sizeof readers / sizeof *readers && !status; i++) {
        const char *value = uri_query_get(parameters, readers[i].name);
        if (value)
            status = readers[i].read(value, query, error);
    }
    return status;
}

/* ---- Answers ------------------------------------------------------------------------------------ */

/* Link: the same request, but starting elsewhere. */
static void link_field(const struct http_request *rq, struct http_response *rs, const char *name,
                       const char *value)
{
    buf *fields = &rs->fields;
    buf_text(fields, "Link: <");
    buf_text(fields, rq->route->path);
    buf_char(fields, '?');
    for (size_t i = 0; i < rq->parameters.count; i++) {
        const struct uri_parameter *parameter = &rq->parameters.items[i];
        if (strcmp(parameter->name, name) == 0)
            continue;
        uri_encode(fields, parameter->name);
        buf_char(fields, '=');
        uri_encode(fields, parameter->value);
        buf_char(fields, '&');
    }
    buf_text(fields, name);
    buf_char(fields, '=');
    uri_encode(fields, value);
    buf_text(fields, ">; rel=\"next\"\r\n");
}

/* Asks the store in what state the tasks are, and answers if the client has seen them in it: told by two
 * numbers, without reading the list. */
static tasks_status check_seen(const struct http_request *rq, struct http_response *rs,
                               struct pages_state *state, bool *seen, tasks_error *error)
{
    char etag[ETAG_SIZE];
    tasks_status status = tasks_revision(rq->db, &state->revision, &state->expired, error);
    if (status)
        return status;
    etag_list(state->revision, state->expired, etag);
    *seen = handle_unchanged(rq, rs, etag);
    return TASKS_OK;
}

static int answer_list(const struct http_request *rq, struct http_response *rs, struct pages_state state)
{
    char etag[ETAG_SIZE];
    etag_list(state.revision, state.expired, etag);
    http_field(rs, "ETag", etag);
    handle_head(rq, rs);
    return 200;
}

static struct pages_state state_of(const tasks_page *page)
{
    return (struct pages_state){tasks_page_revision(page), tasks_page_expired(page)};
}

/* Answers without reading the list, if the client or we have seen it in this state; 0: it has to be read. */
static int answer_seen(struct pages *pages, const struct pages_key *key, const struct http_request *rq,
                       struct http_response *rs)
{
    tasks_error error;
    struct pages_state state;
    const char *cursor;
    bool seen;
    if (!http_header(rq, "If-None-Match") && !pages_known(pages, key))
        return 0;
    if (check_seen(rq, rs, &state, &seen, &error))
        return problem_error(rq, rs, &error);
    if (seen)
        return 304;
    if (!pages_answer(pages, key, state, rs, &cursor))
        return 0;
    if (cursor)
        link_field(rq, rs, "cursor", cursor);
    return answer_list(rq, rs, state);
}

static int answer_read(struct pages *pages, const struct pages_key *key, const struct http_request *rq,
                       struct http_response *rs, const tasks_page *page)
{
    tasks_error error;
    tasks_text *text;
    struct pages_state state = state_of(page);
    if (tasks_page_json(page, rq->url_base, &text, &error))
        return problem_error(rq, rs, &error);
    if (tasks_page_cursor(page))
        link_field(rq, rs, "cursor", tasks_page_cursor(page));
    pages_keep(pages, key, state, text, tasks_page_cursor(page), rs);
    return answer_list(rq, rs, state);
}

int handle_list_get(struct app *app, const struct http_request *rq, struct http_response *rs)
{
    tasks_error error;
    tasks_query query;
    tasks_page *page;
    const struct pages_key key = {rq->who->owner, rq->url_base, rq->query};
    if (read_query(&rq->parameters, &query, &error))
        return problem_error(rq, rs, &error);
    int status = answer_seen(app->pages, &key, rq, rs);
    if (status)
        return status;
    if (tasks_list(rq->db, &query, &page, &error))
        return problem_error(rq, rs, &error);
    status = answer_read(app->pages, &key, rq, rs, page);
    tasks_page_free(page);
    return status;
}

static tasks_status read_since(const struct uri_query *parameters, int64_t *since, tasks_error *error)
{
    const char *value = uri_query_get(parameters, "since");
    *since = 0;
    if (value && !number_read(value, strlen(value), 0, INT64_MAX, since))
        return fail_field(error, "since", "query_malformed", "since must be a revision, 0 for everything");
    return TASKS_OK;
}

/* There is more when the last change on the page is not the last there is. */
static void link_more_changes(const struct http_request *rq, struct http_response *rs, const tasks_page *page)
{
    char since[NUMBER_INT_SIZE];
    uint32_t count = tasks_page_count(page);
    int64_t last = count ? tasks_page_at(page, count - 1)->revision : 0;
    if (count == 0 || last >= tasks_page_revision(page))
        return;
    number_write_int(last, since);
    link_field(rq, rs, "since", since);
}

static int answer_changes(const struct http_request *rq, struct http_response *rs, const tasks_page *page)
{
    tasks_error error;
    tasks_text *text;
    if (tasks_page_json(page, rq->url_base, &text, &error))
        return problem_error(rq, rs, &error);
    http_text(rs, text);
    return answer_list(rq, rs, state_of(page));
}

int handle_list_changes(struct app *app, const struct http_request *rq, struct http_response *rs)
{
    tasks_error error;
    tasks_query query;
    tasks_page *page;
    struct pages_state state;
    int64_t since;
    bool seen = false;
    (void)app;
    if (read_since(&rq->parameters, &since, &error) || read_query(&rq->parameters, &query, &error) ||
        (http_header(rq, "If-None-Match") && check_seen(rq, rs, &state, &seen, &error)))
        return problem_error(rq, rs, &error);
    if (seen)
        return 304;
    if (tasks_changes(rq->db, since, query.limit, &page, &error))
        return problem_error(rq, rs, &error);
    link_more_changes(rq, rs, page);
    int status = answer_changes(rq, rs, page);
    tasks_page_free(page);
    return status;
}

int handle_list_delete(struct app *app, const struct http_request *rq, struct http_response *rs)
{
    tasks_error error;
    tasks_query query;
    int64_t deleted;
    if (read_query(&rq->parameters, &query, &error))
        return problem_error(rq, rs, &error);
    if (query.completed != TASKS_COMPLETED && !app->config->allow_delete_all)
        return problem(rs, 403, "delete_all_denied",
                       "only ?completed=true may be deleted here; see --allow-delete-all");
    if (tasks_clear(rq->db, &query, &deleted, &error))
        return problem_error(rq, rs, &error);
    rs->type = "application/json";
    buf_print(&rs->body, "{\"deleted\":%lld}", (long long)deleted);
    return 200;
}
