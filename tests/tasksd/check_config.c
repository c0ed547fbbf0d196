#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

static struct config config;
static buf fault;

static enum config_result read_arguments(const char *const *arguments)
{
    char *argv[24] = {strdup("tasksd")};
    for (int i = 0; arguments[i]; i++)
        argv[i + 1] = strdup(arguments[i]);
    buf_init(&fault, 4096);
    enum config_result result = config_read(&config, argv, &fault);
    for (int i = 0; argv[i]; i++)
        free(argv[i]);
    return result;
}

#define READ(...) read_arguments((const char *const[]){__VA_ARGS__, NULL})

static void done(void)
{
    config_done(&config);
    buf_done(&fault);
}

/* A configuration file that is gone after the test. */
static const char *write_file(const char *text)
{
    static char path[] = "/tmp/check_config.XXXXXX";
    snprintf(path, sizeof path, "/tmp/check_config.XXXXXX");
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
    close(fd);
    return path;
}

START_TEST(has_defaults)
{
    ck_assert_int_eq(read_arguments((const char *const[]){NULL}), CONFIG_RUN);
    ck_assert_uint_eq(config.listen_count, 1);
    ck_assert_str_eq(config.listen[0].host, "127.0.0.1");
    ck_assert_int_eq(config.listen[0].port, 5000);
    ck_assert_uint_eq(config.admin_count, 0);
    ck_assert_ptr_null(config.db);
    ck_assert_int_eq(config.workers, 448);
    ck_assert_int_eq(config_per_address(&config), 224);
    ck_assert(!config.workers_said && !config.streams_said);
    ck_assert_int_eq(config.pool, 0);
    ck_assert_int_eq(config.keep_alive_ms, 75000);
    ck_assert(!config.require_if_match && config.rate.count == 0);
    ck_assert(!config.migrate && !config.allow_delete_all && !config.access.any_host);
    ck_assert_int_eq(config.log_format, LOG_AUTO);
    done();
}
END_TEST

START_TEST(reads_every_flag)
{
    ck_assert_int_eq(READ("--listen", "127.0.0.1:1,127.0.0.1:2", "--admin-listen=127.0.0.1:3",
                          "--db=sqlite:x=y", "--migrate", "--allow-delete-all=no", "--workers", "8",
                          "--keep-alive=1500ms", "--drain-delay=2m", "--drain-timeout=7", "--log-format=json",
                          "--require-if-match", "--rate-limit=50/s:200"),
                     CONFIG_RUN);
    ck_assert_uint_eq(config.listen_count, 2);
    ck_assert_int_eq(config.admin[0].port, 3);
    ck_assert_str_eq(config.db, "sqlite:x=y");
    ck_assert(config.migrate && !config.allow_delete_all);
    ck_assert_int_eq(config.workers, 8);
    ck_assert_int_eq(config_per_address(&config), 4);
    ck_assert(config.workers_said && !config.streams_said);
    ck_assert_int_eq(config.keep_alive_ms, 1500);
    ck_assert_int_eq(config.drain_delay_ms, 120000);
    ck_assert_int_eq(config.drain_timeout_ms, 7000);
    ck_assert_int_eq(config.log_format, LOG_JSON);
    ck_assert(config.require_if_match);
    ck_assert_int_eq(config.rate.count, 50);
    ck_assert_int_eq(config.rate.burst, 200);
    done();
}
END_TEST

START_TEST(a_flag_comes_before_a_variable_before_the_file)
{
    const char *path =
        write_file("# settings\n\n workers = 20 \npool=2\r\n\tdb = sqlite:c  d\nkeep-alive = 1s\n");
    setenv("TASKSD_CONFIG", path, 1);
    setenv("TASKSD_POOL", "3", 1);
    setenv("TASKSD_KEEP_ALIVE", "2s", 1);
    ck_assert_int_eq(READ("--keep-alive", "3s"), CONFIG_RUN);
    ck_assert(config.workers_said && config.workers == 20);
    ck_assert_int_eq(config.pool, 3);
    ck_assert_int_eq(config.keep_alive_ms, 3000);
    ck_assert_str_eq(config.db, "sqlite:c  d");
    done();
    unlink(path);
}
END_TEST

