/* Reads of callers that wait at the same time go out together. Each is one statement, so that the state and
 * the rows that it returns are of one moment. */
#include <string.h>

#include "fail.h"
#include "list_sql.h"
#include "postgres.h"

enum { TEXT_CAP = 16384, UNANSWERED = -1 };

/* In all that follows $1 is the owner and $2 now. */
#define ALIVE "(expires_at IS NULL OR expires_at > $2)"

/* The state goes before the rows, as a row without a title. */
#define STATE                                                                                                \
    "SELECT purged_revision AS id, revision, 0::smallint AS completed, 0::smallint AS priority, "            \
    "NULL::double precision AS position, (SELECT count(*) FROM tasks WHERE owner = $1 AND "                  \
    "expires_at <= $2) AS due_at, NULL::bigint AS expires_at, NULL::bigint AS completed_at, "                \
    "0::bigint AS created_at, 0::bigint AS updated_at, NULL::text AS uid, NULL::text AS title, "             \
    "NULL::text AS tags, NULL::text AS notes"

/* `id = ANY` would be planned as a scan of all that the owner has while the table is small. */
static const char get_sql[] =
    "SELECT t.* FROM unnest($3::bigint[]) AS wanted (wanted_id), LATERAL (SELECT " LIST_SQL_COLUMNS
    " FROM tasks WHERE owner = $1 AND id = wanted_id AND " ALIVE " OFFSET 0) t";
static const char state_sql[] = STATE " FROM owners WHERE owner = $1";
static const char owners_sql[] =
    "SELECT owner FROM owners WHERE $1 IS NULL OR owner > $1 ORDER BY owner LIMIT $2";

/* Ordered, as otherwise the index by revision would cost as much as any in the plan for an empty table. */
#define CHANGED                                                                                              \
    " AND revision > $3 AND revision <= (SELECT last FROM page) AND " ALIVE " ORDER BY revision, id)"
#define CHANGED_OPEN                                                                                         \
    "(SELECT " LIST_SQL_COLUMNS ", 0 AS deleted FROM tasks WHERE owner = $1 AND completed = 0" CHANGED
#define CHANGED_COMPLETED                                                                                    \
    "(SELECT " LIST_SQL_COLUMNS ", 0 AS deleted FROM tasks WHERE owner = $1 AND completed = 1" CHANGED

/* $3 is `since`; a page ends with the revision of the $4th change after it. */
static const char changes_sql[] =
    "WITH page AS (SELECT coalesce((SELECT revision FROM ("
    "(SELECT revision FROM tasks WHERE owner = $1 AND completed = 0 AND revision > $3 AND " ALIVE
    " ORDER BY revision LIMIT $4) UNION ALL "
    "(SELECT revision FROM tasks WHERE owner = $1 AND completed = 1 AND revision > $3 AND " ALIVE
    " ORDER BY revision LIMIT $4) UNION ALL "
    "(SELECT revision FROM tombstones WHERE owner = $1 AND revision > $3 ORDER BY revision LIMIT $4)"
    ") few ORDER BY revision OFFSET $4 - 1 LIMIT 1), 9223372036854775807) AS last) " STATE
    ", 0 AS deleted FROM owners WHERE owner = $1 UNION ALL SELECT * FROM (" CHANGED_OPEN
    " UNION ALL " CHANGED_COMPLETED " UNION ALL "
    "SELECT id, revision, 0, 0, NULL, NULL, NULL, NULL, deleted_at, deleted_at, uid, '', '', '', 1 "
    "FROM tombstones WHERE owner = $1 AND revision > $3 AND revision <= (SELECT last FROM page) "
    "ORDER BY revision, id) changed";

/* Statements by their key; lists have the keys above these. */
enum { KEY_GET = 1, KEY_STATE, KEY_OWNERS, KEY_CHANGES, KEY_LIST = 1 << 10 };

static const Oid types[] = {POSTGRES_TEXT, POSTGRES_INT, POSTGRES_INT,  POSTGRES_INT,
                            POSTGRES_INT,  POSTGRES_INT, POSTGRES_TEXT, POSTGRES_TEXT};
static const Oid types_by_position[] = {POSTGRES_TEXT, POSTGRES_INT, POSTGRES_INT,  POSTGRES_DOUBLE,
                                        POSTGRES_INT,  POSTGRES_INT, POSTGRES_TEXT, POSTGRES_TEXT};
static const Oid owners_types[] = {POSTGRES_TEXT, POSTGRES_INT};
static const Oid get_types[] = {POSTGRES_TEXT, POSTGRES_INT, POSTGRES_INTS};

static const list_sql_dialect dialect = {.mark = '$',
                                         .id = "id",
                                         .all = "t.owner = $1",
                                         .contains = "strpos(lower(@), #) > 0",
                                         .infinity = "'Infinity'"};

/* ---- Out ---- */

