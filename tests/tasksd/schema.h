/* Answers against what /openapi.json says of them. */
#ifndef SCHEMA_H
#define SCHEMA_H

#include <jansson.h>

#include "http.h"

/* Fails the test if the document does not allow this answer to a request that found its route. */
void schema_check(const struct http_request *rq, const struct http_response *rs, const char *body);

/* Is `value` what `schema`, a part of `document`, asks for? A keyword that is not known fails the test. */
bool schema_fits(const json_t *document, const json_t *schema, const json_t *value);

#endif
