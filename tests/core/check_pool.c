#include "pool.h"

#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "run.h"

/* ---- Connections of nothing: each knows whether somebody uses it ---- */

typedef struct connection {
    atomic_bool in_use, broken;
    bool worn;
    uint32_t slot;
    const pool_request *begun; /* a group, ahead of its leader */
} connection;

static connection connections[POOL_SLOTS_MAX];
static atomic_int made, ended, refusing; /* refusing: a bit for each slot that gets no connection */

static tasks_status make_connection(void *store, uint32_t slot, void **out, tasks_error *error)
{
    (void)store;
    if (atomic_load(&refusing) & 1 << slot)
        return fail(error, TASKS_UNAVAILABLE, "store_away", "no connection for slot %u", slot);
    atomic_fetch_add(&made, 1);
    connections[slot].slot = slot;
    atomic_store(&connections[slot].broken, false);
    connections[slot].worn = false;
    *out = &connections[slot];
    return TASKS_OK;
}

static void end_connection(void *connection_)
{
    (void)connection_;
    atomic_fetch_add(&ended, 1);
}

static backend_health health(void *opaque)
{
    connection *c = opaque;
    return atomic_load(&c->broken) ? BACKEND_BROKEN : c->worn ? BACKEND_WORN : BACKEND_FIT;
}

static const backend_ops ops = {
    .scheme = "none", .connect = make_connection, .disconnect = end_connection, .health = health};

/* ---- Helpers ---- */

enum { LONG_MS = 20000, SHORT_MS = 60 };

static pool p;
static tasks_error error;

static void start(backend_lane read, backend_lane write, uint32_t timeout_ms)
{
    const backend_shape shape = {.read = read, .write = write};
    atomic_store(&made, 0);
    atomic_store(&ended, 0);
    atomic_store(&refusing, 0);
    ck_assert_int_eq(pool_init(&p, &ops, NULL, &shape, timeout_ms, &error), TASKS_OK);
}

static tasks_statistics figures(void)
{
    tasks_statistics now = {0};
    pool_figures(&p, &now);
    return now;
}

static void await_waiting(uint32_t count)
{
    while (figures().waiting != count)
        usleep(500);
}

static pool_request *lead(pool_lane_name lane, pool_request *request, uint32_t weight)
{
    pool_request *group;
    *request = (pool_request){.weight = weight};
    ck_assert_int_eq(pool_enter(&p, lane, request, &group, &error), TASKS_OK);
    return group;
}

static connection *connected(const pool_request *leader)
{
    void *found;
    ck_assert_int_eq(pool_connection(&p, leader, &found, &error), TASKS_OK);
    return found;
}

static int length(const pool_request *group)
{
    int count = 0;
    for (; group; group = group->next)
        count++;
    return count;
}

/* ---- One caller ---- */

START_TEST(a_lone_caller_leads_a_group_of_one)
{
    pool_request request;
    start((backend_lane){1, 2, 2, 1}, (backend_lane){0, 1, 1, 8}, LONG_MS);
    pool_request *group = lead(POOL_WRITE, &request, 1);
    ck_assert_ptr_eq(group, &request);
    ck_assert_int_eq(length(group), 1);
    ck_assert_uint_eq(connected(&request)->slot, 0);
    ck_assert_uint_eq(figures().in_use, 1);
    pool_leave(&p, POOL_WRITE, &request, group);
    tasks_statistics now = figures();
    ck_assert_uint_eq(now.pool_size, 3);
    ck_assert_uint_eq(now.in_use, 0);
    ck_assert_uint_eq(now.idle, 1);
    ck_assert_int_eq(now.opened, 1);
    ck_assert_int_eq(now.batches, 1);
    ck_assert_int_eq(now.groups, 1);
    pool_done(&p);
    ck_assert_int_eq(atomic_load(&ended), 1);
}
END_TEST

