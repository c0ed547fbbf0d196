/* Reading the text of one setting. */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include "config.h"

struct setting;

/* Puts the value into `config`, which keeps `text`. NULL, or what is wrong with it. */
typedef const char *config_reader(const struct setting *setting, struct config *config, char *text);

struct setting {
    const char *name;
    const char *argument; /* what the help calls its value; NULL: a switch */
    config_reader *read;
    size_t offset;    /* of the member of struct config, for the readers that serve several */
    int64_t min, max; /* in milliseconds for a duration */
    const char *initial;
    const char *help;
};

config_reader config_value_text, config_value_switch, config_value_number, config_value_duration,
    config_value_listen, config_value_admin, config_value_auth, config_value_log, config_value_hosts,
    config_value_origins, config_value_proxies, config_value_rate, config_value_algorithm,
    config_value_issuer, config_value_url, config_value_not_before, config_value_balancer, config_value_keys;

#endif
