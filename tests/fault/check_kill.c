/* kill -9 under eight writers: what was acknowledged is there, what was deleted stays deleted, nothing is
 * there twice, and no revision is missing.
 *
 * A child writes and tells each acknowledgement through a pipe; after some of them it is killed. Each writer
 * has tasks of its own and does the same sequence of operations every time, so that what it left can be told
 * from how many were acknowledged: all of those are done, and at most the next one besides. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture_sqlite.h"
#include "kit.h"

enum { WRITERS = 8, ROUNDS = 10, OPS_MAX = 4000 };

typedef struct ack {
    int32_t writer, op;
    int64_t revision;
} ack;

/* ---- The sequence: create, create, change the second, delete the first, and again ---- */

static const char *title_of(int writer, int number, char title[32])
{
    snprintf(title, 32, "task %d of %d", number, writer);
    return title;
}

typedef struct scribe {
    int number, pipe;
    int64_t ids[2];
} scribe;

static int64_t create(scribe *w, tasks_db *db, int number, int64_t *id)
{
    char title[32];
    tasks_patch patch = kit_titled(title_of(w->number, number, title));
    tasks_task *task = kit_create(db, &patch);
    int64_t revision = task->revision;
    *id = task->id;
    tasks_task_free(task);
    return revision;
}

/* A batch of two, so that half of it would show. */
static int64_t change(const scribe *w, tasks_db *db)
{
    tasks_patch done = TASKS_PATCH_INIT, noted = TASKS_PATCH_INIT;
    tasks_page *page;
    done.set = TASKS_SET_COMPLETED;
    done.completed = 1;
    noted.set = TASKS_SET_NOTES;
    noted.notes = "both or none";
    const tasks_op ops[] = {{.kind = TASKS_UPDATE, .id = w->ids[1], .patch = &done},
                            {.kind = TASKS_UPDATE, .id = w->ids[1], .patch = &noted}};
    KIT_OK(tasks_apply(db, ops, KIT_COUNT(ops), &page, &kit_error));
    int64_t revision = tasks_page_revision(page);
    tasks_page_free(page);
    return revision;
}

static int64_t delete_first(const scribe *w, tasks_db *db)
{
    const tasks_op op = {.kind = TASKS_DELETE, .id = w->ids[0]};
    tasks_page *page;
    KIT_OK(tasks_apply(db, &op, 1, &page, &kit_error));
    int64_t revision = tasks_page_revision(page);
    tasks_page_free(page);
    return revision;
}

static int64_t do_op(scribe *w, tasks_db *db, int op)
{
    switch (op % 4) {
    case 0:
        return create(w, db, op / 4 * 2, &w->ids[0]);
    case 1:
        return create(w, db, op / 4 * 2 + 1, &w->ids[1]);
    case 2:
        return change(w, db);
    default:
        return delete_first(w, db);
    }
}

/* ---- The child ---- */

static int ack_pipe;

static void write_for_ever(int number, void *db)
{
    scribe w = {.number = number};
    for (int op = 0; op < OPS_MAX; op++) {
        ack a = {.writer = number, .op = op, .revision = do_op(&w, db, op)};
        if (write(ack_pipe, &a, sizeof a) != sizeof a)
            _exit(1);
    }
}

static pid_t start_child(tasks_options *options, const char *owner, int ends[2])
{
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child) {
        close(ends[1]);
        return child;
    }
    tasks_db *db, *view;
    ack_pipe = ends[1];
    KIT_OK(tasks_open(options, &db, &kit_error));
    KIT_OK(tasks_as(db, owner, &view, &kit_error));
    kit_threads(WRITERS, write_for_ever, view);
    _exit(0);
}

/* ---- What was acknowledged ---- */

typedef struct round_log {
    int done[WRITERS]; /* operations acknowledged */
    int64_t revisions[WRITERS * OPS_MAX];
    int count;
} round_log;

