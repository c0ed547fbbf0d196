#include "head.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "split.h"

static struct http_header headers[HTTP_HEADERS_MAX];
static struct guard_head head;
static char block[32 << 10];

static bool read_text(const char *request, size_t length)
{
    ck_assert_uint_lt(length, sizeof block);
    memset(block, 'x', sizeof block);
    memcpy(block, request, length);
    return head_read(block, length, &head, headers);
}

static void check_same(const char *ours, const char *theirs)
{
    ck_assert_int_eq(ours == NULL, theirs == NULL);
    if (ours)
        ck_assert_str_eq(ours, theirs);
}

#define HOST "Host: a\r\n"
#define GET  "GET / HTTP/1.1\r\n" HOST

/* ...as civetweb takes them, so that it cannot be told who has. */
START_TEST(takes_plain_heads)
{
    static const char *const rows[] = {
        GET "\r\n",
        "GET /tasks?limit=5&cursor=a HTTP/1.1\r\n" HOST "Accept: */*\r\n\r\n",
        "GET /tasks? HTTP/1.0\r\n" HOST "\r\n",
        GET "Authorization:Bearer x\r\nIf-None-Match:  \"1\", \"2\"\r\n\r\n",
        GET "\r\nGET /next HTTP/1.1\r\n" HOST "\r\n",
        "DELETE /tasks/1 HTTP/1.1\r\n" HOST "\r\n",
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        struct split split;
        struct guard_framing ours, theirs;
        size_t taken;
        ck_assert_msg(read_text(rows[i], strlen(rows[i])), "%s", rows[i]);
        ck_assert_ptr_null(guard_check(&head, &ours));
        ck_assert(split_head(rows[i], strlen(rows[i]), &split, &taken));
        ck_assert_ptr_null(guard_check(&split.head, &theirs));
        ck_assert_uint_eq(ours.head_size, taken);
        ck_assert_uint_eq(theirs.head_size, taken);
        check_same(head.method, split.head.method);
        check_same(head.uri, split.head.uri);
        check_same(head.query, split.head.query);
        check_same(head.version, split.head.version);
        ck_assert_uint_eq(head.header_count, split.head.header_count);
        for (size_t h = 0; h < head.header_count; h++) {
            check_same(head.headers[h].name, split.head.headers[h].name);
            check_same(head.headers[h].value, split.head.headers[h].value);
        }
        split_done(&split);
    }
}
END_TEST

#define ROW(text)                                                                                            \
    {                                                                                                        \
        text, sizeof text - 1                                                                                \
    }

START_TEST(leaves_all_others)
{
    static const struct {
        const char *request;
        size_t length;
    } rows[] = {
        /* Not whole. */
        ROW(""),
        ROW("GET / HTTP/1.1\r\nHost: a\r\n"),
        ROW("GET / HTTP/1.1\r\nHost: a\r\n\r"),
        /* The first line. */
        ROW("\r\n\r\n"),
        ROW("GET\r\n\r\n"),
        ROW("GET /\r\n\r\n"),
        ROW("GET / HTTP\r\n\r\n"),
        ROW("GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n"),
        ROW("GET / HTTP/1.1\nHost: a\r\n\r\n"),
        /* Headers. */
        ROW(GET "no colon\r\n\r\n"),
        ROW(GET "empty:\r\n\r\n"),
        ROW(GET "blank behind: a \r\n\r\n"),
        ROW(GET "tab: a\tb\r\n\r\n"),
        ROW(GET "nul: a\0b\r\n\r\n"),
        ROW(GET "return: a\rb\r\n\r\n"),
        ROW(GET "delete: a\x7f\r\n\r\n"),
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        struct guard_framing framing;
        ck_assert_msg(!read_text(rows[i].request, rows[i].length) || guard_check(&head, &framing), "%d: %s",
                      i, rows[i].request);
    }
}
END_TEST

START_TEST(leaves_too_many_headers)
{
    buf request;
    buf_init(&request, sizeof block);
    buf_text(&request, GET);
    for (int i = 1; i < HTTP_HEADERS_MAX; i++)
        buf_text(&request, "a: b\r\n");
    buf_text(&request, "\r\n");
    ck_assert(read_text(request.bytes, request.length));
    ck_assert_uint_eq(head.header_count, HTTP_HEADERS_MAX);
    request.length -= 2;
    buf_text(&request, "a: b\r\n\r\n");
    ck_assert(!read_text(request.bytes, request.length));
    buf_done(&request);
}
END_TEST

int main(void)
{
    return run_suite("head",
                     (const TTest *[]){takes_plain_heads, leaves_all_others, leaves_too_many_headers, NULL});
}
