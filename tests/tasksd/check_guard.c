#include "guard.h"

#include <stdio.h>
#include <string.h>

#include "run.h"
#include "split.h"

static const char *const refused_by_civetweb = "civetweb";

static const char *guard(const char *request, struct guard_framing *framing)
{
    struct split split;
    size_t taken;
    const char *fault = refused_by_civetweb;
    if (split_head(request, strlen(request), &split, &taken))
        fault = guard_check(&split.head, framing);
    split_done(&split);
    return fault;
}

START_TEST(takes_sound_heads)
{
    static const struct {
        const char *request;
        int64_t length;
        bool chunked;
    } rows[] = {
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", -1, false},
        {"GET / HTTP/1.0\r\nHost: a\r\n\r\n", -1, false},
        {"GET /?a=b HTTP/1.1\r\nHost: a:80\r\n\r\n", -1, false},
        {"GET /? HTTP/1.1\r\nHost: [::1]:5000\r\n\r\n", -1, false},
        {"GET /?a?b HTTP/1.1\r\nHost: 127.0.0.1:5000\r\n\r\n", -1, false},
        {"GET http://a:80/b?c HTTP/1.1\r\nHost: A:80\r\n\r\n", -1, false},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 0, false},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:5\r\n\r\nhello", 5, false},
        {"POST / HTTP/1.1\r\nHost: a\r\ncontent-length:  005\r\n\r\nhello", 5, false},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999999\r\n\r\n", 999999999999999, false},
        {"POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\nHost: a\r\n\r\n", -1, true},
        {"GET / HTTP/1.1\r\nHost: a\r\nEmpty:\r\nAccept: */*\r\n\r\n", -1, false},
        {"GET / HTTP/1.1\r\nHost: a\r\nEmpty:\r\n\r\n", -1, false},
        {"GET / HTTP/1.1\r\nHost: a\r\nName: caf\xc3\xa9\r\n\r\n", -1, false},
        {"GET / HTTP/1.1\r\nHost: a\r\nAccept: a\r\nAccept: b\r\n\r\n", -1, false},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        struct guard_framing framing;
        const char *fault = guard(rows[i].request, &framing);
        ck_assert_msg(!fault, "%s: %s", rows[i].request, fault);
        ck_assert_int_eq(framing.content_length, rows[i].length);
        ck_assert_int_eq(framing.chunked, rows[i].chunked);
    }
}
END_TEST

#define HEAD   "POST / HTTP/1.1\r\nHost: a\r\n"
#define LENGTH "Content-Length: 5\r\n"

START_TEST(refuses_doubtful_heads)
{
    static const char *const rows[] = {
        /* The first line. */
        "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /  HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /?a  HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\r\n\r\n",
        "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
        "GET / HTTP/0.9\r\nHost: a\r\n\r\n",
        /* Host. */
        "GET / HTTP/1.1\r\nAccept: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost:\r\nAccept: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a:8o\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a:123456\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: \"a\"\r\n\r\n",
        "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://a.b/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://a/ HTTP/1.1\r\nHost: a.b\r\n\r\n",
        /* Content-Length. */
        HEAD "Content-Length: 5abc\r\n\r\n",
        HEAD "Content-Length: +5\r\n\r\n",
        HEAD "Content-Length: -5\r\n\r\n",
        HEAD "Content-Length: 5.0\r\n\r\n",
        HEAD "Content-Length: 0x5\r\n\r\n",
        HEAD "Content-Length: 5, 6\r\n\r\n",
        HEAD "Content-Length: 5 \r\n\r\n",
        HEAD "Content-Length:\r\nAccept: a\r\n\r\n",
        HEAD "Content-Length: 9223372036854775807\r\n\r\n",
        HEAD "Content-Length: 99999999999999999999\r\n\r\n",
        HEAD LENGTH LENGTH "\r\n",
        HEAD LENGTH "Content-Length: 6\r\n\r\n",
        HEAD LENGTH "content-length: 6\r\n\r\n",
        /* Transfer-Encoding. */
        HEAD LENGTH "Transfer-Encoding: chunked\r\n\r\n",
        HEAD "Transfer-Encoding: chunked\r\n" LENGTH "\r\n",
        HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
        HEAD "Transfer-Encoding: identity\r\n\r\n",
        HEAD LENGTH "Transfer-Encoding: identity\r\n\r\n",
        HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n",
        HEAD "Transfer-Encoding: xchunked\r\n\r\n",
        HEAD "Transfer-Encoding: chunked \r\n\r\n",
        HEAD "Transfer-Encoding:\r\nAccept: a\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        /* Lines that hide what follows them. */
        HEAD " folded\r\n" LENGTH "\r\n",
        HEAD ": no name\r\n" LENGTH "\r\n",
        HEAD "\xa0Name: a\r\n" LENGTH "\r\n",
        HEAD "\x80\r\n" LENGTH "\r\n",
        HEAD "\xff: a\r\n\r\n",
        HEAD " \r\n" LENGTH "\r\n",
        /* Names and line ends. */
        HEAD "Content-Length : 5\r\n\r\n",
        HEAD "Content-Length   : 5\r\n\r\n",
        HEAD "Na(me: a\r\n\r\n",
        HEAD "Na\"me: a\r\n\r\n",
        HEAD "Name: a\nContent-Length: 5\r\n\r\n",
        HEAD "Name: a\n\n",
        HEAD "Name: a\r\n\n",
        HEAD "Name: a\n\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\n\n",
        HEAD "Name: a\rb\r\n\r\n",
        HEAD "Name: a\x7f\r\n\r\n",
        /* What means one thing only. */
        HEAD "Origin: a\r\nOrigin: b\r\n\r\n",
        HEAD "Content-Type: a\r\nContent-Type: b\r\n\r\n",
        HEAD "If-Match: a\r\nIf-Match: b\r\n\r\n",
        HEAD "If-None-Match: a\r\nIf-None-Match: b\r\n\r\n",
        HEAD "Expect: a\r\nExpect: b\r\n\r\n",
        HEAD "Authorization: a\r\nAuthorization: b\r\n\r\n",
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        struct guard_framing framing;
        ck_assert_msg(guard(rows[i], &framing), "row %d was let through: %s", i, rows[i]);
    }
}
END_TEST

/* `count` headers, the last of which would change the framing. */
static const char *guard_many(int count)
{
    char request[4096];
    struct guard_framing framing;
    size_t length = (size_t)snprintf(request, sizeof request, "POST / HTTP/1.1\r\nHost: a\r\n");
    for (int i = 1; i < count - 1; i++)
        length += (size_t)snprintf(request + length, sizeof request - length, "N%d: %d\r\n", i, i);
    snprintf(request + length, sizeof request - length, "Content-Length: 5\r\n\r\n");
    return guard(request, &framing);
}

START_TEST(counts_headers)
{
    ck_assert_ptr_null(guard_many(63));
    for (int count = 64; count < 70; count++)
        ck_assert_ptr_nonnull(guard_many(count));
    ck_assert_ptr_nonnull(guard("GET / HTTP/1.1\r\n\r\n", &(struct guard_framing){0}));
}
END_TEST

int main(void)
{
    return run_suite("guard",
                     (const TTest *[]){takes_sound_heads, refuses_doubtful_heads, counts_headers, NULL});
}
