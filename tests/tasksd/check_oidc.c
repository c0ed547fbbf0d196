/* Tokens of an issuer, good ones and forged ones, at the routes. */
#include "oidc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "auth.h"
#include "forgeries.h"
#include "run.h"

static struct issuer issuer;

static void setup(enum jwt_algorithm algorithm)
{
    ask_open();
    issuer_start(&issuer);
    ask_config.auth = CONFIG_AUTH_OIDC;
    ask_config.oidc_issuer = issuer.url;
    ask_config.oidc_audience = "tasks";
    ask_config.oidc_algorithm = algorithm;
    ask_app.auth = auth_new(&ask_config, ask_app.db, NULL);
}

static void finish(void)
{
    auth_free(ask_app.auth);
    issuer_stop(&issuer);
    ask_close();
}

/* Each from an address of its own, for wrong tokens are slowed down by address. */
static const struct answer *show(const char *token)
{
    char *line;
    ck_assert_int_gt(asprintf(&line, "Authorization: Bearer %s\r\n", token), 0);
    ask_peer++;
    const struct answer *answer = ask("GET", "/tasks", line, NULL);
    free(line);
    return answer;
}

static void create_for(const char *owner, const char *title)
{
    tasks_patch patch = TASKS_PATCH_INIT;
    tasks_db *db;
    tasks_task *task;
    patch.set = TASKS_SET_TITLE;
    patch.title = title;
    ck_assert_int_eq(tasks_as(ask_app.db, owner, &db, NULL), TASKS_OK);
    ck_assert_int_eq(tasks_create(db, &patch, &task, NULL), TASKS_OK);
    tasks_task_free(task);
    tasks_close(db);
}

START_TEST(the_subject_is_the_owner)
{
    setup(JWT_RS256);
    create_for("alice", "hers");
    create_for("bob", "his");
    create_for("", "nobody's");
    const struct answer *answer = show(issuer_token(&issuer, ISSUER_RSA, "{}", "{}"));
    ck_assert_int_eq(answer->status, 200);
    ck_assert_ptr_nonnull(strstr(answer->body, "\"hers\""));
    ck_assert_ptr_null(strstr(answer->body, "his"));
    ck_assert_ptr_null(strstr(answer->body, "nobody"));
    answer = show(issuer_token(&issuer, ISSUER_RSA, "{}", "{'sub':'never seen before'}"));
    ck_assert_int_eq(answer->status, 200);
    ck_assert_str_eq(answer->body, "[]");
    ck_assert_int_eq(issuer.asked, 1);
    finish();
}
END_TEST

START_TEST(good_tokens_come_in_several_forms)
{
    static const char *const claims[] = {
        "{'aud':['other','tasks']}", "{'nbf':30}", "{'exp':-30}",
        "{'email':'a@b','x':[{}]}",  "{'iat':-5}", "{'sub':'\\u00e4'}",
    };
    setup(JWT_RS256);
    for (int i = 0; i < RUN_COUNT(claims); i++)
        ck_assert_msg(show(issuer_token(&issuer, ISSUER_RSA, "{'typ':'JWT'}", claims[i]))->status == 200,
                      "%s: %s", claims[i], ask_answer()->body);
    finish();
}
END_TEST

START_TEST(forged_tokens_are_refused)
{
    setup(JWT_RS256);
    for (const struct forgery *f = forgeries_of_tokens; f->header; f++) {
        int status = show(issuer_token(&issuer, f->signer, f->header, f->claims))->status;
        ck_assert_msg(status == 401, "%s %s: %d", f->header, f->claims, status);
        ck_assert_msg(strcmp(ask_text("code"), f->code) == 0, "%s %s: %s", f->header, f->claims,
                      ask_text("code"));
        ck_assert_str_eq(ask_header("WWW-Authenticate"), "Bearer realm=\"tasks\", error=\"invalid_token\"");
    }
    ck_assert_int_le(issuer.asked, 1);
    ck_assert_int_eq(show(issuer_token(&issuer, ISSUER_RSA, "{}", "{}"))->status, 200);
    finish();
}
END_TEST

