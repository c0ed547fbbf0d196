/* What core makes of a secret: how long it is kept, how often it is read, and which logins are tried. */
#include "login.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "run.h"
#include "secret_cache.h"
#include "timestamp.h"

/* ---- A clock that can be put forward ---- */

static atomic_long ahead_s;

/* Stands before that of the C library. */
int clock_gettime(clockid_t which, struct timespec *out)
{
    long result = syscall(SYS_clock_gettime, which, out);
    out->tv_sec += atomic_load(&ahead_s);
    return (int)result;
}

/* ---- A vault whose secret can be changed ---- */

typedef struct vault {
    pthread_mutex_t lock;
    const char *current, *previous; /* NULL: there is none */
    tasks_status failure;           /* of both, unless OK */
    int slow_ms;
    int current_reads, previous_reads;
} vault;

static void pause_for(int ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

static tasks_status ask(void *context, const char *reference, int32_t version, char *value, uint64_t size,
                        tasks_error *error)
{
    vault *v = context;
    (void)reference;
    (void)error;
    pause_for(v->slow_ms);
    pthread_mutex_lock(&v->lock);
    bool previous = version == TASKS_SECRET_PREVIOUS;
    const char *text = previous ? v->previous : v->current;
    v->current_reads += !previous;
    v->previous_reads += previous;
    snprintf(value, size, "%s", text ? text : "");
    tasks_status status = v->failure ? v->failure : text ? TASKS_OK : TASKS_NOT_FOUND;
    pthread_mutex_unlock(&v->lock);
    return status;
}

static void change(vault *v, const char *current, const char *previous)
{
    pthread_mutex_lock(&v->lock);
    v->current = current;
    v->previous = previous;
    pthread_mutex_unlock(&v->lock);
}

static vault make_vault(const char *current)
{
    return (vault){.lock = PTHREAD_MUTEX_INITIALIZER, .current = current};
}

/* ---- The cache ---- */

static secret_cache *open_cache(vault *v, int64_t keep_ms, int64_t space_ms)
{
    secret_cache *cache;
    secret_vault asked = {ask, v};
    secret_cache_limits limits = {.keep_ms = keep_ms, .space_ms = space_ms};
    ck_assert_int_eq(secret_cache_open("my:db", &asked, &limits, &cache, NULL), TASKS_OK);
    return cache;
}

static tasks_status password(secret_cache *cache, secret_cache_which which, uint64_t *serial, char text[64])
{
    secret_login found;
    tasks_status status = secret_cache_get(cache, which, serial, &found, NULL);
    snprintf(text, 64, "%s", found.password.text ? found.password.text : "");
    secret_login_done(&found);
    return status;
}

static void expect(secret_cache *cache, secret_cache_which which, uint64_t *serial, const char *wanted)
{
    char text[64];
    tasks_status status = password(cache, which, serial, text);
    ck_assert_msg(status == (wanted ? TASKS_OK : TASKS_NOT_FOUND), "%d: %d", which, status);
    ck_assert_msg(!wanted || !strcmp(text, wanted), "%d: %s", which, text);
}

enum { LONG = 3600 * 1000, SHORT = 50 };

START_TEST(what_is_kept_is_not_read_again)
{
    vault v = make_vault("one");
    uint64_t serial = 0;
    secret_cache *cache = open_cache(&v, LONG, LONG);
    for (int i = 0; i < 3; i++)
        expect(cache, SECRET_CACHE_CURRENT, &serial, "one");
    ck_assert_int_eq(v.current_reads, 1);
    change(&v, "two", NULL);
    expect(cache, SECRET_CACHE_CURRENT, &serial, "one");
    expect(cache, SECRET_CACHE_FRESH, &serial, NULL); /* it is too early to ask */
    ck_assert_int_eq(v.current_reads, 1);
    secret_cache_close(cache);
}
END_TEST

START_TEST(what_is_old_is_read_again)
{
    vault v = make_vault("one");
    uint64_t serial = 0;
    secret_cache *cache = open_cache(&v, SHORT, 1);
    expect(cache, SECRET_CACHE_CURRENT, &serial, "one");
    change(&v, "two", NULL);
    pause_for(2 * SHORT);
    expect(cache, SECRET_CACHE_CURRENT, &serial, "two");
    v.failure = TASKS_UNAVAILABLE;
    pause_for(2 * SHORT);
    expect(cache, SECRET_CACHE_CURRENT, &serial, "two"); /* better than nothing */
    secret_cache_close(cache);
}
END_TEST

START_TEST(fresh_is_another_one_or_none)
{
    vault v = make_vault("one");
    uint64_t serial = 0, seen;
    secret_cache *cache = open_cache(&v, LONG, 1);
    expect(cache, SECRET_CACHE_CURRENT, &serial, "one");
    seen = serial;
    pause_for(SHORT);
    expect(cache, SECRET_CACHE_FRESH, &serial, NULL); /* asked, and the same */
    ck_assert_int_eq(v.current_reads, 2);
    change(&v, "two", NULL);
    pause_for(SHORT);
    expect(cache, SECRET_CACHE_FRESH, &serial, "two");
    ck_assert_int_eq(v.current_reads, 3);
    expect(cache, SECRET_CACHE_FRESH, &seen, "two"); /* another thread has asked */
    ck_assert_int_eq(v.current_reads, 3);
    expect(cache, SECRET_CACHE_CURRENT, &serial, "two");
    secret_cache_close(cache);
}
END_TEST

START_TEST(previous_is_what_was_replaced_or_what_the_vault_says)
{
    vault v = make_vault("two");
    uint64_t serial = 0;
    v.previous = "one";
    secret_cache *cache = open_cache(&v, LONG, 1);
    expect(cache, SECRET_CACHE_CURRENT, &serial, "two");
    expect(cache, SECRET_CACHE_PREVIOUS, &serial, "one");
    expect(cache, SECRET_CACHE_PREVIOUS, &serial, "one");
    ck_assert_int_eq(v.previous_reads, 1);
    change(&v, "three", "two");
    pause_for(SHORT);
    expect(cache, SECRET_CACHE_FRESH, &serial, "three");
    expect(cache, SECRET_CACHE_PREVIOUS, &serial, "two");
    ck_assert_int_eq(v.previous_reads, 1); /* it was at hand */
    secret_cache_close(cache);
}
END_TEST

START_TEST(there_may_be_no_previous)
{
    vault v = make_vault("one");
    uint64_t serial = 0;
    secret_cache *cache = open_cache(&v, LONG, LONG);
    expect(cache, SECRET_CACHE_CURRENT, &serial, "one");
    expect(cache, SECRET_CACHE_PREVIOUS, &serial, NULL);
    expect(cache, SECRET_CACHE_PREVIOUS, &serial, NULL);
    ck_assert_int_eq(v.previous_reads, 1);
    secret_cache_close(cache);
    v.previous = "one";
    cache = open_cache(&v, LONG, LONG);
    expect(cache, SECRET_CACHE_CURRENT, &serial, "one");
    expect(cache, SECRET_CACHE_PREVIOUS, &serial, NULL); /* the same is no other */
    secret_cache_close(cache);
}
END_TEST

START_TEST(stores_with_one_reference_share)
{
    vault v = make_vault("one"), other = make_vault("other");
    uint64_t serial = 0;
    secret_cache *a = open_cache(&v, LONG, LONG), *b = open_cache(&v, LONG, LONG),
                 *c = open_cache(&other, LONG, LONG);
    ck_assert(a == b && a != c);
    expect(a, SECRET_CACHE_CURRENT, &serial, "one");
    secret_cache_close(a);
    expect(b, SECRET_CACHE_CURRENT, &serial, "one");
    expect(c, SECRET_CACHE_CURRENT, &serial, "other");
    ck_assert_int_eq(v.current_reads, 1);
    secret_cache_close(c);
    secret_cache_close(b);
    b = open_cache(&v, LONG, LONG);
    expect(b, SECRET_CACHE_CURRENT, &serial, "one");
    ck_assert_int_eq(v.current_reads, 2);
    secret_cache_close(b);
}
END_TEST

START_TEST(the_first_reading_must_succeed)
{
    vault v = make_vault("{");
    uint64_t serial = 0;
    char text[64];
    secret_cache *cache = open_cache(&v, LONG, LONG);
    ck_assert_int_eq(password(cache, SECRET_CACHE_CURRENT, &serial, text), TASKS_UNAVAILABLE);
    change(&v, NULL, NULL);
    ck_assert_int_eq(password(cache, SECRET_CACHE_CURRENT, &serial, text), TASKS_UNAVAILABLE);
    v.failure = TASKS_DENIED;
    ck_assert_int_eq(password(cache, SECRET_CACHE_CURRENT, &serial, text), TASKS_DENIED);
    v.failure = TASKS_OK;
    change(&v, "one", NULL);
    expect(cache, SECRET_CACHE_CURRENT, &serial, "one");
    secret_cache_close(cache);
}
END_TEST

/* ---- Logins ---- */

/* A database that takes one password. */
typedef struct database {
    pthread_mutex_t lock;
    char takes[64];
    tasks_status failure; /* unless OK */
    int attempts;
    char last[256]; /* the login of the last attempt */
} database;

static const char *shown(const char *text)
{
    return text ? text : "-";
}

static tasks_status connect_to(void *context, const backend_login *with, tasks_error *error)
{
    database *d = context;
    pthread_mutex_lock(&d->lock);
    d->attempts++;
    snprintf(d->last, sizeof d->last, "%s@%s:%s/%s %s", shown(with->user), shown(with->host),
             shown(with->port), shown(with->database), shown(with->password));
    bool right = !strcmp(shown(with->password), d->takes);
    tasks_status failure = d->failure;
    pthread_mutex_unlock(&d->lock);
    if (failure)
        return fail(error, failure, "store_away", "away");
    return right ? TASKS_OK : fail(error, TASKS_DENIED, "login_refused", "the database refuses the login");
}

static void take(database *d, const char *accepted)
{
    pthread_mutex_lock(&d->lock);
    snprintf(d->takes, sizeof d->takes, "%s", accepted);
    pthread_mutex_unlock(&d->lock);
}

static database make_database(const char *accepted)
{
    database d = {.lock = PTHREAD_MUTEX_INITIALIZER};
    take(&d, accepted);
    return d;
}

static void open_login(login *l, vault *v, const char *uri)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    tasks_error error;
    options.uri = uri;
    options.password_ref = v ? "my:db" : NULL;
    options.vault = v ? ask : NULL;
    options.vault_context = v;
    ck_assert_int_eq(login_init(l, &options, &error), TASKS_OK);
}

