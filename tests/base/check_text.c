#include "text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

/* The encoding of RFC 3629, without a thought for what may not be encoded. */
static size_t encode(uint32_t code, char *to)
{
    static const unsigned char marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = length; i-- > 1; code >>= 6)
        to[i] = (char)(0x80 | (code & 0x3F));
    to[0] = (char)(marks[length] | code);
    return length;
}

START_TEST(counts_characters)
{
    static const struct {
        const char *text;
        long count;
    } rows[] = {{"", 0},
                {"a", 1},
                {"12345678", 8},
                {"123456789", 9},
                {"\xC3\xA9", 1},
                {"caf\xC3\xA9 noir", 9},
                {"\xE2\x82\xAC", 1},
                {"\xF0\x9F\x98\x80", 1},
                {"e\xCC\x81", 2},
                {"1234567\xC3\xA9 2345678\xE2\x82\xAC", 17},
                {"\xEF\xBB\xBF", 1},
                {"\xEF\xBF\xBF", 1}};
    for (int i = 0; i < RUN_COUNT(rows); i++)
        ck_assert_msg(text_count(rows[i].text, strlen(rows[i].text)) == rows[i].count, "%s", rows[i].text);
    ck_assert_int_eq(text_count("a\0b", 3), 3);
    ck_assert_int_eq(text_count(NULL, 0), 0);
}
END_TEST

START_TEST(every_code_point_but_surrogates_is_valid)
{
    for (uint32_t code = 0; code <= 0x1FFFFF; code++) {
        char text[4];
        size_t length = encode(code, text);
        bool good = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
        if (text_count(text, length) != (good ? 1 : -1))
            ck_abort_msg("U+%04X", code);
    }
}
END_TEST

static const struct malformed {
    const char *name, *bytes;
} malformed[] = {
    {"continuation alone", "\x80"},
    {"last continuation alone", "\xBF"},
    {"two continuations", "\x80\xBF"},
    {"start of two alone", "\xC3"},
    {"start of three alone", "\xE2"},
    {"start of three with one", "\xE2\x82"},
    {"start of four alone", "\xF0"},
    {"start of four with one", "\xF0\x9F"},
    {"start of four with two", "\xF0\x9F\x98"},
    {"two starts", "\xC3\xC3\xA9"},
    {"start before ASCII", "\xC3z"},
    {"three broken by ASCII", "\xE2z\xAC"},
    {"three ended by ASCII", "\xE2\x82z"},
    {"four ended by ASCII", "\xF0\x9F\x98z"},
    {"one continuation too many", "\xC3\xA9\xA9"},
    {"overlong NUL", "\xC0\x80"},
    {"overlong slash", "\xC0\xAF"},
    {"overlong U+007F", "\xC1\xBF"},
    {"overlong slash of three", "\xE0\x80\xAF"},
    {"overlong U+07FF", "\xE0\x9F\xBF"},
    {"overlong slash of four", "\xF0\x80\x80\xAF"},
    {"overlong U+FFFF", "\xF0\x8F\xBF\xBF"},
    {"first surrogate", "\xED\xA0\x80"},
    {"last surrogate", "\xED\xBF\xBF"},
    {"pair of surrogates", "\xED\xA0\xBD\xED\xB8\x80"},
    {"U+110000", "\xF4\x90\x80\x80"},
    {"U+13FFFF", "\xF4\xBF\xBF\xBF"},
    {"0xF5", "\xF5\x80\x80\x80"},
    {"five bytes", "\xF8\x88\x80\x80\x80"},
    {"six bytes", "\xFC\x84\x80\x80\x80\x80"},
    {"0xFE", "\xFE"},
    {"0xFF", "\xFF"},
    {"Latin-1", "caf\xE9"},
    {"UTF-16", "\xFF\xFEz"},
};

/* In text of every length up to 20, at every place: the fast path takes eight bytes at a time. */
START_TEST(malformed_text_is_refused_wherever_it_stands)
{
    for (int i = 0; i < RUN_COUNT(malformed); i++)
        for (int before = 0; before <= 20; before++)
            for (int after = 0; after <= 20; after++) {
                char text[64];
                int length = snprintf(text, sizeof text, "%.*s%s%.*s", before, "abcdefghijklmnopqrst",
                                      malformed[i].bytes, after, "ABCDEFGHIJKLMNOPQRST");
                ck_assert_msg(text_count(text, (size_t)length) == -1, "%s after %d, before %d",
                              malformed[i].name, before, after);
            }
}
END_TEST

START_TEST(a_character_cut_by_the_length_is_malformed)
{
    static const char text[] = "1234567\xF0\x9F\x98\x80";
    for (size_t cut = 8; cut <= 10; cut++)
        ck_assert_int_eq(text_count(text, cut), -1);
    ck_assert_int_eq(text_count(text, 11), 8);
}
END_TEST

START_TEST(controls_are_found)
{
    for (uint32_t code = 0; code <= 0x10FFFF; code++) {
        char text[] = "ab....ab";
        size_t length = 2 + encode(code, text + 2); /* once at the end, once at the start */
        bool control = code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029;
        if (code >= 0xD800 && code <= 0xDFFF)
            continue;
        if (text_has_control(text, length, "") != control ||
            text_has_control(text + 2, length, "") != control)
            ck_abort_msg("U+%04X", code);
    }
}
END_TEST

