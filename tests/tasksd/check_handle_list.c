#include "handle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "run.h"

#define JSON "Content-Type: application/json\r\n"

/* The ids of the last answer, as text: "1 2 3". */
static const char *ids(const struct answer *got)
{
    static char text[8192];
    size_t length = 0;
    text[0] = '\0';
    ck_assert_msg(json_is_array(got->json), "%s", got->body);
    for (size_t i = 0; i < json_array_size(got->json); i++)
        length += (size_t)snprintf(
            text + length, sizeof text - length, "%s%lld", i ? " " : "",
            (long long)json_integer_value(json_object_get(json_array_get(got->json, i), "id")));
    return text;
}

static const char *list(const char *query)
{
    char target[512];
    snprintf(target, sizeof target, "/tasks%s", query);
    return ids(ask("GET", target, "", NULL));
}

/* The target of Link, rel="next"; NULL if there is none. */
static char *next_link(void)
{
    const char *link = ask_header("Link");
    if (!link)
        return NULL;
    ck_assert_int_eq(link[0], '<');
    ck_assert_ptr_nonnull(strstr(link, ">; rel=\"next\""));
    return strndup(link + 1, strcspn(link, ">") - 1);
}

START_TEST(an_empty_store_is_an_empty_array)
{
    ask_open();
    ck_assert_str_eq(ask_expect("GET", "/tasks", "", NULL, 200, "")->body, "[]");
    ck_assert_str_eq(ask_header("Content-Type"), "application/json");
    ck_assert_ptr_null(ask_header("Link"));
    ask_close();
}
END_TEST

START_TEST(filters_and_sorts)
{
    static const char *const rows[][2] = {
        {"", "1 2 3 4"},
        {"?completed=true", "2"},
        {"?completed=false", "1 3 4"},
        {"?tag=home", "1 3"},
        {"?q=MILK", "1"},
        {"?q=a%20b+c", "3"},
        {"?due_before=2026-01-02T00:00:00Z", "4"},
        {"?due_before=2026-01-01T23:00:00-01:00", "4"},
        {"?sort=id", "1 2 3 4"},
        {"?sort=-id", "4 3 2 1"},
        {"?sort=-created_at", "4 3 2 1"},
        {"?sort=priority", "2 3 1 4"},
        {"?sort=order", "3 1 2 4"},
        {"?sort=due_at", "4 1 2 3"},
        {"?sort=-updated_at", "4 3 2 1"},
        {"?limit=2&sort=-id", "4 3"},
        {"?tag=home&completed=false&sort=-id", "3 1"},
        {"?tag=nobody", ""},
    };
    ask_open();
    ask_json("POST", "/tasks",
             "[{'title':'milk','tags':['home'],'priority':5,'order':2,'due_at':'2026-01-03T00:00:00Z'},"
             "{'title':'b','completed':true,'priority':1,'order':3},"
             "{'title':'a b c','tags':['home','x'],'priority':2,'order':1},"
             "{'title':'d','due_at':'2026-01-01T00:00:00Z'}]");
    for (int i = 0; i < RUN_COUNT(rows); i++)
        ck_assert_msg(strcmp(list(rows[i][0]), rows[i][1]) == 0, "%s: %s", rows[i][0], list(rows[i][0]));
    ask_close();
}
END_TEST

START_TEST(bad_queries_are_refused)
{
    static const char *const rows[][3] = {
        {"limit=0", "limit_range", "limit"},
        {"limit=1001", "limit_range", "limit"},
        {"limit=", "limit_range", "limit"},
        {"limit=5x", "limit_range", "limit"},
        {"completed=1", "query_malformed", "completed"},
        {"completed", "query_malformed", "completed"},
        {"sort=title", "sort_unknown", "sort"},
        {"sort=", "sort_unknown", "sort"},
        {"sort=--id", "sort_unknown", "sort"},
        {"due_before=tomorrow", "time_malformed", "due_before"},
        {"cursor=x", "cursor_malformed", NULL},
        {"cursor=", "cursor_malformed", NULL},
        {"q=", "query_malformed", NULL},
    };
    ask_open();
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        char target[64];
        snprintf(target, sizeof target, "/tasks?%s", rows[i][0]);
        const struct answer *got = ask_expect("GET", target, "", NULL, 400, rows[i][1]);
        const json_t *error = json_array_get(json_object_get(got->json, "errors"), 0);
        if (rows[i][2])
            ck_assert_str_eq(json_string_value(json_object_get(error, "parameter")), rows[i][2]);
    }
    ask_close();
}
END_TEST

