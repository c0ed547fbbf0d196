#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "exits.h"
#include "hide.h"
#include "interrupt.h"
#include "terminal.h"

/* In one block, to be freed; NULL when there is no memory. */
static char **copy_words(char **words, size_t count)
{
    size_t size = (count + 1) * sizeof *words;
    for (size_t i = 0; i < count; i++)
        size += strlen(words[i]) + 1;
    char **copies = calloc(1, size);
    char *end = copies ? (char *)(copies + count + 1) : NULL;
    for (size_t i = 0; end && i < count; i++) {
        copies[i] = end;
        end = stpcpy(end, words[i]) + 1;
    }
    return copies;
}

int main(int argc, char **argv)
{
    terminal_hold_streams();
    interrupt_catch();
    char **words = copy_words(argv, (size_t)argc);
    if (!words) {
        fputs("tasksctl: out of memory\n", stderr);
        return EXITS_FAILED;
    }
    hide_passwords(argv);
    int code = cli_run(cmd_table, words);
    free(words);
    return code;
}