/* Parameters by the numbers of list_sql.h; those that the statement has not are sent as NULL. */
static void list_values(const backend_read *r, postgres_values *v)
{
    const backend_list *list = r->list;
    postgres_text(v, r->owner);
    postgres_int(v, r->now_ms);
    postgres_int(v, list->limit);
    if (list->sort == TASKS_SORT_ORDER)
        postgres_double(v, list->after.order);
    else
        postgres_int(v, list->after.number);
    postgres_int(v, list->after.id);
    postgres_int(v, list->due_before_ms);
    postgres_text(v, list->tag);
    postgres_text(v, list->text);
}

static tasks_status send_list(postgres_connection *c, backend_read *r)
{
    buf text;
    postgres_values v = {0};
    const backend_list *list = r->list;
    buf_init(&text, TEXT_CAP);
    buf_text(&text, STATE " FROM owners WHERE owner = $1 UNION ALL SELECT " LIST_SQL_COLUMNS " FROM (");
    list_sql_write(&text, &dialect, list);
    buf_text(&text, ") page");
    list_values(r, &v);
    const postgres_statement s = {KEY_LIST | list_sql_shape(list), text.bytes, v.count,
                                  list->sort == TASKS_SORT_ORDER ? types_by_position : types};
    tasks_status status = text.status ? fail_memory(&r->error) : postgres_send(c, &s, &v, &r->error);
    buf_done(&text);
    return status;
}

static tasks_status send_owners(postgres_connection *c, backend_read *r)
{
    static const postgres_statement s = {KEY_OWNERS, owners_sql, 2, owners_types};
    postgres_values v = {0};
    postgres_text(&v, r->owner);
    postgres_int(&v, r->limit);
    return postgres_send(c, &s, &v, &r->error);
}

static tasks_status send_state(postgres_connection *c, backend_read *r)
{
    static const postgres_statement s = {KEY_STATE, state_sql, 2, types};
    postgres_values v = {0};
    postgres_text(&v, r->owner);
    postgres_int(&v, r->now_ms);
    return postgres_send(c, &s, &v, &r->error);
}

static tasks_status send_changes(postgres_connection *c, backend_read *r)
{
    static const postgres_statement s = {KEY_CHANGES, changes_sql, 4, types};
    postgres_values v = {0};
    postgres_text(&v, r->owner);
    postgres_int(&v, r->now_ms);
    postgres_int(&v, r->since);
    postgres_int(&v, r->limit);
    return postgres_send(c, &s, &v, &r->error);
}

static tasks_status send_read(postgres_connection *c, backend_read *r)
{
    switch (r->kind) {
    case BACKEND_CHANGES:
        return send_changes(c, r);
    case BACKEND_LIST:
        return send_list(c, r);
    case BACKEND_OWNERS:
        return send_owners(c, r);
    default:
        return send_state(c, r);
    }
}

/* ---- In ---- */

static tasks_status emit(backend_read *r, const backend_row *row)
{
    return r->sink.row(r->sink.context, row) ? fail_memory(&r->error) : TASKS_OK;
}

static tasks_status take_owners(backend_read *r, const PGresult *answer)
{
    tasks_status status = TASKS_OK;
    for (int i = 0; !status && i < postgres_libpq.PQntuples(answer); i++) {
        backend_row row = {.task.title = postgres_libpq.PQgetvalue(answer, i, 0)};
        status = emit(r, &row);
    }
    return status;
}

static tasks_status take_rows(backend_read *r, const PGresult *answer)
{
    tasks_status status = TASKS_OK;
    for (int i = 0; !status && i < postgres_libpq.PQntuples(answer); i++) {
        backend_row row;
        postgres_row(answer, i, &row);
        if (row.task.title) {
            status = emit(r, &row);
        } else {
            r->purged = row.task.id;
            r->revision = row.task.revision;
            r->expired = row.task.due_at_ms;
        }
    }
    return status;
}

static tasks_status take_task(backend_read *r, const PGresult *answer)
{
    int row = 0, rows = postgres_libpq.PQntuples(answer);
    backend_row found;
    while (row < rows && postgres_column_int(answer, row, 0) != r->id)
        row++;
    if (row == rows)
        return fail(&r->error, TASKS_NOT_FOUND, "task_missing", "no task %lld", (long long)r->id);
    postgres_row(answer, row, &found);
    return emit(r, &found);
}

static tasks_status take(backend_read *r, const PGresult *answer)
{
    r->sink.restart(r->sink.context);
    switch (r->kind) {
    case BACKEND_GET:
        return take_task(r, answer);
    case BACKEND_OWNERS:
        return take_owners(r, answer);
    default:
        return take_rows(r, answer);
    }
}

