#include "timestamp.h"

#include <string.h>

#include "fuzz.h"

static void check_time(int64_t time_ms)
{
    int64_t again;
    char text[TIMESTAMP_SIZE];
    FUZZ_CHECK(timestamp_valid(time_ms));
    timestamp_write(time_ms, text);
    FUZZ_CHECK(strlen(text) == TIMESTAMP_SIZE - 1);
    FUZZ_CHECK(timestamp_read(text, TIMESTAMP_SIZE - 1, &again) && again == time_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    int64_t time_ms;
    if (timestamp_read((const char *)bytes, length, &time_ms))
        check_time(time_ms);
    if (length < sizeof time_ms)
        return 0;
    memcpy(&time_ms, bytes, sizeof time_ms);
    if (timestamp_valid(time_ms))
        check_time(time_ms);
    return 0;
}
