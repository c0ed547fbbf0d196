#include "json_in.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "starve.h"

static const char accepted[] = "", malformed[] = "json_malformed", deep[] = "json_too_deep",
                  repeated[] = "field_repeated";

#define TEXT(literal) literal, sizeof(literal) - 1

/* What RFC 8259 lets a reader take or makes it refuse, class by class. Where it leaves the choice (size
 * of numbers, byte order mark, lone surrogates, repeated members), the row says what we chose. */
static const struct json_case {
    const char *verdict, *name, *text;
    size_t length;
} cases[] = {
    /* structure */
    {accepted, "empty object", TEXT("{}")},
    {accepted, "empty array", TEXT("[]")},
    {accepted, "text alone", TEXT("\"milk\"")},
    {accepted, "empty text alone", TEXT("\"\"")},
    {accepted, "integer alone", TEXT("42")},
    {accepted, "negative integer alone", TEXT("-7")},
    {accepted, "real alone", TEXT("0.5")},
    {accepted, "true alone", TEXT("true")},
    {accepted, "false alone", TEXT("false")},
    {accepted, "null alone", TEXT("null")},
    {accepted, "all four blanks", TEXT(" \t\r\n[ \t\r\n] \t\r\n")},
    {accepted, "blanks everywhere", TEXT("{ \"a\" : [ 1 , 2 ] , \"b\" : { } }")},
    {accepted, "newline at the end", TEXT("{}\n")},
    {malformed, "nothing", TEXT("")},
    {malformed, "one space", TEXT(" ")},
    {malformed, "only blanks", TEXT(" \r\n\t")},
    {malformed, "two values", TEXT("1 2")},
    {malformed, "two objects", TEXT("{}{}")},
    {malformed, "two arrays", TEXT("[][]")},
    {malformed, "value after an array", TEXT("[1]x")},
    {malformed, "comma after the end", TEXT("{},")},
    {malformed, "closed once too often", TEXT("[1]]")},
    {malformed, "object closed once too often", TEXT("{\"a\":1}}")},
    {malformed, "only a closing bracket", TEXT("]")},
    {malformed, "only a closing brace", TEXT("}")},
    {malformed, "only an opening bracket", TEXT("[")},
    {malformed, "only an opening brace", TEXT("{")},
    {malformed, "closed by the other bracket", TEXT("[1}")},
    {malformed, "closed by the other brace", TEXT("{\"a\":1]")},
    {malformed, "only a comma", TEXT(",")},
    {malformed, "only a colon", TEXT(":")},
    {malformed, "only a star", TEXT("*")},
    {malformed, "angle brackets", TEXT("<null>")},
    {malformed, "form feed as a blank", TEXT("[\f1]")},
    {malformed, "vertical tab as a blank", TEXT("[\v1]")},
    {malformed, "no-break space as a blank",
     TEXT("[\xC2\xA0"
          "1]")},
    {malformed, "word joiner as a blank", TEXT("[\xE2\x81\xA0]")},
    {malformed, "line separator as a blank",
     TEXT("[\xE2\x80\xA8"
          "1]")},
    {malformed, "block comment", TEXT("{/* note */}")},
    {malformed, "line comment", TEXT("{} // note")},
    {malformed, "hash comment", TEXT("{} # note")},
    {malformed, "NUL between values", TEXT("[1\0]")},
    {malformed, "NUL after the end", TEXT("{}\0")},
    {malformed, "NUL alone", TEXT("\0")},
    {malformed, "NUL before the start", TEXT("\0{}")},
    {malformed, "byte order mark", TEXT("\xEF\xBB\xBF{}")},
    {malformed, "byte order mark alone", TEXT("\xEF\xBB\xBF")},
    {malformed, "half a byte order mark", TEXT("\xEF\xBB{}")},
    {malformed, "UTF-16 with a mark", TEXT("\xFF\xFE[\0]\0")},
    {malformed, "UTF-16 without a mark", TEXT("\0[\0]")},
    {malformed, "form data", TEXT("title=milk&completed=false")},
    {malformed, "XML", TEXT("<task><title>milk</title></task>")},

    /* literals */
    {malformed, "cut true", TEXT("[tru]")},
    {malformed, "cut false", TEXT("fals")},
    {malformed, "cut null", TEXT("[nul")},
    {malformed, "long true", TEXT("[truely]")},
    {malformed, "capital True", TEXT("[True]")},
    {malformed, "upper case NULL", TEXT("NULL")},
    {malformed, "undefined", TEXT("[undefined]")},
    {malformed, "name without quotes", TEXT("[milk]")},
    {malformed, "accented name without quotes", TEXT("[\xC3\xA9t\xC3\xA9]")},

    /* arrays */
    {accepted, "several kinds", TEXT("[null, 1, \"1\", {}, [], true, 1.5]")},
    {accepted, "holes of null", TEXT("[null,null,null]")},
    {accepted, "the empty text", TEXT("[\"\"]")},
    {malformed, "comma at the end", TEXT("[1,]")},
    {malformed, "two commas at the end", TEXT("[1,,]")},
    {malformed, "comma at the start", TEXT("[,1]")},
    {malformed, "only commas", TEXT("[,]")},
    {malformed, "two commas between", TEXT("[1,,2]")},
    {malformed, "no comma", TEXT("[1 2]")},
    {malformed, "no comma before true", TEXT("[1 true]")},
    {malformed, "no comma between arrays", TEXT("[[][]]")},
    {malformed, "semicolon", TEXT("[1;2]")},
    {malformed, "colon in an array", TEXT("[\"a\":1]")},
    {malformed, "unclosed", TEXT("[1")},
    {malformed, "unclosed after a comma", TEXT("[1,")},
    {malformed, "unclosed with newlines", TEXT("[\"a\",\n4\n,1,")},
    {malformed, "unclosed inside", TEXT("[[1,2],[3")},
    {malformed, "only a minus inside", TEXT("[-]")},
    {malformed, "a star inside", TEXT("[*]")},

    /* objects */
    {accepted, "one member", TEXT("{\"a\":1}")},
    {accepted, "an empty name", TEXT("{\"\":0}")},
    {accepted, "names that differ in case", TEXT("{\"a\":1,\"A\":2}")},
    {accepted, "the same name at two levels", TEXT("{\"a\":{\"a\":{\"a\":1}}}")},
    {accepted, "the same name in two objects", TEXT("[{\"a\":1},{\"a\":1}]")},
    {accepted, "an escaped name", TEXT("{\"a\\n\\u00e9\":1}")},
    {accepted, "a long name", TEXT("{\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\":[]}")},
    {accepted, "a prototype as a name", TEXT("{\"__proto__\":{}}")},
    {repeated, "the same name twice", TEXT("{\"a\":1,\"a\":2}")},
    {repeated, "the same member twice", TEXT("{\"a\":1,\"a\":1}")},
    {repeated, "the same name, once escaped", TEXT("{\"a\":1,\"\\u0061\":2}")},
    {repeated, "the same name inside", TEXT("[{\"b\":{\"a\":1,\"c\":2,\"a\":3}}]")},
    {repeated, "the empty name twice", TEXT("{\"\":1,\"\":2}")},
    {malformed, "name without quotes", TEXT("{a:1}")},
    {malformed, "name in single quotes", TEXT("{'a':1}")},
    {malformed, "number as a name", TEXT("{1:1}")},
    {malformed, "null as a name", TEXT("{null:null}")},
    {malformed, "array as a name", TEXT("{[:\"x\"}")},
    {malformed, "emoji as a name", TEXT("{\xF0\x9F\x87\xA8\xF0\x9F\x87\xAD}")},
    {malformed, "no colon", TEXT("{\"a\" 1}")},
    {malformed, "comma for a colon", TEXT("{\"a\",1}")},
    {malformed, "equals for a colon", TEXT("{\"a\"=1}")},
    {malformed, "two colons", TEXT("{\"a\"::1}")},
    {malformed, "no name", TEXT("{:1}")},
    {malformed, "no value", TEXT("{\"a\":}")},
    {malformed, "no value, unclosed", TEXT("{\"a\":")},
    {malformed, "only a name", TEXT("{\"a\"}")},
    {malformed, "only a name, unclosed", TEXT("{\"a\"")},
    {malformed, "half a name", TEXT("{\"a")},
    {malformed, "comma at the end", TEXT("{\"a\":1,}")},
    {malformed, "commas at the end", TEXT("{\"a\":1,,,}")},
    {malformed, "two commas", TEXT("{\"a\":1,,\"b\":2}")},
    {malformed, "only a comma", TEXT("{,}")},
    {malformed, "no comma", TEXT("{\"a\":1 \"b\":2}")},
    {malformed, "unclosed value", TEXT("{\"a\":\"b")},
    {malformed, "unclosed object", TEXT("{\"a\":1")},
    {malformed, "an apostrophe as a value", TEXT("{\"a\":'")},
    {malformed, "garbage after a value", TEXT("{\"a\":true x}")},

    /* numbers */
    {accepted, "zero", TEXT("0")},
    {accepted, "minus zero", TEXT("-0")},
    {accepted, "real minus zero", TEXT("-0.0")},
    {accepted, "zero with an exponent", TEXT("0e1")},
    {accepted, "zero with a signed exponent", TEXT("[0e+1]")},
    {accepted, "exponent", TEXT("1E22")},
    {accepted, "negative exponent", TEXT("1e-2")},
    {accepted, "positive exponent", TEXT("1E+2")},
    {accepted, "fraction and exponent", TEXT("123.456e78")},
    {accepted, "exponent with zeros", TEXT("1e0010")},
    {accepted, "very small", TEXT("-0.000000000000000000000000000000000000000000000000000000000001")},
    {accepted, "vanishing", TEXT("1e-400")},
    {accepted, "many digits", TEXT("0.1234567890123456789012345678901234567890")},
    {accepted, "largest integer", TEXT("9223372036854775807")},
    {accepted, "smallest integer", TEXT("-9223372036854775808")},
    {accepted, "largest double", TEXT("1.7976931348623157e308")},
    {malformed, "beyond the largest integer", TEXT("9223372036854775808")},
    {malformed, "beyond the smallest integer", TEXT("-9223372036854775809")},
    {malformed, "huge integer", TEXT("[100000000000000000000000000000000000000]")},
    {malformed, "huge real", TEXT("1e309")},
    {malformed, "huge negative real", TEXT("[-123123e100000]")},
    {malformed, "leading zero", TEXT("012")},
    {malformed, "two zeros", TEXT("00")},
    {malformed, "minus and leading zero", TEXT("[-012]")},
    {malformed, "plus", TEXT("+1")},
    {malformed, "two pluses", TEXT("[++12]")},
    {malformed, "two minuses", TEXT("--1")},
    {malformed, "plus and minus", TEXT("[+-1]")},
    {malformed, "minus, then a blank", TEXT("[- 1]")},
    {malformed, "only a minus", TEXT("-")},
    {malformed, "no digit before the point", TEXT(".5")},
    {malformed, "minus, no digit before the point", TEXT("[-.5]")},
    {malformed, "no digit after the point", TEXT("1.")},
    {malformed, "minus, no digit after the point", TEXT("[-2.]")},
    {malformed, "point, then an exponent", TEXT("[2.e3]")},
    {malformed, "two points", TEXT("1.2.3")},
    {malformed, "empty exponent", TEXT("1e")},
    {malformed, "upper case empty exponent", TEXT("[0E]")},
    {malformed, "signed empty exponent", TEXT("[1.0e+]")},
    {malformed, "negative empty exponent", TEXT("1.0e-")},
    {malformed, "two exponents", TEXT("1eE2")},
    {malformed, "fraction in the exponent", TEXT("[1e2.5]")},
    {malformed, "two signs in the exponent", TEXT("[1e+-2]")},
    {malformed, "blank inside", TEXT("[1 000]")},
    {malformed, "decimal comma alone", TEXT("1,5")},
    {malformed, "hexadecimal", TEXT("[0x42]")},
    {malformed, "hexadecimal without digits", TEXT("0x")},
    {malformed, "letters after", TEXT("[12abc]")},
    {malformed, "minus and a word", TEXT("[-milk]")},
    {malformed, "expression", TEXT("[1+2]")},
    {malformed, "NaN", TEXT("[NaN]")},
    {malformed, "minus NaN", TEXT("[-NaN]")},
    {malformed, "Infinity", TEXT("Infinity")},
    {malformed, "minus Infinity", TEXT("[-Infinity]")},
    {malformed, "Inf", TEXT("[Inf]")},
    {malformed, "full-width digit", TEXT("[\xEF\xBC\x91]")},
    {malformed, "bad byte in a number", TEXT("[12\xE5]")},
    {malformed, "bad byte in an exponent", TEXT("[1e1\xE5]")},
    {malformed, "NUL in a number",
     TEXT("1\0"
          "2")},

    /* texts */
    {accepted, "every short escape", TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"")},
    {accepted, "an escaped letter", TEXT("\"\\u0041\"")},
    {accepted, "upper and lower case hex", TEXT("\"\\u00eF\\uABcd\"")},
    {accepted, "an escaped control", TEXT("\"\\u0012\"")},
    {accepted, "a pair of surrogates", TEXT("\"\\ud83d\\uDE00\"")},
    {accepted, "two pairs of surrogates", TEXT("\"\\ud83d\\ude39\\ud83d\\udc8d\"")},
    {accepted, "the last code point, escaped", TEXT("\"\\udbff\\udfff\"")},
    {accepted, "escaped noncharacters", TEXT("\"\\uffff\\ufdd0\\ud83f\\udffe\"")},
    {accepted, "a raw noncharacter", TEXT("\"\xEF\xBF\xBF\"")},
    {accepted, "an escaped backslash before u", TEXT("\"\\\\u0000\"")},
    {accepted, "an escaped backslash before a quote", TEXT("[\"\\\\\",\"a\"]")},
    {accepted, "two, three and four bytes", TEXT("\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"")},
    {accepted, "raw DEL",
     TEXT("\"a\x7f"
          "b\"")},
    {accepted, "raw line separator", TEXT("\"\xE2\x80\xA8\"")},
    {accepted, "raw paragraph separator", TEXT("\"\xE2\x80\xA9\"")},
    {accepted, "a comment inside", TEXT("[\"a/*b*/c//d#e\"]")},
    {accepted, "brackets inside", TEXT("\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[{{{{{{\"")},
    {malformed, "single quotes", TEXT("['milk']")},
    {malformed, "only a quote", TEXT("\"")},
    {malformed, "unclosed", TEXT("\"milk")},
    {malformed, "unclosed after a backslash", TEXT("\"\\")},
    {malformed, "closed by an escaped quote", TEXT("[\"milk\\\"]")},
    {malformed, "unknown escape", TEXT("\"\\a\"")},
    {malformed, "hexadecimal escape", TEXT("[\"\\x41\"]")},
    {malformed, "escaped single quote", TEXT("\"\\'\"")},
    {malformed, "escaped newline", TEXT("\"\\\n\"")},
    {malformed, "escaped tab", TEXT("\"\\\t\"")},
    {malformed, "escaped emoji", TEXT("[\"\\\xF0\x9F\x8C\x80\"]")},
    {malformed, "escaped NUL byte", TEXT("[\"\\\0\"]")},
    {malformed, "capital U", TEXT("\"\\U0041\"")},
    {malformed, "no hex digit", TEXT("\"\\u\"")},
    {malformed, "one hex digit", TEXT("\"\\u0\"")},
    {malformed, "three hex digits", TEXT("\"\\u00e\"")},
    {malformed, "a letter among hex digits", TEXT("\"\\u00gg\"")},
    {malformed, "escape without quotes", TEXT("[\\n]")},
    {malformed, "escaped blank without quotes", TEXT("[\\u0020\"a\"]")},
    {malformed, "escaped NUL", TEXT("\"\\u0000\"")},
    {malformed, "escaped NUL in a name", TEXT("{\"a\\u0000b\":1}")},
    {malformed, "first surrogate alone", TEXT("\"\\ud800\"")},
    {malformed, "first surrogate before text", TEXT("\"\\ud800abc\"")},
    {malformed, "first surrogate before an escape", TEXT("\"\\ud800\\n\"")},
    {malformed, "two first surrogates", TEXT("\"\\ud800\\ud800\"")},
    {malformed, "first surrogate and half an escape", TEXT("\"\\ud800\\u\"")},
    {malformed, "second surrogate alone", TEXT("\"\\udc00\"")},
    {malformed, "surrogates the wrong way round", TEXT("\"\\udc00\\ud800\"")},
    {malformed, "surrogate in a name", TEXT("{\"\\ud800\":1}")},
    {malformed, "raw newline", TEXT("\"a\nb\"")},
    {malformed, "raw tab", TEXT("\"a\tb\"")},
    {malformed, "raw carriage return", TEXT("\"a\rb\"")},
    {malformed, "raw control", TEXT("\"\x1f\"")},
    {malformed, "raw escape", TEXT("\"\x1b[0m\"")},
    {malformed, "raw NUL", TEXT("\"a\0b\"")},
    {malformed, "raw control in a name", TEXT("{\"a\x01\":1}")},
    {malformed, "Latin-1", TEXT("\"caf\xE9\"")},
    {malformed, "continuation alone", TEXT("\"\x80\"")},
    {malformed, "cut character", TEXT("\"\xE2\x82\"")},
    {malformed, "overlong slash", TEXT("\"\xC0\xAF\"")},
    {malformed, "overlong NUL", TEXT("\"\xC0\x80\"")},
    {malformed, "raw surrogate", TEXT("\"\xED\xA0\x80\"")},
    {malformed, "above U+10FFFF", TEXT("\"\xF4\x90\x80\x80\"")},
    {malformed, "0xFF", TEXT("\"\xFF\"")},
    {malformed, "bad byte after an escape", TEXT("\"\\u00e9\xE5\"")},
    {malformed, "bad byte in an escape", TEXT("[\"\\u\xE5\"]")},
    {malformed, "bad byte as an escape", TEXT("[\"\\\xE5\"]")},
    {malformed, "bad byte in a name", TEXT("{\"\xB9\":\"0\",}")},
    {malformed, "bad byte outside", TEXT("[\xFF]")},
    {malformed, "bad byte after the end", TEXT("{}\xE9")},

    /* depth */
    {accepted, "32 arrays", TEXT("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")},
    {accepted, "many arrays side by side",
     TEXT("[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],"
          "[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[]]")},
    {deep, "33 arrays", TEXT("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")},
    {deep, "33 arrays unclosed", TEXT("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")},
    {deep, "33 braces", TEXT("{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{")},
    {deep, "depth after an escaped quote", TEXT("[\"\\\"\",[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")},
    {deep, "depth after an escaped backslash", TEXT("[\"\\\\\",[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")},
    {deep, "depth after stray closers", TEXT("]]]]]]]]]][[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")},
};

static tasks_error error;

static void check_verdict(const struct json_case *c)
{
    /* In a block of exactly its length, so that a sanitizer sees a read past the end. */
    char *text = malloc(c->length ? c->length : 1);
    json_t *value;
    memcpy(text, c->text, c->length);
    tasks_status status = json_in_read(text, c->length, &value, &error);
    ck_assert_msg(status == (c->verdict == accepted ? TASKS_OK : TASKS_INVALID), "%s: status %d %s", c->name,
                  status, error.message);
    ck_assert_msg((value != NULL) == (status == TASKS_OK), "%s", c->name);
    ck_assert_msg(status == TASKS_OK || strcmp(error.code, c->verdict) == 0, "%s: %s", c->name, error.code);
    json_decref(value);
    free(text);
}

START_TEST(verdicts)
{
    for (int i = 0; i < RUN_COUNT(cases); i++)
        check_verdict(&cases[i]);
}
END_TEST

START_TEST(messages_say_where_and_why)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"", "JSON, line 1, column 0: the text ends too early"},
        {"{\"a\":1,\n \"a\":2}", "JSON, line 2, column 4: the same member twice"},
        {"[1,\n2,\n3", "JSON, line 3, column 1: the text ends too early"},
        {"[1] [2]", "JSON, line 1, column 5: more text after the end of the value"},
        {"[1e999]", "JSON, line 1, column 6: number out of range"},
        {"\"\xFF\"", "JSON, line 1, column 1: not valid UTF-8"},
        {"\"\\u0000\"", "JSON, line 1, column 8: the character U+0000 is not allowed"},
        {"{\"a\\u0000\":1}", "JSON, line 1, column 10: the character U+0000 is not allowed"},
        {"\"\x01\"", "JSON, line 1, column 1: control character in a string"},
        {"[\"\n\"]", "JSON, line 1, column 2: line break in a string"},
        {"\"\\x\"", "JSON, line 1, column 3: unknown escape in a string"},
        {"\"\\udc00\"", "JSON, line 1, column 8: bad \\u escape or lone surrogate"},
        {"{a:1}", "JSON, line 1, column 2: member name in quotes or '}' expected"},
        {"{\"a\"}", "JSON, line 1, column 5: ':' expected"},
        {"{\"a\":1]", "JSON, line 1, column 7: ',' or '}' expected"},
        {"[1}", "JSON, line 1, column 3: ',' or ']' expected"},
        {"[}", "JSON, line 1, column 2: unexpected text"},
        {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "JSON, line 1, column 33: nested deeper than 32 levels"},
        {"\n\"\xC3\xA9\", [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
         "JSON, line 2, column 38: nested deeper than 32 levels"}};
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        json_t *value;
        ck_assert_int_eq(json_in_read(rows[i].text, strlen(rows[i].text), &value, &error), TASKS_INVALID);
        ck_assert_str_eq(error.message, rows[i].message);
    }
}
END_TEST

