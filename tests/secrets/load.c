/* load URL SECONDS: 64 clients that ask without a pause. For each tenth of a second in which an answer was a
 * 5xx, or none came, a line says when (in ms since the start) and how many; the last line is the sum. */
#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CLIENTS = 64, SLICE_MS = 100, SLICES_MAX = 1200, TICK_MS = 100, STILL_MS = 2000 };

static const char *url;
static atomic_int stood_still; /* how often */
static long end_ms;
static atomic_int bad[SLICES_MAX];
static atomic_long served;

static long now_ms(void)
{
    static struct timespec start;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!start.tv_sec)
        start = now;
    return (now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000;
}

static size_t forget(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    (void)context;
    return size * count;
}

/* Requests that were under way while the whole machine stood still run out of time, and say nothing of us. */
static void *watch_time(void *context)
{
    const struct timespec tick = {.tv_nsec = TICK_MS * 1000000L};
    for (long last = now_ms(), now; last < end_ms; last = now) {
        nanosleep(&tick, NULL);
        now = now_ms();
        if (now - last > STILL_MS) {
            atomic_fetch_add(&stood_still, 1);
            printf("stood still %ld %ld\n", last, now);
        }
    }
    return context;
}

static void ask(CURL *curl)
{
    long status = 0;
    int still = atomic_load(&stood_still);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK && status == 200)
        atomic_fetch_add(&served, 1);
    else if (still == atomic_load(&stood_still))
        atomic_fetch_add(&bad[now_ms() / SLICE_MS], 1);
}

static void *run_client(void *context)
{
    const struct timespec pause = {.tv_nsec = 5000000};
    CURL *curl = curl_easy_init();
    if (!curl)
        abort();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 30000L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, forget);
    while (now_ms() < end_ms) {
        ask(curl);
        nanosleep(&pause, NULL); /* so many clients leave the machine to others that way */
    }
    curl_easy_cleanup(curl);
    return context;
}

int main(int argc, char **argv)
{
    pthread_t threads[CLIENTS + 1];
    if (argc != 3)
        return EXIT_FAILURE;
    url = argv[1];
    now_ms();
    end_ms = strtol(argv[2], NULL, 10) * 1000;
    if (end_ms <= 0 || end_ms > SLICES_MAX * SLICE_MS / 2)
        return EXIT_FAILURE;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    for (int i = 0; i <= CLIENTS; i++)
        if (pthread_create(&threads[i], NULL, i < CLIENTS ? run_client : watch_time, NULL))
            return EXIT_FAILURE;
    for (int i = 0; i <= CLIENTS; i++)
        pthread_join(threads[i], NULL);
    int all_bad = 0;
    for (int i = 0; i < SLICES_MAX; i++) {
        int count = atomic_load(&bad[i]);
        all_bad += count;
        if (count)
            printf("bad %d %d\n", i * SLICE_MS, count);
    }
    printf("served %ld bad %d\n", atomic_load(&served), all_bad);
    return EXIT_SUCCESS;
}
