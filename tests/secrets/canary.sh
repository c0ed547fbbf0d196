# shellcheck shell=bash
# shellcheck disable=SC2154 # tests/secrets/run sets them
# For tests/secrets/run: nobody sees a password; and without one nothing starts half.

# ---- Starting ----------------------------------------------------------------------------------------------------

no_server_without_secret() {
    ends_with 6 "secret aws:prod/nothing: AWS has no such secret" \
        as right env DB_SECRET_NAME=prod/nothing "$tasksd" --listen 127.0.0.1:0
    ends_with 5 "AWS denies it: allow secretsmanager:GetSecretValue" \
        as denied env DB_SECRET_NAME=prod/tasks-db "$tasksd" --listen 127.0.0.1:0
    ends_with 5 "AWS refuses the credentials" \
        as wrong env DB_SECRET_NAME=prod/tasks-db "$tasksd" --listen 127.0.0.1:0
}

no_sqlite_in_production() {
    ends_with 2 "--env production" as right env TASKSD_ENV=production "$tasksd" --listen 127.0.0.1:0
    start_server TASKSD_ENV=production "$tasksd" --listen 127.0.0.1:0 --db "sqlite:$scratch/named.db" --migrate
    stop_server
}

sqlite_without_a_secret() {
    start_server "$tasksd" --listen 127.0.0.1:0
    stop_server
    cat "$scratch/server.log"
    grep -qi sqlite "$scratch/server.log"
}

wrong_password_is_not_told() {
    stop_server
    for _ in 1 2; do # the version before counts too
        put "$(connection "wrong-$third")"
    done
    ends_with 6 "with the login of secret aws:prod/tasks-db" \
        as right env DB_SECRET_NAME=prod/tasks-db "$tasksd" --listen 127.0.0.1:0
    put "$(connection "$third")"
}

# reads_credential USER: as that user.
reads_credential() {
    (cd "$scratch/open" && setpriv --reuid="$1" --regid="$(id -g "$1")" --clear-groups \
        ./tasksctl secret check "file:$scratch/open/credential")
}

# LoadCredential makes a file of root's that an access list opens to the user of the service, or one of that user's where
# the file system has no such lists.
credential_of_systemd() {
    open_folder
    printf %s "$third" >"$scratch/open/credential"
    chmod 400 "$scratch/open/credential"
    python3 - "$scratch/open/credential" "$(id -u nobody)" <<'END'
import os, struct, sys
path, user = sys.argv[1], int(sys.argv[2])
entries = (1, 4, -1), (2, 4, user), (4, 0, -1), (16, 4, -1), (32, 0, -1)  # owner, user, group, mask, others
try:
    os.setxattr(path, "system.posix_acl_access", struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *e) for e in entries))
except OSError:
    os.chown(path, user, -1)
END
    ls -l "$scratch/open/credential"
    reads_credential nobody
    ends_with 5 'Permission denied: let user' reads_credential daemon
}

start_checks() {
    if [ "$(id -u)" -eq 0 ]; then
        check "a credential as systemd lays it down" credential_of_systemd
    fi
    check "without its secret the server does not start" no_server_without_secret
    check "in production there is no SQLite that nobody asked for" no_sqlite_in_production
    check "without a secret it is SQLite, and that is said" sqlite_without_a_secret
    check "a wrong password is not told" wrong_password_is_not_told
}

# ---- Looking for it ------------------------------------------------------------------------------------------------

# Every answer of both listeners.
all_answers() {
    local base path method
    while read -r base; do
        for path in / /tasks /tasks/1 /tasks/none '/tasks?q=x&limit=0' /tasks/changes /livez /health /readyz /metrics \
            /pool-stats /version /openapi.json /nothing; do
            for method in GET PUT; do
                curl --silent --include --max-time 20 --request "$method" "$base$path"
            done
        done
        curl --silent --include --max-time 20 --json '{"title":"a"}' "$base/tasks"
        curl --silent --include --max-time 20 --json '{"title"' "$base/tasks"
    done <"$scratch/urls"
}

# The keys of AWS stay there, where whoever started the process put them for all that runs in it. The kernel shows it to
# nobody but root.
environment_of() {
    local reader=(cat)
    [ "$(id -u)" -eq 0 ] || reader=(sudo cat)
    "${reader[@]}" "/proc/$1/environ" | tr '\0' '\n' | grep -v ^AWS_
}

# What the kernel shows of the process to whoever may look.
all_of_proc() {
    local server
    server=$(cat "$scratch/server")
    tr '\0' '\n' <"/proc/$server/cmdline"
    environment_of "$server"
    cat "/proc/$server/status" "/proc/$server/comm" "/proc/$server/maps"
}

# Each command that reads, in each format, and with errors.
all_of_tasksctl() {
    local format
    for format in '' --json --quiet; do
        for command in stats check list 'list --db nonsense:x' 'show 1' 'show 999' 'copy postgresql://a/b nonsense:x' \
            'secret check aws:prod/tasks-db' 'secret check aws:prod/tasks-db#password' 'secret check aws:prod/tasks-db#no'; do
            # shellcheck disable=SC2086 # words
            as right env -u TASKS_DB TASKS_DB_SECRET=aws:prod/tasks-db "$tasksctl" $command $format
        done
    done
}

