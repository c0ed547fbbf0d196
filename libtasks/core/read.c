/* The public calls that read. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "cursor.h"
#include "db.h"
#include "fail.h"
#include "page.h"
#include "rules.h"

static backend_read start(const tasks_db *db, backend_read_kind kind)
{
    return (backend_read){.kind = kind, .owner = db->owner, .now_ms = db_now(db), .sink = page_no_sink()};
}

/* ---- What need not be read again ---- */

static bool mark_now(const db_store *store, backend_mark *mark)
{
    return store->ops->mark && store->ops->mark(store->backend, mark);
}

/* Has nobody written since? Then what was read meanwhile is of this mark. */
static bool still(const db_store *store, const backend_mark *mark)
{
    backend_mark now;
    return store->ops->mark(store->backend, &now) && memcmp(&now, mark, sizeof now) == 0;
}

static tasks_status get_known(tasks_db *db, backend_read *read, const backend_mark *mark, tasks_task **out,
                              tasks_error *error)
{
    known *k = &db->store->known;
    *out = known_task_find(k, mark, read);
    if (*out)
        return TASKS_OK;
    tasks_status status = db_read(db, read, error);
    if (!status && still(db->store, mark))
        known_task_keep(k, mark, read, *out);
    return status;
}

tasks_status tasks_get(tasks_db *db, int64_t id, tasks_task **out, tasks_error *error)
{
    *out = NULL;
    tasks_status status = rules_id(id, error);
    if (status)
        return status;
    tasks_task *task;
    backend_mark mark;
    backend_read read = start(db, BACKEND_GET);
    read.id = id;
    read.sink = page_task_sink(&task);
    status =
        mark_now(db->store, &mark) ? get_known(db, &read, &mark, &task, error) : db_read(db, &read, error);
    if (status)
        tasks_task_free(task);
    else
        *out = task;
    return status;
}

/* ---- Several tasks ---- */

static tasks_status check_lookup(const tasks_lookup *theirs, const db_store *store, tasks_error *error)
{
    if (theirs->struct_size < sizeof *theirs)
        return fail(error, TASKS_INVALID, "option_malformed", "start each lookup from TASKS_LOOKUP_INIT");
    if (theirs->db->store != store)
        return fail(error, TASKS_INVALID, "lookup_foreign", "the lookups are for different stores");
    return rules_id(theirs->id, error);
}

static void tell(const tasks_lookup *theirs, const tasks_timing *timing)
{
    if (theirs->done)
        theirs->done(theirs->context, timing);
}

/* Is there nothing to read for it? It is told of then, and may be gone. */
static bool answer_at_once(tasks_lookup *theirs, const db_store *store, db_lookup *own)
{
    theirs->task = NULL;
    theirs->status = check_lookup(theirs, store, &theirs->error);
    if (!theirs->status) {
        own->theirs = theirs;
        own->read = start(theirs->db, BACKEND_GET);
        own->read.id = theirs->id;
        own->read.sink = page_task_sink(&own->task);
        if (own->mark)
            theirs->task = known_task_find(&theirs->db->store->known, own->mark, &own->read);
        if (!theirs->task)
            return false;
    }
    tell(theirs, NULL);
    return true;
}

static void end_lookup(const db_lookup *own, const tasks_timing *timing)
{
    tasks_lookup *theirs = own->theirs;
    db_store *store = theirs->db->store;
    theirs->status = own->read.status;
    if (theirs->status) {
        theirs->error = own->read.error;
        tasks_task_free(own->task);
    } else {
        theirs->task = own->task;
        if (own->mark && still(store, own->mark))
            known_task_keep(&store->known, own->mark, &own->read, own->task);
    }
    tell(theirs, timing);
}

static void get_each(tasks_lookup *const *lookups, uint32_t count, db_lookup *own)
{
    db_store *store = lookups[0]->db->store; /* the first of them may be gone when the second is looked at */
    backend_mark mark;
    bool marked = mark_now(store, &mark);
    uint32_t unknown = 0;
    for (uint32_t i = 0; i < count; i++) {
        own[unknown].mark = marked ? &mark : NULL;
        unknown += !answer_at_once(lookups[i], store, &own[unknown]);
    }
    db_read_each(store, own, unknown, end_lookup);
}

void tasks_get_each(tasks_lookup *const *lookups, uint32_t count)
{
    db_lookup *own = calloc(count + 1, sizeof *own);
    if (own && count)
        get_each(lookups, count, own);
    for (uint32_t i = 0; !own && i < count; i++) {
        lookups[i]->task = NULL;
        lookups[i]->status = fail_memory(&lookups[i]->error);
        tell(lookups[i], NULL);
    }
    free(own);
}

/* ---- The state ---- */

static tasks_status state_known(tasks_db *db, backend_read *read, const backend_mark *mark,
                                tasks_error *error)
{
    known *k = &db->store->known;
    if (known_state_find(k, mark, read))
        return TASKS_OK;
    tasks_status status = db_read(db, read, error);
    if (!status && still(db->store, mark))
        known_state_keep(k, mark, read);
    return status;
}

