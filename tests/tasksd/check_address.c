#include "address.h"

#include <string.h>

#include "run.h"

START_TEST(reads_what_proxies_write)
{
    static const struct {
        const char *text, *same;
    } rows[] = {
        {"192.0.2.1", "192.0.2.1"},        {"192.0.2.1:65535", "192.0.2.1"},
        {"::ffff:192.0.2.1", "192.0.2.1"}, {"2001:db8::1", "2001:DB8:0::1"},
        {"[2001:db8::1]", "2001:db8::1"},  {"[2001:db8::1]:80", "2001:db8::1"},
    };
    struct address a, b;
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        ck_assert_msg(address_read(rows[i].text, strlen(rows[i].text), &a), "%s", rows[i].text);
        ck_assert(address_read(rows[i].same, strlen(rows[i].same), &b));
        ck_assert_msg(memcmp(&a, &b, sizeof a) == 0, "%s", rows[i].text);
    }
}
END_TEST

START_TEST(writes_what_people_read)
{
    static const char *const rows[] = {"192.0.2.1",   "0.0.0.0", "255.255.255.255",
                                       "2001:db8::1", "::",      "2001:db8:1234:5678:9abc:def0:1234:5678"};
    struct address address;
    char text[ADDRESS_TEXT_SIZE];
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        ck_assert(address_read(rows[i], strlen(rows[i]), &address));
        address_write(&address, text);
        ck_assert_str_eq(text, rows[i]);
    }
}
END_TEST

START_TEST(reads_nothing_else)
{
    static const char *const rows[] = {
        "",
        ":",
        "[",
        "[]",
        "unknown",
        "192.0.2",
        "192.0.2.256",
        "192.0.2.1 ",
        "_hidden",
        "[2001:db8::1",
        "2001:db8::1::2",
        "1234567890123456789012345678901234567890123456789012345678901234567890"};
    struct address address;
    for (int i = 0; i < RUN_COUNT(rows); i++)
        ck_assert_msg(!address_read(rows[i], strlen(rows[i]), &address), "%s", rows[i]);
}
END_TEST

START_TEST(ipv4_is_found_again)
{
    uint32_t ipv4;
    struct address address = address_of_ipv4(0xc0000201);
    ck_assert(address_is_ipv4(&address, &ipv4));
    ck_assert_uint_eq(ipv4, 0xc0000201);
    ck_assert(address_read("2001:db8::1", 11, &address));
    ck_assert(!address_is_ipv4(&address, &ipv4));
}
END_TEST

static struct address network_of(const char *text)
{
    struct address address;
    ck_assert(address_read(text, strlen(text), &address));
    return address_network(&address);
}

static bool same_network(const char *a, const char *b)
{
    struct address x = network_of(a), y = network_of(b);
    return memcmp(&x, &y, sizeof x) == 0;
}

START_TEST(a_client_of_ipv6_is_a_network)
{
    ck_assert(same_network("2001:db8::1", "2001:db8::ffff:1"));
    ck_assert(!same_network("2001:db8::1", "2001:db8:0:1::1"));
    ck_assert(!same_network("192.0.2.1", "192.0.2.2"));
}
END_TEST

int main(void)
{
    return run_suite("address",
                     (const TTest *[]){reads_what_proxies_write, writes_what_people_read, reads_nothing_else,
                                       ipv4_is_found_again, a_client_of_ipv6_is_a_network, NULL});
}
