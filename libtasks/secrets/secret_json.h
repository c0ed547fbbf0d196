/* JSON that holds secrets: its strings are wiped when it is released. */
#ifndef SECRET_JSON_H
#define SECRET_JSON_H

#include "json_in.h"
#include "wiped.h"

/* One JSON object; UNAVAILABLE secret_unusable for anything else. `*out` is NULL on failure. */
tasks_status secret_json_read(const char *text, size_t length, json_t **out, tasks_error *error);
void secret_json_done(json_t *value); /* of its only holder */

/* A member that is a text or a whole number; else UNAVAILABLE secret_unusable. */
tasks_status secret_json_member(const json_t *object, const char *key, wiped *out, tasks_error *error);
/* The same, but without the member, or with null or "" in it, `out` stays empty. */
tasks_status secret_json_optional(const json_t *object, const char *key, wiped *out, tasks_error *error);

#endif
