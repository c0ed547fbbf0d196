/* Every order and filter of a list, page by page, against a model that knows no SQL. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "contract.h"

enum { POPULATION = 320, BATCH = 40, BATCHES = POPULATION / BATCH, SORTS = 5 };

/* ---- The population: many ties, many nones, every extreme ---- */

static const char *const titles[] = {"Buy milk", "buy MILK", "Äpfel", "100% wool", "a_b", "sale", "x", "zzz"};
static const char *const notes[] = {"", "", "milk again", "nothing\nhere", "50%"};
static const char *const all_tags[] = {"red", "blue", "Red", "re", "redder", "ümlaut"};
static const double orders[] = {NAN,
                                NAN,
                                0.0,
                                -0.0,
                                1.0,
                                1.0,
                                -1.0,
                                0.5,
                                1e300,
                                DBL_MAX,
                                -1e9,
                                -DBL_MAX,
                                DBL_MIN,
                                9007199254740993.0,
                                9007199254740992.0};
static const int64_t dues[] = {TASKS_NO_TIME,
                               TASKS_NO_TIME,
                               KIT_START,
                               KIT_START + 1,
                               KIT_START - 1,
                               0,
                               -1,
                               INT64_C(-62167219200000),
                               KIT_START,
                               INT64_C(253402300799999)};

#define PICK(seed, array) (array)[kit_random((seed), KIT_COUNT(array))]

typedef struct recipe {
    tasks_patch patch;
    const char *tags[KIT_COUNT(all_tags)];
} recipe;

static void pick_tags(recipe *r, uint64_t *seed)
{
    r->patch.tag_count = 0;
    for (int i = 0; i < KIT_COUNT(all_tags); i++)
        if (kit_random(seed, 3) == 0)
            r->tags[r->patch.tag_count++] = all_tags[i];
    r->patch.tags = r->tags;
}

/* Without all that a list can be sorted by, as most tasks are. */
static void make_plain(tasks_patch *patch)
{
    patch->priority = 0;
    patch->order = NAN;
    patch->due_at_ms = TASKS_NO_TIME;
}

static void invent(recipe *r, uint64_t *seed)
{
    r->patch = kit_titled(PICK(seed, titles));
    r->patch.set |= TASKS_SET_NOTES | TASKS_SET_COMPLETED | TASKS_SET_PRIORITY | TASKS_SET_ORDER |
                    TASKS_SET_TAGS | TASKS_SET_DUE_AT | TASKS_SET_EXPIRES_AT;
    r->patch.notes = PICK(seed, notes);
    r->patch.completed = (int32_t)kit_random(seed, 2);
    r->patch.priority = (int32_t)kit_random(seed, 10);
    r->patch.order = PICK(seed, orders);
    r->patch.due_at_ms = PICK(seed, dues);
    if (kit_random(seed, 3) == 0)
        make_plain(&r->patch);
    uint32_t fate = kit_random(seed, 8);
    r->patch.expires_at_ms = fate == 0 ? KIT_START : fate == 1 ? KIT_START + 1 : TASKS_NO_TIME;
    pick_tags(r, seed);
}

/* ---- The model: what the calls handed out ---- */

typedef struct model {
    uint32_t count;
    const tasks_task *tasks[POPULATION];
    tasks_page *pages[2 * BATCHES]; /* they own the tasks */
} model;

static tasks_page *write_batch(tasks_db *db, int32_t kind, int64_t first, int64_t step, uint64_t *seed)
{
    static recipe recipes[BATCH];
    tasks_op ops[BATCH];
    tasks_page *page;
    for (int i = 0; i < BATCH; i++) {
        invent(&recipes[i], seed);
        ops[i] = (tasks_op){.kind = kind, .patch = &recipes[i].patch};
        ops[i].id = kind == TASKS_CREATE ? 0 : first + i * step;
    }
    KIT_OK(tasks_apply(db, ops, BATCH, &page, &kit_error));
    return page;
}

static void remember(model *m, const tasks_page *page)
{
    for (uint32_t i = 0; i < tasks_page_count(page); i++) {
        const tasks_task *task = tasks_page_at(page, i);
        m->tasks[task->id - 1] = task;
    }
}

