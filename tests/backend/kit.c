#include "kit.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { TIMEOUT_S = 60 }; /* sanitizers are slow, and machines are shared */

_Thread_local tasks_error kit_error;

static const conformance_fixture *used;
static char uri[CONFORMANCE_URI_SIZE];
static tasks_db *db;
static _Atomic int64_t now = KIT_START;

void kit_soil(void)
{
    memset(&kit_error, 0xA5, sizeof kit_error);
}

void kit_expect(tasks_status wanted, const char *code, tasks_status got, const char *call, const char *file,
                int line)
{
    bool filled = got && kit_error.status == got && !strcmp(kit_error.code, code) && *kit_error.message;
    if (got == wanted && (!got || filled))
        return;
    ck_abort_msg("%s:%d: %s: wanted %s %s, got %s %s: %s", file, line, call, tasks_status_name(wanted), code,
                 tasks_status_name(got), got ? kit_error.code : "", got ? kit_error.message : "");
}

/* ---- The store ---- */

bool kit_can(unsigned capability)
{
    return (used->can & capability) == capability;
}

int64_t kit_now(void)
{
    return atomic_load(&now);
}

void kit_clock(int64_t now_ms)
{
    atomic_store(&now, now_ms);
}

static int64_t clock_read(void *context)
{
    (void)context;
    return kit_now();
}

tasks_options kit_options(void)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    options.uri = uri;
    options.migrate = TASKS_MIGRATE_YES;
    options.timeout_ms = 20000;
    options.now_ms = clock_read;
    return options;
}

tasks_status kit_try(const tasks_options *options, tasks_db **out)
{
    return used->open(options, out, &kit_error);
}

void kit_place(char place[CONFORMANCE_URI_SIZE])
{
    used->make(place);
}

void kit_drop(const char *place)
{
    used->drop(place);
}

tasks_db *kit_open(void)
{
    tasks_options options = kit_options();
    tasks_db *handle;
    KIT_OK(kit_try(&options, &handle));
    return handle;
}

static void setup(void)
{
    kit_clock(KIT_START);
    used->make(uri);
    db = kit_open();
}

static void teardown(void)
{
    kit_close();
    used->drop(uri);
}

static int run(const char *name, const kit_group *groups)
{
    Suite *suite = suite_create(name);
    for (; *groups; groups++) {
        TCase *group = (*groups)();
        tcase_set_timeout(group, TIMEOUT_S);
        tcase_add_checked_fixture(group, setup, teardown);
        suite_add_tcase(suite, group);
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int kit_run(const char *name, const conformance_fixture *fixture, const kit_group *groups)
{
    if (fixture->begin && !fixture->begin()) {
        printf("%s: not available here, skipped\n", fixture->name);
        return CONFORMANCE_SKIPPED;
    }
    used = fixture;
    int code = run(name, groups);
    if (fixture->end)
        fixture->end();
    return code;
}

void kit_close(void)
{
    tasks_close(db);
    db = NULL;
}

void kit_reopen(void)
{
    kit_close();
    db = kit_open();
}

tasks_db *kit_db(void)
{
    return db;
}

const char *kit_uri(void)
{
    return uri;
}

tasks_db *kit_view(const char *owner)
{
    tasks_db *view;
    KIT_OK(tasks_as(db, owner, &view, &kit_error));
    return view;
}

/* ---- Short ways ---- */

tasks_patch kit_titled(const char *title)
{
    tasks_patch patch = TASKS_PATCH_INIT;
    patch.set = TASKS_SET_TITLE;
    patch.title = title;
    return patch;
}

tasks_task *kit_create(tasks_db *handle, const tasks_patch *patch)
{
    tasks_task *task;
    KIT_OK(tasks_create(handle, patch, &task, &kit_error));
    return task;
}

int64_t kit_add(tasks_db *handle, const char *title)
{
    tasks_patch patch = kit_titled(title);
    tasks_task *task = kit_create(handle, &patch);
    int64_t id = task->id;
    tasks_task_free(task);
    return id;
}

tasks_task *kit_update(tasks_db *handle, int64_t id, const tasks_patch *patch)
{
    tasks_task *task;
    KIT_OK(tasks_update(handle, id, 0, patch, &task, &kit_error));
    return task;
}

tasks_task *kit_get(tasks_db *handle, int64_t id)
{
    tasks_task *task;
    KIT_OK(tasks_get(handle, id, &task, &kit_error));
    return task;
}

tasks_page *kit_list(tasks_db *handle, const tasks_query *query)
{
    tasks_page *page;
    KIT_OK(tasks_list(handle, query, &page, &kit_error));
    return page;
}

int64_t kit_revision(tasks_db *handle)
{
    int64_t revision, expired;
    KIT_OK(tasks_revision(handle, &revision, &expired, &kit_error));
    return revision;
}

uint32_t kit_random(uint64_t *state, uint32_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*state >> 33) % below);
}

/* ---- Threads ---- */

typedef struct worker {
    pthread_t thread;
    pthread_barrier_t *start;
    void (*work)(int number, void *context);
    int number;
    void *context;
} worker;

static void *worker_run(void *opaque)
{
    worker *w = opaque;
    pthread_barrier_wait(w->start);
    w->work(w->number, w->context);
    return NULL;
}

void kit_threads(int count, void (*work)(int number, void *context), void *context)
{
    worker workers[KIT_THREADS_MAX];
    pthread_barrier_t start;
    ck_assert_int_le(count, KIT_THREADS_MAX);
    ck_assert_int_eq(pthread_barrier_init(&start, NULL, (unsigned)count), 0);
    for (int i = 0; i < count; i++) {
        workers[i] = (worker){.start = &start, .work = work, .number = i, .context = context};
        ck_assert_int_eq(pthread_create(&workers[i].thread, NULL, worker_run, &workers[i]), 0);
    }
    for (int i = 0; i < count; i++)
        pthread_join(workers[i].thread, NULL);
    pthread_barrier_destroy(&start);
}

/* ---- Comparing ---- */

static void same_text(const char *a, const char *b)
{
    ck_assert(!a == !b);
    if (a)
        ck_assert_str_eq(a, b);
}

void kit_same(const tasks_task *a, const tasks_task *b)
{
    ck_assert_int_eq(a->id, b->id);
    ck_assert_int_eq(a->revision, b->revision);
    same_text(a->uid, b->uid);
    ck_assert_str_eq(a->title, b->title);
    ck_assert_str_eq(a->notes, b->notes);
    ck_assert_uint_eq(a->tag_count, b->tag_count);
    for (uint32_t i = 0; i < a->tag_count; i++)
        ck_assert_str_eq(a->tags[i], b->tags[i]);
    ck_assert_int_eq(a->priority, b->priority);
    ck_assert_int_eq(a->completed, b->completed);
    ck_assert_int_eq(a->deleted, b->deleted);
    ck_assert_int_eq(a->completed_at_ms, b->completed_at_ms);
    ck_assert_int_eq(a->due_at_ms, b->due_at_ms);
    ck_assert_int_eq(a->expires_at_ms, b->expires_at_ms);
    ck_assert_int_eq(a->created_at_ms, b->created_at_ms);
    ck_assert_int_eq(a->updated_at_ms, b->updated_at_ms);
    ck_assert(isnan(a->order) ? isnan(b->order)
                              : a->order == b->order && signbit(a->order) == signbit(b->order));
}
