#include "aws_retry.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum { FIRST_MS = 100, LONGEST_MS = 2000 };

bool aws_retry_helps(tasks_status status, const tasks_error *error, const https_reply *reply)
{
    if (status)
        return status == TASKS_TIMEOUT || strcmp(error->code, "call_failed") == 0;
    return reply->status == 429 || reply->status >= 500;
}

static uint32_t random_below(uint32_t limit)
{
    uint32_t number = 0;
    if (getrandom(&number, sizeof number, GRND_NONBLOCK) != sizeof number)
        return limit / 2;
    return number % limit;
}

bool aws_retry_wait(aws_retry *retry)
{
    if (++retry->tries >= retry->tries_max)
        return false;
    uint32_t most = FIRST_MS;
    for (int i = 1; i < retry->tries && most < LONGEST_MS; i++)
        most *= 2;
    uint32_t wait = random_below((most < LONGEST_MS ? most : LONGEST_MS) + 1);
    struct timespec left = {.tv_sec = wait / 1000, .tv_nsec = (long)(wait % 1000) * 1000000};
    while (nanosleep(&left, &left) && errno == EINTR)
        continue;
    return true;
}
