# shellcheck shell=bash
# Docker, or where no engine runs buildah with a place of its own, so that nothing of the machine's is touched.
containers=${CONTAINERS:-$PWD/build/containers}
store=(--root "$containers/storage" --runroot "$containers/run" --storage-driver vfs)

engine_is_docker() { docker info >/dev/null 2>&1; }

engine() {
    if engine_is_docker; then
        docker "$@"
    else
        buildah "${store[@]}" "$@"
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
