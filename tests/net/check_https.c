#include "https.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certificate.h"
#include "run.h"
#include "web.h"

enum { SIZE_MAX_HERE = 1000, PATIENCE_MS = 700 };

static char folder[] = "/tmp/check_https.XXXXXX";

static const char *in_folder(const char *name)
{
    static _Thread_local char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* ---- What the server does, by the path that is asked for ---- */

static void echo(const web_request *request, web_peer *peer)
{
    char text[4096];
    snprintf(text, sizeof text, "%s %s\n%s\n%s", request->method, request->path, request->headers,
             request->body);
    web_answer(peer, 200, "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", text);
}

static void say(web_peer *peer, const char *text)
{
    web_write(peer, text, strlen(text));
}

static void act_badly(void *context, const web_request *request, web_peer *peer)
{
    (void)context;
    char large[SIZE_MAX_HERE + 2];
    const char *path = request->path;
    memset(large, 'x', sizeof large);
    large[sizeof large - 1] = '\0';
    if (!strcmp(path, "/hang"))
        web_hang(peer);
    else if (!strcmp(path, "/half"))
        say(peer, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    else if (!strcmp(path, "/slow"))
        for (int i = 0; i < 100; i++, web_pause(peer, 50))
            say(peer, i ? "x" : "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
    else if (!strcmp(path, "/huge"))
        web_answer(peer, 200, "", large);
    else if (!strcmp(path, "/most"))
        web_answer(peer, 200, "", large + 1);
    else if (!strcmp(path, "/endless"))
        for (int i = 0; i < 100000; i++)
            say(peer, i ? "X-Filler: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n" : "HTTP/1.1 200 OK\r\n");
    else if (!strcmp(path, "/elsewhere"))
        web_answer(peer, 302, "Location: /echo\r\n", "");
    else if (!strcmp(path, "/nonsense"))
        say(peer, "220 mail.example ESMTP\r\n");
    else if (!strcmp(path, "/empty"))
        web_answer(peer, 204, "", "");
    else if (!strcmp(path, "/nul"))
        web_write(peer, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na\0b", 41);
    else
        echo(request, peer);
}

/* ---- Calls ---- */

static https_call call_to(const char *url)
{
    return (https_call){.method = "GET",
                        .url = url,
                        .plain = true,
                        .direct = true,
                        .connect_ms = PATIENCE_MS,
                        .total_ms = PATIENCE_MS,
                        .size_max = SIZE_MAX_HERE};
}

static const struct {
    const char *path;
    tasks_status status;
    const char *code; /* of the failure */
    long answer;      /* of the success */
} cases[] = {
    {"/echo", TASKS_OK, "", 200},
    {"/elsewhere", TASKS_OK, "", 302}, /* not followed: the number of requests says so */
    {"/empty", TASKS_OK, "", 204},
    {"/most", TASKS_OK, "", 200},
    {"/nul", TASKS_OK, "", 200},
    {"/huge", TASKS_UNAVAILABLE, "call_too_large", 0},
    {"/half", TASKS_UNAVAILABLE, "call_failed", 0},
    {"/nonsense", TASKS_UNAVAILABLE, "call_failed", 0},
    {"/endless", TASKS_UNAVAILABLE, "call_failed", 0},
    {"/hang", TASKS_TIMEOUT, "call_timeout", 0},
    {"/slow", TASKS_TIMEOUT, "call_timeout", 0},
};

START_TEST(every_answer_is_bounded)
{
    web *s = web_start(act_badly, NULL, NULL, NULL);
    for (int i = 0; i < RUN_COUNT(cases); i++) {
        https_call call = call_to(web_url(s, "127.0.0.1", cases[i].path));
        https_reply reply;
        tasks_error error = {0};
        tasks_status status = https_run(&call, &reply, &error);
        ck_assert_msg(status == cases[i].status && !strcmp(error.code, cases[i].code), "%s: %d %s: %s",
                      cases[i].path, status, error.code, error.message);
        ck_assert_msg(!status == (reply.body != NULL) && reply.status == cases[i].answer, "%s",
                      cases[i].path);
        ck_assert_int_eq(web_count(s), i + 1);
        https_reply_done(&reply);
    }
    web_stop(s);
}
END_TEST

START_TEST(a_request_arrives_as_it_was_meant)
{
    web *s = web_start(act_badly, NULL, NULL, NULL);
    https_call call = call_to(web_url(s, "127.0.0.1", "/x?y=1"));
    const char *headers[] = {"X-One: 1", "Content-Type: text/plain", NULL};
    https_reply reply;
    call.method = "PUT";
    call.headers = headers;
    call.body = "b\nody";
    call.body_length = 5;
    ck_assert_int_eq(https_run(&call, &reply, NULL), TASKS_OK);
    ck_assert_ptr_nonnull(strstr(reply.body, "PUT /x?y=1\n"));
    ck_assert_ptr_nonnull(strstr(reply.body, "\nX-One: 1\r\nContent-Type: text/plain\r\n"));
    ck_assert_ptr_nonnull(strstr(reply.body, "\nContent-Length: 5\r\n"));
    ck_assert_ptr_nonnull(strstr(reply.body, "\nb\nody"));
    ck_assert(reply.date_ms == INT64_C(784111777000));
    https_reply_done(&reply);
    web_stop(s);
}
END_TEST

START_TEST(what_is_no_call_is_not_made)
{
    static const char *const urls[] = {"",
                                       "nothing",
                                       "ftp://127.0.0.1/",
                                       "file:///etc/hostname",
                                       "http://",
                                       "http://user@127.0.0.1/",
                                       "http://user:password@127.0.0.1/",
                                       "http://127.0.0.1/#part",
                                       "http://127.0.0.1:99999/",
                                       "127.0.0.1/"};
    const char *broken[] = {"X-One: 1\r\nX-Two: 2", NULL};
    https_reply reply;
    tasks_error error;
    for (int i = 0; i < RUN_COUNT(urls); i++) {
        https_call call = call_to(urls[i]);
        ck_assert_msg(https_run(&call, &reply, &error) == TASKS_INVALID, "%s", urls[i]);
        ck_assert_str_eq(error.code, "call_malformed");
        ck_assert_ptr_null(strstr(error.message, "password"));
    }
    https_call call = call_to("http://127.0.0.1:1/");
    call.headers = broken;
    ck_assert_int_eq(https_run(&call, &reply, &error), TASKS_INVALID);
    call.headers = NULL;
    call.plain = false;
    ck_assert_int_eq(https_run(&call, &reply, &error), TASKS_INVALID);
    call.plain = true; /* nobody listens there */
    ck_assert_int_eq(https_run(&call, &reply, &error), TASKS_UNAVAILABLE);
    ck_assert_str_eq(error.code, "call_failed");
}
END_TEST

START_TEST(a_server_must_prove_who_it_is)
{
    static const struct {
        const char *certificate, *trusted, *host;
        tasks_status status;
    } servers[] = {
        {"right", "right.pem", "127.0.0.1", TASKS_OK},
        {"right", "named.pem", "127.0.0.1", TASKS_UNAVAILABLE}, /* signed by somebody else */
        {"right", NULL, "127.0.0.1", TASKS_UNAVAILABLE},        /* by nobody the system knows */
        {"named", "named.pem", "127.0.0.1", TASKS_UNAVAILABLE}, /* of another host */
        {"named", "named.pem", "localhost", TASKS_OK},
        {"expired", "expired.pem", "127.0.0.1", TASKS_UNAVAILABLE},
        {"right", "nothing.pem", "127.0.0.1", TASKS_UNAVAILABLE}, /* no such file */
    };
    for (int i = 0; i < RUN_COUNT(servers); i++) {
        char certificate[256], key[256], trusted[256], name[32];
        snprintf(name, sizeof name, "%s.pem", servers[i].certificate);
        snprintf(certificate, sizeof certificate, "%s", in_folder(name));
        snprintf(name, sizeof name, "%s.key", servers[i].certificate);
        snprintf(key, sizeof key, "%s", in_folder(name));
        web *s = web_start(act_badly, NULL, certificate, key);
        https_call call = call_to(web_url(s, servers[i].host, "/echo"));
        https_reply reply;
        tasks_error error = {0};
        snprintf(trusted, sizeof trusted, "%s", in_folder(servers[i].trusted ? servers[i].trusted : ""));
        call.plain = false;
        call.total_ms = call.connect_ms = 10000; /* a handshake is slow under a sanitizer */
        call.ca_file = servers[i].trusted ? trusted : NULL;
        tasks_status status = https_run(&call, &reply, &error);
        ck_assert_msg(status == servers[i].status, "%d: %s: %s", i, error.code, error.message);
        ck_assert_str_eq(error.code, status ? "call_untrusted" : "");
        ck_assert_int_eq(web_count(s), !status); /* nothing was said before that */
        https_reply_done(&reply);
        web_stop(s);
    }
}
END_TEST

START_TEST(urls_are_split_as_libcurl_reads_them)
{
    static const struct {
        const char *url, *scheme, *host; /* scheme NULL: refused */
    } urls[] = {
        {"http://169.254.170.2/x", "http", "169.254.170.2"},
        {"HTTPS://Example.com:8443/x?y", "https", "Example.com"},
        {"http://[fd00:ec2::23]/v1", "http", "fd00:ec2::23"},
        {"http://0x7f.1/", "http", "127.0.0.1"},
        {"http://127.0.0.1@evil.example/", NULL, NULL},
        {"http://a:b@127.0.0.1/", NULL, NULL},
        {"http://127.0.0.1\\@evil.example/", NULL, NULL},
        {"//127.0.0.1/", NULL, NULL},
        {"http://127.0.0.1/#evil", NULL, NULL},
        {"http://127.0.0.1 /", NULL, NULL},
    };
    https_place place;
    for (int i = 0; i < RUN_COUNT(urls); i++) {
        ck_assert_msg((https_split(urls[i].url, &place, NULL) == TASKS_OK) == (urls[i].scheme != NULL), "%s",
                      urls[i].url);
        if (!urls[i].scheme)
            continue;
        ck_assert_str_eq(place.scheme, urls[i].scheme);
        ck_assert_str_eq(place.host, urls[i].host);
    }
}
END_TEST

/* A worker of tasksd has no more stack than this, and it may be the one who connects. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { WORKER_STACK = 1024 * 1024 };
#else
enum { WORKER_STACK = 100 * 1024 };
#endif

static void *call_once(void *context)
{
    static https_reply reply;
    return https_run(context, &reply, NULL) || reply.status != 200 ? NULL : &reply;
}

START_TEST(a_small_stack_is_enough)
{
    char certificate[256], key[256];
    pthread_attr_t small;
    pthread_t thread;
    void *result;
    snprintf(certificate, sizeof certificate, "%s", in_folder("named.pem"));
    snprintf(key, sizeof key, "%s", in_folder("named.key"));
    web *s = web_start(act_badly, NULL, certificate, key);
    https_call call = call_to(web_url(s, "localhost", "/echo"));
    call.total_ms = call.connect_ms = 10000;
    call.ca_file = certificate;
    pthread_attr_init(&small);
    ck_assert_int_eq(pthread_attr_setstacksize(&small, WORKER_STACK), 0);
    ck_assert_int_eq(pthread_create(&thread, &small, call_once, &call), 0);
    pthread_join(thread, &result);
    ck_assert_ptr_nonnull(result);
    https_reply_done(result);
    pthread_attr_destroy(&small);
    web_stop(s);
}
END_TEST

static void make_certificates(void)
{
    static const struct {
        const char *name, *host;
        int days;
    } all[] = {{"right", "127.0.0.1", 1}, {"named", "localhost", 1}, {"expired", "127.0.0.1", -1}};
    for (int i = 0; i < RUN_COUNT(all); i++)
        certificate_make(folder, all[i].name, all[i].host, all[i].days);
}

static void remove_folder(void)
{
    static const char *const files[] = {"right.pem", "right.key",   "named.pem",
                                        "named.key", "expired.pem", "expired.key"};
    for (int i = 0; i < RUN_COUNT(files); i++)
        unlink(in_folder(files[i]));
    rmdir(folder);
}

int main(void)
{
    const TTest *const tests[] = {every_answer_is_bounded,
                                  a_request_arrives_as_it_was_meant,
                                  what_is_no_call_is_not_made,
                                  a_server_must_prove_who_it_is,
                                  urls_are_split_as_libcurl_reads_them,
                                  a_small_stack_is_enough,
                                  NULL};
    if (!mkdtemp(folder))
        return EXIT_FAILURE;
    make_certificates();
    int result = run_suite("https", tests);
    remove_folder();
    return result;
}
