#include "steps.h"

const char *steps_broken;

/* Not ck_assert(): it allocates, and memory may be what fails. */
#define CLAIM(promise)                                                                                       \
    do {                                                                                                     \
        if (!(promise))                                                                                      \
            steps_broken = __FILE__ ": " #promise;                                                           \
    } while (0)

static const char *const tags[] = {"red", "blue"};

static tasks_status create_task(tasks_db *db)
{
    tasks_patch patch = kit_titled("one");
    tasks_task *task;
    patch.set |= TASKS_SET_TAGS | TASKS_SET_UID;
    patch.tags = tags;
    patch.tag_count = KIT_COUNT(tags);
    patch.uid = "u";
    tasks_status status = tasks_create(db, &patch, &task, &kit_error);
    CLAIM(!status == !!task);
    tasks_task_free(task);
    return status;
}

static tasks_status create_again(tasks_db *db)
{
    tasks_patch patch = kit_titled("another");
    tasks_task *task;
    tasks_status status = tasks_create(db, &patch, &task, &kit_error);
    tasks_task_free(task);
    return status;
}

static tasks_status create_expiring(tasks_db *db)
{
    tasks_patch patch = kit_titled("soon gone");
    tasks_task *task;
    patch.set |= TASKS_SET_EXPIRES_AT;
    patch.expires_at_ms = KIT_START - 1;
    tasks_status status = tasks_create(db, &patch, &task, &kit_error);
    tasks_task_free(task);
    return status;
}

static tasks_status update_task(tasks_db *db)
{
    tasks_patch patch = kit_titled("one again");
    tasks_task *task;
    tasks_status status = tasks_update(db, 1, 0, &patch, &task, &kit_error);
    CLAIM(!status == !!task);
    tasks_task_free(task);
    return status;
}

static tasks_status apply_batch(tasks_db *db)
{
    tasks_patch patch = kit_titled("batch");
    const tasks_op ops[] = {{.kind = TASKS_CREATE, .patch = &patch},
                            {.kind = TASKS_UPDATE, .id = 1, .patch = &patch},
                            {.kind = TASKS_CREATE, .patch = &patch}};
    tasks_page *page;
    tasks_status status = tasks_apply(db, ops, KIT_COUNT(ops), &page, &kit_error);
    CLAIM(!status == !!page);
    CLAIM(status || tasks_page_count(page) == KIT_COUNT(ops));
    tasks_page_free(page);
    return status;
}

static tasks_status apply_once(tasks_db *db)
{
    tasks_patch patch = kit_titled("once");
    const tasks_op op = {.kind = TASKS_CREATE, .patch = &patch};
    tasks_page *page;
    tasks_status status = tasks_apply_once(db, "key", &op, 1, &page, NULL, &kit_error);
    CLAIM(!status == !!page);
    tasks_page_free(page);
    return status;
}

static tasks_status apply_each(tasks_db *db)
{
    tasks_patch patch = kit_titled("each");
    const tasks_op op = {.kind = TASKS_CREATE, .patch = &patch};
    tasks_batch batch = TASKS_BATCH_INIT;
    batch.db = db;
    batch.ops = &op;
    batch.count = 1;
    tasks_apply_each((tasks_batch *[]){&batch}, 1);
    CLAIM(!batch.status == !!batch.page);
    CLAIM(!batch.status || batch.status == batch.error.status);
    tasks_page_free(batch.page);
    if (batch.status)
        kit_error = batch.error;
    return batch.status;
}

static tasks_status get_task(tasks_db *db)
{
    tasks_task *task;
    tasks_status status = tasks_get(db, 1, &task, &kit_error);
    CLAIM(!status == !!task);
    tasks_task_free(task);
    return status;
}

static tasks_status get_each(tasks_db *db)
{
    tasks_lookup first = TASKS_LOOKUP_INIT, second = TASKS_LOOKUP_INIT;
    first.db = second.db = db;
    first.id = second.id = 1;
    tasks_get_each((tasks_lookup *[]){&first, &second}, 2);
    CLAIM(!first.status == !!first.task && !second.status == !!second.task);
    CLAIM(!first.status || first.status == first.error.status);
    tasks_task_free(first.task);
    tasks_task_free(second.task);
    if (first.status)
        kit_error = first.error;
    else if (second.status)
        kit_error = second.error;
    return first.status ? first.status : second.status;
}

static tasks_status list_tasks(tasks_db *db)
{
    tasks_query query = TASKS_QUERY_INIT;
    tasks_page *page;
    query.sort = TASKS_SORT_UPDATED;
    query.limit = 2;
    tasks_status status = tasks_list(db, &query, &page, &kit_error);
    CLAIM(!status == !!page);
    tasks_page_free(page);
    return status;
}

static tasks_status list_changes(tasks_db *db)
{
    tasks_page *page;
    tasks_status status = tasks_changes(db, 0, 0, &page, &kit_error);
    CLAIM(!status == !!page);
    tasks_page_free(page);
    return status;
}

