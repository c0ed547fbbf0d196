/* Which store, and opening it. */
#ifndef STORE_H
#define STORE_H

#include "cli.h"

/* Sets c->uri: --db, else TASKS_DB, else the default file, whose folders are made (mode 0700) when `make`
 * is set. Returns an exit code. */
int store_locate(cli *c, bool make);

/* What tasks_open() and tasks_migrate() take. c->uri must be set. */
tasks_options store_options(const cli *c);

/* Sets c->store, bound to --owner. Returns an exit code. */
int store_open(cli *c);

/* The same for all owners, whatever --owner says. */
int store_open_whole(cli *c);

/* Reports why a store did not open. What is wrong with --db or --owner itself is misuse. */
int store_refused(const cli *c, const tasks_error *error);

#endif
