/* What is put in arrives at a real server over a real socket, and what cannot is dropped and counted. */
#include "outbox.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run.h"
#include "web.h"

enum { BODY_MAX = 4096, PATIENCE_MS = 30000, STEP_MS = 2 };

static struct {
    pthread_mutex_t lock;
    char body[BODY_MAX], secret[64], type[64];
    int status; /* of the answers */
    bool hanging;
} service = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void serve(void *context, const web_request *request, web_peer *peer)
{
    (void)context;
    pthread_mutex_lock(&service.lock);
    int status = service.status;
    bool hanging = service.hanging;
    snprintf(service.body, sizeof service.body, "%s", request->body);
    web_header(request, "X-Secret", service.secret, sizeof service.secret);
    web_header(request, "Content-Type", service.type, sizeof service.type);
    pthread_mutex_unlock(&service.lock);
    if (hanging)
        web_hang(peer);
    web_answer(peer, status, "", "{}");
}

static web *start(int status, bool hanging)
{
    service.status = status;
    service.hanging = hanging;
    service.body[0] = '\0';
    return web_start(serve, NULL, NULL, NULL);
}

static struct outbox *open_box(web *s, size_t items_max, size_t in_a_post)
{
    static const char *const headers[] = {"X-Secret: knock", NULL};
    static char url[128]; /* lives longer than the server does */
    tasks_error error;
    snprintf(url, sizeof url, "%s", web_url(s, "127.0.0.1", "/in"));
    struct outbox *o = outbox_new(&(struct outbox_options){.name = "test",
                                                           .url = url,
                                                           .plain = true,
                                                           .headers = headers,
                                                           .before = "[",
                                                           .after = "]",
                                                           .items_max = items_max,
                                                           .items_in_a_post = in_a_post,
                                                           .gather_ms = 20},
                                  &error);
    ck_assert_ptr_nonnull(o);
    return o;
}

static void put(struct outbox *o, const char *text)
{
    buf item;
    buf_init(&item, 1024);
    buf_text(&item, text);
    outbox_put(o, &item);
}

static struct outbox_figures await(struct outbox *o, uint64_t items)
{
    struct outbox_figures figures = outbox_figures(o);
    for (int ms = 0; ms < PATIENCE_MS && figures.sent + figures.dropped < items; ms += STEP_MS) {
        usleep(STEP_MS * 1000);
        figures = outbox_figures(o);
    }
    return figures;
}

START_TEST(items_go_together)
{
    web *s = start(200, false);
    struct outbox *o = open_box(s, 8, 3);
    put(o, "1");
    put(o, "2");
    put(o, "3"); /* as many as a post takes: nobody is waited for */
    ck_assert_uint_eq(await(o, 3).sent, 3);
    ck_assert_str_eq(service.body, "[1,2,3]");
    ck_assert_str_eq(service.secret, "knock");
    ck_assert_str_eq(service.type, "application/json");
    put(o, "4"); /* goes alone, after a while */
    ck_assert_uint_eq(await(o, 4).sent, 4);
    ck_assert_str_eq(service.body, "[4]");
    ck_assert_int_eq(web_count(s), 2);
    outbox_free(o);
    web_stop(s);
}
END_TEST

START_TEST(what_is_left_goes_at_the_end)
{
    web *s = start(202, false);
    struct outbox *o = open_box(s, 8, 8);
    put(o, "1");
    outbox_free(o);
    ck_assert_str_eq(service.body, "[1]");
    web_stop(s);
    outbox_free(NULL);
}
END_TEST

START_TEST(a_refusal_is_final)
{
    web *s = start(400, false);
    struct outbox *o = open_box(s, 8, 1);
    put(o, "1");
    struct outbox_figures figures = await(o, 1);
    ck_assert_uint_eq(figures.dropped, 1);
    ck_assert_uint_eq(figures.sent, 0);
    ck_assert_int_eq(web_count(s), 1);
    outbox_free(o);
    web_stop(s);
}
END_TEST

START_TEST(a_failure_is_tried_again)
{
    web *s = start(503, false);
    struct outbox *o = open_box(s, 8, 1);
    put(o, "1");
    for (int ms = 0; ms < PATIENCE_MS && web_count(s) < 1; ms += STEP_MS)
        usleep(STEP_MS * 1000);
    pthread_mutex_lock(&service.lock);
    service.status = 200;
    pthread_mutex_unlock(&service.lock);
    ck_assert_uint_eq(await(o, 1).sent, 1);
    ck_assert_int_ge(web_count(s), 2);
    outbox_free(o);
    web_stop(s);
}
END_TEST

/* The service takes a post and never answers: who puts in goes on all the same. */
START_TEST(what_finds_no_place_is_dropped)
{
    enum { PLACES = 4, PUT = 100 };
    web *s = start(200, true);
    struct outbox *o = open_box(s, PLACES, 1);
    put(o, "1");
    for (int ms = 0; ms < PATIENCE_MS && web_count(s) < 1; ms += STEP_MS)
        usleep(STEP_MS * 1000);
    ck_assert_int_eq(web_count(s), 1);
    for (int i = 0; i < PUT; i++)
        put(o, "2");
    ck_assert_uint_eq(outbox_figures(o).dropped, PUT - PLACES);
    web_stop(s);
    outbox_free(o);
}
END_TEST

START_TEST(a_text_that_failed_is_counted)
{
    buf item;
    web *s = start(200, false);
    struct outbox *o = open_box(s, 8, 1);
    buf_init(&item, 1);
    buf_text(&item, "too long");
    outbox_put(o, &item);
    ck_assert_uint_eq(outbox_figures(o).dropped, 1);
    outbox_free(o);
    web_stop(s);
}
END_TEST

int main(void)
{
    return run_suite("outbox",
                     (const TTest *[]){items_go_together, what_is_left_goes_at_the_end, a_refusal_is_final,
                                       a_failure_is_tried_again, what_finds_no_place_is_dropped,
                                       a_text_that_failed_is_counted, NULL});
}
