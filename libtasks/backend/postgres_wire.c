/* Statements go out one behind the other, without waiting for answers; answers come in the same order. */
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "postgres.h"

enum {
    ANSWER_OF_QUERY = 0,   /* else 1 + the place of a statement that was prepared */
    ANSWER_TO_DROP = 0xFF, /* of a statement of ours */
    NAME_SIZE = 24
};

static tasks_status lost(postgres_connection *c, tasks_error *error)
{
    c->broken = true;
    *c->sqlstate = 0;
    return fail(error, TASKS_UNAVAILABLE, "store_away", "PostgreSQL: the connection to the server was lost");
}

/* ---- Out ---- */

static tasks_status expect(postgres_connection *c, int what, tasks_error *error)
{
    buf_char(&c->expected, (char)what);
    return c->expected.status ? lost(c, error) : TASKS_OK;
}

static tasks_status send_bare(postgres_connection *c, const postgres_statement *s, const postgres_values *v,
                              int what, tasks_error *error)
{
    int count = s->type_count > v->count ? s->type_count : v->count;
    if (!postgres_libpq.PQsendQueryParams(c->pg, s->text, count, s->types, v->bytes, v->length, v->format, 1))
        return lost(c, error);
    return expect(c, what, error);
}

/* Behind a pooler each transaction may meet another session, so it brings its own settings. */
static tasks_status send_settings(postgres_connection *c, tasks_error *error)
{
    buf text;
    buf_init(&text, 4096);
    postgres_settings_sql(&text, c->store->timeout_ms);
    const postgres_statement s = {.text = text.bytes};
    const postgres_values none = {0};
    tasks_status status = text.status ? fail_memory(error) : send_bare(c, &s, &none, ANSWER_TO_DROP, error);
    buf_done(&text);
    return status;
}

tasks_status postgres_begin(postgres_connection *c, tasks_error *error)
{
    if (!postgres_stands(c))
        return lost(c, error);
    buf_reset(&c->expected);
    c->answered = 0;
    return c->store->target.prepare ? TASKS_OK : send_settings(c, error);
}

/* The place of a statement, or where it may go; -1 if all places are taken. */
static int place_of(postgres_connection *c, uint32_t key)
{
    uint32_t start = key * 2654435769u >> 26;
    for (uint32_t i = 0; i < POSTGRES_STATEMENTS; i++) {
        uint32_t place = (start + i) % POSTGRES_STATEMENTS;
        if (!c->statements[place].state || c->statements[place].key == key)
            return (int)place;
    }
    return -1;
}

static tasks_status prepare(postgres_connection *c, int place, const char *name, const postgres_statement *s,
                            tasks_error *error)
{
    if (!postgres_libpq.PQsendPrepare(c->pg, name, s->text, s->type_count, s->types))
        return lost(c, error);
    c->statements[place].key = s->key;
    c->statements[place].state = POSTGRES_ASKED;
    return expect(c, 1 + place, error);
}

tasks_status postgres_send(postgres_connection *c, const postgres_statement *s, const postgres_values *v,
                           tasks_error *error)
{
    char name[NAME_SIZE];
    tasks_status status = TASKS_OK;
    int place = c->store->target.prepare ? place_of(c, s->key) : -1;
    if (place < 0)
        return send_bare(c, s, v, ANSWER_OF_QUERY, error);
    snprintf(name, sizeof name, "tasks_%d", place);
    if (!c->statements[place].state)
        status = prepare(c, place, name, s, error);
    if (status)
        return status;
    if (!postgres_libpq.PQsendQueryPrepared(c->pg, name, v->count, v->bytes, v->length, v->format, 1))
        return lost(c, error);
    return expect(c, ANSWER_OF_QUERY, error);
}

tasks_status postgres_flush(postgres_connection *c, tasks_error *error)
{
    return postgres_libpq.PQsendFlushRequest(c->pg) && postgres_libpq.PQflush(c->pg) >= 0 ? TASKS_OK
                                                                                          : lost(c, error);
}

tasks_status postgres_sync(postgres_connection *c, tasks_error *error)
{
    return postgres_libpq.PQpipelineSync(c->pg) ? TASKS_OK : lost(c, error);
}

/* ---- In ---- */

/* libpq puts an empty result between the answers. */
static PGresult *read_result(postgres_connection *c)
{
    PGresult *r = NULL;
    for (int tries = 0; !r && tries < 3 && postgres_wait(c); tries++)
        r = postgres_libpq.PQgetResult(c->pg);
    return r;
}