/* Reads until the child has told so many, kills it, and reads what is still in the pipe. */
static void collect(round_log *log, pid_t child, int from, int enough)
{
    ack a;
    while (read(from, &a, sizeof a) == sizeof a) {
        ck_assert_int_eq(a.op, log->done[a.writer]++);
        log->revisions[log->count++] = a.revision;
        if (log->count == enough)
            kill(child, SIGKILL);
    }
    close(from);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* ---- What is there ---- */

typedef struct state {
    int there; /* 0 or 1; 2 would be a double */
    int changed;
} state;

static state states[WRITERS][OPS_MAX / 2 + 2];

static void look(tasks_db *view)
{
    tasks_query query = TASKS_QUERY_INIT;
    query.limit = TASKS_LIMIT_MAX;
    memset(states, 0, sizeof states);
    tasks_page *page = kit_list(view, &query), *next;
    for (;; page = next) {
        for (uint32_t i = 0; i < tasks_page_count(page); i++) {
            const tasks_task *task = tasks_page_at(page, i);
            char *rest;
            long number = strtol(task->title + strlen("task "), &rest, 10);
            long writer = strtol(rest + strlen(" of "), &rest, 10);
            ck_assert_str_eq(rest, "");
            states[writer][number].there++;
            ck_assert_int_eq(task->completed, !!*task->notes); /* both or none */
            states[writer][number].changed = task->completed;
        }
        if (!tasks_page_cursor(page))
            break;
        query.cursor = tasks_page_cursor(page);
        next = kit_list(view, &query);
        tasks_page_free(page);
    }
    tasks_page_free(page);
}

/* Is what this writer left what so many operations leave? */
static bool fits(int writer, int ops)
{
    for (int number = 0; number < OPS_MAX / 2; number++) {
        int made = number / 2 * 4 + number % 2; /* the operation that creates it */
        int there = ops > made && !(number % 2 == 0 && ops > made + 3);
        int changed = number % 2 == 1 && ops > made + 1;
        const state *s = &states[writer][number];
        if (s->there != there || s->changed != changed)
            return false;
    }
    return true;
}

static int compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Each acknowledged batch has a revision of its own, and the others are those that nobody heard of. */
static void check_revisions(round_log *log, int64_t newest, int unheard)
{
    qsort(log->revisions, (size_t)log->count, sizeof *log->revisions, compare_numbers);
    for (int i = 1; i < log->count; i++)
        ck_assert_int_lt(log->revisions[i - 1], log->revisions[i]);
    ck_assert_int_le(log->revisions[log->count - 1], newest);
    ck_assert_int_eq(newest, log->count + unheard);
}

static void check_round(round_log *log, tasks_db *view)
{
    int unheard = 0;
    look(view);
    for (int w = 0; w < WRITERS; w++) {
        bool more = !fits(w, log->done[w]);
        ck_assert_msg(!more || fits(w, log->done[w] + 1), "writer %d: not what %d operations leave", w,
                      log->done[w]);
        unheard += more;
    }
    check_revisions(log, kit_revision(view), unheard);
}

START_TEST(an_acknowledged_write_outlives_a_kill)
{
    static round_log logs[ROUNDS];
    tasks_options options = kit_options();
    char owner[32];
    kit_close();
    for (int round = 0; round < ROUNDS; round++) {
        int ends[2];
        snprintf(owner, sizeof owner, "round %d", round);
        pid_t child = start_child(&options, owner, ends);
        collect(&logs[round], child, ends[0], 1 + 37 * round);
        tasks_db *db, *view;
        KIT_OK(tasks_open(&options, &db, &kit_error));
        KIT_OK(tasks_as(db, owner, &view, &kit_error));
        check_round(&logs[round], view);
        KIT_OK(tasks_check(db, &kit_error));
        kit_add(view, "task 0 of 0"); /* it can be written to again */
        KIT_OK(tasks_delete(view, kit_add(view, "task 1 of 0"), 0, NULL, &kit_error));
        tasks_close(view);
        tasks_close(db);
    }
}
END_TEST

static TCase *kills(void)
{
    TCase *group = tcase_create("kills");
    tcase_add_test(group, an_acknowledged_write_outlives_a_kill);
    return group;
}

int main(void)
{
    static const kit_group groups[] = {kills, NULL};
    return kit_run("kill -9", &fixture_sqlite, groups);
}
