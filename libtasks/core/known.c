#include "known.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "page.h"

enum { SIZE_MAX_KEPT = 1024 }; /* so that all of it together is about a megabyte at most */

static bool take(atomic_flag *taken)
{
    return !atomic_flag_test_and_set_explicit(taken, memory_order_acquire);
}

static void give_back(atomic_flag *taken)
{
    atomic_flag_clear_explicit(taken, memory_order_release);
}

static uint64_t hash_of(const char *owner)
{
    return hash_bytes(HASH_START, owner, strlen(owner));
}

static bool same(const backend_mark *a, const backend_mark *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* ---- States ---- */

static known_state *state_place(known *k, const char *owner)
{
    return &k->states[hash_of(owner) % KNOWN_STATES];
}

bool known_state_find(known *k, const backend_mark *mark, backend_read *read)
{
    const known_state *state = state_place(k, read->owner);
    if (!take(&k->states_taken))
        return false;
    bool found = read->now_ms >= state->from_ms && read->now_ms < state->until_ms &&
                 strcmp(state->owner, read->owner) == 0 && same(&state->mark, mark);
    if (found) {
        read->revision = state->revision;
        read->expired = state->expired;
    }
    give_back(&k->states_taken);
    return found;
}

void known_state_keep(known *k, const backend_mark *mark, const backend_read *read)
{
    known_state *state = state_place(k, read->owner);
    if (!take(&k->states_taken))
        return;
    *state = (known_state){.mark = *mark,
                           .revision = read->revision,
                           .expired = read->expired,
                           .from_ms = read->from_ms,
                           .until_ms = read->until_ms};
    memcpy(state->owner, read->owner, strlen(read->owner) + 1);
    give_back(&k->states_taken);
}

/* ---- Tasks ---- */

static known_task *task_place(known *k, uint64_t owner_hash, int64_t id)
{
    return &k->tasks[(owner_hash + (uint64_t)id) % KNOWN_TASKS]; /* neighbours do not meet */
}

static void drop(known_task *place)
{
    free(place->owner);
    tasks_task_free(place->task);
    place->owner = NULL;
    place->task = NULL;
}

static bool alive(const tasks_task *task, int64_t now_ms)
{
    return task->expires_at_ms == TASKS_NO_TIME || task->expires_at_ms > now_ms;
}

tasks_task *known_task_find(known *k, const backend_mark *mark, const backend_read *read)
{
    const known_task *place = task_place(k, hash_of(read->owner), read->id);
    tasks_task *copy = NULL;
    if (!take(&k->tasks_taken))
        return NULL;
    if (place->owner && place->id == read->id && same(&place->mark, mark) &&
        strcmp(place->owner, read->owner) == 0 && alive(place->task, read->now_ms))
        copy = page_task_copy(place->task);
    give_back(&k->tasks_taken);
    return copy;
}

/* Takes `copy` over. */
static void fill(known_task *place, const char *owner, tasks_task *copy)
{
    drop(place);
    place->owner = copy ? strdup(owner) : NULL;
    place->task = copy;
    if (!place->owner)
        drop(place);
}

void known_task_keep(known *k, const backend_mark *mark, const backend_read *read, const tasks_task *task)
{
    uint64_t hash = hash_of(read->owner);
    known_task *place = task_place(k, hash, read->id);
    if (page_task_size(task) > SIZE_MAX_KEPT || !take(&k->tasks_taken))
        return;
    if (place->id == read->id && place->owner_hash == hash && same(&place->mark, mark)) {
        fill(place, read->owner, page_task_copy(task));
    } else {
        drop(place);
        *place = (known_task){.mark = *mark, .id = read->id, .owner_hash = hash};
    }
    give_back(&k->tasks_taken);
}

void known_done(known *k)
{
    for (size_t i = 0; i < KNOWN_TASKS; i++)
        drop(&k->tasks[i]);
}
