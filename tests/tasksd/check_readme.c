/* The table of routes in tasksd/README.md is the one that dispatches. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routes.h"
#include "run.h"

static void put_list(const char *const *names, buf *to)
{
    for (; names && *names; names++)
        buf_print(to, "%s ", *names);
}

static void put_body(const struct route *route, buf *to)
{
    if (!route->types)
        return;
    put_list(route->types, to);
    buf_print(to, "up to %zu KiB ", route->body_max >> 10);
}

static void put_checks(const struct route *route, buf *to)
{
    bool writes = route->method != HTTP_GET;
    const struct {
        bool is_made;
        const char *name;
    } checks[] = {
        {!route->any_host, "Host"},           {writes, "Origin"},
        {!route->open, "token, rate"},        {writes && !route->open, "right to write"},
        {route->conditional, "If-Match"},     {route->keyed, "Idempotency-Key"},
        {route->any_host && !writes, "none"},
    };
    const char *before = "";
    for (int i = 0; i < RUN_COUNT(checks); i++) {
        if (!checks[i].is_made)
            continue;
        buf_print(to, "%s%s", before, checks[i].name);
        before = ", ";
    }
}

static void put_row(const struct route *route, buf *to)
{
    buf_print(to, "| `%s %s` | ", http_method_name(route->method), route->path);
    put_list(route->parameters, to);
    buf_text(to, "| ");
    put_body(route, to);
    buf_text(to, "| ");
    put_checks(route, to);
    buf_text(to, " |\n");
}

static char *read_readme(void)
{
    char *text = NULL;
    size_t room = 0;
    FILE *file = fopen(README, "re");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_gt(getdelim(&text, &room, '\0', file), 0);
    fclose(file);
    return text;
}

START_TEST(it_has_the_table_of_routes)
{
    buf table;
    buf_init(&table, 64 << 10);
    for (const struct route *route = routes_public; route->path; route++)
        put_row(route, &table);
    char *text = read_readme();
    ck_assert_msg(strstr(text, table.bytes), "tasksd/README.md should have\n%s", table.bytes);
    free(text);
    buf_done(&table);
}
END_TEST

int main(void)
{
    return run_suite("readme", (const TTest *[]){it_has_the_table_of_routes, NULL});
}
