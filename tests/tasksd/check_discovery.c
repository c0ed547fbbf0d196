#include "discovery.h"

#include <stdio.h>
#include <string.h>

#include "run.h"

START_TEST(only_what_nobody_can_change_on_the_way)
{
    static const struct {
        const char *url;
        bool good;
    } rows[] = {
        {"https://issuer.example", true},
        {"https://issuer.example/tenant/", true},
        {"http://127.0.0.1:8080", true},
        {"http://localhost:8080/realm", true},
        {"http://[::1]:8080", true},
        {"http://issuer.example", false},
        {"http://127.0.0.1", false},
        {"http://127.0.0.1:80@evil.example", false},
        {"http://127.0.0.1:80.evil.example", false},
        {"http://127.0.0.1:/", false},
        {"http://localhost.evil.example:80", false},
        {"https://", false},
        {"https://user@issuer.example", false},
        {"https://issuer.example/#x", false},
        {"https://issuer.example/ x", false},
        {"HTTPS://issuer.example", false},
        {"ftp://issuer.example", false},
        {"file:///etc/passwd", false},
        {"", false},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++)
        ck_assert_msg(discovery_url_ok(rows[i].url) == rows[i].good, "%s", rows[i].url);
}
END_TEST

START_TEST(the_document_is_below_the_issuer)
{
    arena memory;
    arena_init(&memory);
    ck_assert_str_eq(discovery_url("https://a/b", &memory), "https://a/b/.well-known/openid-configuration");
    ck_assert_str_eq(discovery_url("https://a/", &memory), "https://a/.well-known/openid-configuration");
    arena_done(&memory);
}
END_TEST

START_TEST(the_document_must_be_of_the_issuer)
{
    static const struct {
        const char *text;
        tasks_status status;
    } rows[] = {
        {"{\"issuer\":\"https://a\",\"jwks_uri\":\"https://b/keys\",\"more\":[]}", TASKS_OK},
        {"{\"issuer\":\"https://a/\",\"jwks_uri\":\"https://b/keys\"}", TASKS_UNAVAILABLE},
        {"{\"issuer\":\"https://b\",\"jwks_uri\":\"https://b/keys\"}", TASKS_UNAVAILABLE},
        {"{\"issuer\":\"https://a\",\"jwks_uri\":\"http://b/keys\"}", TASKS_UNAVAILABLE},
        {"{\"issuer\":\"https://a\",\"jwks_uri\":\"file:///keys\"}", TASKS_UNAVAILABLE},
        {"{\"issuer\":\"https://a\"}", TASKS_UNAVAILABLE},
        {"{\"issuer\":7,\"jwks_uri\":7}", TASKS_UNAVAILABLE},
        {"[]", TASKS_UNAVAILABLE},
        {"<html>", TASKS_UNAVAILABLE},
        {"", TASKS_UNAVAILABLE},
    };
    arena memory;
    tasks_error error;
    struct discovery found;
    arena_init(&memory);
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        tasks_status status =
            discovery_read(rows[i].text, strlen(rows[i].text), "https://a", &memory, &found, &error);
        ck_assert_msg(status == rows[i].status, "%s", rows[i].text);
        if (!status)
            ck_assert_str_eq(found.keys_url, "https://b/keys");
    }
    arena_done(&memory);
}
END_TEST

int main(void)
{
    return run_suite("discovery", (const TTest *[]){only_what_nobody_can_change_on_the_way,
                                                    the_document_is_below_the_issuer,
                                                    the_document_must_be_of_the_issuer, NULL});
}
