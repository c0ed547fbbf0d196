#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_value.h"
#include "discovery.h"

#define AT(member) offsetof(struct config, member)

/* The table. `initial` is read like a given value. */
static const struct setting settings[] = {
    {"listen", "HOST:PORT", config_value_listen, 0, 0, 0, "127.0.0.1:5000",
     "addresses to serve, comma-separated; port 0 takes a free one"},
    {"admin-listen", "HOST:PORT", config_value_admin, 0, 0, 0, NULL,
     "a second address for health checks and figures, with threads of its own"},
    {"db", "URI", config_value_text, AT(db), 0, 0, NULL,
     "the store, such as sqlite:PATH; default: sqlite:$XDG_DATA_HOME/tasks/tasks.db"},
    {"db-secret", "REF", config_value_text, AT(db_secret), 0, 0, NULL,
     "where its password is: env:NAME, file:PATH or aws:NAME-OR-ARN, with #KEY for a member of it; without "
     "--db "
     "the secret is the whole connection. DB_SECRET_NAME=X in the environment stands for aws:X"},
    {"env", "NAME", config_value_text, AT(env), 0, 0, NULL,
     "what the server is for; production does not serve the default store"},
    {"migrate", NULL, config_value_switch, AT(migrate), 0, 0, "false",
     "make or update the schema at start; the default store is always brought up to date"},
    {"auth", "WAY", config_value_auth, 0, 0, 0, NULL,
     "who may use the server: token (of tasksctl token create), oidc (signed by --oidc-issuer), none "
     "(everybody); must be said when an address is not loopback"},
    {"oidc-issuer", "URL", config_value_issuer, 0, 0, 0, NULL,
     "who signs tokens, as it calls itself; the subject of a token is the owner"},
    {"oidc-audience", "NAME", config_value_text, AT(oidc_audience), 0, 0, NULL,
     "what tokens must be made for: the name of this service at the issuer"},
    {"oidc-algorithm", "NAME", config_value_algorithm, 0, 0, 0, "RS256",
     "how tokens must be signed: RS256 or ES256"},
    {"oidc-not-before", "CLAIM", config_value_not_before, 0, 0, 0, "nbf",
     "what says from when a token is good: nbf, or iat where the issuer leaves nbf out, as Cognito does"},
    {"oidc-client", "NAME", config_value_text, AT(oidc_client), 0, 0, NULL,
     "the client of the issuer, one without a secret, by which people sign in on the page and come back to "
     "its "
     "own address (code flow with PKCE); default: they paste a token"},
    {"oidc-scope", "NAMES", config_value_text, AT(oidc_scope), 0, 0, "openid",
     "what it asks for then, with blanks between"},
    {"oidc-balancer", "ARN", config_value_balancer, 0, 0, 0, NULL,
     "the AWS load balancer that lets users of --oidc-issuer in itself, with --oidc-audience for its client: "
     "its X-Amzn-Oidc-Data is taken for a token"},
    {"oidc-balancer-keys", "URL", config_value_keys, 0, 0, 0, NULL,
     "where its keys are, by their names; default: where AWS has those of its region"},
    {"allow-host", "NAMES", config_value_hosts, 0, 0, 0, "",
     "names that requests may ask for besides localhost; default: any, loopback only if that is all that is "
     "served"},
    {"cors-origin", "ORIGINS", config_value_origins, 0, 0, 0, "",
     "sites whose pages may use the API, such as https://example.org; * for all"},
    {"trusted-proxy", "NETWORKS", config_value_proxies, 0, 0, 0, "",
     "IPv4 networks whose X-Forwarded-Proto and -For are believed, such as 10.0.0.0/8; they have no "
     "connection "
     "limit"},
    {"allow-delete-all", NULL, config_value_switch, AT(allow_delete_all), 0, 0, "false",
     "let DELETE /tasks delete everything"},
    {"require-if-match", NULL, config_value_switch, AT(require_if_match), 0, 0, "false",
     "refuse to change or delete a task without If-Match, so that no change of another is lost unseen"},
    {"rate-limit", "RATE", config_value_rate, 0, 0, 0, NULL,
     "requests of one client (token, else address), such as 50/s or 50/s:200 with a burst; default: any "
     "number"},
    {"workers", "COUNT", config_value_number, AT(workers), 4, 16384, "448",
     "threads; each holds one connection, idle ones too. Fewer where the limit of open files is low"},
    {"connections-per-address", "COUNT", config_value_number, AT(per_address), 0, 16384, "0",
     "connections that one address may hold; 0: half of the workers"},
    {"streams", "COUNT", config_value_number, AT(streams), 0, 16384, "1024",
     "live streams of events, which take no worker; the next one is refused. Fewer like workers"},
    {"streams-per-address", "COUNT", config_value_number, AT(streams_per_address), 0, 16384, "0",
     "streams that one address may hold; 0: half of them"},
    {"pool", "COUNT", config_value_number, AT(pool), 1, 64, NULL,
     "connections to the store; default: 12 to SQLite, 5 to PostgreSQL"},
    {"keep-alive", "TIME", config_value_duration, AT(keep_alive_ms), 0, 3600000, "75s",
     "how long an idle connection stays; more than a load balancer's idle time; 0: one request each"},
    {"request-timeout", "TIME", config_value_duration, AT(request_ms), 100, 3600000, "15s",
     "how long the head of a request, then its body, may take to arrive; an answer may take this and a "
     "second more for each 16 kB"},
    {"drain-delay", "TIME", config_value_duration, AT(drain_delay_ms), 0, 3600000, "0s",
     "after SIGTERM: how long to go on serving as not ready"},
    {"drain-timeout", "TIME", config_value_duration, AT(drain_timeout_ms), 0, 3600000, "30s",
     "after that: how long to wait for requests that are under way"},
    {"log-format", "FORMAT", config_value_log, 0, 0, 0, "auto",
     "a line for each request: text, json, none, or auto: text on a terminal, else json"},
    {"log-file", "FILE", config_value_text, AT(log_file), 0, 0, NULL,
     "where the log goes instead of stderr; SIGHUP opens it anew"},
    {"cloudwatch", "NAMESPACE", config_value_text, AT(cloudwatch), 0, 0, NULL,
     "put figures into each line of a request, in CloudWatch's embedded metric format; wants --log-format "
     "json"},
    {"otlp-endpoint", "URL", config_value_url, AT(otlp_endpoint), 0, 0, NULL,
     "where traces go, such as http://localhost:4318 (OpenTelemetry's OTLP over HTTP); also "
     "OTEL_EXPORTER_OTLP_ENDPOINT"},
    {"otlp-headers", "REF", config_value_text, AT(otlp_headers), 0, 0, NULL,
     "what secret is to be sent with them, as NAME=VALUE,NAME=VALUE; references as in --db-secret"},
    {"error-webhook", "URL", config_value_url, AT(error_webhook), 0, 0, NULL,
     "where answers 5xx and crashes are told of, such as https://api.rollbar.com/api/1/item/"},
    {"error-webhook-token", "REF", config_value_text, AT(error_token), 0, 0, NULL,
     "the secret that it wants to see in X-Rollbar-Access-Token"},
    {"config", "FILE", NULL, 0, 0, 0, NULL, "a file of such settings, NAME = VALUE, # for remarks"},
};