START_TEST(some_controls_can_be_allowed)
{
    static const struct {
        const char *text;
        size_t length;
        const char *allowed;
        bool control;
    } rows[] = {{"", 0, "", false},          {"a\nb\tc", 5, "\n\t", false}, {"a\nb\tc", 5, "\n", true},
                {"a\r\nb", 4, "\n\t", true}, {"\x1b[0m", 4, "\n\t", true},  {"a\0b", 3, "\n\t", true},
                {"a\0b", 3, "", true},       {"\xC2\x85", 2, "\n\t", true}, {"\x7f", 1, "\n\t", true},
                {"plain", 5, "\n\t", false}};
    for (int i = 0; i < RUN_COUNT(rows); i++)
        ck_assert_msg(text_has_control(rows[i].text, rows[i].length, rows[i].allowed) == rows[i].control,
                      "row %d", i);
}
END_TEST

/* White_Space in PropList.txt of the Unicode character database. */
static const uint32_t blanks[] = {0x09,   0x0A,   0x0B,   0x0C,   0x0D,   0x20,   0x85,   0xA0,   0x1680,
                                  0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008,
                                  0x2009, 0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000};

START_TEST(blanks_are_found)
{
    int next = 0;
    for (uint32_t code = 0; code <= 0x10FFFF; code++) {
        char text[] = "ab....ab";
        size_t length = 2 + encode(code, text + 2); /* once at the end, once at the start */
        bool blank = next < RUN_COUNT(blanks) && code == blanks[next];
        next += blank;
        if (code >= 0xD800 && code <= 0xDFFF)
            continue;
        if (text_has_blank(text, length) != blank || text_has_blank(text + 2, length) != blank)
            ck_abort_msg("U+%04X", code);
    }
    ck_assert_int_eq(next, RUN_COUNT(blanks));
    ck_assert(!text_has_blank("", 0));
}
END_TEST

START_TEST(every_blank_is_trimmed_at_both_ends)
{
    for (int i = 0; i < RUN_COUNT(blanks); i++) {
        char around[32], blank[5] = "";
        encode(blanks[i], blank);
        snprintf(around, sizeof around, "%s%sx%sy%s%s", blank, blank, blank, blank, blank);
        const char *text = around;
        size_t length = strlen(around), width = strlen(blank);
        text_trim(&text, &length);
        ck_assert_ptr_eq(text, around + 2 * width);
        ck_assert_uint_eq(length, width + 2);
    }
}
END_TEST

START_TEST(trims)
{
    static const struct {
        const char *text, *trimmed;
    } rows[] = {{"", ""},
                {" ", ""},
                {" \t\n\v\f\r ", ""},
                {"a", "a"},
                {" a", "a"},
                {"a ", "a"},
                {" a b ", "a b"},
                {"\xE3\x80\x80\xE2\x80\x83", ""},
                {"\xE3\x80\x80 caf\xC3\xA9 \xC2\xA0", "caf\xC3\xA9"},
                {"\xC3\xA9", "\xC3\xA9"},
                {"\xF0\x9F\x98\x80 ", "\xF0\x9F\x98\x80"},
                {"\xE2\x80\x8B", "\xE2\x80\x8B"}, /* zero width space is no White_Space */
                {"\xEF\xBB\xBFx", "\xEF\xBB\xBFx"},
                {"x\xE2\x80", "x\xE2\x80"},
                {" \x80\x80\x80\x80 ", "\x80\x80\x80\x80"}};
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        const char *text = rows[i].text;
        size_t length = strlen(text);
        text_trim(&text, &length);
        ck_assert_msg(length == strlen(rows[i].trimmed) && memcmp(text, rows[i].trimmed, length) == 0,
                      "row %d: %.*s", i, (int)length, text);
    }
}
END_TEST

START_TEST(trim_stays_inside_the_length)
{
    const char *text = "  ab  ";
    size_t length = 3;
    text_trim(&text, &length);
    ck_assert_uint_eq(length, 1);
    ck_assert_int_eq(text[0], 'a');
}
END_TEST

/* Each text in a block of exactly its length, where a sanitizer sees a read past the end. */
static void look_at_all(const char *bytes)
{
    size_t length = strlen(bytes);
    char *text = malloc(length);
    const char *trimmed = text;
    memcpy(text, bytes, length);
    ck_assert_int_eq(text_count(text, length), -1);
    ck_assert(!text_has_control(text, length, ""));
    ck_assert(!text_has_blank(text, length));
    text_trim(&trimmed, &length);
    ck_assert_ptr_eq(trimmed, text);
    ck_assert_uint_eq(length, strlen(bytes));
    free(text);
}

START_TEST(nothing_reads_past_the_end)
{
    for (int i = 0; i < RUN_COUNT(malformed); i++)
        look_at_all(malformed[i].bytes);
}
END_TEST

int main(void)
{
    return run_suite("text",
                     (const TTest *[]){counts_characters, every_code_point_but_surrogates_is_valid,
                                       malformed_text_is_refused_wherever_it_stands,
                                       a_character_cut_by_the_length_is_malformed, controls_are_found,
                                       some_controls_can_be_allowed, blanks_are_found,
                                       every_blank_is_trimmed_at_both_ends, trims,
                                       trim_stays_inside_the_length, nothing_reads_past_the_end, NULL});
}
