#include "json_out.h"

#include <string.h>

#include "fuzz.h"
#include "json_in.h"
#include "text.h"

enum { WRITTEN_MAX = 1 << 20 };

/* Any valid text, and any number made of the same bytes, comes back from a strict reader. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const char *text = (const char *)bytes;
    int64_t number = 0;
    memcpy(&number, bytes, length < sizeof number ? length : sizeof number);
    if (memchr(bytes, 0, length) || text_count(text, length) < 0)
        return 0;
    buf to;
    json_out out;
    json_t *value;
    buf_init(&to, WRITTEN_MAX);
    json_out_init(&out, &to);
    json_out_object(&out, NULL);
    json_out_text_n(&out, "text", text, length);
    json_out_int(&out, "number", number);
    json_out_object_end(&out);
    if (to.status == TASKS_OK) {
        FUZZ_CHECK(json_in_read(to.bytes, to.length, &value, NULL) == TASKS_OK);
        const json_t *back = json_object_get(value, "text");
        FUZZ_CHECK(json_string_length(back) == length);
        FUZZ_CHECK(memcmp(json_string_value(back), text, length) == 0);
        FUZZ_CHECK(json_integer_value(json_object_get(value, "number")) == number);
        json_decref(value);
    }
    buf_done(&to);
    return 0;
}
