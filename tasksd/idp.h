/* What is asked of an identity provider: short calls, to https or to this machine only. */
#ifndef IDP_H
#define IDP_H

#include "discovery.h"
#include "https.h"

/* @return OK for an answer of 200; UNAVAILABLE issuer_away. The reply is released in any case. */
tasks_status idp_get(const char *url, https_reply *reply, tasks_error *error);

/* Sends a form.
 * @return OK for an answer of 200; DENIED sign_in_refused for one of 4xx; UNAVAILABLE issuer_away */
tasks_status idp_post(const char *url, const char *form, https_reply *reply, tasks_error *error);

/* Where the issuer has what. @return OK, UNAVAILABLE issuer_away, NO_MEMORY */
tasks_status idp_discover(const char *issuer, arena *memory, struct discovery *out, tasks_error *error);

#endif
