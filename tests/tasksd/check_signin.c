/* Signing in on the page, at the routes, with an issuer that answers over a socket. */
#include "signin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "auth.h"
#include "issuer.h"
#include "run.h"

static struct issuer issuer;

static const char code[] = "{'code':'c&d','verifier':'v~1','redirect_uri':'http://tasks.test/?a=b'}";

static void setup(const char *client)
{
    ask_open();
    issuer_start(&issuer);
    ask_config.auth = CONFIG_AUTH_OIDC;
    ask_config.oidc_issuer = issuer.url;
    ask_config.oidc_audience = "tasks";
    ask_config.oidc_algorithm = JWT_RS256;
    ask_config.oidc_client = client;
    ask_config.oidc_scope = "openid tasks";
    ask_app.auth = auth_new(&ask_config, ask_app.db, NULL);
    ck_assert_ptr_nonnull(ask_app.auth);
}

static void finish(void)
{
    auth_free(ask_app.auth);
    issuer_stop(&issuer);
    ask_close();
}

static void expect_away(const struct answer *answer)
{
    ck_assert_int_eq(answer->status, 503);
    ck_assert_str_eq(ask_text("code"), "issuer_away");
    ck_assert_ptr_nonnull(ask_header("Retry-After"));
}

/* What the issuer gives: tokens of these audiences; NULL for no such token. */
static void grant(const char *access_for, const char *id_for)
{
    char *access = NULL, *answer, claims[64];
    snprintf(claims, sizeof claims, "{'aud':'%s'}", access_for ? access_for : "");
    ck_assert_int_gt(asprintf(&access, "%s", issuer_token(&issuer, ISSUER_RSA, "{}", claims)), 0);
    snprintf(claims, sizeof claims, "{'aud':'%s','sub':'id'}", id_for ? id_for : "");
    const char *id = issuer_token(&issuer, ISSUER_RSA, "{}", claims);
    int length = asprintf(&answer, "{\"%s\":\"%s\",\"%s\":\"%s\"}", access_for ? "access_token" : "x", access,
                          id_for ? "id_token" : "y", id);
    ck_assert_int_gt(length, 0);
    issuer_grant(&issuer, answer);
    free(access);
    free(answer);
}

static const char *subject_let_in(void)
{
    static char owner[TASKS_OWNER_MAX + 1];
    struct auth_who who;
    struct http_response rs;
    char *line;
    ck_assert_int_gt(asprintf(&line, "Bearer %s", ask_text("token")), 0);
    const struct http_header header = {"Authorization", line};
    const struct http_request rq = {.headers = &header, .header_count = 1};
    http_response_init(&rs);
    ck_assert_int_eq(auth_check(ask_app.auth, &rq, &rs, &who), 0);
    snprintf(owner, sizeof owner, "%s", who.owner);
    http_response_done(&rs);
    free(line);
    return owner;
}

START_TEST(says_how_to_sign_in)
{
    setup("page");
    ck_assert_int_eq(ask("GET", "/sign-in", "", NULL)->status, 200);
    ck_assert_str_eq(ask_text("way"), "oidc");
    ck_assert_str_eq(ask_text("client_id"), "page");
    ck_assert_str_eq(ask_text("scope"), "openid tasks");
    ck_assert_int_eq(strncmp(ask_text("authorization_endpoint"), issuer.url, strlen(issuer.url)), 0);
    finish();
}
END_TEST

START_TEST(who_brings_a_token_cannot_sign_in_with_a_code)
{
    setup(NULL);
    ck_assert_int_eq(ask("GET", "/sign-in", "", NULL)->status, 200);
    ck_assert_str_eq(ask_text("way"), "token");
    ask_json("POST", "/sign-in", code);
    ck_assert_int_eq(ask_answer()->status, 404);
    finish();
    ask_open();
    ask("GET", "/sign-in", "", NULL);
    ck_assert_str_eq(ask_text("way"), "none");
    ask_close();
}
END_TEST

