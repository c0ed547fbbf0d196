/* The files of the page, by path. */
#ifndef ASSETS_H
#define ASSETS_H

#include "frontend.h"

/* NULL if the page has no such file. */
const frontend_asset *assets_find(const char *path);

#endif
