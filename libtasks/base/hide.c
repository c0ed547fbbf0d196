#include "hide.h"

#include <string.h>

/* scheme://user:PASSWORD@host */
static void hide_user_info(char *authority)
{
    size_t length = strcspn(authority, "/?#");
    const char *at = memrchr(authority, '@', length);
    char *colon = at ? memchr(authority, ':', (size_t)(at - authority)) : NULL;
    if (colon)
        memset(colon + 1, '*', (size_t)(at - colon) - 1);
}

static void hide_parameter(char *query)
{
    static const char name[] = "password=";
    for (char *at = strpbrk(query, "?&"); at; at = strpbrk(at, "?&"))
        if (!strncmp(++at, name, strlen(name))) {
            char *value = at + strlen(name);
            memset(value, '*', strcspn(value, "&"));
        }
}

void hide_passwords(char **words)
{
    for (; *words; words++) {
        char *authority = strstr(*words, "://");
        if (!authority)
            continue;
        hide_user_info(authority + 3);
        hide_parameter(authority + 3);
    }
}