START_TEST(a_connection_is_used_again_before_one_is_made)
{
    start((backend_lane){0, 4, 4, 1}, (backend_lane){4, 1, 1, 1}, LONG_MS);
    for (int i = 0; i < 5; i++) {
        pool_request request, *group = lead(POOL_READ, &request, 1);
        connected(&request);
        pool_leave(&p, POOL_READ, &request, group);
    }
    ck_assert_int_eq(atomic_load(&made), 1);
    pool_done(&p);
}
END_TEST

START_TEST(lanes_have_their_own_slots)
{
    pool_request writer, readers[2];
    start((backend_lane){1, 2, 2, 1}, (backend_lane){0, 1, 1, 8}, LONG_MS);
    pool_request *writing = lead(POOL_WRITE, &writer, 1);
    pool_request *one = lead(POOL_READ, &readers[0], 1), *two = lead(POOL_READ, &readers[1], 1);
    ck_assert_ptr_ne(connected(&readers[0]), connected(&readers[1]));
    ck_assert_uint_eq(connected(&writer)->slot, 0);
    ck_assert_uint_eq(figures().in_use, 3);
    pool_leave(&p, POOL_READ, &readers[0], one);
    pool_leave(&p, POOL_WRITE, &writer, writing);
    pool_leave(&p, POOL_READ, &readers[1], two);
    pool_done(&p);
    ck_assert_int_eq(atomic_load(&ended), 3);
}
END_TEST

START_TEST(too_many_slots_are_refused)
{
    const backend_shape shape = {.read = {1, POOL_SLOTS_MAX, 1, 1}, .write = {0, 1, 1, 1}};
    ck_assert_int_eq(pool_init(&p, &ops, NULL, &shape, 1, &error), TASKS_INTERNAL);
    ck_assert_str_eq(error.code, "internal");
}
END_TEST

/* ---- Callers that wait ---- */

typedef struct caller {
    pthread_t thread;
    pool_lane_name lane;
    uint32_t weight, more;
    bool ahead;
    int number;
    tasks_status status;
    tasks_error error;
} caller;

enum { CALLERS = 40 };

static caller callers[CALLERS];

/* What happened, in order. */
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static int log_groups[CALLERS], log_numbers[CALLERS], logged;

static void write_log(const caller *c, const pool_request *group)
{
    pthread_mutex_lock(&log_lock);
    log_numbers[logged] = c->number;
    log_groups[logged++] = length(group);
    pthread_mutex_unlock(&log_lock);
}

/* How many groups began ahead, how many of these their leaders got as they began, and those of no leader. */
static atomic_int begun, met, astray;

static void begin_ahead(pool *of, pool_request *leader)
{
    connection *on = leader->slot->connection;
    ck_assert_ptr_eq(of, &p);
    atomic_fetch_add(on->begun ? &astray : &begun, 1);
    on->begun = leader->group;
}

static void meet(const pool_request *leader, const pool_request *group)
{
    connection *on = leader->slot->connection;
    if (!on || !on->begun)
        return;
    atomic_fetch_add(on->begun == group && group == leader ? &met : &astray, 1);
    on->begun = NULL;
}

static void *call(void *opaque)
{
    caller *c = opaque;
    pool_request request = {.weight = c->weight, .more = c->more, .ahead = c->ahead ? begin_ahead : NULL};
    pool_request *group;
    c->status = pool_enter(&p, c->lane, &request, &group, &c->error);
    if (c->status || !group)
        return NULL;
    meet(&request, group);
    write_log(c, group);
    pool_leave(&p, c->lane, &request, group);
    return NULL;
}

static void start_caller(int number, pool_lane_name lane, uint32_t weight)
{
    caller *c = &callers[number];
    *c = (caller){.lane = lane, .weight = weight, .more = c->more, .ahead = c->ahead, .number = number};
    ck_assert_int_eq(pthread_create(&c->thread, NULL, call, c), 0);
}

/* One more caller, which has joined the queue when this returns. */
static void queue_up(int number, pool_lane_name lane, uint32_t weight)
{
    uint32_t before = figures().waiting;
    start_caller(number, lane, weight);
    await_waiting(before + 1 + callers[number].more);
}

static void await_all(int count)
{
    for (int i = 0; i < count; i++)
        pthread_join(callers[i].thread, NULL);
}

