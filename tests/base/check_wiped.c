#include "wiped.h"

#include <stdlib.h>
#include <string.h>

#include "run.h"

/* What was in a block when it was freed. Linked with --wrap=free. */
static const char *watched;
static char at_the_end[16];

void __real_free(void *block);
void __wrap_free(void *block);

void __wrap_free(void *block)
{
    if (block && block == watched)
        memcpy(at_the_end, block, sizeof at_the_end);
    __real_free(block);
}

static void watch(const wiped *w)
{
    ck_assert_uint_eq(w->length + 1, sizeof at_the_end);
    watched = w->text;
    memset(at_the_end, 'x', sizeof at_the_end);
}

static void expect_nothing_left(void)
{
    static const char nothing[sizeof at_the_end];
    ck_assert_mem_eq(at_the_end, nothing, sizeof nothing);
}

START_TEST(nothing_is_left_behind)
{
    wiped w = {0};
    ck_assert(wiped_set(&w, "a secret\0 of 15", 15));
    watch(&w);
    wiped_done(&w);
    expect_nothing_left();
    ck_assert(!w.text && !w.length);
    wiped_done(&w);

    ck_assert(wiped_join(&w, "a secret ", "of 15."));
    watch(&w);
    ck_assert(wiped_set(&w, "another", 7));
    expect_nothing_left();
    watched = NULL;
    wiped_done(&w);
}
END_TEST

START_TEST(texts_are_copied)
{
    wiped a = {0}, b = {0}, c = {0};
    ck_assert(wiped_set(&a, "ab\0cd", 5) && wiped_join(&b, "ab", "cd") && wiped_join(&c, "", ""));
    ck_assert_mem_eq(a.text, "ab\0cd", 6);
    ck_assert_str_eq(b.text, "abcd");
    ck_assert_str_eq(c.text, "");
    wiped_done(&a);
    wiped_done(&b);
    wiped_done(&c);
}
END_TEST

START_TEST(equality)
{
    wiped none = {0}, empty = {0}, one = {0}, two = {0};
    ck_assert(wiped_set(&empty, "", 0) && wiped_set(&one, "one", 3) && wiped_set(&two, "two", 3));
    ck_assert(wiped_same(&none, &none) && wiped_same(&empty, &empty) && wiped_same(&one, &one));
    ck_assert(!wiped_same(&none, &empty) && !wiped_same(&empty, &one) && !wiped_same(&one, &two));
    wiped_done(&empty);
    wiped_done(&one);
    wiped_done(&two);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {nothing_is_left_behind, texts_are_copied, equality, NULL};
    return run_suite("wiped", tests);
}
