/* The IDs that the words of a command line are. */
#ifndef IDS_H
#define IDS_H

#include <stdint.h>

#include "cli.h"

typedef struct ids {
    int64_t *list;
    uint32_t count;
} ids;

/* Reads one word. Returns an exit code. */
int ids_read_one(const cli *c, const char *word, int64_t *id);

/* Reads all words; an ID that comes again counts once. Returns an exit code. */
int ids_read(const cli *c, ids *out);
void ids_done(ids *i);

#endif
