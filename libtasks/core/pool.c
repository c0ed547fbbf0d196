#include "pool.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "fail.h"

enum { QUEUED, LEADING, TAKEN, CARRIED };

#define REST_NS     INT64_C(1000000000)
#define PATIENCE_NS INT64_C(2000000)

tasks_status pool_init(pool *p, const backend_ops *ops, void *store, const backend_shape *shape,
                       uint32_t timeout_ms, tasks_error *error)
{
    uint32_t read_end = shape->read.first + shape->read.count;
    uint32_t write_end = shape->write.first + shape->write.count;
    *p = (pool){.ops = ops,
                .store = store,
                .timeout_ms = timeout_ms,
                .patience_ns = PATIENCE_NS,
                .slot_count = read_end > write_end ? read_end : write_end};
    p->lanes[POOL_READ].shape = shape->read;
    p->lanes[POOL_WRITE].shape = shape->write;
    for (int i = 0; i < POOL_LANES; i++)
        p->lanes[i].last = &p->lanes[i].first;
    if (p->slot_count > POOL_SLOTS_MAX || pthread_mutex_init(&p->lock, NULL))
        return fail(error, TASKS_INTERNAL, "internal", "cannot set up the pool");
    return TASKS_OK;
}

void pool_done(pool *p)
{
    for (uint32_t i = 0; i < p->slot_count; i++)
        if (p->slots[i].connection)
            p->ops->disconnect(p->slots[i].connection);
    pthread_mutex_destroy(&p->lock);
}

/* ---- The queue of a lane ---- */

static uint32_t parts_of(const pool_request *request)
{
    return 1 + request->more;
}

static void push(pool_lane *lane, pool_request *request)
{
    request->next = NULL;
    *lane->last = request;
    lane->last = &request->next;
    lane->waiting += parts_of(request);
}

/* Who comes to the head of the queue after others has waited long enough. */
static void set_late(pool_lane *lane)
{
    if (lane->first)
        lane->first->late = true;
}

static pool_request *pop(pool_lane *lane)
{
    pool_request *request = lane->first;
    lane->first = request->next;
    if (!lane->first)
        lane->last = &lane->first;
    lane->waiting -= parts_of(request);
    request->next = NULL;
    return request;
}

static void withdraw(pool_lane *lane, pool_request *request)
{
    pool_request **at = &lane->first;
    while (*at != request)
        at = &(*at)->next;
    *at = request->next;
    if (!*at)
        lane->last = at;
    lane->waiting -= parts_of(request);
    set_late(lane);
}

/* The leader, then whoever waits behind it, as many as the lane and the weight allow. */
static pool_request *gather(pool_lane *lane, pool_request *leader)
{
    pool_request **end = &leader->next;
    uint32_t weight = leader->weight, size = parts_of(leader);
    while (lane->first) {
        weight += lane->first->weight;
        size += parts_of(lane->first);
        if (weight > POOL_WEIGHT_MAX || size > lane->shape.group)
            break;
        *end = pop(lane);
        atomic_store_explicit(&(*end)->state, TAKEN, memory_order_relaxed);
        end = &(*end)->next;
    }
    *end = NULL;
    set_late(lane);
    return leader;
}

/* ---- Slots ---- */

static int64_t nanoseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* A free slot of the lane, one with a connection before one without. One whose connection could not be made
 * a moment ago rests if others have one: it would make requests fail that can be served. */
static pool_slot *free_slot(pool *p, const pool_lane *lane)
{
    bool any = false;
    pool_slot *found = NULL, *resting = NULL;
    pool_slot *end = p->slots + lane->shape.first + lane->shape.count;
    for (pool_slot *slot = p->slots + lane->shape.first; slot < end; slot++) {
        any |= slot->connection != NULL;
        if (slot->lane)
            continue;
        if (slot->connection)
            return slot;
        if (slot->rest_ns && slot->rest_ns > nanoseconds())
            resting = slot;
        else if (!found)
            found = slot;
    }
    return found || any ? found : resting;
}