START_TEST(following_the_link_shows_all)
{
    char seen[128] = "";
    ask_open();
    for (int i = 0; i < 7; i++)
        ask_json("POST", "/tasks", "{'title':'x & y','tags':['t']}");
    char *target = strdup("/tasks?q=x+%26&limit=3&tag=t&sort=-id");
    while (target) {
        const struct answer *got = ask("GET", target, "", NULL);
        snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%s|", ids(got));
        free(target);
        target = next_link();
        if (target)
            ck_assert_int_eq(strncmp(target, "/tasks?q=x%20%26&limit=3&tag=t&sort=-id&cursor=", 47), 0);
    }
    ck_assert_str_eq(seen, "7 6 5|4 3 2|1|");
    ask_close();
}
END_TEST

START_TEST(a_cursor_fits_its_query_only)
{
    ask_open();
    for (int i = 0; i < 3; i++)
        ask_create("x");
    ask("GET", "/tasks?limit=1", "", NULL);
    char *target = next_link(), other[512];
    snprintf(other, sizeof other, "%s&completed=true", target);
    ask_expect("GET", other, "", NULL, 400, "cursor_foreign");
    target[strlen(target) - 1] ^= 1;
    ask_expect("GET", target, "", NULL, 400, "cursor_malformed");
    free(target);
    ask_close();
}
END_TEST

START_TEST(a_list_that_was_seen_is_not_sent_again)
{
    char header[128];
    ask_open();
    ask_create("x");
    ask("GET", "/tasks", "", NULL);
    snprintf(header, sizeof header, "If-None-Match: %s\r\n", ask_header("ETag"));
    ck_assert_str_eq(ask_expect("GET", "/tasks", header, NULL, 304, "")->body, "");
    ask_expect("GET", "/tasks?limit=0", header, NULL, 400, "limit_range");
    ask_expect("GET", "/tasks/changes", header, NULL, 304, "");
    ask_create("y");
    ask_expect("GET", "/tasks", header, NULL, 200, "");
    ask_close();
}
END_TEST

/* Each list is asked for twice: what is kept must be what is read. */
static const char *list_twice(const char *query)
{
    char first[512];
    snprintf(first, sizeof first, "%s", list(query));
    const char *second = list(query);
    ck_assert_str_eq(first, second);
    return second;
}

START_TEST(a_kept_list_is_never_old)
{
    ask_open();
    ck_assert_str_eq(list_twice(""), "");
    ask_create("a");
    ask_create("b");
    ck_assert_str_eq(list_twice(""), "1 2");
    ck_assert_str_eq(list_twice("?q=c"), "");
    ask_json("PATCH", "/tasks/1", "{'title':'c'}");
    ck_assert_str_eq(list_twice("?q=c"), "1");
    ask("DELETE", "/tasks/1", "", NULL);
    ck_assert_str_eq(list_twice("?q=c"), "");
    ck_assert_str_eq(list_twice(""), "2");
    ask_close();
}
END_TEST

/* A task that expires changes no revision; and a clock may be set back. */
START_TEST(a_kept_list_follows_the_clock)
{
    ask_open();
    ask_now_ms = INT64_C(1767225600000); /* 2026-01-01 */
    ask_json("POST", "/tasks",
             "[{'title':'a','expires_at':'2026-01-03T00:00:00Z'},"
             "{'title':'b','expires_at':'2026-01-02T00:00:00Z'},{'title':'c'}]");
    ck_assert_str_eq(list_twice(""), "1 2 3");
    for (int i = 0; i < 2; i++) {
        ask_now_ms += 86400000;
        ck_assert_str_eq(list_twice(""), "1 3");
        ask_now_ms += 86400000;
        ck_assert_str_eq(list_twice(""), "3");
        ask_now_ms -= 2 * 86400000;
        ck_assert_str_eq(list_twice(""), "1 2 3");
    }
    ask_close();
}
END_TEST

