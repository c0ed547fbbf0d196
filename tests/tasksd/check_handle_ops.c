#include "handle.h"

#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "assets.h"
#include "run.h"

START_TEST(is_alive_whatever_happens)
{
    static const char *const paths[] = {"/livez", "/health", "/healthz"};
    ask_open();
    atomic_store(&ask_app.phase, APP_CLOSING);
    for (int i = 0; i < RUN_COUNT(paths); i++)
        ck_assert_str_eq(ask_expect("GET", paths[i], "", NULL, 200, "")->body, "{\"status\":\"ok\"}");
    ask_close();
}
END_TEST

START_TEST(is_ready_until_it_stops)
{
    ask_open();
    ask_expect("GET", "/readyz", "", NULL, 200, "");
    atomic_store(&ask_app.phase, APP_DRAINING);
    ask_expect("GET", "/readyz", "", NULL, 503, "draining");
    ck_assert_ptr_nonnull(ask_header("Retry-After"));
    ask_expect("GET", "/tasks", "", NULL, 200, "");
    ask_close();
}
END_TEST

START_TEST(tells_version_and_figures)
{
    ask_open();
    ask("GET", "/version", "", NULL);
    ck_assert_str_eq(ask_text("version"), tasks_version());
    ask("GET", "/pool-stats", "", NULL);
    ck_assert_str_eq(ask_text("backend"), "sqlite");
    ck_assert_int_ge(ask_int("size"), 1);
    ask_close();
}
END_TEST

START_TEST(the_page_is_served_whole)
{
    ask_open();
    for (size_t i = 0; i < frontend_asset_count; i++) {
        const frontend_asset *asset = &frontend_assets[i];
        const struct answer *got = ask_expect("GET", asset->path, "", NULL, 200, "");
        ck_assert_uint_eq(strlen(got->body), asset->size);
        ck_assert_mem_eq(got->body, asset->bytes, asset->size);
        ck_assert_str_eq(ask_header("Content-Type"), asset->type);
        ck_assert_str_eq(ask_header("ETag"), asset->etag);
        ck_assert_ptr_null(ask_header("Content-Encoding"));
        ask_expect("HEAD", asset->path, "", NULL, 200, "");
        ask_expect("DELETE", asset->path, "", NULL, 405, "method_not_allowed");
    }
    ask_close();
}
END_TEST

START_TEST(the_page_is_packed_for_who_can_unpack)
{
    char header[256];
    ask_open();
    ask("GET", "/", "Accept-Encoding: br, gzip\r\n", NULL);
    ck_assert_str_eq(ask_header("Content-Encoding"), "gzip");
    ck_assert_str_eq(ask_header("Vary"), "Accept-Encoding");
    ask("GET", "/", "Accept-Encoding: gzip;q=0\r\n", NULL);
    ck_assert_ptr_null(ask_header("Content-Encoding"));
    ck_assert_str_eq(ask_header("Vary"), "Accept-Encoding");
    snprintf(header, sizeof header, "If-None-Match: %s\r\n", ask_header("ETag"));
    ask_expect("GET", "/", header, NULL, 304, "");
    ask_close();
}
END_TEST

int main(void)
{
    return run_suite("handle_ops", (const TTest *[]){is_alive_whatever_happens, is_ready_until_it_stops,
                                                     tells_version_and_figures, the_page_is_served_whole,
                                                     the_page_is_packed_for_who_can_unpack, NULL});
}
