/* The description of the API in OpenAPI 3.1, made from the table that dispatches. */
#ifndef OPENAPI_H
#define OPENAPI_H

#include "route.h"

/* Appends the document. `tokens`: who wants more than the open routes must show one. */
void openapi_write(const struct route *routes, bool tokens, buf *to);

#endif
