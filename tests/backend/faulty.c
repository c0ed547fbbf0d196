#include "faulty.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "fail.h"

enum { AHEAD_MAX = 256 };

typedef struct connection {
    void *inner;
    bool used, broken;
    const backend_batch *ahead[AHEAD_MAX]; /* what write() has to bring next */
    uint32_t ahead_count;
} connection;

static atomic_int armed_kind, left, period, writes;
static atomic_bool fired;

static void arm(faulty_kind kind, int nth, int every)
{
    atomic_store(&armed_kind, kind);
    atomic_store(&left, nth);
    atomic_store(&period, every);
    atomic_store(&writes, 0);
    atomic_store(&fired, false);
}

void faulty_arm(faulty_kind kind, int nth)
{
    arm(kind, nth, 0);
}

void faulty_repeat(faulty_kind kind, int nth)
{
    arm(kind, nth, nth);
}

bool faulty_fired(void)
{
    return atomic_load(&fired);
}

int faulty_writes(void)
{
    return atomic_load(&writes);
}

/* Is it this call's turn to fail? */
static bool turn(faulty_kind kind)
{
    int armed = atomic_load(&armed_kind);
    bool quiet = kind == FAULTY_READ_BROKEN || kind == FAULTY_UNDONE_BROKEN;
    if ((armed != (int)kind && !(armed == FAULTY_KINDS && quiet)) || atomic_fetch_sub(&left, 1) != 1)
        return false;
    if (atomic_load(&period))
        atomic_store(&left, atomic_load(&period));
    atomic_store(&fired, true);
    return true;
}

static tasks_status away(tasks_error *error)
{
    return fail(error, TASKS_UNAVAILABLE, "store_away", "the store is away, says the test");
}

/* ---- Opening ---- */

static tasks_status open_store(const backend_config *config, void **store, backend_shape *shape,
                               tasks_error *error)
{
    return backend_sqlite.open(config, store, shape, error);
}

static void close_store(void *store)
{
    backend_sqlite.close(store);
}

static tasks_status connect_store(void *store, uint32_t slot, void **out, tasks_error *error)
{
    if (turn(FAULTY_CONNECT))
        return away(error);
    connection *c = calloc(1, sizeof *c);
    tasks_status status = c ? backend_sqlite.connect(store, slot, &c->inner, error) : fail_memory(error);
    if (status)
        free(c);
    else
        *out = c;
    return status;
}

static void disconnect(void *opaque)
{
    connection *c = opaque;
    backend_sqlite.disconnect(c->inner);
    free(c);
}

static backend_health health(void *opaque)
{
    connection *c = opaque;
    return c->broken ? BACKEND_BROKEN : backend_sqlite.health(c->inner);
}

/* ---- Reading and writing ---- */

/* A new connection carries at least one call: who tries again on one gets through. */
static bool breaks_used(connection *c, faulty_kind kind)
{
    bool used = c->used;
    c->used = true;
    return (used || !atomic_load(&period)) && turn(kind);
}

static void read_group(void *opaque, backend_read *const *reads, uint32_t count)
{
    connection *c = opaque;
    backend_sqlite.read(c->inner, reads, count);
    bool breaks = breaks_used(c, FAULTY_READ_BROKEN);
    if (!breaks && !turn(FAULTY_READ))
        return;
    c->broken = breaks;
    for (uint32_t i = 0; i < count; i++)
        reads[i]->status = away(&reads[i]->error);
}

static backend_outcome break_unknown(connection *c, tasks_error *error)
{
    c->broken = true;
    away(error);
    return BACKEND_UNKNOWN;
}

static void write_ahead(void *opaque, backend_batch *const *batches, uint32_t count)
{
    connection *c = opaque;
    c->broken |= turn(FAULTY_AHEAD);
    memcpy(c->ahead, batches, count * sizeof *batches);
    c->ahead_count = count;
}

