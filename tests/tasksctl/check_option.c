#include "option.h"

#include <stdio.h>
#include <string.h>

#include "run.h"

typedef struct settings {
    const char *text;
    int64_t count;
    int choice;
    bool flag;
} settings;

static const option own[] = {
    OPTION("text", "TEXT", "", option_text, offsetof(settings, text)),
    OPTION("count", "N", "", option_count, offsetof(settings, count)),
    OPTION_CONSTANT("choice", "", offsetof(settings, choice), 42),
    {0},
};

static const option shared[] = {
    {"flag", NULL, "", option_flag, offsetof(settings, flag), 0, 'f'},
    {0},
};

static settings set;
static tasks_error error;

/* Parses up to 8 words; returns what is no option, joined by blanks. */
static const char *parse(const char *const words[])
{
    static char lines[9][64], joined[256];
    char *argv[9];
    int count = 0, length = 0;
    for (; words[count]; count++) {
        snprintf(lines[count], sizeof lines[count], "%s", words[count]);
        argv[count] = lines[count];
    }
    argv[count] = NULL;
    set = (settings){0};
    error = (tasks_error){0};
    option_parser p = {.next = argv, .words = argv, .sets = {{own, &set}, {shared, &set}}, .error = &error};
    option_parse_rest(&p);
    joined[0] = '\0';
    for (size_t i = 0; i < p.word_count; i++)
        length += snprintf(joined + length, sizeof joined - (size_t)length, "%s%s", i ? " " : "", p.words[i]);
    return joined;
}

#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})

START_TEST(sorts_options_from_words)
{
    ck_assert_str_eq(PARSE("a", "--text", "t", "b", "--flag", "--count=7", "c", "--choice"), "a b c");
    ck_assert_int_eq(error.status, TASKS_OK);
    ck_assert_str_eq(set.text, "t");
    ck_assert_int_eq(set.count, 7);
    ck_assert_int_eq(set.choice, 42);
    ck_assert(set.flag);
}
END_TEST

START_TEST(takes_values_as_they_are)
{
    static const char *const values[] = {"", "-", "--", "--flag", "-f", "a=b", "=", " "};
    for (int i = 0; i < RUN_COUNT(values); i++) {
        char joined[32];
        snprintf(joined, sizeof joined, "--text=%s", values[i]);
        ck_assert_str_eq(PARSE("--text", values[i], "w"), "w");
        ck_assert_str_eq(set.text, values[i]);
        ck_assert(!set.flag && !error.status);
        ck_assert_str_eq(PARSE(joined, "w"), "w");
        ck_assert_str_eq(set.text, values[i]);
    }
    PARSE("--text=1", "--text=2");
    ck_assert_str_eq(set.text, "2");
}
END_TEST

START_TEST(two_dashes_end_options)
{
    ck_assert_str_eq(PARSE("--", "--flag", "-f", "--", "--nonsense"), "--flag -f -- --nonsense");
    ck_assert(!set.flag && !error.status);
    ck_assert_str_eq(PARSE("-"), "-");
}
END_TEST

START_TEST(knows_letters)
{
    PARSE("-f");
    ck_assert(set.flag && !error.status);
}
END_TEST

START_TEST(says_what_is_wrong)
{
    static const struct {
        const char *word, *code, *message;
    } rows[] = {
        {"--nonsense", "option_unknown", "unknown option --nonsense"},
        {"--tex", "option_unknown", "unknown option --tex; did you mean --text?"},
        {"--flagg=1", "option_unknown", "unknown option --flagg; did you mean --flag?"},
        {"-text", "option_unknown", "unknown option -text; did you mean --text?"},
        {"-x", "option_unknown", "unknown option -x"},
        {"-fx", "option_unknown", "unknown option -fx"},
        {"---", "option_unknown", "unknown option ---"},
        {"--=", "option_unknown", "unknown option --"},
        {"-=", "option_unknown", "unknown option -"},
        {"--text", "option_value", "--text takes TEXT"},
        {"--count=x", "option_value", "--count takes a whole number from 1, not 'x'"},
        {"--count=0", "option_value", "--count takes a whole number from 1, not '0'"},
        {"--count=", "option_value", "--count takes a whole number from 1, not ''"},
        {"--flag=1", "option_value", "--flag takes no value, not '1'"},
        {"--flag=", "option_value", "--flag takes no value, not ''"},
        {"-f=1", "option_value", "--flag takes no value, not '1'"},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        PARSE(rows[i].word);
        ck_assert_int_eq(error.status, TASKS_INVALID);
        ck_assert_str_eq(error.code, rows[i].code);
        ck_assert_str_eq(error.message, rows[i].message);
    }
}
END_TEST

START_TEST(keeps_the_first_fault_and_reads_on)
{
    ck_assert_str_eq(PARSE("--bad", "a", "--count=x", "--flag", "b"), "a b");
    ck_assert_str_eq(error.message, "unknown option --bad");
    ck_assert(set.flag);
}
END_TEST

START_TEST(stops_at_the_first_word)
{
    char words[][8] = {"--flag", "list", "--text", "x"};
    char *argv[] = {words[0], words[1], words[2], words[3], NULL};
    settings s = {0};
    tasks_error none = {0};
    option_parser p = {.next = argv, .words = argv, .sets = {{NULL, NULL}, {shared, &s}}, .error = &none};
    ck_assert(option_parse_word(&p));
    ck_assert_str_eq(p.words[0], "list");
    p.sets[0] = (option_set){own, &s};
    option_parse_rest(&p);
    ck_assert_str_eq(s.text, "x");
    ck_assert(s.flag && !none.status);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        sorts_options_from_words, takes_values_as_they_are,           two_dashes_end_options,  knows_letters,
        says_what_is_wrong,       keeps_the_first_fault_and_reads_on, stops_at_the_first_word, NULL};
    return run_suite("tasksctl/option", tests);
}
