#include "ids.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "number.h"

static bool known(const ids *i, int64_t id)
{
    for (uint32_t n = 0; n < i->count; n++)
        if (i->list[n] == id)
            return true;
    return false;
}

int ids_read_one(const cli *c, const char *word, int64_t *id)
{
    if (number_read(word, strlen(word), 1, INT64_MAX, id))
        return EXITS_DONE;
    return cli_misused(c, "id_malformed", "'%.60s' is no ID: that is a whole number from 1", word);
}

int ids_read(const cli *c, ids *out)
{
    *out = (ids){.list = malloc((c->word_count + 1) * sizeof *out->list)};
    if (!out->list) {
        tasks_error error;
        fail_memory(&error);
        return cli_failed(c, NULL, &error);
    }
    for (size_t n = 0; n < c->word_count; n++) {
        int64_t id;
        int code = ids_read_one(c, c->words[n], &id);
        if (code) {
            ids_done(out);
            return code;
        }
        if (!known(out, id))
            out->list[out->count++] = id;
    }
    return EXITS_DONE;
}

void ids_done(ids *i)
{
    free(i->list);
    *i = (ids){0};
}
