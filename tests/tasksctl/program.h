/* Running the real tasksctl, and what it printed. Each test has a folder of its own, which is also the
 * current folder and is removed afterwards; the store there is `tasks.db`, and TASKS_DB names it. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#undef fail /* an old macro of Check, and our function */

#include <jansson.h>

typedef struct program {
    const char *const *environment; /* more variables, "NAME=value"; "NAME" alone takes one away */
    const char *input;              /* what standard input holds; nothing by default */
    size_t input_length;            /* 0: up to the NUL */
    int in, out, err;               /* descriptors to use instead; 0: none */
    bool closed[3];                 /* start it without these */
    bool pipe_ignored;              /* start it with SIGPIPE ignored */
} program;

typedef struct result {
    int code;   /* exit code; -1 if a signal ended it */
    int signal; /* which one, or 0 */
    const char *out, *err;
    size_t out_length;
} result; /* lives as long as the test */

result program_run(const program *how, const char *const arguments[]);
#define RUN(...)           program_run(&(program){0}, (const char *const[]){__VA_ARGS__, NULL})
#define RUN_WITH(how, ...) program_run(&(how), (const char *const[]){__VA_ARGS__, NULL})

/* For a program that is watched while it runs. */
pid_t program_start(const program *how, const char *const arguments[]);
#define START(how, ...) program_start(&(how), (const char *const[]){__VA_ARGS__, NULL})
result program_end(pid_t pid); /* waits for it; no output is collected */

/* Checks the exit code and that exactly these texts were printed; NULL: any. */
void program_expect(const result *r, int code, const char *out, const char *err);
#define EXPECT(code, out, err, ...)                                                                          \
    do {                                                                                                     \
        result expected_ = RUN(__VA_ARGS__);                                                                 \
        program_expect(&expected_, code, out, err);                                                          \
    } while (0)

/* Checks the exit code, that nothing was printed, and that one line of complaint holds `words`. */
void program_refuses(const result *r, int code, const char *words);
#define REFUSES(code, words, ...)                                                                            \
    do {                                                                                                     \
        result refused_ = RUN(__VA_ARGS__);                                                                  \
        program_refuses(&refused_, code, words);                                                             \
    } while (0)

/* The JSON document that the output is; the test fails if it is none, or more than one. Lives as long as
 * the test. */
json_t *program_json(const result *r);
/* The same for the complaint; its four members are checked, and `code` must be this. */
void program_expect_json_error(const result *r, int code, const char *word);

/* A file's bytes. Live as long as the test. */
const char *program_file(const char *path, size_t *length);
void program_write_file(const char *path, const char *bytes, size_t length);

/* The main program of a test file. */
int program_tests(const char *name, const TTest *const tests[]);

#endif
