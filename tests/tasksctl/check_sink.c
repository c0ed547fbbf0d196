#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "run.h"

START_TEST(keeps_the_order)
{
    static char much[200000], found[sizeof much + 16];
    sink s;
    int fd = memfd_create("sink", MFD_CLOEXEC);
    memset(much, 'm', sizeof much);
    sink_init(&s, fd);
    buf_text(&s.text, "one ");
    sink_bytes(&s, "two ", 4);
    sink_bytes(&s, much, sizeof much);
    buf_text(&s.text, " end");
    sink_flow(&s);
    ck_assert_int_eq(lseek(fd, 0, SEEK_END), sizeof much + 8);
    sink_flush(&s);
    ck_assert_int_eq(s.error, 0);
    ck_assert_int_eq(pread(fd, found, sizeof found, 0), sizeof much + 12);
    ck_assert_mem_eq(found, "one two mmm", 11);
    ck_assert_mem_eq(found + sizeof much + 5, "mmm end", 7);
    sink_done(&s);
    close(fd);
}
END_TEST

START_TEST(the_first_failure_sticks)
{
    sink s;
    sink_init(&s, open("/dev/full", O_WRONLY | O_CLOEXEC));
    buf_text(&s.text, "x");
    sink_flush(&s);
    ck_assert_int_eq(s.error, ENOSPC);
    close(s.fd);
    buf_text(&s.text, "x");
    sink_flush(&s);
    ck_assert_int_eq(s.error, ENOSPC);
    sink_done(&s);
}
END_TEST

START_TEST(nothing_to_write_is_no_failure)
{
    sink s;
    sink_init(&s, -1);
    sink_flush(&s);
    ck_assert_int_eq(s.error, 0);
    sink_done(&s);
}
END_TEST

START_TEST(a_lost_text_is_a_failure)
{
    sink s;
    sink_init(&s, open("/dev/null", O_WRONLY | O_CLOEXEC));
    ck_assert_ptr_null(buf_reserve(&s.text, (size_t)1 << 40));
    sink_flow(&s);
    ck_assert_int_ne(s.error, 0);
    close(s.fd);
    sink_done(&s);
}
END_TEST

START_TEST(a_reader_that_went_away_is_a_failure)
{
    sink s;
    int ends[2];
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    sink_init(&s, ends[1]);
    buf_text(&s.text, "x");
    sink_flush(&s);
    ck_assert_int_eq(s.error, EPIPE);
    sink_done(&s);
    close(ends[1]);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {keeps_the_order,
                                  the_first_failure_sticks,
                                  nothing_to_write_is_no_failure,
                                  a_lost_text_is_a_failure,
                                  a_reader_that_went_away_is_a_failure,
                                  NULL};
    return run_suite("tasksctl/sink", tests);
}
