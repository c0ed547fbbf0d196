#include "postgres.h"

/* Timeouts, so that no request waits for ever; the promise that a commit is on disk; and plans that do not
 * depend on statistics: every list has its index, and a table that was empty when its statement was first
 * planned may have a million rows a minute later. */
static const struct {
    const char *name, *value; /* NULL: a share of the time that a request may take */
    uint32_t quarters;
} settings[] = {
    {"statement_timeout", NULL, 4},
    {"lock_timeout", NULL, 3},
    {"idle_in_transaction_session_timeout", NULL, 4},
    {"synchronous_commit", "on", 0},
    {"client_min_messages", "warning", 0},
    {"plan_cache_mode", "force_generic_plan", 0},
    {"enable_seqscan", "off", 0},
    {"enable_bitmapscan", "off", 0},
    {"enable_hashjoin", "off", 0},
    {"enable_mergejoin", "off", 0},
    {"max_parallel_workers_per_gather", "0", 0},
    {"jit", "off", 0},
};

enum { COUNT = sizeof settings / sizeof *settings };

static void write_value(buf *text, size_t i, uint32_t timeout_ms)
{
    if (settings[i].value)
        buf_text(text, settings[i].value);
    else
        buf_int(text, (int64_t)timeout_ms * settings[i].quarters / 4 + 1);
}

void postgres_settings_options(buf *text, uint32_t timeout_ms)
{
    for (size_t i = 0; i < COUNT; i++) {
        buf_print(text, "%s-c %s=", i ? " " : "", settings[i].name);
        write_value(text, i, timeout_ms);
    }
}

void postgres_settings_sql(buf *text, uint32_t timeout_ms)
{
    for (size_t i = 0; i < COUNT; i++) {
        buf_print(text, "%s('%s', '", i ? ", set_config" : "SELECT set_config", settings[i].name);
        write_value(text, i, timeout_ms);
        buf_text(text, "', true)");
    }
}