START_TEST(messages_hold_no_text_of_the_input)
{
    static const char *const rows[] = {"\"SECRET\" x",
                                       "[\"SECRET\"",
                                       "{\"SECRET\" 1}",
                                       "{\"a\":\"SECRET\" \"b\"}",
                                       "[SECRET]",
                                       "SECRET",
                                       "\"SECRET\\q\"",
                                       "\"\\uSECR\"",
                                       "\"\\ud800SECRET\"",
                                       "[\"SECRET\n\"]",
                                       "{\"SECRET\":1,\"SECRET\":2}",
                                       "\"SECRET\xFF\"",
                                       "\"SECRET\\u0000\"",
                                       "\"SECRET",
                                       "1SECRET",
                                       "{\"SECRET\\u0000\":1}"};
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        json_t *value;
        ck_assert_int_eq(json_in_read(rows[i], strlen(rows[i]), &value, &error), TASKS_INVALID);
        ck_assert_msg(!strstr(error.message, "SECR"), "%s", error.message);
    }
}
END_TEST

START_TEST(the_caller_may_want_no_error)
{
    json_t *value = NULL;
    ck_assert_int_eq(json_in_read("[", 1, &value, NULL), TASKS_INVALID);
    ck_assert_int_eq(json_in_read("[]", 2, &value, NULL), TASKS_OK);
    json_decref(value);
}
END_TEST

