/* Texts come back as they went in, byte for byte, and a search finds what it says. */
#include <stdio.h>

#include "contract.h"

#define REPEAT_4(text)   text text text text
#define REPEAT_20(text)  REPEAT_4(text) REPEAT_4(text) REPEAT_4(text) REPEAT_4(text) REPEAT_4(text)
#define REPEAT_100(text) REPEAT_20(text) REPEAT_20(text) REPEAT_20(text) REPEAT_20(text) REPEAT_20(text)

/* Texts that have hurt others. None has a control character or a blank at an end. */
static const char *const texts[] = {
    "plain",
    "0",
    "-1",
    "1e5",
    "NULL",
    "null",
    "true",
    "undefined",
    "\\N",
    "\\x00",
    "\\",
    "\\\\",
    "a\\",
    "'",
    "''",
    "\"",
    "`",
    "'; DROP TABLE tasks; --",
    "\" OR \"\"=\"",
    "%s%n%d%%",
    "$1 ?1 :a @b",
    "${HOME} $(id) `id`",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "{\"a\":[1]}",
    "{a,b}",
    "{NULL}",
    "a,b",
    "(1,2)",
    "#tag/with?query&and=more",
    "--flag",
    "E'\\n'",
    "é",             /* composed */
    "e\xCC\x81",     /* decomposed: another text */
    "ﬀ ﬃ Ⅷ ½",       /* would change when normalised */
    "İıIi ßẞ ΣΑΣ",   /* would change when folded */
    "مرحبا بالعالم", /* right to left */
    "\xE2\x80\xAE"
    "abc\xE2\x80\xAC",                                   /* override and back */
    "שָׁלוֹם",                                              /* with points */
    "Z\xCC\xB6\xCC\x81\xCC\x88\xCC\x97\xCC\xB4\xCC\x9B", /* a pile of marks */
    "漢字かな한글ไทย",
    "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7", /* joined emoji */
    "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA",                                         /* a flag */
    "\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD",                                         /* skin tone */
    "\xEF\xBB\xBF"
    "after a byte order mark",
    "zero\xE2\x80\x8Bwidth\xE2\x81\xA0joined",
    "soft\xC2\xADhyphen",
    "\xEF\xBF\xBD",             /* U+FFFD */
    "\xEF\xBF\xBE\xEF\xBF\xBF", /* not characters, but valid */
    "\xEE\x80\x80",             /* private use */
    "\xF4\x8F\xBF\xBF",         /* U+10FFFF */
    "\xF0\x90\x80\x80",         /* the first of four bytes */
};

/* The longest of each, in the widest characters. */
#define WIDE_500 REPEAT_100("\xF0\x9F\x98\x80") REPEAT_4(REPEAT_100("\xF0\x9F\x98\x81"))
#define WIDE_49                                                                                              \
    REPEAT_20("\xF0\x9F\x98\x80")                                                                            \
    REPEAT_20("\xF0\x9F\x98\x81")                                                                            \
    REPEAT_4("\xE2\x82\xAC"                                                                                  \
             "x")                                                                                            \
    "y"

static void comes_back(const tasks_patch *patch)
{
    tasks_task *made = kit_create(kit_db(), patch);
    tasks_task *found = kit_get(kit_db(), made->id);
    ck_assert_str_eq(found->title, patch->title);
    if (patch->set & TASKS_SET_NOTES)
        ck_assert_str_eq(found->notes, patch->notes);
    if (patch->set & TASKS_SET_UID)
        ck_assert_str_eq(found->uid, patch->uid);
    ck_assert_uint_eq(found->tag_count, patch->tag_count);
    for (uint32_t i = 0; i < found->tag_count; i++)
        ck_assert_str_eq(found->tags[i], patch->tags[i]);
    kit_same(made, found);
    tasks_task_free(made);
    tasks_task_free(found);
}

static void tag_comes_back(const char *text)
{
    const char *tags[] = {text, "other"};
    tasks_patch patch = kit_titled("tagged");
    patch.set |= TASKS_SET_TAGS;
    patch.tags = tags;
    patch.tag_count = KIT_COUNT(tags);
    comes_back(&patch);
    tasks_query query = TASKS_QUERY_INIT;
    query.tag = text;
    tasks_page *page = kit_list(kit_db(), &query);
    ck_assert_msg(tasks_page_count(page) == 1, "the tag \"%s\" is not found", text);
    tasks_page_free(page);
}

START_TEST(texts_come_back_byte_for_byte)
{
    for (int i = 0; i < KIT_COUNT(texts); i++) {
        tasks_patch patch = kit_titled(texts[i]);
        patch.set |= TASKS_SET_NOTES | TASKS_SET_UID;
        patch.notes = patch.uid = texts[i];
        comes_back(&patch);
        if (!strpbrk(texts[i], " "))
            tag_comes_back(texts[i]);
    }
}
END_TEST

START_TEST(notes_keep_their_white_space)
{
    static const char *const notes[] = {" ", "\n", "\t\n\t", "  both ends  ", "a\n\n\nb\n", "\xC2\xA0"};
    for (int i = 0; i < KIT_COUNT(notes); i++) {
        tasks_patch patch = kit_titled("x");
        patch.set |= TASKS_SET_NOTES;
        patch.notes = notes[i];
        comes_back(&patch);
    }
}
END_TEST

