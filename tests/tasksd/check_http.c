#include "http.h"

#include <string.h>

#include "run.h"

START_TEST(finds_headers)
{
    const struct http_header headers[] = {{"Host", "a"}, {"ACCEPT", "b"}, {"accept", "c"}};
    const struct http_request rq = {.headers = headers, .header_count = 3};
    ck_assert_str_eq(http_header(&rq, "host"), "a");
    ck_assert_str_eq(http_header(&rq, "Accept"), "b");
    ck_assert_ptr_null(http_header(&rq, "Hos"));
}
END_TEST

START_TEST(searches_lists)
{
    static const struct {
        const char *list, *token;
        bool there;
    } rows[] = {
        {"gzip", "gzip", true},
        {"br, gzip", "gzip", true},
        {"GZIP;q=1.0", "gzip", true},
        {"gzip;q=0.5, br", "gzip", true},
        {" , gzip ,", "gzip", true},
        {"gzip; q=0.001", "gzip", true},
        {"gzip;q=0", "gzip", false},
        {"gzip; q=0.0", "gzip", false},
        {"gzip;q=0.000 , br", "gzip", false},
        {"gzipx", "gzip", false},
        {"x-gzip", "gzip", false},
        {"", "gzip", false},
        {NULL, "gzip", false},
        {"keep-alive, Upgrade", "upgrade", true},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++)
        ck_assert_msg(http_list_has(rows[i].list, rows[i].token) == rows[i].there, "%s", rows[i].list);
}
END_TEST

START_TEST(compares_types)
{
    ck_assert(http_type_is("application/json", "application/json"));
    ck_assert(http_type_is("Application/JSON; charset=utf-8", "application/json"));
    ck_assert(http_type_is("application/json ;x", "application/json"));
    ck_assert(!http_type_is("application/jsonp", "application/json"));
    ck_assert(!http_type_is("text/plain", "application/json"));
    ck_assert(!http_type_is("text/plain; application/json", "application/json"));
    ck_assert(!http_type_is("", "application/json"));
    ck_assert(!http_type_is(NULL, "application/json"));
}
END_TEST

START_TEST(knows_methods)
{
    ck_assert_int_eq(http_method_read("GET"), HTTP_GET);
    ck_assert_int_eq(http_method_read("DELETE"), HTTP_DELETE);
    ck_assert_int_eq(http_method_read("get"), HTTP_OTHER);
    ck_assert_int_eq(http_method_read("PROPFIND"), HTTP_OTHER);
    ck_assert_int_eq(http_method_read("OTHER"), HTTP_OTHER);
    for (enum http_method method = HTTP_GET; method < HTTP_OTHER; method++)
        ck_assert_int_eq(http_method_read(http_method_name(method)), method);
}
END_TEST

static void check_line(const buf *head, const char *line, bool there)
{
    ck_assert_msg(!strstr(head->bytes, line) == !there, "%s in\n%s", line, head->bytes);
}

START_TEST(writes_heads)
{
    struct http_response rs;
    buf head;
    size_t size;
    http_response_init(&rs);
    buf_init(&head, 4096);
    rs.type = "text/plain";
    http_field(&rs, "ETag", "\"x\"");
    buf_text(&rs.body, "hello");
    http_head(&rs, &head);
    ck_assert_int_eq(strncmp(head.bytes, "HTTP/1.1 200 OK\r\nDate: ", 23), 0);
    ck_assert_str_eq(head.bytes + head.length - 4, "\r\n\r\n");
    check_line(&head, "\r\nContent-Type: text/plain\r\n", true);
    check_line(&head, "\r\nContent-Length: 5\r\n", true);
    check_line(&head, "\r\nETag: \"x\"\r\n", true);
    check_line(&head, "\r\nCache-Control: no-store\r\n", true);
    check_line(&head, "\r\nConnection: keep-alive\r\n", true);
    check_line(&head, "\r\nX-Content-Type-Options: nosniff\r\n", true);
    check_line(&head, "\r\nReferrer-Policy: no-referrer\r\n", true);
    check_line(&head, "default-src 'none'; script-src 'self';", true);
    check_line(&head, "frame-ancestors 'none'", true);
    check_line(&head, "unsafe", false);
    check_line(&head, "Server:", false);
    ck_assert_mem_eq(http_body(&rs, HTTP_GET, &size), "hello", 5);
    ck_assert_uint_eq(size, 5);
    http_body(&rs, HTTP_HEAD, &size);
    ck_assert_uint_eq(size, 0);
    buf_done(&head);
    http_response_done(&rs);
}
END_TEST

START_TEST(some_answers_have_no_body)
{
    for (int i = 0; i < 2; i++) {
        struct http_response rs;
        buf head;
        size_t size;
        http_response_init(&rs);
        buf_init(&head, 4096);
        rs.status = i ? 304 : 204;
        rs.type = "text/plain";
        rs.close = true;
        rs.cache = "private";
        http_bytes(&rs, "hello", 5);
        http_head(&rs, &head);
        check_line(&head, "Content-Length", false);
        check_line(&head, "Content-Type:", false);
        check_line(&head, "\r\nCache-Control: private\r\n", true);
        check_line(&head, "\r\nConnection: close\r\n", true);
        http_body(&rs, HTTP_GET, &size);
        ck_assert_uint_eq(size, 0);
        buf_done(&head);
        http_response_done(&rs);
    }
}
END_TEST

int main(void)
{
    return run_suite("http", (const TTest *[]){finds_headers, searches_lists, compares_types, knows_methods,
                                               writes_heads, some_answers_have_no_body, NULL});
}
