/* SQLite and PostgreSQL are asked the same at random, and must give the same answers, to the last byte. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster.h"
#include "tasks.h"

enum { STEPS = 1500, SEEDS = 4, OWNERS = 3, OPS_MAX = 6, SIDES = 2, KNOWN = 16 };

static int64_t clock_ms;
static unsigned seed;
static tasks_db *whole[SIDES], *views[SIDES][OWNERS];
/* Tasks that were seen lately, so that most operations meet one. */
static struct {
    int64_t id, revision;
} known[OWNERS][KNOWN];

/* ---- Chance ---- */

static int upto(int n) /* 0..n-1 */
{
    return (int)((unsigned)rand_r(&seed) % (unsigned)n);
}

static const char *one_of(const char *const *words, int count)
{
    return words[upto(count)];
}

#define ONE_OF(words) one_of(words, sizeof(words) / sizeof *(words))

static const char *const titles[] = {"Buy milk", "BUY BREAD",           "später", "Ärger",
                                     "a%b_c",    "'; DROP TABLE tasks", "x"};
static const char *const notes[] = {"", "milk and honey", "line\n\ttab", "\xF0\x9F\x8C\xB1 plant", "MILK"};
static const char *const uids[] = {NULL, NULL, "a", "b", "C", "\xC3\xA4"};
static const char *const texts[] = {"milk", "b", "%", "_", "\xC3\xA4", "'"};
static const char *const tags[] = {"home", "garden", "Home", "\xC3\xA4"};
static const char *const keys[] = {"k1", "k2", "k3"};

static int64_t some_time(int chance)
{
    return upto(chance) ? TASKS_NO_TIME : clock_ms + (upto(50) - 5) * 100;
}

static tasks_patch some_patch(bool create)
{
    static const char *chosen[2];
    tasks_patch p = TASKS_PATCH_INIT;
    p.set = (uint32_t)upto(1 << 9) & (uint32_t)upto(1 << 9);
    if (create)
        p.set |= TASKS_SET_TITLE;
    p.title = ONE_OF(titles);
    p.notes = ONE_OF(notes);
    p.uid = ONE_OF(uids);
    p.completed = upto(2);
    p.priority = upto(10);
    p.order = upto(3) ? upto(5) - 2.5 : (double)NAN;
    p.due_at_ms = some_time(2);
    p.expires_at_ms = some_time(4);
    chosen[0] = tags[upto(2)];
    chosen[1] = tags[2 + upto(2)];
    p.tags = chosen;
    p.tag_count = (uint32_t)upto(3);
    return p;
}

static tasks_query some_query(void)
{
    tasks_query q = TASKS_QUERY_INIT;
    q.limit = (uint32_t)(1 + upto(5));
    q.sort = upto(5);
    q.descending = upto(2);
    q.completed = upto(3);
    q.tag = upto(4) ? NULL : ONE_OF(tags);
    q.text = upto(4) ? NULL : ONE_OF(texts);
    q.due_before_ms = upto(4) ? 0 : clock_ms + (upto(20) - 10) * 100;
    return q;
}

/* ---- Comparing ---- */

typedef struct answer {
    tasks_status status;
    tasks_error error;
    tasks_page *page;
    int64_t number;
    int32_t flag;
} answer;

static char *json_of(const tasks_page *page)
{
    tasks_text *text = NULL;
    if (!page)
        return strdup("");
    ck_assert_int_eq(tasks_page_json(page, NULL, &text, NULL), TASKS_OK);
    char *copy = strdup(text->bytes);
    tasks_text_free(text);
    return copy;
}

static void same(const char *what, int step, answer *a, answer *b)
{
    char *left = json_of(a->page), *right = json_of(b->page);
    ck_assert_msg(a->status == b->status, "%s, step %d: %s (%s) and %s (%s)", what, step,
                  tasks_status_name(a->status), a->status ? a->error.message : "",
                  tasks_status_name(b->status), b->status ? b->error.message : "");
    if (a->status) {
        ck_assert_str_eq(a->error.code, b->error.code);
        ck_assert_int_eq(a->error.op_index, b->error.op_index);
    }
    ck_assert_msg(!strcmp(left, right), "%s, step %d:\n%s\n%s", what, step, left, right);
    ck_assert_msg(a->number == b->number && a->flag == b->flag, "%s, step %d: %lld, %d and %lld, %d", what,
                  step, (long long)a->number, a->flag, (long long)b->number, b->flag);
    if (a->page) {
        const char *cursors[] = {tasks_page_cursor(a->page), tasks_page_cursor(b->page)};
        ck_assert_int_eq(tasks_page_revision(a->page), tasks_page_revision(b->page));
        ck_assert_int_eq(tasks_page_expired(a->page), tasks_page_expired(b->page));
        ck_assert(!cursors[0] == !cursors[1]);
        if (cursors[0])
            ck_assert_str_eq(cursors[0], cursors[1]);
    }
    free(left);
    free(right);
}

/* ---- What is asked ---- */

static void remember(int owner, const tasks_page *page)
{
    for (uint32_t i = 0; page && i < tasks_page_count(page); i++) {
        int place = upto(KNOWN);
        known[owner][place].id = tasks_page_at(page, i)->id;
        known[owner][place].revision = tasks_page_at(page, i)->revision;
    }
}

static void choose_task(int owner, tasks_op *op)
{
    int place = upto(KNOWN);
    op->id = known[owner][place].id ? known[owner][place].id : 1;
    if (!upto(3))
        op->if_revision = known[owner][place].revision;
}

