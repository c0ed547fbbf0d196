# shellcheck shell=bash
# shellcheck disable=SC2154 # tests/secrets/run sets them
# For tests/secrets/run: AWS as moto or our stand-in plays it, a PostgreSQL server, and tasksd between them.

# ---- AWS -------------------------------------------------------------------------------------------------

# The release that was tried; what another one brings is nobody's surprise.
moto='moto[server,secretsmanager,iam,sts]==5.2.1'

has_moto() { "$1" -c 'import boto3, moto.server, moto.core.responses' 2>/dev/null; }

# A Python with moto: the machine's, or one of the build folder's own where a package index is reached.
python_with_moto() {
    local own=$build/moto candidate
    for candidate in python3 "$own/bin/python3"; do
        if has_moto "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    { python3 -m venv "$own" && timeout 120 "$own/bin/pip" install --quiet "$moto" boto3; } >"$scratch/pip" 2>&1 &&
        has_moto "$own/bin/python3" && echo "$own/bin/python3"
}

# What plays AWS, and that it is said: `moto` is wanted unless the caller asks for the stand-in.
choose_vault() {
    local python why="as it was asked for"
    vault_command=("$build/tests/secrets/stand_in_server")
    if [ "$wanted" = moto ] && python=$(python_with_moto); then
        vault_command=("$python" "$here/moto_server.py")
        played_by="moto $("$python" -c 'import moto; print(moto.__version__)'), which verifies signatures and permissions"
        return
    fi
    [ "$wanted" != moto ] || why="for moto cannot be had: $(tail -n 1 "$scratch/pip" | cut -c 1-200)"
    played_by="our own stand-in, which verifies signatures and permissions, $why"
}

# Starts it; what it says of itself becomes variables. Afterwards it obeys on descriptor 8 and answers on 9.
start_vault() {
    local line
    choose_vault
    echo "AWS is played by $played_by"
    mkfifo "$scratch/orders" "$scratch/answers"
    "${vault_command[@]}" <"$scratch/orders" >"$scratch/answers" 2>"$scratch/vault.log" &
    vault=$!
    exec 8>"$scratch/orders" 9<"$scratch/answers"
    while read -r -t 60 line <&9 && [ "$line" != READY ]; do
        declare -g "${line%%=*}=${line#*=}"
    done
    [ "$line" = READY ] || { cat "$scratch/vault.log" >&2; exit 1; }
}

stop_vault() { [ -z "${vault:-}" ] || { kill "$vault"; wait "$vault" || true; } 2>/dev/null; }

vault_obeys() {
    local answer
    printf '%s\n' "$*" >&8
    read -r -t 30 answer <&9
    echo "$answer"
}

put() { vault_obeys "put $1" >/dev/null; }

# surroundings KIND: the keys of that kind of user, and nothing else of AWS, as the environment of a program.
surroundings() {
    local kind=$1 off=true
    here_is=(PATH="$PATH" HOME="$scratch" AWS_REGION=eu-west-1 AWS_ENDPOINT_URL="$URL")
    case $kind in
    right) here_is+=("AWS_ACCESS_KEY_ID=$RIGHT_ID" "AWS_SECRET_ACCESS_KEY=$RIGHT_KEY") ;;
    wrong) here_is+=("AWS_ACCESS_KEY_ID=$RIGHT_ID" "AWS_SECRET_ACCESS_KEY=not-$RIGHT_KEY") ;;
    denied) here_is+=("AWS_ACCESS_KEY_ID=$DENIED_ID" "AWS_SECRET_ACCESS_KEY=$DENIED_KEY") ;;
    session) here_is+=("AWS_ACCESS_KEY_ID=$SESSION_ID" "AWS_SECRET_ACCESS_KEY=$SESSION_KEY"
        "AWS_SESSION_TOKEN=$SESSION_TOKEN") ;;
    headless) here_is+=("AWS_ACCESS_KEY_ID=$SESSION_ID" "AWS_SECRET_ACCESS_KEY=$SESSION_KEY") ;;
    instance) here_is+=("AWS_EC2_METADATA_SERVICE_ENDPOINT=$URL") off=false ;;
    esac
    here_is+=("AWS_EC2_METADATA_DISABLED=$off")
}

