#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"

extern char **environ;

enum { VARIABLES_MAX = 256, DOCUMENTS_MAX = 64, PATIENCE_SECONDS = 50 };

static char base[PATH_MAX - 8]; /* holds the folders of all tests */
static arena memory;            /* of one test */
static json_t *documents[DOCUMENTS_MAX];
static size_t document_count;

/* ---- The environment ---- */

/* What would change what the program does; everything else (sanitizers, coverage) is handed on. */
static const char *const dropped[] = {
    "TASKS_", "XDG_", "HOME=", "NO_COLOR=", "COLUMNS=", "TERM=", "TZ=", "LANG=", "LC_"};

static bool is_dropped(const char *variable)
{
    for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++)
        if (strncmp(variable, dropped[i], strlen(dropped[i])) == 0)
            return true;
    return false;
}

static void set_variable(const char **list, size_t *count, const char *variable)
{
    size_t kept = 0, length = strcspn(variable, "=");
    for (size_t i = 0; i < *count; i++)
        if (strncmp(list[i], variable, length) != 0 || list[i][length] != '=')
            list[kept++] = list[i];
    if (variable[length])
        list[kept++] = variable;
    ck_assert_uint_lt(kept, VARIABLES_MAX);
    list[kept] = NULL;
    *count = kept;
}

static void make_environment(const program *how, const char **list)
{
    /* Rules written out, so that no time zone data has to be installed. */
    static const char *const ours[] = {"TASKS_DB=sqlite:tasks.db", "TZ=CET-1CEST,M3.5.0,M10.5.0/3", NULL};
    size_t count = 0;
    for (char **variable = environ; *variable && count < VARIABLES_MAX - 16; variable++)
        if (!is_dropped(*variable))
            list[count++] = *variable;
    for (const char *const *variable = ours; *variable; variable++)
        set_variable(list, &count, *variable);
    for (const char *const *variable = how->environment; variable && *variable; variable++)
        set_variable(list, &count, *variable);
}

/* ---- Running ---- */

static int memory_file(const char *bytes, size_t length)
{
    int fd = memfd_create("tasksctl", MFD_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, length), (ssize_t)length);
    ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static void set_signals(posix_spawnattr_t *attributes, bool pipe_ignored)
{
    sigset_t defaults;
    sigemptyset(&defaults);
    if (!pipe_ignored)
        sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGINT);
    posix_spawnattr_setsigdefault(attributes, &defaults);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF);
}

static char **make_arguments(const char *const arguments[])
{
    size_t count = 0;
    while (arguments[count])
        count++;
    char **argv = arena_alloc(&memory, (count + 2) * sizeof *argv);
    argv[0] = arena_copy(&memory, TASKSCTL, strlen(TASKSCTL));
    for (size_t i = 0; i < count; i++)
        argv[i + 1] = arena_copy(&memory, arguments[i], strlen(arguments[i]));
    argv[count + 1] = NULL;
    return argv;
}

pid_t program_start(const program *how, const char *const arguments[])
{
    char **argv = make_arguments(arguments);
    const char **variables = arena_alloc(&memory, VARIABLES_MAX * sizeof *variables);
    const int streams[] = {how->in, how->out, how->err};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    pid_t pid;

    make_environment(how, variables);
    posix_spawn_file_actions_init(&files);
    for (int fd = 0; fd < 3; fd++)
        posix_spawn_file_actions_adddup2(&files, streams[fd], fd);
    for (int fd = 0; fd < 3; fd++)
        if (how->closed[fd])
            posix_spawn_file_actions_addclose(&files, fd);
    posix_spawnattr_init(&attributes);
    set_signals(&attributes, how->pipe_ignored);
    if (how->pipe_ignored)
        signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(posix_spawn(&pid, TASKSCTL, &files, &attributes, argv, (char **)(void *)variables), 0);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return pid;
}

result program_end(pid_t pid)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    int status, waited = 0;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (++waited > PATIENCE_SECONDS * 1000) {
            kill(pid, SIGKILL);
            ck_abort_msg("tasksctl did not end");
        }
        nanosleep(&pause, NULL);
    }
    return (result){.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
                    .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0};
}

