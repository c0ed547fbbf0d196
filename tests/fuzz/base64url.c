#include "base64url.h"

#include <string.h>

#include "fuzz.h"

enum { BYTES_MAX = 64 };

/* Any bytes come back from their text. */
static void check_bytes(const uint8_t *bytes, size_t count)
{
    char text[BASE64URL_SIZE(BYTES_MAX)];
    uint8_t again[BYTES_MAX];
    base64url_write(bytes, count, text);
    FUZZ_CHECK(strlen(text) == BASE64URL_SIZE(count) - 1);
    FUZZ_CHECK(base64url_read(text, strlen(text), again, count));
    FUZZ_CHECK(memcmp(bytes, again, count) == 0);
}

/* Any text that is read is the only one for its bytes. */
static void check_text(const char *text, size_t length)
{
    char again[BASE64URL_SIZE(BYTES_MAX)];
    uint8_t bytes[BYTES_MAX];
    for (size_t count = 0; count <= BYTES_MAX; count++) {
        if (!base64url_read(text, length, bytes, count))
            continue;
        base64url_write(bytes, count, again);
        FUZZ_CHECK(strlen(again) == length && memcmp(text, again, length) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    check_text((const char *)bytes, length);
    if (length > 0 && length <= BYTES_MAX)
        check_bytes(bytes, length);
    return 0;
}