static tasks_status list_owners(tasks_db *db)
{
    tasks_owners *owners;
    tasks_status status = tasks_owners_list(db, NULL, 0, &owners, &kit_error);
    CLAIM(!status == !!owners);
    tasks_owners_free(owners);
    return status;
}

static tasks_status read_revision(tasks_db *db)
{
    int64_t revision, expired;
    tasks_status status = tasks_revision(db, &revision, &expired, &kit_error);
    CLAIM(!status || !(revision | expired));
    return status;
}

/* For a revision that never comes: so it also asks the backend. */
static tasks_status wait_for_change(tasks_db *db)
{
    int64_t revision;
    tasks_status status = tasks_wait(db, INT64_MAX, 1, &revision, &kit_error);
    CLAIM(!status || !revision);
    return status;
}

static tasks_status delete_task(tasks_db *db)
{
    tasks_task *task;
    tasks_status status = tasks_delete(db, 3, 0, &task, &kit_error);
    CLAIM(!status == !!task);
    tasks_task_free(task);
    return status;
}

static tasks_status sweep(tasks_db *db)
{
    return tasks_sweep(db, NULL, &kit_error);
}

static tasks_status clear(tasks_db *db)
{
    tasks_query query = TASKS_QUERY_INIT;
    query.text = "batch";
    return tasks_clear(db, &query, NULL, &kit_error);
}

static tasks_status ping(tasks_db *db)
{
    return tasks_ping(db, &kit_error);
}

static tasks_status check(tasks_db *db)
{
    return tasks_check(db, &kit_error);
}

static tasks_status count(tasks_db *db)
{
    tasks_statistics figures = TASKS_STATISTICS_INIT;
    return tasks_stats(db, 1, &figures, &kit_error);
}

static tasks_status make_token(tasks_db *db)
{
    char text[TASKS_TOKEN_SIZE];
    int64_t id;
    tasks_status status = tasks_token_create(db, "ann", 0, TASKS_NO_TIME, text, &id, &kit_error);
    CLAIM(!status == (*text != 0) && !status == (id != 0));
    return status;
}

static tasks_status find_token(tasks_db *db)
{
    tasks_token *token;
    tasks_status status =
        tasks_token_find(db, "tasks_0123456789012345678901234567890123456789012", &token, &kit_error);
    CLAIM(!token);
    return status == TASKS_DENIED && !strcmp(kit_error.code, "token_unknown") ? TASKS_OK : status;
}

static tasks_status revoke_token(tasks_db *db)
{
    tasks_token *token;
    tasks_status status = tasks_token_next(db, 0, &token, &kit_error);
    CLAIM(!status == !!token);
    if (!status)
        status = tasks_token_revoke(db, token->id, &kit_error);
    tasks_token_free(token);
    return status;
}

const steps_step steps_all[] = {
    {"create", create_task, true, false},
    {"create expiring", create_expiring, true, false},
    {"update", update_task, true, false},
    {"apply", apply_batch, true, false},
    {"apply once", apply_once, true, false},
    {"apply each", apply_each, true, false},
    {"get", get_task, false, false},
    {"get each", get_each, false, false},
    {"list", list_tasks, false, false},
    {"changes", list_changes, false, false},
    {"owners", list_owners, false, false},
    {"delete", delete_task, true, false},
    {"sweep", sweep, true, true},
    {"revision", read_revision, false, false},
    {"wait", wait_for_change, false, false},
    {"clear", clear, true, true},
    {"ping", ping, false, false},
    {"check", check, false, false},
    {"count", count, false, false},
    {"make token", make_token, false, false},
    {"find token", find_token, false, false},
    {"revoke token", revoke_token, false, false},
    {"create again", create_again, true, false},
};

const int steps_count = KIT_COUNT(steps_all);

/* ---- Comparing ---- */

tasks_db *steps_sound_store(void)
{
    tasks_options options = kit_options();
    tasks_db *db;
    options.uri = "sqlite::memory:";
    KIT_OK(tasks_open(&options, &db, &kit_error));
    return db;
}

static void same_tasks(tasks_page *a, tasks_page *b)
{
    ck_assert_int_eq(tasks_page_revision(a), tasks_page_revision(b));
    ck_assert_int_eq(tasks_page_expired(a), tasks_page_expired(b));
    ck_assert_uint_eq(tasks_page_count(a), tasks_page_count(b));
    for (uint32_t i = 0; i < tasks_page_count(a); i++)
        kit_same(tasks_page_at(a, i), tasks_page_at(b, i));
    tasks_page_free(a);
    tasks_page_free(b);
}

static tasks_page *changes(tasks_db *db)
{
    tasks_page *page;
    KIT_OK(tasks_changes(db, 0, 0, &page, &kit_error));
    return page;
}

void steps_same(tasks_db *db, tasks_db *sound)
{
    same_tasks(kit_list(db, NULL), kit_list(sound, NULL));
    same_tasks(changes(db), changes(sound));
    KIT_OK(tasks_check(db, &kit_error));
}
