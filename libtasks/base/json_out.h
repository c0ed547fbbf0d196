/* Writing JSON. Commas are put by the writer; nesting is the caller's to get right. */
#ifndef JSON_OUT_H
#define JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

typedef struct json_out {
    buf *to;
    bool comma; /* a value has been written at this level */
} json_out;

void json_out_init(json_out *j, buf *to);
/* `key` is NULL inside an array and at the top; it is written as it is (no escaping), so a literal. */
void json_out_object(json_out *j, const char *key);
void json_out_object_end(json_out *j);
void json_out_array(json_out *j, const char *key);
void json_out_array_end(json_out *j);
void json_out_text(json_out *j, const char *key, const char *text); /* NULL writes null */
void json_out_text_n(json_out *j, const char *key, const char *text, size_t length);
void json_out_int(json_out *j, const char *key, int64_t number);
void json_out_double(json_out *j, const char *key, double number); /* NaN and infinities write null */
void json_out_bool(json_out *j, const char *key, bool value);
void json_out_null(json_out *j, const char *key);
void json_out_time(json_out *j, const char *key, int64_t time_ms); /* TASKS_NO_TIME writes null */
void json_out_raw(json_out *j, const char *key, const char *json, size_t length);

#endif
