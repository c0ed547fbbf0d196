/* The same operation on each ID of the command line, as one batch. */
#ifndef BATCH_H
#define BATCH_H

#include "cli.h"

/* `each` lacks only the id; `verb` says what was done ("Deleted"). Returns an exit code. */
int batch_run(cli *c, const tasks_op *each, const char *verb);

#endif
