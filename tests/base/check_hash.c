#include "hash.h"

#include <string.h>

#include "run.h"

/* The published test vectors of FNV-1a. */
START_TEST(known_values)
{
    static const struct {
        const char *text;
        uint64_t hash;
    } rows[] = {{"", UINT64_C(0xcbf29ce484222325)},
                {"a", UINT64_C(0xaf63dc4c8601ec8c)},
                {"b", UINT64_C(0xaf63df4c8601f1a5)},
                {"foobar", UINT64_C(0x85944171f73967e8)}};
    for (int i = 0; i < RUN_COUNT(rows); i++)
        ck_assert_uint_eq(hash_bytes(HASH_START, rows[i].text, strlen(rows[i].text)), rows[i].hash);
}
END_TEST

START_TEST(parts_hash_as_the_whole)
{
    static const char whole[] = "one and two";
    for (size_t cut = 0; cut <= sizeof whole; cut++) {
        uint64_t hash = hash_bytes(HASH_START, whole, cut);
        hash = hash_bytes(hash, whole + cut, sizeof whole - cut);
        ck_assert_uint_eq(hash, hash_text(HASH_START, whole));
    }
}
END_TEST

START_TEST(texts_do_not_run_together)
{
    static const char *const pairs[][2] = {{"ab", "c"},   {"a", "bc"},   {"", "abc"}, {"abc", ""},
                                           {NULL, "abc"}, {"abc", NULL}, {NULL, ""},  {"", NULL},
                                           {NULL, NULL},  {"", ""}};
    uint64_t hashes[RUN_COUNT(pairs)];
    for (int i = 0; i < RUN_COUNT(pairs); i++) {
        hashes[i] = hash_text(hash_text(HASH_START, pairs[i][0]), pairs[i][1]);
        for (int k = 0; k < i; k++)
            ck_assert_msg(hashes[k] != hashes[i], "rows %d and %d", k, i);
    }
}
END_TEST

int main(void)
{
    return run_suite(
        "hash", (const TTest *[]){known_values, parts_hash_as_the_whole, texts_do_not_run_together, NULL});
}
