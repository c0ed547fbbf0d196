/* Where the store is when nobody says so. */
#ifndef PATHS_H
#define PATHS_H

#include "buf.h"

/* Writes "sqlite:$XDG_DATA_HOME/tasks/tasks.db" (or under ~/.local/share) and makes the folders that are
 * missing, for their owner alone. NULL, or what is wrong; then `uri` holds the folder, if it has come to
 * that. */
const char *paths_default_uri(buf *uri);

#endif
