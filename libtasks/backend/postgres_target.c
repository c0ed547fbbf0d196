/* What a URI says: libpq reads it, except for what is ours. */
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "number.h"
#include "postgres.h"

enum { OPTIONS_MAX = 8192 };
enum { CONNECT_MS_MIN = 1000, CONNECT_S_MAX = 600 };

static const char *const login_keywords[POSTGRES_KEYWORDS_OF_LOGIN] = {
    [POSTGRES_HOST] = "host",       [POSTGRES_HOSTADDR] = "hostaddr", [POSTGRES_PORT] = "port",
    [POSTGRES_DATABASE] = "dbname", [POSTGRES_USER] = "user",         [POSTGRES_PASSWORD] = "password"};

/* libpq's own words may show a part of the password, when a character in it ends it too early. */
static tasks_status malformed(tasks_error *error)
{
    return fail_field(error, "uri", "uri_malformed",
                      "libpq cannot read this postgresql:// URI; in a password write %%40 for @, %%2F for /, "
                      "%%3F for ?");
}

/* ---- Parameters of ours, which libpq would refuse ---- */

static void switch_prepare(postgres_target *t, bool first)
{
    t->prepare = first;
}

static void switch_auth(postgres_target *t, bool first)
{
    t->login.rds_iam = first;
}

static const struct {
    const char *name, *first, *second; /* with the "=", and what it may be */
    void (*set)(postgres_target *t, bool first);
} switches[] = {
    {"tasks_prepare=", "on", "off", switch_prepare},
    {"tasks_auth=", "rds-iam", "password", switch_auth},
};

static bool is_text(const char *at, size_t length, const char *text)
{
    return strlen(text) == length && !memcmp(at, text, length);
}

/* Takes the parameter at `at` out of the URI if it is number `i` of ours; *next is where to go on. */
static tasks_status take_switch(postgres_target *t, char *at, size_t i, char **next, tasks_error *error)
{
    size_t name = strlen(switches[i].name);
    *next = at + 1;
    if (strncmp(at, switches[i].name, name) != 0)
        return TASKS_OK;
    size_t length = strcspn(at + name, "&");
    bool first = is_text(at + name, length, switches[i].first);
    if (!first && !is_text(at + name, length, switches[i].second))
        return fail_field(error, "uri", "uri_malformed", "in the URI %s is %s or %s", switches[i].name,
                          switches[i].first, switches[i].second);
    switches[i].set(t, first);
    char *end = at + name + length;
    *next = at;
    if (*end)
        memmove(at, end + 1, strlen(end + 1) + 1);
    else
        at[-1] = 0;
    return TASKS_OK;
}

static tasks_status take_switches(postgres_target *t, char *uri, tasks_error *error)
{
    tasks_status status = TASKS_OK;
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        for (char *at = uri; !status && (at = strpbrk(at, "?&"));)
            status = take_switch(t, at + 1, i, &at, error);
    return status;
}

/* ---- Nodes ---- */

static uint32_t count_listed(const char *list)
{
    uint32_t count = 1;
    for (; list && (list = strchr(list, ',')); list++)
        count++;
    return count;
}

static const char *listed(postgres_target *t, const char *list, uint32_t index, bool *failed)
{
    if (!list)
        return NULL;
    while (index--)
        list += strcspn(list, ",") + 1;
    char *copy = arena_copy(&t->memory, list, strcspn(list, ","));
    *failed |= !copy;
    return copy;
}

static bool port_ok(const char *port)
{
    int64_t number;
    return !port || !*port || number_read(port, strlen(port), 1, 65535, &number);
}

