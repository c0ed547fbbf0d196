#include "listen.h"

#include <string.h>

#include "run.h"

START_TEST(reads_addresses)
{
    static const struct {
        const char *text, *host;
        uint16_t port;
        bool loopback;
    } rows[] = {
        {"127.0.0.1:5000", "127.0.0.1", 5000, true}, {"localhost:80", "127.0.0.1", 80, true},
        {"127.9.9.9:0", "127.9.9.9", 0, true},       {"0.0.0.0:65535", "0.0.0.0", 65535, false},
        {"10.1.2.3:1", "10.1.2.3", 1, false},        {"128.0.0.1:1", "128.0.0.1", 1, false},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        struct listen_address address;
        ck_assert_ptr_null(listen_read(rows[i].text, strlen(rows[i].text), &address));
        ck_assert_str_eq(address.host, rows[i].host);
        ck_assert_int_eq(address.port, rows[i].port);
        ck_assert_int_eq(address.loopback, rows[i].loopback);
    }
}
END_TEST

START_TEST(says_what_is_wrong)
{
    static const char *const rows[][2] = {
        {"", "HOST:PORT"},
        {"5000", "HOST:PORT"},
        {"127.0.0.1", "HOST:PORT"},
        {"443s", "TLS"},
        {"127.0.0.1:443s", "TLS"},
        {"0.0.0.0:8443s", "TLS"},
        {"[::1]:443s", "TLS"},
        {"[::1]:5000", "IPv6"},
        {"127.0.0.1:", "port"},
        {"127.0.0.1:65536", "port"},
        {"127.0.0.1:-1", "port"},
        {"127.0.0.1:80r", "port"},
        {"127.0.0.1:0x50", "port"},
        {"127.0.0.1: 80", "port"},
        {":80", "host"},
        {"*:80", "host"},
        {"+80:80", "host"},
        {"127.0.0.1.1:80", "host"},
        {"127.1:80", "host"},
        {"example.org:80", "host"},
        {"127.0.0.1:80:90", "host"},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        struct listen_address address;
        const char *fault = listen_read(rows[i][0], strlen(rows[i][0]), &address);
        ck_assert_msg(fault && strstr(fault, rows[i][1]), "%s: %s", rows[i][0], fault);
    }
}
END_TEST

START_TEST(reads_lists)
{
    struct listen_address list[LISTEN_MAX];
    size_t count;
    ck_assert_ptr_null(listen_read_list("127.0.0.1:1,0.0.0.0:2", list, &count));
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(list[1].port, 2);
    ck_assert_ptr_nonnull(listen_read_list("127.0.0.1:1,", list, &count));
    ck_assert_ptr_nonnull(listen_read_list(",127.0.0.1:1", list, &count));
    ck_assert_ptr_nonnull(listen_read_list("127.0.0.1:1,443s", list, &count));
    ck_assert_ptr_nonnull(listen_read_list("127.0.0.1:1,127.0.0.1:1,127.0.0.1:1,127.0.0.1:1,127.0.0.1:1,"
                                           "127.0.0.1:1,127.0.0.1:1,127.0.0.1:1,127.0.0.1:1",
                                           list, &count));
}
END_TEST

int main(void)
{
    return run_suite("listen", (const TTest *[]){reads_addresses, says_what_is_wrong, reads_lists, NULL});
}