static bool comes_as_announced(connection *c, backend_batch *const *batches, uint32_t count)
{
    uint32_t announced = c->ahead_count;
    c->ahead_count = 0;
    return !announced || (announced == count && !memcmp(c->ahead, batches, count * sizeof *batches));
}

static backend_outcome write_group(void *opaque, backend_batch *const *batches, uint32_t count,
                                   tasks_error *error)
{
    connection *c = opaque;
    atomic_fetch_add(&writes, 1);
    if (!comes_as_announced(c, batches, count)) {
        fail(error, TASKS_INTERNAL, "internal", "this is not the group that was announced");
        return BACKEND_UNDONE;
    }
    if (c->broken) {
        away(error);
        return BACKEND_UNDONE;
    }
    if (turn(FAULTY_UNKNOWN_NOT))
        return break_unknown(c, error);
    bool breaks = breaks_used(c, FAULTY_UNDONE_BROKEN);
    if (breaks || turn(FAULTY_BUSY)) {
        c->broken = breaks;
        away(error);
        return BACKEND_UNDONE;
    }
    if (turn(FAULTY_MEMORY)) {
        fail_memory(error);
        return BACKEND_UNDONE;
    }
    backend_outcome outcome = backend_sqlite.write(c->inner, batches, count, error);
    return turn(FAULTY_UNKNOWN_DONE) ? break_unknown(c, error) : outcome;
}

/* ---- The rest ---- */

static bool breaks_other(connection *c)
{
    c->broken = c->broken || turn(FAULTY_OTHER);
    return c->broken;
}

static tasks_status check(void *opaque, tasks_error *error)
{
    connection *c = opaque;
    return breaks_other(c) ? away(error) : backend_sqlite.check(c->inner, error);
}

static tasks_status backup(void *opaque, const char *path, tasks_progress progress, void *context,
                           tasks_error *error)
{
    connection *c = opaque;
    return breaks_other(c) ? away(error) : backend_sqlite.backup(c->inner, path, progress, context, error);
}

static tasks_status token_add(void *opaque, backend_token *token, tasks_error *error)
{
    connection *c = opaque;
    return breaks_other(c) ? away(error) : backend_sqlite.token_add(c->inner, token, error);
}

static tasks_status token_get(void *opaque, const uint8_t *digest, backend_token *token, tasks_error *error)
{
    connection *c = opaque;
    return breaks_other(c) ? away(error) : backend_sqlite.token_get(c->inner, digest, token, error);
}

static tasks_status token_remove(void *opaque, int64_t id, tasks_error *error)
{
    connection *c = opaque;
    return breaks_other(c) ? away(error) : backend_sqlite.token_remove(c->inner, id, error);
}

static tasks_status watch(void *opaque, uint32_t timeout_ms, bool *changed, tasks_error *error)
{
    connection *c = opaque;
    return breaks_other(c) ? away(error) : backend_sqlite.watch(c->inner, timeout_ms, changed, error);
}

static tasks_status count_store(void *opaque, bool rows, tasks_statistics *out, tasks_error *error)
{
    connection *c = opaque;
    return breaks_other(c) ? away(error) : backend_sqlite.count(c->inner, rows, out, error);
}

static tasks_status migrate(const backend_config *config, bool dry_run, tasks_migration *out,
                            tasks_error *error)
{
    return backend_sqlite.migrate(config, dry_run, out, error);
}

static const backend_ops faulty = {
    .scheme = "faulty",
    .pool_size = 5,
    .open = open_store,
    .close = close_store,
    .connect = connect_store,
    .disconnect = disconnect,
    .health = health,
    .read = read_group,
    .write = write_group,
    .write_ahead = write_ahead,
    .migrate = migrate,
    .check = check,
    .backup = backup,
    .token_add = token_add,
    .token_get = token_get,
    .token_remove = token_remove,
    .watch = watch,
    .count = count_store,
};

tasks_status faulty_open(const tasks_options *options, tasks_db **out, tasks_error *error)
{
    return db_open(options, &faulty, strchr(options->uri, ':') + 1, out, error);
}
