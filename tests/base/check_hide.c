#include "hide.h"

#include <stdio.h>

#include "run.h"

START_TEST(passwords_of_uris_are_overwritten)
{
    static const struct {
        const char *given, *left;
    } rows[] = {
        {"postgresql://u:canary@h/d", "postgresql://u:******@h/d"},
        {"--db=postgresql://u:canary@h:1/d?x=y", "--db=postgresql://u:******@h:1/d?x=y"},
        {"postgresql://u:can@ry@h", "postgresql://u:******@h"},
        {"postgresql://u:can:ry@h", "postgresql://u:******@h"},
        {"postgresql://h/d?user=u&password=canary&x=password=",
         "postgresql://h/d?user=u&password=******&x=password="},
        {"postgresql:///d?password=canary", "postgresql:///d?password=******"},
        {"postgresql://u:canary@h/d?password=canary", "postgresql://u:******@h/d?password=******"},
        {"postgresql://u:@h", "postgresql://u:@h"},
        {"postgresql://u@h:5432/a:b@c", "postgresql://u@h:5432/a:b@c"},
        {"https://h/a:b@c?passwords=x", "https://h/a:b@c?passwords=x"},
        {"sqlite:a:b@c", "sqlite:a:b@c"},
        {"://", "://"},
        {"", ""},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        char word[128], other[] = "postgresql://u:x@h";
        char *words[] = {word, other, NULL};
        snprintf(word, sizeof word, "%s", rows[i].given);
        hide_passwords(words);
        ck_assert_str_eq(word, rows[i].left);
        ck_assert_str_eq(other, "postgresql://u:*@h");
    }
}
END_TEST

int main(void)
{
    return run_suite("hide", (const TTest *[]){passwords_of_uris_are_overwritten, NULL});
}
