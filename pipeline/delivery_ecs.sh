# shellcheck shell=bash
# An ECS service with its circuit breaker on. A version of ours is the ARN of a task definition. See delivery.sh.
service() {
    aws ecs describe-services --cluster "$DEPLOY_CLUSTER" --services "$DEPLOY_SERVICE" --output json |
        jq -e '.services[0] // error("no such service")'
}

delivery_prepare() { serving=$(service | jq -r .taskDefinition); }

# delivery_make BUILD IMAGE: a task definition that differs from the present one in the image. Prints its ARN.
delivery_make() {
    local build=$1 image=$2 definition
    definition=$(aws ecs describe-task-definition --task-definition "$serving" --output json |
        jq --arg image "$image" '.taskDefinition
            | (.containerDefinitions[] | select(.name == "tasksd")).image = $image
            | {family, taskRoleArn, executionRoleArn, networkMode, containerDefinitions, volumes,
               placementConstraints, requiresCompatibilities, cpu, memory, runtimePlatform, ephemeralStorage}
            | with_entries(select(.value != null))')
    aws ecs register-task-definition --cli-input-json "$definition" --tags "key=build,value=$build" \
        --query taskDefinition.taskDefinitionArn --output text
}

delivery_find() { # BUILD
    local family arn
    family=$(sed 's|.*/||; s|:.*||' <<<"$serving")
    for arn in $(aws ecs list-task-definitions --family-prefix "$family" --sort DESC --query 'taskDefinitionArns[]' \
        --output text); do
        if aws ecs list-tags-for-resource --resource-arn "$arn" --output json |
            jq -e --arg build "$1" '.tags[] | select(.key == "build" and .value == $build)' >/dev/null; then
            echo "$arn"
            return
        fi
    done
    die "no task definition of $family is of build $1"
}

delivery_start() { # ARN
    wanted=$1
    aws ecs update-service --cluster "$DEPLOY_CLUSTER" --service "$DEPLOY_SERVICE" --task-definition "$wanted" >/dev/null
}

# good, running, or how it ended otherwise: the circuit breaker goes back by itself, which is a failure too.
delivery_state() {
    service | jq -r --arg wanted "$wanted" '([.deployments[] | select(.taskDefinition == $wanted)][0]) as $ours
        | if $ours == null then "replaced" elif $ours.rolloutState == "COMPLETED" and $ours.status == "PRIMARY" then "good"
          elif $ours.rolloutState == "FAILED" then "failed" elif $ours.status != "PRIMARY" then "replaced"
          else "running" end'
}

delivery_stop() { :; } # the next update takes the place of this one
