#include "config_value.h"

#include <stdio.h>
#include <string.h>

#include "balancer.h"
#include "discovery.h"
#include "limit.h"
#include "number.h"

static void *member(const struct setting *setting, struct config *config)
{
    return (char *)config + setting->offset;
}

const char *config_value_text(const struct setting *setting, struct config *config, char *text)
{
    *(const char **)member(setting, config) = text;
    return *text ? NULL : "is empty";
}

/* The place of `text` in a NULL-terminated list; -1 if it is not there. */
static int word(const char *const *words, const char *text)
{
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], text) == 0)
            return i;
    return -1;
}

const char *config_value_switch(const struct setting *setting, struct config *config, char *text)
{
    static const char *const words[] = {"false", "true", "no", "yes", "0", "1", NULL};
    int at = word(words, text);
    *(bool *)member(setting, config) = at & 1;
    return at < 0 ? "is neither true nor false" : NULL;
}

static const char *out_of_range(const struct setting *setting, struct config *config, int64_t scale,
                                const char *unit)
{
    char text[80];
    snprintf(text, sizeof text, "is not a number from %lld to %lld%s", (long long)(setting->min / scale),
             (long long)(setting->max / scale), unit);
    const char *copy = arena_copy(&config->memory, text, strlen(text));
    return copy ? copy : "is out of range";
}

const char *config_value_number(const struct setting *setting, struct config *config, char *text)
{
    int64_t *value = member(setting, config);
    bool good = number_read(text, strlen(text), setting->min, setting->max, value);
    return good ? NULL : out_of_range(setting, config, 1, "");
}

const char *config_value_duration(const struct setting *setting, struct config *config, char *text)
{
    static const struct {
        const char *name;
        int64_t scale;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"", 1000}};
    int64_t *value = member(setting, config);
    size_t digits = strspn(text, "0123456789");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(text + digits, units[i].name) != 0)
            continue;
        if (!number_read(text, digits, 0, setting->max / units[i].scale, value))
            break;
        *value *= units[i].scale;
        return *value < setting->min ? out_of_range(setting, config, 1, " ms") : NULL;
    }
    return "is not a time such as 500ms, 15s or 2m, up to an hour";
}

const char *config_value_listen(const struct setting *setting, struct config *config, char *text)
{
    (void)setting;
    return listen_read_list(text, config->listen, &config->listen_count);
}

const char *config_value_admin(const struct setting *setting, struct config *config, char *text)
{
    (void)setting;
    return listen_read_list(text, config->admin, &config->admin_count);
}

const char *config_value_auth(const struct setting *setting, struct config *config, char *text)
{
    static const char *const words[] = {[CONFIG_AUTH_UNSAID] = "",
                                        [CONFIG_AUTH_NONE] = "none",
                                        [CONFIG_AUTH_TOKEN] = "token",
                                        [CONFIG_AUTH_OIDC] = "oidc",
                                        NULL};
    int at = word(words, text);
    (void)setting;
    config->auth = at > 0 ? (enum config_auth)at : CONFIG_AUTH_UNSAID;
    return at > 0 ? NULL : "is none of token, oidc and none, which lets everybody in";
}

const char *config_value_log(const struct setting *setting, struct config *config, char *text)
{
    static const char *const words[] = {
        [LOG_NONE] = "none", [LOG_TEXT] = "text", [LOG_JSON] = "json", [LOG_AUTO] = "auto", NULL};
    int at = word(words, text);
    (void)setting;
    config->log_format = at >= 0 ? (enum log_format)at : LOG_NONE;
    return at >= 0 ? NULL : "is not one of auto, text, json and none";
}

const char *config_value_hosts(const struct setting *setting, struct config *config, char *text)
{
    (void)setting;
    return access_hosts(&config->access, text);
}

const char *config_value_origins(const struct setting *setting, struct config *config, char *text)
{
    (void)setting;
    return access_origins(&config->access, text);
}

const char *config_value_proxies(const struct setting *setting, struct config *config, char *text)
{
    (void)setting;
    return access_proxies(&config->access, text);
}

const char *config_value_algorithm(const struct setting *setting, struct config *config, char *text)
{
    static const char *const words[] = {[JWT_RS256] = "RS256", [JWT_ES256] = "ES256", NULL};
    int at = word(words, text);
    (void)setting;
    config->oidc_algorithm = at >= 0 ? (enum jwt_algorithm)at : JWT_RS256;
    return at >= 0 ? NULL : "is neither RS256 nor ES256";
}

const char *config_value_issuer(const struct setting *setting, struct config *config, char *text)
{
    (void)setting;
    config->oidc_issuer = text;
    return discovery_url_ok(text) ? NULL : "is not a URL such as https://issuer.example";
}

const char *config_value_not_before(const struct setting *setting, struct config *config, char *text)
{
    static const char *const words[] = {"nbf", "iat", NULL};
    int at = word(words, text);
    (void)setting;
    config->oidc_iat_will_do = at == 1;
    return at >= 0 ? NULL : "is neither nbf nor iat";
}

const char *config_value_balancer(const struct setting *setting, struct config *config, char *text)
{
    (void)setting;
    config->oidc_balancer = text;
    return balancer_arn_ok(text) ? NULL : "is not the ARN of an Application Load Balancer";
}

const char *config_value_keys(const struct setting *setting, struct config *config, char *text)
{
    (void)setting;
    config->oidc_balancer_keys = text;
    return discovery_url_ok(text) ? NULL : "is not a URL such as https://keys.example";
}

const char *config_value_url(const struct setting *setting, struct config *config, char *text)
{
    const char *rest = strstr(text, "://");
    bool known = strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
    *(const char **)member(setting, config) = text;
    if (known && rest[3] && rest[3] != '/' && !strpbrk(text, " \t\r\n\\@#"))
        return NULL;
    return "is not a URL such as https://collector.example";
}

const char *config_value_rate(const struct setting *setting, struct config *config, char *text)
{
    (void)setting;
    return limit_read(text, &config->rate);
}
