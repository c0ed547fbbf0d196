#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "number.h"

void terminal_hold_streams(void)
{
    /* Opened the wrong way round on purpose: using them must not seem to work. */
    static const int modes[] = {O_WRONLY, O_RDONLY, O_RDONLY};
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", modes[fd]) != fd)
            _exit(1);
}

int terminal_width(int fd)
{
    const char *columns = getenv("COLUMNS");
    int64_t number;
    struct winsize size;
    if (!isatty(fd))
        return 0;
    if (columns && number_read(columns, strlen(columns), 1, 10000, &number))
        return (int)number;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static bool has_text(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

bool terminal_color(int fd, int mode)
{
    if (mode != TERMINAL_COLOR_AUTO)
        return mode == TERMINAL_COLOR_ALWAYS;
    const char *term = getenv("TERM");
    return isatty(fd) && !has_text("NO_COLOR") && term && *term && strcmp(term, "dumb") != 0;
}

bool terminal_can_ask(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool terminal_ask(const char *question)
{
    char answer[16];
    fprintf(stderr, "%s [y/N] ", question);
    if (!fgets(answer, sizeof answer, stdin))
        return false;
    answer[strcspn(answer, "\n")] = '\0';
    return strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0;
}
