#include "server.h"

#include <signal.h>
#include <string.h>

#include "civet.h"
#include "descriptors.h"
#include "drain.h"
#include "notify.h"
#include "paths.h"
#include "routes.h"
#include "signals.h"
#include "sweeper.h"
#include "timestamp.h"

enum {
    ADMIN_WORKERS = 2,
    ADMIN_REQUEST_MS = 2000,
    CLIENTS_MAX = 16384 /* whose rate is kept in mind */
};

struct server {
    const struct config *config;
    struct app app;
    struct conns *admin_conns;
    struct civet *public, *admin;
    struct sweeper *sweeper;
};

static const enum server_exit exit_by_status[] = {
    [TASKS_INVALID] = SERVER_USAGE,
    [TASKS_NOT_FOUND] = SERVER_FAILED,
    [TASKS_CONFLICT] = SERVER_FAILED,
    [TASKS_DENIED] = SERVER_DENIED,
    [TASKS_UNAVAILABLE] = SERVER_UNAVAILABLE,
    [TASKS_TIMEOUT] = SERVER_UNAVAILABLE,
    [TASKS_FULL] = SERVER_FAILED,
    [TASKS_READ_ONLY] = SERVER_DENIED,
    [TASKS_CORRUPT] = SERVER_FAILED,
    [TASKS_UNSUPPORTED] = SERVER_FAILED,
    [TASKS_NO_MEMORY] = SERVER_FAILED,
    [TASKS_INTERNAL] = SERVER_FAILED,
};

/* The embedded default is made and updated without being asked; any other store only with --migrate. Without
 * a URI the secret is the whole connection. */
static enum server_exit open_store(struct server *server, const char *uri)
{
    const struct config *config = server->config;
    tasks_error error;
    tasks_options options = TASKS_OPTIONS_INIT;
    options.uri = uri;
    options.pool_size = (uint32_t)config->pool;
    options.observer = timing_observe;
    options.observer_context = server->app.timing;
    options.password_ref = config->db_secret;
    bool embedded = !config->db && !config->db_secret;
    options.migrate = config->migrate || embedded ? TASKS_MIGRATE_YES : TASKS_MIGRATE_NO;
    tasks_status status = tasks_open(&options, &server->app.db, &error);
    if (!status)
        return SERVER_DONE;
    bool migrate_helps = strcmp(error.code, "store_old") == 0 || strcmp(error.code, "file_missing") == 0;
    log_error("%s%s%s",
              status != TASKS_INVALID               ? ""
              : strcmp(error.field, "password_ref") ? "--db: "
                                                    : "--db-secret: ",
              error.message, migrate_helps ? " (tasksd --migrate does it)" : "");
    return exit_by_status[status];
}

static struct conns *make_conns(const struct config *config, int64_t workers, int64_t per_address,
                                int64_t streams)
{
    const struct conns_options options = {(size_t)workers, (size_t)per_address, (size_t)streams,
                                          &config->access};
    return conns_new(&options);
}

static struct civet *listen_on(const struct civet_options *options)
{
    char fault[256] = "out of memory";
    uint16_t ports[LISTEN_MAX];
    struct civet *civet = options->listener.conns ? civet_start(options, fault, sizeof fault) : NULL;
    if (!civet) {
        log_error("cannot serve %s:%u: %s", options->listen[0].host, options->listen[0].port, fault);
        return NULL;
    }
    if (conns_watch(options->listener.conns, ports, civet_ports(civet, ports)))
        return civet;
    log_error("cannot start a thread");
    civet_stop(civet);
    return NULL;
}

/* Before the store is opened. */
static bool make_metrics(struct app *app)
{
    app->started_ms = timestamp_now();
    app->timing = timing_new();
    app->pages = pages_new();
    app->metrics[APP_PUBLIC] = metrics_new(routes_public, "public");
    app->metrics[APP_ADMIN] = metrics_new(routes_admin, "admin");
    if (app->timing && app->pages && app->metrics[APP_PUBLIC] && app->metrics[APP_ADMIN])
        return true;
    log_error("out of memory");
    return false;
}

static bool start_events(struct server *server)
{
    const struct config *config = server->config;
    const struct events_options options = {.db = server->app.db,
                                           .auth = server->app.auth,
                                           .conns = server->app.conns,
                                           .streams = (size_t)config->streams,
                                           .per_address = (size_t)config_streams_per_address(config)};
    server->app.events = events_new(&options);
    if (!server->app.events)
        log_error("cannot start the threads of events");
    return server->app.events != NULL;
}

/* Does a read wait for nothing but the processor? A database lets it wait. */
static bool reads_at_once(const struct server *server)
{
    tasks_statistics store = TASKS_STATISTICS_INIT;
    tasks_error error;
    return !tasks_stats(server->app.db, 0, &store, &error) && strcmp(store.backend, "sqlite") == 0;
}

static bool start_public(struct server *server)
{
    const struct config *config = server->config;
    server->app.conns = make_conns(config, config->workers, config_per_address(config), config->streams);
    if (!server->app.conns || !start_events(server))
        return false;
    const struct exchange_listener listener = {.app = &server->app,
                                               .conns = server->app.conns,
                                               .routes = routes_public,
                                               .metrics = server->app.metrics[APP_PUBLIC],
                                               .keep_alive_ms = config->keep_alive_ms,
                                               .reads_at_once = reads_at_once(server)};
    server->public = listen_on(&(struct civet_options){.listen = config->listen,
                                                       .listen_count = config->listen_count,
                                                       .workers = config->workers,
                                                       .request_ms = config->request_ms,
                                                       .listener = listener,
                                                       .quick = config->auth != CONFIG_AUTH_OIDC});
    return server->public != NULL;
}

