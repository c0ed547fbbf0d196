/* The connections of a store, and the two lanes of requests that wait for them.
 *
 * A caller queues its request. When a connection of its lane is free, the caller at the head of the queue
 * becomes the leader: it takes the requests that wait behind it, up to the lane's group size, carries them
 * all on that connection, and wakes their callers. So writes that arrive while a transaction is under way
 * share the next one (this is the commit queue), and nobody waits when nothing is under way. Where groups may
 * be large a further connection is used only for a full one, or when waiting for company has lasted long.
 *
 * Nobody works for others for long: a leader carries one group, at most begins with the next one, and wakes
 * callers, who then help to wake the others. */
#ifndef POOL_H
#define POOL_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "backend.h"

struct pool;

typedef enum pool_lane_name { POOL_READ, POOL_WRITE, POOL_LANES } pool_lane_name;

enum { POOL_SLOTS_MAX = 64, POOL_WEIGHT_MAX = 4096 };

typedef struct pool_slot {
    void *connection;       /* NULL until first used, and after a failure */
    struct pool_lane *lane; /* whose group has it, NULL for none, and since when */
    int64_t taken_ns;
    int64_t rest_ns; /* until then none is made while another of the lane is there */
} pool_slot;

/* Lives on its caller's stack, inside the caller's own structure. */
typedef struct pool_request {
    struct pool_request *next;
    uint32_t more;    /* parts beyond the first, each of which counts for the size of a group */
    uint32_t weight;  /* operations; a group has at most POOL_WEIGHT_MAX of them or one request */
    bool heads, late; /* came to an empty queue; waits for company no longer */
    pool_slot *slot;  /* a leader's */
    /* NULL, or: begins with the group that this request is to lead. The leader before gathers that, into
     * `group`, and calls this before it wakes anybody: so the store works meanwhile. */
    void (*ahead)(struct pool *p, struct pool_request *leader);
    struct pool_request *group; /* NULL: not yet gathered */
    struct pool_request *rest;  /* of one that was carried: who is behind it, */
    uint32_t rest_count;        /* and how many of these it wakes */
    atomic_int state;
    sem_t wake;
    int64_t entered_ns, began_ns, ended_ns; /* the last two in a pool that is timed only: 0 if never begun */
} pool_request;

typedef struct pool_lane {
    backend_lane shape;
    pool_request *first, **last;
    uint32_t waiting, leading; /* parts of requests in the queue; slots in use */
} pool_lane;

typedef struct pool {
    pthread_mutex_t lock; /* guards all below but the connection of a busy slot */
    const backend_ops *ops;
    void *store;
    uint32_t timeout_ms, slot_count;
    int64_t patience_ns; /* how long to wait for company while a group is under way */
    bool timed;
    bool write_next; /* whose turn it is when both lanes want the same slot */
    pool_slot slots[POOL_SLOTS_MAX];
    pool_lane lanes[POOL_LANES];
    int64_t opened, closed, errors, batches, groups;
    _Atomic int64_t waits, wait_ns; /* not under the lock, which all who wake up at once would want */
} pool;

tasks_status pool_init(pool *p, const backend_ops *ops, void *store, const backend_shape *shape,
                       uint32_t timeout_ms, tasks_error *error);
void pool_done(pool *p);

/* Waits for a turn. OK with *group set: the caller leads and must call pool_leave(). OK with *group NULL:
 * another caller has carried the request. TIMEOUT wait_timeout: nobody will. */
tasks_status pool_enter(pool *p, pool_lane_name lane, pool_request *request, pool_request **group,
                        tasks_error *error);
/* The connection of a leader's slot, made if need be. */
tasks_status pool_connection(pool *p, const pool_request *leader, void **connection, tasks_error *error);
/* After use: gives up the connection if it is broken or has served its time. Returns whether it did. */
bool pool_drop_unfit(pool *p, const pool_request *leader);
/* Hands the slot on and wakes the callers of the group. */
void pool_leave(pool *p, pool_lane_name lane, pool_request *leader, pool_request *group);

void pool_figures(pool *p, tasks_statistics *out);

#endif
