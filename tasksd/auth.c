#include "auth.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "balancer.h"
#include "buckets.h"
#include "fail.h"
#include "oidc.h"
#include "problem.h"
#include "timestamp.h"
#include "tokens.h"

enum {
    MEMORY_MS = 5000,   /* for so long a revoked token may still be good */
    REFETCH_MS = 60000, /* an issuer is asked for a key that is not known at most so often */
    ADDRESSES_MAX = 4096
};

/* Unknown tokens that one address may show before it is told to wait. */
static const struct buckets_rate failures_rate = {.count = 1, .period_s = 1, .burst = 20};

#define CHALLENGE "Bearer realm=\"tasks\""

struct auth {
    tasks_db *db;
    const struct access *access;
    struct oidc *oidc;     /* NULL: tokens are those of the store */
    struct signin *signin; /* NULL: nobody signs in here */
    struct tokens *tokens;
    struct balancer *balancer; /* NULL: what a load balancer says is not looked at */
    struct tokens *vouched;    /* what it says, kept like tokens */
    struct buckets *failures;
};

static struct oidc *make_oidc(const struct config *config, tasks_error *error)
{
    const struct oidc_options options = {
        .audience = config->oidc_audience,
        .iat_will_do = config->oidc_iat_will_do,
        .keys = {config->oidc_issuer, config->oidc_algorithm, REFETCH_MS},
    };
    return oidc_new(&options, error);
}

static bool make_balancer(struct auth *auth, const struct config *config, tasks_error *error)
{
    const struct balancer_options options = {.arn = config->oidc_balancer,
                                             .keys_url = config->oidc_balancer_keys,
                                             .issuer = config->oidc_issuer,
                                             .audience = config->oidc_audience};
    if (!options.arn)
        return true;
    auth->balancer = balancer_new(&options, error);
    auth->vouched = auth->balancer ? tokens_new(balancer_find, auth->balancer, MEMORY_MS) : NULL;
    return auth->vouched != NULL;
}

static bool make_signin(struct auth *auth, const struct config *config)
{
    const struct signin_options options = {config->oidc_issuer, config->oidc_client, config->oidc_scope};
    if (!options.client)
        return true;
    auth->signin = signin_new(&options);
    return auth->signin != NULL;
}

struct auth *auth_new(const struct config *config, tasks_db *db, tasks_error *error)
{
    bool with_oidc = config->auth == CONFIG_AUTH_OIDC;
    struct auth *auth = calloc(1, sizeof *auth);
    fail_memory(error);
    if (!auth)
        return NULL;
    auth->db = db;
    auth->access = &config->access;
    auth->failures = buckets_new(&failures_rate, ADDRESSES_MAX);
    auth->oidc = with_oidc ? make_oidc(config, error) : NULL;
    if (auth->oidc)
        auth->tokens = tokens_new(oidc_find, auth->oidc, MEMORY_MS);
    else if (!with_oidc)
        auth->tokens = tokens_new(tokens_of_store, db, MEMORY_MS);
    if (auth->tokens && auth->failures && make_balancer(auth, config, error) && make_signin(auth, config))
        return auth;
    auth_free(auth);
    return NULL;
}

void auth_free(struct auth *auth)
{
    if (!auth)
        return;
    tokens_free(auth->tokens);
    tokens_free(auth->vouched);
    oidc_free(auth->oidc);
    signin_free(auth->signin);
    balancer_free(auth->balancer);
    buckets_free(auth->failures);
    free(auth);
}

void auth_reread(struct auth *auth)
{
    if (auth)
        tokens_forget(auth->tokens);
    if (auth && auth->vouched)
        tokens_forget(auth->vouched);
}

/* What follows "Bearer" in the Authorization header; NULL if nothing does. */
static const char *bearer(const struct http_request *rq)
{
    static const char scheme[] = "Bearer ";
    const char *value = http_header(rq, "Authorization");
    if (!value || strncasecmp(value, scheme, sizeof scheme - 1) != 0)
        return NULL;
    value += sizeof scheme - 1;
    return value + strspn(value, " ");
}

/* What a client shows, and who can tell whether it is good. */
struct shown {
    struct tokens *source;
    const char *text; /* NULL: nothing */
};

int auth_refuse(const struct http_request *rq, struct http_response *rs, const tasks_error *error)
{
    if (strcmp(error->code, "issuer_away") == 0) {
        log_fault(error, &rq->trace);
        return problem(rs, 503, "issuer_away", "the issuer of tokens does not answer; try again");
    }
    if (error->status != TASKS_DENIED)
        return problem_error(rq, rs, error);
    http_field(rs, "WWW-Authenticate", CHALLENGE ", error=\"invalid_token\"");
    return problem(rs, 401, error->code, error->message);
}

static int slow_down(struct http_response *rs, const struct buckets_state *state)
{
    buf_print(&rs->fields, "Retry-After: %lld\r\n", (long long)state->retry_s);
    return problem(rs, 429, "too_many_failures", "too many wrong tokens came from this address");
}

