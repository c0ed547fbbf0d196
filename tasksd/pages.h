/* Lists as they were last answered. A list is a function of the request, of the owner's revision and of how
 * many of the owner's tasks have expired at it (those that expire are the first by time, whatever the clock
 * does). The caller asks the store for both numbers each time, so what another process writes is seen as
 * well. */
#ifndef PAGES_H
#define PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "http.h"

struct pages;

/* What a list was asked for. */
struct pages_key {
    const char *owner, *url_base, *query; /* the query as sent; NULL for none */
};

/* Of what state of the owner's tasks a list is. */
struct pages_state {
    int64_t revision, expired;
};

struct pages *pages_new(void); /* NULL when out of memory */
void pages_free(struct pages *pages);

/* Is there anything for this key? Then it pays to ask for the state before the list is read. */
bool pages_known(struct pages *pages, const struct pages_key *key);

/* Makes the kept list the body of the answer; false if there is none of this state. `*cursor` is what was
 * kept with it, good as long as the answer is. */
bool pages_answer(struct pages *pages, const struct pages_key *key, struct pages_state state,
                  struct http_response *rs, const char **cursor);

/* Takes `text` over: makes it the body of the answer, and keeps it with `cursor` (may be NULL). */
void pages_keep(struct pages *pages, const struct pages_key *key, struct pages_state state, tasks_text *text,
                const char *cursor, struct http_response *rs);

#endif