enum { SETTING_COUNT = sizeof settings / sizeof *settings, CONFIG_SETTING = SETTING_COUNT - 1 };

/* What was found for each setting, and where. */
struct found {
    const char *value, *source;
};

struct reading {
    struct config *config;
    struct found found[SETTING_COUNT];
    buf *fault;
};

static enum config_result bad(struct reading *r, const char *source, const char *what)
{
    buf_reset(r->fault);
    buf_text(r->fault, source);
    buf_text(r->fault, ": ");
    buf_text(r->fault, what);
    return CONFIG_BAD;
}

static const struct setting *setting_named(const char *name, size_t length)
{
    for (size_t i = 0; i < SETTING_COUNT; i++)
        if (strlen(settings[i].name) == length && memcmp(settings[i].name, name, length) == 0)
            return &settings[i];
    return NULL;
}

static void set(struct reading *r, const struct setting *setting, const char *value, const char *source)
{
    r->found[setting - settings] = (struct found){value, source};
}

static bool said(const struct reading *r, const char *name)
{
    return r->found[setting_named(name, strlen(name)) - settings].value != NULL;
}

/* What follows may be a URI with a password in it. */
static enum config_result bad_flag(struct reading *r, const char *flag)
{
    const char *name = arena_copy(&r->config->memory, flag, strcspn(flag, "=:"));
    return bad(r, name ? name : "", "no such option; tasksd --help lists them");
}

