/* Help, made from the tables that also drive the parser. */
#ifndef HELP_H
#define HELP_H

#include "buf.h"
#include "cli.h"

void help_overview(buf *to, const cli_command *commands);
void help_command(buf *to, const cli_command *command);

#endif