/* Each byte of a good token changed in turn leaves none that is good. */
START_TEST(a_token_cannot_be_changed)
{
    setup(JWT_RS256);
    char *token = strdup(issuer_token(&issuer, ISSUER_RSA, "{}", "{}"));
    ck_assert_int_eq(show(token)->status, 200);
    size_t length = strlen(token);
    for (size_t i = 0; i < length; i += 7) {
        char before = token[i];
        token[i] = before == 'A' ? 'B' : 'A';
        ck_assert_msg(show(token)->status == 401, "at %zu", i);
        token[i] = before;
    }
    for (size_t cut = 1; cut < strlen(token); cut += 41) {
        char *shorter = strndup(token, strlen(token) - cut);
        ck_assert_msg(show(shorter)->status == 401, "less %zu", cut);
        free(shorter);
    }
    free(token);
    finish();
}
END_TEST

START_TEST(what_is_no_token_is_refused)
{
    static const char *const rows[] = {".",
                                       "..",
                                       "...",
                                       "a.b.c",
                                       "e30.e30.",
                                       "W10.W10.AA",
                                       "e30.e30.e30.e30",
                                       "tasks_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                       "e30=.e30=.AA=="};
    setup(JWT_RS256);
    for (int i = 0; i < RUN_COUNT(rows); i++)
        ck_assert_msg(show(rows[i])->status == 401, "%s", rows[i]);
    char *huge = strdup(issuer_token(&issuer, ISSUER_RSA, "{}", "{}"));
    size_t length = strlen(huge);
    huge = realloc(huge, 12000 + 1);
    memset(huge + length, 'A', 12000 - length);
    huge[12000] = '\0';
    ck_assert_int_eq(show(huge)->status, 401);
    char *claims;
    ck_assert_int_gt(asprintf(&claims, "{'x':'%s'}", huge), 0);
    ck_assert_int_eq(show(issuer_token(&issuer, ISSUER_RSA, "{}", claims))->status, 401);
    ck_assert_int_eq(issuer.asked, 0);
    free(claims);
    free(huge);
    finish();
}
END_TEST

START_TEST(elliptic_curves_do_as_well)
{
    setup(JWT_ES256);
    ck_assert_int_eq(show(issuer_token(&issuer, ISSUER_EC, "{'alg':'ES256','kid':'ec'}", "{}"))->status, 200);
    ck_assert_int_eq(show(issuer_token(&issuer, ISSUER_RSA, "{}", "{}"))->status, 401);
    ck_assert_int_eq(show(issuer_token(&issuer, ISSUER_RSA, "{'alg':'ES256','kid':'ec'}", "{}"))->status,
                     401);
    ck_assert_int_eq(show(issuer_token(&issuer, ISSUER_NOBODY, "{'alg':'ES256','kid':'ec'}", "{}"))->status,
                     401);
    finish();
}
END_TEST

START_TEST(an_issuer_that_is_away_is_no_wrong_token)
{
    setup(JWT_RS256);
    issuer.away = true;
    ck_assert_int_eq(show(issuer_token(&issuer, ISSUER_RSA, "{}", "{}"))->status, 503);
    ck_assert_str_eq(ask_text("code"), "issuer_away");
    ck_assert_ptr_nonnull(ask_header("Retry-After"));
    ck_assert_ptr_null(strstr(ask_answer()->body, issuer.url));
    finish();
}
END_TEST

START_TEST(iat_stands_in_where_that_is_said)
{
    static const struct {
        const char *claims;
        int status;
    } rows[] = {{"{'nbf':null,'iat':-5}", 200}, {"{'nbf':null,'iat':3600}", 401},
                {"{'nbf':null}", 401},          {"{'nbf':-5}", 200},
                {"{'nbf':3600,'iat':-5}", 401}, {"{'nbf':true,'iat':-5}", 401}};
    setup(JWT_RS256);
    auth_free(ask_app.auth);
    ask_config.oidc_iat_will_do = true;
    ask_app.auth = auth_new(&ask_config, ask_app.db, NULL);
    for (int i = 0; i < RUN_COUNT(rows); i++)
        ck_assert_msg(show(issuer_token(&issuer, ISSUER_RSA, "{}", rows[i].claims))->status == rows[i].status,
                      "%s: %s", rows[i].claims, ask_answer()->body);
    finish();
}
END_TEST

int main(void)
{
    return run_suite("oidc", (const TTest *[]){the_subject_is_the_owner, good_tokens_come_in_several_forms,
                                               forged_tokens_are_refused, a_token_cannot_be_changed,
                                               what_is_no_token_is_refused, elliptic_curves_do_as_well,
                                               an_issuer_that_is_away_is_no_wrong_token,
                                               iat_stands_in_where_that_is_said, NULL});
}
