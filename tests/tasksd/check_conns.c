#include "conns.h"

#include "run.h"

enum { WORKERS = 8 };

static const struct access nobody_trusted;
static struct conns *conns;

static void setup(size_t per_address)
{
    const struct conns_options options = {WORKERS, per_address, 0, &nobody_trusted};
    conns = conns_new(&options);
    ck_assert_ptr_nonnull(conns);
}

START_TEST(a_worker_has_a_slot)
{
    setup(WORKERS);
    for (int i = 0; i < WORKERS; i++)
        ck_assert_ptr_nonnull(conns_slot(conns));
    ck_assert_ptr_null(conns_slot(conns));
    conns_free(conns);
}
END_TEST

START_TEST(counts_connections_and_requests)
{
    setup(WORKERS);
    struct conns_slot *slot = conns_slot(conns);
    conns_opened(conns, slot);
    ck_assert_uint_eq(conns_held(conns), 1);
    ck_assert(conns_begin(conns, slot, 1));
    ck_assert_uint_eq(conns_in_flight(conns), 1);
    conns_end(conns, slot);
    ck_assert_uint_eq(conns_in_flight(conns), 0);
    ck_assert(conns_begin(conns, slot, 1));
    conns_end(conns, slot);
    conns_closing(conns, slot);
    conns_closed(conns);
    ck_assert_uint_eq(conns_held(conns), 0);
    conns_free(conns);
}
END_TEST

START_TEST(a_closed_connection_takes_no_request)
{
    setup(WORKERS);
    struct conns_slot *slot = conns_slot(conns);
    conns_opened(conns, slot);
    conns_closing(conns, slot);
    ck_assert(!conns_begin(conns, slot, 1));
    conns_closed(conns);
    conns_free(conns);
}
END_TEST

START_TEST(after_the_finish_nothing_begins)
{
    setup(WORKERS);
    struct conns_slot *first = conns_slot(conns), *second = conns_slot(conns);
    conns_opened(conns, first);
    conns_opened(conns, second);
    ck_assert(conns_begin(conns, first, 1));
    ck_assert(!conns_finish(conns));
    ck_assert(!conns_begin(conns, second, 2));
    ck_assert_uint_eq(conns_in_flight(conns), 1);
    conns_end(conns, first);
    ck_assert(conns_finish(conns));
    conns_free(conns);
}
END_TEST

START_TEST(more_than_three_quarters_is_a_crowd)
{
    setup(WORKERS);
    for (int i = 0; i < WORKERS; i++) {
        conns_opened(conns, conns_slot(conns));
        ck_assert_int_eq(conns_crowded(conns), i + 1 > WORKERS * 3 / 4);
    }
    conns_free(conns);
}
END_TEST

START_TEST(deadlines_pass)
{
    setup(WORKERS);
    struct conns_slot *slot = conns_slot(conns);
    conns_opened(conns, slot);
    ck_assert(conns_begin(conns, slot, 1));
    ck_assert(!conns_late(slot));
    conns_limit(slot, 1000000);
    ck_assert(!conns_late(slot));
    conns_limit(slot, 0);
    ck_assert(conns_late(slot));
    conns_end(conns, slot);
    ck_assert(!conns_late(slot));
    conns_free(conns);
}
END_TEST

int main(void)
{
    return run_suite("conns",
                     (const TTest *[]){a_worker_has_a_slot, counts_connections_and_requests,
                                       a_closed_connection_takes_no_request, after_the_finish_nothing_begins,
                                       more_than_three_quarters_is_a_crowd, deadlines_pass, NULL});
}