as() { # KIND COMMAND...
    local here_is
    surroundings "$1"
    env -i "${here_is[@]}" "${@:2}"
}

# Of a server of ours in Python, from what it says.
port_of() { sed -n 's/^PORT=//p' "$1"; }

await_port() { # FILE PROCESS
    until grep -qs ^PORT= "$1"; do
        kill -0 "$2"
        sleep 0.1
    done
}

# ends_with CODE WORDS COMMAND...: it ends with that exit code, and says that in one line.
ends_with() {
    local code=$1 words=$2 got=0
    shift 2
    "$@" >"$scratch/said" 2>&1 || got=$?
    cat "$scratch/said" >>"$scratch/all-said"
    cat "$scratch/said"
    echo "exit code $got"
    [ "$got" -eq "$code" ] && grep -qFe "$words" "$scratch/said" && [ "$(grep -c . "$scratch/said")" -eq 1 ]
}

# ---- PostgreSQL ------------------------------------------------------------------------------------------------

sql() { psql --no-psqlrc -qAt -v ON_ERROR_STOP=1 -U tasks -h "$(cat "$scratch/cluster/socket")" -p "$port" -d "$1" -c "$2"; }

# In front of what lets everybody in.
rule() {
    printf '%s\n%s\n' "$1" "$(cat "$scratch/cluster/data/pg_hba.conf")" >"$scratch/cluster/hba"
    cat "$scratch/cluster/hba" >"$scratch/cluster/data/pg_hba.conf"
    sql postgres 'SELECT pg_reload_conf()' >/dev/null
}

# A database `app` of a user `app` with the password.
start_database() { # PASSWORD
    "$cluster" start "$scratch/cluster" fsync=off max_connections=40 log_statement=none
    port=$(cat "$scratch/cluster/port")
    sql postgres "CREATE ROLE app LOGIN PASSWORD '$1'"
    sql postgres 'CREATE DATABASE app OWNER app'
    rule 'host app app 127.0.0.1/32 scram-sha-256'
}

change_password() { sql postgres "ALTER ROLE app PASSWORD '$1'"; }

cut_connections() { sql postgres "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'app'" >/dev/null; }

connection() { # PASSWORD [PORT]
    printf '{"engine":"postgres","host":"127.0.0.1","port":%s,"username":"app","password":"%s","dbname":"app"}' \
        "${2:-$port}" "$1"
}

# ---- tasksd -------------------------------------------------------------------------------------------------------

# Each check runs in a shell of its own: the server of one is known to the next by files.
start_server() { # the environment and arguments of tasksd
    stop_server
    local here_is
    surroundings "${SERVER_AS:-right}"
    : >"$scratch/server.log"
    env -i "${here_is[@]}" "$@" >>"$scratch/server.log" 2>&1 &
    echo $! >"$scratch/server"
    for _ in $(seq 200); do
        if grep -o 'http://127\.0\.0\.1:[0-9]*' "$scratch/server.log" >"$scratch/urls" && [ -s "$scratch/urls" ]; then
            return
        fi
        kill -0 "$(cat "$scratch/server")" 2>/dev/null || break
        sleep 0.1
    done
    cat "$scratch/server.log"
    return 1
}

stop_server() {
    [ -e "$scratch/server" ] || return 0
    local server
    server=$(cat "$scratch/server")
    rm "$scratch/server"
    cat "$scratch/server.log" >>"$scratch/all-said"
    kill "$server" 2>/dev/null || return 0
    while kill -0 "$server" 2>/dev/null; do
        sleep 0.1
    done
}

url() { head -n 1 "$scratch/urls"; }

ask() { curl --silent --show-error --fail --max-time 20 "$(url)$1"; }
