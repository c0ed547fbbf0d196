#include "text.h"

#include <jansson.h>
#include <string.h>

#include "fuzz.h"

static size_t starts_of_characters(const char *text, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

static void check_trim(const char *text, size_t length)
{
    const char *trimmed = text;
    size_t left = length;
    text_trim(&trimmed, &left);
    FUZZ_CHECK(trimmed >= text && trimmed + left <= text + length);
    FUZZ_CHECK(text_count(trimmed, left) >= 0);
    FUZZ_CHECK(left == length || text_has_blank(text, length));
    const char *again = trimmed;
    size_t rest = left;
    text_trim(&again, &rest);
    FUZZ_CHECK(again == trimmed && rest == left);
}

/* jansson's own check of UTF-8 is the second opinion. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const char *text = (const char *)bytes;
    long count = text_count(text, length);
    json_t *opinion = json_stringn(text, length);
    FUZZ_CHECK((count >= 0) == (opinion != NULL));
    json_decref(opinion);
    text_has_control(text, length, "\n\t");
    if (count < 0)
        return 0;
    FUZZ_CHECK((size_t)count == starts_of_characters(text, length));
    check_trim(text, length);
    return 0;
}