START_TEST(help_and_version_come_first)
{
    ck_assert_int_eq(READ("--help", "--nonsense"), CONFIG_HELP);
    done();
    ck_assert_int_eq(READ("-h"), CONFIG_HELP);
    done();
    ck_assert_int_eq(READ("--version"), CONFIG_VERSION);
    done();
}
END_TEST

START_TEST(the_help_names_every_setting)
{
    static const char *const names[] = {"--listen",
                                        "--admin-listen",
                                        "--db",
                                        "--db-secret",
                                        "--env",
                                        "--auth",
                                        "--workers",
                                        "--pool",
                                        "--keep-alive",
                                        "--migrate",
                                        "--config",
                                        "--cors-origin",
                                        "--allow-delete-all",
                                        "--trusted-proxy",
                                        "--drain-delay",
                                        "--drain-timeout",
                                        "--connections-per-address",
                                        "--request-timeout",
                                        "--log-format",
                                        "--version"};
    buf help;
    buf_init(&help, 64 << 10);
    config_help(&help);
    for (int i = 0; i < RUN_COUNT(names); i++)
        ck_assert_msg(strstr(help.bytes, names[i]), "%s", names[i]);
    buf_done(&help);
}
END_TEST

START_TEST(a_secret_names_the_database)
{
    setenv("DB_SECRET_NAME", "prod/tasks-db", 1);
    ck_assert_int_eq(READ("--pool", "1"), CONFIG_RUN);
    ck_assert_ptr_null(config.db);
    ck_assert_str_eq(config.db_secret, "aws:prod/tasks-db");
    done();
    ck_assert_int_eq(READ("--db-secret", "file:/x#y", "--db", "postgresql://h/d"), CONFIG_RUN);
    ck_assert_str_eq(config.db_secret, "file:/x#y");
    ck_assert_str_eq(config.db, "postgresql://h/d");
    done();
    setenv("DB_SECRET_NAME", "", 1);
    ck_assert_int_eq(READ("--pool", "1"), CONFIG_RUN);
    ck_assert_ptr_null(config.db_secret);
    done();
}
END_TEST

START_TEST(production_serves_no_default_store)
{
    setenv("TASKSD_ENV", "production", 1);
    ck_assert_int_eq(READ("--pool", "1"), CONFIG_BAD);
    ck_assert_ptr_nonnull(strstr(fault.bytes, "--env production: there is neither --db nor --db-secret"));
    done();
    ck_assert_int_eq(READ("--db", "sqlite:x"), CONFIG_RUN);
    done();
    ck_assert_int_eq(READ("--db-secret", "aws:x"), CONFIG_RUN);
    done();
    setenv("DB_SECRET_NAME", "x", 1);
    ck_assert_int_eq(READ("--pool", "1"), CONFIG_RUN);
    done();
    unsetenv("DB_SECRET_NAME");
    ck_assert_int_eq(READ("--env", "staging"), CONFIG_RUN);
    done();
}
END_TEST

