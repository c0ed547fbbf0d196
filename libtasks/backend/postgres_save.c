/* What the tables must hold after a group, as few statements for an owner. */
#include <math.h>
#include <string.h>

#include "fail.h"
#include "list_sql.h"
#include "postgres_group.h"

enum { COLUMNS = 14, PLAIN_COLUMNS = 4 };

#define UNNESTED                                                                                             \
    "unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::double precision[], $7::bigint[], "  \
    "$8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::text[], "      \
    "$15::text[])"

/* Each looked up by its key: `id = ANY` would be planned as a scan while the table is small. The outer owner
 * is for a store that is split by owner, where a ctid is good in its part only; in another collation than the
 * index has it does not lead the planner to read all that the owner has. */
#define NAMED                                                                                                \
    "owner = $1 COLLATE \"default\" AND ctid = ANY (ARRAY(SELECT t.ctid FROM unnest($2::bigint[]) "          \
    "AS named (named_id), LATERAL (SELECT ctid FROM tasks WHERE owner = $1 AND id = named_id OFFSET 0) t))"

typedef enum sql {
    DELETE = POSTGRES_KEY_SAVE,
    RELEASE_UIDS,
    INSERT,
    INSERT_COUNTED,
    INSERT_PLAIN,
    UPDATE,
    TAGS_DELETE,
    TAGS_INSERT,
    TAGS_INSERT_COUNTED,
    BURY,
    PURGE,
    ANSWER,
    ANSWERS_DELETE,
    CORRECT,
    FORGET,
    END
} sql;

static const char *const texts[END - DELETE] = {
    [DELETE - DELETE] = "DELETE FROM tasks WHERE " NAMED,
    /* Before others get them: a uid may go from one task to another within the group. */
    [RELEASE_UIDS - DELETE] = "UPDATE tasks SET uid = NULL WHERE " NAMED,
    [INSERT - DELETE] = "INSERT INTO tasks (owner, " LIST_SQL_COLUMNS ") SELECT $1, * FROM " UNNESTED,
    /* $2 and $3: how many revisions and ids the owner has just got. */
    [INSERT_COUNTED - DELETE] =
        "INSERT INTO tasks (owner, " LIST_SQL_COLUMNS ") SELECT $1, o.last_id - $3 + n.id, "
        "o.revision - $2 + n.revision, n.completed, n.priority, n.position, n.due_at, n.expires_at, "
        "n.completed_at, n.created_at, n.updated_at, n.uid, n.title, n.tags, n.notes FROM owners o, "
        "unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::double precision[], "
        "$9::bigint[], "
        "$10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::text[], $15::text[], $16::text[], "
        "$17::text[]) AS n (" LIST_SQL_COLUMNS ") WHERE o.owner = $1",
    /* The same for tasks with a title and no more, and the lock with it: each statement and each array less
     * is time that the server has for others. Functions that are selected, instead of selected from, leave
     * their rows in no store between. */
    [INSERT_PLAIN - DELETE] =
        "WITH locked AS (" POSTGRES_LOCK "), made AS (INSERT INTO tasks (owner, id, revision, completed, "
        "priority, created_at, updated_at, title, tags, notes) SELECT $1, o.last_id - $3 + n.id, "
        "o.revision - $2 + n.revision, 0, 0, n.made, n.made, n.title, '', '' FROM locked o, "
        "(SELECT unnest($4::bigint[]) AS id, unnest($5::bigint[]) AS revision, unnest($6::bigint[]) AS made, "
        "unnest($7::text[]) AS title) n) SELECT revision, last_id FROM locked",
    /* A join could be planned the wrong way round; this looks each task up by its key. */
    [UPDATE - DELETE] =
        "INSERT INTO tasks (owner, " LIST_SQL_COLUMNS ") SELECT $1, * FROM " UNNESTED
        " ON CONFLICT (owner, id) DO UPDATE SET revision = excluded.revision, "
        "completed = excluded.completed, priority = excluded.priority, position = excluded.position, "
        "due_at = excluded.due_at, expires_at = excluded.expires_at, completed_at = excluded.completed_at, "
        "updated_at = excluded.updated_at, uid = excluded.uid, title = excluded.title, "
        "tags = excluded.tags, notes = excluded.notes",
    /* As in NAMED. */
    [TAGS_DELETE - DELETE] = "DELETE FROM task_tags WHERE owner = $1 COLLATE \"default\" AND ctid = ANY "
                             "(ARRAY(SELECT g.ctid FROM unnest($2::text[], $3::bigint[]) AS gone (tag, id), "
                             "LATERAL (SELECT ctid FROM task_tags WHERE owner = $1 AND tag = gone.tag "
                             "AND id = gone.id OFFSET 0) g))",
    [TAGS_INSERT - DELETE] =
        "INSERT INTO task_tags (owner, tag, id) SELECT $1, * FROM unnest($2::text[], $3::bigint[])",
    [TAGS_INSERT_COUNTED - DELETE] =
        "INSERT INTO task_tags (owner, tag, id) SELECT $1, n.tag, o.last_id - $2 + n.id FROM owners o, "
        "unnest($3::text[], $4::bigint[]) AS n (tag, id) WHERE o.owner = $1",
    [BURY - DELETE] = "INSERT INTO tombstones (owner, revision, id, uid, deleted_at) "
                      "SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[])",
    [PURGE - DELETE] = "DELETE FROM tombstones WHERE owner = $1 AND revision <= $2",
    [ANSWER - DELETE] =
        "INSERT INTO answers (owner, key, hash, revision, created_at, answer) SELECT $1, * FROM "
        "unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[]) ON CONFLICT (owner, key) "
        "DO UPDATE SET hash = excluded.hash, revision = excluded.revision, created_at = excluded.created_at, "
        "answer = excluded.answer",
    [ANSWERS_DELETE - DELETE] =
        "DELETE FROM answers WHERE owner = $1 AND key = ANY (ARRAY(SELECT key FROM answers WHERE owner = $1 "
        "AND created_at <= $2 LIMIT $3))",
    [CORRECT - DELETE] = "UPDATE owners SET revision = $2, last_id = $3, purged_revision = "
                         "greatest(purged_revision, $4) WHERE owner = $1",
    [FORGET - DELETE] = "DELETE FROM owners WHERE owner = $1",
};