static bool has_young_group(const pool *p, const pool_lane *lane)
{
    bool any = false;
    int64_t now = nanoseconds();
    const pool_slot *end = p->slots + lane->shape.first + lane->shape.count;
    for (const pool_slot *slot = p->slots + lane->shape.first; slot < end; slot++)
        any |= slot->lane == lane && now - slot->taken_ns < p->patience_ns;
    return any;
}

/* Few large groups take less of everybody's processors than many small ones. So while a group is under way
 * that may soon be done, a further connection is only for a full group or for who has waited for a while. */
static bool is_ready(const pool *p, const pool_lane *lane)
{
    if (!lane->first || lane->leading == lane->shape.most)
        return false;
    return lane->waiting >= lane->shape.group || lane->first->late || !has_young_group(p, lane);
}

/* Gives a free slot to the head of a lane, if there are both and it is time. Returns who has it now. */
static pool_request *promote(pool *p, pool_lane *lane)
{
    pool_slot *slot = is_ready(p, lane) ? free_slot(p, lane) : NULL;
    if (!slot)
        return NULL;
    pool_request *leader = pop(lane);
    leader->slot = slot;
    lane->leading++;
    slot->lane = lane;
    slot->taken_ns = nanoseconds();
    atomic_store_explicit(&leader->state, TAKEN, memory_order_relaxed);
    return leader;
}

static pool_request *promote_next(pool *p)
{
    pool_lane *first = &p->lanes[p->write_next ? POOL_WRITE : POOL_READ];
    pool_lane *second = &p->lanes[p->write_next ? POOL_READ : POOL_WRITE];
    pool_request *leader = promote(p, first);
    if (leader)
        p->write_next = !p->write_next;
    return leader ? leader : promote(p, second);
}

static void make_lead(pool_request *leader)
{
    atomic_store_explicit(&leader->state, LEADING, memory_order_release);
    sem_post(&leader->wake);
}

/* Promotes whom it can besides `first`, who is promoted already or NULL, and lets go of the lock before it
 * wakes them: who is woken often takes the processor of who woke him, and with the lock held everybody else
 * would stand still meanwhile. */
static void promote_others_and_unlock(pool *p, pool_request *first)
{
    pool_request *leaders = first, **end = first ? &first->next : &leaders;
    while ((*end = promote_next(p)))
        end = &(*end)->next;
    pthread_mutex_unlock(&p->lock);
    for (pool_request *leader = leaders, *next; leader; leader = next) {
        next = leader->next; /* it is another list as soon as the leader runs */
        make_lead(leader);
    }
}

static void promote_and_unlock(pool *p)
{
    promote_others_and_unlock(p, NULL);
}

/* Wakes the first `count` of those that were carried. If they share, each that is woken wakes half of who is
 * left: a single one loses its processor to those that it wakes, and the others wait for it. */
static void wake_carried(pool_request *list, uint32_t count, bool share)
{
    while (count) {
        pool_request *first = list;
        first->rest = first->next;
        first->rest_count = share ? (count - 1) / 2 : 0;
        count -= 1 + first->rest_count;
        list = first->next;
        for (uint32_t i = 0; i < first->rest_count; i++)
            list = list->next;
        atomic_store_explicit(&first->state, CARRIED, memory_order_release);
        sem_post(&first->wake); /* its caller may be gone from now on */
    }
}

/* ---- Waiting ---- */

static bool wait_until(pool_request *request, int64_t end_ns)
{
    struct timespec end = {end_ns / 1000000000, end_ns % 1000000000};
    int failed;
    do
        failed = sem_clockwait(&request->wake, CLOCK_MONOTONIC, &end);
    while (failed && errno == EINTR);
    return !failed;
}

static void wait_for_good(pool_request *request)
{
    while (sem_wait(&request->wake) && errno == EINTR)
        ;
}

/* Out of time: leaves the queue, unless somebody has just taken the request up. */
static bool give_up(pool *p, pool_lane *lane, pool_request *request)
{
    pthread_mutex_lock(&p->lock);
    bool queued = atomic_load(&request->state) == QUEUED;
    if (queued) {
        withdraw(lane, request);
        promote_and_unlock(p);
    } else {
        pthread_mutex_unlock(&p->lock);
    }
    return queued;
}

