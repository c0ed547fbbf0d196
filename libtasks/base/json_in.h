/* Reading JSON: strict, bounded, jansson behind a guard. */
#ifndef JSON_IN_H
#define JSON_IN_H

#include <jansson.h>
#include <stddef.h>

#include "tasks.h"

enum { JSON_IN_DEPTH_MAX = 32 };

/* One JSON text, nothing after it. Refused with INVALID: not JSON or not UTF-8, U+0000, lone surrogates
 * (json_malformed), deeper than JSON_IN_DEPTH_MAX, found before the recursive parser sees it
 * (json_too_deep), the same member twice (field_repeated), integers beyond int64. The message names line
 * and column. `*out` is released with json_decref(). */
tasks_status json_in_read(const char *text, size_t length, json_t **out, tasks_error *error);

#endif