START_TEST(who_waits_shares_the_next_turn)
{
    pool_request request, *group;
    start((backend_lane){1, 1, 1, 1}, (backend_lane){0, 1, 1, 4}, LONG_MS);
    group = lead(POOL_WRITE, &request, 1);
    for (int i = 0; i < 6; i++)
        queue_up(i, POOL_WRITE, 1);
    pool_leave(&p, POOL_WRITE, &request, group);
    await_all(6);
    ck_assert_int_eq(logged, 2); /* one leads the first four, another one the rest */
    ck_assert_int_eq(log_groups[0], 4);
    ck_assert_int_eq(log_groups[1], 2);
    ck_assert_int_eq(log_numbers[0], 0);
    ck_assert_int_eq(log_numbers[1], 4);
    tasks_statistics now = figures();
    ck_assert_int_eq(now.batches, 7);
    ck_assert_int_eq(now.groups, 3);
    ck_assert_int_eq(now.waits, 6);
    ck_assert_int_gt(now.wait_ns, 0);
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(callers[i].status, TASKS_OK);
    pool_done(&p);
}
END_TEST

/* One that comes with several parts takes the room of as many, and is not taken apart. */
START_TEST(parts_of_a_request_stay_together)
{
    static const uint32_t more[] = {1, 2, 0, 3};
    pool_request request, *group;
    start((backend_lane){1, 1, 1, 1}, (backend_lane){0, 1, 1, 4}, LONG_MS);
    group = lead(POOL_WRITE, &request, 1);
    for (int i = 0; i < RUN_COUNT(more); i++) {
        callers[i].more = more[i];
        queue_up(i, POOL_WRITE, 1);
    }
    pool_leave(&p, POOL_WRITE, &request, group);
    await_all(RUN_COUNT(more));
    ck_assert_int_eq(logged, 3); /* two parts, three and one, four */
    ck_assert_int_eq(log_groups[0], 1);
    ck_assert_int_eq(log_groups[1], 2);
    ck_assert_int_eq(log_groups[2], 1);
    ck_assert_int_eq(figures().batches, 1 + 2 + 3 + 1 + 4);
    ck_assert_uint_eq(figures().waiting, 0);
    pool_done(&p);
}
END_TEST

/* Also by others, when the group behind has begun. */
START_TEST(everybody_of_a_large_group_is_woken)
{
    pool_request request, *group;
    start((backend_lane){1, 1, 1, 1}, (backend_lane){0, 1, 1, CALLERS - 1}, LONG_MS);
    group = lead(POOL_WRITE, &request, 1);
    connected(&request);
    for (int i = 0; i < CALLERS; i++) {
        callers[i].ahead = _i;
        queue_up(i, POOL_WRITE, 1);
    }
    pool_leave(&p, POOL_WRITE, &request, group);
    await_all(CALLERS);
    ck_assert_int_eq(logged, 2);
    ck_assert_int_eq(log_groups[0], CALLERS - 1);
    ck_assert_int_eq(log_groups[1], 1);
    ck_assert_int_eq(atomic_load(&met), _i * 2);
    pool_done(&p);
}
END_TEST

/* One of six goes alone, as one that cannot be begun with does. */
static void queue_six_up(void)
{
    for (int i = 0; i < 6; i++) {
        callers[i].ahead = i != 4;
        queue_up(i, POOL_WRITE, i == 4 ? POOL_WEIGHT_MAX : 1);
    }
}

START_TEST(the_next_group_begins_before_anybody_is_woken)
{
    pool_request request, *group;
    start((backend_lane){1, 1, 1, 1}, (backend_lane){0, 1, 1, 4}, LONG_MS);
    group = lead(POOL_WRITE, &request, 1);
    connected(&request);
    queue_six_up();
    ck_assert_int_eq(atomic_load(&begun), 0);
    pool_leave(&p, POOL_WRITE, &request, group);
    ck_assert_int_ge(atomic_load(&begun), 1);
    await_all(6);
    ck_assert_int_eq(logged, 3);
    ck_assert_int_eq(log_groups[0], 4);
    ck_assert_int_eq(atomic_load(&begun), 2);
    ck_assert_int_eq(atomic_load(&met), 2);
    ck_assert_int_eq(atomic_load(&astray), 0);
    pool_done(&p);
}
END_TEST

