/* Has anything been written? NOTIFY would tell at once, but makes all commits of the cluster wait for each
 * other, and does not get through a pooler. A snapshot tells as surely: it is another one as soon as any
 * transaction that wrote has begun or ended, and costs no more than asking. */
#include <poll.h>

#include "postgres.h"
#include "timestamp.h"

enum { STEP_MS = 50, KEY_SNAPSHOT = 1 << 8 };

static const postgres_statement snapshot = {
    .key = KEY_SNAPSHOT, .text = "SELECT hashtextextended(pg_current_snapshot()::text, 0)"};

static tasks_status look(postgres_connection *c, int64_t *seen, tasks_error *error)
{
    PGresult *r = postgres_ask_prepared(c, &snapshot, NULL, error);
    if (!r)
        return error->status;
    *seen = postgres_column_int(r, 0, 0);
    postgres_libpq.PQclear(r);
    return TASKS_OK;
}

tasks_status postgres_watch(void *connection, uint32_t timeout_ms, bool *changed, tasks_error *error)
{
    postgres_connection *c = connection;
    int64_t end = timestamp_monotonic() + timeout_ms, now = 0;
    for (;;) {
        tasks_status status = look(c, &now, error);
        if (status)
            return status;
        *changed = now != c->seen;
        c->seen = now;
        int64_t left = end - timestamp_monotonic();
        if (*changed || left <= 0)
            return TASKS_OK;
        poll(NULL, 0, left < STEP_MS ? (int)left : STEP_MS);
    }
}