/* The head of the queue waits for company, on behalf of all who join behind it, but not for long. */
static bool wait_for_company(pool *p, pool_request *request)
{
    if (wait_until(request, request->entered_ns + p->patience_ns))
        return true;
    pthread_mutex_lock(&p->lock);
    request->late = true;
    promote_and_unlock(p);
    return false;
}

static bool wait_for_turn(pool *p, pool_request *request, int64_t end_ns)
{
    return (request->heads && wait_for_company(p, request)) || wait_until(request, end_ns);
}

static tasks_status await(pool *p, pool_lane *lane, pool_request *request, int64_t end_ns, tasks_error *error)
{
    if (!sem_trywait(&request->wake))
        return TASKS_OK;
    int64_t start = nanoseconds();
    if (!wait_for_turn(p, request, end_ns)) {
        if (give_up(p, lane, request))
            return fail(error, TASKS_TIMEOUT, "wait_timeout",
                        "no connection to the store became free within %u ms", p->timeout_ms);
        wait_for_good(request);
    }
    atomic_fetch_add_explicit(&p->waits, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&p->wait_ns, nanoseconds() - start, memory_order_relaxed);
    return TASKS_OK;
}

/* Back to the head of the queue, to be carried on another slot. */
static void step_back(pool *p, pool_lane *lane, pool_request *request)
{
    pthread_mutex_lock(&p->lock);
    lane->leading--;
    request->slot->lane = NULL;
    request->slot->rest_ns = nanoseconds() + REST_NS;
    request->late = true;
    atomic_store(&request->state, QUEUED);
    request->next = lane->first;
    lane->first = request;
    if (!request->next)
        lane->last = &request->next;
    lane->waiting += parts_of(request);
    promote_and_unlock(p);
}

static bool others_connected(pool *p, const pool_lane *lane)
{
    bool any = false;
    pthread_mutex_lock(&p->lock);
    for (uint32_t i = 0; i < lane->shape.count; i++)
        any |= p->slots[lane->shape.first + i].connection != NULL;
    pthread_mutex_unlock(&p->lock);
    return any;
}

static void mark_begin(const pool *p, pool_request *group)
{
    int64_t now = p->timed ? nanoseconds() : 0;
    for (; p->timed && group; group = group->next)
        group->began_ns = now;
}

static void mark_end(const pool *p, pool_request *group)
{
    int64_t now = p->timed ? nanoseconds() : 0;
    for (; p->timed && group; group = group->next)
        group->ended_ns = now;
}

/* A leader without a connection, which cannot get one, leaves the lead to those that have one. */
static bool can_lead(pool *p, pool_lane *lane, pool_request *request)
{
    void *connection;
    tasks_error ignored;
    if (request->slot->connection || !others_connected(p, lane))
        return true;
    if (!pool_connection(p, request, &connection, &ignored))
        return true;
    step_back(p, lane, request);
    return false;
}

static pool_request *group_of(pool *p, pool_lane *lane, pool_request *leader)
{
    if (leader->group)
        return leader->group;
    pthread_mutex_lock(&p->lock);
    pool_request *group = gather(lane, leader);
    promote_and_unlock(p); /* who is left behind */
    mark_begin(p, group);
    return group;
}

tasks_status pool_enter(pool *p, pool_lane_name name, pool_request *request, pool_request **group,
                        tasks_error *error)
{
    pool_lane *lane = &p->lanes[name];
    tasks_status status;
    *group = NULL;
    request->late = false;
    request->group = NULL;
    request->entered_ns = nanoseconds();
    int64_t end = request->entered_ns + p->timeout_ms * INT64_C(1000000);
    atomic_init(&request->state, QUEUED);
    sem_init(&request->wake, 0, 0);
    pthread_mutex_lock(&p->lock);
    request->heads = !lane->first;
    push(lane, request);
    promote_and_unlock(p);

    do
        status = await(p, lane, request, end, error);
    while (!status && atomic_load(&request->state) == LEADING && !can_lead(p, lane, request));
    if (!status && atomic_load(&request->state) == LEADING) {
        *group = group_of(p, lane, request);
    } else {
        if (!status)
            wake_carried(request->rest, request->rest_count, true);
        sem_destroy(&request->wake);
    }
    return status;
}

