/* Many clients, cut connections, and the same request again with its key: nothing twice, nothing lost. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "raw.h"
#include "run.h"

enum { CLIENTS = 64, TASKS_EACH = 6, CUTS_MAX = 3 };

static struct server server;

/* Sends the request, or the first `length` bytes of it and then ends the connection without a look at the
 * answer. Returns the status. */
static int send_once(const char *request, size_t length)
{
    bool cut = length > 0;
    struct raw_reply *reply = malloc(sizeof *reply);
    int fd = raw_connect(server.port), status = 0;
    if (fd >= 0 && raw_try_send(fd, request, cut ? length : strlen(request)) && !cut) {
        raw_receive(fd, reply);
        status = reply->status;
    }
    close(fd);
    free(reply);
    return status;
}

/* Cut somewhere, or after all of it was sent. */
static size_t cut_of(const char *request, unsigned *seed)
{
    size_t length = strlen(request);
    return rand_r(seed) % 2 ? length : 1 + (size_t)rand_r(seed) % length;
}

/* Sends it as a client does that will not give up: until there is an answer that is not "not yet". */
static void insist(int client, int number, unsigned *seed)
{
    char request[512], body[64];
    int cuts = (int)(rand_r(seed) % (CUTS_MAX + 1)), status;
    snprintf(body, sizeof body, "{\"title\":\"task %d of %d\"}", number, client);
    snprintf(request, sizeof request,
             "POST /tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
             "Connection: close\r\nIdempotency-Key: \"%d-%d\"\r\nContent-Length: %zu\r\n\r\n%s",
             client, number, strlen(body), body);
    do
        status = send_once(request, cuts-- > 0 ? cut_of(request, seed) : 0);
    while (status == 0 || status == 409 || status == 503);
    ck_assert_int_eq(status, 201);
}

static void *run_client(void *context)
{
    int client = *(int *)context;
    unsigned seed = (unsigned)client;
    for (int i = 0; i < TASKS_EACH; i++)
        insist(client, i, &seed);
    return NULL;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

START_TEST(nothing_is_done_twice_and_nothing_is_lost)
{
    pthread_t threads[CLIENTS];
    int numbers[CLIENTS];
    SERVER_START(&server);
    for (int i = 0; i < CLIENTS; i++) {
        numbers[i] = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run_client, &numbers[i]), 0);
    }
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(threads[i], NULL);
    const char *titles[CLIENTS * TASKS_EACH];
    const json_t *list = client_get(&server, "/tasks?limit=1000")->json;
    ck_assert_uint_eq(json_array_size(list), CLIENTS * TASKS_EACH);
    for (size_t i = 0; i < CLIENTS * TASKS_EACH; i++)
        titles[i] = json_string_value(json_object_get(json_array_get(list, i), "title"));
    qsort(titles, CLIENTS * TASKS_EACH, sizeof *titles, by_text);
    for (size_t i = 1; i < CLIENTS * TASKS_EACH; i++)
        ck_assert_str_ne(titles[i - 1], titles[i]);
    client_done();
    server_stop(&server);
}
END_TEST

START_TEST(a_replay_is_told_from_the_first_answer)
{
    static const char *const headers[] = {"Content-Type: application/json", "Idempotency-Key: \"a key\"",
                                          NULL};
    SERVER_START(&server);
    ck_assert_int_eq(client_call(&server, "POST", "/tasks", headers, "{\"title\":\"x\"}")->status, 201);
    ck_assert_ptr_null(client_header("Idempotency-Replayed"));
    server_stop(&server);
    SERVER_START(&server);
    const struct client_reply *reply = client_call(&server, "POST", "/tasks", headers, "{\"title\":\"x\"}");
    ck_assert_int_eq(reply->status, 201);
    ck_assert_int_eq(json_integer_value(json_object_get(reply->json, "id")), 1);
    ck_assert_str_eq(client_header("Idempotency-Replayed"), "true");
    reply = client_call(&server, "POST", "/tasks", headers, "{\"title\":\"y\"}");
    ck_assert_int_eq(reply->status, 422);
    ck_assert_uint_eq(json_array_size(client_get(&server, "/tasks")->json), 1);
    client_done();
    server_stop(&server);
}
END_TEST

int main(void)
{
    server_prepare();
    int result = run_suite("retries", (const TTest *[]){nothing_is_done_twice_and_nothing_is_lost,
                                                        a_replay_is_told_from_the_first_answer, NULL});
    server_clean_up();
    return result;
}
