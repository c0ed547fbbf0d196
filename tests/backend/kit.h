/* What tests of stores share: the store of the running test, its clock, and short ways to fill it. What
 * must not fail here ends the test. */
#ifndef KIT_H
#define KIT_H

#include <check.h>
#include <string.h>

#include "conformance.h"

#undef fail /* an old macro of Check, and our function */

#define KIT_COUNT(array) ((int)(sizeof(array) / sizeof *(array)))
#define KIT_START        INT64_C(1800000000000) /* what the clock shows when a test begins */

/* Where the calls below and the tests put their errors. */
extern _Thread_local tasks_error kit_error;

/* The call, which names &kit_error, must succeed; or fail in this very way. */
#define KIT_OK(call) kit_expect(TASKS_OK, "", (call), #call, __FILE__, __LINE__)
#define KIT_FAILS(status, code, call)                                                                        \
    do {                                                                                                     \
        kit_soil();                                                                                          \
        kit_expect((status), (code), (call), #call, __FILE__, __LINE__);                                     \
    } while (0)

void kit_soil(void);
void kit_expect(tasks_status wanted, const char *code, tasks_status got, const char *call, const char *file,
                int line);

/* ---- The store ---- */

/* Runs groups of tests, each test with a store of its own; the list ends with NULL. Returns main()'s exit
 * code. */
typedef TCase *(*kit_group)(void);
int kit_run(const char *name, const conformance_fixture *fixture, const kit_group *groups);
bool kit_can(unsigned capability);

tasks_db *kit_db(void);                /* the handle of the test; closed after it */
const char *kit_uri(void);             /* of its store */
tasks_options kit_options(void);       /* what it was opened with */
tasks_db *kit_open(void);              /* one more handle on it (CONFORMANCE_PERSISTS) */
tasks_db *kit_view(const char *owner); /* tasks_as(kit_db()) */
void kit_close(void);                  /* closes kit_db() before the end of the test */
void kit_reopen(void);                 /* closes kit_db() and opens the store again (CONFORMANCE_PERSISTS) */
tasks_status kit_try(const tasks_options *options, tasks_db **out); /* opens; see kit_error */
void kit_place(char uri[CONFORMANCE_URI_SIZE]);                     /* for one more store, */
void kit_drop(const char *uri);                                     /* and its end */
int64_t kit_now(void);
void kit_clock(int64_t now_ms);

/* ---- Short ways ---- */

tasks_patch kit_titled(const char *title);
int64_t kit_add(tasks_db *db, const char *title);
tasks_task *kit_create(tasks_db *db, const tasks_patch *patch);
tasks_task *kit_update(tasks_db *db, int64_t id, const tasks_patch *patch);
tasks_task *kit_get(tasks_db *db, int64_t id);
tasks_page *kit_list(tasks_db *db, const tasks_query *query); /* NULL for all */
int64_t kit_revision(tasks_db *db);

/* The same numbers for the same start, on every machine. */
uint32_t kit_random(uint64_t *state, uint32_t below);

/* Runs `work` in `count` threads at the same time, each with its number, until all are done. */
enum { KIT_THREADS_MAX = 32 };
void kit_threads(int count, void (*work)(int number, void *context), void *context);

/* Every member of both is the same. */
void kit_same(const tasks_task *a, const tasks_task *b);

#endif