/* Threads of its own, one short request a connection: reachable however busy the public address is. */
static bool start_admin(struct server *server)
{
    const struct config *config = server->config;
    if (config->admin_count == 0)
        return true;
    server->admin_conns = make_conns(config, ADMIN_WORKERS, ADMIN_WORKERS, 0);
    const struct exchange_listener listener = {.app = &server->app,
                                               .conns = server->admin_conns,
                                               .routes = routes_admin,
                                               .metrics = server->app.metrics[APP_ADMIN],
                                               .keep_alive_ms = 0};
    server->admin = listen_on(&(struct civet_options){.listen = config->admin,
                                                      .listen_count = config->admin_count,
                                                      .workers = ADMIN_WORKERS,
                                                      .request_ms = ADMIN_REQUEST_MS,
                                                      .listener = listener});
    return server->admin != NULL;
}

static void announce(const struct civet *civet, const struct listen_address *listen, const char *what,
                     const char *uri)
{
    uint16_t ports[LISTEN_MAX];
    size_t count = civet ? civet_ports(civet, ports) : 0;
    for (size_t i = 0; i < count; i++)
        log_line("serving %shttp://%s:%u from %s", what, listen[i].host, ports[i], uri);
}

static void announce_fit(const struct config *config)
{
    if (config->fitted_to)
        log_line("%lld workers and %lld streams, as %lld open files allow no more (ulimit -n)",
                 (long long)config->workers, (long long)config->streams, (long long)config->fitted_to);
}

/* A URI of a database may hold a password. */
static const char *shown(const char *uri)
{
    if (!uri)
        return "the database of its secret";
    return strncmp(uri, "sqlite:", strlen("sqlite:")) == 0 ? uri : "the database of --db";
}

static void wait_for_end(const struct server *server)
{
    int64_t watchdog_ms = notify_watchdog_ms();
    for (int got = 0; got != SIGTERM && got != SIGINT;) {
        got = signals_next(watchdog_ms ? watchdog_ms : SIGNALS_FOR_EVER);
        if (got == SIGHUP) {
            log_reopen();
            auth_reread(server->app.auth);
            events_recheck(server->app.events);
        }
        if (watchdog_ms)
            notify_send("WATCHDOG=1");
    }
}

static void serve(struct server *server, const char *uri)
{
    announce(server->public, server->config->listen, "", shown(uri));
    announce(server->admin, server->config->admin, "health checks on ", shown(uri));
    announce_fit(server->config);
    notify_send("READY=1");
    wait_for_end(server);
    notify_send("STOPPING=1");
    drain_run(&(struct drain){&server->app, server->admin_conns, server->public, server->admin});
    server->public = server->admin = NULL;
}

static bool make_auth(struct server *server)
{
    if (server->config->auth <= CONFIG_AUTH_NONE)
        return true;
    tasks_error error;
    server->app.auth = auth_new(server->config, server->app.db, &error);
    if (!server->app.auth)
        log_error("%s", error.message);
    return server->app.auth != NULL;
}

static bool make_telemetry(struct server *server)
{
    tasks_error error;
    server->app.telemetry = telemetry_new(server->config, &error);
    if (error.status)
        log_error("%s", error.message);
    return !error.status;
}

static bool make_limit(struct server *server)
{
    if (server->config->rate.count == 0)
        return true;
    server->app.rate = buckets_new(&server->config->rate, CLIENTS_MAX);
    if (!server->app.rate)
        log_error("out of memory");
    return server->app.rate != NULL;
}

static enum server_exit run(struct server *server, const char *uri)
{
    if (!make_metrics(&server->app) || !make_telemetry(server))
        return SERVER_FAILED;
    enum server_exit failed = open_store(server, uri);
    if (failed)
        return failed;
    if (!make_auth(server) || !make_limit(server) || !start_public(server) || !start_admin(server))
        return SERVER_FAILED;
    server->sweeper = sweeper_start(server->app.db);
    if (!server->sweeper)
        return SERVER_FAILED;
    serve(server, uri);
    return SERVER_DONE;
}

/* Safe however far the start came. */
static void clean_up(struct server *server)
{
    civet_stop(server->public);
    civet_stop(server->admin);
    sweeper_stop(server->sweeper);
    events_free(server->app.events);
    pages_free(server->app.pages);
    conns_free(server->app.conns);
    conns_free(server->admin_conns);
    for (int i = 0; i < APP_LISTENERS; i++)
        metrics_free(server->app.metrics[i]);
    buckets_free(server->app.rate);
    auth_free(server->app.auth);
    tasks_close(server->app.db);
    telemetry_free(server->app.telemetry);
    timing_free(server->app.timing);
}

enum server_exit server_run(struct config *config)
{
    struct server server = {.config = config, .app = {.config = config}};
    const char *fault = NULL;
    buf uri;
    idempotency_init(&server.app.idempotency);
    buf_init(&uri, 8192);
    if (config->db)
        buf_text(&uri, config->db);
    else if (!config->db_secret)
        fault = paths_default_uri(&uri);
    enum server_exit result = SERVER_FAILED;
    if (fault || uri.status)
        log_error("%s%s%s", uri.length ? uri.bytes : "", uri.length ? ": " : "",
                  fault ? fault : "the address of the store is too long");
    else if (descriptors_allow(config))
        result = run(&server, uri.length ? uri.bytes : NULL);
    clean_up(&server);
    idempotency_done(&server.app.idempotency);
    buf_done(&uri);
    return result;
}
