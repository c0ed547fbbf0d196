#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "cells.h"
#include "program.h"
#include "run.h"

#define ESCAPE "\033["

typedef struct screen {
    int master, slave;
    char text[1 << 14]; /* what was shown so far */
    size_t length;
} screen;

static screen *screen_open(unsigned short columns)
{
    static screen s;
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    struct termios mode;
    s.master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    ck_assert_int_ge(s.master, 0);
    ck_assert(grantpt(s.master) == 0 && unlockpt(s.master) == 0);
    s.slave = open(ptsname(s.master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    ck_assert_int_ge(s.slave, 0);
    ck_assert_int_eq(ioctl(s.slave, TIOCSWINSZ, &size), 0);
    ck_assert_int_eq(tcgetattr(s.slave, &mode), 0);
    mode.c_lflag &= ~(tcflag_t)ECHO;
    mode.c_oflag &= ~(tcflag_t)OPOST;
    ck_assert_int_eq(tcsetattr(s.slave, TCSANOW, &mode), 0);
    return &s;
}

static void screen_close(screen *s)
{
    close(s->slave);
    close(s->master);
}

/* What the program has shown; the terminal keeps it while it is read. */
static const char *shown(screen *s)
{
    struct pollfd ready = {.fd = s->master, .events = POLLIN};
    s->length = 0;
    while (poll(&ready, 1, 0) > 0) {
        ssize_t n = read(s->master, s->text + s->length, sizeof s->text - 1 - s->length);
        ck_assert_int_gt(n, 0);
        s->length += (size_t)n;
    }
    s->text[s->length] = '\0';
    return s->text;
}

static const char *const xterm[] = {"TERM=xterm-256color", NULL};

/* Runs on the screen alone. */
#define ON(screen, variables, ...)                                                                           \
    program_run(&(program){.environment = variables,                                                         \
                           .in = (screen)->slave,                                                            \
                           .out = (screen)->slave,                                                           \
                           .err = (screen)->slave},                                                          \
                (const char *const[]){__VA_ARGS__, NULL})

/* ---- colour ---- */

START_TEST(colours_a_terminal_only)
{
    static const struct {
        const char *const variables[3];
        const char *option;
        bool coloured;
    } rows[] = {
        {{"TERM=xterm", NULL}, "--all", true},
        {{"TERM=xterm", "NO_COLOR=", NULL}, "--all", true},
        {{"TERM=xterm", "NO_COLOR=1", NULL}, "--all", false},
        {{"TERM=dumb", NULL}, "--all", false},
        {{NULL}, "--all", false},
        {{"TERM=xterm", NULL}, "--no-color", false},
        {{"TERM=xterm", NULL}, "--color=never", false},
        {{"TERM=xterm", "NO_COLOR=1", NULL}, "--color=always", true},
        {{"TERM=xterm", NULL}, "--quiet", false},
        {{"TERM=xterm", NULL}, "--json", false},
    };
    screen *s = screen_open(80);
    EXPECT(0, NULL, "", "add", "x");
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        ck_assert_int_eq(ON(s, rows[i].variables, "list", rows[i].option).code, 0);
        const char *text = shown(s);
        ck_assert_msg((strstr(text, ESCAPE) != NULL) == rows[i].coloured, "row %d: %s", i, text);
    }
    screen_close(s);
}
END_TEST

START_TEST(colours_elsewhere_only_when_told)
{
    program how = {.environment = xterm};
    EXPECT(0, NULL, "", "add", "x");
    result r = RUN_WITH(how, "list");
    ck_assert_ptr_null(strstr(r.out, ESCAPE));
    r = RUN_WITH(how, "list", "--color", "always");
    ck_assert_ptr_nonnull(strstr(r.out, ESCAPE));
    REFUSES(2, "--color takes auto, always or never, not 'maybe'", "list", "--color", "maybe");
}
END_TEST

START_TEST(colours_tell_states_apart)
{
    EXPECT(0, NULL, "", "add", "late", "--due=2020-01-01");
    EXPECT(0, NULL, "", "add", "finished", "--due=2020-01-01", "--tag=t");
    EXPECT(0, NULL, "", "done", "2");
    EXPECT(0,
           "\033[1mID  DONE  PRI  DUE         TITLE     TAGS\033[0m\n"
           " 1             \033[31m2020-01-01\033[0m  late\n"
           "\033[2m 2  x          2020-01-01  finished  t\033[0m\n",
           "", "list", "--color=always");
}
END_TEST

/* ---- width ---- */

START_TEST(fits_the_terminal)
{
    static const char *const wide[] = {"TERM=dumb", "COLUMNS=500", NULL};
    static const char title[] =
        "\xE4\xB8\xAD\xE6\x96\x87\xE5\xAD\x97 a title that is far too long for such a "
        "narrow terminal, of which there are still some";
    screen *s = screen_open(60);
    EXPECT(0, NULL, "", "add", title, "--tag=a-tag-that-is-rather-long", "--tag=another-one");
    ck_assert_int_eq(ON(s, xterm, "list", "--no-color").code, 0);
    ck_assert_ptr_nonnull(strstr(shown(s), "\xE2\x80\xA6"));
    for (char *line = s->text, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        ck_assert_msg(cells_width(line) <= 60, "%s", line);
    }
    ck_assert_int_eq(ON(s, wide, "list").code, 0);
    ck_assert_ptr_nonnull(strstr(shown(s), title));
    screen_close(s);
}
END_TEST

START_TEST(a_tiny_terminal_still_gets_a_list)
{
    screen *s = screen_open(1);
    EXPECT(0, NULL, "", "add", "a title", "--tag=tag");
    ck_assert_int_eq(ON(s, xterm, "list").code, 0);
    ck_assert_ptr_nonnull(strstr(shown(s), "a title"));
    screen_close(s);
}
END_TEST

START_TEST(an_empty_list_says_so_on_a_terminal)
{
    screen *s = screen_open(80);
    ck_assert_int_eq(ON(s, xterm, "list").code, 0);
    ck_assert_str_eq(shown(s), "No tasks.\n");
    ck_assert_int_eq(ON(s, xterm, "list", "--quiet").code, 0);
    ck_assert_str_eq(shown(s), "");
    screen_close(s);
}
END_TEST

/* ---- asking ---- */

static void add_completed(void)
{
    EXPECT(0, NULL, "", "add", "x");
    EXPECT(0, NULL, "", "done", "1");
}

static void answer(const char *text, int code, const char *ids)
{
    screen *s = screen_open(80);
    ck_assert_int_eq(write(s->master, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(ON(s, xterm, "delete", "--completed").code, code);
    ck_assert_ptr_nonnull(strstr(shown(s), "Delete all completed tasks? [y/N] "));
    EXPECT(0, ids, "", "list", "--quiet");
    screen_close(s);
}

START_TEST(asks_before_it_deletes_much)
{
    add_completed();
    answer("n\n", 5, "1\n");
    answer("\n", 5, "1\n");
    answer("yes please\n", 5, "1\n");
    answer("\004", 5, "1\n"); /* Ctrl-D */
    answer("Y\n", 0, "");
}
END_TEST

START_TEST(asks_nobody_who_cannot_answer)
{
    screen *s = screen_open(80);
    add_completed();
    program how = {.environment = xterm, .out = s->slave, .err = s->slave};
    ck_assert_int_eq(RUN_WITH(how, "delete", "--completed").code, 2);
    ck_assert_ptr_null(strstr(shown(s), "[y/N]"));
    how = (program){.environment = xterm, .in = s->slave, .out = s->slave};
    result r = RUN_WITH(how, "delete", "--completed");
    ck_assert_int_eq(r.code, 2);
    ck_assert_ptr_nonnull(strstr(r.err, "--yes"));
    ck_assert_int_eq(ON(s, xterm, "delete", "--completed", "--yes").code, 0);
    ck_assert_str_eq(shown(s), "Deleted 1 task\n");
    screen_close(s);
}
END_TEST

/* ---- backup ---- */

/* Large enough to be copied in more than one step. */
static void add_megabytes(void)
{
    static char notes[8001];
    buf input;
    buf_init(&input, 10000);
    memset(notes, 'n', sizeof notes - 1);
    for (int i = 0; i < 500; i++)
        buf_text(&input, "task\n");
    program how = {.input = input.bytes};
    result r = RUN_WITH(how, "add", "-", "--quiet", "--notes", notes);
    ck_assert_int_eq(r.code, 0);
    buf_done(&input);
}

START_TEST(shows_the_progress_of_a_backup_and_of_a_copy)
{
    screen *s = screen_open(80);
    add_megabytes();
    ck_assert_int_eq(ON(s, xterm, "backup", "a.db").code, 0);
    ck_assert_int_eq(strncmp(shown(s), "\rBacking up:  ", 14), 0);
    ck_assert_ptr_nonnull(strstr(s->text, "]\r\033[KBacked up to a.db\n"));
    ck_assert_int_eq(ON(s, xterm, "copy", "sqlite:tasks.db", "sqlite:c.db").code, 0);
    ck_assert_int_eq(strncmp(shown(s), "\rCopying:  ", 11), 0);
    ck_assert_ptr_nonnull(
        strstr(s->text, "\rCopying: 100 % [##############################]\r\033[KCopied "));
    ck_assert_int_eq(ON(s, xterm, "backup", "b.db", "--quiet").code, 0);
    ck_assert_str_eq(shown(s), "");
    screen_close(s);
}
END_TEST

static size_t files_like(const char *pattern)
{
    glob_t found;
    int code = glob(pattern, 0, NULL, &found);
    ck_assert(code == 0 || code == GLOB_NOMATCH);
    size_t count = code ? 0 : found.gl_pathc;
    globfree(&found);
    return count;
}

/* Fills the screen, so that the program is held where it shows its progress. */
static size_t screen_fill(screen *s)
{
    size_t count = 0;
    ck_assert_int_eq(fcntl(s->slave, F_SETFL, O_NONBLOCK), 0);
    while (write(s->slave, "x", 1) == 1)
        count++;
    ck_assert_int_eq(fcntl(s->slave, F_SETFL, 0), 0);
    return count;
}

static void screen_skip(screen *s, size_t count)
{
    char c;
    while (count--)
        ck_assert_int_eq(read(s->master, &c, 1), 1);
}

START_TEST(an_interrupted_backup_leaves_nothing)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    screen *s = screen_open(80);
    add_megabytes();
    size_t filled = screen_fill(s);
    program how = {.environment = xterm, .in = s->slave, .out = s->slave, .err = s->slave};
    pid_t pid = START(how, "backup", "b.db");
    for (int i = 0; i < 30000 && !files_like("b.db*"); i++)
        nanosleep(&pause, NULL);
    ck_assert_uint_ge(files_like("b.db*"), 1);
    ck_assert_int_eq(kill(pid, SIGINT), 0);
    screen_skip(s, filled);
    ck_assert_int_eq(program_end(pid).code, 130);
    ck_assert_ptr_nonnull(strstr(shown(s), "tasksctl: interrupted; no backup was written\n"));
    ck_assert_uint_eq(files_like("b.db*"), 0);
    EXPECT(0, "The store is sound\n", "", "check");
    screen_close(s);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {colours_a_terminal_only,
                                  colours_elsewhere_only_when_told,
                                  colours_tell_states_apart,
                                  fits_the_terminal,
                                  a_tiny_terminal_still_gets_a_list,
                                  an_empty_list_says_so_on_a_terminal,
                                  asks_before_it_deletes_much,
                                  asks_nobody_who_cannot_answer,
                                  shows_the_progress_of_a_backup_and_of_a_copy,
                                  an_interrupted_backup_leaves_nothing,
                                  NULL};
    return program_tests("tasksctl on a terminal", tests);
}
