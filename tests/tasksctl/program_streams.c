#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "program.h"
#include "run.h"

/* More output than a pipe holds. */
static void add_many(void)
{
    buf input;
    buf_init(&input, 1 << 20);
    for (int i = 1; i <= 3000; i++)
        buf_print(&input,
                  "Task %d with a title that is long enough to fill a pipe of 64 KiB when there are many\n",
                  i);
    program how = {.input = input.bytes};
    result r = RUN_WITH(how, "add", "-", "--quiet");
    ck_assert_int_eq(r.code, 0);
    buf_done(&input);
}

static void store_is_sound(const char *ids)
{
    EXPECT(0, ids, "", "list", "--quiet");
    EXPECT(0, "The store is sound\n", "", "check");
}

START_TEST(a_full_disk_is_a_failure)
{
    static const char *const commands[][3] = {{"add", "x"},        {"list"},      {"list", "--json"},
                                              {"list", "--quiet"}, {"show", "1"}, {"stats"},
                                              {"version"},         {"help"}};
    program how = {.out = open("/dev/full", O_WRONLY | O_CLOEXEC)};
    for (int i = 0; i < RUN_COUNT(commands); i++) {
        result r = program_run(&how, commands[i]);
        ck_assert_msg(r.code == 1, "%s: exit code %d", commands[i][0], r.code);
        ck_assert_ptr_nonnull(strstr(r.err, "cannot write the result: No space left on device; what the "
                                            "command changed stays changed"));
    }
    close(how.out);
    store_is_sound("1\n");
}
END_TEST

START_TEST(a_failure_keeps_its_own_code_on_a_full_disk)
{
    program how = {.out = open("/dev/full", O_WRONLY | O_CLOEXEC)};
    result r = RUN_WITH(how, "show", "9");
    ck_assert_int_eq(r.code, 3);
    r = RUN_WITH(how, "add", "x", "--json");
    ck_assert_int_eq(r.code, 1);
    ck_assert_ptr_nonnull(strstr(r.err, "\"code\":\"output_failed\""));
    close(how.out);
}
END_TEST

START_TEST(a_long_list_stops_where_the_disk_is_full)
{
    add_many();
    program how = {.out = open("/dev/full", O_WRONLY | O_CLOEXEC)};
    result r = RUN_WITH(how, "list");
    ck_assert_int_eq(r.code, 1);
    close(how.out);
}
END_TEST

/* A descriptor that is free would become the store's, and be written to. */
START_TEST(closed_streams_do_not_reach_the_store)
{
    program how = {.closed = {false, true, false}};
    result r = RUN_WITH(how, "add", "x");
    program_refuses(&r, 1, "cannot write the result: Bad file descriptor");
    how = (program){.closed = {true, true, true}};
    r = RUN_WITH(how, "add", "y");
    ck_assert_int_eq(r.code, 1);
    how = (program){.closed = {true, false, true}};
    r = RUN_WITH(how, "list", "--nonsense");
    program_expect(&r, 2, "", "");
    r = RUN_WITH(how, "add", "-");
    program_expect(&r, 1, "", "");
    store_is_sound("1\n2\n");
}
END_TEST

static result run_without_reader(bool ignored, const char *command)
{
    int ends[2];
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    close(ends[0]);
    program how = {.out = ends[1], .pipe_ignored = ignored};
    result r = RUN_WITH(how, command);
    close(ends[1]);
    return r;
}

START_TEST(a_reader_that_went_away_ends_it_quietly)
{
    EXPECT(0, NULL, "", "add", "x");
    result r = run_without_reader(false, "list");
    ck_assert_int_eq(r.signal, SIGPIPE);
    ck_assert_str_eq(r.err, "");
    r = run_without_reader(true, "list");
    ck_assert_int_eq(r.code, 141);
    ck_assert_str_eq(r.err, "");
    store_is_sound("1\n");
}
END_TEST

static size_t drain(int fd, size_t slice)
{
    static char bytes[1 << 16];
    size_t total = 0;
    for (ssize_t n; (n = read(fd, bytes, slice)) != 0; total += (size_t)n)
        ck_assert_int_gt(n, 0);
    return total;
}

START_TEST(a_slow_reader_gets_all_of_it)
{
    int ends[2];
    add_many();
    result whole = RUN("list", "--json");
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    ck_assert_int_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    program how = {.out = ends[1], .err = STDERR_FILENO};
    pid_t pid = START(how, "list", "--json");
    close(ends[1]);
    ck_assert_uint_eq(drain(ends[0], 1000), whole.out_length);
    close(ends[0]);
    ck_assert_int_eq(program_end(pid).code, 0);
}
END_TEST

/* Feeds `add -` one whole batch and a bit, waits until the batch is answered for, then sends the signal. */
static void interrupted(int number, int code)
{
    int in[2], out[2];
    ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
    ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
    program how = {.in = in[0], .out = out[1], .err = STDERR_FILENO};
    pid_t pid = START(how, "add", "-", "--quiet");
    close(in[0]);
    close(out[1]);
    for (int i = 0; i < 1007; i++)
        ck_assert_int_eq(write(in[1], "task\n", 5), 5);
    char first;
    ck_assert_int_eq(read(out[0], &first, 1), 1);
    ck_assert_int_eq(kill(pid, number), 0);
    result r = program_end(pid);
    ck_assert_msg(r.code == code, "exit code %d, signal %d", r.code, r.signal);
    close(in[1]);
    close(out[0]);
}

static size_t count(void)
{
    result r = RUN("list", "--quiet");
    size_t lines = 0;
    for (const char *c = r.out; *c; c++)
        lines += *c == '\n';
    return lines;
}

START_TEST(an_interrupt_leaves_whole_batches)
{
    interrupted(SIGINT, 130);
    ck_assert_uint_eq(count(), 1000);
    interrupted(SIGTERM, 143);
    ck_assert_uint_eq(count(), 2000);
    EXPECT(0, "The store is sound\n", "", "check");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_full_disk_is_a_failure,
                                  a_failure_keeps_its_own_code_on_a_full_disk,
                                  a_long_list_stops_where_the_disk_is_full,
                                  closed_streams_do_not_reach_the_store,
                                  a_reader_that_went_away_ends_it_quietly,
                                  a_slow_reader_gets_all_of_it,
                                  an_interrupt_leaves_whole_batches,
                                  NULL};
    return program_tests("tasksctl and its streams", tests);
}