static tasks_status log_in(login *l, const backend_login *uri, database *d, tasks_error *error)
{
    static const backend_login nothing;
    backend_logins logins = login_logins(l);
    memset(error, 0, sizeof *error);
    return logins.each(logins.context, uri ? uri : &nothing, connect_to, d, error);
}

#define WHOLE                                                                                                \
    "{\"engine\":\"postgres\",\"host\":\"h\",\"port\":5433,\"username\":\"u\",\"password\":\"p\","           \
    "\"dbname\":\"d\"}"

START_TEST(uri_and_secret_are_put_together)
{
    static const struct {
        const char *secret; /* NULL: none */
        backend_login uri;
        const char *wanted;
    } cases[] = {
        {NULL, {0}, "-@-:-/- -"},
        {NULL, {.host = "uh", .user = "uu", .password = "up"}, "uu@uh:-/- up"},
        {"p", {.host = "uh", .user = "uu", .password = "up"}, "uu@uh:-/- p"},
        {"{\"username\":\"u\",\"password\":\"p\"}",
         {.host = "uh", .port = "1", .database = "ud", .user = "uu"},
         "u@uh:1/ud p"},
        {WHOLE, {0}, "u@h:5433/d p"},
        {WHOLE, {.host = "uh", .port = "1", .database = "ud", .user = "uu", .password = "up"}, "u@uh:1/ud p"},
        {WHOLE, {.database = "ud"}, "u@h:5433/ud p"},
    };
    for (int i = 0; i < RUN_COUNT(cases); i++) {
        vault v = make_vault(cases[i].secret);
        database d = make_database(cases[i].secret ? "p" : shown(cases[i].uri.password));
        login l;
        tasks_error error;
        open_login(&l, cases[i].secret ? &v : NULL, "postgresql://");
        ck_assert_int_eq(log_in(&l, &cases[i].uri, &d, &error), TASKS_OK);
        ck_assert_str_eq(d.last, cases[i].wanted);
        login_done(&l);
    }
}
END_TEST

