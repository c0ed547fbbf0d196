# What zsh makes of `tasksctl mig<Tab> --se<Tab>`, typed into a terminal: zsh -f complete.zsh FOLDER, which holds _tasksctl.
zmodload zsh/zpty
typed() { # TEXT EXPECTED
    zpty -w -n shell $1
    zpty -r shell said "*$2*" && print -r -- $2
}
zpty shell zsh -f -i
typed "fpath=($1 \$fpath); autoload -U compinit && compinit -u -D && print rea''dy"$'\n' ready &&
    typed $'tasksctl mig\t' migrate && typed $' --se\t' --seed
