/* Adds a task to a store and lists what is open: consumer sqlite:tasks.db "Buy milk" */
#include <stdio.h>
#include <tasks.h>

int main(int argc, char **argv)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    tasks_patch patch = TASKS_PATCH_INIT;
    tasks_query query = TASKS_QUERY_INIT;
    tasks_error error;
    tasks_db *db = NULL;
    tasks_task *task = NULL;
    tasks_page *page = NULL;

    options.uri = argc > 1 ? argv[1] : "sqlite:tasks.db";
    patch.set = TASKS_SET_TITLE;
    patch.title = argc > 2 ? argv[2] : "Buy milk";
    query.completed = TASKS_OPEN;

    tasks_status status = tasks_open(&options, &db, &error);
    if (status == TASKS_OK)
        status = tasks_create(db, &patch, &task, &error);
    if (status == TASKS_OK)
        status = tasks_list(db, &query, &page, &error);
    if (status != TASKS_OK)
        fprintf(stderr, "%s: %s\n", tasks_status_name(status), error.message);
    for (uint32_t i = 0; page && i < tasks_page_count(page); i++)
        printf("%lld %s\n", (long long)tasks_page_at(page, i)->id, tasks_page_at(page, i)->title);

    tasks_page_free(page);
    tasks_task_free(task);
    tasks_close(db);
    return status == TASKS_OK ? 0 : 1;
}
