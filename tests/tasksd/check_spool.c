/* Lines come out whole and in order, nobody waits for a reader, and what finds no room is counted. */
#include "spool.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"

enum { THREADS = 8, LINES = 2000, LONG = 64 << 10, ROOM = 4 << 20 };

static struct spool *spool;

struct author {
    pthread_t thread;
    int number;
};

static void *write_lines(void *context)
{
    const struct author *author = context;
    char line[64];
    for (int i = 0; i < LINES; i++)
        spool_put(spool, line, (size_t)snprintf(line, sizeof line, "%d %d\n", author->number, i));
    return NULL;
}

/* Each author's lines, in the order in which they were put in. */
static void check_lines(FILE *file)
{
    char line[64], wanted[64], *rest;
    int next[THREADS] = {0};
    rewind(file);
    while (fgets(line, sizeof line, file)) {
        long author = strtol(line, &rest, 10);
        ck_assert(author >= 0 && author < THREADS);
        snprintf(wanted, sizeof wanted, "%ld %d\n", author, next[author]++);
        ck_assert_str_eq(line, wanted);
    }
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(next[i], LINES);
}

START_TEST(lines_of_all_threads_come_out_whole)
{
    FILE *file = tmpfile();
    struct author authors[THREADS];
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(spool = spool_start(fileno(file)));
    for (int i = 0; i < THREADS; i++) {
        authors[i].number = i;
        ck_assert_int_eq(pthread_create(&authors[i].thread, NULL, write_lines, &authors[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(authors[i].thread, NULL);
    spool_stop(spool);
    ck_assert_uint_eq(spool_dropped(spool), 0);
    spool_free(spool);
    check_lines(file);
    fclose(file);
}
END_TEST

START_TEST(a_line_does_not_wait_for_the_next_one)
{
    int ends[2];
    char got[8];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_ptr_nonnull(spool = spool_start(ends[1]));
    for (int i = 0; i < 3; i++) {
        spool_put(spool, "line\n", 5);
        ck_assert_int_eq(read(ends[0], got, sizeof got), 5); /* would wait for ever */
    }
    spool_stop(spool);
    spool_free(spool);
}
END_TEST

START_TEST(nobody_waits_for_a_reader_that_is_gone_to_sleep)
{
    int ends[2];
    char *line = malloc(LONG);
    memset(line, 'x', LONG);
    line[LONG - 1] = '\n';
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_ptr_nonnull(spool = spool_start(ends[1]));
    for (int i = 0; i < 3 * ROOM / LONG; i++)
        spool_put(spool, line, LONG); /* returns, or the test runs out of time */
    ck_assert_uint_ge(spool_dropped(spool), 1);
    spool_stop(spool); /* gives up after a second */
    spool_free(spool); /* and leaves the thread what it has */
    free(line);
}
END_TEST

START_TEST(a_closed_pipe_ends_nothing)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    ck_assert_ptr_nonnull(spool = spool_start(ends[1]));
    spool_put(spool, "into\nnothing\n", 13);
    spool_stop(spool);
    ck_assert_uint_eq(spool_dropped(spool), 2);
    spool_free(spool);
    close(ends[1]);
}
END_TEST

START_TEST(what_a_full_disk_takes_no_more_is_counted)
{
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_ptr_nonnull(spool = spool_start(fd));
    spool_put(spool, "one\n", 4);
    spool_stop(spool);
    ck_assert_uint_eq(spool_dropped(spool), 1);
    spool_free(spool);
    close(fd);
}
END_TEST

int main(void)
{
    return run_suite("spool", (const TTest *[]){
                                  lines_of_all_threads_come_out_whole, a_line_does_not_wait_for_the_next_one,
                                  nobody_waits_for_a_reader_that_is_gone_to_sleep, a_closed_pipe_ends_nothing,
                                  what_a_full_disk_takes_no_more_is_counted, NULL});
}
