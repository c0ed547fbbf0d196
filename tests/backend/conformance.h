/* The contract of a backend as one suite, through tasks.h alone. A backend joins with a fixture:
 *
 *     static const conformance_fixture fixture = {"postgres", CONFORMANCE_PERSISTS, begin, end, make, drop,
 *                                                 tasks_open};
 *     int main(void) { return conformance_run(&fixture); }
 */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "tasks.h"

enum {
    CONFORMANCE_PERSISTS =
        1 << 0,                 /* a second handle on the URI finds the same store, now and after a close */
    CONFORMANCE_BACKUP = 1 << 1 /* tasks_backup() writes a file that sqlite: opens */
};

enum { CONFORMANCE_URI_SIZE = 1024, CONFORMANCE_SKIPPED = 77 };

typedef struct conformance_fixture {
    const char *name;
    unsigned can; /* CONFORMANCE_... */
    /* Once, before and after everything. False: there is no such store on this machine; the run is
     * skipped, not passed. NULL: nothing to do. */
    bool (*begin)(void);
    void (*end)(void);
    /* For each test: a place without a store in it, for tasks_open() to make one, and its end. Several
     * tests of one process may run one after another, but never at the same time. */
    void (*make)(char uri[CONFORMANCE_URI_SIZE]);
    void (*drop)(const char *uri);
    tasks_status (*open)(const tasks_options *options, tasks_db **out, tasks_error *error);
} conformance_fixture;

/* Returns main()'s exit code. */
int conformance_run(const conformance_fixture *fixture);

#endif
