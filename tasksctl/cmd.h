/* The commands: what each takes, and what runs it. */
#ifndef CMD_H
#define CMD_H

#include "cli.h"

extern const cli_command cmd_table[]; /* ends with a NULL name */

extern const cli_form cmd_add_form, cmd_list_form, cmd_show_form, cmd_edit_form, cmd_done_form,
    cmd_undone_form, cmd_delete_form, cmd_migrate_form, cmd_check_form, cmd_backup_form, cmd_copy_form,
    cmd_stats_form, cmd_secret_form, cmd_token_form, cmd_probe_form, cmd_completion_form, cmd_version_form,
    cmd_help_form;

int cmd_add(cli *c);
int cmd_list(cli *c);
int cmd_show(cli *c);
int cmd_edit(cli *c);
int cmd_done(cli *c);
int cmd_undone(cli *c);
int cmd_delete(cli *c);
int cmd_migrate(cli *c);
int cmd_check(cli *c);
int cmd_backup(cli *c);
int cmd_copy(cli *c);
int cmd_stats(cli *c);
int cmd_secret(cli *c);
int cmd_token(cli *c);
int cmd_probe(cli *c); /* only where there is libtasks/net */
int cmd_completion(cli *c);
int cmd_version(cli *c);
int cmd_help(cli *c);

#endif
