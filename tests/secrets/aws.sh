# shellcheck shell=bash
# shellcheck disable=SC2154 # tests/secrets/run sets them
# For tests/secrets/run: who may read a secret of AWS, and what is said when it cannot be had.

reads() { # KIND REFERENCE WORDS
    as "$1" "$tasksctl" secret check "$2" >"$scratch/said" 2>&1
    cat "$scratch/said" >>"$scratch/all-said"
    cat "$scratch/said"
    grep -qF "$3" "$scratch/said"
}

refuses() { # KIND REFERENCE CODE WORDS
    ends_with "$3" "$4" as "$1" "$tasksctl" secret check "$2"
}

# The region of an ARN goes before that of the environment.
reads_elsewhere() {
    as right env AWS_REGION=us-east-1 "$tasksctl" secret check "$1" >"$scratch/said"
    grep -qF 'Secrets Manager in eu-west-1 (its ARN)' "$scratch/said"
}

aws_checks() {
    check "the right key reads" reads right aws:prod/tasks-db "It holds: login (password, username)"
    check "whose key it was is said" reads right aws:prod/tasks-db \
        "Secrets Manager in eu-west-1 (AWS_REGION), with credentials from the environment"
    check "one member of the secret" reads right 'aws:prod/tasks-db#password' "It holds: text"
    check "a wrong key is refused" refuses wrong aws:prod/tasks-db 5 \
        "secret aws:prod/tasks-db: AWS refuses the credentials: look whether they are right"
    check "a user without the permission is refused" refuses denied aws:prod/tasks-db 5 \
        "AWS denies it: allow secretsmanager:GetSecretValue"
    check "a session with its token reads" reads session aws:prod/tasks-db login
    check "a session without its token is refused" refuses headless aws:prod/tasks-db 5 "AWS refuses the credentials"
    check "the role of an instance reads, by metadata of version 2" reads instance aws:prod/tasks-db metadata
    check "a secret that is not there is named" refuses right aws:prod/nothing 6 \
        "secret aws:prod/nothing: AWS has no such secret, or no value of it: look at its name and region"
    check "a member that is not there is named" refuses right 'aws:prod/tasks-db#nothing' 6 'its member "nothing" is missing'
    check "without any credentials that is said" refuses nobody aws:prod/tasks-db 5 \
        "no AWS credentials: set AWS_ACCESS_KEY_ID, or run where there is a role"
    check "an ARN reads, and brings its region" reads_elsewhere "aws:$ARN"
}
