#include "report.h"

#include <unistd.h>

#include "cells.h"
#include "json_out.h"
#include "output.h"
#include "sink.h"

enum { CAP = 64 << 10 };

static void write_json(buf *to, const char *message, const tasks_error *error)
{
    json_out json;
    json_out_init(&json, to);
    json_out_object(&json, NULL);
    json_out_text(&json, "code", error->code);
    json_out_text(&json, "status", tasks_status_name(error->status));
    json_out_text(&json, "message", message);
    json_out_text(&json, "field", *error->field ? error->field : NULL);
    json_out_object_end(&json);
}

void report(int format, const char *where, const tasks_error *error)
{
    sink s;
    buf message;
    sink_init(&s, STDERR_FILENO);
    buf_init(&message, CAP);
    if (where)
        cells_put(&message, where, CELLS_ALL);
    if (where)
        buf_text(&message, ": ");
    /* It may quote what came from outside. */
    cells_put(&message, error->message, CELLS_ALL);
    if (format == OUTPUT_JSON)
        write_json(&s.text, message.bytes ? message.bytes : "", error);
    else
        buf_print(&s.text, "tasksctl: %s", message.bytes ? message.bytes : error->code);
    buf_char(&s.text, '\n');
    sink_flush(&s);
    buf_done(&message);
    sink_done(&s);
}