/* "--name=value", "--name value"; a switch needs no value. */
static enum config_result read_flag(struct reading *r, char *const *argv, int *index)
{
    const char *flag = argv[(*index)++];
    const struct setting *setting = NULL;
    size_t length = strcspn(flag, "=");
    if (strncmp(flag, "--", 2) == 0)
        setting = setting_named(flag + 2, length - 2);
    if (!setting)
        return bad_flag(r, flag);
    const char *source = arena_copy(&r->config->memory, flag, length);
    if (flag[length] == '=')
        set(r, setting, flag + length + 1, source);
    else if (!setting->argument)
        set(r, setting, "true", source);
    else if (argv[*index])
        set(r, setting, argv[(*index)++], source);
    else
        return bad(r, flag, "needs a value");
    return CONFIG_RUN;
}

static enum config_result read_flags(struct reading *r, char *const *argv)
{
    enum config_result result = CONFIG_RUN;
    for (int i = 1; argv[i] && result == CONFIG_RUN;) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return CONFIG_HELP;
        if (strcmp(argv[i], "--version") == 0)
            return CONFIG_VERSION;
        result = read_flag(r, argv, &i);
    }
    return result;
}

/* "admin-listen" is TASKSD_ADMIN_LISTEN. */
static void variable_name(const struct setting *setting, buf *to)
{
    buf_text(to, "TASKSD_");
    for (const char *c = setting->name; *c; c++)
        buf_char(to, *c == '-' ? '_' : (char)toupper((unsigned char)*c));
}

static void read_environment(struct reading *r)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        buf name;
        buf_init(&name, 64);
        variable_name(&settings[i], &name);
        const char *value = name.status || r->found[i].value ? NULL : getenv(name.bytes);
        if (value)
            set(r, &settings[i], value, arena_copy(&r->config->memory, name.bytes, name.length));
        buf_done(&name);
    }
}

static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]))
        length--;
    text[length] = '\0';
    return text;
}

/* `source` is what messages begin with: FILE:LINE: NAME. */
static enum config_result read_pair(struct reading *r, const char *name, const char *value,
                                    const char *source, bool seen[SETTING_COUNT])
{
    const struct setting *setting = setting_named(name, strlen(name));
    if (!setting || !setting->read)
        return bad(r, source, "no such setting; tasksd --help lists them");
    size_t i = (size_t)(setting - settings);
    if (seen[i])
        return bad(r, source, "comes a second time");
    seen[i] = true;
    arena *memory = &r->config->memory;
    if (!r->found[i].value)
        set(r, setting, arena_copy(memory, value, strlen(value)), arena_copy(memory, source, strlen(source)));
    return CONFIG_RUN;
}

static enum config_result read_line(struct reading *r, char *line, const char *place,
                                    bool seen[SETTING_COUNT])
{
    line = trim(line);
    if (*line == '\0' || *line == '#')
        return CONFIG_RUN;
    char *equals = strchr(line, '=');
    if (!equals)
        return bad(r, place, "is not NAME = VALUE");
    *equals = '\0';
    const char *name = trim(line), *value = trim(equals + 1);
    buf source;
    buf_init(&source, 8192);
    buf_print(&source, "%s: %s", place, name);
    enum config_result result = read_pair(r, name, value, source.status ? place : source.bytes, seen);
    buf_done(&source);
    return result;
}