START_TEST(a_refused_login_is_away_and_backs_off)
{
    vault v = make_vault("wrong");
    database d = make_database("right");
    login l;
    tasks_error error;
    open_login(&l, &v, "postgresql://");
    ck_assert_int_eq(log_in(&l, NULL, &d, &error), TASKS_UNAVAILABLE);
    ck_assert_str_eq(error.code, "login_refused");
    ck_assert(error.status == TASKS_UNAVAILABLE);
    ck_assert_int_eq(d.attempts, 1); /* the vault was asked a moment ago */
    ck_assert_int_eq(log_in(&l, NULL, &d, &error), TASKS_UNAVAILABLE);
    ck_assert_str_eq(error.code, "login_refused");
    ck_assert_int_eq(d.attempts, 1);
    for (int64_t end = timestamp_monotonic() + 10000; d.attempts == 1 && timestamp_monotonic() < end;
         pause_for(20))
        log_in(&l, NULL, &d, &error);
    ck_assert_int_eq(d.attempts, 2);
    ck_assert_int_eq(v.current_reads, 1);
    login_done(&l);
}
END_TEST

START_TEST(what_is_no_refusal_ends_the_tries)
{
    vault v = make_vault("right");
    database d = make_database("right");
    login l;
    tasks_error error;
    v.previous = "older";
    open_login(&l, &v, "postgresql://");
    d.failure = TASKS_TIMEOUT;
    ck_assert_int_eq(log_in(&l, NULL, &d, &error), TASKS_TIMEOUT);
    ck_assert_int_eq(d.attempts, 1);
    d.failure = TASKS_OK;
    ck_assert_int_eq(log_in(&l, NULL, &d, &error), TASKS_OK); /* without a pause */
    login_done(&l);
}
END_TEST