/* ---- Leading ---- */

tasks_status pool_connection(pool *p, const pool_request *leader, void **connection, tasks_error *error)
{
    pool_slot *slot = leader->slot;
    tasks_status status = TASKS_OK;
    if (!slot->connection) {
        void *made = NULL;
        status = p->ops->connect(p->store, (uint32_t)(slot - p->slots), &made, error);
        pthread_mutex_lock(&p->lock);
        slot->connection = made;
        *(status ? &p->errors : &p->opened) += 1;
        pthread_mutex_unlock(&p->lock);
    }
    *connection = slot->connection;
    return status;
}

bool pool_drop_unfit(pool *p, const pool_request *leader)
{
    pool_slot *slot = leader->slot;
    void *connection = slot->connection;
    backend_health health = connection ? p->ops->health(connection) : BACKEND_FIT;
    if (health == BACKEND_FIT)
        return false;
    p->ops->disconnect(connection);
    pthread_mutex_lock(&p->lock);
    slot->connection = NULL;
    p->closed++;
    p->errors += health == BACKEND_BROKEN;
    pthread_mutex_unlock(&p->lock);
    return true;
}

static uint32_t count_of(const pool_request *group, uint32_t *parts)
{
    uint32_t count = 0;
    for (*parts = 0; group; group = group->next) {
        *parts += parts_of(group);
        count++;
    }
    return count;
}

/* Who leads next, with its group if that can begin before its leader has a processor. */
static pool_request *next_leader(pool *p)
{
    pool_request *leader = promote_next(p);
    if (leader && leader->ahead && leader->slot->connection)
        leader->group = gather(leader->slot->lane, leader);
    return leader;
}

static void start_ahead(pool *p, pool_request *leader)
{
    mark_begin(p, leader->group);
    leader->ahead(p, leader);
    make_lead(leader);
}

/* The next leader is woken first: behind all that were carried it would wait for a processor, and they would
 * queue up again before it begins, so that nothing goes on while it works. For the same reason its group
 * begins before it is woken. Only then is the waking shared: else who was carried would be back first. */
void pool_leave(pool *p, pool_lane_name name, pool_request *leader, pool_request *group)
{
    mark_end(p, group);
    sem_destroy(&leader->wake);
    uint32_t parts, count = count_of(group, &parts);
    pthread_mutex_lock(&p->lock);
    p->lanes[name].leading--;
    leader->slot->lane = NULL;
    if (name == POOL_WRITE) {
        p->batches += parts;
        p->groups++;
    }
    pool_request *next = next_leader(p);
    bool ahead = next && next->group;
    promote_others_and_unlock(p, ahead ? NULL : next);
    if (ahead)
        start_ahead(p, next);
    wake_carried(leader->next, count - 1, ahead);
}

void pool_figures(pool *p, tasks_statistics *out)
{
    pthread_mutex_lock(&p->lock);
    out->pool_size = p->slot_count;
    for (uint32_t i = 0; i < p->slot_count; i++) {
        out->in_use += p->slots[i].lane != NULL;
        out->idle += !p->slots[i].lane && p->slots[i].connection;
    }
    for (int i = 0; i < POOL_LANES; i++)
        out->waiting += p->lanes[i].waiting;
    out->waits = atomic_load_explicit(&p->waits, memory_order_relaxed);
    out->wait_ns = atomic_load_explicit(&p->wait_ns, memory_order_relaxed);
    out->opened = p->opened;
    out->closed = p->closed;
    out->errors = p->errors;
    out->batches = p->batches;
    out->groups = p->groups;
    pthread_mutex_unlock(&p->lock);
}
