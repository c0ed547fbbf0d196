# shellcheck shell=bash
# An Auto Scaling group whose launch template installs what the line `tasks_artifact=...` of its user data names.
# A version of ours is the number of a launch template version. See delivery.sh.

# described VERSION WHAT: a field of that version of the template.
described() {
    aws ec2 describe-launch-template-versions --launch-template-id "$template" --versions "$1" \
        --query "LaunchTemplateVersions[0].$2" --output text
}

# A group that follows $Default or $Latest is told the number that this is now: else it would take a version that
# is only made, and AWS would not go back by itself, which it does to numbers only.
delivery_prepare() {
    local version
    read -r template version < <(aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names "$DEPLOY_GROUP" \
        --query 'AutoScalingGroups[0].LaunchTemplate.[LaunchTemplateId, Version]' --output text)
    [ -n "${version:-}" ] || die "there is no group $DEPLOY_GROUP with a launch template"
    serving=$(described "$version" VersionNumber)
    if [ "$version" != "$serving" ]; then
        aws autoscaling update-auto-scaling-group --auto-scaling-group-name "$DEPLOY_GROUP" \
            --launch-template "LaunchTemplateId=$template,Version=$serving"
    fi
}

# delivery_make BUILD ARTIFACT: a version that differs from the present one in the artifact. Prints its number.
delivery_make() {
    local build=$1 artifact=$2 data
    data=$(described "$serving" LaunchTemplateData.UserData | base64 --decode)
    grep -q '^tasks_artifact=' <<<"$data" ||
        die "version $serving of $template has no line tasks_artifact=... in its user data"
    data=$(awk -v artifact="$artifact" '/^tasks_artifact=/ { $0 = "tasks_artifact=" artifact } { print }' <<<"$data" |
        base64 --wrap=0)
    aws ec2 create-launch-template-version --launch-template-id "$template" --source-version "$serving" \
        --version-description "build $build $artifact" --launch-template-data "{\"UserData\":\"$data\"}" \
        --query LaunchTemplateVersion.VersionNumber --output text
}

delivery_find() { # BUILD
    local found
    found=$(aws ec2 describe-launch-template-versions --launch-template-id "$template" --output json |
        jq -r --arg build "build $1 " '[.LaunchTemplateVersions[] | select((.VersionDescription // "") | startswith($build))]
            | max_by(.VersionNumber).VersionNumber // empty')
    [ -n "$found" ] || die "no version of the launch template is of build $1"
    echo "$found"
}

# New instances come before old ones go, so that capacity is kept even with one.
delivery_start() { # VERSION
    refresh=$(aws autoscaling start-instance-refresh --auto-scaling-group-name "$DEPLOY_GROUP" --strategy Rolling \
        --desired-configuration "{\"LaunchTemplate\":{\"LaunchTemplateId\":\"$template\",\"Version\":\"$1\"}}" \
        --preferences '{"MinHealthyPercentage":100,"MaxHealthyPercentage":200,"SkipMatching":true,"AutoRollback":true}' \
        --query InstanceRefreshId --output text)
}

# good, running, or how it ended otherwise.
delivery_state() {
    local status
    status=$(aws autoscaling describe-instance-refreshes --auto-scaling-group-name "$DEPLOY_GROUP" \
        --instance-refresh-ids "$refresh" --query 'InstanceRefreshes[0].Status' --output text)
    case $status in
    Successful) echo good ;;
    Pending | InProgress | Baking | Cancelling | RollbackInProgress) echo running ;;
    *) echo "$status" ;;
    esac
}

# A refresh that is still under way would refuse the next one.
delivery_stop() {
    if [ -n "${refresh:-}" ] && [ "$(delivery_state)" = running ]; then
        aws autoscaling cancel-instance-refresh --auto-scaling-group-name "$DEPLOY_GROUP" >/dev/null || true
        until_ended delivery_state
    fi
}
