#include "suggest.h"

#include <string.h>

enum { LONGEST = 32 };

static size_t min(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`, both at most LONGEST. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][LONGEST + 1], *before = rows[0], *above = rows[1], *row = rows[2];
    size_t width = strlen(b);
    for (size_t j = 0; j <= width; j++)
        above[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        row[0] = i;
        for (size_t j = 1; j <= width; j++) {
            row[j] = min(above[j - 1] + (a[i - 1] != b[j - 1]), min(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = min(row[j], before[j - 2] + 1);
        }
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[width];
}

void suggest_init(suggest *s, const char *word)
{
    size_t length = strlen(word);
    *s = (suggest){.word = word, .distance = 1 + (length < 4 ? 1 : length / 3)};
}

void suggest_offer(suggest *s, const char *name)
{
    if (strlen(s->word) > LONGEST || strlen(name) > LONGEST)
        return;
    size_t d = distance(s->word, name);
    if (d < s->distance) {
        s->best = name;
        s->distance = d;
    }
}