START_TEST(a_code_is_exchanged_for_the_token_that_is_for_us)
{
    static const struct {
        const char *access, *id, *owner;
    } rows[] = {{"tasks", "page", "alice"},
                {"other", "tasks", "id"},
                {NULL, "tasks", "id"},
                {"tasks", NULL, "alice"}};
    setup("page");
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        grant(rows[i].access, rows[i].id);
        ck_assert_int_eq(ask_json("POST", "/sign-in", code)->status, 200);
        ck_assert_str_eq(ask_header("Cache-Control"), "no-store");
        ck_assert_str_eq(subject_let_in(), rows[i].owner);
    }
    ck_assert_str_eq(issuer.form, "grant_type=authorization_code&client_id=page&code=c%26d&code_verifier=v~1&"
                                  "redirect_uri=http%3A%2F%2Ftasks.test%2F%3Fa%3Db");
    finish();
}
END_TEST

START_TEST(what_is_not_for_us_lets_nobody_in)
{
    static const char *const answers[] = {NULL, "{}", "{\"access_token\":7}",
                                          "{\"access_token\":\"no.jwt\"}"};
    setup("page");
    for (int i = 0; i < RUN_COUNT(answers); i++) {
        issuer_grant(&issuer, answers[i]);
        ck_assert_int_eq(ask_json("POST", "/sign-in", code)->status, 401);
        ck_assert_str_eq(ask_text("token"), "(none)");
    }
    grant("other", "another");
    ck_assert_int_eq(ask_json("POST", "/sign-in", code)->status, 401);
    finish();
}
END_TEST

START_TEST(what_cannot_be_read_is_an_issuer_that_is_away)
{
    static const char *const answers[] = {"", "<html>", "[]", "\"text\""};
    setup("page");
    for (int i = 0; i < RUN_COUNT(answers); i++) {
        issuer_grant(&issuer, answers[i]);
        expect_away(ask_json("POST", "/sign-in", code));
    }
    finish();
}
END_TEST

START_TEST(an_issuer_that_is_away_is_not_asked_again_at_once)
{
    setup("page");
    issuer.away = true;
    expect_away(ask("GET", "/sign-in", "", NULL));
    issuer.away = false;
    expect_away(ask("GET", "/sign-in", "", NULL));
    expect_away(ask_json("POST", "/sign-in", code));
    finish();
}
END_TEST

START_TEST(what_was_found_stays_while_the_issuer_is_away)
{
    setup("page");
    ck_assert_int_eq(ask("GET", "/sign-in", "", NULL)->status, 200);
    issuer.away = true;
    ck_assert_int_eq(ask("GET", "/sign-in", "", NULL)->status, 200);
    expect_away(ask_json("POST", "/sign-in", code));
    finish();
}
END_TEST

START_TEST(a_code_needs_all_that_belongs_to_it)
{
    static const char *const bodies[] = {"{}", "[]", "7", "{'code':'c','verifier':'v'}",
                                         "{'code':1,'verifier':'v','redirect_uri':'r'}"};
    setup("page");
    for (int i = 0; i < RUN_COUNT(bodies); i++) {
        ask_json("POST", "/sign-in", bodies[i]);
        ck_assert_int_eq(ask_answer()->status, 400);
        ck_assert_str_eq(ask_text("code"), "code_missing");
    }
    ck_assert_int_eq(ask_json("POST", "/sign-in", "{'code'")->status, 400);
    ck_assert_ptr_null(issuer.form);
    finish();
}
END_TEST

START_TEST(who_guesses_codes_is_told_to_wait)
{
    setup("page");
    int status = 0;
    for (int i = 0; i < 25 && status != 429; i++)
        status = ask_json("POST", "/sign-in", code)->status;
    ck_assert_int_eq(status, 429);
    ck_assert_ptr_nonnull(ask_header("Retry-After"));
    ask_peer++;
    ck_assert_int_eq(ask_json("POST", "/sign-in", code)->status, 401);
    finish();
}
END_TEST

int main(void)
{
    return run_suite(
        "signin",
        (const TTest *[]){says_how_to_sign_in, who_brings_a_token_cannot_sign_in_with_a_code,
                          a_code_is_exchanged_for_the_token_that_is_for_us, what_is_not_for_us_lets_nobody_in,
                          what_cannot_be_read_is_an_issuer_that_is_away,
                          an_issuer_that_is_away_is_not_asked_again_at_once,
                          what_was_found_stays_while_the_issuer_is_away, a_code_needs_all_that_belongs_to_it,
                          who_guesses_codes_is_told_to_wait, NULL});
}
