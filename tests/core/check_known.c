/* What was read once and need not be read again is never older than the store: whoever writes, whatever the
 * clock does, and whoever is killed. */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture_sqlite.h"
#include "folder.h"
#include "kit.h"

enum { READERS = 4, WRITES = 400, TURNS = 100 };

/* ---- A handle that counts how often the store is asked ---- */

static int asked;

static void count(void *context, const tasks_timing *timing)
{
    (void)context;
    (void)timing;
    asked++;
}

static tasks_db *open_counting(void)
{
    tasks_db *db;
    tasks_options options = kit_options();
    options.observer = count;
    KIT_OK(kit_try(&options, &db));
    return db;
}

static int64_t state_of(tasks_db *db, int64_t *expired)
{
    int64_t revision;
    KIT_OK(tasks_revision(db, &revision, expired, &kit_error));
    return revision;
}

static void check_title(tasks_db *db, int64_t id, const char *title)
{
    tasks_task *task = kit_get(db, id);
    ck_assert_str_eq(task->title, title);
    tasks_task_free(task);
}

static void rename_task(tasks_db *db, int64_t id, const char *title)
{
    tasks_patch patch = kit_titled(title);
    tasks_task_free(kit_update(db, id, &patch));
}

START_TEST(an_unchanged_store_is_not_asked_again)
{
    int64_t expired, id = kit_add(kit_db(), "a");
    tasks_db *db = open_counting();
    for (int i = 0; i < 2; i++) /* a task is kept when it is read for the second time */
        check_title(db, id, "a");
    state_of(db, &expired);
    asked = 0;
    for (int i = 0; i < 10; i++) {
        check_title(db, id, "a");
        ck_assert_int_eq(state_of(db, &expired), 1);
    }
    ck_assert_int_eq(asked, 0);
    tasks_close(db);
}
END_TEST

START_TEST(a_copy_is_whole)
{
    const char *tags[] = {"one", "two", "three"};
    tasks_patch patch = kit_titled("with all");
    patch.set |= TASKS_SET_NOTES | TASKS_SET_UID | TASKS_SET_TAGS | TASKS_SET_ORDER | TASKS_SET_DUE_AT;
    patch.notes = "and\nmore";
    patch.uid = "from elsewhere";
    patch.tags = tags;
    patch.tag_count = KIT_COUNT(tags);
    patch.order = 1.5;
    patch.due_at_ms = KIT_START;
    for (uint32_t i = 0; i <= patch.tag_count; i++) { /* with and without each text that may be missing */
        tasks_task *made = kit_create(kit_db(), &patch);
        for (int again = 0; again < 4; again++) {
            tasks_task *task = kit_get(kit_db(), made->id);
            kit_same(task, made);
            tasks_task_free(task);
        }
        tasks_task_free(made);
        patch.tag_count--;
        patch.set &= ~(uint32_t)TASKS_SET_UID;
    }
}
END_TEST

START_TEST(own_writes_are_seen_at_once)
{
    tasks_task *gone;
    char title[16];
    int64_t id = kit_add(kit_db(), "0");
    for (int i = 1; i <= 50; i++) {
        snprintf(title, sizeof title, "%d", i);
        rename_task(kit_db(), id, title);
        for (int again = 0; again < 3; again++)
            check_title(kit_db(), id, title);
        ck_assert_int_eq(kit_revision(kit_db()), i + 1);
    }
    KIT_OK(tasks_delete(kit_db(), id, 0, NULL, &kit_error));
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_get(kit_db(), id, &gone, &kit_error));
}
END_TEST

START_TEST(owners_do_not_meet)
{
    tasks_db *ann = kit_view("ann"), *bob = kit_view("bob");
    int64_t of_ann = kit_add(ann, "hers"), of_bob = kit_add(bob, "his");
    ck_assert_int_eq(of_ann, of_bob);
    for (int i = 0; i < 4; i++) {
        check_title(ann, of_ann, "hers");
        check_title(bob, of_bob, "his");
        check_title(ann, of_ann, "hers");
    }
    tasks_close(ann);
    tasks_close(bob);
}
END_TEST

START_TEST(the_clock_may_go_both_ways)
{
    int64_t expired;
    tasks_task *task;
    tasks_patch patch = kit_titled("short-lived");
    patch.set |= TASKS_SET_EXPIRES_AT;
    patch.expires_at_ms = KIT_START + 1000;
    tasks_task *made = kit_create(kit_db(), &patch);
    for (int round = 0; round < 3; round++) {
        kit_clock(KIT_START + 999);
        for (int again = 0; again < 3; again++) {
            check_title(kit_db(), made->id, "short-lived");
            state_of(kit_db(), &expired);
            ck_assert_int_eq(expired, 0);
        }
        kit_clock(KIT_START + 1000);
        for (int again = 0; again < 3; again++) {
            KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_get(kit_db(), made->id, &task, &kit_error));
            state_of(kit_db(), &expired);
            ck_assert_int_eq(expired, 1);
        }
    }
    tasks_task_free(made);
}
END_TEST

/* ---- Another process, which must be there before SQLite is in use in this one ---- */

static char place[CONFORMANCE_URI_SIZE];

