#include "etag.h"

#include <stdio.h>
#include <string.h>

#include "run.h"

START_TEST(writes_tags)
{
    char text[ETAG_SIZE];
    etag_task(INT64_MAX, text);
    ck_assert_str_eq(text, "\"r9223372036854775807\"");
    etag_list(7, 2, text);
    ck_assert_str_eq(text, "\"r7.2\"");
    etag_list(INT64_MAX, INT64_MAX, text);
    ck_assert_str_eq(text, "\"r9223372036854775807.9223372036854775807\"");
}
END_TEST

START_TEST(if_none_match)
{
    static const struct {
        const char *header, *etag;
        bool match;
    } rows[] = {
        {"\"r1\"", "\"r1\"", true},
        {"W/\"r1\"", "\"r1\"", true},
        {"\"r1\"", "W/\"r1\"", true},
        {"*", "\"r1\"", true},
        {"\"a,b\", \"r1\"", "\"r1\"", true},
        {" , \"x\" ,W/\"r1\"", "\"r1\"", true},
        {"\"r1\"", "\"r12\"", false},
        {"\"r12\"", "\"r1\"", false},
        {"\"r1.0\"", "\"r1\"", false},
        {"r1", "\"r1\"", false},
        {"\"r1", "\"r1\"", false},
        {"w/\"r1\"", "\"r1\"", false},
        {"\"R1\"", "\"r1\"", false},
        {"x, \"r1\"", "\"r1\"", false},
        {"", "\"r1\"", false},
        {"\"*\"", "\"r1\"", false},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++)
        ck_assert_msg(etag_none_match(rows[i].header, rows[i].etag) == rows[i].match, "%s", rows[i].header);
}
END_TEST

START_TEST(if_match)
{
    static const struct {
        const char *header;
        int count;
        int64_t first;
    } rows[] = {
        {"*", ETAG_ANY, 0},
        {"\"r5\"", 1, 5},
        {" \"r5\" ", 1, 5},
        {"\"r5\", \"r6\"", 2, 5},
        {"\"x\", \"r6\"", 1, 6},
        {"\"r9223372036854775807\"", 1, INT64_MAX},
        {"W/\"r5\"", 0, 0},
        {"\"r5.0\"", 0, 0},
        {"\"r05\"", 0, 0},
        {"\"r-5\"", 0, 0},
        {"\"r0\"", 0, 0},
        {"\"r\"", 0, 0},
        {"\"\"", 0, 0},
        {"r5", 0, 0},
        {"\"r5", 0, 0},
        {"", 0, 0},
        {"\"r9223372036854775808\"", 0, 0},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        int64_t revisions[ETAG_MATCH_MAX] = {0};
        ck_assert_msg(etag_match(rows[i].header, revisions) == rows[i].count, "%s", rows[i].header);
        ck_assert_int_eq(revisions[0], rows[i].first);
    }
}
END_TEST

START_TEST(if_match_is_bounded)
{
    char header[40 * 8] = "";
    int64_t revisions[ETAG_MATCH_MAX];
    for (int i = 0; i < 40; i++)
        snprintf(header + strlen(header), sizeof header - strlen(header), "\"r%d\",", i + 1);
    ck_assert_int_eq(etag_match(header, revisions), ETAG_MATCH_MAX);
}
END_TEST

int main(void)
{
    return run_suite("etag",
                     (const TTest *[]){writes_tags, if_none_match, if_match, if_match_is_bounded, NULL});
}
