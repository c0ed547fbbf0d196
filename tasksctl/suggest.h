/* "Did you mean": the known name that is closest to a word that is not known. */
#ifndef SUGGEST_H
#define SUGGEST_H

#include <stddef.h>

typedef struct suggest {
    const char *word;
    const char *best; /* the closest name so far; NULL while none is close enough */
    size_t distance;
} suggest;

void suggest_init(suggest *s, const char *word);
void suggest_offer(suggest *s, const char *name); /* `name` must outlive `s` */

#endif
