#include "cmd.h"

enum { IDS = TASKS_LIMIT_MAX }; /* as many as one batch holds */

const cli_command cmd_table[] = {
    {"add", cmd_add, "\"TITLE\"|-", 1, 1, "Add a task, or one for each line of standard input",
     &cmd_add_form},
    {"list", cmd_list, "", 0, 0, "List tasks", &cmd_list_form},
    {"show", cmd_show, "ID...", 1, IDS, "Show all that is known about tasks", &cmd_show_form},
    {"edit", cmd_edit, "ID", 1, 1, "Change a task", &cmd_edit_form},
    {"done", cmd_done, "ID...", 1, IDS, "Mark tasks as done", &cmd_done_form},
    {"undone", cmd_undone, "ID...", 1, IDS, "Mark tasks as open again", &cmd_undone_form},
    {"delete", cmd_delete, "ID...", 0, IDS, "Delete tasks", &cmd_delete_form},
    {"migrate", cmd_migrate, "", 0, 0, "Bring the store's schema up to date", &cmd_migrate_form},
    {"check", cmd_check, "", 0, 0, "Read the whole store and check it", &cmd_check_form},
    {"backup", cmd_backup, "FILE", 1, 1, "Write a verified copy of the store", &cmd_backup_form},
    {"copy", cmd_copy, "FROM TO", 2, 2, "Copy a store into an empty one, of any backend", &cmd_copy_form},
    {"stats", cmd_stats, "", 0, 0, "Show figures of the store", &cmd_stats_form},
    {"token", cmd_token, "create|list|revoke [ID]", 1, 2, "Let others in to a server, or no longer",
     &cmd_token_form},
    {"version", cmd_version, "", 0, 0, "Print the version", &cmd_version_form},
    {"secret", cmd_secret, "check REF", 2, 2, "Try to read a secret, without showing it", &cmd_secret_form},
#ifdef TASKS_NET
    {"probe", cmd_probe, "URL", 1, 1, "Ask a running server whether it is well", &cmd_probe_form},
#endif
    {"completion", cmd_completion, "bash|zsh|fish", 1, 1, "Print what makes a shell complete commands",
     &cmd_completion_form},
    {"help", cmd_help, "[COMMAND]", 0, 1, "Explain a command", &cmd_help_form},
    {0},
};