static tasks_status send(postgres_group *g, sql which, const postgres_values *v)
{
    return postgres_group_send(g, which, texts[which - DELETE], v);
}

static tasks_status send_arrays(postgres_group *g, sql which, const char *owner, postgres_array *arrays,
                                int n)
{
    postgres_values v = {0};
    postgres_text(&v, owner);
    return postgres_group_arrays(g, which, texts[which - DELETE], &v, arrays, n);
}

/* ---- Tasks ---- */

typedef bool (*task_filter)(const postgres_draft_task *task);

static bool is_new(const postgres_draft_task *t)
{
    return !t->stored && t->present;
}

static bool is_changed(const postgres_draft_task *t)
{
    return t->stored && t->present && t->changed;
}

static bool is_gone(const postgres_draft_task *t)
{
    return t->stored && !t->present;
}

static bool differ(const char *a, const char *b)
{
    return a != b && (!a || !b || strcmp(a, b));
}

static bool gives_uid_up(const postgres_draft_task *t)
{
    return is_changed(t) && t->stored_uid && differ(t->stored_uid, t->row.task.uid);
}

static uint32_t count(const postgres_draft *d, task_filter filter)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < d->task_count; i++)
        n += filter(&d->tasks[i]);
    return n;
}

static tasks_status send_task_ids(postgres_group *g, sql which, const postgres_draft *d, task_filter filter)
{
    postgres_array ids;
    if (!count(d, filter))
        return TASKS_OK;
    postgres_array_init(&ids, POSTGRES_INT);
    for (uint32_t i = 0; i < d->task_count; i++)
        if (filter(&d->tasks[i]))
            postgres_array_int(&ids, d->tasks[i].row.task.id);
    return send_arrays(g, which, d->owner, &ids, 1);
}

/* In the order of LIST_SQL_COLUMNS. */
static void add_columns(postgres_array *columns, const backend_row *row)
{
    const tasks_task *t = &row->task;
    postgres_array_int(columns++, t->id);
    postgres_array_int(columns++, t->revision);
    postgres_array_int(columns++, t->completed);
    postgres_array_int(columns++, t->priority);
    postgres_array_double(columns++, t->order);
    postgres_array_time(columns++, t->due_at_ms);
    postgres_array_time(columns++, t->expires_at_ms);
    postgres_array_time(columns++, t->completed_at_ms);
    postgres_array_int(columns++, t->created_at_ms);
    postgres_array_int(columns++, t->updated_at_ms);
    postgres_array_text(columns++, t->uid);
    postgres_array_text(columns++, t->title);
    postgres_array_text(columns++, row->tags);
    postgres_array_text(columns, t->notes);
}

static void make_columns(postgres_array columns[COLUMNS], const postgres_draft *d, task_filter filter)
{
    static const postgres_type types[COLUMNS] = {POSTGRES_INT,    POSTGRES_INT, POSTGRES_INT,  POSTGRES_INT,
                                                 POSTGRES_DOUBLE, POSTGRES_INT, POSTGRES_INT,  POSTGRES_INT,
                                                 POSTGRES_INT,    POSTGRES_INT, POSTGRES_TEXT, POSTGRES_TEXT,
                                                 POSTGRES_TEXT,   POSTGRES_TEXT};
    for (int i = 0; i < COLUMNS; i++)
        postgres_array_init(&columns[i], types[i]);
    for (uint32_t i = 0; i < d->task_count; i++)
        if (filter(&d->tasks[i]))
            add_columns(columns, &d->tasks[i].row);
}