static void change(int owner, tasks_db *const *dbs, int step)
{
    tasks_patch patches[OPS_MAX];
    tasks_op ops[OPS_MAX] = {0};
    answer answers[SIDES] = {0};
    const char *key = upto(5) ? NULL : ONE_OF(keys);
    uint32_t count = (uint32_t)(upto(3) ? 1 : 1 + upto(OPS_MAX));
    for (uint32_t i = 0; i < count; i++) {
        ops[i].kind = 1 + upto(3);
        patches[i] = some_patch(ops[i].kind == TASKS_CREATE);
        ops[i].patch = ops[i].kind == TASKS_DELETE ? NULL : &patches[i];
        if (ops[i].kind != TASKS_CREATE)
            choose_task(owner, &ops[i]);
    }
    for (int s = 0; s < SIDES; s++) {
        answer *a = &answers[s];
        a->status = key ? tasks_apply_once(dbs[s], key, ops, count, &a->page, &a->flag, &a->error)
                        : tasks_apply(dbs[s], ops, count, &a->page, &a->error);
    }
    same("apply", step, &answers[0], &answers[1]);
    remember(owner, answers[0].page);
    for (int s = 0; s < SIDES; s++)
        tasks_page_free(answers[s].page);
}

static void list(int owner, tasks_db *const *dbs, int step)
{
    tasks_query query = some_query();
    answer answers[SIDES] = {0};
    for (int pages = 0; pages < 4; pages++) {
        tasks_page *before[SIDES] = {answers[0].page, answers[1].page};
        for (int s = 0; s < SIDES; s++) {
            query.cursor = before[s] ? tasks_page_cursor(before[s]) : NULL;
            answers[s].status = tasks_list(dbs[s], &query, &answers[s].page, &answers[s].error);
            tasks_page_free(before[s]);
        }
        same("list", step, &answers[0], &answers[1]);
        remember(owner, answers[0].page);
        if (!answers[0].page || !tasks_page_cursor(answers[0].page))
            break;
    }
    for (int s = 0; s < SIDES; s++)
        tasks_page_free(answers[s].page);
}

static void changes(int owner, tasks_db *const *dbs, int step)
{
    (void)owner;
    answer answers[SIDES] = {0};
    int64_t since = upto(step + 2);
    uint32_t limit = (uint32_t)(1 + upto(10));
    for (int s = 0; s < SIDES; s++)
        answers[s].status = tasks_changes(dbs[s], since, limit, &answers[s].page, &answers[s].error);
    same("changes", step, &answers[0], &answers[1]);
    for (int s = 0; s < SIDES; s++)
        tasks_page_free(answers[s].page);
}

static void clear(int owner, tasks_db *const *dbs, int step)
{
    (void)owner;
    tasks_query query = some_query();
    answer answers[SIDES] = {0};
    if (upto(4))
        return;
    query.tag = ONE_OF(tags);
    for (int s = 0; s < SIDES; s++)
        answers[s].status = tasks_clear(dbs[s], &query, &answers[s].number, &answers[s].error);
    same("clear", step, &answers[0], &answers[1]);
}

static void sweep(int owner, tasks_db *const *dbs, int step)
{
    (void)owner;
    answer answers[SIDES] = {0};
    tasks_db *const *swept = upto(2) ? dbs : whole;
    for (int s = 0; s < SIDES; s++)
        answers[s].status = tasks_sweep(swept[s], &answers[s].number, &answers[s].error);
    same("sweep", step, &answers[0], &answers[1]);
}

static void check(int step)
{
    answer answers[SIDES] = {0};
    for (int s = 0; s < SIDES; s++)
        answers[s].status = tasks_check(whole[s], &answers[s].error);
    same("check", step, &answers[0], &answers[1]);
    ck_assert_int_eq(answers[0].status, TASKS_OK);
}

/* ---- The test ---- */

static int64_t now(void *context)
{
    (void)context;
    return clock_ms;
}

static void open_side(int side, const char *uri)
{
    static const char *const owners[OWNERS] = {"", "ada", "\xC3\xA4"};
    tasks_options options = TASKS_OPTIONS_INIT;
    tasks_error error;
    options.uri = uri;
    options.migrate = TASKS_MIGRATE_YES;
    options.now_ms = now;
    options.tombstone_ms = 20000;
    ck_assert_msg(!tasks_open(&options, &whole[side], &error), "%s", error.message);
    for (int i = 0; i < OWNERS; i++)
        ck_assert_int_eq(tasks_as(whole[side], owners[i], &views[side][i], NULL), TASKS_OK);
}

static void close_side(int side)
{
    for (int i = 0; i < OWNERS; i++)
        tasks_close(views[side][i]);
    tasks_close(whole[side]);
}

START_TEST(both_give_the_same_answers)
{
    static void (*const asks[])(int, tasks_db *const *, int) = {change,  change,  change, change, change,
                                                                change,  list,    list,   list,   list,
                                                                changes, changes, clear,  sweep};
    char uri[CLUSTER_URI_SIZE];
    seed = (unsigned)_i + 1;
    clock_ms = INT64_C(1800000000000);
    cluster_make_schema(uri);
    open_side(0, "sqlite::memory:");
    open_side(1, uri);
    for (int step = 0; step < STEPS; step++) {
        int owner = upto(OWNERS);
        tasks_db *const dbs[SIDES] = {views[0][owner], views[1][owner]};
        asks[upto(sizeof asks / sizeof *asks)](owner, dbs, step);
        if (step % 100 == 99)
            check(step);
        clock_ms += upto(4) * 50;
    }
    close_side(0);
    close_side(1);
    cluster_drop_schema(uri);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("equal");
    TCase *group = tcase_create("equal");
    cluster_begin();
    tcase_set_timeout(group, 110);
    tcase_add_loop_test(group, both_give_the_same_answers, 0, SEEDS);
    suite_add_tcase(suite, group);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