START_TEST(nothing_begins_without_a_connection)
{
    pool_request request, *group;
    start((backend_lane){1, 1, 1, 1}, (backend_lane){0, 1, 1, 4}, LONG_MS);
    group = lead(POOL_WRITE, &request, 1);
    queue_six_up();
    pool_leave(&p, POOL_WRITE, &request, group);
    await_all(6);
    ck_assert_int_eq(logged, 3);
    ck_assert_int_eq(atomic_load(&begun), 0);
    pool_done(&p);
}
END_TEST

START_TEST(a_group_has_a_limit_of_weight)
{
    static const uint32_t weights[] = {2000, 2000, 2000, POOL_WEIGHT_MAX, 1, POOL_WEIGHT_MAX - 1, 1};
    static const int sizes[] = {2, 1, 1, 2, 1};
    pool_request request, *group;
    start((backend_lane){1, 1, 1, 1}, (backend_lane){0, 1, 1, 100}, LONG_MS);
    group = lead(POOL_WRITE, &request, 1);
    for (int i = 0; i < RUN_COUNT(weights); i++)
        queue_up(i, POOL_WRITE, weights[i]);
    pool_leave(&p, POOL_WRITE, &request, group);
    await_all(RUN_COUNT(weights));
    ck_assert_int_eq(logged, RUN_COUNT(sizes));
    for (int i = 0; i < RUN_COUNT(sizes); i++)
        ck_assert_int_eq(log_groups[i], sizes[i]);
    pool_done(&p);
}
END_TEST

START_TEST(one_after_the_other_when_groups_have_one)
{
    pool_request request, *group;
    start((backend_lane){0, 1, 1, 1}, (backend_lane){1, 1, 1, 1}, LONG_MS);
    group = lead(POOL_READ, &request, 1);
    for (int i = 0; i < 5; i++)
        queue_up(i, POOL_READ, 1);
    pool_leave(&p, POOL_READ, &request, group);
    await_all(5);
    ck_assert_int_eq(logged, 5);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(log_numbers[i], i);
    pool_done(&p);
}
END_TEST

/* Both lanes want the only slot: neither starves the other. */
START_TEST(lanes_that_share_a_slot_take_turns)
{
    pool_request request, *group;
    start((backend_lane){0, 1, 1, 1}, (backend_lane){0, 1, 1, 1}, LONG_MS);
    group = lead(POOL_READ, &request, 1);
    for (int i = 0; i < 4; i++)
        queue_up(i, POOL_READ, 1);
    for (int i = 4; i < 8; i++)
        queue_up(i, POOL_WRITE, 1);
    pool_leave(&p, POOL_READ, &request, group);
    await_all(8);
    ck_assert_int_eq(logged, 8);
    for (int i = 1; i < 8; i++)
        ck_assert_int_ne(log_numbers[i - 1] < 4, log_numbers[i] < 4);
    pool_done(&p);
}
END_TEST

START_TEST(a_lane_uses_no_more_slots_than_it_may)
{
    pool_request one, two, *first, *second;
    start((backend_lane){0, 3, 3, 1}, (backend_lane){0, 3, 2, 4}, LONG_MS);
    first = lead(POOL_WRITE, &one, 1);
    second = lead(POOL_WRITE, &two, 1);
    queue_up(0, POOL_WRITE, 1); /* waits, though a slot is free */
    pool_request reader, *reading = lead(POOL_READ, &reader, 1);
    pool_leave(&p, POOL_READ, &reader, reading);
    ck_assert_uint_eq(figures().waiting, 1);
    pool_leave(&p, POOL_WRITE, &one, first);
    await_all(1);
    pool_leave(&p, POOL_WRITE, &two, second);
    pool_done(&p);
}
END_TEST

/* ---- Company ---- */