/* The secret changes before the database does: who comes meanwhile gets in with what the vault had before. */
START_TEST(the_previous_login_bridges_a_rotation)
{
    vault v = make_vault("new");
    database d = make_database("old");
    login l;
    tasks_error error;
    v.previous = "old";
    open_login(&l, &v, "postgresql://");
    ck_assert_int_eq(log_in(&l, NULL, &d, &error), TASKS_OK);
    ck_assert_str_eq(d.last, "-@-:-/- old");
    take(&d, "new");
    ck_assert_int_eq(log_in(&l, NULL, &d, &error), TASKS_OK);
    ck_assert_str_eq(d.last, "-@-:-/- new");
    login_done(&l);
}
END_TEST

START_TEST(a_login_is_kept_for_five_minutes)
{
    vault v = make_vault("one");
    database d = make_database("one");
    login l;
    tasks_error error;
    open_login(&l, &v, "postgresql://");
    change(&v, "two", NULL);
    atomic_fetch_add(&ahead_s, 299);
    ck_assert_int_eq(log_in(&l, NULL, &d, &error), TASKS_OK);
    ck_assert_int_eq(v.current_reads, 1);
    take(&d, "two");
    atomic_fetch_add(&ahead_s, 1);
    ck_assert_int_eq(log_in(&l, NULL, &d, &error), TASKS_OK);
    ck_assert_int_eq(v.current_reads, 2);
    ck_assert_int_eq(d.attempts, 2);
    login_done(&l);
}
END_TEST

START_TEST(a_refusal_asks_the_vault_every_five_seconds_at_most)
{
    vault v = make_vault("wrong");
    database d = make_database("right");
    login l;
    tasks_error error;
    open_login(&l, &v, "postgresql://");
    for (int second = 0; second < 20; second++) {
        ck_assert_int_eq(log_in(&l, NULL, &d, &error), TASKS_UNAVAILABLE);
        ck_assert_int_le(v.current_reads, 1 + (second + 1) / 5);
        atomic_fetch_add(&ahead_s, 1);
    }
    ck_assert_int_ge(v.current_reads, 4);
    login_done(&l);
}
END_TEST

/* ---- Rotation under load ---- */

typedef struct client {
    login *login;
    database *database;
    int64_t until_ms, refused_ms, served_ms; /* the last refusal and the last success */
    pthread_t thread;
} client;

static void *connect_again_and_again(void *context)
{
    enum { PATIENCE_MS = 30000 }; /* the machine may stand still while the password is a wrong one */
    client *c = context;
    tasks_error error;
    for (int64_t now; (now = timestamp_monotonic()) < c->until_ms ||
                      (c->served_ms <= c->refused_ms && now < c->until_ms + PATIENCE_MS);) {
        if (log_in(c->login, NULL, c->database, &error))
            c->refused_ms = timestamp_monotonic();
        else
            c->served_ms = timestamp_monotonic();
        pause_for(5);
    }
    return NULL;
}

