#include "routes.h"

#include "handle.h"

enum { CODE_MAX = 16 << 10, ONE_MAX = 64 << 10, BATCH_MAX = 1 << 20 };

static const char *const json[] = {"application/json", NULL};
static const char *const merge_patch[] = {"application/merge-patch+json", "application/json", NULL};

static const char *const of_list[] = {"limit", "cursor", "completed", "tag", "q", "due_before", "sort", NULL};
static const char *const of_changes[] = {"since", "limit", NULL};
static const char *const of_events[] = {"since", NULL};
static const char *const of_clear[] = {"completed", NULL};

/* By their index, and up to 99 of them. */
static const struct route_quick quick_list[] = {{"limit", 3}, {"cursor", 1024}, {"completed", 6}, {NULL, 0}};
static const struct route_quick quick_one[] = {{NULL, 0}};

/* clang-format off */
#define ROUTE(verb, where, handler, ...) {.method = HTTP_##verb, .path = where, .handle = handler, __VA_ARGS__}
#define HALVES(verb, where, both, ...) {.method = HTTP_##verb, .path = where, .halves = &both, __VA_ARGS__}
#define HEALTH                                                                                               \
    ROUTE(GET,    "/livez",         handle_ops_live, .any_host = true, .open = true),                        \
    ROUTE(GET,    "/health",        handle_ops_live, .any_host = true, .open = true),                        \
    ROUTE(GET,    "/healthz",       handle_ops_live, .any_host = true, .open = true),                        \
    ROUTE(GET,    "/readyz",        handle_ops_ready, .any_host = true, .open = true),                       \
    ROUTE(GET,    "/version",       handle_ops_version, .open = true)
#define FIGURES(...)                                                                                         \
    ROUTE(GET,    "/metrics",       handle_metrics_get, __VA_ARGS__),                                        \
    ROUTE(GET,    "/pool-stats",    handle_ops_pool, __VA_ARGS__)
#define END {.path = NULL}

const struct route routes_public[] = {
    ROUTE(GET,    "/tasks",         handle_list_get, .parameters = of_list, .quick = quick_list),
    HALVES(POST,  "/tasks",         handle_task_create, .types = json, .body_max = BATCH_MAX, .keyed = true),
    ROUTE(DELETE, "/tasks",         handle_list_delete, .parameters = of_clear),
    ROUTE(GET,    "/tasks/changes", handle_list_changes, .parameters = of_changes),
    ROUTE(GET,    "/tasks/events",  handle_events_get, .parameters = of_events),
    HALVES(GET,   "/tasks/{id}",    handle_task_get, .quick = quick_one),
    HALVES(PATCH, "/tasks/{id}",    handle_task_patch, .types = merge_patch, .body_max = ONE_MAX,
           .conditional = true, .keyed = true),
    HALVES(DELETE, "/tasks/{id}",   handle_task_delete, .conditional = true),
    ROUTE(GET,    "/sign-in",       handle_signin_get, .open = true),
    ROUTE(POST,   "/sign-in",       handle_signin_post, .types = json, .body_max = CODE_MAX, .open = true),
    HEALTH,
    ROUTE(GET,    "/openapi.json",  handle_ops_openapi, .open = true),
    FIGURES(.open = false),
    ROUTE(GET,    "/{rest}",        handle_page_get, .any_query = true, .open = true),
    END,
};

/* Nobody has to show anything here: who may connect is the network's business. */
const struct route routes_admin[] = {
    HEALTH,
    FIGURES(.open = true),
    END,
};
/* clang-format on */
