#include "completion.h"

#include <stdio.h>
#include <string.h>

/* Texts of the tables between single quotes of a shell: a quote ends them, is escaped, and they go on. */
static void put_quoted(buf *to, const char *text)
{
    for (; *text; text++)
        if (*text == '\'')
            buf_text(to, "'\\''");
        else
            buf_char(to, *text);
}

static void put_option_names(buf *to, const option *o)
{
    for (; o && o->name; o++)
        buf_print(to, " --%s", o->name);
}

/* Options that take a value, as a pattern of `case`. */
static void put_valued(buf *to)
{
    const char *between = "";
    for (const option *o = cli_options; o->name; o++)
        if (o->value) {
            buf_print(to, "%s--%s", between, o->name);
            between = " | ";
        }
}

/* An option's value is no command, and what follows `help` is one. The gaps are filled from the tables. */
static const char bash_find_command[] = "_tasksctl() {\n"
                                        "    local word=${COMP_WORDS[COMP_CWORD]} command='' i words\n"
                                        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                                        "        case ${COMP_WORDS[i]} in\n"
                                        "        ",
                  bash_skip_value[] = ")\n"
                                      "            i=$((i + 1))\n"
                                      "            if [ \"${COMP_WORDS[i]-}\" = = ]; then i=$((i + 1)); fi\n"
                                      "            ;;\n"
                                      "        -* | =) ;;\n"
                                      "        *)\n"
                                      "            command=${COMP_WORDS[i]}\n"
                                      "            break\n"
                                      "            ;;\n"
                                      "        esac\n"
                                      "    done\n"
                                      "    case $command in\n"
                                      "    '' | help) words='",
                  bash_options[] = "    *) words='' ;;\n"
                                   "    esac\n"
                                   "    if [ -z \"$command\" ] || [[ $word == -* ]]; then\n"
                                   "        words+='",
                  bash_answer[] = "'\n"
                                  "    fi\n"
                                  "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
                                  "}\n"
                                  "complete -o default -F _tasksctl tasksctl\n";

static void put_bash(buf *to, const cli_command *commands)
{
    buf_text(to, bash_find_command);
    put_valued(to);
    buf_text(to, bash_skip_value);
    for (const cli_command *c = commands; c->name; c++)
        buf_print(to, "%s%s", c == commands ? "" : " ", c->name);
    buf_text(to, "' ;;\n");
    for (const cli_command *c = commands; c->name; c++)
        if (c->form->options) {
            buf_print(to, "    %s) words='", c->name);
            put_option_names(to, c->form->options);
            buf_text(to, "' ;;\n");
        }
    buf_text(to, bash_options);
    put_option_names(to, cli_options);
    buf_text(to, bash_answer);
}

/* A colon and a bracket would end the name or the help text. */
static void put_zsh_text(buf *to, const char *text)
{
    for (; *text; text++)
        if (*text == '\'')
            buf_text(to, "'\\''");
        else
            buf_print(to, strchr(":[]", *text) ? "\\%c" : "%c", *text);
}

static void put_zsh_options(buf *to, const option *o)
{
    for (; o && o->name; o++) {
        buf_print(to, " \\\n            '*--%s%s[", o->name, o->value ? "=" : "");
        put_zsh_text(to, o->help);
        buf_text(to, "]");
        if (o->value) {
            buf_text(to, ":");
            put_zsh_text(to, o->value);
            buf_text(to, ":_files");
        }
        buf_text(to, "'");
    }
}

static void put_zsh(buf *to, const cli_command *commands)
{
    buf_text(to, "#compdef tasksctl\n"
                 "_tasksctl() {\n"
                 "    local -a commands\n"
                 "    commands=(\n");
    for (const cli_command *c = commands; c->name; c++) {
        buf_print(to, "        '%s:", c->name);
        put_zsh_text(to, c->help);
        buf_text(to, "'\n");
    }
    buf_text(to, "    )\n"
                 "    if ((CURRENT == 2)) || [[ ${words[2]} == help ]]; then\n"
                 "        _describe command commands\n"
                 "        return\n"
                 "    fi\n"
                 "    case ${words[2]} in\n");
    for (const cli_command *c = commands; c->name; c++) {
        buf_print(to, "    %s)\n        _arguments", c->name);
        put_zsh_options(to, c->form->options);
        put_zsh_options(to, cli_options);
        buf_text(to, " \\\n            '*:word:_files'\n        ;;\n");
    }
    buf_text(to, "    esac\n"
                 "}\n"
                 "if [ \"$funcstack[1]\" = _tasksctl ]; then\n"
                 "    _tasksctl \"$@\"\n"
                 "else\n"
                 "    compdef _tasksctl tasksctl\n"
                 "fi\n");
}

static void put_fish_options(buf *to, const char *condition, const option *o)
{
    for (; o && o->name; o++) {
        buf_print(to, "complete -c tasksctl%s -l %s%s -d '", condition, o->name, o->value ? " -r" : "");
        put_quoted(to, o->help);
        buf_text(to, "'\n");
    }
}

static void put_fish(buf *to, const cli_command *commands)
{
    put_fish_options(to, "", cli_options);
    for (const cli_command *c = commands; c->name; c++) {
        char condition[96];
        buf_print(to, "complete -c tasksctl -n __fish_use_subcommand -f -a %s -d '", c->name);
        put_quoted(to, c->help);
        buf_text(to, "'\n");
        snprintf(condition, sizeof condition, " -n '__fish_seen_subcommand_from %s'", c->name);
        put_fish_options(to, condition, c->form->options);
    }
}

const completion_shell completion_shells[] = {
    {"bash", put_bash},
    {"zsh", put_zsh},
    {"fish", put_fish},
    {0},
};
