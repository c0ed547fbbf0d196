/* One run of the program: what the command line said, the open store, where results go. */
#ifndef CLI_H
#define CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "exits.h"
#include "option.h"
#include "output.h"
#include "tasks.h"

typedef struct cli cli;

/* What a command takes beside its words. */
typedef struct cli_form {
    const option *options;       /* ends with a NULL name; may be NULL */
    size_t size;                 /* of what the options fill, */
    const void *defaults;        /* which starts as a copy of this */
    const char *const *examples; /* ends with NULL */
    const char *const *notes;    /* paragraphs of help, ends with NULL; may be NULL */
} cli_form;

typedef struct cli_command {
    const char *name;
    int (*run)(cli *c); /* returns an exit code */
    const char *words;  /* how help shows what is no option */
    size_t min, max;    /* how many words there may be */
    const char *help;
    const cli_form *form;
} cli_command;

struct cli {
    const cli_command *commands; /* ends with a NULL name */
    const cli_command *command;
    const char *db, *secret, *owner; /* --db, --db-secret, --owner; or NULL */
    int format;                      /* OUTPUT_... */
    int color;                       /* TERMINAL_COLOR_... */
    bool help, version;
    void *arguments; /* what the form of the command describes */
    char **words;
    size_t word_count;
    buf uri;         /* of the store; set by store_locate() */
    tasks_db *store; /* set by store_open() */
    output out;
};

/* The options that every command has. */
extern const option cli_options[];

/* Runs the command that `argv` names and returns the exit code. `argv` is rearranged. */
int cli_run(const cli_command *commands, char **argv);

const cli_command *cli_find(const cli *c, const char *name);

/* Report and return the exit code. `where` may be NULL. */
int cli_failed(const cli *c, const char *where, const tasks_error *error);
__attribute__((format(printf, 3, 4))) int cli_misused(const cli *c, const char *code, const char *format,
                                                      ...);
int cli_unknown_command(const cli *c, const char *name);

#endif
