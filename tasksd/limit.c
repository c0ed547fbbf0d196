#include "limit.h"

#include <stdio.h>
#include <string.h>

#include "number.h"
#include "problem.h"

enum { COUNT_MAX = 1000000 };

static const struct {
    const char *name;
    int64_t seconds;
} periods[] = {{"/s", 1}, {"/m", 60}, {"/h", 3600}};

static int64_t period_named(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++)
        if (length == strlen(periods[i].name) && memcmp(periods[i].name, name, length) == 0)
            return periods[i].seconds;
    return 0;
}

const char *limit_read(const char *text, struct buckets_rate *out)
{
    size_t digits = strspn(text, "0123456789");
    const char *period = text + digits, *burst = strchrnul(period, ':');
    out->period_s = period_named(period, (size_t)(burst - period));
    bool good = out->period_s && number_read(text, digits, 1, COUNT_MAX, &out->count);
    out->burst = out->count;
    if (*burst)
        good = good && number_read(burst + 1, strlen(burst + 1), 1, COUNT_MAX, &out->burst);
    return good ? NULL : "is not a rate such as 50/s, 50/s:200 or 1000/h:100, from 1 to 1000000";
}

/* The table is keyed by hashes, so that whoever picks his names or addresses cannot meet those of others. */
static struct lru_key client_of(const struct access *access, const struct http_request *rq,
                                const struct auth_who *who)
{
    char text[TASKS_OWNER_MAX + 32];
    struct address address;
    if (who->token)
        return lru_key(text, (size_t)snprintf(text, sizeof text, "token %lld", (long long)who->token));
    if (*who->owner)
        return lru_key(text, (size_t)snprintf(text, sizeof text, "owner %s", who->owner));
    address = access_client(access, rq);
    return lru_key(&address, sizeof address);
}

static void describe(struct http_response *rs, const struct buckets_rate *rate,
                     const struct buckets_state *state)
{
    int64_t window_s = (rate->burst * rate->period_s + rate->count - 1) / rate->count;
    buf_print(&rs->fields, "RateLimit-Policy: \"default\";q=%lld;w=%lld\r\n", (long long)rate->burst,
              (long long)window_s);
    buf_print(&rs->fields, "RateLimit: \"default\";r=%lld;t=%lld\r\n", (long long)state->left,
              (long long)state->full_s);
}

int limit_check(struct buckets *buckets, const struct access *access, const struct http_request *rq,
                struct http_response *rs, const struct auth_who *who)
{
    struct lru_key client = client_of(access, rq, who);
    struct buckets_state state = buckets_take(buckets, &client, 1, log_clock_us());
    describe(rs, buckets_rate(buckets), &state);
    if (state.enough)
        return 0;
    buf_print(&rs->fields, "Retry-After: %lld\r\n", (long long)state.retry_s);
    return problem(rs, 429, "rate_limited", "too many requests; see Retry-After");
}
