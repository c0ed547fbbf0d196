#include "meter.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "interrupt.h"

enum { CELLS = 30 };

meter meter_start(const cli *c, const char *label, int form)
{
    bool shown = form == METER_JSON || (c->format == OUTPUT_HUMAN && isatty(STDERR_FILENO));
    interrupt_defer();
    return (meter){.label = shown ? label : NULL, .form = form, .percent = -1};
}

static void show_bar(const meter *m)
{
    static const char full[] = "##############################";
    int cells = m->percent * CELLS / 100;
    fprintf(stderr, "\r%s: %3d %% [%-*.*s]", m->label, m->percent, CELLS, cells, full);
}

int32_t meter_show(void *context, int64_t done, int64_t total)
{
    meter *m = context;
    int percent = total > 0 ? (int)(100.0 * (double)done / (double)total) : 0;
    bool moved = percent != m->percent;
    m->percent = percent;
    if (m->label && moved && m->form == METER_JSON)
        fprintf(stderr, "{\"done\":%" PRId64 ",\"total\":%" PRId64 "}\n", done, total);
    else if (m->label && moved)
        show_bar(m);
    return interrupt_exit_code() != 0;
}

void meter_end(meter *m)
{
    if (m->label && m->form == METER_AUTO && m->percent >= 0)
        fputs("\r\033[K", stderr);
}
