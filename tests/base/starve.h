/* Making an allocation fail. Link with -Wl,--wrap=malloc,--wrap=realloc. */
#ifndef STARVE_H
#define STARVE_H

#include <stdbool.h>

void starve_at(long nth);   /* the nth allocation from now fails; 0: none does */
void starve_from(long nth); /* and all that follow fail too */
bool starve_happened(void);

#endif
