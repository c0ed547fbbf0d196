/* Where the next page of a list starts, as text that clients carry around without understanding it. */
#ifndef CURSOR_H
#define CURSOR_H

#include "backend.h"
#include "base64url.h"

enum { CURSOR_BYTES = 26, CURSOR_SIZE = BASE64URL_SIZE(CURSOR_BYTES) };

void cursor_write(const backend_list *list, const tasks_task *last, char text[CURSOR_SIZE]);
/* Sets list->after and list->continued. `list` holds the rest of the query already.
 * INVALID cursor_malformed, or cursor_foreign: it belongs to another query. */
tasks_status cursor_read(const char *text, backend_list *list, tasks_error *error);

#endif