/* Twenty that differ in their last character only. */
static const char *const *longest_tags(void)
{
    static char tags[TASKS_TAGS_MAX][sizeof WIDE_49 + 1];
    static const char *pointers[TASKS_TAGS_MAX];
    for (int i = 0; i < TASKS_TAGS_MAX; i++) {
        memcpy(tags[i], WIDE_49, sizeof WIDE_49);
        tags[i][sizeof WIDE_49 - 1] = (char)('a' + i);
        pointers[i] = tags[i];
    }
    return pointers;
}

START_TEST(the_longest_texts_fit_whole)
{
    static char notes[TASKS_NOTES_MAX * 4 + 1], uid[TASKS_UID_MAX + 1];
    memset(uid, 'u', TASKS_UID_MAX);
    for (size_t i = 0; i < sizeof notes - 1; i++)
        notes[i] = "\xF0\x9F\x98\x82"[i % 4];
    tasks_patch patch = kit_titled(WIDE_500);
    patch.set |= TASKS_SET_NOTES | TASKS_SET_TAGS | TASKS_SET_UID;
    patch.notes = notes;
    patch.tags = longest_tags();
    patch.tag_count = TASKS_TAGS_MAX;
    patch.uid = uid;
    comes_back(&patch);
}
END_TEST

/* ---- Searching ---- */

static const struct search {
    const char *title, *notes, *text;
    bool found;
} searches[] = {
    {"Buy milk", "", "milk", true},
    {"Buy milk", "", "MILK", true},
    {"BUY MILK", "", "y m", true},
    {"Buy milk", "", "Buy milk", true},
    {"Buy milk", "", "Buy milk ", false},
    {"Buy milk", "", "mlk", false},
    {"Buy milk", "", "milkbuy", false},
    {"Buy", "two litres of MILK", "milk", true},
    {"Buy mi", "lk", "milk", false}, /* not across title and notes */
    {"a\\b", "", "\\", true},
    {"ab", "", "\\", false},
    {"100%", "", "%", true},
    {"100", "", "%", false},
    {"10 percent", "", "1%t", false},
    {"snake_case", "", "_", true},
    {"snakecase", "", "_", false},
    {"snakecase", "", "snake_ase", false},
    {"a*b?c[d]", "", "*b?c[d]", true},
    {"abc", "", "a*", false},
    {"abc", "", "[a-c]", false},
    {"a.c", "", "a.c", true},
    {"abc", "", "a.c", false},
    {"abc", "", "^a", false},
    {"it's", "", "'", true},
    {"say \"hi\"", "", "\"HI\"", true},
    {"Äpfel", "", "Äpfel", true},
    {"Äpfel", "", "äpfel", false}, /* only ASCII letters have their case put aside */
    {"Äpfel", "", "ÄPFEL", true},
    {"STRASSE", "", "straße", false},
    {"İstanbul", "", "istanbul", false},
    {"K", "", "\xE2\x84\xAA", false}, /* the Kelvin sign is no K */
    {"\xC3\xA9t\xC3\xA9", "", "\xC3\xA9", true},
    {"e\xCC\x81", "", "\xC3\xA9", false}, /* not normalised */
    {"\xF0\x9F\x98\x80 happy", "", "\xF0\x9F\x98\x80", true},
    {"\xF0\x9F\x98\x80 happy", "", "\xF0\x9F\x98\x81", false},
    {"漢字", "", "字", true},
    {"x", "", "x", true},
    {"notes null?", "", "null", true},
};

static uint32_t found_by(tasks_db *view, const struct search *s)
{
    tasks_query query = TASKS_QUERY_INIT;
    tasks_patch patch = kit_titled(s->title);
    patch.set |= TASKS_SET_NOTES;
    patch.notes = s->notes;
    tasks_task_free(kit_create(view, &patch));
    query.text = s->text;
    tasks_page *page = kit_list(view, &query);
    uint32_t count = tasks_page_count(page);
    tasks_page_free(page);
    return count;
}

START_TEST(a_search_finds_a_text_in_title_or_notes)
{
    for (int i = 0; i < KIT_COUNT(searches); i++) {
        const struct search *s = &searches[i];
        char owner[32];
        snprintf(owner, sizeof owner, "owner of row %d", i);
        tasks_db *view = kit_view(owner);
        ck_assert_msg(found_by(view, s) == (s->found ? 1 : 0), "\"%s\" in \"%s\", \"%s\"", s->text, s->title,
                      s->notes);
        tasks_close(view);
    }
}
END_TEST

START_TEST(a_search_may_be_as_long_as_200_characters)
{
    static const char wide[] = REPEAT_100("\xF0\x9F\x98\x80") REPEAT_100("\xF0\x9F\x98\x80");
    tasks_query query = TASKS_QUERY_INIT;
    tasks_patch patch = kit_titled(wide);
    tasks_task_free(kit_create(kit_db(), &patch));
    query.text = wide;
    tasks_page *page = kit_list(kit_db(), &query);
    ck_assert_uint_eq(tasks_page_count(page), 1);
    tasks_page_free(page);
}
END_TEST

TCase *contract_texts(void)
{
    TCase *group = tcase_create("texts");
    tcase_add_test(group, texts_come_back_byte_for_byte);
    tcase_add_test(group, notes_keep_their_white_space);
    tcase_add_test(group, the_longest_texts_fit_whole);
    tcase_add_test(group, a_search_finds_a_text_in_title_or_notes);
    tcase_add_test(group, a_search_may_be_as_long_as_200_characters);
    return group;
}
