/* What a SQLSTATE means for us. Messages are the server's business: they change with its language. */
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "postgres.h"

/* What to do besides saying so. */
enum {
    LEAVE = 1, /* this connection: it is dead, or to the wrong node */
    AGAIN = 2, /* the same, from its start, may succeed here */
    DOUBT = 4  /* a commit under way may have happened: this may be a pooler's word that its server is gone */
};

/* The first whose state is how the server's state begins. */
static const struct {
    const char *state, *word, *advice;
    tasks_status status;
    int action;
} failures[] = {
    {"08P01", "store_away", "a pooler lost its server, or refuses our settings: then use tasks_prepare=off",
     TASKS_UNAVAILABLE, LEAVE | DOUBT},
    {"08", "store_away", "the connection to the server was lost", TASKS_UNAVAILABLE, LEAVE | DOUBT},
    {"57014", "wait_timeout", "the server took too long", TASKS_TIMEOUT, 0},
    {"57P", "store_away", "the server stops, starts, or ended this connection", TASKS_UNAVAILABLE, LEAVE},
    {"25006", "store_read_only", "this server only takes reads now", TASKS_READ_ONLY, LEAVE},
    {"25P0", "store_busy", "the transaction was idle for too long", TASKS_UNAVAILABLE, LEAVE},
    {"40003", "store_away", "the connection broke at the commit", TASKS_UNAVAILABLE, LEAVE | DOUBT},
    {"40", "store_busy", "transactions got in each other's way; try again", TASKS_UNAVAILABLE, AGAIN},
    {"55P03", "store_busy", "another session holds a lock for too long; try again", TASKS_UNAVAILABLE, 0},
    {"0A000", "store_busy", "the schema is being changed; try again", TASKS_UNAVAILABLE, AGAIN},
    {"26000", "store_busy", "a prepared statement is gone; behind a pooler use tasks_prepare=off",
     TASKS_UNAVAILABLE, AGAIN},
    {"42P05", "store_busy",
     "a prepared statement is another session's; behind a pooler use tasks_prepare=off", TASKS_UNAVAILABLE,
     AGAIN},
    {"53300", "store_busy", "the server has no free connection slot", TASKS_UNAVAILABLE, 0},
    {"53100", "store_full", "the server's disk is full; free some room", TASKS_FULL, 0},
    {"53", "store_busy", "the server lacks resources", TASKS_UNAVAILABLE, 0},
    {"28", "login_refused", "the server refuses this user or password", TASKS_DENIED, 0},
    {"42501", "store_denied", "this user may not do that in this schema", TASKS_DENIED, 0},
    {"3D000", "store_missing", "there is no such database; create it first", TASKS_NOT_FOUND, 0},
    {"3F000", "store_missing", "there is no such schema; create it first", TASKS_NOT_FOUND, 0},
    {"23505", "uid_taken", "another task of this owner has this uid", TASKS_CONFLICT, 0},
    {"XX001", "store_damaged", "a table is damaged; restore a backup", TASKS_CORRUPT, 0},
    {"XX002", "store_damaged", "an index is damaged; REINDEX it or restore a backup", TASKS_CORRUPT, 0},
    {"58", "store_away", "reading or writing the server's files failed", TASKS_UNAVAILABLE, LEAVE},
    {"42", "store_foreign", "the tables are not those of a task store", TASKS_UNSUPPORTED, 0},
    {"TKC01", "store_busy", "a copy into this store is under way", TASKS_UNAVAILABLE, 0},
    {"22021", "text_malformed", "the server refuses a character", TASKS_INVALID, 0},
    {"", "internal", "unexpected failure", TASKS_INTERNAL, 0},
};

static int place_of(const char *state)
{
    int i = 0;
    while (strncmp(failures[i].state, state, strlen(failures[i].state)) != 0)
        i++;
    return i;
}

tasks_status postgres_state_error(const char *state, tasks_error *error)
{
    int i = place_of(state);
    fail(error, failures[i].status, failures[i].word, "PostgreSQL: %s (SQLSTATE %s)", failures[i].advice,
         state);
    if (error)
        snprintf(error->sqlstate, sizeof error->sqlstate, "%s", state);
    return failures[i].status;
}

bool postgres_again(const postgres_connection *c)
{
    return !c->broken && *c->sqlstate && failures[place_of(c->sqlstate)].action & AGAIN;
}

bool postgres_in_doubt(const postgres_connection *c)
{
    return !*c->sqlstate || failures[place_of(c->sqlstate)].action & DOUBT;
}

tasks_status postgres_failed(postgres_connection *c, const PGresult *result, tasks_error *error)
{
    const char *state = result ? postgres_libpq.PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    snprintf(c->sqlstate, sizeof c->sqlstate, "%s", state ? state : "");
    if (state) {
        c->broken |= (failures[place_of(state)].action & LEAVE) != 0;
        return postgres_state_error(state, error);
    }
    c->broken = true;
    return fail(error, TASKS_UNAVAILABLE, "store_away", "PostgreSQL: the connection to the server was lost");
}
