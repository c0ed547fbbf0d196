# shellcheck shell=bash
# For tests/image/run: what an image talks to by the network. A PostgreSQL that lets in by TLS and a password alone,
# and a server of https, both as db.test, for which an authority of their own vouches.
# shellcheck disable=SC2034,SC2154 # variables go in and out
password='not a secret'

free_port() {
    local port
    while port=$((20000 + RANDOM % 20000)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

start_servers() {
    database=$scratch/database
    tests/postgres/cluster start "$database"
    tests/postgres/cluster secure "$database"
    sed -i '/^hostssl/s/trust$/scram-sha-256/' "$database/data/pg_hba.conf"
    query "ALTER ROLE tasks PASSWORD '$password'"
    query 'SELECT pg_reload_conf()' >/dev/null
    secure_port=$(free_port)
    mkdir "$scratch/served"
    echo alive >"$scratch/served/livez"
    (cd "$scratch/served" && exec openssl s_server -WWW -accept "127.0.0.1:$secure_port" \
        -cert "$database/data/server.crt" -key "$database/data/server.key") >"$scratch/served.log" 2>&1 &
    secure_server=$!
}

servers_end() {
    [ -z "${secure_server-}" ] || kill "$secure_server" || true
    [ ! -e "$scratch/database" ] || tests/postgres/cluster remove "$scratch/database"
}

query() { psql -qtAX -v ON_ERROR_STOP=1 -h "$(cat "$database/socket")" -p "$(cat "$database/port")" -U tasks -c "$1" postgres; }

uri() { # PASSWORD AUTHORITY
    echo "postgresql://tasks:${1// /%20}@db.test:$(cat "$database/port")/postgres?sslmode=verify-full&sslrootcert=/$2.pem"
}

# The network is this machine's, as the servers are.
serves_from_postgres() { # TAG
    local port network=host url title="Kept by $1"
    port=$(free_port)
    url=http://127.0.0.1:$port
    started --add-host db.test:127.0.0.1 --volume "$database/authority.pem:/authority.pem:ro" --env TASKSD_AUTH=none \
        --env "TASKSD_LISTEN=127.0.0.1:$port" --env "TASKSD_DB=$(uri "$password" authority)" "$1" --migrate
    serves
    ask "$url/tasks" -H 'Content-Type: application/json' -d "{\"title\":\"$title\"}"
    ask "$url/tasks" | grep "$title"
    query 'SELECT title FROM tasks' | grep -x "$title"
    ends_well
}

# tasksctl_says STATUS WORDS OPTION... TAG ARGUMENT...: how tasksctl of an image ends among the servers.
tasksctl_says() {
    local status=$1 words=$2 said=0
    shift 2
    runner run --rm --network host --add-host db.test:127.0.0.1 --health-interval disable --read-only \
        --ulimit nofile=4096:4096 --ulimit nproc=4096:4096 --entrypoint tasksctl "$@" >"$scratch/said" 2>&1 || said=$?
    echo "exit code $said"
    cat "$scratch/said"
    [ "$said" -eq "$status" ] && grep -q "$words" "$scratch/said"
}

insists_on_its_database() { # TAG
    local name authorities=()
    for name in authority foreign; do
        authorities+=(--volume "$database/$name.pem:/$name.pem:ro")
    done
    tasksctl_says 0 "Kept by $1" "${authorities[@]}" "$1" list --db "$(uri "$password" authority)"
    tasksctl_says 6 28P01 "${authorities[@]}" "$1" list --db "$(uri wrong authority)"
    tasksctl_says 6 'certificate verify failed' "${authorities[@]}" "$1" list --db "$(uri "$password" foreign)"
}

# The file of the image is where libcurl looks when nothing else is said.
knows_authorities() { # TAG
    local bundle=/etc/ssl/certs/ca-certificates.crt
    tasksctl_says 0 '' --volume "$database/authority.pem:$bundle:ro" "$1" probe --live "https://db.test:$secure_port"
    tasksctl_says 6 certificate "$1" probe --live "https://db.test:$secure_port"
}
