/* What the files of the PostgreSQL backend share. */
#ifndef POSTGRES_BACKEND_H
#define POSTGRES_BACKEND_H

#include <pthread.h>
#include <stdatomic.h>

#include "arena.h"
#include "backend.h"
#include "buf.h"
#include "postgres_libpq.h"

enum {
    POSTGRES_SCHEMA_VERSION = 2, /* the version that this program writes */
    POSTGRES_NODES = 16,         /* hosts of one URI */
    POSTGRES_VALUES = 18,        /* parameters of a statement */
    POSTGRES_STATEMENTS = 64,    /* kept prepared by a connection; what comes later is sent unprepared */
    POSTGRES_READ_GROUP = 64,
    POSTGRES_TRIES = 3,      /* of what may succeed when it is run again */
    POSTGRES_GRACE_MS = 1000 /* for the server, beyond its own time limit, to tell that it has passed */
};

/* ---- postgres_target.c: what a URI says ---- */

typedef struct postgres_node {
    const char *host, *hostaddr, *port; /* NULL: libpq's default */
} postgres_node;

/* The first keywords are those of a node and a login. */
enum {
    POSTGRES_HOST,
    POSTGRES_HOSTADDR,
    POSTGRES_PORT,
    POSTGRES_DATABASE,
    POSTGRES_USER,
    POSTGRES_PASSWORD,
    POSTGRES_KEYWORDS_OF_LOGIN,
    POSTGRES_KEYWORDS = 80
};

typedef struct postgres_target {
    arena memory;
    const char **keywords, **values; /* as libpq takes them */
    backend_login login;             /* without a host and a port */
    postgres_node nodes[POSTGRES_NODES];
    uint32_t node_count;
    uint32_t connect_ms; /* the longest wait for one node */
    bool writable;       /* only a node that takes writes will do */
    bool prepare;        /* false: a pooler may stand between, which hands us any session */
} postgres_target;

tasks_status postgres_target_read(postgres_target *target, const char *uri, uint32_t timeout_ms,
                                  tasks_error *error);
void postgres_target_done(postgres_target *target);

/* ---- postgres_settings.c: what a session must be like ---- */

void postgres_settings_options(buf *text, uint32_t timeout_ms); /* for libpq's `options` */
void postgres_settings_sql(buf *text, uint32_t timeout_ms);     /* a SELECT, for one transaction */

/* ---- postgres_conn.c: a connection ---- */

typedef struct postgres_connection postgres_connection;

typedef struct postgres_store {
    postgres_target target;
    backend_logins logins;
    uint32_t timeout_ms;
    int64_t tombstone_ms;
    atomic_uint node;                     /* to be tried first: the one that answered last */
    atomic_uint silences;                 /* how often a node that was asked said nothing */
    _Atomic(postgres_connection *) spare; /* the connection that opened the store */
    pthread_mutex_t lock;                 /* guards what follows */
    int64_t hold_ms, hold_end_ms;         /* after a failure no node is tried for so long, until then */
    tasks_error failure;
} postgres_store;

struct postgres_connection {
    postgres_store *store;
    PGconn *pg;
    int64_t retire_ms;              /* monotonic, as the next */
    int64_t deadline_ms;            /* of what is under way */
    struct postgres_import *import; /* NULL unless a copy goes into the store */
    struct postgres_group *ahead;   /* what was sent before its write() was called */
    int64_t seen;                   /* the snapshot at the last postgres_watch() */
    uint32_t node, silences;        /* where it goes, and the store's count when it was made */
    bool broken, warned;            /* warned: of something that went another way than it was to */
    char sqlstate[6];               /* of the last failure, "" if it was not the server's */
    /* Statements by place, and what the answers still to come are for: 0 for a statement that was run,
     * else 1 + the place of one that was prepared. */
    struct {
        uint32_t key;
        enum { POSTGRES_UNKNOWN, POSTGRES_ASKED, POSTGRES_PREPARED } state;
    } statements[POSTGRES_STATEMENTS];
    buf expected;
    size_t answered;
};

tasks_status postgres_store_new(const backend_config *config, postgres_store **out, tasks_error *error);
void postgres_store_free(postgres_store *store);

tasks_status postgres_connect(void *store, uint32_t slot, void **connection, tasks_error *error);
void postgres_disconnect(void *connection);
void postgres_import_free(struct postgres_import *import);
backend_health postgres_health(void *connection);
/* Looks, without asking the server, whether the connection still stands. */
bool postgres_stands(postgres_connection *c);
/* Waits until an answer can be read without waiting, or the deadline. False: the connection is broken. */
bool postgres_wait(postgres_connection *c);
void postgres_deadline(postgres_connection *c, int64_t from_now_ms);

/* ---- postgres_error.c: SQLSTATEs ---- */

/* Fills `error`; marks the connection broken when it must not be used again. NULL: it is lost. */
tasks_status postgres_failed(postgres_connection *c, const PGresult *result, tasks_error *error);
tasks_status postgres_state_error(const char *sqlstate, tasks_error *error);
/* Did the last failure say that the same may succeed when it is tried again on this connection? */
bool postgres_again(const postgres_connection *c);
/* Does it leave open what became of a commit that was under way? */
bool postgres_in_doubt(const postgres_connection *c);

/* ---- postgres_value.c: parameters and columns, in binary ---- */

