# shellcheck shell=bash
# What the deploys of these tests meet: a tasksd that really serves, and AWS as moto plays it. Source it after
# tests/checks.sh with $build set; `world_ends` belongs into a trap.
# shellcheck disable=SC2034,SC2154 # variables go in and out
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
scratch=$(mktemp -d)
digest=sha256:$(printf 'x' | sha256sum | cut -d' ' -f1)
started=()

world_ends() {
    kill "${started[@]}" 2>/dev/null || true
    rm -rf "$scratch"
}

# start LOG PATTERN COMMAND...: sets $url to what it prints.
start() {
    local log=$1 pattern=$2
    shift 2
    "$@" >"$log" 2>&1 &
    started+=($!)
    until url=$(grep -om 1 "$pattern" "$log"); do
        kill -0 "${started[-1]}"
        sleep 0.1
    done
}

start_server() {
    start "$scratch/server.log" 'http://127\.0\.0\.1:[0-9]*' \
        "$build/tasksd/tasksd" --listen 127.0.0.1:0 --db "sqlite:$scratch/tasks.db" --migrate
}

# A Python with moto: the machine's, or one of the build folder's own where a package index is reached.
python_with_moto() {
    local own=$root/build/delivery/moto
    if python3 -c 'import moto.server' 2>/dev/null; then
        echo python3
        return
    fi
    if [ ! -x "$own/bin/moto_server" ]; then
        python3 -m venv "$own"
        timeout 300 "$own/bin/pip" install --quiet 'moto[server,ec2,autoscaling,ecs]' >&2 ||
            { echo "error: moto is not installed, and could not be" >&2 && return 1; }
    fi
    echo "$own/bin/python3"
}

# The real command line, at moto, as $real_aws; `aws` is what the test puts into $scratch/bin.
start_moto() {
    local python
    python=$(python_with_moto)
    start "$scratch/moto.log" 'http://127\.0\.0\.1:[0-9]*$' "$python" -c 'import time
from moto.server import ThreadedMotoServer
s = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
s.start()
print("http://%s:%d" % s.get_host_and_port(), flush=True)
time.sleep(600)'
    real_aws="$(command -v aws) --endpoint-url $url"
    mkdir "$scratch/bin"
    PATH=$scratch/bin:$PATH
    export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=eu-west-1 AWS_EC2_METADATA_DISABLED=true
}
