#include "option.h"

#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "number.h"
#include "suggest.h"

static void *member(const option *o, void *arguments)
{
    return (char *)arguments + o->at;
}

const char *option_flag(const option *o, const char *text, void *arguments)
{
    (void)text;
    *(bool *)member(o, arguments) = true;
    return NULL;
}

const char *option_constant(const option *o, const char *text, void *arguments)
{
    (void)text;
    *(int *)member(o, arguments) = o->constant;
    return NULL;
}

const char *option_text(const option *o, const char *text, void *arguments)
{
    *(const char **)member(o, arguments) = text;
    return NULL;
}

const char *option_count(const option *o, const char *text, void *arguments)
{
    return number_read(text, strlen(text), 1, INT64_MAX, member(o, arguments)) ? NULL
                                                                               : "a whole number from 1";
}

/* Is `word` (of `length` bytes) this option, as a long name or as a letter? */
static bool named(const option *o, const char *word, size_t length)
{
    if (word[1] != '-')
        return length == 2 && o->letter == word[1];
    return strlen(o->name) == length - 2 && memcmp(o->name, word + 2, length - 2) == 0;
}

static const option *find(const option_parser *p, const char *word, size_t length, void **arguments)
{
    for (size_t i = 0; i < sizeof p->sets / sizeof *p->sets; i++)
        for (const option *o = p->sets[i].options; o && o->name; o++)
            if (named(o, word, length)) {
                *arguments = p->sets[i].arguments;
                return o;
            }
    return NULL;
}

static void fault_unknown(const option_parser *p, const char *word, size_t length)
{
    char name[64];
    size_t dashes = strspn(word, "-");
    snprintf(name, sizeof name, "%.*s", (int)(length - dashes), word + dashes);
    suggest s;
    suggest_init(&s, name);
    for (size_t i = 0; i < sizeof p->sets / sizeof *p->sets; i++)
        for (const option *o = p->sets[i].options; o && o->name; o++)
            suggest_offer(&s, o->name);
    fail(p->error, TASKS_INVALID, "option_unknown", "unknown option %.*s%s%s%s",
         (int)(length < 60 ? length : 60), word, s.best ? "; did you mean --" : "", s.best ? s.best : "",
         s.best ? "?" : "");
}

static void fault_value(const option_parser *p, const option *o, const char *wanted, const char *text)
{
    if (text)
        fail(p->error, TASKS_INVALID, "option_value", "--%s takes %s, not '%.60s'", o->name, wanted, text);
    else
        fail(p->error, TASKS_INVALID, "option_value", "--%s takes %s", o->name, wanted);
}

/* `word` is "--name", "--name=value" or "-x". */
static void parse_option(option_parser *p, const char *word)
{
    size_t length = strcspn(word, "=");
    const char *text = word[length] ? word + length + 1 : NULL, *wanted;
    void *arguments;
    const option *o = find(p, word, length, &arguments);
    bool faulty = p->error->status != TASKS_OK;
    if (!o) {
        if (!faulty)
            fault_unknown(p, word, length);
        return;
    }
    if (o->value && !text && *p->next)
        text = *p->next++;
    if (!o->value != !text)
        wanted = o->value ? o->value : "no value";
    else
        wanted = o->read(o, text, arguments);
    if (wanted && !faulty)
        fault_value(p, o, wanted, text);
}

static void parse_one(option_parser *p)
{
    char *word = *p->next++;
    if (p->only_words || word[0] != '-' || !word[1])
        p->words[p->word_count++] = word;
    else if (strcmp(word, "--") == 0)
        p->only_words = true;
    else
        parse_option(p, word);
}

bool option_parse_word(option_parser *p)
{
    while (!p->word_count && *p->next)
        parse_one(p);
    return p->word_count;
}

void option_parse_rest(option_parser *p)
{
    while (*p->next)
        parse_one(p);
}
