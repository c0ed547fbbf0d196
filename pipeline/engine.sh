# shellcheck shell=bash
# Docker, or where no engine runs (or with ENGINE=buildah) buildah with a place of its own, so that nothing of the
# machine's is touched.
containers=${CONTAINERS:-$PWD/build/containers}
store=(--root "$containers/storage" --runroot "$containers/run" --storage-driver vfs)

engine_is_docker() { [ "${ENGINE:-docker}" = docker ] && docker info >/dev/null 2>&1; }

engine() {
    if engine_is_docker; then
        docker "$@"
    else
        buildah "${store[@]}" "$@"
    fi
}

# engine_login REPOSITORY: by aws where it is in ECR; else as $REGISTRY_USER with $REGISTRY_PASSWORD, if they are set.
engine_login() {
    local registry=${1%%/*}
    if [[ $1 =~ ^[0-9]+\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/ ]]; then
        aws ecr get-login-password --region "${BASH_REMATCH[1]}" | engine login --username AWS --password-stdin "$registry" >&2
    elif [ -n "${REGISTRY_USER:-}" ]; then
        engine login --username "$REGISTRY_USER" --password-stdin "$registry" <<<"${REGISTRY_PASSWORD:?}" >&2
    fi
}

# engine_push NAME: sends it, and prints the digest under which the registry knows it.
engine_push() {
    local digest
    if engine_is_docker; then
        docker push "$1" >&2
        docker image inspect --format '{{index .RepoDigests 0}}' "$1" | sed 's/.*@//'
    else
        digest=$(mktemp)
        buildah "${store[@]}" push --digestfile "$digest" ${REGISTRY_OPTIONS:+$REGISTRY_OPTIONS} "$1" >&2
        cat "$digest"
        rm "$digest"
    fi
}
