/* tasksctl on PostgreSQL, and a store that moves there and back. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "buf.h"
#include "cluster.h"
#include "program.h"

/* Copying and comparing so many tasks tells 23 times how far it is. */
enum { TASKS = 6000, LINES = 19, LINE = 30, PIPE_SIZE = 4096 };

#define HERE "sqlite:tasks.db"
#define BACK "sqlite:back.db"

static char there[CLUSTER_URI_SIZE];

static void make_stores(void)
{
    buf titles;
    buf_init(&titles, 1 << 20);
    for (int i = 0; i < TASKS; i++)
        buf_print(&titles, "Task number %d\n", i);
    ck_assert(!titles.status);
    result r = RUN_WITH(((program){.input = titles.bytes}), "add", "-", "--quiet", "--tag", "home");
    program_expect(&r, 0, NULL, "");
    buf_done(&titles);
    EXPECT(0, NULL, "", "add", "hers", "--owner", "ann");
    EXPECT(0, NULL, "", "delete", "1", "--yes");
    EXPECT(0, NULL, "", "done", "2");
    cluster_make_schema(there);
}

static json_int_t fact(const result *r, const char *name)
{
    return json_integer_value(json_object_get(program_json(r), name));
}

/* A second copy compares all there is, and copies nothing. */
static void is_same(const char *from, const char *to)
{
    result r = RUN("copy", from, to, "--json");
    ck_assert_int_eq(fact(&r, "copied"), 0);
    ck_assert_int_eq(fact(&r, "tasks"), TASKS);
    ck_assert_int_eq(fact(&r, "tombstones"), 1);
    ck_assert_int_eq(fact(&r, "owners"), 2);
}

START_TEST(a_store_is_worked_on)
{
    char db[CLUSTER_URI_SIZE + 8];
    cluster_make_schema(there);
    snprintf(db, sizeof db, "--db=%s", there);
    REFUSES(7, "tasksctl migrate", "list", db);
    EXPECT(0, NULL, "", "migrate", db);
    EXPECT(0, "1\n", "", "add", "x", "--quiet", db);
    EXPECT(0, NULL, "", "edit", "1", "--title", "y", db);
    EXPECT(0, NULL, "", "done", "1", db);
    EXPECT(0, "1\n", "", "list", "--quiet", "--all", db);
    EXPECT(0, "The store is sound\n", "", "check", db);
    result r = RUN("stats", "--json", db);
    ck_assert_str_eq(json_string_value(json_object_get(program_json(&r), "backend")), "postgresql");
    ck_assert_int_eq(fact(&r, "completed"), 1);
    cluster_drop_schema(there);
}
END_TEST

/* ---- Copies ---- */

/* What follows `word`, which must be there. */
static const char *past(const char *text, const char *word)
{
    ck_assert_int_eq(strncmp(text, word, strlen(word)), 0);
    return text + strlen(word);
}

/* Lines of how many are done and how many there are, up to all of them. */
static void is_progress(const char *lines)
{
    static const char first[] = "{\"done\":", second[] = ",\"total\":", last[] = "}\n";
    long long done = 0, total = -1, before;
    char *end;
    while (*lines) {
        before = done;
        done = strtoll(past(lines, first), &end, 10);
        total = strtoll(past(end, second), &end, 10);
        lines = past(end, last);
        ck_assert(done > before && done <= total);
    }
    ck_assert_int_eq(done, total);
}

START_TEST(a_store_moves_there_and_back)
{
    make_stores();
    result r = RUN("copy", HERE, there, "--dry-run", "--json");
    ck_assert_int_eq(fact(&r, "copied"), fact(&r, "records"));
    r = RUN("copy", HERE, there, "--progress=json");
    ck_assert_int_eq(r.code, 0);
    is_progress(r.err);
    is_same(HERE, there);
    EXPECT(0, NULL, "", "copy", there, BACK);
    is_same(there, BACK);
    is_same(HERE, BACK);
    cluster_drop_schema(there);
}
END_TEST

START_TEST(a_target_in_use_is_refused)
{
    char db[CLUSTER_URI_SIZE + 8];
    make_stores();
    snprintf(db, sizeof db, "--db=%s", there);
    EXPECT(0, NULL, "", "migrate", db);
    EXPECT(0, NULL, "", "add", "mine", db);
    REFUSES(4, "copy into an empty store", "copy", HERE, there);
    EXPECT(0, "1\n", "", "list", "--quiet", db);
    cluster_drop_schema(there);
}
END_TEST

/* A pipe with room for so many lines of progress: who writes more is held. */
static void make_narrow_pipe(int ends[2], int lines)
{
    static const char filler[PIPE_SIZE];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(fcntl(ends[1], F_SETPIPE_SZ, PIPE_SIZE), PIPE_SIZE);
    ck_assert_int_eq(write(ends[1], filler, (size_t)(PIPE_SIZE - lines * LINE)), PIPE_SIZE - lines * LINE);
}

static void await_full(int fd)
{
    int waiting = 0;
    for (int tries = 0; waiting < PIPE_SIZE - LINE; tries++) {
        ck_assert_int_lt(tries, 30000);
        ck_assert_int_eq(ioctl(fd, FIONREAD, &waiting), 0);
        usleep(1000);
    }
}

/* Starts a copy, and ends it by a signal where it would tell more than so many times how far it is. */
static result cut_off(const char *from, const char *to, int lines, int signal_number)
{
    static char drain[PIPE_SIZE];
    int ends[2], nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    make_narrow_pipe(ends, lines);
    program how = {.in = nothing, .out = nothing, .err = ends[1]};
    pid_t pid = START(how, "copy", from, to, "--progress=json", "--quiet");
    close(ends[1]);
    await_full(ends[0]);
    ck_assert_int_eq(kill(pid, signal_number), 0);
    while (read(ends[0], drain, sizeof drain) > 0)
        ;
    result r = program_end(pid);
    close(ends[0]);
    close(nothing);
    return r;
}

static void survives(const char *from, const char *to)
{
    char db[CLUSTER_URI_SIZE + 8];
    for (int lines = 1; lines < LINES; lines += 6)
        ck_assert_int_eq(cut_off(from, to, lines, SIGKILL).signal, SIGKILL);
    ck_assert_int_eq(cut_off(from, to, LINES, SIGINT).code, 128 + SIGINT);
    snprintf(db, sizeof db, "--db=%s", to);
    REFUSES(7, "a copy into this store has not ended", "list", db);
    EXPECT(0, NULL, "", "copy", from, to, "--quiet");
    is_same(from, to);
}

START_TEST(a_copy_that_is_cut_off_goes_on)
{
    make_stores();
    survives(HERE, there);
    survives(there, BACK);
    cluster_drop_schema(there);
}
END_TEST

int main(void)
{
    cluster_begin();
    return program_tests("tasksctl",
                         (const TTest *[]){a_store_is_worked_on, a_store_moves_there_and_back,
                                           a_target_in_use_is_refused, a_copy_that_is_cut_off_goes_on, NULL});
}
