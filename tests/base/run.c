#include "run.h"

#include <stdlib.h>

int run_suite(const char *name, const TTest *const tests[])
{
    return run_suite_for(name, 1, tests);
}

int run_suite_for(const char *name, int times, const TTest *const tests[])
{
    Suite *suite = suite_create(name);
    TCase *group = tcase_create(name);
    tcase_set_timeout(group, 60); /* sanitizers are slow, and machines are shared */
    for (; *tests; tests++)
        tcase_add_loop_test(group, *tests, 0, times);
    suite_add_tcase(suite, group);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
