# shellcheck shell=bash
# shellcheck disable=SC2154 # tests/secrets/run sets them
# For tests/secrets/run: logging in by tokens of IAM, as on RDS.

# The same moment, the same keys: the same bytes. What aws makes carries its moment, and we make ours for that.
same_as_aws() {
    local session=$1 theirs stamp ours
    local keys=(AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY)
    [ -z "$session" ] || keys+=("AWS_SESSION_TOKEN=$session")
    theirs=$(env "${keys[@]}" aws rds generate-db-auth-token --hostname db.example.eu-west-1.rds.amazonaws.com \
        --port 5432 --username app_user --region eu-west-1)
    stamp=${theirs#*X-Amz-Date=} stamp=${stamp%%&*}
    ours=$(env "${keys[@]}" "$build/tests/secrets/rds_token" db.example.eu-west-1.rds.amazonaws.com 5432 app_user \
        eu-west-1 "$stamp")
    diff <(echo "$theirs") <(echo "$ours")
}

# ---- At a database ----------------------------------------------------------------------------------------------

# RDS asks IAM whether a token is good. Here PostgreSQL asks a directory, which says yes to the user `iam` only for a
# token of a key that it knows.
start_directory() {
    python3 "$here/token_directory.py" "$RIGHT_ID=$RIGHT_KEY" "$INSTANCE_ID=$INSTANCE_KEY=$INSTANCE_TOKEN" \
        >"$scratch/directory" 2>&1 &
    directory=$!
    await_port "$scratch/directory" "$directory"
    sql postgres 'CREATE ROLE iam LOGIN IN ROLE app'
    rule "host app iam 127.0.0.1/32 ldap ldapserver=127.0.0.1 ldapport=$(port_of "$scratch/directory") ldapprefix=\"cn=\" ldapsuffix=\"\""
}

stop_directory() { [ -z "${directory:-}" ] || { kill "$directory"; wait "$directory" || true; } 2>/dev/null; }

iam_uri() { echo "postgresql://iam@$1:$port/app?hostaddr=127.0.0.1&tasks_auth=rds-iam"; }

# In the clear anybody on the way could take the token; the server would.
no_token_in_the_clear() {
    ends_with 6 SSL as right "$tasksctl" stats --db "$(iam_uri db.test)"
    ends_with 2 'tasks_auth=rds-iam wants TLS' as right "$tasksctl" stats --db "$(iam_uri db.test)&sslmode=prefer"
    [ "$(grep -c . "$scratch/directory")" -eq 1 ]
}

verified_uri() { echo "$(iam_uri db.test)&sslrootcert=$scratch/cluster/authority.pem"; }

token_lets_in() { # KIND
    SERVER_AS=$1 start_server "$tasksd" --listen 127.0.0.1:0 --db "$(verified_uri)"
    ask /readyz
    ask /tasks
    stop_server
    cat "$scratch/directory"
    tail -n 1 "$scratch/directory" | grep -q '^let in iam'
}

token_of_wrong_key() {
    ends_with 6 'with a token of IAM (it takes rds-db:connect at AWS and GRANT rds_iam at the database)' as wrong "$tasksctl" stats --db "$(verified_uri)"
    tail -n 1 "$scratch/directory" | grep -q '^refused: signature'
}

# The name of the host counts, as libpq looks at the certificate.
other_server_gets_no_token() {
    local before
    before=$(grep -c . "$scratch/directory")
    ends_with 6 'does not match host name' as right "$tasksctl" stats \
        --db "$(iam_uri other.test)&sslrootcert=$scratch/cluster/authority.pem"
    [ "$(grep -c . "$scratch/directory")" -eq "$before" ]
}

no_token_is_told() {
    cat "$scratch/all-said" "$scratch/cluster/log" >"$scratch/collected"
    not_in "$scratch/collected" X-Amz-Signature
    seen_by_nobody
}

iam_checks() {
    if command -v aws >/dev/null; then
        check "the token of IAM is what aws makes" same_as_aws ""
        check "with a session token too" same_as_aws 'IQoJb3JpZ2lu/EXAMPLE+token=='
    else
        echo "no AWS command line here: its token is compared as it was recorded, in check_aws_sign"
    fi
    start_directory
    check "a token is not sent in the clear" no_token_in_the_clear
    "$cluster" secure "$scratch/cluster"
    check "a token lets in" token_lets_in right
    check "a token of the role of the instance lets in" token_lets_in instance
    check "a token of a wrong key does not" token_of_wrong_key
    check "a server of another name gets no token" other_server_gets_no_token
    check "no token in any output or log" no_token_is_told
}
