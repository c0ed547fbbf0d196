#include "wiped.h"

#include <stdlib.h>
#include <string.h>

static bool make_room(wiped *w, size_t length)
{
    wiped_done(w);
    w->text = calloc(1, length + 1);
    w->length = w->text ? length : 0;
    return w->text;
}

bool wiped_set(wiped *w, const char *text, size_t length)
{
    if (!make_room(w, length))
        return false;
    memcpy(w->text, text, length);
    return true;
}

bool wiped_join(wiped *w, const char *first, const char *second)
{
    size_t length = strlen(first);
    if (!make_room(w, length + strlen(second)))
        return false;
    memcpy(w->text, first, length);
    memcpy(w->text + length, second, w->length - length);
    return true;
}

void wiped_done(wiped *w)
{
    if (w->text)
        explicit_bzero(w->text,
                       w->length); /* as OPENSSL_cleanse(), which a build without AWS does not have */
    free(w->text);
    *w = (wiped){0};
}

bool wiped_same(const wiped *a, const wiped *b)
{
    return !a->text == !b->text && a->length == b->length &&
           (!a->text || !memcmp(a->text, b->text, a->length));
}
