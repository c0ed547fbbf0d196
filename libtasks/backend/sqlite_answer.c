/* Batches with a key: their answers are kept, and given again instead of running the batch again. */
#include "fail.h"
#include "sqlite.h"

/* Hands the kept answer to the sink. */
static tasks_status replay(sqlite3_stmt *s, backend_batch *batch)
{
    const char *text = (const char *)sqlite3_column_text(s, 2);
    if (!text)
        return fail_memory(&batch->error);
    if ((uint64_t)sqlite3_column_int64(s, 0) != batch->key_hash)
        return fail_field(&batch->error, "key", "key_reused",
                          "this key was used for another batch: take a new one");
    batch->revision = sqlite3_column_int64(s, 1);
    batch->replayed = true;
    tasks_status status = batch->sink.replay(batch->sink.context, text);
    if (status)
        fail(&batch->error, status, status == TASKS_NO_MEMORY ? "no_memory" : "store_damaged",
             "the answer that is kept for this key cannot be read");
    return status;
}

tasks_status sqlite_answer_find(sqlite_connection *c, backend_batch *batch)
{
    sqlite3_stmt *s = sqlite_statement(c, SQL_ANSWER_FIND, &batch->error);
    if (!s)
        return batch->error.status;
    sqlite_bind_text(s, 1, batch->owner);
    sqlite_bind_text(s, 2, batch->key);
    sqlite3_bind_int64(s, 3, batch->now_ms - BACKEND_REPLY_MS);
    int code = sqlite_step(c, s, &batch->error);
    if (code == SQLITE_ERROR)
        return batch->error.status;
    tasks_status status = code == SQLITE_ROW ? replay(s, batch) : TASKS_OK;
    sqlite3_reset(s);
    return status;
}

tasks_status sqlite_answer_keep(sqlite_connection *c, backend_batch *batch)
{
    const char *text = NULL;
    sqlite3_stmt *s = sqlite_statement(c, SQL_ANSWER_KEEP, &batch->error);
    if (!s)
        return batch->error.status;
    if (batch->sink.answer(batch->sink.context, &text))
        return fail_memory(&batch->error);
    sqlite_bind_text(s, 1, batch->owner);
    sqlite_bind_text(s, 2, batch->key);
    sqlite3_bind_int64(s, 3, (int64_t)batch->key_hash);
    sqlite3_bind_int64(s, 4, batch->revision);
    sqlite3_bind_int64(s, 5, batch->now_ms);
    sqlite_bind_text(s, 6, text);
    return sqlite_run(c, s, &batch->error);
}

tasks_status sqlite_answer_sweep(sqlite_connection *c, backend_batch *batch, int64_t limit)
{
    sqlite3_stmt *s = sqlite_statement(c, SQL_ANSWER_SWEEP, &batch->error);
    if (!s)
        return batch->error.status;
    sqlite_bind_text(s, 1, batch->owner);
    sqlite3_bind_int64(s, 2, batch->now_ms - BACKEND_REPLY_MS);
    sqlite3_bind_int64(s, 3, limit);
    tasks_status status = sqlite_run(c, s, &batch->error);
    if (!status)
        batch->removed += sqlite3_changes64(c->db);
    return status;
}