/* Both change at once, and from the end of the retry window on nobody is refused. */
START_TEST(a_rotation_under_load)
{
    enum {
        CLIENTS = 64,
        WINDOW_MS = 7000
    }; /* five seconds between readings, one of back-off, and a slow vault */
    static client clients[CLIENTS];
    vault v = make_vault("one");
    database d = make_database("one");
    login l;
    v.slow_ms = 50;
    open_login(&l, &v, "postgresql://");
    int64_t start = timestamp_monotonic(), end = start + WINDOW_MS + 2000;
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (client){.login = &l, .database = &d, .until_ms = end};
        ck_assert_int_eq(pthread_create(&clients[i].thread, NULL, connect_again_and_again, &clients[i]), 0);
    }
    pause_for(200);
    take(&d, "two");
    change(&v, "two", "one");
    for (int i = 0; i < CLIENTS; i++) {
        pthread_join(clients[i].thread, NULL);
        ck_assert_msg(clients[i].refused_ms < start + WINDOW_MS, "client %d: refused after %lld ms", i,
                      (long long)(clients[i].refused_ms - start));
        ck_assert(clients[i].served_ms > clients[i].refused_ms);
    }
    ck_assert_int_ge(v.current_reads, 2);
    ck_assert_int_le(v.current_reads, 1 + (WINDOW_MS + 2000) / 5000);
    login_done(&l);
}
END_TEST

/* ---- Opening ---- */

START_TEST(bad_secrets_are_found_at_the_start)
{
    static const struct {
        const char *uri, *reference, *secret;
        tasks_status status;
        const char *code;
    } cases[] = {
        {"postgresql://h/d", "my:db", "p", TASKS_OK, ""},
        {NULL, "my:db", WHOLE, TASKS_OK, ""},
        {NULL, "my:db", "p", TASKS_UNAVAILABLE, "secret_unusable"},
        {NULL, "my:db", "{\"username\":\"u\",\"password\":\"p\"}", TASKS_UNAVAILABLE, "secret_unusable"},
        {"postgresql://h/d", "my:db", "{\"engine\":\"mysql\"}", TASKS_UNAVAILABLE, "secret_unusable"},
        {"postgresql://h/d", "my:db", NULL, TASKS_UNAVAILABLE, "secret_missing"},
        {"postgresql://h/d", "nonsense", "p", TASKS_INVALID, "secret_malformed"},
        {"postgresql://h/d", "env:NOT_SET_HERE", "p", TASKS_UNAVAILABLE, "secret_missing"},
    };
    for (int i = 0; i < RUN_COUNT(cases); i++) {
        vault v = make_vault(cases[i].secret);
        tasks_options options = TASKS_OPTIONS_INIT;
        tasks_error error = {0};
        login l;
        options.uri = cases[i].uri;
        options.password_ref = cases[i].reference;
        options.vault = ask;
        options.vault_context = &v;
        tasks_status status = login_init(&l, &options, &error);
        ck_assert_msg(status == cases[i].status && !strcmp(error.code, cases[i].code), "%d: %d %s: %s", i,
                      status, error.code, error.message);
        if (!status)
            login_done(&l);
    }
}
END_TEST

#ifdef TASKS_POSTGRES
START_TEST(a_token_of_iam_goes_over_tls_only)
{
    static const struct {
        const char *parameters;
        bool good;
    } cases[] = {
        {"tasks_auth=rds-iam", true},
        {"tasks_auth=rds-iam&sslmode=require", true},
        {"sslmode=verify-ca&tasks_auth=rds-iam", true},
        {"tasks_auth=rds-iam&sslmode=verify-full", true},
        {"tasks_auth=rds-iam&sslmode=prefer", false},
        {"sslmode=allow&tasks_auth=rds-iam", false},
        {"tasks_auth=rds-iam&sslmode=disable", false},
        {"tasks_auth=password&sslmode=disable", true},
        {"tasks_auth=anything", false},
    };
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    for (int i = 0; i < RUN_COUNT(cases); i++) {
        char uri[256];
        tasks_options options = TASKS_OPTIONS_INIT;
        tasks_error error;
        tasks_db *db;
        snprintf(uri, sizeof uri, "postgresql://u@127.0.0.1:1/d?%s", cases[i].parameters);
        options.uri = uri;
        tasks_status status = tasks_open(&options, &db, &error);
        ck_assert_msg((status == TASKS_INVALID) != cases[i].good, "%s: %s", uri, error.message);
        ck_assert_msg(cases[i].good || !strcmp(error.code, "uri_malformed"), "%s: %s", uri, error.code);
        ck_assert_ptr_null(db);
    }
}
END_TEST
#endif

