/* Every allocation fails once, and everything from there on fails, in a run of each command. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "cmd.h"
#include "run.h"
#include "starve.h"

static const cli_command commands[] = {
    {"add", cmd_add, "", 1, 1, "", &cmd_add_form},
    {"list", cmd_list, "", 0, 0, "", &cmd_list_form},
    {"show", cmd_show, "", 1, 9, "", &cmd_show_form},
    {"edit", cmd_edit, "", 1, 1, "", &cmd_edit_form},
    {"done", cmd_done, "", 1, 9, "", &cmd_done_form},
    {"backup", cmd_backup, "", 1, 1, "", &cmd_backup_form},
    {"copy", cmd_copy, "", 2, 2, "", &cmd_copy_form},
    {"check", cmd_check, "", 0, 0, "", &cmd_check_form},
    {"stats", cmd_stats, "", 0, 0, "", &cmd_stats_form},
    {"token", cmd_token, "", 1, 2, "", &cmd_token_form},
    {"help", cmd_help, "", 0, 1, "", &cmd_help_form},
    {0},
};

static const char *const lines[][5] = {
    {"add", "x", "--tag=t"},
    {"add", "-"},
    {"list"},
    {"list", "--json"},
    {"list", "--quiet", "--owner=ann"},
    {"show", "1", "2"},
    {"show", "1", "--json"},
    {"edit", "1", "--tag=+u"},
    {"done", "1", "2", "--json"},
    {"backup", "copy.db"},
    {"copy", "sqlite:tasks.db", "sqlite:copy.db"},
    {"check"},
    {"stats", "--json"},
    {"token", "create"},
    {"token", "list", "--json"},
    {"help"},
    {"--nonsense"},
};

static char folder[] = "/tmp/tasksctl-starved-XXXXXX";

static int run(const char *const words[])
{
    static char copies[6][32];
    char *argv[7] = {copies[0]};
    int count = 0;
    for (; words[count]; count++) {
        snprintf(copies[count + 1], sizeof *copies, "%s", words[count]);
        argv[count + 1] = copies[count + 1];
    }
    argv[count + 1] = NULL;
    rewind(stdin);
    unlink("copy.db");
    return cli_run(commands, argv);
}

static void silence(void)
{
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    ck_assert(dup2(fd, STDOUT_FILENO) >= 0 && dup2(fd, STDERR_FILENO) >= 0);
    close(fd);
}

static void prepare(void)
{
    static const char *const first[] = {"add", "first", NULL}, *const second[] = {"add", "second", NULL};
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    setenv("TASKS_DB", "sqlite:tasks.db", 1);
    FILE *titles = fopen("titles", "we");
    ck_assert(titles && fputs("one\ntwo\n", titles) > 0 && fclose(titles) == 0);
    ck_assert_ptr_nonnull(freopen("titles", "r", stdin));
    silence();
    ck_assert_int_eq(run(first), EXITS_DONE);
    ck_assert_int_eq(run(second), EXITS_DONE);
}

static void clean_up(void)
{
    static const char *const names[] = {"tasks.db", "titles", "copy.db"};
    for (int i = 0; i < RUN_COUNT(names); i++)
        unlink(names[i]);
    ck_assert_int_eq(rmdir(folder), 0);
}

/* How many allocations the command makes is what the loop finds out. */
static void starve(const char *const words[], void (*starve_it)(long))
{
    static const char *const check[] = {"check", NULL};
    int expected = run(words);
    for (long nth = 1;; nth++) {
        starve_it(nth);
        int code = run(words);
        bool happened = starve_happened();
        starve_it(0);
        if (!happened)
            break;
        ck_assert_msg(code == EXITS_FAILED || (code && code == expected),
                      "%s %s, allocation %ld: exit code %d", words[0], words[1] ? words[1] : "", nth, code);
    }
    ck_assert_int_eq(run(check), EXITS_DONE);
}

START_TEST(fails_when_one_allocation_fails)
{
    prepare();
    for (int i = 0; i < RUN_COUNT(lines); i++)
        starve(lines[i], starve_at);
    clean_up();
}
END_TEST

START_TEST(fails_when_memory_runs_out)
{
    prepare();
    for (int i = 0; i < RUN_COUNT(lines); i++)
        starve(lines[i], starve_from);
    clean_up();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {fails_when_one_allocation_fails, fails_when_memory_runs_out, NULL};
    return run_suite("tasksctl without memory", tests);
}