static tasks_status send_rows(postgres_group *g, sql which, const postgres_draft *d, task_filter filter)
{
    postgres_array columns[COLUMNS];
    if (!count(d, filter))
        return TASKS_OK;
    make_columns(columns, d, filter);
    return send_arrays(g, which, d->owner, columns, COLUMNS);
}

/* ---- Tags: their own table, so that a list by tag needs no scan ---- */

static void add_tags(postgres_array *pairs, const char *tags, int64_t id)
{
    while (*tags) {
        size_t length = strcspn(tags, " ");
        postgres_array_piece(&pairs[0], tags, length);
        postgres_array_int(&pairs[1], id);
        tags += length + (tags[length] == ' ');
    }
}

static void add_tags_before(postgres_array *pairs, const postgres_draft_task *t)
{
    if (is_gone(t) || (is_changed(t) && differ(t->stored_tags, t->row.tags)))
        add_tags(pairs, t->stored_tags, t->row.task.id);
}

static void add_tags_after(postgres_array *pairs, const postgres_draft_task *t)
{
    if (is_new(t) || (is_changed(t) && differ(t->stored_tags, t->row.tags)))
        add_tags(pairs, t->row.tags, t->row.task.id);
}

/* False: there are none, and the arrays are done with. */
static bool make_pairs(postgres_array pairs[2], const postgres_draft *d,
                       void (*add)(postgres_array *, const postgres_draft_task *))
{
    postgres_array_init(&pairs[0], POSTGRES_TEXT);
    postgres_array_init(&pairs[1], POSTGRES_INT);
    for (uint32_t i = 0; i < d->task_count; i++)
        add(pairs, &d->tasks[i]);
    if (pairs[1].count || pairs[1].bytes.status)
        return true;
    postgres_array_done(&pairs[0]);
    postgres_array_done(&pairs[1]);
    return false;
}

static tasks_status send_tags(postgres_group *g, sql which, const postgres_draft *d,
                              void (*add)(postgres_array *, const postgres_draft_task *))
{
    postgres_array pairs[2];
    return make_pairs(pairs, d, add) ? send_arrays(g, which, d->owner, pairs, 2) : TASKS_OK;
}

/* ---- Tombstones, answers, and the owner's row ---- */

static tasks_status send_graves(postgres_group *g, const postgres_draft *d)
{
    static const postgres_type types[4] = {POSTGRES_INT, POSTGRES_INT, POSTGRES_TEXT, POSTGRES_INT};
    postgres_array columns[4];
    if (!d->grave_count)
        return TASKS_OK;
    for (int i = 0; i < 4; i++)
        postgres_array_init(&columns[i], types[i]);
    for (uint32_t i = 0; i < d->grave_count; i++) {
        postgres_array_int(&columns[0], d->graves[i].revision);
        postgres_array_int(&columns[1], d->graves[i].id);
        postgres_array_text(&columns[2], d->graves[i].uid);
        postgres_array_int(&columns[3], d->graves[i].deleted_at);
    }
    return send_arrays(g, BURY, d->owner, columns, 4);
}

static tasks_status send_answers(postgres_group *g, const postgres_draft *d)
{
    static const postgres_type types[5] = {POSTGRES_TEXT, POSTGRES_INT, POSTGRES_INT, POSTGRES_INT,
                                           POSTGRES_TEXT};
    postgres_array columns[5];
    if (!d->key_count)
        return TASKS_OK;
    for (int i = 0; i < 5; i++)
        postgres_array_init(&columns[i], types[i]);
    for (uint32_t i = 0; i < d->key_count; i++) {
        if (!d->answers[i].changed)
            continue;
        postgres_array_text(&columns[0], d->answers[i].key);
        postgres_array_int(&columns[1], (int64_t)d->answers[i].hash);
        postgres_array_int(&columns[2], d->answers[i].revision);
        postgres_array_int(&columns[3], d->answers[i].created_at);
        postgres_array_text(&columns[4], d->answers[i].text);
    }
    return send_arrays(g, ANSWER, d->owner, columns, 5);
}

static tasks_status send_old(postgres_group *g, const postgres_share *s)
{
    postgres_values v = {0}, w = {0};
    tasks_status status = TASKS_OK;
    postgres_text(&v, s->draft.owner);
    postgres_int(&v, s->purge_end);
    if (s->purge_end)
        status = send(g, PURGE, &v);
    if (status || !s->stale)
        return status;
    postgres_text(&w, s->draft.owner);
    postgres_int(&w, s->draft.sweep->now_ms - BACKEND_REPLY_MS);
    postgres_int(&w, s->stale);
    return send(g, ANSWERS_DELETE, &w);
}

