#include "number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

bool number_read(const char *text, size_t length, int64_t min, int64_t max, int64_t *out)
{
    size_t i = length > 0 && text[0] == '-';
    bool negative = i > 0;
    if (i == length || (text[i] == '0' && length > 1))
        return false;
    int64_t sum = 0; /* counted downwards: INT64_MIN has no positive twin */
    for (; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        if (__builtin_mul_overflow(sum, 10, &sum) || __builtin_sub_overflow(sum, text[i] - '0', &sum))
            return false;
    }
    if (!negative && __builtin_sub_overflow(0, sum, &sum))
        return false;
    if (sum < min || sum > max)
        return false;
    *out = sum;
    return true;
}

size_t number_write_int(int64_t value, char text[NUMBER_INT_SIZE])
{
    char digits[NUMBER_INT_SIZE];
    size_t count = 0, length = 0;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do
        digits[count++] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        text[length++] = '-';
    while (count)
        text[length++] = digits[--count];
    text[length] = '\0';
    return length;
}

/* Below 1e15 a whole number is its own shortest text; -0 is not, as integers have no -0. */
static bool is_plain_integer(double value)
{
    return fabs(value) < 1e15 && value == (double)(int64_t)value && !(value == 0 && signbit(value));
}

/* The locale may have put any text where JSON wants a point. */
static size_t copy_with_point(const char *from, char *to)
{
    size_t length = 0;
    for (; *from; from++) {
        bool plain = (*from >= '0' && *from <= '9') || *from == '-' || *from == '+' || *from == 'e';
        if (plain)
            to[length++] = *from;
        else if (length == 0 || to[length - 1] != '.')
            to[length++] = '.';
    }
    to[length] = '\0';
    return length;
}

size_t number_write(double value, char text[NUMBER_SIZE])
{
    char local[2 * NUMBER_SIZE];
    if (is_plain_integer(value))
        return number_write_int((int64_t)value, text);
    /* Fewer than 15 digits are only ever missed in subnormals: %g drops the zeros of all others. */
    int precision = fabs(value) < DBL_MIN ? 1 : DBL_DIG;
    do
        snprintf(local, sizeof local, "%.*g", precision, value);
    while (precision++ < DBL_DECIMAL_DIG && strtod(local, NULL) != value);
    return copy_with_point(local, text);
}