START_TEST(values_are_read_as_written)
{
    static const char text[] = "{\"text\":\"\\u00e9\\ud83d\\ude00\\n\",\"big\":9223372036854775807,"
                               "\"real\":0.1,\"yes\":true,\"none\":null,\"list\":[1,2]}";
    json_t *value;
    ck_assert_int_eq(json_in_read(text, sizeof text - 1, &value, NULL), TASKS_OK);
    ck_assert_uint_eq(json_object_size(value), 6);
    ck_assert_str_eq(json_string_value(json_object_get(value, "text")), "\xC3\xA9\xF0\x9F\x98\x80\n");
    ck_assert_int_eq(json_integer_value(json_object_get(value, "big")), INT64_MAX);
    ck_assert(json_real_value(json_object_get(value, "real")) == 0.1);
    ck_assert(json_is_true(json_object_get(value, "yes")));
    ck_assert(json_is_null(json_object_get(value, "none")));
    ck_assert_uint_eq(json_array_size(json_object_get(value, "list")), 2);
    json_decref(value);
}
END_TEST

/* Depth does not come from one bracket alone: objects in arrays in objects, to the limit and past it. */
static size_t nest(char *text, int depth)
{
    char *end = text;
    for (int i = 0; i < depth; i++)
        end = stpcpy(end, i % 2 ? "[" : "{\"a\":");
    end = stpcpy(end, "1");
    for (int i = depth; i-- > 0;)
        end = stpcpy(end, i % 2 ? "]" : "}");
    return (size_t)(end - text);
}

