/* How SQLite carries out our statements: every list is read in the order of an index and stops at the end
 * of its page; only those by tag or due time, which select few tasks, are sorted. */
#include <stdio.h>

#include "buf.h"
#include "fixture_sqlite.h"
#include "kit.h"
#include "list_sql.h"
#include "sqlite.h"

static const char *const indexes[] = {"tasks_by_id", "tasks_by_position", "tasks_by_priority", "tasks_by_due",
                                      "tasks_by_revision"};

static const char *const keys[] = {"", "by_position", "by_priority", "by_due", "revision"};

static sqlite3 *store;

static void open_store(void)
{
    ck_assert_int_eq(sqlite3_open(kit_uri() + sizeof "sqlite:" - 1, &store), SQLITE_OK);
}

/* The steps of the plan, with a line end between them. */
static void explain(const char *statement, buf *plan)
{
    sqlite3_stmt *s;
    buf text;
    buf_init(&text, 1 << 16);
    buf_print(&text, "EXPLAIN QUERY PLAN %s", statement);
    ck_assert_msg(sqlite3_prepare_v2(store, text.bytes, -1, &s, NULL) == SQLITE_OK, "%s: %s",
                  sqlite3_errmsg(store), statement);
    buf_init(plan, 1 << 16);
    while (sqlite3_step(s) == SQLITE_ROW)
        buf_print(plan, "%s\n", (const char *)sqlite3_column_text(s, 3));
    sqlite3_finalize(s);
    buf_done(&text);
}

static uint32_t occurrences(const char *text, const char *part)
{
    uint32_t count = 0;
    for (; (text = strstr(text, part)); text++)
        count++;
    return count;
}

/* How often the plan must hold what. */
static void has(const char *sql, const char *plan, const char *part, uint32_t count)
{
    uint32_t found = occurrences(plan, part);
    if (found != count) { /* too long for a message of Check */
        printf("The plan of\n%s\nis\n%s\n", sql, plan);
        fflush(stdout);
    }
    ck_assert_msg(found == count, "wanted %u of \"%s\" in the plan above, found %u", count, part, found);
}

/* The order of the plain tasks, which have no key: by id alone. */
static void check_plain(const backend_list *list, const char *sql, const char *plan, uint32_t ranges)
{
    has(sql, plan, "SEARCH t USING INDEX tasks_plain (owner=? AND completed=?", ranges);
    if (list->continued)
        has(sql, plan, list->descending ? " AND rowid<?" : " AND rowid>?", 2 * ranges);
}

/* A list in the order of its indexes: no sorting, and the place where it goes on is looked up, not counted.
 */
static void check_ordered(const backend_list *list, const char *sql, const char *plan)
{
    has(sql, plan, "B-TREE", 0);
    has(sql, plan, "SCAN", 0);
    if (list->completed == TASKS_ANY && list->sort == TASKS_SORT_ID) {
        has(sql, plan, "SEARCH t USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)", 1);
        return;
    }
    uint32_t ranges = list->completed == TASKS_ANY ? 2 : 1;
    bool plain = list->sort != TASKS_SORT_UPDATED && !list->due_before_ms;
    bool split = list->continued && list->sort != TASKS_SORT_ID;
    char index[64], same[96];
    snprintf(index, sizeof index, "SEARCH t USING INDEX %s (owner=? AND completed=?", indexes[list->sort]);
    has(sql, plan, index, (split ? 2 : 1) * ranges);
    has(sql, plan, "MERGE (UNION ALL)", ((split ? 2 : 1) + plain) * ranges - 1);
    snprintf(same, sizeof same, "%s=? AND rowid%c?)", keys[list->sort], list->descending ? '<' : '>');
    if (split)
        has(sql, plan, same, ranges);
    if (plain)
        check_plain(list, sql, plan, ranges);
}

static void check_selective(const backend_list *list, const char *sql, const char *plan)
{
    has(sql, plan, "SCAN", 0);
    if (list->tag) {
        has(sql, plan, "SEARCH g USING PRIMARY KEY (owner=? AND tag=?", 1);
        has(sql, plan, "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)", 1);
    } else {
        has(sql, plan, "SEARCH t USING INDEX tasks_by_due (owner=? AND completed=? AND by_due<?)", 1);
    }
}

static void check_list(const backend_list *list)
{
    buf sql, plan;
    buf_init(&sql, 1 << 16);
    list_sql_write(&sql, &sqlite_dialect, list);
    ck_assert_int_eq(sql.status, TASKS_OK);
    explain(sql.bytes, &plan);
    if (list->tag || (list->due_before_ms && list->sort != TASKS_SORT_DUE_AT))
        check_selective(list, sql.bytes, plan.bytes);
    else
        check_ordered(list, sql.bytes, plan.bytes);
    buf_done(&sql);
    buf_done(&plan);
}

