/* The groups of the conformance suite, a file each. */
#ifndef CONTRACT_H
#define CONTRACT_H

#include "kit.h"

TCase *contract_tasks(void); /* one task: every member, create, get, update, delete */
TCase *contract_once(void);  /* batches with a key, and tokens */
TCase *contract_watch(void); /* waiting for changes */

#endif
