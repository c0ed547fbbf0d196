#include "rules.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "timestamp.h"

static arena memory;
static tasks_error error;

static void setup(void)
{
    arena_init(&memory);
}

static void teardown(void)
{
    arena_done(&memory);
}

/* The call must be refused as INVALID with this code, naming this field; or accepted when there is none. */
static void verdict(const char *name, tasks_status status, const char *code, const char *field)
{
    if (!code) {
        ck_assert_msg(status == TASKS_OK, "%s: %s %s", name, error.code, error.message);
        return;
    }
    ck_assert_msg(status == TASKS_INVALID && error.status == status, "%s: %d", name, status);
    ck_assert_msg(!strcmp(error.code, code), "%s: %s, not %s", name, error.code, code);
    ck_assert_msg(!strcmp(error.field, field), "%s: field \"%s\", not \"%s\"", name, error.field, field);
    ck_assert_str_ne(error.message, "");
}

/* `count` times the same character, which is written with 1 to 4 bytes. */
static const char *repeated(int count, int width)
{
    static const char *const characters[] = {"", "x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
    char *text = arena_alloc(&memory, (size_t)(count * width + 1));
    char *at = text;
    *at = 0;
    for (int i = 0; i < count; i++)
        at = stpcpy(at, characters[width]);
    return text;
}

/* ---- Patches, member by member ---- */

#define PATCH(...)                                                                                           \
    {                                                                                                        \
        .struct_size = sizeof(tasks_patch), __VA_ARGS__                                                      \
    }
#define TAGS(...)                                                                                            \
    .set = TASKS_SET_TAGS, .tags = (const char *const[]){__VA_ARGS__},                                       \
    .tag_count = RUN_COUNT(((const char *const[]){__VA_ARGS__}))

static const struct patch_case {
    const char *name, *code, *field;
    bool create;
    tasks_patch patch;
} patch_cases[] = {
    {"nothing set", NULL, "", false, PATCH(.set = 0)},
    {"a title", NULL, "", true, PATCH(.set = TASKS_SET_TITLE, .title = "x")},
    {"no title at all", "title_required", "title", true, PATCH(.set = 0)},
    {"a title that is not set", "title_required", "title", true, PATCH(.set = 0, .title = "x")},
    {"a title of NULL", "title_required", "title", true, PATCH(.set = TASKS_SET_TITLE)},
    {"an empty title", "title_required", "title", true, PATCH(.set = TASKS_SET_TITLE, .title = "")},
    {"a new empty title", "title_required", "title", false, PATCH(.set = TASKS_SET_TITLE, .title = "")},
    {"a new title of NULL", "title_required", "title", false, PATCH(.set = TASKS_SET_TITLE)},
    {"a blank title", "title_required", "title", false,
     PATCH(.set = TASKS_SET_TITLE, .title = " \t\n\xC2\xA0\xE3\x80\x80")},
    {"notes of NULL", NULL, "", false, PATCH(.set = TASKS_SET_NOTES)},
    {"empty notes", NULL, "", false, PATCH(.set = TASKS_SET_NOTES, .notes = "")},
    {"notes of blanks", NULL, "", false, PATCH(.set = TASKS_SET_NOTES, .notes = " \n\t ")},
    {"notes with a carriage return", "text_control", "notes", false,
     PATCH(.set = TASKS_SET_NOTES, .notes = "a\r\nb")},
    {"a uid of NULL", NULL, "", false, PATCH(.set = TASKS_SET_UID)},
    {"an empty uid", NULL, "", false, PATCH(.set = TASKS_SET_UID, .uid = "")},
    {"no tags", NULL, "", false, PATCH(.set = TASKS_SET_TAGS)},
    {"tags", NULL, "", false, PATCH(TAGS("a", "A", "\xC3\xA9", "e\xCC\x81", "%", "'"))},
    {"tags that are not there", "tag_malformed", "tags", false, PATCH(.set = TASKS_SET_TAGS, .tag_count = 1)},
    {"a tag of NULL", "tag_malformed", "tags", false, PATCH(TAGS("a", NULL))},
    {"an empty tag", "tag_malformed", "tags", false, PATCH(TAGS("a", ""))},
    {"a tag with a blank", "tag_malformed", "tags", false, PATCH(TAGS("a b"))},
    {"a tag with a blank before it", "tag_malformed", "tags", false, PATCH(TAGS(" a"))},
    {"a tag with a no-break space", "tag_malformed", "tags", false, PATCH(TAGS("a\xC2\xA0z"))},
    {"a tag with an em space", "tag_malformed", "tags", false, PATCH(TAGS("a\xE2\x80\x83z"))},
    {"a tag with a tab", "text_control", "tags", false, PATCH(TAGS("a\tb"))},
    {"a tag twice", "tag_repeated", "tags", false, PATCH(TAGS("a", "b", "a"))},
    {"priority 0", NULL, "", false, PATCH(.set = TASKS_SET_PRIORITY, .priority = 0)},
    {"priority 9", NULL, "", false, PATCH(.set = TASKS_SET_PRIORITY, .priority = 9)},
    {"priority 10", "priority_range", "priority", false, PATCH(.set = TASKS_SET_PRIORITY, .priority = 10)},
    {"priority -1", "priority_range", "priority", false, PATCH(.set = TASKS_SET_PRIORITY, .priority = -1)},
    {"the least priority", "priority_range", "priority", false,
     PATCH(.set = TASKS_SET_PRIORITY, .priority = INT32_MIN)},
    {"the largest priority", "priority_range", "priority", false,
     PATCH(.set = TASKS_SET_PRIORITY, .priority = INT32_MAX)},
    {"a priority that is not set", NULL, "", false, PATCH(.set = 0, .priority = 77)},
    {"completed 1", NULL, "", false, PATCH(.set = TASKS_SET_COMPLETED, .completed = 1)},
    {"completed 2", "field_type", "completed", false, PATCH(.set = TASKS_SET_COMPLETED, .completed = 2)},
    {"completed -1", "field_type", "completed", false, PATCH(.set = TASKS_SET_COMPLETED, .completed = -1)},
    {"an order", NULL, "", false, PATCH(.set = TASKS_SET_ORDER, .order = -DBL_MAX)},
    {"no order", NULL, "", false, PATCH(.set = TASKS_SET_ORDER, .order = (double)NAN)},
    {"an infinite order", "order_range", "order", false,
     PATCH(.set = TASKS_SET_ORDER, .order = (double)INFINITY)},
    {"an order of minus infinity", "order_range", "order", false,
     PATCH(.set = TASKS_SET_ORDER, .order = -(double)INFINITY)},
    {"no due time", NULL, "", false, PATCH(.set = TASKS_SET_DUE_AT, .due_at_ms = TASKS_NO_TIME)},
    {"the first due time", NULL, "", false, PATCH(.set = TASKS_SET_DUE_AT, .due_at_ms = TIMESTAMP_MIN)},
    {"the last due time", NULL, "", false, PATCH(.set = TASKS_SET_DUE_AT, .due_at_ms = TIMESTAMP_MAX)},
    {"due before the first", "time_range", "due_at", false,
     PATCH(.set = TASKS_SET_DUE_AT, .due_at_ms = TIMESTAMP_MIN - 1)},
    {"due after the last", "time_range", "due_at", false,
     PATCH(.set = TASKS_SET_DUE_AT, .due_at_ms = TIMESTAMP_MAX + 1)},
    {"due at the end of numbers", "time_range", "due_at", false,
     PATCH(.set = TASKS_SET_DUE_AT, .due_at_ms = INT64_MAX)},
    {"due next to no time", "time_range", "due_at", false,
     PATCH(.set = TASKS_SET_DUE_AT, .due_at_ms = INT64_MIN + 1)},
    {"no expiry", NULL, "", false, PATCH(.set = TASKS_SET_EXPIRES_AT, .expires_at_ms = TASKS_NO_TIME)},
    {"expiry after the last", "time_range", "expires_at", false,
     PATCH(.set = TASKS_SET_EXPIRES_AT, .expires_at_ms = TIMESTAMP_MAX + 1)},
    {"a member that is not known", "op_malformed", "set", false, PATCH(.set = TASKS_SET_UID << 1)},
    {"the highest bit", "op_malformed", "set", false, PATCH(.set = UINT32_C(1) << 31)},
    {"a reserved member", "op_malformed", "set", false, PATCH(.set = 0, .reserved = 1)},
};

START_TEST(patches_keep_every_rule)
{
    for (int i = 0; i < RUN_COUNT(patch_cases); i++) {
        const struct patch_case *c = &patch_cases[i];
        backend_fields fields;
        verdict(c->name, rules_patch(&memory, &c->patch, c->create, &fields, &error), c->code, c->field);
        ck_assert_int_eq(rules_patch(&memory, &c->patch, c->create, &fields, NULL),
                         c->code ? TASKS_INVALID : TASKS_OK);
    }
}
END_TEST

/* ---- Texts, the same in every member ---- */

static tasks_status check_text(uint32_t bit, const char *text)
{
    backend_fields fields;
    const char *const tags[] = {text};
    tasks_patch patch = TASKS_PATCH_INIT;
    patch.set = bit;
    patch.title = patch.notes = patch.uid = text;
    patch.tags = tags;
    patch.tag_count = 1;
    return rules_patch(&memory, &patch, false, &fields, &error);
}

static const struct text_member {
    const char *field, *too_long;
    uint32_t bit;
    int max;
    bool bytes; /* counts bytes, not characters */
} text_members[] = {
    {"title", "title_too_long", TASKS_SET_TITLE, TASKS_TITLE_MAX, false},
    {"notes", "notes_too_long", TASKS_SET_NOTES, TASKS_NOTES_MAX, false},
    {"uid", "uid_too_long", TASKS_SET_UID, TASKS_UID_MAX, true},
    {"tags", "tag_too_long", TASKS_SET_TAGS, TASKS_TAG_MAX, false},
};

START_TEST(texts_must_be_utf8_without_control_characters)
{
    static const struct bad_text {
        const char *text, *code;
    } bad[] = {
        {"\xFF", "text_malformed"},
        {"a\x80", "text_malformed"},
        {"\xC0\x80", "text_malformed"},             /* overlong */
        {"\xE0\x80\xAF", "text_malformed"},         /* overlong */
        {"\xED\xA0\x80", "text_malformed"},         /* a lone surrogate */
        {"\xED\xBF\xBF", "text_malformed"},         /* a lone surrogate */
        {"\xF4\x90\x80\x80", "text_malformed"},     /* above U+10FFFF */
        {"a\xE2\x82", "text_malformed"},            /* cut short */
        {"  \xE2\x82", "text_malformed"},           /* and not hidden by trimming */
        {"\xF8\x88\x80\x80\x80", "text_malformed"}, /* five bytes */
        {"a\x01z", "text_control"},
        {"a\x1Bz", "text_control"},
        {"a\x7Fz", "text_control"},
        {"a\xC2\x80z", "text_control"},     /* U+0080 */
        {"a\xC2\x85z", "text_control"},     /* U+0085 */
        {"a\xE2\x80\xA8z", "text_control"}, /* line separator */
        {"a\xE2\x80\xA9z", "text_control"}, /* paragraph separator */
    };
    for (int m = 0; m < RUN_COUNT(text_members); m++)
        for (int i = 0; i < RUN_COUNT(bad); i++)
            verdict(bad[i].text, check_text(text_members[m].bit, bad[i].text), bad[i].code,
                    text_members[m].field);
}
END_TEST

START_TEST(texts_may_be_as_long_as_promised_and_no_longer)
{
    for (int m = 0; m < RUN_COUNT(text_members); m++)
        for (int width = 1; width <= 4; width++) {
            const struct text_member *t = &text_members[m];
            int fits = t->bytes ? t->max / width : t->max;
            verdict(t->field, check_text(t->bit, repeated(fits, width)), NULL, "");
            verdict(t->field, check_text(t->bit, repeated(fits + 1, width)), t->too_long, t->field);
        }
}
END_TEST

START_TEST(a_title_is_measured_after_trimming)
{
    char title[2 * TASKS_TITLE_MAX];
    backend_fields fields;
    tasks_patch patch = TASKS_PATCH_INIT;
    patch.set = TASKS_SET_TITLE;
    patch.title = title;
    snprintf(title, sizeof title, "  \t%s\n ", repeated(TASKS_TITLE_MAX, 1));
    verdict("trimmed", rules_patch(&memory, &patch, true, &fields, &error), NULL, "");
    ck_assert_str_eq(fields.title, repeated(TASKS_TITLE_MAX, 1));
}
END_TEST

START_TEST(twenty_tags_and_no_more)
{
    char names[TASKS_TAGS_MAX + 1][8];
    const char *tags[TASKS_TAGS_MAX + 1];
    backend_fields fields;
    tasks_patch patch = TASKS_PATCH_INIT;
    for (int i = 0; i < RUN_COUNT(tags); i++) {
        snprintf(names[i], sizeof names[i], "t%d", i);
        tags[i] = names[i];
    }
    patch.set = TASKS_SET_TAGS;
    patch.tags = tags;
    patch.tag_count = TASKS_TAGS_MAX;
    verdict("20", rules_patch(&memory, &patch, false, &fields, &error), NULL, "");
    ck_assert_str_eq(fields.tags, "t0 t1 t2 t3 t4 t5 t6 t7 t8 t9 t10 t11 t12 t13 t14 t15 t16 t17 t18 t19");
    patch.tag_count++;
    verdict("21", rules_patch(&memory, &patch, false, &fields, &error), "tags_too_many", "tags");
    patch.tag_count = UINT32_MAX;
    verdict("very many", rules_patch(&memory, &patch, false, &fields, &error), "tags_too_many", "tags");
}
END_TEST

START_TEST(values_are_copied_and_the_rest_is_empty)
{
    char title[] = " x ", notes[] = "y";
    backend_fields fields;
    tasks_patch patch = TASKS_PATCH_INIT;
    patch.set = TASKS_SET_TITLE | TASKS_SET_NOTES | TASKS_SET_ORDER;
    patch.title = title;
    patch.notes = notes;
    patch.uid = "not set";
    patch.order = -0.0;
    patch.priority = 5;
    patch.due_at_ms = 5;
    ck_assert_int_eq(rules_patch(&memory, &patch, true, &fields, &error), TASKS_OK);
    *notes = title[1] = 'z';
    ck_assert_str_eq(fields.title, "x");
    ck_assert_str_eq(fields.notes, "y");
    ck_assert_ptr_null(fields.uid);
    ck_assert_str_eq(fields.tags, "");
    ck_assert_int_eq(fields.priority, 0);
    ck_assert_int_eq(fields.due_at_ms, TASKS_NO_TIME);
    ck_assert_int_eq(fields.expires_at_ms, TASKS_NO_TIME);
    ck_assert(fields.order == 0 && !signbit(fields.order));
}
END_TEST

/* ---- Structures of other versions ---- */

START_TEST(a_patch_tells_its_size)
{
    struct {
        tasks_patch known;
        int64_t new_member;
    } newer = {.known = TASKS_PATCH_INIT};
    tasks_patch *patch = &newer.known;
    backend_fields fields;
    patch->set = TASKS_SET_TITLE;
    patch->title = "x";
    static const uint32_t sizes[] = {0, 1, sizeof(uint32_t), 4097, UINT32_MAX};
    for (int i = 0; i < RUN_COUNT(sizes); i++) {
        patch->struct_size = sizes[i];
        verdict("size", rules_patch(&memory, patch, true, &fields, &error), "option_malformed", "");
    }
    verdict("NULL", rules_patch(&memory, NULL, true, &fields, &error), "option_malformed", "");
    patch->struct_size = offsetof(tasks_patch, notes); /* an older program: all that follows is zero */
    patch->notes = (const char *)1;
    verdict("older", rules_patch(&memory, patch, true, &fields, &error), NULL, "");
    ck_assert_str_eq(fields.title, "x");
    patch->struct_size = sizeof newer;
    patch->notes = NULL;
    verdict("newer, unused", rules_patch(&memory, patch, true, &fields, &error), NULL, "");
    newer.new_member = 1;
    verdict("newer, used", rules_patch(&memory, patch, true, &fields, &error), "option_malformed", "");
}
END_TEST

/* ---- Operations ---- */

static const tasks_patch titled = PATCH(.set = TASKS_SET_TITLE, .title = "x"),
                         untitled = PATCH(.set = TASKS_SET_NOTES), bad = PATCH(.set = TASKS_SET_TITLE);

static const struct op_case {
    const char *name, *code, *field;
    tasks_op op;
} op_cases[] = {
    {"create", NULL, "", {.kind = TASKS_CREATE, .patch = &titled}},
    {"create without a title", "title_required", "title", {.kind = TASKS_CREATE, .patch = &untitled}},
    {"create without a patch", "option_malformed", "", {.kind = TASKS_CREATE}},
    {"create with an id", "op_malformed", "id", {.kind = TASKS_CREATE, .id = 1, .patch = &titled}},
    {"create with a revision",
     "op_malformed",
     "id",
     {.kind = TASKS_CREATE, .if_revision = 1, .patch = &titled}},
    {"update", NULL, "", {.kind = TASKS_UPDATE, .id = 1, .patch = &untitled}},
    {"update the last id", NULL, "", {.kind = TASKS_UPDATE, .id = INT64_MAX, .patch = &untitled}},
    {"update of nothing", "op_malformed", "id", {.kind = TASKS_UPDATE, .patch = &titled}},
    {"update of -1", "op_malformed", "id", {.kind = TASKS_UPDATE, .id = -1, .patch = &titled}},
    {"update without a patch", "option_malformed", "", {.kind = TASKS_UPDATE, .id = 1}},
    {"update with a bad patch", "title_required", "title", {.kind = TASKS_UPDATE, .id = 1, .patch = &bad}},
    {"update if a negative revision",
     "op_malformed",
     "",
     {.kind = TASKS_UPDATE, .id = 1, .if_revision = -1, .patch = &titled}},
    {"delete", NULL, "", {.kind = TASKS_DELETE, .id = 1, .if_revision = 5}},
    {"delete, whatever its patch", NULL, "", {.kind = TASKS_DELETE, .id = 1, .patch = &bad}},
    {"delete of nothing", "op_malformed", "id", {.kind = TASKS_DELETE}},
    {"no kind", "op_malformed", "", {.id = 1, .patch = &titled}},
    {"a kind that is not known", "op_malformed", "", {.kind = TASKS_DELETE + 1, .id = 1, .patch = &titled}},
    {"the sweep of the inside", "op_malformed", "", {.kind = BACKEND_SWEEP, .id = 1}},
    {"a negative kind", "op_malformed", "", {.kind = -1, .id = 1}},
    {"a reserved member", "op_malformed", "", {.kind = TASKS_DELETE, .id = 1, .reserved = 1}},
};

START_TEST(operations_keep_every_rule)
{
    for (int i = 0; i < RUN_COUNT(op_cases); i++) {
        const struct op_case *c = &op_cases[i];
        backend_op op;
        verdict(c->name, rules_op(&memory, &c->op, &op, &error), c->code, c->field);
        if (!c->code) {
            ck_assert_int_eq(op.kind, c->op.kind);
            ck_assert_int_eq(op.id, c->op.id);
            ck_assert_int_eq(op.if_revision, c->op.if_revision);
        }
    }
}
END_TEST

/* ---- Queries ---- */

#define QUERY(...)                                                                                           \
    {                                                                                                        \
        .struct_size = sizeof(tasks_query), __VA_ARGS__                                                      \
    }

static const struct query_case {
    const char *name, *code, *field;
    tasks_query query;
} query_cases[] = {
    {"all zero", NULL, "", QUERY(.limit = 0)},
    {"limit 1", NULL, "", QUERY(.limit = 1)},
    {"limit 1000", NULL, "", QUERY(.limit = 1000)},
    {"limit 1001", "limit_range", "limit", QUERY(.limit = 1001)},
    {"the largest limit", "limit_range", "limit", QUERY(.limit = UINT32_MAX)},
    {"the last sort", NULL, "", QUERY(.sort = TASKS_SORT_UPDATED)},
    {"a sort after the last", "sort_unknown", "sort", QUERY(.sort = TASKS_SORT_UPDATED + 1)},
    {"a negative sort", "sort_unknown", "sort", QUERY(.sort = -1)},
    {"descending", NULL, "", QUERY(.descending = 1)},
    {"descending twice", "sort_unknown", "sort", QUERY(.descending = 2)},
    {"descending negatively", "sort_unknown", "sort", QUERY(.descending = -1)},
    {"completed", NULL, "", QUERY(.completed = TASKS_COMPLETED)},
    {"more than completed", "query_malformed", "completed", QUERY(.completed = TASKS_COMPLETED + 1)},
    {"less than any", "query_malformed", "completed", QUERY(.completed = -1)},
    {"a reserved member", "query_malformed", "completed", QUERY(.reserved = 1)},
    {"a tag", NULL, "", QUERY(.tag = "a")},
    {"an empty tag", "tag_malformed", "tag", QUERY(.tag = "")},
    {"a tag with a blank", "tag_malformed", "tag", QUERY(.tag = "a b")},
    {"a tag that is not UTF-8", "text_malformed", "tag", QUERY(.tag = "\xFF")},
    {"a text", NULL, "", QUERY(.text = " % ")},
    {"an empty text", "query_malformed", "q", QUERY(.text = "")},
    {"a text that is not UTF-8", "text_malformed", "q", QUERY(.text = "\xC3")},
    {"a text of two lines", "text_control", "q", QUERY(.text = "a\nb")},
    {"due before 1970", NULL, "", QUERY(.due_before_ms = -1)},
    {"due before the first time", NULL, "", QUERY(.due_before_ms = TIMESTAMP_MIN)},
    {"due before the last time", NULL, "", QUERY(.due_before_ms = TIMESTAMP_MAX)},
    {"due before no time", "time_range", "due_before", QUERY(.due_before_ms = TASKS_NO_TIME)},
    {"due before all times", "time_range", "due_before", QUERY(.due_before_ms = TIMESTAMP_MIN - 1)},
    {"due after all times", "time_range", "due_before", QUERY(.due_before_ms = TIMESTAMP_MAX + 1)},
    {"a cursor that is none", "cursor_malformed", "cursor", QUERY(.cursor = "x")},
    {"an empty cursor", "cursor_malformed", "cursor", QUERY(.cursor = "")},
};

START_TEST(queries_keep_every_rule)
{
    for (int i = 0; i < RUN_COUNT(query_cases); i++) {
        const struct query_case *c = &query_cases[i];
        backend_list list;
        verdict(c->name, rules_query(&memory, &c->query, &list, &error), c->code, c->field);
        ck_assert_int_eq(rules_query(&memory, &c->query, &list, NULL), c->code ? TASKS_INVALID : TASKS_OK);
    }
}
END_TEST

START_TEST(a_text_to_look_for_has_up_to_200_characters)
{
    backend_list list;
    tasks_query query = TASKS_QUERY_INIT;
    for (int width = 1; width <= 4; width++) {
        query.text = repeated(200, width);
        verdict("200", rules_query(&memory, &query, &list, &error), NULL, "");
        query.text = repeated(201, width);
        verdict("201", rules_query(&memory, &query, &list, &error), "query_malformed", "q");
    }
}
END_TEST

START_TEST(ascii_letters_to_look_for_become_small)
{
    backend_list list;
    tasks_query query = TASKS_QUERY_INIT;
    query.text = "AZ@[\xC3\x84\xC3\x89";
    ck_assert_int_eq(rules_query(&memory, &query, &list, &error), TASKS_OK);
    ck_assert_str_eq(list.text, "az@[\xC3\x84\xC3\x89");
}
END_TEST

START_TEST(no_query_is_the_default_one)
{
    backend_list list;
    ck_assert_int_eq(rules_query(&memory, NULL, &list, &error), TASKS_OK);
    ck_assert_uint_eq(list.limit, 100);
    ck_assert_int_eq(list.sort, TASKS_SORT_ID);
    ck_assert_int_eq(list.completed, TASKS_ANY);
    ck_assert(!list.descending && !list.continued && !list.tag && !list.text && !list.due_before_ms);
}
END_TEST

/* ---- Names and numbers ---- */

START_TEST(owners_and_keys_keep_their_rules)
{
    static const char *const bad_names[] = {"a\nb", "\x7F", "\xC2\x80", "\xFF", "\xED\xA0\x80"};
    verdict("the default owner", rules_owner("", &error), NULL, "");
    verdict("no owner", rules_owner(NULL, &error), "owner_malformed", "owner");
    verdict("the longest owner", rules_owner(repeated(255, 1), &error), NULL, "");
    verdict("a longer owner", rules_owner(repeated(256, 1), &error), "owner_malformed", "owner");
    verdict("a longer owner in bytes", rules_owner(repeated(128, 2), &error), "owner_malformed", "owner");
    verdict("no key", rules_key(NULL, &error), "key_malformed", "key");
    verdict("an empty key", rules_key("", &error), "key_malformed", "key");
    verdict("the longest key", rules_key(repeated(255, 1), &error), NULL, "");
    verdict("a longer key", rules_key(repeated(256, 1), &error), "key_malformed", "key");
    for (int i = 0; i < RUN_COUNT(bad_names); i++) {
        verdict(bad_names[i], rules_owner(bad_names[i], &error), "owner_malformed", "owner");
        verdict(bad_names[i], rules_key(bad_names[i], &error), "key_malformed", "key");
    }
}
END_TEST

START_TEST(ids_and_limits_keep_their_rules)
{
    uint32_t limit;
    verdict("id 1", rules_id(1, &error), NULL, "");
    verdict("the last id", rules_id(INT64_MAX, &error), NULL, "");
    verdict("id 0", rules_id(0, &error), "op_malformed", "id");
    verdict("the least id", rules_id(INT64_MIN, &error), "op_malformed", "id");
    verdict("no limit", rules_limit(0, &limit, &error), NULL, "");
    ck_assert_uint_eq(limit, 100);
    verdict("a limit", rules_limit(1000, &limit, &error), NULL, "");
    ck_assert_uint_eq(limit, 1000);
    verdict("too much", rules_limit(1001, &limit, &error), "limit_range", "limit");
}
END_TEST

/* Nothing of a task's text may end in a log by way of a message. */
START_TEST(messages_hold_nothing_of_the_text)
{
    static const char secret[] = "sesame";
    char text[64];
    for (int m = 0; m < RUN_COUNT(text_members); m++) {
        snprintf(text, sizeof text, "%s\x01%s", secret, secret);
        ck_assert_int_eq(check_text(text_members[m].bit, text), TASKS_INVALID);
        ck_assert_ptr_null(strstr(error.message, secret));
    }
}
END_TEST

int main(void)
{
    setup();
    int code = run_suite(
        "rules",
        (const TTest *[]){patches_keep_every_rule, texts_must_be_utf8_without_control_characters,
                          texts_may_be_as_long_as_promised_and_no_longer, a_title_is_measured_after_trimming,
                          twenty_tags_and_no_more, values_are_copied_and_the_rest_is_empty,
                          a_patch_tells_its_size, operations_keep_every_rule, queries_keep_every_rule,
                          a_text_to_look_for_has_up_to_200_characters, ascii_letters_to_look_for_become_small,
                          no_query_is_the_default_one, owners_and_keys_keep_their_rules,
                          ids_and_limits_keep_their_rules, messages_hold_nothing_of_the_text, NULL});
    teardown();
    return code;
}
