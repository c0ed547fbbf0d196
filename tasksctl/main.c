#include "cmd.h"
#include "interrupt.h"
#include "terminal.h"

int main(int argc, char **argv)
{
    (void)argc;
    terminal_hold_streams();
    interrupt_catch();
    return cli_run(cmd_table, argv);
}
