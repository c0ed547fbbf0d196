#include "list_sql.h"

#include <stdio.h>

/* What a list is sorted by, the key of tasks without it, and the index of the ranked tasks in this order. */
static const struct {
    const char *key, *none, *index;
} sorts[] = {
    [TASKS_SORT_ID] = {"id", NULL, "tasks_by_id"},
    [TASKS_SORT_ORDER] = {"by_position", NULL, "tasks_by_position"}, /* none: the dialect's infinity */
    [TASKS_SORT_PRIORITY] = {"by_priority", "9", "tasks_by_priority"},
    [TASKS_SORT_DUE_AT] = {"by_due", "9223372036854775807", "tasks_by_due"},
    [TASKS_SORT_UPDATED] = {"revision", NULL, "tasks_by_revision"},
};

/* The tasks that one SELECT reads; NULL is no restriction. */
typedef struct part {
    const char *index, *completed; /* completed: the SQL condition on that column */
    enum { WHATEVER, RANKED, PLAIN } rank;
    enum { BEHIND, SAME_KEY, NEXT_KEYS } place; /* where a list that is continued goes on */
} part;

enum { PARTS_MAX = 6 };

typedef struct writer {
    buf *sql;
    const list_sql_dialect *dialect;
    const backend_list *list;
} writer;

uint32_t list_sql_shape(const backend_list *list)
{
    return (uint32_t)list->sort | (uint32_t)list->completed << 3 | (uint32_t)list->descending << 5 |
           (uint32_t)list->continued << 6 | (uint32_t)(list->due_before_ms != 0) << 7 |
           (uint32_t)(list->tag != NULL) << 8 | (uint32_t)(list->text != NULL) << 9;
}

/* Few tasks have the tag or fall due in time, so these are looked up and then sorted; all other lists
 * are read in the order of an index and end as soon as the page is full. */
static bool selective(const backend_list *list)
{
    return list->tag || (list->due_before_ms && list->sort != TASKS_SORT_DUE_AT);
}

static void write_source(const writer *w, const char *index)
{
    bool hints = w->dialect->hints;
    char mark = w->dialect->mark;
    if (w->list->tag) {
        buf_print(w->sql, " FROM task_tags g %sJOIN tasks t ON t.owner = g.owner AND t.%s = g.%s",
                  hints ? "CROSS " : "", w->dialect->id, w->dialect->id);
        buf_print(w->sql, " WHERE g.owner = %c%d AND g.tag = %c%d", mark, LIST_SQL_OWNER, mark, LIST_SQL_TAG);
        return;
    }
    buf_text(w->sql, " FROM tasks t");
    if (hints && index)
        buf_print(w->sql, " INDEXED BY %s", index);
    if (index)
        buf_print(w->sql, " WHERE t.owner = %c%d", mark, LIST_SQL_OWNER);
    else
        buf_print(w->sql, " WHERE %s", w->dialect->all);
}

/* The sort key of every plain task. */
static const char *none_of(const writer *w)
{
    return w->list->sort == TASKS_SORT_ORDER ? w->dialect->infinity : sorts[w->list->sort].none;
}

/* All plain tasks have one key: the list goes on among them, has them still before it, or behind it. */
static void write_place(const writer *w, const part *p)
{
    char mark = w->dialect->mark;
    char sign = w->list->descending ? '<' : '>';
    const char *id = w->dialect->id, *key = sorts[w->list->sort].key;
    if (w->list->sort == TASKS_SORT_ID)
        buf_print(w->sql, " AND t.%s %c %c%d", id, sign, mark, LIST_SQL_ID);
    else if (p->place == SAME_KEY)
        buf_print(w->sql, " AND t.%s = %c%d AND t.%s %c %c%d", key, mark, LIST_SQL_KEY, id, sign, mark,
                  LIST_SQL_ID);
    else if (p->place == NEXT_KEYS)
        buf_print(w->sql, " AND t.%s %c %c%d", key, sign, mark, LIST_SQL_KEY);
    else if (p->rank == PLAIN)
        buf_print(w->sql, " AND t.%s %c CASE WHEN %c%d = %s THEN %c%d ELSE 0 END", id, sign, mark,
                  LIST_SQL_KEY, none_of(w), mark, LIST_SQL_ID);
    else
        buf_print(w->sql, " AND (t.%s, t.%s) %c (%c%d, %c%d)", key, id, sign, mark, LIST_SQL_KEY, mark,
                  LIST_SQL_ID);
}

static void write_text(const writer *w)
{
    char parameter[8];
    snprintf(parameter, sizeof parameter, "%c%d", w->dialect->mark, LIST_SQL_TEXT);
    static const char *const columns[] = {" AND (", "t.title", " OR ", "t.notes"};
    for (int i = 0; i < 4; i += 2) {
        buf_text(w->sql, columns[i]);
        for (const char *c = w->dialect->contains; *c; c++) {
            if (*c == '@')
                buf_text(w->sql, columns[i + 1]);
            else if (*c == '#')
                buf_text(w->sql, parameter);
            else
                buf_char(w->sql, *c);
        }
    }
    buf_char(w->sql, ')');
}