START_TEST(while_a_group_is_new_others_gather_behind_it)
{
    pool_request request, *group;
    start((backend_lane){0, 3, 3, 8}, (backend_lane){0, 3, 1, 8}, LONG_MS);
    p.patience_ns = INT64_MAX / 2;
    group = lead(POOL_READ, &request, 1);
    for (int i = 0; i < 5; i++)
        queue_up(i, POOL_READ, 1);
    ck_assert_uint_eq(figures().in_use, 1);
    pool_leave(&p, POOL_READ, &request, group);
    await_all(5);
    ck_assert_int_eq(logged, 1);
    ck_assert_int_eq(log_groups[0], 5);
    pool_done(&p);
}
END_TEST

START_TEST(a_full_group_waits_for_nobody)
{
    pool_request request, *group;
    start((backend_lane){0, 3, 3, 4}, (backend_lane){0, 3, 1, 8}, LONG_MS);
    p.patience_ns = INT64_MAX / 2;
    group = lead(POOL_READ, &request, 1);
    for (int i = 0; i < 4; i++)
        start_caller(i, POOL_READ, 1);
    await_all(4);
    ck_assert_int_eq(logged, 1);
    ck_assert_int_eq(log_groups[0], 4);
    pool_leave(&p, POOL_READ, &request, group);
    pool_done(&p);
}
END_TEST

START_TEST(company_is_not_waited_for_for_long)
{
    pool_request request, *group;
    start((backend_lane){0, 3, 3, 8}, (backend_lane){0, 3, 1, 8}, LONG_MS);
    group = lead(POOL_READ, &request, 1);
    start_caller(0, POOL_READ, 1);
    await_all(1); /* though the first group is still under way */
    ck_assert_int_eq(logged, 1);
    pool_leave(&p, POOL_READ, &request, group);
    pool_done(&p);
}
END_TEST

START_TEST(who_comes_behind_a_slow_group_does_not_wait)
{
    pool_request slow, quick, *first, *second;
    start((backend_lane){0, 3, 3, 8}, (backend_lane){0, 3, 1, 8}, LONG_MS);
    p.patience_ns = 0;
    first = lead(POOL_READ, &slow, 1);
    second = lead(POOL_READ, &quick, 1);
    ck_assert_uint_eq(figures().in_use, 2);
    pool_leave(&p, POOL_READ, &quick, second);
    pool_leave(&p, POOL_READ, &slow, first);
    pool_done(&p);
}
END_TEST

/* Too heavy for one group: who is left behind needs no company. */
START_TEST(who_is_left_behind_by_a_group_goes_next)
{
    pool_request request, *group;
    start((backend_lane){0, 4, 4, 8}, (backend_lane){0, 4, 1, 8}, LONG_MS);
    group = lead(POOL_READ, &request, 1);
    for (int i = 0; i < 6; i++)
        start_caller(i, POOL_READ, POOL_WEIGHT_MAX);
    await_all(6);
    ck_assert_int_eq(logged, 6);
    pool_leave(&p, POOL_READ, &request, group);
    pool_done(&p);
}
END_TEST

START_TEST(who_waits_too_long_is_told_and_forgotten)
{
    pool_request request, *group;
    start((backend_lane){1, 1, 1, 1}, (backend_lane){0, 1, 1, 8}, SHORT_MS);
    group = lead(POOL_WRITE, &request, 1);
    for (int i = 0; i < 3; i++)
        start_caller(i, POOL_WRITE, 1);
    await_all(3);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(callers[i].status, TASKS_TIMEOUT);
        ck_assert_str_eq(callers[i].error.code, "wait_timeout");
    }
    ck_assert_uint_eq(figures().waiting, 0);
    pool_leave(&p, POOL_WRITE, &request, group);
    group = lead(POOL_WRITE, &request, 1);
    ck_assert_int_eq(length(group), 1);
    pool_leave(&p, POOL_WRITE, &request, group);
    pool_done(&p);
}
END_TEST

/* ---- Connections that fail ---- */

