#include "output.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cells.h"
#include "json_out.h"
#include "number.h"
#include "terminal.h"
#include "text.h"
#include "timestamp.h"
#include "when.h"

#define BOLD "\033[1m"
#define DIM  "\033[2m"
#define RED  "\033[31m"
#define CYAN "\033[36m"

enum {
    DONE_WIDTH = 4,
    PRIORITY_WIDTH = 3,
    GAP = 2,
    TITLE_MIN = 10,
    TITLE_PADDED = 60, /* without a terminal, longer titles push their tags to the right */
    TEXT_CAP = 1 << 20
};

void output_init(output *o, int fd, int format, int color_mode)
{
    *o = (output){.format = format, .now_ms = timestamp_now()};
    sink_init(&o->sink, fd);
    buf_init(&o->scratch, TEXT_CAP);
    if (format == OUTPUT_HUMAN) {
        o->width = terminal_width(fd);
        o->color = terminal_color(fd, color_mode);
    }
}

void output_done(output *o)
{
    sink_done(&o->sink);
    buf_done(&o->scratch);
}

void output_start(output *o, int look, bool many, const char *verb)
{
    o->look = look;
    o->many = many;
    o->verb = verb;
    o->count = 0;
    o->columns = (struct output_columns){.id = 2, .due = 3, .title = 5, .tags = 4};
}

/* ---- for people ---- */

static void color_on(output *o, const char *color)
{
    if (o->color && color)
        buf_text(&o->sink.text, color);
}

static void color_off(output *o, const char *color)
{
    if (o->color && color)
        buf_text(&o->sink.text, "\033[0m");
}

static void put_gap(output *o)
{
    static const char blanks[] = "                ";
    for (int n; o->gap > 0; o->gap -= n) {
        n = o->gap < (int)sizeof blanks - 1 ? o->gap : (int)sizeof blanks - 1;
        buf_bytes(&o->sink.text, blanks, (size_t)n);
    }
}

/* A column of at least `width` cells. Blanks are written only before more text, so no line ends in them. */
static void column(output *o, const char *text, int width, int max, const char *color)
{
    if (*text) {
        put_gap(o);
        color_on(o, color);
        width -= (int)cells_put(&o->sink.text, text, max);
        color_off(o, color);
    }
    o->gap += (width > 0 ? width : 0) + GAP;
}

static void end_line(output *o)
{
    buf_char(&o->sink.text, '\n');
    o->gap = 0;
}

/* What was put together in the scratch buffer, which must not be lost unseen. */
static const char *scratch_text(output *o)
{
    if (o->scratch.status)
        o->sink.error = ENOMEM;
    return o->scratch.length ? o->scratch.bytes : "";
}

/* Tags hold no blanks. The result lives until the next call. */
static const char *tags_of(output *o, const tasks_task *task)
{
    buf_reset(&o->scratch);
    for (uint32_t i = 0; i < task->tag_count; i++) {
        if (i)
            buf_char(&o->scratch, ' ');
        buf_text(&o->scratch, task->tags[i]);
    }
    return scratch_text(o);
}