START_TEST(names_the_flag_that_is_wrong)
{
    static const struct {
        const char *flag, *value, *fault;
    } rows[] = {
        {"--nonsense", NULL, "--nonsense: no such option"},
        {"nonsense", NULL, "nonsense: no such option"},
        {"--nonsense=1", NULL, "--nonsense: no such option"},
        {"--bd=postgresql://u:canary@h/d", NULL, "--bd: no such option"},
        {"postgresql://u:canary@h/d", NULL, "postgresql: no such option"},
        {"--workers", NULL, "--workers: needs a value"},
        {"--workers", "many", "--workers: 'many' is not a number from 4 to 16384"},
        {"--workers", "3", "--workers: '3' is not a number"},
        {"--workers", "", "--workers: '' is not a number"},
        {"--workers", "16385", "--workers: '16385' is not a number"},
        {"--pool", "0", "--pool: '0' is not a number from 1 to 64"},
        {"--keep-alive", "5h", "--keep-alive: '5h' is not a time"},
        {"--keep-alive", "-1s", "--keep-alive: '-1s' is not a time"},
        {"--keep-alive", "61m", "--keep-alive: '61m' is not a time"},
        {"--keep-alive", "1.5s", "--keep-alive: '1.5s' is not a time"},
        {"--keep-alive", "99999999999999999999s", "is not a time"},
        {"--request-timeout", "50ms", "--request-timeout: '50ms' is not a number from 100"},
        {"--migrate=maybe", NULL, "--migrate: 'maybe' is neither true nor false"},
        {"--listen", "5000", "--listen: '5000' is not HOST:PORT"},
        {"--listen", "443s", "--listen: '443s' asks for TLS"},
        {"--admin-listen", "[::1]:1", "--admin-listen: '[::1]:1' is an IPv6 address"},
        {"--auth", "nobody", "--auth: 'nobody' is none of"},
        {"--auth", "", "--auth: '' is none of"},
        {"--auth", "oidc", "--auth oidc: needs --oidc-issuer and --oidc-audience"},
        {"--oidc-issuer", "http://issuer.example", "--oidc-issuer: 'http://issuer.example' is not a URL"},
        {"--oidc-client", "page", "--oidc-client: needs --auth oidc"},
        {"--oidc-algorithm", "HS256", "--oidc-algorithm: 'HS256' is neither"},
        {"--rate-limit", "50", "--rate-limit: '50' is not a rate"},
        {"--log-format", "xml", "--log-format: 'xml' is not one of"},
        {"--cors-origin", "example.org", "--cors-origin: 'example.org' is not a list of origins"},
        {"--trusted-proxy", "10.0.0.0/40", "--trusted-proxy: '10.0.0.0/40' is not a list of IPv4 networks"},
        {"--allow-host", "http://a", "--allow-host: 'http://a' is not a list of host names"},
        {"--db", "", "--db: '' is empty"},
        {"--config", "/nonexistent/file", "/nonexistent/file: No such file"},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        ck_assert_int_eq(READ(rows[i].flag, rows[i].value), CONFIG_BAD);
        ck_assert_msg(strstr(fault.bytes, rows[i].fault), "%s, not %s", fault.bytes, rows[i].fault);
        ck_assert_ptr_null(strchr(fault.bytes, '\n'));
        done();
    }
}
END_TEST

START_TEST(names_the_variable_that_is_wrong)
{
    setenv("TASKSD_CONNECTIONS_PER_ADDRESS", "x", 1);
    ck_assert_int_eq(READ("--workers=8"), CONFIG_BAD);
    ck_assert_int_eq(strncmp(fault.bytes, "TASKSD_CONNECTIONS_PER_ADDRESS: 'x' is not", 42), 0);
    done();
}
END_TEST

START_TEST(names_the_line_that_is_wrong)
{
    static const char *const rows[][2] = {
        {"# a\nworkers = x\n", ":2: workers: 'x' is not a number"},
        {"workers\n", ":1: is not NAME = VALUE"},
        {"\n\nnonsense = 1", ":3: nonsense: no such setting"},
        {"config = other", ":1: config: no such setting"},
        {"pool = 1\npool = 2", ":2: pool: comes a second time"},
        {"= 1", ":1: : no such setting"},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        const char *path = write_file(rows[i][0]);
        ck_assert_int_eq(READ("--config", path), CONFIG_BAD);
        ck_assert_int_eq(strncmp(fault.bytes, path, strlen(path)), 0);
        ck_assert_msg(strstr(fault.bytes, rows[i][1]), "%s, not %s", fault.bytes, rows[i][1]);
        done();
        unlink(path);
    }
}
END_TEST

