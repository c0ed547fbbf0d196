/* What makes a shell complete tasksctl's commands and options, made from the tables that also drive the
 * parser. */
#ifndef COMPLETION_H
#define COMPLETION_H

#include "buf.h"
#include "cli.h"

typedef struct completion_shell {
    const char *name;
    void (*put)(buf *to, const cli_command *commands);
} completion_shell;

extern const completion_shell completion_shells[]; /* ends with a NULL name */

#endif
