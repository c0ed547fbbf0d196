#include "login.h"

/* To the caller of the library a refused login is a store that is away: it is no fault of the request. */
static tasks_status refused(tasks_error *error)
{
    if (error)
        error->status = TASKS_UNAVAILABLE;
    return TASKS_UNAVAILABLE;
}

static tasks_status from_uri(void *context, const backend_login *uri, backend_attempt attempt,
                             void *attempt_context, tasks_error *error)
{
    (void)context;
    tasks_status status = attempt(attempt_context, uri, error);
    return status == TASKS_DENIED ? refused(error) : status;
}

backend_logins login_of_uri(void)
{
    return (backend_logins){.each = from_uri};
}