not_in() { # FILE WORD...
    local file=$1 word
    shift
    for word in "$@"; do
        if grep -F -m 1 -e "$word" "$file"; then
            return 1
        fi
    done
}

seen_by_nobody() {
    not_in "$scratch/collected" "$first" "$second" "$third" "$RIGHT_KEY" "$SESSION_KEY" "$SESSION_TOKEN"
}

start_sink() {
    python3 "$here/sink.py" >"$scratch/sink" 2>&1 &
    sink=$!
    await_port "$scratch/sink" "$sink"
}

stop_sink() { [ -z "${sink:-}" ] || { kill "$sink"; wait "$sink" || true; } 2>/dev/null; }

# What a healthy server says, and one that the database refuses.
nobody_sees_it() {
    start_server DB_SECRET_NAME=prod/tasks-db "$tasksd" --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 --log-format json \
        --otlp-endpoint "http://127.0.0.1:$(port_of "$scratch/sink")" \
        --error-webhook "http://127.0.0.1:$(port_of "$scratch/sink")/errors"
    { all_answers; all_of_proc; all_of_tasksctl; } >"$scratch/collected" 2>&1 || true
    change_password "other-$third"
    cut_connections
    { all_answers; all_of_proc; all_of_tasksctl; } >>"$scratch/collected" 2>&1 || true
    change_password "$third"
    stop_server
    cat "$scratch/all-said" "$scratch/cluster/log" "$scratch/sink" >>"$scratch/collected"
    grep -q '^/v1/traces' "$scratch/sink" && grep -q '^/errors' "$scratch/sink"
    grep -q '"status":"ok"\|HTTP/1.1 200' "$scratch/collected" && grep -q 'HTTP/1.1 503' "$scratch/collected" &&
        grep -q 'login of secret aws:prod/tasks-db' "$scratch/collected" && seen_by_nobody
}

# A password in the environment is gone from there once it is read.
environment_is_cleaned() {
    start_server "PASSWORD_OF_DB=$third" "$tasksd" --listen 127.0.0.1:0 --db "postgresql://app@127.0.0.1:$port/app" \
        --db-secret env:PASSWORD_OF_DB
    ask /readyz
    environment_of "$(cat "$scratch/server")" >"$scratch/collected"
    stop_server
    grep -q ^PASSWORD_OF_DB "$scratch/collected" && seen_by_nobody
}

# Whoever writes the password into the URI shows it to all who may see the arguments of processes, but not for long.
argument_is_cleaned() {
    start_server "$tasksd" --listen 127.0.0.1:0 --db "postgresql://app:$third@127.0.0.1:$port/app"
    ask /readyz
    tr '\0' '\n' <"/proc/$(cat "$scratch/server")/cmdline" >"$scratch/collected"
    stop_server
    cat "$scratch/server.log" >>"$scratch/collected"
    ends_with 2 '--bd: no such option' "$tasksd" "--bd=postgresql://app:$third@127.0.0.1:$port/app"
    cat "$scratch/said" >>"$scratch/collected"
    grep -q '^postgresql://app:\*' "$scratch/collected" && seen_by_nobody
}

# The sink waits for a request of HTTP, so this command waits for PostgreSQL.
argument_of_tasksctl_is_cleaned() {
    local command shown
    "$tasksctl" list --db "postgresql://u:$third@127.0.0.1:$(port_of "$scratch/sink")/d" &
    command=$!
    for _ in {1..200}; do
        shown=$(tr '\0' ' ' <"/proc/$command/cmdline")
        [[ $shown != *postgresql://u:\** ]] || break
        sleep 0.05
    done
    kill "$command"
    wait "$command" || true
    echo "$shown"
    [[ $shown == *postgresql://u:\** && $shown != *"$third"* ]]
}

# ---- Memory ----------------------------------------------------------------------------------------------------------

# A folder with the programs where others than we get to.
open_folder() {
    chmod 711 "$scratch"
    mkdir -p "$scratch/open"
    chmod 777 "$scratch/open"
    cp "$tasksd" "$tasksctl" "$scratch/open"
}

# privacy PROGRAM ARGUMENT...: see privacy.py.
privacy() {
    open_folder
    (cd "$scratch/open" && env -i PATH="$PATH" XDG_DATA_HOME="$scratch/open" python3 "$here/privacy.py" "$@")
}

# Who runs as the same user sees neither its memory nor its environment, and a crash leaves no core file: there is none
# within the limit, whatever that was before, and the process is not to be dumped, not even for a program that gets the
# cores. Of other programs it can be seen.
memory_is_private() {
    privacy ready sh -c 'echo ready; exec sleep 60' >"$scratch/usual"
    privacy http:// "$scratch/open/tasksd" --listen 127.0.0.1:0 >"$scratch/ours"
    cat "$scratch/usual" "$scratch/ours"
    grep -q 'readable: environ' "$scratch/usual" && grep -q 'readable: maps' "$scratch/usual"
    diff "$scratch/ours" <(printf 'Max core file size 0 0 bytes\nended by signal 11\n')
}

canary_checks() {
    start_sink
    check "no password and no key in any answer, log, argument, environment, error, trace or report" nobody_sees_it
    check "a password in the environment is overwritten" environment_is_cleaned
    check "a password in an argument is overwritten" argument_is_cleaned
    check "no core file, no memory for others" memory_is_private
}