/* Every list there is, by the number of its shape. */
static backend_list list_of(int n)
{
    return (backend_list){.sort = n / 96,
                          .completed = n / 32 % 3,
                          .descending = n & 1,
                          .continued = n & 2,
                          .tag = n & 4 ? "tag" : NULL,
                          .due_before_ms = n & 8 ? KIT_START : 0,
                          .text = n & 16 ? "text" : NULL,
                          .limit = 101};
}

START_TEST(every_list_is_read_in_the_order_of_its_index)
{
    open_store();
    for (int n = 0; n < 5 * 96; n++) {
        backend_list list = list_of(n);
        check_list(&list);
    }
    sqlite3_close(store);
}
END_TEST

/* A store with many tasks and with figures about them must not change the planner's mind. */
START_TEST(the_plans_stay_when_the_store_grows)
{
    static tasks_op ops[TASKS_LIMIT_MAX];
    tasks_patch patch = kit_titled("x");
    for (int i = 0; i < KIT_COUNT(ops); i++)
        ops[i] = (tasks_op){.kind = TASKS_CREATE, .patch = &patch};
    KIT_OK(tasks_apply(kit_db(), ops, TASKS_LIMIT_MAX, NULL, &kit_error));
    open_store();
    ck_assert_int_eq(sqlite3_exec(store, "ANALYZE", NULL, NULL, NULL), SQLITE_OK);
    for (int n = 0; n < 5 * 96; n++) {
        backend_list list = list_of(n);
        check_list(&list);
    }
    sqlite3_close(store);
}
END_TEST

static void *opened;

/* A connection of the backend itself, whose statements are looked at. */
static sqlite_connection *connect_to(void)
{
    const backend_config config = {
        .target = kit_uri() + sizeof "sqlite:" - 1, .pool_size = 1, .timeout_ms = 1000, .migrate = true};
    backend_shape shape;
    void *connection;
    ck_assert_int_eq(backend_sqlite.open(&config, &opened, &shape, &kit_error), TASKS_OK);
    ck_assert_int_eq(backend_sqlite.connect(opened, 0, &connection, &kit_error), TASKS_OK);
    open_store();
    return connection;
}

static void disconnect_from(sqlite_connection *connection)
{
    sqlite3_close(store);
    backend_sqlite.disconnect(connection);
    backend_sqlite.close(opened);
}

/* The statements whose text is fixed. */
START_TEST(no_statement_reads_a_whole_table)
{
    sqlite_connection *connection = connect_to();
    for (sqlite_sql which = SQL_BEGIN_READ; which < SQL_COUNT; which++) {
        buf plan;
        const char *sql = sqlite3_sql(sqlite_statement(connection, which, &kit_error));
        explain(sql, &plan);
        has(sql, plan.bytes ? plan.bytes : "", "SCAN", 0);
        has(sql, plan.bytes ? plan.bytes : "", "B-TREE", 0);
        buf_done(&plan);
    }
    disconnect_from(connection);
}
END_TEST

START_TEST(several_tasks_are_looked_up_one_by_one)
{
    sqlite_connection *connection = connect_to();
    backend_read reads[] = {{.owner = "", .id = 1}, {.owner = "ann", .id = 2}};
    sqlite_get_each(connection, (backend_read *[]){&reads[0], &reads[1]}, 2);
    const char *sql = sqlite3_sql(sqlite_shaped(connection, SQL_GET_EACH | 2, NULL, NULL, &kit_error));
    buf plan;
    explain(sql, &plan);
    has(sql, plan.bytes, "CO-ROUTINE asked", 1);
    has(sql, plan.bytes, "SEARCH tasks USING INTEGER PRIMARY KEY (rowid=?)", 1);
    has(sql, plan.bytes, "SCAN tasks", 0);
    has(sql, plan.bytes, "B-TREE", 0);
    buf_done(&plan);
    disconnect_from(connection);
}
END_TEST

START_TEST(each_list_has_a_shape_of_its_own)
{
    static bool seen[1 << 10];
    for (int n = 0; n < 5 * 96; n++) {
        backend_list list = list_of(n);
        uint32_t shape = list_sql_shape(&list);
        ck_assert_uint_lt(shape, KIT_COUNT(seen));
        ck_assert(!seen[shape]);
        seen[shape] = true;
    }
}
END_TEST

static TCase *plans(void)
{
    TCase *group = tcase_create("plans");
    tcase_add_test(group, every_list_is_read_in_the_order_of_its_index);
    tcase_add_test(group, the_plans_stay_when_the_store_grows);
    tcase_add_test(group, no_statement_reads_a_whole_table);
    tcase_add_test(group, several_tasks_are_looked_up_one_by_one);
    tcase_add_test(group, each_list_has_a_shape_of_its_own);
    return group;
}

int main(void)
{
    static const kit_group groups[] = {plans, NULL};
    return kit_run("plans of SQLite", &fixture_sqlite, groups);
}