static bool good(const PGresult *r)
{
    ExecStatusType status = postgres_libpq.PQresultStatus(r);
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

static tasks_status no_answer(postgres_connection *c, tasks_error *error)
{
    bool late = postgres_libpq.PQstatus(c->pg) == CONNECTION_OK;
    lost(c, error);
    if (!late)
        return error->status;
    return fail(error, TASKS_TIMEOUT, "wait_timeout", "PostgreSQL: no answer within %u ms",
                c->store->timeout_ms + POSTGRES_GRACE_MS);
}

/* Takes the answers before that of the next query: NULL when that one comes next, else the failure. */
static PGresult *read_others(postgres_connection *c)
{
    while (c->answered < c->expected.length) {
        uint8_t what = (uint8_t)c->expected.bytes[c->answered];
        if (what == ANSWER_OF_QUERY)
            return NULL;
        c->answered++;
        PGresult *r = read_result(c);
        if (!r || !good(r))
            return r;
        if (what != ANSWER_TO_DROP)
            c->statements[what - 1].state = POSTGRES_PREPARED;
        postgres_libpq.PQclear(r);
    }
    return NULL;
}

PGresult *postgres_answer(postgres_connection *c, tasks_error *error)
{
    PGresult *r = read_others(c);
    if (!r && !c->broken) {
        c->answered++;
        r = read_result(c);
    }
    if (!r) {
        no_answer(c, error);
        return NULL;
    }
    if (good(r))
        return r;
    postgres_failed(c, r, error);
    postgres_libpq.PQclear(r);
    return NULL;
}

/* What the server skipped after a failure was not prepared. */
static void settle(postgres_connection *c)
{
    for (int i = 0; i < POSTGRES_STATEMENTS; i++)
        if (c->statements[i].state == POSTGRES_ASKED)
            c->statements[i].state = POSTGRES_UNKNOWN;
}

void postgres_drain(postgres_connection *c)
{
    PGresult *r;
    bool more = true;
    while (more && (r = read_result(c))) {
        more = postgres_libpq.PQresultStatus(r) != PGRES_PIPELINE_SYNC;
        postgres_libpq.PQclear(r);
    }
    c->broken |= more;
    settle(c);
}

PGresult *postgres_ask(postgres_connection *c, const char *text, const postgres_values *v, tasks_error *error)
{
    static const postgres_values none;
    const postgres_statement s = {.text = text};
    PGresult *r = NULL;
    tasks_status status = send_bare(c, &s, v ? v : &none, ANSWER_OF_QUERY, error);
    if (!status)
        status = postgres_sync(c, error);
    if (!status) {
        r = postgres_answer(c, error);
        postgres_drain(c);
    }
    return r;
}

PGresult *postgres_ask_prepared(postgres_connection *c, const postgres_statement *s, const postgres_values *v,
                                tasks_error *error)
{
    static const postgres_values none;
    PGresult *r = NULL;
    int tries = 0;
    postgres_deadline(c, c->store->timeout_ms + POSTGRES_GRACE_MS);
    do {
        if (tries++)
            postgres_forget(c);
        if (postgres_begin(c, error) || postgres_send(c, s, v ? v : &none, error) || postgres_sync(c, error))
            return NULL;
        r = postgres_answer(c, error);
        postgres_drain(c);
    } while (!r && postgres_again(c) && tries < POSTGRES_TRIES);
    return r;
}

void postgres_forget(postgres_connection *c)
{
    tasks_error ignored;
    memset(c->statements, 0, sizeof c->statements);
    postgres_libpq.PQclear(postgres_ask(c, "DEALLOCATE ALL", NULL, &ignored));
}

/* Text of several statements only goes by the simple protocol, which a pipeline has not. */
tasks_status postgres_script(postgres_connection *c, const char *text, tasks_error *error)
{
    tasks_status status = TASKS_OK;
    PGresult *r;
    if (!postgres_libpq.PQexitPipelineMode(c->pg) || !postgres_libpq.PQsendQuery(c->pg, text))
        return lost(c, error);
    while ((r = postgres_wait(c) ? postgres_libpq.PQgetResult(c->pg) : NULL)) {
        if (!status && !good(r))
            status = postgres_failed(c, r, error);
        postgres_libpq.PQclear(r);
    }
    if (!status && c->broken)
        status = no_answer(c, error);
    if (!postgres_libpq.PQenterPipelineMode(c->pg))
        c->broken = true;
    return status;
}