static enum config_result read_lines(struct reading *r, FILE *file, const char *path)
{
    bool seen[SETTING_COUNT] = {false};
    enum config_result result = CONFIG_RUN;
    char *line = NULL, place[4200];
    size_t room = 0;
    for (int number = 1; result == CONFIG_RUN && getline(&line, &room, file) >= 0; number++) {
        snprintf(place, sizeof place, "%s:%d", path, number);
        result = read_line(r, line, place, seen);
    }
    if (result == CONFIG_RUN && ferror(file))
        result = bad(r, path, strerror(errno));
    free(line);
    return result;
}

static enum config_result read_file(struct reading *r)
{
    const char *path = r->found[CONFIG_SETTING].value;
    if (!path)
        return CONFIG_RUN;
    FILE *file = fopen(path, "re");
    if (!file)
        return bad(r, path, strerror(errno));
    enum config_result result = read_lines(r, file, path);
    fclose(file);
    return result;
}

static enum config_result apply(struct reading *r)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        const struct setting *setting = &settings[i];
        const struct found *found = &r->found[i];
        const char *value = found->value ? found->value : setting->initial;
        if (!value || !setting->read)
            continue;
        char *copy = arena_copy(&r->config->memory, value, strlen(value));
        const char *fault = copy ? setting->read(setting, r->config, copy) : "out of memory";
        if (!fault)
            continue;
        bad(r, found->source ? found->source : setting->name, "'");
        buf_text(r->fault, value);
        buf_text(r->fault, "' ");
        buf_text(r->fault, fault);
        return CONFIG_BAD;
    }
    return CONFIG_RUN;
}

static const struct listen_address *exposed(const struct listen_address *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!list[i].loopback)
            return &list[i];
    return NULL;
}

/* An address that others can reach is served only by somebody who has said who may use it. */
static enum config_result check_exposure(struct reading *r)
{
    struct config *config = r->config;
    const struct listen_address *public = exposed(config->listen, config->listen_count);
    const struct listen_address *admin = exposed(config->admin, config->admin_count);
    config->access.any_host = public && config->access.host_count == 0;
    if ((!public && !admin) || config->auth != CONFIG_AUTH_UNSAID)
        return CONFIG_RUN;
    bad(r, public ? "--listen" : "--admin-listen", "");
    buf_print(
        r->fault,
        "%s can be reached by other machines, so say --auth aloud (token or oidc; none lets everybody in)",
        public ? public->host : admin->host);
    return CONFIG_BAD;
}

/* As every program with OpenTelemetry understands it. */
static enum config_result read_otel(struct reading *r)
{
    static const char name[] = "OTEL_EXPORTER_OTLP_ENDPOINT";
    const struct setting setting = {.offset = AT(otlp_endpoint)};
    const char *value = getenv(name);
    if (r->config->otlp_endpoint || !value || !*value)
        return CONFIG_RUN;
    char *copy = arena_copy(&r->config->memory, value, strlen(value));
    const char *fault = copy ? config_value_url(&setting, r->config, copy) : "out of memory";
    return fault ? bad(r, name, fault) : CONFIG_RUN;
}

/* Keys and what went wrong are nobody else's business on the way. */
static enum config_result check_telemetry(struct reading *r)
{
    const struct config *config = r->config;
    if (config->otlp_headers && config->otlp_endpoint && !discovery_url_ok(config->otlp_endpoint))
        return bad(r, "--otlp-headers",
                   "a secret is sent to an --otlp-endpoint of https or this machine only");
    if (config->error_webhook && !discovery_url_ok(config->error_webhook))
        return bad(r, "--error-webhook", "only a URL of https or this machine will do");
    if (config->cloudwatch && config->log_format != LOG_JSON)
        return bad(r, "--cloudwatch", "needs --log-format json");
    return CONFIG_RUN;
}

static enum config_result check_issuer(struct reading *r)
{
    const struct config *config = r->config;
    if (config->auth == CONFIG_AUTH_OIDC && (!config->oidc_issuer || !config->oidc_audience))
        return bad(r, "--auth oidc", "needs --oidc-issuer and --oidc-audience");
    if (config->oidc_balancer && config->auth != CONFIG_AUTH_OIDC)
        return bad(r, "--oidc-balancer", "needs --auth oidc");
    if (config->oidc_client && config->auth != CONFIG_AUTH_OIDC)
        return bad(r, "--oidc-client", "needs --auth oidc");
    return CONFIG_RUN;
}