START_TEST(depth_counts_both_brackets)
{
    char text[512];
    json_t *value;
    ck_assert_int_eq(json_in_read(text, nest(text, JSON_IN_DEPTH_MAX), &value, &error), TASKS_OK);
    json_decref(value);
    ck_assert_int_eq(json_in_read(text, nest(text, JSON_IN_DEPTH_MAX + 1), &value, &error), TASKS_INVALID);
    ck_assert_str_eq(error.code, "json_too_deep");
}
END_TEST

enum { SMALL_STACK = 100 << 10, MANY = 1 << 20 };

static void *read_on_small_stack(void *context)
{
    char text[512];
    json_t *value;
    tasks_status *statuses = context;
    char *brackets = malloc(MANY);
    memset(brackets, '[', MANY);
    statuses[0] = json_in_read(text, nest(text, JSON_IN_DEPTH_MAX), &value, NULL);
    json_decref(value);
    statuses[1] = json_in_read(brackets, MANY, &value, NULL);
    free(brackets);
    return NULL;
}

/* tasksd reads on the stacks of civetweb's workers. */
START_TEST(a_small_stack_is_enough)
{
    tasks_status statuses[2] = {TASKS_INTERNAL, TASKS_INTERNAL};
    pthread_t thread;
    pthread_attr_t attributes;
    ck_assert_int_eq(pthread_attr_init(&attributes), 0);
    ck_assert_int_eq(pthread_attr_setstacksize(&attributes, SMALL_STACK), 0);
    ck_assert_int_eq(pthread_create(&thread, &attributes, read_on_small_stack, statuses), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    pthread_attr_destroy(&attributes);
    ck_assert_int_eq(statuses[0], TASKS_OK);
    ck_assert_int_eq(statuses[1], TASKS_INVALID);
}
END_TEST

/* jansson says little about most failed allocations; none may pass for a fault of the text. */
START_TEST(running_out_of_memory_is_reported)
{
    static const char text[] =
        "{\"title\":\"long enough to make the token buffer of jansson grow a few times\",\"order\":1.5,"
        "\"tags\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\",\"j\",\"k\"],"
        "\"completed\":true,\"m1\":1,\"m2\":2,\"m3\":3,\"m4\":4,\"m5\":5,\"m6\":6,\"m7\":7}";
    bool failed = true;
    int rounds = 0;
    json_set_alloc_funcs(malloc, free); /* ours, which starve */
    for (long nth = 1; failed; nth++, rounds++) {
        json_t *value;
        starve_from(nth);
        tasks_status status = json_in_read(text, sizeof text - 1, &value, &error);
        failed = starve_happened();
        starve_at(0);
        ck_assert_msg(status == (failed ? TASKS_NO_MEMORY : TASKS_OK), "allocation %ld: status %d %s", nth,
                      status, error.message);
        ck_assert((value != NULL) == (status == TASKS_OK));
        json_decref(value);
    }
    ck_assert_int_gt(rounds, 20);
}
END_TEST

/* The first allocation is our own look for room, the second the start of jansson, which says nothing. */
START_TEST(a_passing_want_of_memory_is_reported)
{
    for (long nth = 1; nth <= 2; nth++) {
        json_t *value;
        json_set_alloc_funcs(malloc, free);
        starve_at(nth);
        ck_assert_int_eq(json_in_read("[]", 2, &value, &error), TASKS_NO_MEMORY);
        ck_assert_str_eq(error.code, "no_memory");
        ck_assert_ptr_null(value);
    }
}
END_TEST

int main(void)
{
    return run_suite("json_in",
                     (const TTest *[]){verdicts, messages_say_where_and_why,
                                       messages_hold_no_text_of_the_input, the_caller_may_want_no_error,
                                       values_are_read_as_written, depth_counts_both_brackets,
                                       a_small_stack_is_enough, running_out_of_memory_is_reported,
                                       a_passing_want_of_memory_is_reported, NULL});
}
