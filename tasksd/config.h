/* What the server is told: one table of settings. Each is a flag, an environment variable and a line of
 * the configuration file, and the first of them that is there counts. */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.h"
#include "arena.h"
#include "buckets.h"
#include "jwt.h"
#include "listen.h"
#include "log.h"

enum config_auth { CONFIG_AUTH_UNSAID, CONFIG_AUTH_NONE, CONFIG_AUTH_TOKEN, CONFIG_AUTH_OIDC };

struct config {
    struct listen_address listen[LISTEN_MAX], admin[LISTEN_MAX];
    size_t listen_count, admin_count;
    const char *db;        /* NULL: what the secret says; without one, the embedded default */
    const char *db_secret; /* NULL: none */
    const char *env;       /* what the server is for; NULL: nobody says */
    enum config_auth auth;
    const char *oidc_issuer, *oidc_audience; /* NULL without --auth oidc */
    enum jwt_algorithm oidc_algorithm;
    bool oidc_iat_will_do;
    const char *oidc_client, *oidc_scope; /* client NULL: people bring their tokens */
    const char *oidc_balancer,
        *oidc_balancer_keys; /* NULL: no load balancer is believed; where AWS has them */
    struct access access;
    int64_t workers, streams, pool;
    bool workers_said, streams_said; /* by somebody: then they are not ours to change */
    int64_t fitted_to;               /* the limit of open files that they were made fewer for; 0: none */
    int64_t per_address;             /* connections of one address; 0: half of the workers */
    int64_t streams_per_address;     /* 0: half of the streams */
    int64_t keep_alive_ms, request_ms, drain_delay_ms, drain_timeout_ms;
    bool migrate, allow_delete_all, require_if_match;
    struct buckets_rate rate; /* count 0: no limit */
    enum log_format log_format;
    const char *log_file;      /* NULL: stderr */
    const char *cloudwatch;    /* a namespace; NULL: no figures in the log */
    const char *otlp_endpoint; /* NULL: no traces */
    const char *otlp_headers;  /* a secret; NULL: none */
    const char *error_webhook; /* NULL: none */
    const char *error_token;   /* a secret; NULL: none */
    arena memory;              /* of the texts above */
};

enum config_result { CONFIG_RUN, CONFIG_HELP, CONFIG_VERSION, CONFIG_BAD };

/* Fills `config` from the arguments, the environment and the file that they name. With CONFIG_BAD, `fault`
 * is one line that names the source: "--workers: ...", "TASKSD_WORKERS: ...", "FILE:3: workers: ...".
 * config_done() is due after any result. */
enum config_result config_read(struct config *config, char *const *argv, buf *fault);
void config_done(struct config *config);

/* Connections and streams that one address may hold. */
int64_t config_per_address(const struct config *config);
int64_t config_streams_per_address(const struct config *config);

/* The help text, made from the table. */
void config_help(buf *to);

#endif
