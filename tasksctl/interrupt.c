#include "interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t deferred, noted;

static void handle(int number)
{
    if (!deferred || noted)
        _exit(128 + number);
    noted = number;
}

void interrupt_catch(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction ours = {.sa_handler = handle, .sa_flags = SA_RESTART}, found;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        /* What a shell or nohup has told us to ignore stays ignored. */
        if (sigaction(signals[i], NULL, &found) == 0 && found.sa_handler != SIG_IGN)
            sigaction(signals[i], &ours, NULL);
}

void interrupt_defer(void)
{
    deferred = 1;
}

int interrupt_exit_code(void)
{
    return noted ? 128 + noted : 0;
}
