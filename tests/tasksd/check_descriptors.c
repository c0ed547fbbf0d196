#include "descriptors.h"

#include <stdio.h>
#include <sys/resource.h>

#include "run.h"

/* `*_said` is what somebody asked for; 0 leaves it to the server. */
static const struct row {
    int64_t limit, workers_said, streams_said;
    int64_t workers, streams; /* 0 workers: refused */
    bool fitted;
} rows[] = {
    {1728, 0, 0, 448, 1024, false}, {1727, 0, 0, 448, 1023, true},
    {1152, 0, 0, 448, 448, true},   {1024, 0, 0, 384, 384, true},
    {264, 0, 0, 4, 4, true},        {262, 0, 0, 0, 0, false},
    {256, 0, 0, 0, 0, false},       {20, 0, 0, 0, 0, false},
    {1024, 512, 0, 512, 256, true}, {1024, 768, 0, 768, 0, true},
    {1024, 769, 0, 0, 0, false},    {1024, 0, 512, 256, 512, true},
    {1024, 0, 32, 448, 32, false},  {1024, 0, 764, 4, 764, true},
    {1024, 0, 765, 0, 0, false},    {1024, 384, 384, 384, 384, false},
    {1024, 384, 385, 0, 0, false},  {INT32_MAX, 16384, 16384, 16384, 16384, false},
};

static struct config config_of(const struct row *row)
{
    return (struct config){.workers = row->workers_said ? row->workers_said : 448,
                           .streams = row->streams_said ? row->streams_said : 1024,
                           .workers_said = row->workers_said > 0,
                           .streams_said = row->streams_said > 0};
}

START_TEST(only_what_nobody_asked_for_gives_way)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct config config = config_of(&rows[i]), before = config;
        bool fits = descriptors_fit(&config, rows[i].limit);
        ck_assert_msg(fits == (rows[i].workers > 0), "row %zu", i);
        ck_assert_msg(config.workers == (fits ? rows[i].workers : before.workers), "row %zu: %lld workers", i,
                      (long long)config.workers);
        ck_assert_msg(config.streams == (fits ? rows[i].streams : before.streams), "row %zu: %lld streams", i,
                      (long long)config.streams);
        ck_assert_msg(config.fitted_to == (rows[i].fitted ? rows[i].limit : 0), "row %zu", i);
    }
}
END_TEST

START_TEST(the_soft_limit_is_raised_and_the_hard_one_is_kept)
{
    const struct rlimit low = {300, 1024};
    struct rlimit now;
    struct config config = config_of(&rows[0]);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &low), 0);
    ck_assert(descriptors_allow(&config));
    ck_assert_int_eq(config.fitted_to, 1024);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &now), 0);
    ck_assert_uint_eq(now.rlim_cur, 1024);
    ck_assert_uint_eq(now.rlim_max, 1024);
}
END_TEST

int main(void)
{
    return run_suite("descriptors",
                     (const TTest *[]){only_what_nobody_asked_for_gives_way,
                                       the_soft_limit_is_raised_and_the_hard_one_is_kept, NULL});
}
