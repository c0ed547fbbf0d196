/* bare FILE COUNT: puts the tasks of fill.c into the tables of a new store by SQLite alone, in transactions
 * of 4096 and as durably, and says how many a second. What it leaves is no store: nobody counted revisions.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "row.h"

enum { TRANSACTION = 4096 };

static const char insert_sql[] =
    "INSERT INTO tasks (key, revision, completed, priority, position, due_at, completed_at, created_at, "
    "updated_at, title, tags, notes) VALUES (1 << 40 | ?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, '', '')";

static int quit(sqlite3 *db)
{
    fprintf(stderr, "bare: %s\n", db ? sqlite3_errmsg(db) : "out of memory");
    return EXIT_FAILURE;
}

static int insert(sqlite3_stmt *s, int64_t n)
{
    static const int64_t now = INT64_C(1767225600000);
    struct row row;
    row_make(&row, n);
    sqlite3_clear_bindings(s);
    sqlite3_bind_int64(s, 1, n + 1);
    sqlite3_bind_int(s, 2, row.completed);
    sqlite3_bind_int(s, 3, row.priority);
    if (row.placed)
        sqlite3_bind_double(s, 4, row.order);
    if (row.due)
        sqlite3_bind_int64(s, 5, row.due_ms);
    if (row.completed)
        sqlite3_bind_int64(s, 6, now);
    sqlite3_bind_int64(s, 7, now);
    sqlite3_bind_text(s, 8, row.title, -1, SQLITE_STATIC);
    int code = sqlite3_step(s);
    sqlite3_reset(s);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int insert_all(sqlite3 *db, sqlite3_stmt *s, int64_t count)
{
    int code = SQLITE_OK;
    for (int64_t n = 0; !code && n < count; n++) {
        if (n % TRANSACTION == 0)
            code = sqlite3_exec(db, n ? "COMMIT; BEGIN IMMEDIATE" : "BEGIN IMMEDIATE", NULL, NULL, NULL);
        if (!code)
            code = insert(s, n);
    }
    return code ? code : sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *s;
    int64_t count = argc == 3 ? strtoll(argv[2], NULL, 10) : 0;
    if (count < 1) {
        fputs("usage: bare FILE COUNT\n", stderr);
        return EXIT_FAILURE;
    }
    if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) ||
        sqlite3_exec(db, "PRAGMA synchronous = FULL", NULL, NULL, NULL) ||
        sqlite3_prepare_v2(db, insert_sql, -1, &s, NULL))
        return quit(db);
    double start = seconds();
    if (insert_all(db, s, count))
        return quit(db);
    printf("%.0f\n", (double)count / (seconds() - start));
    sqlite3_finalize(s);
    sqlite3_close(db);
    return EXIT_SUCCESS;
}
