#include "crash.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "telemetry.h"

enum {
    PATIENCE_MS = 5000, /* a container ends with its first process: so long it stays for the report */
    DISMISSED = 'q',
    WORDS_MAX = 64
};

static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

static int to_reporter = -1, reporter_lives = -1;

/* ---- The reporter ---- */

/* What the first process had to say, once it is gone. */
static size_t read_last_words(int fd, char words[WORDS_MAX])
{
    size_t length = 0;
    ssize_t count;
    do {
        count = read(fd, words + length, WORDS_MAX - 1 - length);
        length += count > 0 ? (size_t)count : 0;
    } while (count > 0 || (count < 0 && errno == EINTR));
    words[length] = '\0';
    return length;
}

/* Ends without the clean-up of a process that it is only a copy of. */
static _Noreturn void report(const struct config *config, int fd)
{
    char words[WORDS_MAX];
    tasks_error error;
    struct telemetry *telemetry = telemetry_for_errors(config, &error); /* now, while secrets can be read */
    size_t length = read_last_words(fd, words);
    if (telemetry && words[0] != DISMISSED)
        telemetry_crash(telemetry, length ? words : "killed, or out of its stack");
    telemetry_free(telemetry);
    _exit(0);
}

/* ---- The first process ---- */

/* Only what may be done in a handler of signals. The signal then comes a second time, to its usual end. */
static void tell(int number)
{
    char words[] = "signal 00";
    struct pollfd end = {.fd = reporter_lives};
    words[sizeof words - 3] = (char)('0' + number / 10);
    words[sizeof words - 2] = (char)('0' + number % 10);
    if (write(to_reporter, words, sizeof words - 1) > 0) {
        close(to_reporter);
        poll(&end, 1, PATIENCE_MS); /* the reporter's end of it goes with the reporter */
    }
    raise(number);
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = tell, .sa_flags = (int)SA_RESETHAND};
    signal(SIGCHLD, SIG_IGN); /* nobody waits for the reporter */
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
        sigaction(fatal[i], &action, NULL);
}

static bool start(const struct config *config, int words[2], int life[2])
{
    pid_t child = fork();
    if (child < 0)
        return false;
    if (child == 0) {
        close(words[1]);
        close(life[0]);
        report(config, words[0]);
    }
    close(words[0]);
    close(life[1]);
    to_reporter = words[1];
    reporter_lives = life[0];
    catch_signals();
    return true;
}

bool crash_watch(const struct config *config)
{
    int words[2], life[2];
    if (!config->error_webhook)
        return true;
    if (pipe2(words, O_CLOEXEC) || pipe2(life, O_CLOEXEC))
        return false;
    return start(config, words, life);
}

void crash_dismiss(void)
{
    static const char word = DISMISSED;
    if (to_reporter < 0)
        return;
    if (write(to_reporter, &word, 1) < 0) {
        /* The reporter is gone: there is nobody to tell. */
    }
    close(to_reporter);
    to_reporter = -1;
}