START_TEST(a_kept_list_has_its_head)
{
    ask_open();
    for (int i = 0; i < 3; i++)
        ask_create("x");
    ask("GET", "/tasks?limit=2", "", NULL);
    char *link = next_link(), *etag = strdup(ask_header("ETag"));
    ask("GET", "/tasks?limit=2", "", NULL);
    char *again = next_link();
    ck_assert_str_eq(again, link);
    ck_assert_str_eq(ask_header("ETag"), etag);
    ck_assert_str_eq(ask_header("Content-Type"), "application/json");
    ck_assert_str_eq(ask_header("Cache-Control"), "private, no-cache");
    free(link);
    free(again);
    free(etag);
    ask_close();
}
END_TEST

START_TEST(changes_tell_of_deletions)
{
    ask_open();
    ask_create("a");
    ask_create("b");
    ask("DELETE", "/tasks/1", "", NULL);
    const struct answer *got = ask("GET", "/tasks/changes?since=1", "", NULL);
    ck_assert_str_eq(ids(got), "2 1");
    ck_assert(json_is_true(json_object_get(json_array_get(got->json, 1), "deleted")));
    ck_assert_ptr_null(ask_header("Link"));
    ck_assert_str_eq(ids(ask("GET", "/tasks/changes?since=3", "", NULL)), "");
    ck_assert_str_eq(ids(ask("GET", "/tasks/changes?limit=1", "", NULL)), "2");
    ck_assert_str_eq(ask_header("Link"), "</tasks/changes?limit=1&since=2>; rel=\"next\"");
    ask_expect("GET", "/tasks/changes?since=4", "", NULL, 410, "changes_purged");
    ask_expect("GET", "/tasks/changes?since=-1", "", NULL, 400, "query_malformed");
    ask_expect("GET", "/tasks/changes?since=x", "", NULL, 400, "query_malformed");
    ask_expect("GET", "/tasks/changes?tag=x", "", NULL, 400, "parameter_unknown");
    ask_close();
}
END_TEST

START_TEST(deleting_all_needs_leave)
{
    ask_open();
    ask_json("POST", "/tasks", "[{'title':'a'},{'title':'b','completed':true},{'title':'c'}]");
    ask_expect("DELETE", "/tasks", "", NULL, 403, "delete_all_denied");
    ask_expect("DELETE", "/tasks?completed=false", "", NULL, 403, "delete_all_denied");
    ask_expect("DELETE", "/tasks?completed=yes", "", NULL, 400, "query_malformed");
    ask_expect("DELETE", "/tasks?tag=x", "", NULL, 400, "parameter_unknown");
    ck_assert_str_eq(list(""), "1 2 3");
    ck_assert_str_eq(ask_expect("DELETE", "/tasks?completed=true", "", NULL, 200, "")->body,
                     "{\"deleted\":1}");
    ck_assert_str_eq(list(""), "1 3");
    ask_config.allow_delete_all = true;
    ck_assert_str_eq(ask_expect("DELETE", "/tasks", "", NULL, 200, "")->body, "{\"deleted\":2}");
    ck_assert_str_eq(list(""), "");
    ask_close();
}
END_TEST

int main(void)
{
    return run_suite("handle_list",
                     (const TTest *[]){an_empty_store_is_an_empty_array, filters_and_sorts,
                                       bad_queries_are_refused, following_the_link_shows_all,
                                       a_cursor_fits_its_query_only, a_list_that_was_seen_is_not_sent_again,
                                       a_kept_list_is_never_old, a_kept_list_follows_the_clock,
                                       a_kept_list_has_its_head, changes_tell_of_deletions,
                                       deleting_all_needs_leave, NULL});
}
