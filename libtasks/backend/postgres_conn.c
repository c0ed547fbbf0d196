/* A connection: to which node, for how long, and whether it still stands. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "postgres.h"
#include "timestamp.h"

/* Names may come to mean other servers, so that no connection lives for ever; not all end at once. */
enum { LIFETIME_MS = 30 * 60 * 1000, LIFETIME_STEP_MS = 60 * 1000, LIFETIME_STEPS = 8 };
enum { HOLD_MIN_MS = 100, HOLD_MAX_MS = 1000, SLICE_MS = 250 };

/* ---- Failures before there is a connection ---- */

/* libpq has no call that tells the state of a refused connection; with this verbosity it ends the line. */
static bool state_of(const char *text, char state[6])
{
    static const char allowed[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    bool found = false;
    for (const char *end; *text; text = end + (*end != 0)) {
        end = text + strcspn(text, "\n");
        if (end - text > 5 && end[-6] == ' ' && strspn(end - 5, allowed) == 5) {
            memcpy(state, end - 5, 5);
            state[5] = 0;
            found = true;
        }
    }
    return found;
}

static tasks_status dial_failed(PGconn *pg, tasks_error *error)
{
    char state[6];
    const char *text = postgres_libpq.PQerrorMessage(pg);
    if (state_of(text, state))
        return postgres_state_error(state, error);
    return fail(error, TASKS_UNAVAILABLE, "store_away", "cannot connect to PostgreSQL: %.*s",
                (int)strcspn(text, "\n"), text);
}

/* ---- One node ---- */

#define WARNING "01000"

/* A server that ends a session says so before it hangs up, perhaps while nobody listens. */
static void notice(void *connection, const PGresult *result)
{
    postgres_connection *c = connection;
    const char *state = postgres_libpq.PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (!state)
        return;
    c->broken |= !strncmp(state, "57P", 3);
    c->warned |= !strcmp(state, WARNING);
}

/* One try to reach one node with one login. */
typedef struct dialling {
    postgres_connection *c;
    const postgres_node *node;
} dialling;

/* A secret may name another host than the URI does: then the URI's address is of no use. */
static PGconn *dial_start(const dialling *d, const backend_login *login)
{
    const postgres_target *target = &d->c->store->target;
    const char *values[POSTGRES_KEYWORDS];
    bool same = !login->host || (d->node->host && !strcmp(login->host, d->node->host));
    memcpy(values, target->values, sizeof values);
    values[POSTGRES_HOST] = login->host;
    values[POSTGRES_HOSTADDR] = same ? d->node->hostaddr : NULL;
    values[POSTGRES_PORT] = login->port;
    values[POSTGRES_DATABASE] = login->database;
    values[POSTGRES_USER] = login->user;
    values[POSTGRES_PASSWORD] = login->password;
    PGconn *pg = postgres_libpq.PQconnectStartParams(target->keywords, values, 0);
    if (!pg)
        return NULL;
    postgres_libpq.PQsetErrorVerbosity(pg, PQERRORS_SQLSTATE);
    postgres_libpq.PQsetNoticeReceiver(pg, notice, d->c);
    return pg;
}

/* Waits for the socket; 0 when the time is up. */
static int await(int socket, short events, int64_t end_ms)
{
    struct pollfd p = {.fd = socket, .events = events};
    int ready;
    do {
        int64_t left = end_ms - timestamp_monotonic();
        ready = poll(&p, 1, left > 0 ? (int)left : 0);
    } while (ready < 0 && errno == EINTR);
    return ready;
}

static tasks_status dial(PGconn *pg, uint32_t connect_ms, tasks_error *error)
{
    int64_t end = timestamp_monotonic() + connect_ms;
    PostgresPollingStatusType want =
        postgres_libpq.PQstatus(pg) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    while (want != PGRES_POLLING_OK) {
        if (want == PGRES_POLLING_FAILED)
            return dial_failed(pg, error);
        if (!await(postgres_libpq.PQsocket(pg), want == PGRES_POLLING_READING ? POLLIN : POLLOUT, end))
            return fail(error, TASKS_UNAVAILABLE, "store_away",
                        "cannot connect to PostgreSQL: no answer within %u ms", connect_ms);
        want = postgres_libpq.PQconnectPoll(pg);
    }
    return TASKS_OK;
}

static tasks_status attempt(void *context, const backend_login *login, tasks_error *error)
{
    const dialling *d = context;
    PGconn *pg = dial_start(d, login);
    tasks_status status = pg ? dial(pg, d->c->store->target.connect_ms, error) : fail_memory(error);
    if (status)
        postgres_libpq.PQfinish(pg);
    else
        d->c->pg = pg;
    return status;
}

static bool reports(PGconn *pg, const char *setting)
{
    const char *value = postgres_libpq.PQparameterStatus(pg, setting);
    return value && !strcmp(value, "on");
}

static tasks_status try_node(postgres_connection *c, const postgres_node *node, tasks_error *error)
{
    dialling d = {c, node};
    backend_login uri = c->store->target.login;
    uri.host = node->host;
    uri.port = node->port;
    const backend_logins *logins = &c->store->logins;
    tasks_status status = logins->each(logins->context, &uri, attempt, &d, error);
    if (!status && c->store->target.writable &&
        (reports(c->pg, "in_hot_standby") || reports(c->pg, "default_transaction_read_only")))
        status = postgres_state_error("25006", error);
    if (!status && (postgres_libpq.PQsetnonblocking(c->pg, 1) || !postgres_libpq.PQenterPipelineMode(c->pg)))
        status = fail(error, TASKS_INTERNAL, "internal", "cannot set up the connection to PostgreSQL");
    if (status) {
        postgres_libpq.PQfinish(c->pg);
        c->pg = NULL;
    }
    return status;
}

/* ---- All nodes ---- */

/* That a node only takes reads matters least: another one may be just taking over. What is wrong with the
 * URI, the user or the database matters most. */
static bool tells_more(tasks_status status, tasks_status than)
{
    return than == TASKS_READ_ONLY || (status != TASKS_READ_ONLY && status != TASKS_UNAVAILABLE);
}

static tasks_status try_nodes(postgres_connection *c, tasks_error *error)
{
    const postgres_target *target = &c->store->target;
    uint32_t first = atomic_load(&c->store->node);
    tasks_error now;
    for (uint32_t i = 0; i < target->node_count; i++) {
        uint32_t place = (first + i) % target->node_count;
        tasks_status status = try_node(c, &target->nodes[place], &now);
        if (!status) {
            atomic_store(&c->store->node, place);
            c->node = place;
            return TASKS_OK;
        }
        if (!i || tells_more(status, error->status))
            *error = now;
    }
    return error->status;
}

/* A server without free slots, or one that starts, is not asked again and again by everybody. */
static tasks_status held(postgres_store *store, tasks_error *error)
{
    pthread_mutex_lock(&store->lock);
    bool hold = timestamp_monotonic() < store->hold_end_ms;
    if (hold)
        *error = store->failure;
    pthread_mutex_unlock(&store->lock);
    return hold ? error->status : TASKS_OK;
}

static void hold(postgres_store *store, tasks_status status, const tasks_error *error)
{
    pthread_mutex_lock(&store->lock);
    int64_t longer = store->hold_ms * 2;
    store->hold_ms = !status                ? 0
                     : longer < HOLD_MIN_MS ? HOLD_MIN_MS
                     : longer > HOLD_MAX_MS ? HOLD_MAX_MS
                                            : longer;
    store->hold_end_ms = status ? timestamp_monotonic() + store->hold_ms : 0;
    if (status)
        store->failure = *error;
    pthread_mutex_unlock(&store->lock);
}

tasks_status postgres_connect(void *opaque, uint32_t slot, void **out, tasks_error *error)
{
    postgres_store *store = opaque;
    postgres_connection *c = atomic_exchange(&store->spare, NULL);
    if (c) {
        *out = c;
        return TASKS_OK;
    }
    tasks_status status = held(store, error);
    if (status)
        return status;
    c = calloc(1, sizeof *c);
    if (!c)
        return fail_memory(error);
    c->store = store;
    c->silences = atomic_load(&store->silences);
    c->retire_ms = timestamp_monotonic() + LIFETIME_MS + (int64_t)(slot % LIFETIME_STEPS) * LIFETIME_STEP_MS;
    buf_init(&c->expected, 1 << 20);
    status = try_nodes(c, error);
    hold(store, status, error);
    if (status)
        postgres_disconnect(c);
    else
        *out = c;
    return status;
}

void postgres_disconnect(void *connection)
{
    postgres_connection *c = connection;
    if (!c)
        return;
    postgres_libpq.PQfinish(c->pg);
    buf_done(&c->expected);
    postgres_import_free(c->import);
    free(c);
}

/* ---- While it is used ---- */

backend_health postgres_health(void *connection)
{
    const postgres_connection *c = connection;
    if (c->broken)
        return BACKEND_BROKEN;
    return timestamp_monotonic() < c->retire_ms ? BACKEND_FIT : BACKEND_WORN;
}

void postgres_deadline(postgres_connection *c, int64_t from_now_ms)
{
    c->deadline_ms = timestamp_monotonic() + from_now_ms;
}

/* A machine that is gone does not hang up, and each connection to it would take a whole timeout to be found
 * out: when one has got no answer, all that were made before are replaced, by connections to another node if
 * there is one. */
static void note_silence(postgres_connection *c)
{
    postgres_store *store = c->store;
    uint32_t known = c->silences, node = c->node;
    if (atomic_compare_exchange_strong(&store->silences, &known, known + 1))
        atomic_compare_exchange_strong(&store->node, &node, (node + 1) % store->target.node_count);
}

bool postgres_stands(postgres_connection *c)
{
    struct pollfd p = {.fd = postgres_libpq.PQsocket(c->pg), .events = POLLIN};
    c->broken |= c->silences != atomic_load(&c->store->silences);
    while (!c->broken && poll(&p, 1, 0) > 0) {
        /* Nothing was asked: this is a word of farewell, the end, or news about a setting. */
        if (!postgres_libpq.PQconsumeInput(c->pg))
            c->broken = true;
        else
            postgres_libpq.PQisBusy(c->pg);
    }
    c->broken |= postgres_libpq.PQstatus(c->pg) != CONNECTION_OK;
    return !c->broken;
}

/* What a TLS library holds back makes no socket readable, so input is also looked for after a while. */
static bool wait_slice(postgres_connection *c, bool unsent, int64_t left)
{
    struct pollfd p = {.fd = postgres_libpq.PQsocket(c->pg),
                       .events = (short)(POLLIN | (unsent ? POLLOUT : 0))};
    int ready = poll(&p, 1, left < SLICE_MS ? (int)left : SLICE_MS);
    return ready >= 0 || errno == EINTR;
}

bool postgres_wait(postgres_connection *c)
{
    while (!c->broken && postgres_libpq.PQisBusy(c->pg)) {
        int unsent = postgres_libpq.PQflush(c->pg);
        int64_t left = c->deadline_ms - timestamp_monotonic();
        if (left <= 0)
            note_silence(c);
        if (unsent < 0 || left <= 0 || !wait_slice(c, unsent, left) || !postgres_libpq.PQconsumeInput(c->pg))
            c->broken = true;
    }
    return !c->broken;
}