typedef struct postgres_values {
    int count;
    const char *bytes[POSTGRES_VALUES];
    int length[POSTGRES_VALUES], format[POSTGRES_VALUES];
    uint64_t number[POSTGRES_VALUES];
} postgres_values;

void postgres_int(postgres_values *v, int64_t number);
void postgres_time(postgres_values *v, int64_t time_ms); /* TASKS_NO_TIME is NULL */
void postgres_double(postgres_values *v, double number);
void postgres_text(postgres_values *v, const char *text); /* NULL is NULL */
void postgres_bytes(postgres_values *v, const void *bytes, size_t length);
void postgres_null(postgres_values *v);

typedef enum postgres_type {
    POSTGRES_INT = 20,
    POSTGRES_TEXT = 25,
    POSTGRES_DOUBLE = 701,
    POSTGRES_INTS = 1016
} postgres_type;

/* An array of one dimension; failures stick in `bytes`. */
typedef struct postgres_array {
    buf bytes;
    uint32_t count;
} postgres_array;

void postgres_array_init(postgres_array *a, postgres_type type);
void postgres_array_done(postgres_array *a);
void postgres_array_int(postgres_array *a, int64_t number);
void postgres_array_time(postgres_array *a, int64_t time_ms);  /* TASKS_NO_TIME is NULL */
void postgres_array_double(postgres_array *a, double number);  /* NaN is NULL */
void postgres_array_text(postgres_array *a, const char *text); /* NULL is NULL */
void postgres_array_piece(postgres_array *a, const char *text, size_t length);
/* Ends the array and makes it the next parameter. */
void postgres_array_bind(postgres_values *v, postgres_array *a);

int64_t postgres_column_int(const PGresult *r, int row, int column);  /* NULL is 0 */
int64_t postgres_column_time(const PGresult *r, int row, int column); /* NULL is TASKS_NO_TIME */
/* Reads the columns of LIST_SQL_COLUMNS and, where there is one more, whether it is a tombstone. The text is
 * the result's. */
void postgres_row(const PGresult *r, int row, backend_row *out);

/* ---- postgres_wire.c: statements out, answers in ---- */

typedef struct postgres_statement {
    uint32_t key; /* the same key, the same text */
    const char *text;
    int type_count;
    const Oid *types; /* NULL: the text tells */
} postgres_statement;

/* Starts a group of statements that go out together; its deadline is set before. */
tasks_status postgres_begin(postgres_connection *c, tasks_error *error);
/* Queues a statement; its answer is the next to be read that has not been. */
tasks_status postgres_send(postgres_connection *c, const postgres_statement *s, const postgres_values *v,
                           tasks_error *error);
/* Makes the server answer what was queued so far. */
tasks_status postgres_flush(postgres_connection *c, tasks_error *error);
/* Ends the group: what was queued takes effect, unless a transaction is open. */
tasks_status postgres_sync(postgres_connection *c, tasks_error *error);
/* The next answer; NULL: see `error`. */
PGresult *postgres_answer(postgres_connection *c, tasks_error *error);
/* Reads, and drops, all answers up to the sync. */
void postgres_drain(postgres_connection *c);
/* A group of one statement that is not kept. */
PGresult *postgres_ask(postgres_connection *c, const char *text, const postgres_values *v,
                       tasks_error *error);
/* The same for one that is kept, with its own deadline; tried again where that may help. */
PGresult *postgres_ask_prepared(postgres_connection *c, const postgres_statement *s, const postgres_values *v,
                                tasks_error *error);
/* Several statements in one text, without parameters. */
tasks_status postgres_script(postgres_connection *c, const char *text, tasks_error *error);
/* Forgets what was prepared, here and in the server. */
void postgres_forget(postgres_connection *c);

/* ---- the others, a file each ---- */

tasks_status postgres_schema_open(postgres_connection *c, const backend_config *config, int32_t *version,
                                  tasks_error *error);
tasks_status postgres_schema_migrate(const backend_config *config, bool dry_run, tasks_migration *out,
                                     tasks_error *error);
void postgres_read(void *connection, backend_read *const *reads, uint32_t count);
backend_outcome postgres_write(void *connection, backend_batch *const *batches, uint32_t count,
                               tasks_error *error);
void postgres_write_ahead(void *connection, backend_batch *const *batches, uint32_t count);
tasks_status postgres_token_add(void *connection, backend_token *token, tasks_error *error);
tasks_status postgres_token_get(void *connection, const uint8_t *digest, backend_token *token,
                                tasks_error *error);
/* Reads id, digest, owner, read_only, created_at, expires_at. */
tasks_status postgres_token_read(const PGresult *r, backend_token *token, tasks_error *error);
tasks_status postgres_token_remove(void *connection, int64_t id, tasks_error *error);
tasks_status postgres_watch(void *connection, uint32_t timeout_ms, bool *changed, tasks_error *error);
/* A transaction that reads the whole store as of one moment, however long that takes. */
#define POSTGRES_WHOLE_MS (INT64_C(24) * 3600 * 1000)
tasks_status postgres_whole_begin(postgres_connection *c, tasks_error *error);
void postgres_whole_end(postgres_connection *c);
tasks_status postgres_check(void *connection, tasks_error *error);
tasks_status postgres_count(void *connection, bool rows, tasks_statistics *out, tasks_error *error);

#endif