/* Creates, changes every fourth of the tasks, and deletes some; the same for somebody else in between. */
static void populate(model *m)
{
    uint64_t seed = 42;
    tasks_db *other = kit_view("somebody else");
    *m = (model){.count = POPULATION};
    kit_clock(KIT_START - 10); /* those that will have expired are still there */
    for (int i = 0; i < BATCHES; i++) {
        remember(m, m->pages[i] = write_batch(kit_db(), TASKS_CREATE, 0, 0, &seed));
        tasks_page_free(write_batch(other, TASKS_CREATE, 0, 0, &seed));
    }
    for (int i = 0; i < BATCHES / 4; i++)
        remember(m, m->pages[BATCHES + i] = write_batch(kit_db(), TASKS_UPDATE, 4 * BATCH * i + 1, 4, &seed));
    for (int64_t id = 3; id <= POPULATION; id += 9)
        if (!tasks_delete(kit_db(), id, 0, NULL, &kit_error))
            m->tasks[id - 1] = NULL;
    tasks_close(other);
    kit_clock(KIT_START);
}

static void forget(model *m)
{
    for (int i = 0; i < KIT_COUNT(m->pages); i++)
        tasks_page_free(m->pages[i]);
}

/* ---- The model's answer ---- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool begins(const char *text, const char *with)
{
    while (*with && lower(*text) == lower(*with))
        text++, with++;
    return !*with;
}

static bool holds(const char *text, const char *part)
{
    for (; *text; text++)
        if (begins(text, part))
            return true;
    return false;
}

static bool has_tag(const tasks_task *task, const char *tag)
{
    for (uint32_t i = 0; i < task->tag_count; i++)
        if (!strcmp(task->tags[i], tag))
            return true;
    return false;
}

static bool selected(const tasks_task *task, const tasks_query *q)
{
    return task && !(task->expires_at_ms != TASKS_NO_TIME && task->expires_at_ms <= kit_now()) &&
           (q->completed == TASKS_ANY || task->completed == (q->completed == TASKS_COMPLETED)) &&
           (!q->tag || has_tag(task, q->tag)) &&
           (!q->text || holds(task->title, q->text) || holds(task->notes, q->text)) &&
           (!q->due_before_ms || (task->due_at_ms != TASKS_NO_TIME && task->due_at_ms < q->due_before_ms));
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* None comes last. */
static int compare_values(const tasks_task *a, const tasks_task *b, int32_t sort)
{
    switch (sort) {
    case TASKS_SORT_ORDER:
        if (isnan(a->order) || isnan(b->order))
            return isnan(a->order) - isnan(b->order);
        return (a->order > b->order) - (a->order < b->order);
    case TASKS_SORT_PRIORITY:
        return compare(a->priority ? a->priority : 10, b->priority ? b->priority : 10);
    case TASKS_SORT_DUE_AT:
        if (a->due_at_ms == TASKS_NO_TIME || b->due_at_ms == TASKS_NO_TIME)
            return (a->due_at_ms == TASKS_NO_TIME) - (b->due_at_ms == TASKS_NO_TIME);
        return compare(a->due_at_ms, b->due_at_ms);
    case TASKS_SORT_UPDATED:
        return compare(a->revision, b->revision);
    default:
        return 0;
    }
}

static int compare_tasks(const void *left, const void *right, void *context)
{
    const tasks_task *a = *(const tasks_task *const *)left, *b = *(const tasks_task *const *)right;
    const tasks_query *q = context;
    int order = compare_values(a, b, q->sort);
    if (!order)
        order = compare(a->id, b->id);
    return q->descending ? -order : order;
}

static uint32_t answer(const model *m, tasks_query *q, const tasks_task **out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < m->count; i++)
        if (selected(m->tasks[i], q))
            out[count++] = m->tasks[i];
    qsort_r(out, count, sizeof *out, compare_tasks, q);
    return count;
}

/* ---- The comparison ---- */

static void same_place(const tasks_task *got, const tasks_task *wanted, const tasks_query *q, uint32_t place)
{
    ck_assert_msg(got->id == wanted->id,
                  "sort %d%s, completed %d, tag %s, text %s, due %lld: at %u is task %lld, not %lld", q->sort,
                  q->descending ? " descending" : "", q->completed, q->tag ? q->tag : "-",
                  q->text ? q->text : "-", (long long)q->due_before_ms, place, (long long)got->id,
                  (long long)wanted->id);
    kit_same(got, wanted);
}

/* Follows the query from page to page. */
static void lists_as(tasks_query q, const tasks_task *const *wanted, uint32_t count)
{
    uint32_t seen = 0;
    tasks_page *page = kit_list(kit_db(), &q);
    for (;;) {
        for (uint32_t i = 0; i < tasks_page_count(page); i++, seen++) {
            ck_assert_uint_lt(seen, count);
            same_place(tasks_page_at(page, i), wanted[seen], &q, seen);
        }
        q.cursor = tasks_page_cursor(page);
        if (!q.cursor)
            break;
        ck_assert_uint_eq(tasks_page_count(page), q.limit);
        ck_assert_uint_lt(seen, count); /* a cursor promises that more follows */
        tasks_page *next = kit_list(kit_db(), &q);
        tasks_page_free(page);
        page = next;
    }
    tasks_page_free(page);
    ck_assert_uint_eq(seen, count);
}

