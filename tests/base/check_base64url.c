#include "base64url.h"

#include <string.h>

#include "run.h"

static const struct {
    const char *bytes, *text;
} pairs[] = {
    {"", ""},
    {"f", "Zg"},
    {"fo", "Zm8"},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg"},
    {"fooba", "Zm9vYmE"},
    {"foobar", "Zm9vYmFy"},
    {"\xFB\xEF\xBE", "----"},
    {"\xFF\xFF\xFF", "____"},
    {"\xFF", "_w"},
};

START_TEST(known_pairs)
{
    for (int i = 0; i < RUN_COUNT(pairs); i++) {
        size_t count = strlen(pairs[i].bytes), length = strlen(pairs[i].text);
        char text[16];
        uint8_t bytes[16];
        base64url_write((const uint8_t *)pairs[i].bytes, count, text);
        ck_assert_str_eq(text, pairs[i].text);
        ck_assert_msg(base64url_read(pairs[i].text, length, bytes, count), "%s", pairs[i].text);
        ck_assert(count == 0 || memcmp(bytes, pairs[i].bytes, count) == 0);
    }
}
END_TEST

START_TEST(any_length_comes_back)
{
    enum { MOST = 100 };
    uint8_t bytes[MOST], again[MOST];
    for (size_t count = 0; count <= MOST; count++) {
        char text[BASE64URL_SIZE(MOST)];
        for (size_t i = 0; i < count; i++)
            bytes[i] = (uint8_t)(i * 37 + count);
        base64url_write(bytes, count, text);
        ck_assert_uint_eq(strlen(text) + 1, BASE64URL_SIZE(count));
        ck_assert(base64url_read(text, strlen(text), again, count));
        ck_assert(count == 0 || memcmp(bytes, again, count) == 0);
        ck_assert(!base64url_read(text, strlen(text), again, count + 1));
        ck_assert(count == 0 || !base64url_read(text, strlen(text) - 1, again, count));
    }
}
END_TEST

/* Of the 64 * 64 texts of two digits, only the 256 that end in four zero bits stand for a byte. */
START_TEST(one_text_per_byte)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int read = 0;
    for (int i = 0; i < 64; i++)
        for (int k = 0; k < 64; k++) {
            char text[] = {digits[i], digits[k]};
            uint8_t byte;
            bool good = base64url_read(text, 2, &byte, 1);
            ck_assert_int_eq(good, k % 16 == 0);
            read += good;
        }
    ck_assert_int_eq(read, 256);
}
END_TEST

START_TEST(foreign_characters_are_refused)
{
    for (int c = 0; c < 256; c++) {
        bool digit = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                     c == '_';
        for (int place = 0; place < 4; place++) {
            char text[] = "AAAA";
            uint8_t bytes[3];
            text[place] = (char)c;
            ck_assert_msg(base64url_read(text, 4, bytes, 3) == digit, "0x%02x at %d", c, place);
        }
    }
}
END_TEST

START_TEST(padding_and_short_texts_are_refused)
{
    static const struct {
        const char *text;
        size_t count;
    } bad[] = {{"Zg==", 1}, {"Zm8=", 2}, {"Z", 0},  {"Z", 1},   {"Zm9vY", 3}, {"Zm9vY", 4},
               {"A", 0},    {"", 1},     {"Zh", 1}, {"Zm9", 2}, {"AAAAA", 3}};
    for (int i = 0; i < RUN_COUNT(bad); i++) {
        uint8_t bytes[8];
        ck_assert_msg(!base64url_read(bad[i].text, strlen(bad[i].text), bytes, bad[i].count), "%s",
                      bad[i].text);
    }
}
END_TEST

int main(void)
{
    return run_suite("base64url", (const TTest *[]){known_pairs, any_length_comes_back, one_text_per_byte,
                                                    foreign_characters_are_refused,
                                                    padding_and_short_texts_are_refused, NULL});
}
