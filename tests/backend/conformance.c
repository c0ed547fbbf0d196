#include "conformance.h"

#include <stdio.h>
#include <stdlib.h>

#include "contract.h"

enum { TIMEOUT_S = 60 }; /* sanitizers are slow, and machines are shared */

static TCase *(*const groups[])(void) = {contract_tasks,   contract_texts,  contract_batches, contract_once,
                                         contract_changes, contract_expiry, contract_lists,   contract_owners,
                                         contract_threads, contract_watch,  contract_whole};

static int run(const char *name)
{
    Suite *suite = suite_create(name);
    for (int i = 0; i < KIT_COUNT(groups); i++) {
        TCase *group = groups[i]();
        tcase_set_timeout(group, TIMEOUT_S);
        tcase_add_checked_fixture(group, kit_setup, kit_teardown);
        suite_add_tcase(suite, group);
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int conformance_run(const conformance_fixture *fixture)
{
    if (fixture->begin && !fixture->begin()) {
        printf("%s: not available here, skipped\n", fixture->name);
        return CONFORMANCE_SKIPPED;
    }
    kit_use(fixture);
    int code = run(fixture->name);
    if (fixture->end)
        fixture->end();
    return code;
}
