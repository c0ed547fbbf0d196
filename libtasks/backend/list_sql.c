#include "list_sql.h"

#include <stdio.h>

/* What a list is sorted by, and the index that has it in this order behind (owner, completed). */
static const struct {
    const char *key, *index;
} sorts[] = {
    [TASKS_SORT_ID] = {"id", "tasks_by_id"},
    [TASKS_SORT_ORDER] = {"by_position", "tasks_by_position"},
    [TASKS_SORT_PRIORITY] = {"by_priority", "tasks_by_priority"},
    [TASKS_SORT_DUE_AT] = {"by_due", "tasks_by_due"},
    [TASKS_SORT_UPDATED] = {"revision", "tasks_by_revision"},
};

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
        buf_print(w->sql, " FROM task_tags g %sJOIN tasks t ON t.owner = g.owner AND t.id = g.id",
                  hints ? "CROSS " : "");
        buf_print(w->sql, " WHERE g.owner = %c%d AND g.tag = %c%d", mark, LIST_SQL_OWNER, mark, LIST_SQL_TAG);
        return;
    }
    buf_text(w->sql, " FROM tasks t");
    if (hints && index)
        buf_print(w->sql, " INDEXED BY %s", index);
    buf_print(w->sql, " WHERE t.owner = %c%d", mark, LIST_SQL_OWNER);
}

static void write_place(const writer *w)
{
    char mark = w->dialect->mark;
    char sign = w->list->descending ? '<' : '>';
    if (w->list->sort == TASKS_SORT_ID)
        buf_print(w->sql, " AND t.id %c %c%d", sign, mark, LIST_SQL_ID);
    else
        buf_print(w->sql, " AND (t.%s, t.id) %c (%c%d, %c%d)", sorts[w->list->sort].key, sign, mark,
                  LIST_SQL_KEY, mark, LIST_SQL_ID);
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

/* One SELECT without its order. `completed` is the SQL condition on that column, or NULL. */
static void write_select(const writer *w, const char *index, const char *completed)
{
    char mark = w->dialect->mark;
    buf_text(w->sql, "SELECT t.id AS id, t.revision AS revision, t.completed, t.priority, t.position, "
                     "t.due_at, t.expires_at, t.completed_at, t.created_at, t.updated_at, t.uid, t.title, "
                     "t.tags, t.notes");
    if (w->list->sort != TASKS_SORT_ID)
        buf_print(w->sql, ", t.%s AS sort_key", sorts[w->list->sort].key);
    write_source(w, index);
    if (completed)
        buf_print(w->sql, " AND t.completed %s", completed);
    if (w->list->continued)
        write_place(w);
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
    write_select(w, "tasks_by_due", completed[w->list->completed]);
    if (!w->dialect->hints)
        buf_text(w->sql, " OFFSET 0) few");
}

/* A part of a union that, where no hint pins the plan, ends by itself when the page is full. */
static void write_part(const writer *w, const char *index, const char *completed)
{
    if (!w->dialect->hints)
        buf_char(w->sql, '(');
    write_select(w, index, completed);
    if (w->dialect->hints)
        return;
    write_order(w);
    buf_char(w->sql, ')');
}

static void write_ordered(const writer *w)
{
    const char *index = sorts[w->list->sort].index;
    if (w->list->completed != TASKS_ANY) {
        write_select(w, index, w->list->completed == TASKS_OPEN ? "= 0" : "= 1");
    } else if (w->list->sort == TASKS_SORT_ID) {
        write_select(w, NULL, NULL); /* the table itself is in this order */
    } else {
        write_part(w, index, "= 0");
        buf_text(w->sql, " UNION ALL ");
        write_part(w, index, "= 1");
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
