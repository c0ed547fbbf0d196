#include "json_out.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "json_in.h"
#include "run.h"

static buf to;
static json_out out;

static void start(size_t cap)
{
    buf_init(&to, cap);
    json_out_init(&out, &to);
}

static void expect(const char *json)
{
    ck_assert_int_eq(to.status, TASKS_OK);
    ck_assert_str_eq(to.bytes, json);
    buf_done(&to);
}

START_TEST(commas_stand_between_values)
{
    start(1000);
    json_out_object(&out, NULL);
    json_out_int(&out, "a", 1);
    json_out_array(&out, "b");
    json_out_array_end(&out);
    json_out_array(&out, "c");
    json_out_int(&out, NULL, 1);
    json_out_object(&out, NULL);
    json_out_object_end(&out);
    json_out_array(&out, NULL);
    json_out_bool(&out, NULL, true);
    json_out_bool(&out, NULL, false);
    json_out_array_end(&out);
    json_out_null(&out, NULL);
    json_out_array_end(&out);
    json_out_object(&out, "d");
    json_out_text(&out, "e", "f");
    json_out_object_end(&out);
    json_out_object_end(&out);
    expect("{\"a\":1,\"b\":[],\"c\":[1,{},[true,false],null],\"d\":{\"e\":\"f\"}}");
}
END_TEST

START_TEST(a_value_may_stand_alone)
{
    start(100);
    json_out_text(&out, NULL, "alone");
    expect("\"alone\"");
    start(100);
    json_out_array(&out, NULL);
    json_out_array_end(&out);
    expect("[]");
}
END_TEST

START_TEST(absent_values_are_null)
{
    start(1000);
    json_out_object(&out, NULL);
    json_out_text(&out, "text", NULL);
    json_out_double(&out, "nan", NAN);
    json_out_double(&out, "plus", INFINITY);
    json_out_double(&out, "minus", -INFINITY);
    json_out_time(&out, "time", TASKS_NO_TIME);
    json_out_null(&out, "null");
    json_out_object_end(&out);
    expect("{\"text\":null,\"nan\":null,\"plus\":null,\"minus\":null,\"time\":null,\"null\":null}");
}
END_TEST

START_TEST(values)
{
    start(1000);
    json_out_array(&out, NULL);
    json_out_int(&out, NULL, INT64_MIN);
    json_out_int(&out, NULL, INT64_MAX);
    json_out_double(&out, NULL, 0.1);
    json_out_double(&out, NULL, -5);
    json_out_double(&out, NULL, 1e300);
    json_out_time(&out, NULL, 0);
    json_out_time(&out, NULL, INT64_C(253402300799999));
    json_out_raw(&out, NULL, "{\"raw\":1} and more", 9);
    json_out_text_n(&out, NULL, "cut here", 3);
    json_out_text_n(&out, NULL, NULL, 0);
    json_out_array_end(&out);
    expect("[-9223372036854775808,9223372036854775807,0.1,-5,1e+300,\"1970-01-01T00:00:00.000Z\","
           "\"9999-12-31T23:59:59.999Z\",{\"raw\":1},\"cut\",\"\"]");
}
END_TEST

START_TEST(escapes)
{
    static const struct {
        const char *text, *json;
    } rows[] = {{"", "\"\""},
                {"\"", "\"\\\"\""},
                {"\\", "\"\\\\\""},
                {"/", "\"/\""},
                {"a\"b\\c", "\"a\\\"b\\\\c\""},
                {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
                {"\x01\x1f", "\"\\u0001\\u001f\""},
                {"\x0b", "\"\\u000b\""},
                {"\x7f", "\"\x7f\""},
                {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""},
                {"\"\"\"\"\"\"\"\"\"", "\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\""},
                {"</script>", "\"</script>\""}};
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        start(100);
        json_out_text(&out, NULL, rows[i].text);
        expect(rows[i].json);
    }
}
END_TEST

/* Safe bytes are looked for eight at a time, so each byte is tried at each place of two such groups. */
START_TEST(any_byte_anywhere_comes_back)
{
    for (int c = 1; c < 0x80; c++)
        for (size_t place = 0; place < 20; place++) {
            char text[] = "\xC3\xA9 safe text, \xE2\x82\xAC 20";
            json_t *value;
            if ((unsigned char)text[place] >= 0x80)
                continue;
            text[place] = (char)c;
            start(200);
            json_out_text(&out, NULL, text);
            ck_assert_int_eq(json_in_read(to.bytes, to.length, &value, NULL), TASKS_OK);
            ck_assert_str_eq(json_string_value(value), text);
            json_decref(value);
            buf_done(&to);
        }
}
END_TEST

START_TEST(nul_is_escaped_by_length)
{
    start(100);
    json_out_text_n(&out, NULL, "a\0b", 3);
    expect("\"a\\u0000b\"");
}
END_TEST

static void write_all(void)
{
    json_out_array(&out, NULL);
    json_out_object(&out, NULL);
    json_out_text(&out, "text", "a \"quoted\" text, longer than eight");
    json_out_double(&out, "double", 1.5);
    json_out_int(&out, "int", 77);
    json_out_time(&out, "time", 0);
    json_out_bool(&out, "bool", true);
    json_out_null(&out, "null");
    json_out_object_end(&out);
    json_out_raw(&out, NULL, "[]", 2);
    json_out_array_end(&out);
}

START_TEST(a_full_buffer_is_noticed_at_every_length)
{
    start(1000);
    write_all();
    size_t whole = to.length;
    ck_assert_int_eq(to.status, TASKS_OK);
    buf_done(&to);
    for (size_t cap = 0; cap <= whole + 8; cap++) {
        start(cap);
        write_all();
        ck_assert(to.length <= cap);
        ck_assert_msg(to.status == (cap < whole ? TASKS_INVALID : TASKS_OK), "cap %zu of %zu", cap, whole);
        buf_done(&to);
    }
}
END_TEST

int main(void)
{
    return run_suite("json_out", (const TTest *[]){commas_stand_between_values, a_value_may_stand_alone,
                                                   absent_values_are_null, values, escapes,
                                                   any_byte_anywhere_comes_back, nul_is_escaped_by_length,
                                                   a_full_buffer_is_noticed_at_every_length, NULL});
}