typedef struct writer {
    pid_t process;
    int orders[2];       /* a byte: write once more; its end: no more */
    atomic_int *written; /* shared: how many writes it knows to be committed */
    tasks_db *db;        /* this process' own handle */
    int64_t id;          /* of the task whose title it sets to the number of the write */
} writer;

static void write_on_order(writer *w)
{
    char order, title[16];
    tasks_options options = TASKS_OPTIONS_INIT;
    options.uri = place;
    while (read(w->orders[0], &order, 1) == 1) {
        if (!w->db && tasks_open(&options, &w->db, NULL))
            _exit(1);
        snprintf(title, sizeof title, "%d", atomic_load(w->written) + 1);
        tasks_patch patch = kit_titled(title);
        if (tasks_update(w->db, 1, 0, &patch, NULL, NULL))
            _exit(2);
        atomic_fetch_add(w->written, 1);
    }
    tasks_close(w->db);
    _exit(0);
}

static void start(writer *w)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    kit_place(place);
    w->db = NULL;
    w->written = mmap(NULL, sizeof *w->written, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(w->written, MAP_FAILED);
    ck_assert_int_eq(pipe(w->orders), 0);
    w->process = fork();
    ck_assert_int_ge(w->process, 0);
    if (!w->process) {
        close(w->orders[1]);
        write_on_order(w);
    }
    close(w->orders[0]);
    options.uri = place;
    KIT_OK(kit_try(&options, &w->db));
    w->id = kit_add(w->db, "0");
}

static void order(writer *w, int writes)
{
    char orders[WRITES] = {0};
    ck_assert_int_eq(write(w->orders[1], orders, (size_t)writes), writes);
}

/* Returns how the process ended. */
static int finish(writer *w)
{
    int status;
    close(w->orders[1]);
    ck_assert_int_eq(waitpid(w->process, &status, 0), w->process);
    tasks_close(w->db);
    munmap(w->written, sizeof *w->written);
    kit_drop(place);
    return status;
}

static int read_number(tasks_db *db, int64_t id)
{
    tasks_task *task = kit_get(db, id);
    int number = (int)strtol(task->title, NULL, 10);
    tasks_task_free(task);
    return number;
}

START_TEST(what_another_process_has_committed_is_seen)
{
    writer w;
    start(&w);
    for (int i = 1; i <= TURNS; i++) {
        for (int again = 0; again < 3; again++) {
            ck_assert_int_eq(read_number(w.db, w.id), i - 1);
            ck_assert_int_eq(kit_revision(w.db), i);
        }
        order(&w, 1);
        while (atomic_load(w.written) < i)
            usleep(100);
        ck_assert_int_eq(read_number(w.db, w.id), i);
        ck_assert_int_eq(kit_revision(w.db), i + 1);
    }
    ck_assert_int_eq(finish(&w), 0);
}
END_TEST

/* What was committed before the call is the least that it may see. */
static void read_along(int number, void *context)
{
    writer *w = context;
    int64_t expired;
    (void)number;
    for (int known; (known = atomic_load(w->written)) < WRITES;) {
        ck_assert_int_ge(read_number(w->db, w->id), known);
        ck_assert_int_ge(state_of(w->db, &expired), known + 1);
    }
}

START_TEST(no_reader_ever_sees_less_than_was_committed)
{
    writer w;
    start(&w);
    order(&w, WRITES);
    kit_threads(READERS, read_along, &w);
    ck_assert_int_eq(read_number(w.db, w.id), WRITES);
    ck_assert_int_eq(finish(&w), 0);
}
END_TEST

START_TEST(a_writer_that_is_killed_leaves_nothing_stale)
{
    writer w;
    tasks_db *fresh;
    tasks_options options = TASKS_OPTIONS_INIT;
    start(&w);
    order(&w, WRITES);
    while (atomic_load(w.written) < 5)
        read_number(w.db, w.id);
    ck_assert_int_eq(kill(w.process, SIGKILL), 0);
    for (int again = 0; again < 3; again++)
        ck_assert_int_ge(read_number(w.db, w.id), atomic_load(w.written));
    options.uri = place;
    KIT_OK(kit_try(&options, &fresh));
    ck_assert_int_eq(read_number(fresh, w.id), read_number(w.db, w.id));
    ck_assert_int_eq(kit_revision(fresh), kit_revision(w.db));
    rename_task(fresh, w.id, "1000000");
    ck_assert_int_eq(read_number(w.db, w.id), 1000000);
    tasks_close(fresh);
    ck_assert(WIFSIGNALED(finish(&w)));
}
END_TEST

static TCase *group_here(void)
{
    TCase *group = tcase_create("one process");
    tcase_add_test(group, an_unchanged_store_is_not_asked_again);
    tcase_add_test(group, a_copy_is_whole);
    tcase_add_test(group, own_writes_are_seen_at_once);
    tcase_add_test(group, owners_do_not_meet);
    tcase_add_test(group, the_clock_may_go_both_ways);
    return group;
}

static TCase *group_others(void)
{
    TCase *group = tcase_create("another process");
    tcase_add_test(group, what_another_process_has_committed_is_seen);
    tcase_add_test(group, no_reader_ever_sees_less_than_was_committed);
    tcase_add_test(group, a_writer_that_is_killed_leaves_nothing_stale);
    return group;
}

int main(void)
{
    return kit_run("known", &fixture_sqlite, (const kit_group[]){group_here, group_others, NULL});
}
