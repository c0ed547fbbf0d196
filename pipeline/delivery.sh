# shellcheck shell=bash
# What deploy.sh and rollback.sh share. Where to deploy comes from the environment:
#   DEPLOY_KIND     asg or ecs
#   DEPLOY_GROUP    asg: the Auto Scaling group
#   DEPLOY_CLUSTER, DEPLOY_SERVICE   ecs
#   DEPLOY_URL      the public address, asked after the deploy
#   TASKS_TOKEN, TASKSCTL_IMAGE, TASKSCTL   how it is asked: see pipeline/smoke
#   DEPLOY_TIMEOUT  seconds until a deploy that has not ended counts as failed [1800]
# Builds are found again by number: it is in the description of a launch template version ("build 42 ..."), and
# in the tag `build` of a task definition.
. pipeline/engine.sh
timeout=${DEPLOY_TIMEOUT:-1800}
poll=${DEPLOY_POLL:-10}

setting() { [ -n "${!1:-}" ] || die "$1 is not set: see pipeline/delivery.sh"; }

# settings: reads the above, and sets $serving: the version before anything is changed.
settings() {
    setting DEPLOY_KIND
    setting DEPLOY_URL
    case $DEPLOY_KIND in
    asg) setting DEPLOY_GROUP ;;
    ecs) setting DEPLOY_CLUSTER && setting DEPLOY_SERVICE ;;
    *) die "DEPLOY_KIND is asg or ecs, not '$DEPLOY_KIND'" ;;
    esac
    # shellcheck source=pipeline/delivery_asg.sh
    . "pipeline/delivery_$DEPLOY_KIND.sh"
    smoke_prepare
    delivery_prepare
}

# What asks after the deploy has to be there before it.
smoke_prepare() {
    if [ -n "${TASKSCTL_IMAGE:-}" ]; then
        engine_login "$TASKSCTL_IMAGE"
        docker pull --quiet "$TASKSCTL_IMAGE"
    else
        command -v "${TASKSCTL:-tasksctl}" >/dev/null || die "there is no ${TASKSCTL:-tasksctl} to ask the servers with"
    fi
}

smoke() {
    say "smoke: $DEPLOY_URL"
    pipeline/smoke "$DEPLOY_URL"
}

# until_ended COMMAND: calls it until it says something that is not `running`. Sets $ended to that, or to `timeout`. Not
# in a subshell, for whose end a signal would have to wait.
until_ended() {
    local end=$((SECONDS + timeout))
    while ended=$("$@"); do
        if [ "$ended" != running ]; then
            return
        fi
        if [ "$SECONDS" -ge "$end" ]; then
            ended=timeout
            return
        fi
        sleep "$poll"
    done
    ended=unknown
}

# move_to WHAT: brings all servers to that version, gently. Status 2: it could not even be started, so nothing has
# changed; 1: it ended badly, and the way back is the caller's.
move_to() {
    local what=$1
    delivery_start "$what" || return 2
    until_ended delivery_state
    say "$what: $ended"
    [ "$ended" = good ]
}

# back_to WHAT WHY: after a failure. Its own failure is said, and left to people.
back_to() {
    local what=$1 why=$2
    say "$why; going back to $what"
    delivery_stop
    if move_to "$what"; then
        die "$why; $what serves again"
    fi
    die "$why; AND THE WAY BACK TO $what FAILED: look at $DEPLOY_KIND ${DEPLOY_GROUP:-$DEPLOY_SERVICE} now"
}

# deliver NEW: moves to it, asks it from outside, goes back when anything is wrong or somebody interrupts.
deliver() {
    local new=$1 old=$serving status=0
    if [ "$new" = "$old" ]; then
        say "$new already serves"
    else
        trap 'trap - INT TERM; back_to "$old" "interrupted"' INT TERM
        move_to "$new" || status=$?
        case $status in
        1) back_to "$old" "$new did not come up" ;;
        2) die "the deploy could not be started; $old serves as before" ;;
        esac
    fi
    smoke || back_to "$old" "$new came up, but does not serve"
    trap - INT TERM
    say "$new serves"
}
