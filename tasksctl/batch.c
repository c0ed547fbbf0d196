#include "batch.h"

#include <stdlib.h>

#include "fail.h"
#include "ids.h"
#include "store.h"

static tasks_status apply(cli *c, const ids *i, const tasks_op *each, tasks_page **page, tasks_error *error)
{
    tasks_op *ops = malloc(i->count * sizeof *ops);
    if (!ops)
        return fail_memory(error);
    for (uint32_t n = 0; n < i->count; n++) {
        ops[n] = *each;
        ops[n].id = i->list[n];
    }
    tasks_status status = tasks_apply(c->store, ops, i->count, page, error);
    free(ops);
    return status;
}

static int run(cli *c, const ids *i, const tasks_op *each, const char *verb)
{
    tasks_error error;
    tasks_page *page = NULL;
    int code = store_open(c);
    if (code)
        return code;
    if (apply(c, i, each, &page, &error))
        return cli_failed(c, i->count > 1 ? "nothing was changed" : NULL, &error);
    output_start(&c->out, OUTPUT_LINES, c->word_count > 1, verb);
    output_page(&c->out, page);
    output_end(&c->out);
    tasks_page_free(page);
    return EXITS_DONE;
}

int batch_run(cli *c, const tasks_op *each, const char *verb)
{
    ids i;
    int code = ids_read(c, &i);
    if (!code)
        code = run(c, &i, each, verb);
    ids_done(&i);
    return code;
}