START_TEST(a_connection_that_cannot_be_made_is_an_error_and_no_more)
{
    pool_request request, *group;
    void *none;
    start((backend_lane){0, 1, 1, 1}, (backend_lane){0, 1, 1, 1}, LONG_MS);
    atomic_store(&refusing, 1);
    group = lead(POOL_READ, &request, 1);
    ck_assert_int_eq(pool_connection(&p, &request, &none, &error), TASKS_UNAVAILABLE);
    ck_assert_ptr_null(none);
    ck_assert(!pool_drop_unfit(&p, &request));
    pool_leave(&p, POOL_READ, &request, group);
    ck_assert_int_eq(figures().errors, 1);
    ck_assert_int_eq(figures().opened, 0);
    atomic_store(&refusing, 0);
    group = lead(POOL_READ, &request, 1);
    connected(&request);
    pool_leave(&p, POOL_READ, &request, group);
    pool_done(&p);
    ck_assert_int_eq(atomic_load(&ended), 1);
}
END_TEST

START_TEST(a_broken_connection_is_replaced)
{
    pool_request request, *group;
    start((backend_lane){0, 1, 1, 1}, (backend_lane){0, 1, 1, 1}, LONG_MS);
    group = lead(POOL_READ, &request, 1);
    connection *c = connected(&request);
    ck_assert(!pool_drop_unfit(&p, &request));
    atomic_store(&c->broken, true);
    ck_assert(pool_drop_unfit(&p, &request));
    ck_assert_int_eq(atomic_load(&ended), 1);
    connected(&request);
    ck_assert_int_eq(atomic_load(&made), 2);
    pool_leave(&p, POOL_READ, &request, group);
    tasks_statistics now = figures();
    ck_assert_int_eq(now.opened, 2);
    ck_assert_int_eq(now.closed, 1);
    ck_assert_int_eq(now.errors, 1);
    pool_done(&p);
}
END_TEST

START_TEST(a_worn_connection_is_replaced_and_no_error)
{
    pool_request request, *group;
    start((backend_lane){0, 1, 1, 1}, (backend_lane){0, 1, 1, 1}, LONG_MS);
    group = lead(POOL_READ, &request, 1);
    connected(&request)->worn = true;
    ck_assert(pool_drop_unfit(&p, &request));
    connected(&request);
    pool_leave(&p, POOL_READ, &request, group);
    tasks_statistics now = figures();
    ck_assert_int_eq(now.opened, 2);
    ck_assert_int_eq(now.closed, 1);
    ck_assert_int_eq(now.errors, 0);
    pool_done(&p);
}
END_TEST

/* The first slot has a connection and is busy, the second gets none: who would take that waits for the
 * first instead of failing. */
START_TEST(who_gets_no_connection_waits_for_one_that_is_there)
{
    pool_request request, *group;
    start((backend_lane){0, 2, 2, 1}, (backend_lane){2, 1, 1, 1}, LONG_MS);
    group = lead(POOL_READ, &request, 1);
    connected(&request);
    atomic_store(&refusing, 2);
    queue_up(0, POOL_READ, 1);
    pool_leave(&p, POOL_READ, &request, group);
    await_all(1);
    ck_assert_int_eq(callers[0].status, TASKS_OK);
    ck_assert_int_eq(logged, 1);
    ck_assert_int_ge(figures().errors, 1);
    ck_assert_uint_eq(figures().in_use, 0);
    pool_done(&p);
}
END_TEST

/* ---- All at once ---- */

enum { CROWD = 16, TURNS = 400 };

static atomic_int carried, timed_out, misused;

static void use(pool_request *leader, uint64_t *seed)
{
    void *found;
    tasks_error own;
    if (pool_connection(&p, leader, &found, &own))
        return;
    connection *c = found;
    if (atomic_exchange(&c->in_use, true))
        atomic_fetch_add(&misused, 1);
    if (*seed % 7 == 0)
        usleep(50);
    if (*seed % 31 == 0)
        atomic_store(&c->broken, true);
    atomic_store(&c->in_use, false);
    pool_drop_unfit(&p, leader);
}