/* A token that has just been good is asked for whatever its neighbours do. */
static int ask_source(struct auth *auth, const struct http_request *rq, struct http_response *rs,
                      const struct shown *shown, bool trusted, struct tokens_holder *holder)
{
    tasks_error error;
    struct address address = access_client(auth->access, rq);
    struct lru_key key = lru_key(&address, sizeof address);
    struct buckets_state state = buckets_take(auth->failures, &key, 0, log_clock_us());
    if (!state.enough && !trusted)
        return slow_down(rs, &state);
    tasks_status status = tokens_find(shown->source, shown->text, holder, &error);
    if (status == TASKS_DENIED)
        buckets_take(auth->failures, &key, 1, log_clock_us());
    return status ? auth_refuse(rq, rs, &error) : 0;
}

static int check_token(struct auth *auth, const struct http_request *rq, struct http_response *rs,
                       const struct shown *shown, struct auth_who *who)
{
    struct tokens_holder holder;
    enum tokens_memory memory = tokens_recall(shown->source, shown->text, &holder);
    int refused =
        memory == TOKENS_GOOD ? 0 : ask_source(auth, rq, rs, shown, memory == TOKENS_STALE, &holder);
    if (refused)
        return refused;
    who->token = holder.token;
    who->read_only = holder.read_only;
    who->expires_at_ms = holder.expires_at_ms;
    memcpy(who->owner, holder.owner, sizeof who->owner);
    return 0;
}

/* A token that is listed no more has been revoked; its text is not needed for that. */
static tasks_status still_listed(tasks_db *db, int64_t id, tasks_error *error)
{
    tasks_token *token;
    tasks_status status = tasks_token_next(db, id - 1, &token, error);
    bool listed = !status && token->id == id;
    tasks_token_free(token);
    if (listed || (status && status != TASKS_NOT_FOUND))
        return status;
    return fail(error, TASKS_DENIED, "token_unknown", "the token has been revoked");
}

tasks_status auth_still(const struct auth *auth, const struct auth_who *who, tasks_error *error)
{
    if (!auth)
        return TASKS_OK;
    if (who->expires_at_ms != TASKS_NO_TIME && who->expires_at_ms <= timestamp_now())
        return fail(error, TASKS_DENIED, "token_expired", "the token has expired");
    return who->token ? still_listed(auth->db, who->token, error) : TASKS_OK;
}

int auth_check(struct auth *auth, const struct http_request *rq, struct http_response *rs,
               struct auth_who *who)
{
    *who = (struct auth_who){.expires_at_ms = TASKS_NO_TIME};
    if (!auth)
        return 0;
    struct shown shown = {auth->tokens, bearer(rq)};
    if (!shown.text && auth->balancer)
        shown = (struct shown){auth->vouched, http_header(rq, BALANCER_HEADER)};
    if (shown.text)
        return check_token(auth, rq, rs, &shown, who);
    http_field(rs, "WWW-Authenticate", CHALLENGE);
    return problem(rs, 401, "token_required", "show a token: Authorization: Bearer TOKEN");
}

bool auth_knows(const struct auth *auth, const struct http_request *rq)
{
    struct tokens_holder holder;
    const char *shown = auth ? bearer(rq) : NULL;
    return !auth || (shown && tokens_recall(auth->tokens, shown, &holder) == TOKENS_GOOD);
}

/* ---- Signing in ---- */

struct signin *auth_signin(const struct auth *auth)
{
    return auth ? auth->signin : NULL;
}

/* The one of the issuer's tokens that is made for us: which it is differs from issuer to issuer. */
static tasks_status choose(struct auth *auth, const json_t *tokens, const char **token, tasks_error *error)
{
    static const char *const names[] = {"access_token", "id_token"};
    tasks_status status =
        fail(error, TASKS_DENIED, "sign_in_refused", "the issuer gave no token for this sign-in");
    for (size_t i = 0; status == TASKS_DENIED && i < sizeof names / sizeof *names; i++) {
        struct tokens_holder holder;
        *token = json_string_value(json_object_get(tokens, names[i]));
        if (*token)
            status = tokens_find(auth->tokens, *token, &holder, error);
    }
    return status;
}

/* Each try is one of the failures that an address may make: it has the issuer asked. */
int auth_exchange(struct auth *auth, const struct http_request *rq, struct http_response *rs,
                  const struct signin_code *code, json_t **tokens, const char **token)
{
    tasks_error error;
    struct address address = access_client(auth->access, rq);
    struct lru_key key = lru_key(&address, sizeof address);
    struct buckets_state state = buckets_take(auth->failures, &key, 1, log_clock_us());
    *tokens = NULL;
    if (!state.enough)
        return slow_down(rs, &state);
    tasks_status status = signin_exchange(auth->signin, code, rq->memory, tokens, &error);
    if (!status)
        status = choose(auth, *tokens, token, &error);
    return status ? auth_refuse(rq, rs, &error) : 0;
}