static const uint32_t limits[] = {11, TASKS_LIMIT_MAX};

static void compare_pages(const model *m, tasks_query q)
{
    const tasks_task *wanted[POPULATION];
    uint32_t count = answer(m, &q, wanted);
    for (int i = 0; i < KIT_COUNT(limits); i++) {
        q.limit = limits[i];
        lists_as(q, wanted, count);
    }
}

static void set_filters(tasks_query *q, uint32_t filters)
{
    q->tag = filters & 1 ? "red" : NULL;
    q->text = filters & 2 ? "Milk" : NULL;
    q->due_before_ms = filters & 4 ? KIT_START + 1 : 0;
}

/* All orders of both directions, every filter with every other. */
START_TEST(every_list_is_the_models)
{
    model m;
    populate(&m);
    for (uint32_t filters = 0; filters < 8; filters++)
        for (int32_t completed = TASKS_ANY; completed <= TASKS_COMPLETED; completed++)
            for (int32_t sort = 0; sort < 2 * SORTS; sort++) {
                tasks_query q = TASKS_QUERY_INIT;
                q.sort = sort / 2;
                q.descending = sort % 2;
                q.completed = completed;
                set_filters(&q, filters);
                compare_pages(&m, q);
            }
    forget(&m);
}
END_TEST

START_TEST(pages_of_one_task_are_the_models)
{
    model m;
    const tasks_task *wanted[POPULATION];
    populate(&m);
    for (int32_t sort = 0; sort < 2 * SORTS; sort++) {
        tasks_query q = TASKS_QUERY_INIT;
        q.limit = 1;
        q.sort = sort / 2;
        q.descending = sort % 2;
        q.text = "%";
        lists_as(q, wanted, answer(&m, &q, wanted));
    }
    forget(&m);
}
END_TEST

START_TEST(filters_take_values_that_no_task_has)
{
    static const struct filter {
        const char *tag, *text;
        int64_t due_before_ms;
    } filters[] = {{"none", NULL, 0},
                   {"rE", NULL, 0},
                   {NULL, "no such text", 0},
                   {NULL, "zzzz", 0},
                   {NULL, NULL, 1},
                   {NULL, NULL, -1},
                   {"re", "x", KIT_START},
                   {"ümlaut", "%", 0},
                   {NULL, NULL, INT64_C(-62167219200000)},
                   {NULL, NULL, INT64_C(253402300799999)}};
    model m;
    populate(&m);
    for (int i = 0; i < KIT_COUNT(filters); i++)
        for (int32_t sort = 0; sort < SORTS; sort++) {
            tasks_query q = TASKS_QUERY_INIT;
            q.sort = sort;
            q.tag = filters[i].tag;
            q.text = filters[i].text;
            q.due_before_ms = filters[i].due_before_ms;
            compare_pages(&m, q);
        }
    forget(&m);
}
END_TEST

START_TEST(a_page_has_100_tasks_unless_told)
{
    model m;
    tasks_query q = TASKS_QUERY_INIT;
    populate(&m);
    tasks_page *page = kit_list(kit_db(), NULL);
    ck_assert_uint_eq(tasks_page_count(page), 100);
    ck_assert_ptr_nonnull(tasks_page_cursor(page));
    ck_assert_ptr_null(tasks_page_at(page, 100));
    ck_assert_int_eq(tasks_page_revision(page), kit_revision(kit_db()));
    q.cursor = tasks_page_cursor(page); /* the next page may have another size */
    q.limit = 5;
    tasks_page *next = kit_list(kit_db(), &q);
    ck_assert_uint_eq(tasks_page_count(next), 5);
    ck_assert_int_gt(tasks_page_at(next, 0)->id, tasks_page_at(page, 99)->id);
    tasks_page_free(page);
    tasks_page_free(next);
    forget(&m);
}
END_TEST

/* ---- Following while others write ---- */

/* Adds a task with values from the same tables, and deletes or changes the one that was added before. */
static void disturb(uint64_t *seed, int64_t *last)
{
    recipe r;
    invent(&r, seed);
    if (*last && kit_random(seed, 2))
        KIT_OK(tasks_delete(kit_db(), *last, 0, NULL, &kit_error));
    else if (*last)
        tasks_task_free(kit_update(kit_db(), *last, &r.patch));
    r.patch.set &= ~(uint32_t)TASKS_SET_EXPIRES_AT;
    tasks_task *task = kit_create(kit_db(), &r.patch);
    *last = task->id;
    tasks_task_free(task);
}

