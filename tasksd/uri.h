/* The one place where percent-encoding is taken off and put on. Refused: a '%' without two hex digits,
 * what decodes to NUL or another control character, what is not UTF-8, and in a path an encoded slash. */
#ifndef URI_H
#define URI_H

#include "arena.h"
#include "buf.h"
#include "tasks.h"

enum { URI_PARAMETERS_MAX = 16 };

struct uri_parameter {
    const char *name, *value;
};

struct uri_query {
    struct uri_parameter items[URI_PARAMETERS_MAX];
    size_t count;
};

/* Decodes a path. @return OK, INVALID path_malformed, NO_MEMORY */
tasks_status uri_path_read(const char *raw, arena *memory, const char **out, tasks_error *error);

/* Decodes name=value pairs ('+' is a blank); a name may come once. `raw` may be NULL.
 * @return OK, INVALID (query_malformed, parameter_repeated), NO_MEMORY */
tasks_status uri_query_read(const char *raw, arena *memory, struct uri_query *out, tasks_error *error);

/* NULL if it is not there. */
const char *uri_query_get(const struct uri_query *query, const char *name);

/* Appends `text` with everything encoded that is not unreserved. */
void uri_encode(buf *to, const char *text);

#endif