tasks_status tasks_revision(tasks_db *db, int64_t *revision, int64_t *expired, tasks_error *error)
{
    backend_mark mark;
    backend_read read = start(db, BACKEND_REVISION);
    tasks_status status =
        mark_now(db->store, &mark) ? state_known(db, &read, &mark, error) : db_read(db, &read, error);
    *revision = status ? 0 : read.revision;
    *expired = status ? 0 : read.expired;
    return status;
}

/* ---- Pages ---- */

/* Carries a read into a new page. */
static tasks_status read_page(tasks_db *db, backend_read *read, uint32_t limit, tasks_page **out,
                              tasks_error *error)
{
    tasks_page *page = page_new(limit);
    if (!page)
        return fail_memory(error);
    read->sink = page_sink(page);
    tasks_status status = db_read(db, read, error);
    if (status) {
        tasks_page_free(page);
        return status;
    }
    page->revision = read->revision;
    page->expired = read->expired;
    *out = page;
    return TASKS_OK;
}

static tasks_status add_cursor(tasks_page *page, const backend_list *list, tasks_error *error)
{
    if (!page->more)
        return TASKS_OK;
    page->cursor = malloc(CURSOR_SIZE);
    if (!page->cursor)
        return fail_memory(error);
    cursor_write(list, page->tasks[page->count - 1], page->cursor);
    return TASKS_OK;
}

static tasks_status list_page(tasks_db *db, backend_list *list, tasks_page **out, tasks_error *error)
{
    backend_read read = start(db, BACKEND_LIST);
    uint32_t limit = list->limit++; /* one more than the page, to see whether more follows */
    read.list = list;
    tasks_status status = read_page(db, &read, limit, out, error);
    if (*out)
        status = add_cursor(*out, list, error);
    if (status) {
        tasks_page_free(*out);
        *out = NULL;
    }
    return status;
}

tasks_status tasks_list(tasks_db *db, const tasks_query *query, tasks_page **out, tasks_error *error)
{
    arena memory;
    backend_list list;
    *out = NULL;
    arena_init(&memory);
    tasks_status status = rules_query(&memory, query, &list, error);
    if (!status)
        status = list_page(db, &list, out, error);
    arena_done(&memory);
    return status;
}

tasks_status tasks_changes(tasks_db *db, int64_t since, uint32_t limit, tasks_page **out, tasks_error *error)
{
    backend_read read = start(db, BACKEND_CHANGES);
    *out = NULL;
    if (since < 0)
        return fail_field(error, "since", "query_malformed", "since is 0 or a revision");
    read.since = since;
    tasks_status status = rules_limit(limit, &read.limit, error);
    if (!status)
        status = read_page(db, &read, UINT32_MAX, out, error);
    if (status || !since || (since >= read.purged && since <= read.revision))
        return status;
    tasks_page_free(*out);
    *out = NULL;
    return fail(error, TASKS_NOT_FOUND, "changes_purged",
                since > read.revision
                    ? "the store has no revision %lld yet: start again from 0"
                    : "the deletions since revision %lld are not all kept: start again from 0",
                (long long)since);
}

tasks_status tasks_ping(tasks_db *db, tasks_error *error)
{
    backend_read read = start(db, BACKEND_PING);
    return db_read(db, &read, error);
}

/* ---- Owners ---- */

struct tasks_owners {
    arena memory;
    const char **names;
    uint32_t count;
};

static void owners_restart(void *context)
{
    tasks_owners *owners = context;
    arena_done(&owners->memory);
    owners->count = 0;
}

static tasks_status owners_row(void *context, const backend_row *row)
{
    tasks_owners *owners = context;
    const char *name = arena_copy(&owners->memory, row->task.title, strlen(row->task.title));
    if (!name)
        return TASKS_NO_MEMORY;
    owners->names[owners->count++] = name;
    return TASKS_OK;
}

static tasks_owners *owners_new(uint32_t limit)
{
    tasks_owners *owners = calloc(1, sizeof *owners);
    if (!owners)
        return NULL;
    arena_init(&owners->memory);
    owners->names = calloc(limit, sizeof *owners->names);
    if (owners->names)
        return owners;
    free(owners);
    return NULL;
}

tasks_status tasks_owners_list(tasks_db *db, const char *after, uint32_t limit, tasks_owners **out,
                               tasks_error *error)
{
    *out = NULL;
    tasks_status status = db_whole(db, error);
    if (!status)
        status = rules_limit(limit, &limit, error);
    if (!status && after)
        status = rules_owner(after, error);
    if (status)
        return status;
    tasks_owners *owners = owners_new(limit);
    if (!owners)
        return fail_memory(error);
    backend_read read = start(db, BACKEND_OWNERS);
    read.owner = after;
    read.limit = limit;
    read.sink = (backend_sink){.context = owners, .restart = owners_restart, .row = owners_row};
    status = db_read(db, &read, error);
    if (status)
        tasks_owners_free(owners);
    else
        *out = owners;
    return status;
}

uint32_t tasks_owners_count(const tasks_owners *owners)
{
    return owners->count;
}

const char *tasks_owners_at(const tasks_owners *owners, uint32_t index)
{
    return index < owners->count ? owners->names[index] : NULL;
}

void tasks_owners_free(tasks_owners *owners)
{
    if (!owners)
        return;
    arena_done(&owners->memory);
    free(owners->names);
    free(owners);
}
