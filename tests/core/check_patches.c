#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "tasks.h"

static tasks_error error;

static tasks_patches *read_all(const char *json)
{
    tasks_patches *patches;
    ck_assert_msg(tasks_patches_read(json, strlen(json), &patches, &error) == TASKS_OK, "%s: %s", json,
                  error.message);
    return patches;
}

START_TEST(every_member_is_read)
{
    tasks_patches *patches =
        read_all("{\"title\":\"\\u00c4pfel\",\"notes\":\"a\\nb\",\"uid\":\"u\",\"completed\":true,"
                 "\"priority\":3,\"order\":-2.5,\"tags\":[\"a\",\"b\"],\"due_at\":\"2026-01-31T09:30:00Z\","
                 "\"expires_at\":\"1969-12-31T23:59:59.999Z\"}");
    const tasks_patch *patch = tasks_patches_at(patches, 0);
    ck_assert_uint_eq(tasks_patches_count(patches), 1);
    ck_assert_int_eq(tasks_patches_is_array(patches), 0);
    ck_assert_uint_eq(patch->struct_size, sizeof *patch);
    ck_assert_uint_eq(patch->set, (TASKS_SET_UID << 1) - 1);
    ck_assert_str_eq(patch->title, "\xC3\x84pfel");
    ck_assert_str_eq(patch->notes, "a\nb");
    ck_assert_str_eq(patch->uid, "u");
    ck_assert_int_eq(patch->completed, 1);
    ck_assert_int_eq(patch->priority, 3);
    ck_assert_double_eq(patch->order, -2.5);
    ck_assert_uint_eq(patch->tag_count, 2);
    ck_assert_str_eq(patch->tags[1], "b");
    ck_assert_int_eq(patch->due_at_ms, INT64_C(1769851800000));
    ck_assert_int_eq(patch->expires_at_ms, -1);
    ck_assert_ptr_null(tasks_patches_at(patches, 1));
    tasks_patches_free(patches);
}
END_TEST

START_TEST(null_clears_and_what_is_missing_is_left_alone)
{
    tasks_patches *patches = read_all("{\"notes\":null,\"uid\":null,\"priority\":null,\"order\":null,"
                                      "\"tags\":null,\"due_at\":null,\"expires_at\":null,\"title\":null}");
    const tasks_patch *patch = tasks_patches_at(patches, 0);
    ck_assert_uint_eq(patch->set, ((TASKS_SET_UID << 1) - 1) & ~TASKS_SET_COMPLETED);
    ck_assert_ptr_null(patch->title);
    ck_assert_ptr_null(patch->notes);
    ck_assert_ptr_null(patch->uid);
    ck_assert_int_eq(patch->priority, 0);
    ck_assert(isnan(patch->order));
    ck_assert_uint_eq(patch->tag_count, 0);
    ck_assert_int_eq(patch->due_at_ms, TASKS_NO_TIME);
    ck_assert_int_eq(patch->expires_at_ms, TASKS_NO_TIME);
    tasks_patches_free(patches);
    patches = read_all("{}");
    ck_assert_uint_eq(tasks_patches_at(patches, 0)->set, 0);
    tasks_patches_free(patches);
}
END_TEST

START_TEST(an_array_is_a_batch)
{
    tasks_patches *patches = read_all("[]");
    ck_assert_uint_eq(tasks_patches_count(patches), 0);
    ck_assert_int_eq(tasks_patches_is_array(patches), 1);
    ck_assert_ptr_null(tasks_patches_at(patches, 0));
    tasks_patches_free(patches);
    patches = read_all(" [ {\"title\":\"a\"} , {\"title\":\"b\",\"tags\":[]} ] ");
    ck_assert_uint_eq(tasks_patches_count(patches), 2);
    ck_assert_str_eq(tasks_patches_at(patches, 1)->title, "b");
    ck_assert_uint_eq(tasks_patches_at(patches, 1)->set, TASKS_SET_TITLE | TASKS_SET_TAGS);
    tasks_patches_free(patches);
    tasks_patches_free(NULL);
}
END_TEST

static const struct order_case {
    const char *json;
    double order;
} orders[] = {{"1", 1},           {"-0", 0},     {"1e3", 1000},      {"0.1", 0.1},
              {"1e308", 1e308},   {"1e-400", 0}, {"5e-324", 5e-324}, {"9007199254740993", 9007199254740992.0},
              {"-1.5E+2", -150.0}};

