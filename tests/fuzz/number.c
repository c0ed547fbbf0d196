#include "number.h"

#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "json_in.h"

/* An integer has one text: what is read is what is written for it. */
static void check_text(const char *text, size_t length)
{
    int64_t number;
    char again[NUMBER_INT_SIZE];
    if (!number_read(text, length, INT64_MIN, INT64_MAX, &number))
        return;
    FUZZ_CHECK(number_write_int(number, again) == length && memcmp(text, again, length) == 0);
    FUZZ_CHECK(number_read(text, length, number, number, &number));
    FUZZ_CHECK(number == INT64_MAX || !number_read(text, length, number + 1, INT64_MAX, &number));
    FUZZ_CHECK(number == INT64_MIN || !number_read(text, length, INT64_MIN, number - 1, &number));
}

/* A finite double comes back from its text, which is JSON. */
static void check_double(double number)
{
    char text[NUMBER_SIZE];
    json_t *value;
    size_t length = number_write(number, text);
    FUZZ_CHECK(length == strlen(text) && length < NUMBER_SIZE);
    FUZZ_CHECK(strtod(text, NULL) == number && !signbit(strtod(text, NULL)) == !signbit(number));
    FUZZ_CHECK(json_in_read(text, length, &value, NULL) == TASKS_OK);
    FUZZ_CHECK(json_number_value(value) == number);
    json_decref(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    double number;
    check_text((const char *)bytes, length);
    if (length < sizeof number)
        return 0;
    memcpy(&number, bytes, sizeof number);
    if (isfinite(number))
        check_double(number);
    return 0;
}
