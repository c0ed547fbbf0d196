#include "suggest.h"

#include <string.h>

#include "run.h"

static const char *closest(const char *word)
{
    static const char *const names[] = {"add", "list", "edit", "done", "undone", "delete", "if-revision"};
    suggest s;
    suggest_init(&s, word);
    for (int i = 0; i < RUN_COUNT(names); i++)
        suggest_offer(&s, names[i]);
    return s.best ? s.best : "-";
}

START_TEST(finds_the_closest_name)
{
    static const struct {
        const char *word, *name;
    } rows[] = {{"lsit", "list"},
                {"lst", "list"},
                {"lists", "list"},
                {"liszt", "list"},
                {"ad", "add"},
                {"eidt", "edit"},
                {"dlete", "delete"},
                {"undne", "undone"},
                {"unddone", "undone"},
                {"doen", "done"},
                {"if_revison", "if-revision"},
                {"ist", "list"}};
    for (int i = 0; i < RUN_COUNT(rows); i++)
        ck_assert_msg(strcmp(closest(rows[i].word), rows[i].name) == 0, "%s: %s", rows[i].word,
                      closest(rows[i].word));
}
END_TEST

START_TEST(keeps_silent_when_nothing_is_close)
{
    static char long_word[1000];
    static const char *const words[] = {"", "x", "remove", "frobnicate", "l", "\xFF\xFF\xFF", long_word};
    memset(long_word, 'a', sizeof long_word - 1);
    for (int i = 0; i < RUN_COUNT(words); i++)
        ck_assert_msg(strcmp(closest(words[i]), "-") == 0, "%s: %s", words[i], closest(words[i]));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {finds_the_closest_name, keeps_silent_when_nothing_is_close, NULL};
    return run_suite("tasksctl/suggest", tests);
}