START_TEST(any_number_is_an_order)
{
    for (int i = 0; i < RUN_COUNT(orders); i++) {
        char json[64];
        snprintf(json, sizeof json, "{\"order\":%s}", orders[i].json);
        tasks_patches *patches = read_all(json);
        ck_assert_double_eq(tasks_patches_at(patches, 0)->order, orders[i].order);
        tasks_patches_free(patches);
    }
}
END_TEST

/* ---- Refusals ---- */

static const struct refusal {
    const char *json, *code, *field;
    int32_t op_index;
} refusals[] = {
    {"", "json_malformed", "", -1},
    {"{", "json_malformed", "", -1},
    {"{\"title\":}", "json_malformed", "", -1},
    {"{\"title\":\"\\u0000\"}", "json_malformed", "", -1},
    {"{\"title\":\"\\ud800\"}", "json_malformed", "", -1},
    {"{\"title\":\"\xFF\"}", "json_malformed", "", -1},
    {"{} {}", "json_malformed", "", -1},
    {"{\"order\":1e999}", "json_malformed", "", -1},
    {"{\"priority\":99999999999999999999}", "json_malformed", "", -1},
    {"{\"title\":\"a\",\"title\":\"b\"}", "field_repeated", "", -1},
    {"1", "json_not_object", "", -1},
    {"null", "json_not_object", "", -1},
    {"\"title\"", "json_not_object", "", -1},
    {"[1]", "json_not_object", "", 0},
    {"[{},null]", "json_not_object", "", 1},
    {"[[]]", "json_not_object", "", 0},
    {"{\"titel\":\"a\"}", "field_unknown", "", -1},
    {"{\"Title\":\"a\"}", "field_unknown", "", -1},
    {"{\"\":1}", "field_unknown", "", -1},
    {"{\"id\":1}", "field_read_only", "id", -1},
    {"{\"url\":\"x\"}", "field_read_only", "url", -1},
    {"{\"revision\":1}", "field_read_only", "revision", -1},
    {"{\"completed_at\":null}", "field_read_only", "completed_at", -1},
    {"{\"created_at\":null}", "field_read_only", "created_at", -1},
    {"{\"updated_at\":null}", "field_read_only", "updated_at", -1},
    {"{\"title\":1}", "field_type", "title", -1},
    {"{\"title\":[]}", "field_type", "title", -1},
    {"{\"notes\":false}", "field_type", "notes", -1},
    {"{\"uid\":{}}", "field_type", "uid", -1},
    {"{\"completed\":1}", "field_type", "completed", -1},
    {"{\"completed\":\"true\"}", "field_type", "completed", -1},
    {"{\"completed\":null}", "field_type", "completed", -1},
    {"{\"priority\":\"1\"}", "field_type", "priority", -1},
    {"{\"priority\":1.0}", "field_type", "priority", -1},
    {"{\"priority\":true}", "field_type", "priority", -1},
    {"{\"order\":\"1\"}", "field_type", "order", -1},
    {"{\"tags\":\"a\"}", "field_type", "tags", -1},
    {"{\"tags\":{}}", "field_type", "tags", -1},
    {"{\"tags\":[\"a\",1]}", "field_type", "tags", -1},
    {"{\"tags\":[null]}", "field_type", "tags", -1},
    {"{\"due_at\":1}", "field_type", "due_at", -1},
    {"{\"due_at\":\"\"}", "time_malformed", "due_at", -1},
    {"{\"due_at\":\"tomorrow\"}", "time_malformed", "due_at", -1},
    {"{\"due_at\":\"2026-02-30T00:00:00Z\"}", "time_malformed", "due_at", -1},
    {"{\"expires_at\":\"2026-01-31\"}", "time_malformed", "expires_at", -1},
    {"[{\"title\":\"a\"},{\"id\":1}]", "field_read_only", "id", 1},
    {"[{\"tags\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\",\"12\",\"13\",\"14\","
     "\"15\","
     "\"16\",\"17\",\"18\",\"19\",\"20\",\"21\"]}]",
     "tags_too_many", "tags", 0},
};

START_TEST(what_is_no_task_is_refused_by_its_cause)
{
    for (int i = 0; i < RUN_COUNT(refusals); i++) {
        const struct refusal *r = &refusals[i];
        tasks_patches *patches;
        ck_assert_msg(tasks_patches_read(r->json, strlen(r->json), &patches, &error) == TASKS_INVALID, "%s",
                      r->json);
        ck_assert_ptr_null(patches);
        ck_assert_msg(!strcmp(error.code, r->code), "%s: %s", r->json, error.code);
        ck_assert_msg(!strcmp(error.field, r->field), "%s: %s", r->json, error.field);
        ck_assert_msg(error.op_index == r->op_index, "%s: operation %d", r->json, error.op_index);
        ck_assert_int_eq(tasks_patches_read(r->json, strlen(r->json), &patches, NULL), TASKS_INVALID);
    }
}
END_TEST

