#include "access.h"

#include <stdio.h>
#include <string.h>

#include "run.h"

static struct access read_access(const char *hosts, const char *origins, const char *proxies)
{
    static char texts[3][512];
    struct access access = {.any_host = false};
    snprintf(texts[0], sizeof texts[0], "%s", hosts);
    snprintf(texts[1], sizeof texts[1], "%s", origins);
    snprintf(texts[2], sizeof texts[2], "%s", proxies);
    ck_assert_ptr_null(access_hosts(&access, texts[0]));
    ck_assert_ptr_null(access_origins(&access, texts[1]));
    ck_assert_ptr_null(access_proxies(&access, texts[2]));
    return access;
}

START_TEST(knows_its_names)
{
    static const struct {
        const char *host;
        bool good;
    } rows[] = {
        {"localhost", true},        {"localhost:5000", true},  {"LOCALHOST:1", true},
        {"127.0.0.1:80", true},     {"[::1]:5000", true},      {"[::1]", true},
        {"tasks.example", true},    {"Tasks.Example:8", true}, {"evil.example", false},
        {"localhost.evil", false},  {"127.0.0.1.evil", false}, {"127.0.0.2", false},
        {"tasks.example.x", false}, {"xlocalhost", false},     {"", false},
        {"[::2]", false},
    };
    struct access access = read_access(" tasks.example , b", "", "");
    for (int i = 0; i < RUN_COUNT(rows); i++)
        ck_assert_msg(access_host_ok(&access, rows[i].host) == rows[i].good, "%s", rows[i].host);
    access.any_host = true;
    ck_assert(access_host_ok(&access, "evil.example"));
}
END_TEST

START_TEST(lets_its_own_pages_write)
{
    static const struct {
        const char *origin, *host;
        bool good;
    } rows[] = {
        {NULL, "a:1", true},
        {"http://a:1", "a:1", true},
        {"https://A:1", "a:1", true},
        {"https://friend.example", "a:1", true},
        {"http://friend.example", "a:1", false},
        {"https://friend.example:444", "a:1", false},
        {"http://a", "a:1", false},
        {"http://a:2", "a:1", false},
        {"http://evil", "a:1", false},
        {"http://evil/://a:1", "a:1", false},
        {"null", "a:1", false},
        {"", "a:1", false},
    };
    struct access access = read_access("", "https://friend.example", "");
    for (int i = 0; i < RUN_COUNT(rows); i++)
        ck_assert_msg(access_write_ok(&access, rows[i].origin, rows[i].host) == rows[i].good, "%s",
                      rows[i].origin);
}
END_TEST

START_TEST(shares_with_listed_origins)
{
    struct access access = read_access("", "", "");
    ck_assert_ptr_null(access_origin_allowed(&access, "https://a"));
    access = read_access("", "*", "");
    ck_assert_str_eq(access_origin_allowed(&access, "https://x"), "*");
    access = read_access("", "https://a,http://b:1", "");
    ck_assert_str_eq(access_origin_allowed(&access, "http://b:1"), "http://b:1");
    ck_assert_ptr_null(access_origin_allowed(&access, "http://b"));
    ck_assert_ptr_null(access_origin_allowed(&access, "null"));
}
END_TEST

START_TEST(trusts_listed_networks)
{
    struct access access = read_access("", "", "10.0.0.0/8, 192.168.1.7");
    ck_assert(access_trusts(&access, 0x0A010203));
    ck_assert(!access_trusts(&access, 0x0B010203));
    ck_assert(access_trusts(&access, 0xC0A80107));
    ck_assert(!access_trusts(&access, 0xC0A80108));
    access = read_access("", "", "0.0.0.0/0");
    ck_assert(access_trusts(&access, 0xFFFFFFFF));
    access = read_access("", "", "");
    ck_assert(!access_trusts(&access, 0x7F000001));
}
END_TEST

START_TEST(believes_trusted_proxies_only)
{
    const struct http_header headers[] = {{"X-Forwarded-Proto", "https"}};
    struct http_request rq = {.headers = headers, .header_count = 1, .peer = 0x0A000001};
    struct access access = read_access("", "", "10.0.0.0/8");
    ck_assert(access_is_https(&access, &rq));
    rq.peer = 0x0B000001;
    ck_assert(!access_is_https(&access, &rq));
    access = read_access("", "", "");
    ck_assert(!access_is_https(&access, &rq));
}
END_TEST

