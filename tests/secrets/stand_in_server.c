/* The stand-in as a program, for tests/secrets/run where moto cannot be had; see moto_server.py for what it
 * says and obeys. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stand_in.h"

static const stand_in_user users[] = {
    {"AKIDEXAMPLE", "example/secret+key", NULL, true},
    {"ASIAEXAMPLE", "example/session+key", "example/session+token==", true},
    {"AKIDDENIED", "example/secret+key", NULL, false},
    {0},
};

static stand_in aws = {.users = users,
                       .name = "prod/tasks-db",
                       .arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/tasks-db-AbCdEf",
                       .current = "{\"username\":\"u\",\"password\":\"p\"}",
                       .region = "eu-west-1",
                       .lifetime_s = 3600};

/* Those since the last time. */
static void say_readings(void)
{
    static int said;
    int calls = __atomic_load_n(&aws.secret_calls, __ATOMIC_SEQ_CST);
    for (; said < calls && said < STAND_IN_READINGS; said++)
        printf("%lld:%s ", (long long)aws.readings[said].at_ms,
               aws.readings[said].previous ? "AWSPREVIOUS" : "AWSCURRENT");
    puts("");
}

static void obey(const char *line)
{
    if (strncmp(line, "put ", 4) == 0) {
        stand_in_put(&aws, strdup(line + 4)); /* lives as long as it may be read: to the end */
        puts("done");
    } else if (strcmp(line, "readings") == 0) {
        say_readings();
    }
}

static void say_session(const char *whose, const stand_in_user *user)
{
    printf("%s_ID=%s\n%s_KEY=%s\n%s_TOKEN=%s\n", whose, user->key_id, whose, user->key, whose, user->token);
}

int main(void)
{
    char *line = NULL;
    size_t room = 0;
    web *s = stand_in_start(&aws);
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("URL=%s\n", web_url(s, "127.0.0.1", ""));
    printf("ARN=%s\n", aws.arn);
    printf("RIGHT_ID=%s\nRIGHT_KEY=%s\n", users[0].key_id, users[0].key);
    say_session("SESSION", &users[1]);
    say_session("INSTANCE", &users[1]);
    printf("DENIED_ID=%s\nDENIED_KEY=%s\n", users[2].key_id, users[2].key);
    puts("READY");
    for (long length; (length = getline(&line, &room, stdin)) > 0;) {
        line[strcspn(line, "\n")] = '\0';
        obey(line);
    }
    free(line);
    web_stop(s);
    return EXIT_SUCCESS;
}