static tasks_status nodes_read(postgres_target *t, const postgres_node *lists, tasks_error *error)
{
    uint32_t ports = count_listed(lists->port);
    bool failed = false;
    t->node_count = count_listed(lists->hostaddr ? lists->hostaddr : lists->host);
    if (t->node_count > POSTGRES_NODES)
        return fail_field(error, "uri", "uri_malformed", "the URI has more than %d hosts", POSTGRES_NODES);
    if ((ports != 1 && ports != t->node_count) ||
        (lists->host && lists->hostaddr && count_listed(lists->host) != t->node_count))
        return fail_field(error, "uri", "uri_malformed",
                          "the URI has not one port, or one address, per host");
    for (uint32_t i = 0; i < t->node_count; i++) {
        t->nodes[i] =
            (postgres_node){listed(t, lists->host, i, &failed), listed(t, lists->hostaddr, i, &failed),
                            listed(t, lists->port, ports == 1 ? 0 : i, &failed)};
        if (!failed && (!port_ok(t->nodes[i].port) || (t->nodes[i].host && strchr(t->nodes[i].host, '@'))))
            return malformed(error);
    }
    return failed ? fail_memory(error) : TASKS_OK;
}

/* ---- Keywords ---- */

typedef struct builder {
    postgres_target *target;
    uint32_t count;
    bool failed;
    uint32_t timeout_ms;
    postgres_node lists;
    const char *options;
    bool chosen; /* the URI says what kind of node is wanted */
} builder;

static void add(builder *b, const char *keyword, const char *value)
{
    postgres_target *t = b->target;
    char *name = arena_copy(&t->memory, keyword, strlen(keyword));
    char *text = arena_copy(&t->memory, value, strlen(value));
    b->failed |= !name || !text || b->count + 1 == POSTGRES_KEYWORDS;
    if (b->failed)
        return;
    t->keywords[b->count] = name;
    t->values[b->count++] = text;
}

static const char *given(const builder *b, const char *keyword)
{
    for (uint32_t i = POSTGRES_KEYWORDS_OF_LOGIN; i < b->count; i++)
        if (!strcmp(b->target->keywords[i], keyword))
            return b->target->values[i];
    return NULL;
}

static void add_default(builder *b, const char *keyword, const char *value)
{
    if (!given(b, keyword))
        add(b, keyword, value);
}

/* A server gets the token of IAM as it is, and whoever overhears it may log in for 15 minutes: libpq's own
 * default would do without TLS where the other side says that it has none. */
static tasks_status add_tls(builder *b, tasks_error *error)
{
    static const char *const modes[] = {"require", "verify-ca", "verify-full"};
    if (!b->target->login.rds_iam)
        return TASKS_OK;
    add_default(b, "sslmode", given(b, "sslrootcert") ? "verify-full" : "require");
    const char *mode = given(b, "sslmode");
    for (size_t i = 0; mode && i < sizeof modes / sizeof *modes; i++)
        if (!strcmp(mode, modes[i]))
            return TASKS_OK;
    return fail_field(error, "uri", "uri_malformed",
                      "tasks_auth=rds-iam wants TLS: sslmode is require, verify-ca or verify-full");
}

/* A host, an address, a port: tried one after another, each with its own time, by postgres_connect(). */
static bool take_node(builder *b, const char *keyword, const char *value)
{
    if (!strcmp(keyword, "host"))
        b->lists.host = value;
    else if (!strcmp(keyword, "hostaddr"))
        b->lists.hostaddr = value;
    else if (!strcmp(keyword, "port"))
        b->lists.port = value;
    else
        return false;
    return true;
}

/* Who connects: a secret may say it instead. */
static bool take_login(builder *b, const char *keyword, const char *value)
{
    backend_login *login = &b->target->login;
    const char **member = !strcmp(keyword, "dbname")     ? &login->database
                          : !strcmp(keyword, "user")     ? &login->user
                          : !strcmp(keyword, "password") ? &login->password
                                                         : NULL;
    if (!member)
        return false;
    *member = arena_copy(&b->target->memory, value, strlen(value));
    b->failed |= !*member;
    return true;
}

static bool take_time(builder *b, const char *keyword, const char *value)
{
    int64_t seconds;
    if (strcmp(keyword, "connect_timeout"))
        return false;
    if (number_read(value, strlen(value), 1, CONNECT_S_MAX, &seconds))
        b->target->connect_ms = (uint32_t)seconds * 1000;
    return true;
}

/* What a node is, it reports by itself since PostgreSQL 14: no need to ask, as libpq would. */
static bool take_kind(builder *b, const char *keyword, const char *value)
{
    if (strcmp(keyword, "target_session_attrs"))
        return false;
    b->chosen = true;
    b->target->writable = !strcmp(value, "read-write");
    return b->target->writable;
}