/* Whoever is not trusted can write what he likes into the header, but only to the left. */
START_TEST(the_client_is_the_nearest_that_is_not_trusted)
{
    static const struct {
        const char *peer, *first, *second, *client;
    } rows[] = {
        {"192.0.2.1", NULL, NULL, "192.0.2.1"},
        {"192.0.2.1", "198.51.100.1", NULL, "192.0.2.1"},
        {"10.0.0.1", NULL, NULL, "10.0.0.1"},
        {"10.0.0.1", "198.51.100.1", NULL, "198.51.100.1"},
        {"10.0.0.1", "1.1.1.1, 198.51.100.1", NULL, "198.51.100.1"},
        {"10.0.0.1", "1.1.1.1, 198.51.100.1 ,10.0.0.2", NULL, "198.51.100.1"},
        {"10.0.0.1", "1.1.1.1", "198.51.100.1", "198.51.100.1"},
        {"10.0.0.1", "198.51.100.1", "10.0.0.2", "198.51.100.1"},
        {"10.0.0.1", "198.51.100.1, unknown", NULL, "10.0.0.1"},
        {"10.0.0.1", "198.51.100.1", "unknown", "10.0.0.1"},
        {"10.0.0.1", "198.51.100.1,", NULL, "10.0.0.1"},
        {"10.0.0.1", "", NULL, "10.0.0.1"},
        {"10.0.0.1", "10.0.0.3,10.0.0.2", NULL, "10.0.0.3"},
        {"10.0.0.1", "[2001:db8::1]:99", NULL, "2001:db8::"},
    };
    struct access access = read_access("", "", "10.0.0.0/8");
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        struct address peer, wanted;
        struct http_header headers[] = {{"x-forwarded-for", rows[i].first},
                                        {"X-Forwarded-For", rows[i].second}};
        struct http_request rq = {.headers = headers,
                                  .header_count = (rows[i].first != NULL) + (rows[i].second != NULL)};
        ck_assert(address_read(rows[i].peer, strlen(rows[i].peer), &peer));
        ck_assert(address_is_ipv4(&peer, &rq.peer));
        ck_assert(address_read(rows[i].client, strlen(rows[i].client), &wanted));
        struct address client = access_client(&access, &rq);
        ck_assert_msg(memcmp(&client, &wanted, sizeof client) == 0, "%d", i);
    }
}
END_TEST

START_TEST(refuses_bad_lists)
{
    static const char *const hosts[] = {"http://a", "a/b", "a@b"};
    static const char *const origins[] = {"example.org", "https://", "https://a/", "://a", "https://a/b"};
    static const char *const networks[] = {"10.0.0.0/33", "10.0.0", "a", "::1", "10.0.0.0/", "10.0.0.0/-1"};
    char text[64];
    for (int i = 0; i < RUN_COUNT(hosts); i++) {
        snprintf(text, sizeof text, "%s", hosts[i]);
        ck_assert_msg(access_hosts(&(struct access){0}, text), "%s", hosts[i]);
    }
    for (int i = 0; i < RUN_COUNT(origins); i++) {
        snprintf(text, sizeof text, "%s", origins[i]);
        ck_assert_msg(access_origins(&(struct access){0}, text), "%s", origins[i]);
    }
    for (int i = 0; i < RUN_COUNT(networks); i++) {
        snprintf(text, sizeof text, "%s", networks[i]);
        ck_assert_msg(access_proxies(&(struct access){0}, text), "%s", networks[i]);
    }
}
END_TEST

START_TEST(lists_are_bounded)
{
    char text[ACCESS_ITEMS_MAX * 16 + 16] = "";
    for (int i = 0; i <= ACCESS_ITEMS_MAX; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "10.0.0.%d,", i);
    char copy[sizeof text];
    memcpy(copy, text, sizeof text);
    ck_assert_ptr_nonnull(access_hosts(&(struct access){0}, copy));
    ck_assert_ptr_nonnull(access_proxies(&(struct access){0}, text));
}
END_TEST

int main(void)
{
    return run_suite("access",
                     (const TTest *[]){knows_its_names, lets_its_own_pages_write, shares_with_listed_origins,
                                       trusts_listed_networks, believes_trusted_proxies_only,
                                       the_client_is_the_nearest_that_is_not_trusted, refuses_bad_lists,
                                       lists_are_bounded, NULL});
}
