#include "idempotency.h"

#include <string.h>
#include <strings.h>

#include "fail.h"

static const char name[] = "Idempotency-Key";

void idempotency_init(struct idempotency *list)
{
    pthread_mutex_init(&list->lock, NULL);
    list->first = NULL;
}

void idempotency_done(struct idempotency *list)
{
    pthread_mutex_destroy(&list->lock);
}

/* Takes the quotes and backslashes off; false if the quotes do not hold all of it. */
static bool unquote(char *text)
{
    char *to = text;
    for (text++; *text && *text != '"'; text++) {
        if (*text == '\\' && (text[1] == '"' || text[1] == '\\'))
            text++;
        else if (*text == '\\')
            return false;
        *to++ = *text;
    }
    bool whole = strcmp(text, "\"") == 0;
    *to = '\0';
    return whole;
}

static bool is_printable(const char *text)
{
    while (*text >= ' ' && *text <= '~')
        text++;
    return *text == '\0';
}

static size_t count_headers(const struct http_request *rq)
{
    size_t count = 0;
    for (size_t i = 0; i < rq->header_count; i++)
        count += strcasecmp(rq->headers[i].name, name) == 0;
    return count;
}

static tasks_status malformed(tasks_error *error, const char *why)
{
    return fail_field(error, "key", "key_malformed", "%s", why);
}

tasks_status idempotency_read(const struct http_request *rq, const char **key, tasks_error *error)
{
    const char *value = http_header(rq, name);
    *key = NULL;
    if (!value)
        return TASKS_OK;
    if (count_headers(rq) > 1)
        return malformed(error, "there is more than one Idempotency-Key");
    char *copy = arena_copy(rq->memory, value, strlen(value));
    if (!copy)
        return fail_memory(error);
    if (*copy == '"' && !unquote(copy))
        return malformed(error, "the string of Idempotency-Key is not quoted right");
    if (!*copy || strlen(copy) > IDEMPOTENCY_KEY_MAX || !is_printable(copy))
        return malformed(error, "Idempotency-Key must be 1 to 255 printable characters of ASCII");
    *key = copy;
    return TASKS_OK;
}

static bool is_under_way(const struct idempotency *list, const struct idempotency_entry *entry)
{
    for (const struct idempotency_entry *other = list->first; other; other = other->next)
        if (strcmp(other->key, entry->key) == 0 && strcmp(other->owner, entry->owner) == 0)
            return true;
    return false;
}

bool idempotency_begin(struct idempotency *list, struct idempotency_entry *entry)
{
    pthread_mutex_lock(&list->lock);
    bool free = !is_under_way(list, entry);
    if (free) {
        entry->next = list->first;
        list->first = entry;
    }
    pthread_mutex_unlock(&list->lock);
    return free;
}

void idempotency_end(struct idempotency *list, const struct idempotency_entry *entry)
{
    pthread_mutex_lock(&list->lock);
    struct idempotency_entry **at = &list->first;
    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
    pthread_mutex_unlock(&list->lock);
}
