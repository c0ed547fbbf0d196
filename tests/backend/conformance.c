#include "conformance.h"

#include "contract.h"

static const kit_group groups[] = {contract_tasks,   contract_texts,
                                   contract_batches, contract_each,
                                   contract_lookups, contract_once,
                                   contract_changes, contract_expiry,
                                   contract_lists,   contract_owners,
                                   contract_threads, contract_watch,
                                   contract_whole,   NULL};

int conformance_run(const conformance_fixture *fixture)
{
    return kit_run(fixture->name, fixture, groups);
}