/* That all keys are the same is said once more: so the index of the plain tasks has the wanted order. */
static void write_rank(const writer *w, const part *p)
{
    if (p->rank == WHATEVER)
        return;
    buf_print(w->sql, " AND t.ranked = %d", p->rank == RANKED);
    if (p->rank == PLAIN && w->list->sort != TASKS_SORT_ID)
        buf_print(w->sql, " AND t.%s = %s", sorts[w->list->sort].key, none_of(w));
}

/* One SELECT without its order. */
static void write_select(const writer *w, const part *p)
{
    char mark = w->dialect->mark;
    buf_print(w->sql,
              "SELECT t.%s AS id, t.revision AS revision, t.completed, t.priority, t.position, "
              "t.due_at, t.expires_at, t.completed_at, t.created_at, t.updated_at, t.uid, t.title, "
              "t.tags, t.notes",
              w->dialect->id);
    if (w->list->sort != TASKS_SORT_ID)
        buf_print(w->sql, ", t.%s AS sort_key", sorts[w->list->sort].key);
    write_source(w, p->index);
    if (p->completed)
        buf_print(w->sql, " AND t.completed %s", p->completed);
    write_rank(w, p);
    if (w->list->continued)
        write_place(w, p);
    if (w->list->due_before_ms)
        buf_print(w->sql, " AND t.by_due < %c%d", mark, LIST_SQL_DUE);
    if (w->list->text)
        write_text(w);
    buf_print(w->sql, " AND (t.expires_at IS NULL OR t.expires_at > %c%d)", mark, LIST_SQL_NOW);
}

static void write_order(const writer *w)
{
    const char *direction = w->list->descending ? " DESC" : "";
    if (w->list->sort == TASKS_SORT_ID)
        buf_print(w->sql, " ORDER BY id%s", direction);
    else
        buf_print(w->sql, " ORDER BY sort_key%s, id%s", direction, direction);
    buf_print(w->sql, " LIMIT %c%d", w->dialect->mark, LIST_SQL_LIMIT);
}

/* OFFSET 0 keeps a planner from reading in the order of the result instead. */
static void write_selective(const writer *w)
{
    static const char *const completed[] = {
        [TASKS_ANY] = "IN (0, 1)", [TASKS_OPEN] = "= 0", [TASKS_COMPLETED] = "= 1"};
    if (!w->dialect->hints)
        buf_text(w->sql, "SELECT * FROM (");
    write_select(w, &(part){.index = "tasks_by_due",
                            .completed = completed[w->list->completed],
                            .rank = w->list->tag ? WHATEVER : RANKED});
    if (!w->dialect->hints)
        buf_text(w->sql, " OFFSET 0) few");
}

/* A part of a union that, where no hint pins the plan, ends by itself when the page is full. */
static void write_part(const writer *w, const part *p)
{
    if (!w->dialect->hints)
        buf_char(w->sql, '(');
    write_select(w, p);
    if (w->dialect->hints)
        return;
    write_order(w);
    buf_char(w->sql, ')');
}

/* The parts with one state of `completed`. A plain task is due at no time. */
static uint32_t add_parts(const writer *w, const char *completed, part *parts)
{
    const char *index = sorts[w->list->sort].index;
    uint32_t count = 0;
    bool whatever = w->list->sort == TASKS_SORT_UPDATED;
    part first = {.index = index, .completed = completed, .rank = whatever ? WHATEVER : RANKED};
    if (w->dialect->splits && w->list->continued && w->list->sort != TASKS_SORT_ID) {
        first.place = SAME_KEY;
        parts[count++] = first;
        first.place = NEXT_KEYS;
    }
    parts[count++] = first;
    if (!whatever && !w->list->due_before_ms)
        parts[count++] = (part){.index = "tasks_plain", .completed = completed, .rank = PLAIN};
    return count;
}

/* The parts that together are the list, each in the order of an index. */
static uint32_t find_parts(const writer *w, part *parts)
{
    uint32_t count = 0;
    if (w->list->sort == TASKS_SORT_ID && w->list->completed == TASKS_ANY) {
        parts[count++] = (part){0}; /* the table itself is in this order */
        return count;
    }
    if (w->list->completed != TASKS_COMPLETED)
        count += add_parts(w, "= 0", parts + count);
    if (w->list->completed != TASKS_OPEN)
        count += add_parts(w, "= 1", parts + count);
    return count;
}

static void write_ordered(const writer *w)
{
    part parts[PARTS_MAX];
    uint32_t count = find_parts(w, parts);
    if (count == 1) {
        write_select(w, parts);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        buf_text(w->sql, i ? " UNION ALL " : "");
        write_part(w, &parts[i]);
    }
}

void list_sql_write(buf *sql, const list_sql_dialect *dialect, const backend_list *list)
{
    writer w = {sql, dialect, list};
    if (selective(list))
        write_selective(&w);
    else
        write_ordered(&w);
    write_order(&w);
}
