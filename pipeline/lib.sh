# shellcheck shell=bash
# What pipeline/run, pipeline/test and the steps share. Source it first: it goes to the root of the project.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
jobs=$(nproc)
export CMAKE_BUILD_PARALLEL_LEVEL=$jobs
export CTEST_PARALLEL_LEVEL=$((jobs + 1)) # most of the time most tests wait

say() { printf '\n== %s\n' "$*"; }

die() {
    printf 'pipeline: %s\n' "$*" >&2
    exit 1
}

# packages_of STEP...: what pipeline/packages.txt lists for them, one a line.
packages_of() {
    awk -v steps=" $* " '$1 !~ /^#/ && index(steps, " " $1 " ") { for (i = 2; i <= NF; i++) print $i }' \
        pipeline/packages.txt | sort -u
}

# missing_packages NAME...: those that no installed package is or provides.
missing_packages() {
    printf '%s\n' "$@" | grep -vxFf <(
        dpkg-query --show --showformat '${db:Status-Status} ${Package} ${Provides}\n' |
            sed -n 's/^installed //p' | tr ' ' '\n' | tr -d ','
    ) || true
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        printf 'pipeline: this needs root and there is no sudo; run as root: %s\n' "$*" >&2
        return 1
    fi
}

# need STEP...: installs the Debian packages that the steps need and this machine lacks.
need() {
    local wanted missing
    mapfile -t wanted < <(packages_of build "$@")
    if ! command -v apt-get >/dev/null; then
        say "no apt-get here; needed, by their Debian names: ${wanted[*]}"
        return
    fi
    mapfile -t missing < <(missing_packages "${wanted[@]}")
    if [ "${#missing[@]}" -eq 0 ]; then
        return
    fi
    say "install from Debian: ${missing[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" |
        sed -n 's/^Setting up/  installed/p'
}

# build_preset PRESET: configures and builds it in build/PRESET.
build_preset() {
    say "build $1 in build/$1"
    cmake --preset "$1" >/dev/null
    cmake --build --preset "$1"
}

# test_preset PRESET [ctest arguments...]: runs its tests and prints their counts.
test_preset() {
    local preset=$1 result=$PWD/build/$1/ctest.xml status=0
    shift
    say "test $preset"
    rm -f "$result"
    steady_addresses ctest --preset "$preset" --no-tests=error --test-output-size-passed 65536 \
        --output-junit "$result" "$@" || status=$?
    count_cases "$result"
    return "$status"
}

# Sanitizers of this age cannot place their shadow where newer kernels randomise more address bits than they
# know. Some containers forbid to switch that off; there we go without.
steady_addresses() {
    if setarch --addr-no-randomize true 2>/dev/null; then
        setarch --addr-no-randomize "$@"
    else
        "$@"
    fi
}

# count_cases JUNIT_FILE: prints `N passed, N failed` over the cases of the Check programs; a test that is
# no Check program is one case, and so is a program that failed without a failed case. Not run is failed.
count_cases() {
    awk '/<testcase /   { cases = bad = 0; ran = /status="run"/ }
         /Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+/ {
             sub(/.*Checks:/, ""); split($0, n, /[^0-9]+/); cases += n[2]; bad += n[3] + n[4] }
         /<\/testcase>/ {
             if (!cases) cases = 1
             if (!ran && !bad) bad = 1
             passed += cases - bad; failed += bad }
         END { printf "%d passed, %d failed\n", passed, failed }' "$1"
}