/* A batch that failed did not use its revision; an owner who never had one is no owner. */
static tasks_status send_correction(postgres_group *g, const postgres_share *s)
{
    const postgres_draft *d = &s->draft;
    postgres_values v = {0};
    if (!s->locked || (d->revision == s->revision && d->last_id == s->last_id && !s->purge_end))
        return TASKS_OK;
    postgres_text(&v, d->owner);
    if (!d->revision)
        return send(g, FORGET, &v);
    postgres_int(&v, d->revision);
    postgres_int(&v, d->last_id);
    postgres_int(&v, s->purge_end);
    return send(g, CORRECT, &v);
}

tasks_status postgres_save(postgres_group *g, const postgres_share *s)
{
    const postgres_draft *d = &s->draft;
    tasks_status status = send_old(g, s);
    if (!status)
        status = send_task_ids(g, DELETE, d, is_gone);
    if (!status)
        status = send_task_ids(g, RELEASE_UIDS, d, gives_uid_up);
    if (!status)
        status = send_rows(g, UPDATE, d, is_changed);
    if (!status)
        status = send_rows(g, INSERT, d, is_new);
    if (!status)
        status = send_tags(g, TAGS_DELETE, d, add_tags_before);
    if (!status)
        status = send_tags(g, TAGS_INSERT, d, add_tags_after);
    if (!status)
        status = send_graves(g, d);
    if (!status)
        status = send_answers(g, d);
    return status ? status : send_correction(g, s);
}

/* ---- New tasks only ---- */

static bool is_plain(const backend_row *row)
{
    const tasks_task *t = &row->task;
    return !t->completed && !t->priority && isnan(t->order) && t->due_at_ms == TASKS_NO_TIME &&
           t->expires_at_ms == TASKS_NO_TIME && t->created_at_ms == t->updated_at_ms && !*row->tags &&
           !*t->notes;
}

static bool are_plain(const postgres_draft *d)
{
    bool all = true;
    for (uint32_t i = 0; all && i < d->task_count; i++)
        all = is_new(&d->tasks[i]) && is_plain(&d->tasks[i].row);
    return all;
}

static void make_plain_columns(postgres_array columns[PLAIN_COLUMNS], const postgres_draft *d)
{
    for (int i = 0; i < PLAIN_COLUMNS; i++)
        postgres_array_init(&columns[i], i < PLAIN_COLUMNS - 1 ? POSTGRES_INT : POSTGRES_TEXT);
    for (uint32_t i = 0; i < d->task_count; i++) {
        const tasks_task *t = &d->tasks[i].row.task;
        postgres_array_int(&columns[0], t->id);
        postgres_array_int(&columns[1], t->revision);
        postgres_array_int(&columns[2], t->created_at_ms);
        postgres_array_text(&columns[3], t->title);
    }
}

/* What the statements of new tasks begin with. */
static tasks_status send_new(postgres_group *g, const postgres_draft *d, sql which, postgres_array *columns,
                             int n)
{
    postgres_values v = {0};
    postgres_text(&v, d->owner);
    postgres_int(&v, d->changes);
    postgres_int(&v, d->creates);
    return postgres_group_arrays(g, which, texts[which - DELETE], &v, columns, n);
}

static tasks_status send_plain(postgres_group *g, postgres_share *s)
{
    postgres_array columns[PLAIN_COLUMNS];
    make_plain_columns(columns, &s->draft);
    s->locked = true;
    return send_new(g, &s->draft, INSERT_PLAIN, columns, PLAIN_COLUMNS);
}

static tasks_status send_counted(postgres_group *g, postgres_share *s)
{
    postgres_array columns[COLUMNS], pairs[2];
    postgres_values w = {0};
    const postgres_draft *d = &s->draft;
    tasks_status status = postgres_group_lock(g, s);
    if (status)
        return status;
    make_columns(columns, d, is_new);
    status = send_new(g, d, INSERT_COUNTED, columns, COLUMNS);
    s->inserts = 1;
    if (status || !make_pairs(pairs, d, add_tags_after))
        return status;
    s->inserts = 2;
    postgres_text(&w, d->owner);
    postgres_int(&w, d->creates);
    return postgres_group_arrays(g, TAGS_INSERT_COUNTED, texts[TAGS_INSERT_COUNTED - DELETE], &w, pairs, 2);
}

tasks_status postgres_save_new(postgres_group *g, postgres_share *s)
{
    return are_plain(&s->draft) ? send_plain(g, s) : send_counted(g, s);
}