/* Of the tasks that were there all the time, the next that is due. Others may stand in between. */
static void meet(const tasks_page *page, const tasks_task *const *wanted, uint32_t count, uint32_t *met)
{
    for (uint32_t i = 0; i < tasks_page_count(page); i++) {
        const tasks_task *task = tasks_page_at(page, i);
        if (task->id > POPULATION)
            continue;
        ck_assert_uint_lt(*met, count);
        ck_assert_int_eq(task->id, wanted[*met]->id);
        ++*met;
    }
}

static void follow_disturbed(const model *m, tasks_query q, uint64_t *seed)
{
    const tasks_task *wanted[POPULATION];
    uint32_t met = 0, count = answer(m, &q, wanted);
    int64_t last = 0;
    tasks_page *page = kit_list(kit_db(), &q);
    while (meet(page, wanted, count, &met), q.cursor = tasks_page_cursor(page)) {
        disturb(seed, &last);
        tasks_page *next = kit_list(kit_db(), &q);
        tasks_page_free(page);
        page = next;
    }
    tasks_page_free(page);
    ck_assert_uint_eq(met, count);
}

START_TEST(what_stays_is_returned_once_whatever_is_written)
{
    model m;
    uint64_t seed = 3;
    populate(&m);
    for (int32_t sort = 0; sort < 2 * SORTS; sort++) {
        tasks_query q = TASKS_QUERY_INIT;
        q.limit = 20;
        q.sort = sort / 2;
        q.descending = sort % 2;
        follow_disturbed(&m, q, &seed);
    }
    forget(&m);
}
END_TEST

/* ---- Cursors ---- */

/* Every query has its own cursors. */
START_TEST(a_cursor_of_another_query_is_refused)
{
    tasks_query queries[16];
    tasks_page *page, *none;
    int count = 0;
    for (int32_t i = 0; i < 10; i++) {
        queries[count] = (tasks_query)TASKS_QUERY_INIT;
        queries[count].sort = i / 2;
        queries[count++].descending = i % 2;
    }
    for (int i = 0; i < 6; i++)
        queries[count + i] = (tasks_query)TASKS_QUERY_INIT;
    queries[count++].completed = TASKS_OPEN;
    queries[count++].tag = "red";
    queries[count++].tag = "re";
    queries[count++].text = "red";
    queries[count++].due_before_ms = KIT_START + 10;
    queries[count++].due_before_ms = KIT_START + 11;
    model m;
    populate(&m);
    for (int i = 0; i < count; i++) {
        queries[i].limit = 1;
        page = kit_list(kit_db(), &queries[i]);
        for (int k = 0; k < count && tasks_page_cursor(page); k++) {
            tasks_query q = queries[k];
            q.cursor = tasks_page_cursor(page);
            if (k == i)
                tasks_page_free(kit_list(kit_db(), &q));
            else
                KIT_FAILS(TASKS_INVALID, "cursor_foreign", tasks_list(kit_db(), &q, &none, &kit_error));
        }
        tasks_page_free(page);
    }
    forget(&m);
}
END_TEST

START_TEST(a_cursor_outlives_its_task)
{
    tasks_query q = TASKS_QUERY_INIT;
    q.limit = 1;
    for (int i = 0; i < 3; i++)
        kit_add(kit_db(), "x");
    tasks_page *page = kit_list(kit_db(), &q), *next;
    for (int64_t id = 1; id <= 2; id++)
        KIT_OK(tasks_delete(kit_db(), id, 0, NULL, &kit_error));
    q.cursor = tasks_page_cursor(page);
    next = kit_list(kit_db(), &q);
    ck_assert_int_eq(tasks_page_at(next, 0)->id, 3);
    ck_assert_ptr_null(tasks_page_cursor(next));
    tasks_page_free(next);
    KIT_OK(tasks_delete(kit_db(), 3, 0, NULL, &kit_error));
    next = kit_list(kit_db(), &q);
    ck_assert_uint_eq(tasks_page_count(next), 0);
    tasks_page_free(next);
    tasks_page_free(page);
}
END_TEST

TCase *contract_lists(void)
{
    TCase *group = tcase_create("lists");
    tcase_add_test(group, every_list_is_the_models);
    tcase_add_test(group, pages_of_one_task_are_the_models);
    tcase_add_test(group, filters_take_values_that_no_task_has);
    tcase_add_test(group, a_page_has_100_tasks_unless_told);
    tcase_add_test(group, what_stays_is_returned_once_whatever_is_written);
    tcase_add_test(group, a_cursor_of_another_query_is_refused);
    tcase_add_test(group, a_cursor_outlives_its_task);
    return group;
}
