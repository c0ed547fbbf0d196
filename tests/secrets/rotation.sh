# shellcheck shell=bash
# shellcheck disable=SC2154 # tests/secrets/run sets them
# For tests/secrets/run: what secrets open, and passwords that change under load.

# Both shapes of a secret, and the port as text, open the database.
opens_by() { # SECRET ENVIRONMENT-OR-ARGUMENT...
    local secret=$1
    shift
    put "$secret"
    start_server "$@"
    ask /readyz
    stop_server
}

login_from_secret() {
    opens_by "{\"username\":\"app\",\"password\":\"$first\"}" \
        "$tasksd" --listen 127.0.0.1:0 --migrate --db "postgresql://127.0.0.1:$port/app" --db-secret aws:prod/tasks-db
}

connection_from_secret() {
    opens_by "$(connection "$first")" DB_SECRET_NAME=prod/tasks-db "$tasksd" --listen 127.0.0.1:0 --migrate
    opens_by "$(connection "$first" "\"$port\"")" DB_SECRET_NAME=prod/tasks-db "$tasksd" --listen 127.0.0.1:0
}

# ---- Under load ------------------------------------------------------------------------------------------------

start_load() { # SECONDS
    vault_obeys readings >"$scratch/before"
    start_server DB_SECRET_NAME=prod/tasks-db "$tasksd" --listen 127.0.0.1:0 --log-format json
    load_began=$(date +%s%3N)
    "$build/tests/secrets/secrets_load" "$(url)/tasks" "$1" >"$scratch/load" &
    load=$!
}

# Milliseconds since the load began.
moment() { echo $(($(date +%s%3N) - load_began)); }

end_load() {
    wait "$load"
    cat "$scratch/load"
    vault_obeys readings >"$scratch/readings"
    echo "readings: $(cat "$scratch/readings")"
    grep -q '^served [1-9]' "$scratch/load"
}

# failed FROM TO: how many requests failed in the tenths of a second that are all in that time.
failed() { awk -v from="$1" -v to="$2" '$1 == "bad" && $2 >= from && $2 + 100 <= to { n += $3 } END { print n + 0 }' "$scratch/load"; }

# No version of the secret is read twice within five seconds; less what a request takes longer than another.
readings_are_spaced() {
    tr ' ' '\n' <"$scratch/readings" | awk -F: '
        NF == 2 { if ($2 in last && $1 - last[$2] < 4700) { print $2, "was read again after", $1 - last[$2], "ms"; bad = 1 }
                  last[$2] = $1; count++ }
        END { exit bad || !count }'
}

# The database gets another password, then loses all connections, then the secret changes too: open connections live
# on, and nothing fails once the secret is there and its next reading is due.
password_before_secret() {
    local cut there
    put "$(connection "$first")"
    start_load 22
    sleep 3
    change_password "$second"
    sleep 2
    cut=$(moment)
    cut_connections
    sleep 1
    put "$(connection "$second")"
    there=$(moment)
    end_load
    awk -v there="$there" '$1 == "bad" { last = $2 + 100 }
        END { printf "  last failure %.1f s after the new secret was there\n", (last - there) / 1000 }' \
        "$scratch/load" >"$scratch/figure"
    echo "cut at $cut ms, secret there at $there ms, failed before the cut: $(failed 0 "$cut"), later than 6 s after the secret was there: $(failed $((there + 6000)) 99999)"
    [ "$(failed 0 "$cut")" -eq 0 ] && [ "$(failed $((there + 6000)) 99999)" -eq 0 ] && readings_are_spaced
}

# The secret changes first, and the server comes up in the middle: AWSPREVIOUS lets it in, and nobody sees a failure.
secret_before_password() {
    put "$(connection "$third")"
    start_load 12
    sleep 3
    cut_connections
    sleep 3
    change_password "$third"
    cut_connections
    end_load
    grep -q AWSPREVIOUS "$scratch/readings"
    [ "$(failed 0 99999)" -eq 0 ] && readings_are_spaced
}

rotation_checks() {
    : >"$scratch/figure"
    check "a login from the secret, the rest from the URI" login_from_secret
    check "a whole connection from the secret, its port a number or text" connection_from_secret
    check "the password changes under 64 clients, then the secret" password_before_secret
    cat "$scratch/figure"
    check "the secret changes under 64 clients, then the password" secret_before_password
}
