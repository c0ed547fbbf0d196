/* The SELECT of a list, for every combination of filter and order, in the words of one SQL dialect. */
#ifndef LIST_SQL_H
#define LIST_SQL_H

#include "backend.h"
#include "buf.h"

/* The columns of a task, in the order in which every statement returns them; the id is before them. */
#define LIST_SQL_FIELDS                                                                                      \
    "revision, completed, priority, position, due_at, expires_at, completed_at, created_at, "                \
    "updated_at, uid, title, tags, notes"
#define LIST_SQL_COLUMNS "id, " LIST_SQL_FIELDS

/* Parameters, by number. Those that a statement does not need are not in it. */
enum {
    LIST_SQL_OWNER = 1,
    LIST_SQL_NOW,
    LIST_SQL_LIMIT,
    LIST_SQL_KEY, /* a double for TASKS_SORT_ORDER, not in TASKS_SORT_ID, else an integer */
    LIST_SQL_ID,
    LIST_SQL_DUE,
    LIST_SQL_TAG,
    LIST_SQL_TEXT
};

typedef struct list_sql_dialect {
    char mark;       /* before a parameter's number */
    const char *id;  /* the column that tells the tasks of an owner apart; LIST_SQL_ID is a value of it */
    const char *all; /* SQL: is task t of this owner? For a list in the order of the table itself */
    const char *contains; /* SQL: does column @ hold parameter #, the case of ASCII letters aside? */
    const char *infinity; /* SQL: the position of a task that has none */
    bool splits; /* the end of an index, its key, is looked up only behind one value of what is before */
    bool hints;  /* INDEXED BY and CROSS JOIN pin the plan; without them, subqueries do */
} list_sql_dialect;

/* A number that is the same for two lists exactly if their statements are; below 1 << 10. */
uint32_t list_sql_shape(const backend_list *list);
void list_sql_write(buf *sql, const list_sql_dialect *dialect, const backend_list *list);

#endif
