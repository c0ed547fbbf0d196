/* Memory that runs out: one counter over every allocation of ours, of jansson and of SQLite. Link with the
 * options of scarce in CMakeLists.txt; call scarce_begin() before anything else uses SQLite. */
#ifndef SCARCE_H
#define SCARCE_H

#include <stdbool.h>

void scarce_begin(void);
/* The nth allocation from now fails: it alone, or with all that follow. */
typedef enum scarce_mode { SCARCE_ONCE, SCARCE_FROM_THEN_ON, SCARCE_MODES } scarce_mode;
void scarce_at(long nth, scarce_mode mode);
/* No more failures. Did the nth allocation happen? */
bool scarce_end(void);

#endif
