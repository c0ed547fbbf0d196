#include <string.h>

#include "cmd.h"
#include "program.h"
#include "run.h"

/* Examples come first, and every line fits on a screen. */
static void expect_help(const result *r)
{
    program_expect(r, 0, NULL, "");
    const char *examples = strstr(r->out, "\nExamples\n"), *usage = strstr(r->out, "\nUsage\n");
    ck_assert(examples && usage && examples < usage);
    ck_assert_ptr_nonnull(strstr(examples, "\n  tasksctl "));
    for (const char *line = r->out; *line; line += strcspn(line, "\n") + 1)
        ck_assert_msg(strcspn(line, "\n") <= 104, "%s", line);
}

START_TEST(every_command_explains_itself)
{
    for (const cli_command *c = cmd_table; c->name; c++) {
        result help = RUN("help", c->name), flag = RUN(c->name, "--help"), letter = RUN("-h", c->name);
        expect_help(&help);
        ck_assert_str_eq(help.out, flag.out);
        ck_assert_str_eq(help.out, letter.out);
        ck_assert_ptr_nonnull(strstr(help.out, c->name));
    }
}
END_TEST

START_TEST(the_overview_names_all)
{
    result r = RUN("help");
    expect_help(&r);
    for (const cli_command *c = cmd_table; c->name; c++)
        ck_assert_ptr_nonnull(strstr(r.out, c->name));
    ck_assert_ptr_nonnull(strstr(r.out, "\n  130  interrupted\n"));
    ck_assert_str_eq(RUN("--help").out, r.out);
    ck_assert_str_eq(RUN("-h").out, r.out);
}
END_TEST

START_TEST(a_command_is_required)
{
    result overview = RUN("help"), r = RUN("--no-color");
    program_expect(&r, 2, "", overview.out);
    r = RUN("--json");
    program_expect_json_error(&r, 2, "command_missing");
}
END_TEST

START_TEST(names_what_was_meant)
{
    REFUSES(2, "unknown command 'lsit'; did you mean list?", "lsit");
    REFUSES(2, "did you mean undone?", "undne", "1");
    REFUSES(2, "unknown command 'frobnicate'; 'tasksctl help' lists them", "frobnicate");
    REFUSES(2, "did you mean migrate?", "help", "migarte");
    REFUSES(2, "unknown option --jsno; did you mean --json?", "list", "--jsno");
    REFUSES(2, "unknown option --ownr; did you mean --owner?", "--ownr=x", "list");
    REFUSES(2, "unknown option --jsno; did you mean --json?", "--jsno");
    REFUSES(2, "unknown option -json; did you mean --json?", "list", "-json");
    REFUSES(2, "unknown option -x", "list", "-x");
    /* No abbreviations: a new option must not change what an old command line means. */
    REFUSES(2, "unknown option --comp", "list", "--comp");
    result r = RUN("list", "--\xFF\033[31m");
    program_refuses(&r, 2, "unknown option --? [31m\n");
}
END_TEST

START_TEST(the_first_fault_is_reported_in_the_form_that_was_asked_for)
{
    result r = RUN("list", "--nonsense", "--limit=x", "--json");
    program_expect_json_error(&r, 2, "option_unknown");
    r = RUN("--json", "frobnicate");
    program_expect_json_error(&r, 2, "command_unknown");
    r = RUN("frobnicate", "--json");
    program_expect_json_error(&r, 2, "command_unknown");
    r = RUN("show", "x", "--json");
    program_expect_json_error(&r, 2, "id_malformed");
    r = RUN("show", "--json");
    program_expect_json_error(&r, 2, "argument_missing");
    r = RUN("show", "7", "--json");
    program_expect_json_error(&r, 3, "task_missing");
    r = RUN("stats", "--owner=x", "--json");
    program_expect_json_error(&r, 5, "owner_bound");
    r = RUN("add", "", "--json");
    program_expect_json_error(&r, 7, "title_required");
    ck_assert_ptr_nonnull(strstr(r.err, "\"field\":\"title\""));
    /* After "--" it is a word. */
    REFUSES(2, "'--json' is no ID", "show", "--", "--json");
}
END_TEST

START_TEST(every_shell_completes_every_command)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};
    for (int i = 0; i < RUN_COUNT(shells); i++) {
        result r = RUN("completion", shells[i]);
        program_expect(&r, 0, NULL, "");
        for (const cli_command *c = cmd_table; c->name; c++) {
            ck_assert_ptr_nonnull(strstr(r.out, c->name));
            for (const option *o = c->form->options; o && o->name; o++)
                ck_assert_msg(strstr(r.out, o->name) != NULL, "%s: --%s", shells[i], o->name);
        }
    }
    REFUSES(2, "'csh' is no shell that is known: bash, zsh or fish", "completion", "csh");
}
END_TEST

START_TEST(prints_the_version)
{
    EXPECT(0, "tasksctl 0.1.0 (libtasks 0.1.0)\n", "", "version");
    EXPECT(0, "tasksctl 0.1.0 (libtasks 0.1.0)\n", "", "--version");
    EXPECT(0, "tasksctl 0.1.0 (libtasks 0.1.0)\n", "", "show", "--version");
    EXPECT(0, "{\"tasksctl\":\"0.1.0\",\"libtasks\":\"0.1.0\"}\n", "", "version", "--json");
    REFUSES(2, "'x' is too much", "version", "x");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {every_command_explains_itself,
                                  the_overview_names_all,
                                  a_command_is_required,
                                  names_what_was_meant,
                                  the_first_fault_is_reported_in_the_form_that_was_asked_for,
                                  every_shell_completes_every_command,
                                  prints_the_version,
                                  NULL};
    return program_tests("tasksctl help", tests);
}
