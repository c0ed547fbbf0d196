#include "pages.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"

/* One place for each value of a hash: at most COUNT * SIZE_MAX_KEPT bytes. */
enum { COUNT = 32, SIZE_MAX_KEPT = 32 << 10 };

/* Freed by the last of its holders: its place, and the answers that are being sent. */
struct list {
    atomic_int holders;
    struct pages_state state;
    tasks_text *text;
    char *key, *cursor; /* the cursor may be NULL */
};

struct pages {
    pthread_mutex_t lock; /* guards `lists` */
    struct list *lists[COUNT];
};

static void release(void *context)
{
    struct list *list = context;
    if (!list || atomic_fetch_sub(&list->holders, 1) > 1)
        return;
    tasks_text_free(list->text);
    free(list->key);
    free(list->cursor);
    free(list);
}

struct pages *pages_new(void)
{
    struct pages *pages = calloc(1, sizeof *pages);
    if (pages)
        pthread_mutex_init(&pages->lock, NULL);
    return pages;
}

void pages_free(struct pages *pages)
{
    if (!pages)
        return;
    for (size_t i = 0; i < COUNT; i++)
        release(pages->lists[i]);
    pthread_mutex_destroy(&pages->lock);
    free(pages);
}

/* The key as one text: none of the three can hold a newline. */
static void write_key(buf *to, const struct pages_key *key)
{
    buf_init(to, 16 << 10);
    buf_text(to, key->owner ? key->owner : "");
    buf_char(to, '\n');
    buf_text(to, key->url_base);
    buf_char(to, '\n');
    buf_text(to, key->query ? key->query : "");
}

static struct list **place(struct pages *pages, const buf *key)
{
    return &pages->lists[hash_bytes(HASH_START, key->bytes, key->length) % COUNT];
}

/* The list for a key, held; NULL if there is none. */
static struct list *hold(struct pages *pages, const struct pages_key *key)
{
    buf text;
    struct list *list = NULL;
    write_key(&text, key);
    if (!text.status) {
        pthread_mutex_lock(&pages->lock);
        list = *place(pages, &text);
        if (list && strcmp(list->key, text.bytes) == 0)
            atomic_fetch_add(&list->holders, 1);
        else
            list = NULL;
        pthread_mutex_unlock(&pages->lock);
    }
    buf_done(&text);
    return list;
}

bool pages_known(struct pages *pages, const struct pages_key *key)
{
    struct list *list = hold(pages, key);
    release(list);
    return list != NULL;
}

static void answer(struct http_response *rs, struct list *list)
{
    http_bytes(rs, list->text->bytes, list->text->length);
    http_hold(rs, list, release);
}

bool pages_answer(struct pages *pages, const struct pages_key *key, struct pages_state state,
                  struct http_response *rs, const char **cursor)
{
    struct list *list = hold(pages, key);
    if (!list || list->state.revision != state.revision || list->state.expired != state.expired) {
        release(list);
        return false;
    }
    *cursor = list->cursor;
    answer(rs, list);
    return true;
}

/* Takes key and text over if there is memory for the list. */
static struct list *list_new(struct pages_state state, buf *key, tasks_text *text, const char *cursor)
{
    struct list *list = malloc(sizeof *list);
    char *copy = cursor ? strdup(cursor) : NULL;
    if (!list || (cursor && !copy)) {
        free(list);
        free(copy);
        return NULL;
    }
    *list = (struct list){.state = state, .text = text, .key = buf_take(key, NULL), .cursor = copy};
    atomic_init(&list->holders, 2); /* its place and the answer */
    return list;
}

static void replace(struct pages *pages, struct list **at, struct list *list)
{
    pthread_mutex_lock(&pages->lock);
    struct list *before = *at;
    *at = list;
    pthread_mutex_unlock(&pages->lock);
    release(before);
}

void pages_keep(struct pages *pages, const struct pages_key *key, struct pages_state state, tasks_text *text,
                const char *cursor, struct http_response *rs)
{
    buf written;
    struct list *list = NULL;
    write_key(&written, key);
    if (!written.status && text->length <= SIZE_MAX_KEPT) {
        struct list **at = place(pages, &written);
        list = list_new(state, &written, text, cursor);
        if (list)
            replace(pages, at, list);
    }
    buf_done(&written);
    if (list)
        answer(rs, list);
    else
        http_text(rs, text);
}
