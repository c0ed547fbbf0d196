/* The groups of the conformance suite, a file each. */
#ifndef CONTRACT_H
#define CONTRACT_H

#include "kit.h"

TCase *contract_tasks(void);   /* one task: every member, create, get, update, delete */
TCase *contract_texts(void);   /* what texts come back as, and which of them a search finds */
TCase *contract_batches(void); /* all or nothing, one revision */
TCase *contract_each(void);    /* several in one call */
TCase *contract_lookups(void); /* several tasks read in one call */
TCase *contract_once(void);    /* batches with a key, and tokens */
TCase *contract_changes(void); /* what changed since a revision */
TCase *contract_watch(void);   /* waiting for changes */
TCase *contract_expiry(void);  /* gone at the very millisecond, swept later */
TCase *contract_lists(void);   /* every order and filter against a model, page by page */
TCase *contract_owners(void);  /* nobody reaches another owner's tasks */
TCase *contract_threads(void); /* many at a time: nothing lost, nothing seen half done */
TCase *contract_whole(void);   /* the store as a whole: reopening, figures, check, backup, migrate */

#endif
