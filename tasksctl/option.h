/* Options as data: one table per command drives the parser and the help text. Names are written out in
 * full, so that a new option never changes what an old command line means. */
#ifndef OPTION_H
#define OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tasks.h"

typedef struct option option;

/* Stores what the option says; `text` is its value, NULL for a flag. `arguments` is what the table's
 * offsets count from. Returns NULL, or what the value should have been ("a whole number from 1"). */
typedef const char *option_reader(const option *o, const char *text, void *arguments);

struct option {
    const char *name;  /* without the dashes; NULL ends a table */
    const char *value; /* how help calls the value; NULL: a flag */
    const char *help;
    option_reader *read;
    size_t at;    /* offset of the member that the reader fills */
    int constant; /* what option_constant() stores */
    char letter;  /* short form, or 0 */
};

/* Rows of a table. */
#define OPTION(name, value, help, read, at)                                                                  \
    {                                                                                                        \
        name, value, help, read, at, 0, 0                                                                    \
    }
#define OPTION_FLAG(name, help, at)                                                                          \
    {                                                                                                        \
        name, NULL, help, option_flag, at, 0, 0                                                              \
    }
#define OPTION_CONSTANT(name, help, at, value)                                                               \
    {                                                                                                        \
        name, NULL, help, option_constant, at, value, 0                                                      \
    }

option_reader option_flag;     /* bool */
option_reader option_constant; /* int: option.constant */
option_reader option_text;     /* const char * */
option_reader option_count;    /* int64_t from 1 */

typedef struct option_set {
    const option *options; /* may be NULL */
    void *arguments;
} option_set;

typedef struct option_parser {
    char **next;        /* the command line that is left, ends with NULL */
    option_set sets[2]; /* searched in this order */
    char **words;       /* what is no option, in order; room for the whole command line */
    size_t word_count;
    bool only_words;    /* after "--" */
    tasks_error *error; /* the first fault sticks and the rest is still read: --json must be known */
} option_parser;

/* Reads up to the first word, which is left in `words`; false when the command line holds none. */
bool option_parse_word(option_parser *p);
/* Reads all that is left. */
void option_parse_rest(option_parser *p);

#endif
