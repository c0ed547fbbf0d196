#include "keyring.h"

#include "issuer.h"
#include "openssl.h"
#include "run.h"

static struct issuer issuer;
static struct keyring *ring;
static tasks_error error;

static void setup(int64_t refetch_ms)
{
    ck_assert_int_eq(openssl_load(&error), TASKS_OK);
    issuer_start(&issuer);
    ring = keyring_new(&(struct keyring_options){issuer.url, JWT_RS256, refetch_ms});
}

static void finish(void)
{
    keyring_free(ring);
    issuer_stop(&issuer);
}

static tasks_status find(const char *kid)
{
    EVP_PKEY *key;
    tasks_status status = keyring_find(ring, kid, &key, &error);
    ck_assert((status == TASKS_OK) == (key != NULL));
    EVP_PKEY_free(key);
    return status;
}

START_TEST(keys_are_fetched_once)
{
    setup(60000);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(find("rsa"), TASKS_OK);
    ck_assert_int_eq(issuer.asked, 1);
    finish();
}
END_TEST

START_TEST(an_unknown_name_is_asked_for_now_and_then)
{
    static const char *const names[] = {"new", "../../etc/passwd", "http://127.0.0.1:1/", "", "ec"};
    setup(60000);
    ck_assert_int_eq(find("rsa"), TASKS_OK);
    for (int i = 0; i < RUN_COUNT(names); i++) {
        ck_assert_int_eq(find(names[i]), TASKS_DENIED);
        ck_assert_str_eq(error.code, "token_unknown");
    }
    ck_assert_int_eq(issuer.asked, 1);
    finish();
}
END_TEST

START_TEST(a_new_key_is_found_and_an_old_one_forgotten)
{
    setup(0);
    ck_assert_int_eq(find("rsa"), TASKS_OK);
    issuer_publish(&issuer, "new", "ec");
    ck_assert_int_eq(find("new"), TASKS_OK);
    ck_assert_int_eq(find("rsa"), TASKS_DENIED);
    finish();
}
END_TEST

START_TEST(who_is_away_locks_out_only_newcomers)
{
    setup(0);
    ck_assert_int_eq(find("rsa"), TASKS_OK);
    issuer.away = true;
    ck_assert_int_eq(find("new"), TASKS_DENIED);
    ck_assert_int_eq(find("rsa"), TASKS_OK);
    finish();
}
END_TEST

START_TEST(who_was_never_there_is_told_so)
{
    setup(60000);
    issuer.away = true;
    ck_assert_int_eq(find("rsa"), TASKS_UNAVAILABLE);
    ck_assert_str_eq(error.code, "issuer_away");
    finish();
    issuer_start(&issuer);
    ring = keyring_new(&(struct keyring_options){"http://127.0.0.1:1", JWT_RS256, 60000});
    ck_assert_int_eq(find("rsa"), TASKS_UNAVAILABLE);
    finish();
    setup(60000);
    issuer.name = "https://another.example";
    ck_assert_int_eq(find("rsa"), TASKS_UNAVAILABLE);
    ck_assert_int_eq(issuer.asked, 0);
    finish();
}
END_TEST

static void *find_often(void *context)
{
    (void)context;
    for (int i = 0; i < 20; i++) {
        EVP_PKEY *key;
        tasks_error own;
        ck_assert_int_eq(keyring_find(ring, "rsa", &key, &own), TASKS_OK);
        EVP_PKEY_free(key);
        keyring_find(ring, "none", &key, &own);
    }
    return NULL;
}

START_TEST(many_threads_share_it)
{
    pthread_t threads[8];
    setup(0);
    for (int i = 0; i < RUN_COUNT(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, find_often, NULL), 0);
    for (int i = 0; i < RUN_COUNT(threads); i++)
        pthread_join(threads[i], NULL);
    finish();
}
END_TEST

int main(void)
{
    return run_suite("keyring",
                     (const TTest *[]){keys_are_fetched_once, an_unknown_name_is_asked_for_now_and_then,
                                       a_new_key_is_found_and_an_old_one_forgotten,
                                       who_is_away_locks_out_only_newcomers, who_was_never_there_is_told_so,
                                       many_threads_share_it, NULL});
}
