#include "secret_login.h"

#include <stddef.h>
#include <string.h>

#include "fail.h"
#include "number.h"
#include "secret_json.h"
#include "text.h"

static const struct member {
    const char *key;
    size_t place;
} members[] = {
    {"host", offsetof(secret_login, host)},         {"port", offsetof(secret_login, port)},
    {"dbname", offsetof(secret_login, database)},   {"username", offsetof(secret_login, user)},
    {"password", offsetof(secret_login, password)},
};

enum { MEMBERS = sizeof members / sizeof *members };

static wiped *member_of(secret_login *login, const struct member *m)
{
    return (wiped *)((char *)login + m->place);
}

static const wiped *const_member_of(const secret_login *login, const struct member *m)
{
    return (const wiped *)((const char *)login + m->place);
}

/* AWS writes "postgres" and "aurora-postgresql". */
static tasks_status check_engine(const json_t *object, tasks_error *error)
{
    wiped engine = {0};
    tasks_status status = secret_json_optional(object, "engine", &engine, error);
    if (!status && engine.text && !strstr(engine.text, "postgres"))
        status = fail(error, TASKS_UNAVAILABLE, "secret_unusable", "its engine is not PostgreSQL");
    wiped_done(&engine);
    return status;
}

static tasks_status read_members(const json_t *object, secret_login *out, tasks_error *error)
{
    tasks_status status = check_engine(object, error);
    for (int i = 0; !status && i < MEMBERS; i++)
        status = secret_json_optional(object, members[i].key, member_of(out, members + i), error);
    return status;
}

/* libpq takes what it is given for lists and lines: each of these is one thing. */
static tasks_status check_members(const secret_login *login, tasks_error *error)
{
    int64_t port;
    for (int i = 0; i < MEMBERS; i++) {
        const wiped *w = const_member_of(login, members + i);
        if (w->text && (strlen(w->text) != w->length || text_has_control(w->text, w->length, "")))
            return fail(error, TASKS_UNAVAILABLE, "secret_unusable", "its %s has a line break in it",
                        members[i].key);
    }
    if (login->port.text && !number_read(login->port.text, login->port.length, 1, 65535, &port))
        return fail(error, TASKS_UNAVAILABLE, "secret_unusable", "its port is not a number from 1 to 65535");
    if (login->host.text && strchr(login->host.text, ','))
        return fail(error, TASKS_UNAVAILABLE, "secret_unusable", "its host is not one host");
    return TASKS_OK;
}

tasks_status secret_login_read(const secret *from, secret_login *out, tasks_error *error)
{
    json_t *object;
    *out = (secret_login){0};
    tasks_status status;
    if (from->keyed || from->value.text[strspn(from->value.text, " \t\r\n")] != '{') {
        status =
            wiped_set(&out->password, from->value.text, from->value.length) ? TASKS_OK : fail_memory(error);
    } else {
        status = secret_json_read(from->value.text, from->value.length, &object, error);
        if (!status)
            status = read_members(object, out, error);
        secret_json_done(object);
    }
    return status ? status : check_members(out, error);
}

bool secret_login_same(const secret_login *a, const secret_login *b)
{
    for (int i = 0; i < MEMBERS; i++)
        if (!wiped_same(const_member_of(a, members + i), const_member_of(b, members + i)))
            return false;
    return true;
}

bool secret_login_copy(secret_login *to, const secret_login *from)
{
    *to = (secret_login){0};
    for (int i = 0; i < MEMBERS; i++) {
        const wiped *w = const_member_of(from, members + i);
        if (w->text && !wiped_set(member_of(to, members + i), w->text, w->length)) {
            secret_login_done(to);
            return false;
        }
    }
    return true;
}

void secret_login_done(secret_login *login)
{
    for (int i = 0; i < MEMBERS; i++)
        wiped_done(member_of(login, members + i));
}