static const char *read_all(int fd, size_t *length)
{
    struct stat facts;
    ck_assert_int_eq(fstat(fd, &facts), 0);
    char *bytes = arena_alloc(&memory, (size_t)facts.st_size + 1);
    ck_assert_int_eq(pread(fd, bytes, (size_t)facts.st_size, 0), facts.st_size);
    bytes[facts.st_size] = '\0';
    *length = (size_t)facts.st_size;
    close(fd);
    return bytes;
}

result program_run(const program *how, const char *const arguments[])
{
    program all = *how;
    size_t length;
    if (!how->in)
        all.in = memory_file(how->input ? how->input : "",
                             how->input_length || !how->input ? how->input_length : strlen(how->input));
    if (!how->out)
        all.out = memory_file("", 0);
    if (!how->err)
        all.err = memory_file("", 0);
    result r = program_end(program_start(&all, arguments));
    if (!how->in)
        close(all.in);
    if (!how->out)
        r.out = read_all(all.out, &r.out_length);
    if (!how->err)
        r.err = read_all(all.err, &length);
    return r;
}

/* ---- Checking ---- */

void program_expect(const result *r, int code, const char *out, const char *err)
{
    ck_assert_msg(r->code == code, "exit code %d (signal %d), not %d: %s", r->code, r->signal, code, r->err);
    if (out)
        ck_assert_str_eq(r->out, out);
    if (err)
        ck_assert_str_eq(r->err, err);
}

void program_refuses(const result *r, int code, const char *words)
{
    program_expect(r, code, "", NULL);
    ck_assert_msg(strncmp(r->err, "tasksctl: ", 10) == 0 && strstr(r->err, words), "'%s' in: %s", words,
                  r->err);
    ck_assert_msg(strchr(r->err, '\n') == r->err + strlen(r->err) - 1, "not one line: %s", r->err);
}

static json_t *document(const char *text)
{
    json_error_t error;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(json != NULL, "%s in: %s", error.text, text);
    ck_assert_uint_lt(document_count, DOCUMENTS_MAX);
    return documents[document_count++] = json;
}

json_t *program_json(const result *r)
{
    ck_assert_msg(r->code == 0, "exit code %d: %s", r->code, r->err);
    ck_assert_str_eq(r->err, "");
    return document(r->out);
}

void program_expect_json_error(const result *r, int code, const char *word)
{
    program_expect(r, code, "", NULL);
    json_t *error = document(r->err);
    ck_assert_uint_eq(json_object_size(error), 4);
    ck_assert_str_eq(json_string_value(json_object_get(error, "code")), word);
    ck_assert_ptr_nonnull(json_string_value(json_object_get(error, "status")));
    ck_assert_ptr_nonnull(json_string_value(json_object_get(error, "message")));
    json_t *field = json_object_get(error, "field");
    ck_assert(json_is_string(field) || json_is_null(field));
}

/* ---- Files ---- */

const char *program_file(const char *path, size_t *length)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
    return read_all(fd, length);
}

void program_write_file(const char *path, const char *bytes, size_t length)
{
    FILE *file = fopen(path, "wxe");
    ck_assert_msg(file != NULL, "%s: %s", path, strerror(errno));
    ck_assert_uint_eq(fwrite(bytes, 1, length, file), length);
    ck_assert_int_eq(fclose(file), 0);
}

static int remove_one(const char *path, const struct stat *facts, int type, struct FTW *where)
{
    (void)facts;
    (void)type;
    (void)where;
    return remove(path);
}

/* ---- Tests, each in a process and a folder of its own ---- */

static void test_begin(void)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s/XXXXXX", base);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    arena_init(&memory);
    document_count = 0;
}

static void test_end(void)
{
    while (document_count)
        json_decref(documents[--document_count]);
    arena_done(&memory);
}

static int run_tests(const char *name, const TTest *const tests[])
{
    Suite *suite = suite_create(name);
    TCase *group = tcase_create(name);
    tcase_set_timeout(group, 60);
    tcase_add_checked_fixture(group, test_begin, test_end);
    for (; *tests; tests++)
        tcase_add_test(group, *tests);
    suite_add_tcase(suite, group);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int program_tests(const char *name, const TTest *const tests[])
{
    const char *temporary = getenv("TMPDIR");
    snprintf(base, sizeof base, "%s/tasksctl-XXXXXX", temporary && *temporary ? temporary : "/tmp");
    if (!mkdtemp(base)) {
        perror(base);
        return EXIT_FAILURE;
    }
    int code = run_tests(name, tests);
    nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return code;
}