/* ---- One statement for several reads: of an owner's tasks by their ids, and of the same thing ---- */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static bool same_list(const backend_list *a, const backend_list *b)
{
    return list_sql_shape(a) == list_sql_shape(b) && a->limit == b->limit &&
           a->due_before_ms == b->due_before_ms && a->after.id == b->after.id &&
           a->after.number == b->after.number && a->after.order == b->after.order &&
           same_text(a->tag, b->tag) && same_text(a->text, b->text);
}

static bool same_statement(const backend_read *a, const backend_read *b)
{
    if (a->kind != b->kind || !same_text(a->owner, b->owner))
        return false;
    return a->kind == BACKEND_GET || (a->since == b->since && a->limit == b->limit &&
                                      (a->kind != BACKEND_LIST || same_list(a->list, b->list)));
}

typedef struct group {
    postgres_connection *c;
    backend_read *const *reads;
    uint32_t count;
    uint8_t first[POSTGRES_READ_GROUP]; /* the first read of the same statement */
    tasks_error *error;
} group;

static void find_same(group *g)
{
    for (uint32_t i = 0; i < g->count; i++) {
        uint32_t j = 0;
        while (j < i && !same_statement(g->reads[j], g->reads[i]))
            j++;
        g->first[i] = (uint8_t)j;
        if (g->reads[j]->now_ms < g->reads[i]->now_ms)
            g->reads[j]->now_ms = g->reads[i]->now_ms;
    }
}

/* ---- Groups ---- */

static bool waits(const group *g, uint32_t i)
{
    return g->reads[i]->status == UNANSWERED;
}

static void fail_all(const group *g)
{
    for (uint32_t i = 0; i < g->count; i++) {
        if (waits(g, i)) {
            g->reads[i]->status = g->error->status;
            g->reads[i]->error = *g->error;
        }
    }
}

static tasks_status send_gets(const group *g, uint32_t first)
{
    static const postgres_statement s = {KEY_GET, get_sql, 3, get_types};
    backend_read *r = g->reads[first];
    postgres_values v = {0};
    postgres_array ids;
    postgres_array_init(&ids, POSTGRES_INT);
    for (uint32_t i = first; i < g->count; i++)
        if (g->first[i] == first)
            postgres_array_int(&ids, g->reads[i]->id);
    postgres_text(&v, r->owner);
    postgres_int(&v, r->now_ms);
    postgres_array_bind(&v, &ids);
    tasks_status status = ids.bytes.status ? fail_memory(&r->error) : postgres_send(g->c, &s, &v, &r->error);
    postgres_array_done(&ids);
    return status;
}

static tasks_status send_statement(const group *g, uint32_t first)
{
    backend_read *r = g->reads[first];
    return r->kind == BACKEND_GET ? send_gets(g, first) : send_read(g->c, r);
}

static tasks_status send_all(group *g)
{
    tasks_status status = postgres_begin(g->c, g->error);
    for (uint32_t i = 0; !status && i < g->count; i++)
        if (waits(g, i) && g->first[i] == i && (status = send_statement(g, i)))
            *g->error = g->reads[i]->error;
    if (!status)
        status = postgres_sync(g->c, g->error);
    g->c->broken |= status != TASKS_OK; /* half a group went out */
    return status;
}

/* Gives an answer, or without one the failure, to all who wanted it. Returns how many these were. */
static uint32_t share(const group *g, uint32_t first, const PGresult *answer)
{
    uint32_t shared = 0;
    for (uint32_t i = first; i < g->count; i++) {
        backend_read *r = g->reads[i];
        if (g->first[i] != first)
            continue;
        if (!answer)
            r->error = *g->error;
        r->status = answer ? take(r, answer) : g->error->status;
        shared++;
    }
    return shared;
}

/* A failure ends the group, as the server skips what comes behind. Returns how many are done with. */
static uint32_t take_all(const group *g)
{
    PGresult *answer;
    uint32_t done = 0, i = 0;
    do {
        while (i < g->count && !(waits(g, i) && g->first[i] == i))
            i++;
        answer = i < g->count ? postgres_answer(g->c, g->error) : NULL;
        if (answer || (i < g->count && !g->c->broken && !postgres_again(g->c)))
            done += share(g, i, answer);
        postgres_libpq.PQclear(answer);
    } while (answer);
    postgres_drain(g->c);
    return done;
}

void postgres_read(void *connection, backend_read *const *reads, uint32_t count)
{
    tasks_error error = {0};
    group g = {.c = connection, .reads = reads, .count = count, .error = &error};
    uint32_t left = count;
    for (uint32_t i = 0; i < count; i++)
        reads[i]->status = UNANSWERED;
    find_same(&g);
    postgres_deadline(g.c, g.c->store->timeout_ms + POSTGRES_GRACE_MS);
    for (int tries = 0; left && !g.c->broken && tries < POSTGRES_TRIES && !send_all(&g);) {
        left -= take_all(&g);
        if (left && postgres_again(g.c)) {
            postgres_forget(g.c);
            tries++;
        }
    }
    fail_all(&g);
}