static const char *priority_of(const tasks_task *task)
{
    static const char *const names[] = {"", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    return task->priority > 0 && task->priority < 10 ? names[task->priority] : "";
}

static int digits(int64_t number)
{
    int count = 1;
    while (number /= 10)
        count++;
    return count;
}

static void grow(int *width, size_t wanted)
{
    if (wanted < TEXT_CAP && (int)wanted > *width)
        *width = (int)wanted;
}

/* The widths that a page needs. They never shrink, so that pages of one list stay aligned. */
static void measure(output *o, const tasks_page *page)
{
    struct output_columns *c = &o->columns;
    const tasks_task *task;
    for (uint32_t i = 0; (task = tasks_page_at(page, i)); i++) {
        char text[WHEN_SIZE];
        grow(&c->id, (size_t)digits(task->id));
        when_write(task->due_at_ms, text);
        grow(&c->due, strlen(text));
        grow(&c->title, cells_width(task->title));
        grow(&c->tags, cells_width(tags_of(o, task)));
    }
    int title_max = TITLE_PADDED;
    if (o->width) {
        int room = o->width - (c->id + DONE_WIDTH + PRIORITY_WIDTH + c->due + 5 * GAP);
        if (c->tags > room / 3)
            c->tags = room < 3 * 4 ? 4 : room / 3;
        title_max = room - c->tags < TITLE_MIN ? TITLE_MIN : room - c->tags;
    }
    if (c->title > title_max)
        c->title = title_max;
}

static void heading(output *o)
{
    color_on(o, BOLD);
    o->gap = o->columns.id - 2;
    column(o, "ID", 2, CELLS_ALL, NULL);
    column(o, "DONE", DONE_WIDTH, CELLS_ALL, NULL);
    column(o, "PRI", PRIORITY_WIDTH, CELLS_ALL, NULL);
    column(o, "DUE", o->columns.due, CELLS_ALL, NULL);
    column(o, "TITLE", o->columns.title, CELLS_ALL, NULL);
    column(o, "TAGS", 0, CELLS_ALL, NULL);
    color_off(o, BOLD);
    end_line(o);
}

static void row(output *o, const tasks_task *task)
{
    char text[WHEN_SIZE];
    const char *whole = task->completed ? DIM : NULL;
    bool overdue = !task->completed && task->due_at_ms != TASKS_NO_TIME && task->due_at_ms < o->now_ms;
    bool cut = o->width > 0;

    color_on(o, whole);
    o->gap = o->columns.id - digits(task->id);
    put_gap(o);
    buf_int(&o->sink.text, task->id);
    o->gap = GAP;
    column(o, task->completed ? "x" : "", DONE_WIDTH, CELLS_ALL, NULL);
    column(o, priority_of(task), PRIORITY_WIDTH, CELLS_ALL, NULL);
    when_write(task->due_at_ms, text);
    column(o, text, o->columns.due, CELLS_ALL, overdue ? RED : NULL);
    column(o, task->title, o->columns.title, cut ? o->columns.title : CELLS_ALL, NULL);
    column(o, tags_of(o, task), 0, cut ? o->columns.tags : CELLS_ALL, whole ? NULL : CYAN);
    color_off(o, whole);
    end_line(o);
}

static void line(output *o, const tasks_task *task)
{
    buf_print(&o->sink.text, "%s %lld  ", o->verb, (long long)task->id);
    cells_put(&o->sink.text, task->title, CELLS_ALL);
    end_line(o);
}

static void sheet_text(output *o, const char *label, const char *text)
{
    if (!text || !*text)
        return;
    buf_print(&o->sink.text, "%-10s", label);
    cells_put_lines(&o->sink.text, text, "          ");
    end_line(o);
}

static void sheet_time(output *o, const char *label, int64_t time_ms)
{
    char text[WHEN_SIZE];
    when_write(time_ms, text);
    sheet_text(o, label, text);
}

static void sheet(output *o, const tasks_task *task)
{
    char number[32];
    if (o->count)
        end_line(o);
    buf_print(&o->sink.text, "%-10s%lld\n", "ID", (long long)task->id);
    sheet_text(o, "Title", task->title);
    sheet_text(o, "State", task->completed ? "done" : "open");
    sheet_time(o, "Done at", task->completed_at_ms);
    sheet_text(o, "Priority", priority_of(task));
    sheet_time(o, "Due", task->due_at_ms);
    sheet_text(o, "Tags", tags_of(o, task));
    if (!isnan(task->order)) {
        number_write(task->order, number);
        sheet_text(o, "Order", number);
    }
    sheet_time(o, "Expires", task->expires_at_ms);
    sheet_text(o, "UID", task->uid);
    sheet_time(o, "Created", task->created_at_ms);
    sheet_time(o, "Updated", task->updated_at_ms);
    buf_print(&o->sink.text, "%-10s%lld\n", "Revision", (long long)task->revision);
    sheet_text(o, "Notes", task->notes);
}

static void human_task(output *o, const tasks_task *task)
{
    static void (*const looks[])(output *, const tasks_task *) = {
        [OUTPUT_TABLE] = row, [OUTPUT_LINES] = line, [OUTPUT_SHEETS] = sheet};
    looks[o->look](o, task);
    o->count++;
    sink_flow(&o->sink);
}

static void human_page(output *o, const tasks_page *page)
{
    const tasks_task *task;
    if (o->look == OUTPUT_TABLE)
        measure(o, page);
    if (o->look == OUTPUT_TABLE && !o->count && tasks_page_count(page))
        heading(o);
    for (uint32_t i = 0; (task = tasks_page_at(page, i)); i++)
        human_task(o, task);
}

static void human_end(output *o)
{
    if (o->look == OUTPUT_TABLE && !o->count && o->width)
        fputs("No tasks.\n", stderr);
}

/* ---- JSON ---- */

static void json_items(output *o, const char *json, uint64_t length, uint64_t count)
{
    if (o->many)
        buf_char(&o->sink.text, o->count ? ',' : '[');
    sink_bytes(&o->sink, json, length);
    o->count += count;
}

static void json_task(output *o, const tasks_task *task)
{
    tasks_text *text;
    if (tasks_task_json(task, NULL, &text, NULL)) {
        o->sink.error = ENOMEM;
        return;
    }
    json_items(o, text->bytes, text->length, 1);
    tasks_text_free(text);
}

/* Pages become one array: each comes as an array of its own, whose brackets are left out. */
static void json_page(output *o, const tasks_page *page)
{
    tasks_text *text;
    if (!tasks_page_count(page))
        return;
    if (tasks_page_json(page, NULL, &text, NULL)) {
        o->sink.error = ENOMEM;
        return;
    }
    json_items(o, text->bytes + 1, text->length - 2, tasks_page_count(page));
    tasks_text_free(text);
}

static void json_end(output *o)
{
    if (o->many)
        buf_text(&o->sink.text, o->count ? "]\n" : "[]\n");
    else
        buf_char(&o->sink.text, '\n');
}

/* ---- bare ids ---- */

static void quiet_task(output *o, const tasks_task *task)
{
    buf_int(&o->sink.text, task->id);
    buf_char(&o->sink.text, '\n');
    sink_flow(&o->sink);
}

static void quiet_page(output *o, const tasks_page *page)
{
    const tasks_task *task;
    for (uint32_t i = 0; (task = tasks_page_at(page, i)); i++)
        quiet_task(o, task);
}

static void quiet_end(output *o)
{
    (void)o;
}

/* ---- */

static const struct format {
    void (*page)(output *o, const tasks_page *page);
    void (*task)(output *o, const tasks_task *task);
    void (*end)(output *o);
} formats[] = {
    [OUTPUT_HUMAN] = {human_page, human_task, human_end},
    [OUTPUT_JSON] = {json_page, json_task, json_end},
    [OUTPUT_QUIET] = {quiet_page, quiet_task, quiet_end},
};

void output_page(output *o, const tasks_page *page)
{
    formats[o->format].page(o, page);
}

void output_task(output *o, const tasks_task *task)
{
    formats[o->format].task(o, task);
}

void output_end(output *o)
{
    formats[o->format].end(o);
}

/* File names can be any bytes, JSON cannot. */
static const char *valid(output *o, const char *text)
{
    if (text_count(text, strlen(text)) >= 0)
        return text;
    buf_reset(&o->scratch);
    cells_put(&o->scratch, text, CELLS_ALL);
    return scratch_text(o);
}

static void json_facts(output *o, const output_fact *facts, size_t count)
{
    json_out json;
    json_out_init(&json, &o->sink.text);
    json_out_object(&json, NULL);
    for (const output_fact *f = facts; f < facts + count; f++) {
        if (f->text)
            json_out_text(&json, f->key, valid(o, f->text));
        else if (f->number < 0)
            json_out_null(&json, f->key);
        else
            json_out_int(&json, f->key, f->number);
    }
    json_out_object_end(&json);
    buf_char(&o->sink.text, '\n');
}

static void human_facts(output *o, const output_fact *facts, size_t count)
{
    for (const output_fact *f = facts; f < facts + count; f++) {
        if (!f->text && f->number < 0)
            continue;
        buf_print(&o->sink.text, "%-24s", f->label);
        if (f->text)
            cells_put(&o->sink.text, f->text, CELLS_ALL);
        else
            buf_int(&o->sink.text, f->number);
        end_line(o);
    }
}

void output_facts(output *o, const char *sentence, const output_fact *facts, size_t count)
{
    if (o->format == OUTPUT_JSON)
        json_facts(o, facts, count);
    else if (o->format == OUTPUT_HUMAN && !sentence)
        human_facts(o, facts, count);
    else if (o->format == OUTPUT_HUMAN) {
        cells_put(&o->sink.text, sentence, CELLS_ALL);
        end_line(o);
    }
}