static void take(builder *b, const char *keyword, const char *value)
{
    if (take_node(b, keyword, value) || take_login(b, keyword, value) || take_time(b, keyword, value) ||
        take_kind(b, keyword, value) || !strcmp(keyword, "client_encoding"))
        return;
    if (!strcmp(keyword, "options"))
        b->options = value;
    else
        add(b, keyword, value);
}

/* A pooler lends us one session after another, so what they should be like is said in each transaction. */
static void add_options(builder *b)
{
    buf text;
    buf_init(&text, OPTIONS_MAX);
    if (b->target->prepare)
        postgres_settings_options(&text, b->timeout_ms);
    if (b->options)
        buf_print(&text, " %s", b->options);
    b->failed |= text.status != TASKS_OK;
    if (!text.status && text.length)
        add(b, "options", text.bytes);
    buf_done(&text);
}

static void add_defaults(builder *b)
{
    char timeout[NUMBER_INT_SIZE];
    number_write_int(b->timeout_ms, timeout);
    add(b, "client_encoding", "UTF8");
    add_default(b, "fallback_application_name", "libtasks");
    add_default(b, "tcp_user_timeout", timeout);
    add_default(b, "keepalives_idle", "30");
    add_default(b, "keepalives_interval", "5");
    add_default(b, "keepalives_count", "3");
    add_options(b);
}

/* A request must have time left for its answer; of several nodes more than one may have to be tried. */
static uint32_t connect_ms(uint32_t timeout_ms, uint32_t node_count)
{
    uint32_t share = timeout_ms / 5 * (node_count > 1 ? 2 : 3);
    return share < CONNECT_MS_MIN ? CONNECT_MS_MIN : share;
}

static tasks_status build(builder *b, const PQconninfoOption *options, tasks_error *error)
{
    postgres_target *t = b->target;
    size_t room = POSTGRES_KEYWORDS * sizeof(char *);
    t->keywords = arena_alloc(&t->memory, room);
    t->values = arena_alloc(&t->memory, room);
    if (!t->keywords || !t->values)
        return fail_memory(error);
    memset(t->keywords, 0, room);
    memset(t->values, 0, room);
    memcpy(t->keywords, login_keywords, sizeof login_keywords);
    b->count = POSTGRES_KEYWORDS_OF_LOGIN;
    for (const PQconninfoOption *o = options; o->keyword; o++)
        if (o->val)
            take(b, o->keyword, o->val);
    tasks_status status = nodes_read(t, &b->lists, error);
    if (status)
        return status;
    if (!b->chosen)
        t->writable = t->node_count > 1;
    if (!t->connect_ms)
        t->connect_ms = connect_ms(b->timeout_ms, t->node_count);
    add_defaults(b);
    status = add_tls(b, error);
    return b->failed ? fail_memory(error) : status;
}

static tasks_status parse(postgres_target *t, const char *uri, uint32_t timeout_ms, tasks_error *error)
{
    char *words = NULL;
    builder b = {.target = t, .timeout_ms = timeout_ms};
    PQconninfoOption *options = postgres_libpq.PQconninfoParse(uri, &words);
    postgres_libpq.PQfreemem(words);
    if (!options)
        return malformed(error);
    tasks_status status = build(&b, options, error);
    postgres_libpq.PQconninfoFree(options);
    return status;
}

tasks_status postgres_target_read(postgres_target *t, const char *rest, uint32_t timeout_ms,
                                  tasks_error *error)
{
    static const char scheme[] = "postgresql:";
    *t = (postgres_target){.prepare = true};
    arena_init(&t->memory);
    size_t length = strlen(rest);
    char *uri = arena_alloc(&t->memory, sizeof scheme + length);
    if (!uri)
        return fail_memory(error);
    memcpy(mempcpy(uri, scheme, sizeof scheme - 1), rest, length + 1);
    tasks_status status = take_switches(t, uri, error);
    if (!status)
        status = parse(t, uri, timeout_ms, error);
    explicit_bzero(uri, strlen(uri));
    return status;
}

void postgres_target_done(postgres_target *t)
{
    arena_done(&t->memory);
}