START_TEST(nobody_logs_in_to_a_file)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    tasks_error error;
    tasks_db *db;
    options.uri = "sqlite::memory:";
    options.password_ref = "env:PASSWORD";
    ck_assert_int_eq(tasks_open(&options, &db, &error), TASKS_INVALID);
    ck_assert_str_eq(error.code, "option_malformed");
    options.uri = options.password_ref = NULL;
    ck_assert_int_eq(tasks_open(&options, &db, &error), TASKS_INVALID);
    ck_assert_str_eq(error.code, "uri_malformed");
}
END_TEST

START_TEST(a_check_tells_all_but_the_value)
{
    static const struct {
        const char *reference, *secret;
        int32_t holds;
        uint32_t keys;
        const char *first;
    } cases[] = {
        {"my:db", "canary", TASKS_SECRET_TEXT, 0, ""},
        {"my:db", "{\"username\":\"u\",\"password\":\"canary\"}", TASKS_SECRET_LOGIN, 2, "password"},
        {"my:db", WHOLE, TASKS_SECRET_CONNECTION, 6, "dbname"},
        {"my:db", "{\"x\":\"canary\"}", TASKS_SECRET_OTHER, 1, "x"},
        {"my:db#x", "{\"x\":\"canary\"}", TASKS_SECRET_TEXT, 0, ""},
    };
    for (int i = 0; i < RUN_COUNT(cases); i++) {
        vault v = make_vault(cases[i].secret);
        tasks_options options = TASKS_OPTIONS_INIT;
        tasks_secret *found;
        options.password_ref = cases[i].reference;
        options.vault = ask;
        options.vault_context = &v;
        ck_assert_int_eq(tasks_secret_check(&options, &found, NULL), TASKS_OK);
        ck_assert_str_eq(found->provider, "vault");
        ck_assert_int_eq(found->holds, cases[i].holds);
        ck_assert_uint_eq(found->key_count, cases[i].keys);
        ck_assert_str_eq(found->key_count ? found->keys[0] : "", cases[i].first);
        tasks_secret_free(found);
    }
}
END_TEST

START_TEST(a_secret_is_read_whole_or_not_at_all)
{
    char value[16];
    tasks_error error;
    vault v = make_vault("{\"x\":\"0123456789abcde\"}");
    tasks_options options = TASKS_OPTIONS_INIT;
    options.password_ref = "my:key#x";
    options.vault = ask;
    options.vault_context = &v;
    ck_assert_int_eq(tasks_secret_read(&options, value, sizeof value, &error), TASKS_OK);
    ck_assert_str_eq(value, "0123456789abcde");
    ck_assert_int_eq(tasks_secret_read(&options, value, sizeof value - 1, &error), TASKS_INVALID);
    ck_assert_str_eq(value, "");
    ck_assert_str_eq(error.code, "option_malformed");
    ck_assert_int_eq(tasks_secret_read(&options, NULL, 0, NULL), TASKS_INVALID);
    options.password_ref = "env:NOT_SET_AT_ALL";
    ck_assert_int_eq(tasks_secret_read(&options, value, sizeof value, &error), TASKS_UNAVAILABLE);
    options.password_ref = NULL;
    ck_assert_int_eq(tasks_secret_read(&options, value, sizeof value, &error), TASKS_INVALID);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {what_is_kept_is_not_read_again,
                                  what_is_old_is_read_again,
                                  fresh_is_another_one_or_none,
                                  previous_is_what_was_replaced_or_what_the_vault_says,
                                  there_may_be_no_previous,
                                  stores_with_one_reference_share,
                                  the_first_reading_must_succeed,
                                  uri_and_secret_are_put_together,
                                  a_refused_login_is_away_and_backs_off,
                                  what_is_no_refusal_ends_the_tries,
                                  the_previous_login_bridges_a_rotation,
                                  a_login_is_kept_for_five_minutes,
                                  a_refusal_asks_the_vault_every_five_seconds_at_most,
                                  a_rotation_under_load,
                                  bad_secrets_are_found_at_the_start,
                                  nobody_logs_in_to_a_file,
#ifdef TASKS_POSTGRES
                                  a_token_of_iam_goes_over_tls_only,
#endif
                                  a_secret_is_read_whole_or_not_at_all,
                                  a_check_tells_all_but_the_value,
                                  NULL};
    return run_suite("login", tests);
}
