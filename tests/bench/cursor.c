/* cursor URI COUNT: the cursor of the default list behind its first COUNT tasks. */
#include <stdio.h>
#include <stdlib.h>

#include "tasks.h"

int main(int argc, char **argv)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    tasks_query query = TASKS_QUERY_INIT;
    tasks_error error;
    tasks_page *page = NULL;
    tasks_db *db = NULL;
    long left = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    if (left < 1) {
        fputs("usage: cursor URI COUNT\n", stderr);
        return EXIT_FAILURE;
    }
    options.uri = argv[1];
    tasks_status status = tasks_open(&options, &db, &error);
    for (; !status && left > 0; left -= query.limit) {
        tasks_page *next = NULL;
        query.limit = (uint32_t)(left < TASKS_LIMIT_MAX ? left : TASKS_LIMIT_MAX);
        query.cursor = page ? tasks_page_cursor(page) : NULL;
        status = tasks_list(db, &query, &next, &error);
        tasks_page_free(page);
        page = next;
    }
    if (status || !tasks_page_cursor(page)) {
        fprintf(stderr, "cursor: %s\n", status ? error.message : "the list ends before");
        return EXIT_FAILURE;
    }
    puts(tasks_page_cursor(page));
    tasks_page_free(page);
    tasks_close(db);
    return EXIT_SUCCESS;
}