static void *crowd(void *number)
{
    uint64_t seed = (uint64_t)(uintptr_t)number + 1;
    for (int i = 0; i < TURNS; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        pool_lane_name lane = seed >> 40 & 1 ? POOL_WRITE : POOL_READ;
        pool_request request = {.weight = (uint32_t)(seed >> 33) % 1000 + 1}, *group;
        request.ahead = lane == POOL_WRITE ? begin_ahead : NULL;
        tasks_error own;
        if (pool_enter(&p, lane, &request, &group, &own)) {
            atomic_fetch_add(&timed_out, 1);
            continue;
        }
        if (group) {
            seed >>= 33;
            meet(&request, group);
            use(&request, &seed);
            atomic_fetch_add(&carried, length(group));
            pool_leave(&p, lane, &request, group);
        }
    }
    return NULL;
}

/* With a short time limit some give up at the very moment when they are taken up. */
START_TEST(each_of_a_crowd_is_carried_once_or_told)
{
    static const uint32_t limits[] = {LONG_MS, 1};
    pthread_t threads[CROWD];
    start((backend_lane){1, 2, 2, 2}, (backend_lane){0, 2, 1, 4}, limits[_i]);
    for (uintptr_t i = 0; i < CROWD; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, crowd, (void *)i), 0);
    for (int i = 0; i < CROWD; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(atomic_load(&misused), 0);
    ck_assert_int_gt(atomic_load(&begun), 0);
    ck_assert_int_eq(atomic_load(&begun), atomic_load(&met));
    ck_assert_int_eq(atomic_load(&astray), 0);
    ck_assert_int_eq(atomic_load(&carried) + atomic_load(&timed_out), CROWD * TURNS);
    if (limits[_i] == LONG_MS)
        ck_assert_int_eq(atomic_load(&timed_out), 0);
    tasks_statistics now = figures();
    ck_assert_uint_eq(now.in_use, 0);
    ck_assert_uint_eq(now.waiting, 0);
    ck_assert_int_eq(now.opened, atomic_load(&made));
    ck_assert_int_eq(now.opened - now.closed, now.idle);
    pool_done(&p);
    ck_assert_int_eq(atomic_load(&made), atomic_load(&ended));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pool");
    TCase *group = tcase_create("pool");
    tcase_set_timeout(group, 60);
    tcase_add_test(group, a_lone_caller_leads_a_group_of_one);
    tcase_add_test(group, a_connection_is_used_again_before_one_is_made);
    tcase_add_test(group, lanes_have_their_own_slots);
    tcase_add_test(group, too_many_slots_are_refused);
    tcase_add_test(group, who_waits_shares_the_next_turn);
    tcase_add_test(group, parts_of_a_request_stay_together);
    tcase_add_loop_test(group, everybody_of_a_large_group_is_woken, 0, 2);
    tcase_add_test(group, the_next_group_begins_before_anybody_is_woken);
    tcase_add_test(group, nothing_begins_without_a_connection);
    tcase_add_test(group, a_group_has_a_limit_of_weight);
    tcase_add_test(group, one_after_the_other_when_groups_have_one);
    tcase_add_test(group, lanes_that_share_a_slot_take_turns);
    tcase_add_test(group, a_lane_uses_no_more_slots_than_it_may);
    tcase_add_test(group, while_a_group_is_new_others_gather_behind_it);
    tcase_add_test(group, a_full_group_waits_for_nobody);
    tcase_add_test(group, company_is_not_waited_for_for_long);
    tcase_add_test(group, who_comes_behind_a_slow_group_does_not_wait);
    tcase_add_test(group, who_is_left_behind_by_a_group_goes_next);
    tcase_add_test(group, who_waits_too_long_is_told_and_forgotten);
    tcase_add_test(group, a_connection_that_cannot_be_made_is_an_error_and_no_more);
    tcase_add_test(group, a_broken_connection_is_replaced);
    tcase_add_test(group, a_worn_connection_is_replaced_and_no_error);
    tcase_add_test(group, who_gets_no_connection_waits_for_one_that_is_there);
    tcase_add_loop_test(group, each_of_a_crowd_is_carried_once_or_told, 0, 2);
    suite_add_tcase(suite, group);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
