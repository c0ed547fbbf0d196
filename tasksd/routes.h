/* The two route tables. */
#ifndef ROUTES_H
#define ROUTES_H

#include "route.h"

extern const struct route routes_public[];
extern const struct route routes_admin[]; /* for --admin-listen */

#endif
