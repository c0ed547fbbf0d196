#include "handle.h"

#include <string.h>

#include "fail.h"
#include "json_in.h"
#include "json_out.h"
#include "problem.h"

static const char *way_of(const struct app *app)
{
    return auth_signin(app->auth) ? "oidc" : app->auth ? "token" : "none";
}

int handle_signin_get(struct app *app, const struct http_request *rq, struct http_response *rs)
{
    tasks_error error;
    json_out json;
    const char *url = NULL;
    struct signin *signin = auth_signin(app->auth);
    if (signin && signin_start(signin, rq->memory, &url, &error))
        return auth_refuse(rq, rs, &error);
    rs->type = "application/json";
    json_out_init(&json, &rs->body);
    json_out_object(&json, NULL);
    json_out_text(&json, "way", way_of(app));
    if (signin) {
        json_out_text(&json, "authorization_endpoint", url);
        json_out_text(&json, "client_id", app->config->oidc_client);
        json_out_text(&json, "scope", app->config->oidc_scope);
    }
    json_out_object_end(&json);
    return 200;
}

static bool read_code(const json_t *body, struct signin_code *code)
{
    code->code = json_string_value(json_object_get(body, "code"));
    code->verifier = json_string_value(json_object_get(body, "verifier"));
    code->redirect_uri = json_string_value(json_object_get(body, "redirect_uri"));
    return code->code && code->verifier && code->redirect_uri;
}

static int exchange(struct app *app, const struct http_request *rq, struct http_response *rs,
                    const struct signin_code *code)
{
    json_t *tokens;
    json_out json;
    const char *token;
    int refused = auth_exchange(app->auth, rq, rs, code, &tokens, &token);
    if (!refused) {
        rs->type = "application/json";
        json_out_init(&json, &rs->body);
        json_out_object(&json, NULL);
        json_out_text(&json, "token", token);
        json_out_object_end(&json);
    }
    json_decref(tokens);
    return refused ? refused : 200;
}

int handle_signin_post(struct app *app, const struct http_request *rq, struct http_response *rs)
{
    tasks_error error;
    json_t *body;
    struct signin_code code;
    if (!auth_signin(app->auth))
        return problem(rs, 404, "sign_in_unknown", "nobody signs in here with a code; see GET /sign-in");
    if (json_in_read(rq->body.bytes, rq->body.length, &body, &error))
        return problem_error(rq, rs, &error);
    int status = read_code(body, &code)
                     ? exchange(app, rq, rs, &code)
                     : problem(rs, 400, "code_missing", "code, verifier and redirect_uri are wanted");
    json_decref(body);
    return status;
}