/* The variable that deployments on AWS set: the name of a secret there. */
static enum config_result read_secret_name(struct reading *r)
{
    const char *name = getenv("DB_SECRET_NAME");
    buf reference;
    if (r->config->db_secret || !name || !*name)
        return CONFIG_RUN;
    buf_init(&reference, 4096);
    buf_print(&reference, "aws:%s", name);
    r->config->db_secret =
        reference.status ? NULL : arena_copy(&r->config->memory, reference.bytes, reference.length);
    buf_done(&reference);
    return r->config->db_secret ? CONFIG_RUN : bad(r, "DB_SECRET_NAME", "is too long");
}

/* A deployment that lost its settings must not come up empty, on a store of its own. */
static enum config_result check_production(struct reading *r)
{
    const struct config *config = r->config;
    if (config->db || config->db_secret || !config->env || strcmp(config->env, "production") != 0)
        return CONFIG_RUN;
    return bad(r, "--env production",
               "there is neither --db nor --db-secret nor DB_SECRET_NAME; if it is to be SQLite, say --db "
               "sqlite:PATH");
}

enum config_result config_read(struct config *config, char *const *argv, buf *fault)
{
    struct reading reading = {.config = config, .fault = fault};
    *config = (struct config){.auth = CONFIG_AUTH_UNSAID};
    arena_init(&config->memory);
    enum config_result result = read_flags(&reading, argv);
    if (result == CONFIG_RUN) {
        read_environment(&reading);
        result = read_file(&reading);
    }
    if (result == CONFIG_RUN)
        result = apply(&reading);
    if (result == CONFIG_RUN)
        result = read_secret_name(&reading);
    if (result == CONFIG_RUN)
        result = check_production(&reading);
    if (result == CONFIG_RUN)
        result = check_exposure(&reading);
    if (result == CONFIG_RUN)
        result = check_issuer(&reading);
    if (result == CONFIG_RUN)
        result = read_otel(&reading);
    if (result == CONFIG_RUN)
        result = check_telemetry(&reading);
    config->workers_said = said(&reading, "workers");
    config->streams_said = said(&reading, "streams");
    return result;
}

int64_t config_per_address(const struct config *config)
{
    return config->per_address ? config->per_address : config->workers / 2;
}

int64_t config_streams_per_address(const struct config *config)
{
    return config->streams_per_address ? config->streams_per_address : (config->streams + 1) / 2;
}

void config_done(struct config *config)
{
    arena_done(&config->memory);
}

void config_help(buf *to)
{
    buf_text(to,
             "Serves a store of tasks over HTTP.\n\n"
             "  tasksd                                     on 127.0.0.1:5000, with a store in your home\n"
             "  tasksd --db sqlite:/srv/tasks.db --migrate another store\n"
             "  tasksd --db-secret aws:prod/tasks-db       a database that a secret names\n"
             "  tasksd --listen 0.0.0.0:5000 --auth token  for who has a token: see tasksctl help token\n\n"
             "Each setting is also an environment variable (--admin-listen: TASKSD_ADMIN_LISTEN) and a line\n"
             "of the file that --config names (admin-listen = 127.0.0.1:5001). A flag comes before a\n"
             "variable, a variable before the file. Times are 500ms, 15s, 2m; a bare number is seconds.\n\n");
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        const struct setting *setting = &settings[i];
        buf_print(to, "  --%s%s%s\n      %s", setting->name, setting->argument ? " " : "",
                  setting->argument ? setting->argument : "", setting->help);
        if (setting->initial && setting->initial[0])
            buf_print(to, " [%s]", setting->initial);
        buf_text(to, "\n");
    }
    buf_text(to, "  --help\n  --version\n\nSIGTERM and SIGINT stop the server gently, a second one at once. "
                 "SIGHUP opens the "
                 "log anew\nand asks the store about every token again.\n");
}
