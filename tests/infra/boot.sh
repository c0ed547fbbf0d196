# shellcheck shell=bash
# What an instance does by itself, for tests/infra/run: its user data, taken apart by cloud-init, and the programs in it,
# run against moto with metadata of version 2.
: "${here:?}" "${root:?}" "${scratch:?}" "${artifact:?}"
programs=$root/terraform/modules/compute_asg/boot

# ---- The user data of a system ----

user_data_is_sound() { # PROFILE
    local folder=$scratch/boot/$1
    mkdir -p "$folder"
    output "$1" user_data >"$folder/user_data"
    [ "$(wc -c <"$folder/user_data")" -le 16384 ]
    "$here/unpack" "$folder" <"$folder/user_data"
    cloud-init schema --config-file "$folder/config.yaml"
    shellcheck "$folder/script.sh"
    grep -qx "tasks_artifact='$artifact'" "$folder/script.sh"
}

# What deploy.sh does to it must work on the user data that Terraform writes.
deploy_finds_its_line() { [ "$(grep -c '^tasks_artifact=' "$scratch/boot/$1/user_data")" -eq 1 ]; }

# With the rest of systemd's own units beside them, and every program where it will be.
units_are_sound() { # PROFILE
    local machine=$scratch/boot/$1/root program
    cp "$machine/etc/tasks/tasksd.service" "$machine/etc/systemd/system/"
    mkdir -p "$machine/usr/bin" "$machine/usr/lib/systemd/system" "$machine/usr/lib/systemd"
    cp -r /usr/lib/systemd/system/*.target "$machine/usr/lib/systemd/system/"
    install -m 755 /bin/true "$machine/usr/bin/podman"
    for program in "$machine"/etc/systemd/system/*.service; do
        systemd-analyze --root="$machine" --recursive-errors=no --man=no verify "$program" 2>&1
    done | tee "$scratch/said"
    [ ! -s "$scratch/said" ]
}

golden_image_has_what_it_installs() { # PROFILE
    local package packages
    read -r -a packages < <(sed -n 's/^tasks-install //p' "$scratch/boot/$1/script.sh")
    for package in "${packages[@]}"; do
        grep -e "tasks-install .*\b$package\b" "$root/pipeline/packer/tasksd.pkr.hcl"
    done
}

# The script of a system, on a machine of stand-ins: what it calls, and so what a start costs, is written down.
boots() { # PROFILE plain|golden ARTIFACT
    local machine=$scratch/boot/$1/root stand=$scratch/stand program
    mkdir -p "$stand" "$machine/etc/tasksd" "$machine/etc/tasks"
    rm -f "$scratch/calls" "$machine/etc/tasksd/rds-ca.pem"
    [ "$2" != golden ] || touch "$machine/etc/tasksd/rds-ca.pem"
    for program in systemctl podman apt-get dpkg dpkg-query install curl tasks-fetch; do
        ln -sf "$here/stand_in" "$stand/$program"
    done
    sed "s|/etc/|$machine/etc/|g; s|^tasks_artifact=.*|tasks_artifact='$3'|" "$scratch/boot/$1/script.sh" >"$scratch/script.sh"
    MACHINE=$2 CALLS=$scratch/calls PATH=$stand:$programs:$PATH bash "$scratch/script.sh"
    sed "s|$machine||g; s|$3|ARTIFACT|" "$scratch/calls"
}

boots_as_expected() { boots "$1" "$2" "$4" | diff -u "$here/expected/$1.$3" -; }

# ---- Its programs ----

# started NAME COMMAND...: in the background, until `boot_done`. Checks are subshells, so who was started is in a file.
started() {
    "${@:2}" >"$scratch/$1.log" 2>&1 &
    echo "$!" >>"$scratch/started"
}

boot_done() { [ ! -e "$scratch/started" ] || xargs kill <"$scratch/started" 2>/dev/null || true; }

until_there() { # FILE, of a program that has begun
    local _
    for _ in $(seq 1200); do
        [ -s "$1" ] && return
        sleep 0.1
    done
    echo "$1 never came"
    return 1
}

# until_true COMMAND...: within two minutes.
until_true() {
    local _
    for _ in $(seq 240); do
        "$@" && return
        sleep 0.5
    done
    echo "never: $*"
    return 1
}

start_metadata() {
    mkdir -p "$scratch/about/iam/security-credentials" "$scratch/about/autoscaling"
    started metadata "$here/metadata" "$scratch/about" "$scratch/metadata"
    until_there "$scratch/metadata"
    AWS_EC2_METADATA_SERVICE_ENDPOINT=$(cat "$scratch/metadata")
    export AWS_EC2_METADATA_SERVICE_ENDPOINT
    printf '10.20.0.7' >"$scratch/about/local-ipv4"
    printf 'i-0123456789abcdef0' >"$scratch/about/instance-id"
}

fetches_only_what_is_pinned() {
    local from digest other
    from=$AWS_EC2_METADATA_SERVICE_ENDPOINT/livez
    digest=$(printf '' | sha256sum | cut -d' ' -f1)
    other=$(printf x | sha256sum | cut -d' ' -f1)
    "$programs/tasks-fetch" "$from@sha256:$digest" "$scratch/fetched"
    [ -e "$scratch/fetched" ]
    if "$programs/tasks-fetch" "$from@sha256:$other" "$scratch/other"; then return 1; fi
    [ ! -e "$scratch/other" ] && [ ! -e "$scratch/other.part" ]
}

leaves_when_it_is_told() {
    local pid
    mkdir "$scratch/bin"
    # shellcheck disable=SC2016 # it is the script's
    printf '#!/bin/sh\necho "$*" >>%s/stopped\n' "$scratch" >"$scratch/bin/systemctl"
    chmod 755 "$scratch/bin/systemctl"
    printf InService >"$scratch/about/autoscaling/target-lifecycle-state"
    PATH=$scratch/bin:$PATH "$programs/tasks-leave" &
    pid=$!
    sleep 1
    [ ! -e "$scratch/stopped" ]
    printf Terminated >"$scratch/about/autoscaling/target-lifecycle-state"
    wait "$pid"
    rm "$scratch/about/autoscaling/target-lifecycle-state"
    printf 'stop %s.service\n' tasksd-discovery tasksd tasks-logs | diff "$scratch/stopped" -
}

# A second moto that looks at signatures and rights: the first calls make a role with the policy of the applied system.
strict() { asked_at "$(cat "$scratch/strict")" "$@"; }

start_strict_moto() { # PROFILE
    local policy role='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ec2.amazonaws.com"}}]}'
    policy=$(asked iam get-role-policy --role-name "tasks-$1-app" --policy-name logs | jq -c .PolicyDocument)
    [ "$(jq -r '.Statement[].Resource' <<<"$policy")" = "arn:aws:logs:us-east-1:123456789012:log-group:/tasks-$1/app:*" ]
    policy=${policy//arn:aws:logs:us-east-1:123456789012:log-group:\/tasks-$1\/app:/} # moto compares with `*` only
    started strict env INITIAL_NO_AUTH_ACTION_COUNT=4 python3 "$here/moto" "$scratch/strict"
    until_there "$scratch/strict"
    strict iam create-role --role-name app --assume-role-policy-document "$role" >/dev/null
    strict iam put-role-policy --role-name app --policy-name logs --policy-document "$policy"
    strict logs create-log-group --log-group-name "/tasks-$1/app"
    strict sts assume-role --role-arn arn:aws:iam::123456789012:role/app --role-session-name test |
        jq '.Credentials | {AccessKeyId, SecretAccessKey, Token: .SessionToken, Expiration}' >"$scratch/about/iam/security-credentials/app"
}

# entry UNIT MESSAGE: adds a line to the journal of the test.
entry() {
    printf '__REALTIME_TIMESTAMP=%s\n__MONOTONIC_TIMESTAMP=%s\n_BOOT_ID=%s\n_SYSTEMD_UNIT=%s\nMESSAGE=%s\n\n' \
        "$(date +%s%6N)" "$(date +%s%6N)" 0123456789abcdef0123456789abcdef "$1" "$2"
}

journal() { # FILE, entries on its input
    /lib/systemd/systemd-journal-remote --output="$scratch/journal/$1.journal" - >/dev/null 2>&1
}

shipping() {
    started "logs-$1" env AWS_ENDPOINT_URL_CLOUDWATCH_LOGS="${3:-$(cat "$scratch/strict")}" "$programs/tasks-logs" "/tasks-$2/app" \
        "$scratch/cursor" --directory="$scratch/journal" --unit=tasksd.service
    shipper=$!
}

# As moto's own page shows it: the role may not read.
arrived() {
    curl --silent --fail "$(cat "$scratch/strict")/moto-api/data.json" >"$scratch/kept.json"
    jq -r '.logs.LogEvent[].message' "$scratch/kept.json" | diff "$scratch/expected" - >"$scratch/difference"
}

ships_the_log() { # PROFILE
    mkdir "$scratch/journal"
    start_strict_moto "$1"
    { entry tasksd.service '{"message":"one"}' && entry other.service 'not ours' && entry tasksd.service '{"message":"two ä"}'; } | journal a
    printf '{"message":"one"}\n{"message":"two ä"}\n' >"$scratch/expected"
    shipping first "$1"
    until_true arrived
    entry tasksd.service three | journal b
    echo three >>"$scratch/expected"
    until_true arrived
    [ "$(jq -r '.logs.LogStream[].log_stream_name' "$scratch/kept.json")" = i-0123456789abcdef0 ]
    kill "$shipper"
    wait "$shipper"
}

# Begun again where it stopped; what AWS did not take is kept, and nothing comes twice.
ships_it_once_and_late() { # PROFILE
    entry tasksd.service four | journal c
    shipping away "$1" http://127.0.0.1:9
    until_true grep -q 'again in' "$scratch/logs-away.log"
    kill "$shipper" # it does not wait for AWS
    wait "$shipper"
    shipping second "$1"
    echo four >>"$scratch/expected"
    until_true arrived
    kill "$shipper"
    wait "$shipper"
}

# Neither a secret nor another group: the rights of the role, asked of who has them.
role_only_writes_its_log() {
    local now
    now=$scratch/about/iam/security-credentials/app
    if AWS_ACCESS_KEY_ID=$(jq -r .AccessKeyId "$now") AWS_SECRET_ACCESS_KEY=$(jq -r .SecretAccessKey "$now") \
        AWS_SESSION_TOKEN=$(jq -r .Token "$now") strict logs create-log-group --log-group-name other; then return 1; fi
}

# The one that is registered and dead is struck off by the next that comes.
discovery_enters_and_leaves() {
    local service living port=${AWS_EC2_METADATA_SERVICE_ENDPOINT##*:}
    service=$(asked servicediscovery list-services | jq -r '.Services[0].Id')
    living=$(asked ec2 run-instances --image-id ami-12c6146b --count 1 | jq -r '.Instances[0].InstanceId')
    printf '%s' "$living" >"$scratch/about/instance-id"
    asked servicediscovery register-instance --service-id "$service" --instance-id i-00000000000000bad \
        --attributes AWS_INSTANCE_IPV4=10.20.0.9 >/dev/null
    "$programs/tasksd-discovery" enter "$service" "$port"
    asked servicediscovery list-instances --service-id "$service" |
        jq -e --arg id "$living" --arg port "$port" '.Instances == [{Id: $id, Attributes: {AWS_INSTANCE_IPV4: "10.20.0.7", AWS_INSTANCE_PORT: $port}}]'
    LEAVE_SECONDS=0 "$programs/tasksd-discovery" leave "$service" "$port"
    asked servicediscovery list-instances --service-id "$service" | jq -e '.Instances == []'
    asked ec2 terminate-instances --instance-ids "$living" >/dev/null
}
