/* Only tasks.h, every structure started from its _INIT value: compiled as each C and C++ that we promise. */
#include <tasks.h>

int main(void)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    tasks_patch patch = TASKS_PATCH_INIT;
    tasks_query query = TASKS_QUERY_INIT;
    tasks_statistics statistics = TASKS_STATISTICS_INIT;
    return options.struct_size && patch.struct_size && query.struct_size && statistics.struct_size ? 0 : 1;
}
