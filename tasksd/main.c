#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "crash.h"
#include "hide.h"
#include "server.h"
#include "signals.h"
#include "trace.h"

/* Titles and passwords pass through this process: no core file, no debugger of the same user, no file
 * that others can read. */
static void keep_private(void)
{
    const struct rlimit none = {0, 0};
    prctl(PR_SET_DUMPABLE, 0);
    setrlimit(RLIMIT_CORE, &none);
    umask(077);
}

/* glibc would keep free memory in eight places for each processor, for hundreds of workers taking turns. */
static void keep_small(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    mallopt(M_ARENA_MAX, processors > 0 ? (int)processors : 1);
}

static int show_help(void)
{
    buf text;
    buf_init(&text, 64 << 10);
    config_help(&text);
    bool said = !text.status && puts(text.bytes) >= 0 && fflush(stdout) == 0;
    buf_done(&text);
    return said ? SERVER_DONE : SERVER_FAILED;
}

static int show_version(void)
{
    printf("tasksd %s\n", tasks_version());
    return fflush(stdout) == 0 ? SERVER_DONE : SERVER_FAILED;
}

static int run(struct config *config)
{
    if (!log_start(config->log_format, config->log_file)) {
        fprintf(stderr, "tasksd: --log-file: %s: %s\n", config->log_file, strerror(errno));
        return SERVER_FAILED;
    }
    log_embed(config->cloudwatch);
    trace_start();
    keep_private();
    keep_small();
    signals_block();
    if (!crash_watch(config)) {
        log_error("--error-webhook: %s", strerror(errno));
        return SERVER_FAILED;
    }
    if (!log_gather()) {
        log_error("cannot start the thread of the log");
        return SERVER_FAILED;
    }
    int result = server_run(config);
    log_stop();
    crash_dismiss();
    return result;
}

int main(int argc, char **argv)
{
    struct config config;
    buf fault;
    int result = SERVER_USAGE;
    buf_init(&fault, 16 << 10);
    (void)argc;
    enum config_result read = config_read(&config, argv, &fault);
    hide_passwords(argv);
    switch (read) {
    case CONFIG_RUN:
        result = run(&config);
        break;
    case CONFIG_HELP:
        result = show_help();
        break;
    case CONFIG_VERSION:
        result = show_version();
        break;
    case CONFIG_BAD:
        fprintf(stderr, "tasksd: %s\n", fault.bytes ? fault.bytes : "out of memory");
        break;
    }
    buf_done(&fault);
    config_done(&config);
    return result;
}