START_TEST(an_issuer_is_told_in_full)
{
    ck_assert_int_eq(READ("--auth=oidc", "--oidc-issuer=https://a.example/x", "--oidc-audience=tasks",
                          "--oidc-algorithm=ES256"),
                     CONFIG_RUN);
    ck_assert_int_eq(config.auth, CONFIG_AUTH_OIDC);
    ck_assert_str_eq(config.oidc_issuer, "https://a.example/x");
    ck_assert_str_eq(config.oidc_audience, "tasks");
    ck_assert_int_eq(config.oidc_algorithm, JWT_ES256);
    done();
}
END_TEST

START_TEST(who_can_be_reached_says_auth_aloud)
{
    ck_assert_int_eq(READ("--listen=0.0.0.0:0"), CONFIG_BAD);
    ck_assert_ptr_nonnull(strstr(fault.bytes, "--auth"));
    done();
    ck_assert_int_eq(READ("--listen=127.0.0.1:0,192.168.1.1:0"), CONFIG_BAD);
    done();
    ck_assert_int_eq(READ("--admin-listen=0.0.0.0:0"), CONFIG_BAD);
    ck_assert_int_eq(strncmp(fault.bytes, "--admin-listen: ", 16), 0);
    done();
    ck_assert_int_eq(READ("--listen=0.0.0.0:0", "--auth=none"), CONFIG_RUN);
    ck_assert(config.access.any_host);
    done();
    ck_assert_int_eq(READ("--listen=0.0.0.0:0", "--auth=none", "--allow-host=a"), CONFIG_RUN);
    ck_assert(!config.access.any_host);
    done();
}
END_TEST

START_TEST(telemetry_keeps_secrets_off_open_roads)
{
    static const struct {
        const char *flags[7];
        enum config_result result;
    } rows[] = {
        {{"--otlp-endpoint", "http://collector:4318"}, CONFIG_RUN},
        {{"--otlp-endpoint", "collector:4318"}, CONFIG_BAD},
        {{"--otlp-endpoint", "ftp://collector"}, CONFIG_BAD},
        {{"--otlp-endpoint", "http:///x"}, CONFIG_BAD},
        {{"--otlp-endpoint", "http://a@b"}, CONFIG_BAD},
        {{"--otlp-endpoint", "http://collector:4318", "--otlp-headers", "env:X"}, CONFIG_BAD},
        {{"--otlp-endpoint", "http://127.0.0.1:4318", "--otlp-headers", "env:X"}, CONFIG_RUN},
        {{"--otlp-endpoint", "https://api.example", "--otlp-headers", "env:X"}, CONFIG_RUN},
        {{"--error-webhook", "http://errors.example/"}, CONFIG_BAD},
        {{"--error-webhook", "https://errors.example/", "--error-webhook-token", "env:X"}, CONFIG_RUN},
        {{"--cloudwatch", "tasks"}, CONFIG_BAD},
        {{"--cloudwatch", "tasks", "--log-format", "json"}, CONFIG_RUN},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        ck_assert_msg(read_arguments(rows[i].flags) == rows[i].result, "%s", rows[i].flags[1]);
        done();
    }
}
END_TEST

int main(void)
{
    return run_suite(
        "config",
        (const TTest *[]){has_defaults, reads_every_flag, a_flag_comes_before_a_variable_before_the_file,
                          help_and_version_come_first, the_help_names_every_setting,
                          a_secret_names_the_database, production_serves_no_default_store,
                          names_the_flag_that_is_wrong, names_the_variable_that_is_wrong,
                          names_the_line_that_is_wrong, who_can_be_reached_says_auth_aloud,
                          an_issuer_is_told_in_full, telemetry_keeps_secrets_off_open_roads, NULL});
}