START_TEST(values_out_of_range_are_kept_for_the_rules_to_refuse)
{
    static const char *const json[] = {"{\"priority\":10}", "{\"priority\":-1}", "{\"priority\":2147483648}",
                                       "{\"priority\":-9223372036854775808}",
                                       "{\"priority\":4294967297}"}; /* is 1 in 32 bits */
    for (int i = 0; i < RUN_COUNT(json); i++) {
        tasks_patches *patches = read_all(json[i]);
        int32_t priority = tasks_patches_at(patches, 0)->priority;
        ck_assert_msg(priority < 0 || priority > 9, "%s became %d", json[i], priority);
        tasks_patches_free(patches);
    }
}
END_TEST

/* An array of so many empty objects. */
static char *objects(int count)
{
    char *json = malloc((size_t)count * 3 + 2), *at = json;
    ck_assert_ptr_nonnull(json);
    *at++ = '[';
    for (int i = 0; i < count; i++)
        at = stpcpy(at, i ? ",{}" : "{}");
    *at++ = ']';
    *at = 0;
    return json;
}

START_TEST(a_batch_has_up_to_1000_tasks)
{
    char *most = objects(TASKS_LIMIT_MAX), *more = objects(TASKS_LIMIT_MAX + 1);
    tasks_patches *patches = read_all(most);
    ck_assert_uint_eq(tasks_patches_count(patches), TASKS_LIMIT_MAX);
    tasks_patches_free(patches);
    ck_assert_int_eq(tasks_patches_read(more, strlen(more), &patches, &error), TASKS_INVALID);
    ck_assert_str_eq(error.code, "batch_too_large");
    free(most);
    free(more);
}
END_TEST

START_TEST(depth_is_limited)
{
    char json[256] = "{\"tags\":";
    tasks_patches *patches;
    memset(json + 8, '[', 100);
    memset(json + 108, ']', 100);
    json[208] = '}';
    ck_assert_int_eq(tasks_patches_read(json, strlen(json), &patches, &error), TASKS_INVALID);
    ck_assert_str_eq(error.code, "json_too_deep");
}
END_TEST

/* ---- Times ---- */

START_TEST(times_are_read_and_written)
{
    static const struct {
        const char *text, *again;
        int64_t time_ms;
    } times[] = {{"1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z", 0},
                 {"2026-01-31T10:30:00.5+01:00", "2026-01-31T09:30:00.500Z", INT64_C(1769851800500)},
                 {"0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z", INT64_C(-62167219200000)},
                 {"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z", INT64_C(253402300799999)}};
    for (int i = 0; i < RUN_COUNT(times); i++) {
        int64_t time_ms;
        char text[25];
        ck_assert_int_eq(tasks_time_read(times[i].text, &time_ms, &error), TASKS_OK);
        ck_assert_int_eq(time_ms, times[i].time_ms);
        tasks_time_write(time_ms, text);
        ck_assert_str_eq(text, times[i].again);
    }
}
END_TEST

START_TEST(what_is_no_time_is_refused)
{
    static const char *const texts[] = {NULL, "", "now", "2026-01-31", "2026-01-31T09:30:00", "1"};
    static const int64_t numbers[] = {TASKS_NO_TIME, INT64_MAX, INT64_C(253402300800000),
                                      INT64_C(-62167219200001)};
    for (int i = 0; i < RUN_COUNT(texts); i++) {
        int64_t time_ms = 5;
        ck_assert_int_eq(tasks_time_read(texts[i], &time_ms, &error), TASKS_INVALID);
        ck_assert_str_eq(error.code, "time_malformed");
        ck_assert_int_eq(tasks_time_read(texts[i], &time_ms, NULL), TASKS_INVALID);
    }
    for (int i = 0; i < RUN_COUNT(numbers); i++) {
        char text[25] = "x";
        tasks_time_write(numbers[i], text);
        ck_assert_str_eq(text, "");
    }
}
END_TEST

int main(void)
{
    return run_suite("patches",
                     (const TTest *[]){
                         every_member_is_read, null_clears_and_what_is_missing_is_left_alone,
                         an_array_is_a_batch, any_number_is_an_order, what_is_no_task_is_refused_by_its_cause,
                         values_out_of_range_are_kept_for_the_rules_to_refuse, a_batch_has_up_to_1000_tasks,
                         depth_is_limited, times_are_read_and_written, what_is_no_time_is_refused, NULL});
}
