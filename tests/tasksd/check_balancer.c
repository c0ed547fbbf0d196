/* What a load balancer says of its users, and what others say in its name, at the routes. */
#include "balancer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "auth.h"
#include "forgeries.h"
#include "run.h"

static struct issuer issuer;
static char keys_url[128];

static void setup(void)
{
    tasks_error error;
    ask_open();
    issuer_start(&issuer);
    snprintf(keys_url, sizeof keys_url, "%s/pem", issuer.url);
    ask_config.auth = CONFIG_AUTH_OIDC;
    ask_config.oidc_issuer = issuer.url;
    ask_config.oidc_audience = "tasks";
    ask_config.oidc_algorithm = JWT_RS256;
    ask_config.oidc_balancer = ISSUER_ARN;
    ask_config.oidc_balancer_keys = keys_url;
    ask_app.auth = auth_new(&ask_config, ask_app.db, &error);
    ck_assert_ptr_nonnull(ask_app.auth);
}

static void finish(void)
{
    auth_free(ask_app.auth);
    issuer_stop(&issuer);
    ask_close();
}

/* Each from an address of its own, for wrong tokens are slowed down by address. */
static int show_as(const char *header, const char *token)
{
    char *line;
    ck_assert_int_gt(asprintf(&line, "%s%s\r\n", header, token), 0);
    ask_peer++;
    int status = ask("GET", "/tasks", line, NULL)->status;
    free(line);
    return status;
}

static int show(const char *token)
{
    return show_as("X-Amzn-Oidc-Data: ", token);
}

START_TEST(who_is_vouched_for_is_let_in)
{
    static const char *const subjects[] = {"{}", "{'sub':'x'}", "{'sub':'xy'}", "{'sub':'xyz'}"};
    setup();
    for (int i = 0; i < RUN_COUNT(subjects); i++) /* each with another padding */
        ck_assert_msg(show(issuer_voucher(&issuer, ISSUER_EC, "{}", subjects[i])) == 200, "%s: %s",
                      subjects[i], ask_answer()->body);
    ck_assert_int_eq(issuer.asked, 1);
    ck_assert_int_eq(show_as("Authorization: Bearer ", issuer_token(&issuer, ISSUER_RSA, "{}", "{}")), 200);
    finish();
}
END_TEST

START_TEST(forgeries_are_refused)
{
    setup();
    for (const struct forgery *f = forgeries_of_vouchers; f->header; f++) {
        int status = show(issuer_voucher(&issuer, f->signer, f->header, f->claims));
        ck_assert_msg(status == 401, "%s %s: %d", f->header, f->claims, status);
        ck_assert_str_eq(ask_text("code"), f->code);
    }
    ck_assert_int_le(issuer.asked, 1);
    ck_assert_int_eq(show(issuer_voucher(&issuer, ISSUER_EC, "{}", "{}")), 200);
    finish();
}
END_TEST

START_TEST(it_counts_in_its_own_header_only)
{
    setup();
    char *voucher = strdup(issuer_voucher(&issuer, ISSUER_EC, "{}", "{}"));
    ck_assert_int_eq(show_as("Authorization: Bearer ", voucher), 401);
    ck_assert_int_eq(show(issuer_token(&issuer, ISSUER_RSA, "{}", "{}")), 401);
    auth_free(ask_app.auth);
    ask_config.oidc_balancer = NULL; /* nobody has said whom to believe */
    ask_app.auth = auth_new(&ask_config, ask_app.db, NULL);
    ck_assert_int_eq(show(voucher), 401);
    ck_assert_str_eq(ask_text("code"), "token_required");
    free(voucher);
    finish();
}
END_TEST

/* Names can be made up without end, but do not make us ask without end; nor do they lock anybody out whose
 * key is known. */
START_TEST(names_of_keys_are_asked_for_seldom)
{
    setup();
    ck_assert_int_eq(show(issuer_voucher(&issuer, ISSUER_EC, "{}", "{}")), 200);
    for (int i = 0; i < 20; i++) {
        char header[80];
        snprintf(header, sizeof header, "{'kid':'00000000-0000-0000-0000-0000000000%02d'}", i);
        int status = show(issuer_voucher(&issuer, ISSUER_EC, header, "{}"));
        ck_assert_msg(status == 401 || status == 503, "%d", status);
    }
    ck_assert_int_le(issuer.asked, 5);
    ck_assert_int_eq(show(issuer_voucher(&issuer, ISSUER_EC, "{}", "{'sub':'bob'}")), 200);
    finish();
}
END_TEST

START_TEST(keys_that_are_away_are_no_wrong_token)
{
    setup();
    issuer.away = true;
    ck_assert_int_eq(show(issuer_voucher(&issuer, ISSUER_EC, "{}", "{}")), 503);
    ck_assert_str_eq(ask_text("code"), "issuer_away");
    issuer.away = false;
    ck_assert_int_eq(show(issuer_voucher(&issuer, ISSUER_EC, "{}", "{}")), 200);
    finish();
}
END_TEST

START_TEST(arns_are_of_load_balancers)
{
    ck_assert(balancer_arn_ok(ISSUER_ARN));
    ck_assert(balancer_arn_ok("arn:aws-us-gov:elasticloadbalancing:us-gov-west-1:1:loadbalancer/app/a/b"));
    ck_assert(!balancer_arn_ok("arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/net/a/b"));
    ck_assert(!balancer_arn_ok("arn:aws:elasticloadbalancing::1:loadbalancer/app/a/b"));
    ck_assert(!balancer_arn_ok("arn:aws:elasticloadbalancing:evil.example/:1:loadbalancer/app/a/b"));
    ck_assert(!balancer_arn_ok("arn:aws:s3:::bucket"));
    ck_assert(!balancer_arn_ok(""));
}
END_TEST

int main(void)
{
    return run_suite("balancer",
                     (const TTest *[]){who_is_vouched_for_is_let_in, forgeries_are_refused,
                                       it_counts_in_its_own_header_only, names_of_keys_are_asked_for_seldom,
                                       keys_that_are_away_are_no_wrong_token, arns_are_of_load_balancers,
                                       NULL});
}
