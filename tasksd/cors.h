/* Cross-origin sharing: off unless --cors-origin names the site of a page. */
#ifndef CORS_H
#define CORS_H

#include "access.h"

/* The answer to OPTIONS on a path that takes the methods of `allowed` (see route.h). Returns its status. */
int cors_options(const struct access *access, const struct http_request *rq, struct http_response *rs,
                 unsigned allowed);

/* Adds to any answer what the browser needs to hand it to the page that asked, if it may have it. */
void cors_answer(const struct access *access, const struct http_request *rq, struct http_response *rs);

#endif
