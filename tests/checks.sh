# shellcheck shell=bash
# For test scripts: `check "what holds" command...` runs one check, shows what it printed if it failed,
# and counts; `checks_done` prints the counts and tells by its status whether all passed.
checks_passed=0
checks_failed=0

check() {
    local name=$1 output status start=$SECONDS
    shift
    printf '  %s ... ' "$name"
    # Not `if output=$(...)`: bash ignores -e below a condition, and a check must end where it first fails.
    set +e
    output=$(set -e; "$@" 2>&1)
    status=$?
    set -e
    if [ "$status" -eq 0 ]; then
        checks_passed=$((checks_passed + 1))
        printf 'ok, %d s\n' $((SECONDS - start))
    else
        checks_failed=$((checks_failed + 1))
        printf 'FAILED\n'
        printf '%s\n' "$output" | sed 's/^/      /'
    fi
}

checks_done() {
    printf '%d passed, %d failed\n' "$checks_passed" "$checks_failed"
    [ "$checks_failed" -eq 0 ]
}
