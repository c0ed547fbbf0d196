# shellcheck shell=bash
# A minimal Debian 12 in a folder, made by debootstrap, which uses the host's way to its packages. For scripts
# that prove something where nothing is installed. Root only.

# Everything below the root that the host has to lend: where packages come from and how names are found.
bare_lend_network() {
    local root=$1 file
    rm -f "$root/etc/apt/sources.list"
    for file in /etc/apt /usr/share/keyrings /etc/resolv.conf /etc/hosts /etc/ssl/certs; do
        if [ -e "$file" ]; then
            mkdir -p "$root$(dirname "$file")"
            cp --recursive --dereference --force "$file" "$root$(dirname "$file")/"
        fi
    done
}

# bare_debootstrap FOLDER: nothing of it is to outlive a power cut, so that dpkg need not wait for the disk.
bare_debootstrap() {
    local root=$1 mirror
    # shellcheck disable=SC2016 # apt's own variable
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
    say "debootstrap a minimal Debian 12"
    debootstrap --variant=minbase bookworm "$root" "$mirror" >"$root/debootstrap.log" ||
        die "debootstrap failed: $(tail -n 1 "$root/debootstrap.log")"
    rm -f "$root/debootstrap.log"
    echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/unsafe-io"
}

# bare_root FOLDER: makes the system there; of what was made less than a day ago, if it was.
bare_root() {
    local root=$1 kept=$PWD/build/bare.tar
    mkdir -p "$root" build
    if [ -n "$(find "$kept" -mmin -1440 2>/dev/null)" ]; then
        say "a minimal Debian 12, as debootstrap has made it in build/bare.tar"
        tar --extract --file "$kept" --directory "$root"
    else
        bare_debootstrap "$root"
        tar --create --file "$kept.$$" --directory "$root" .
        mv "$kept.$$" "$kept"
    fi
    bare_lend_network "$root"
}

# bare_command ROOT USER COMMAND: sets the array `inside` to what runs a shell command in the home of a user of the
# new system. Each step takes the place of the one before: who starts it in the background can end it.
bare_command() {
    local lent name
    lent=("USER=$2" "LOGNAME=$2" PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive)
    for name in http_proxy https_proxy no_proxy npm_config_registry; do
        if [ -n "${!name:-}" ]; then
            lent+=("$name=${!name}")
        fi
    done
    inside=(chroot --userspec="$2:" "$1" env -i "${lent[@]}" bash -c "export HOME=~$2 && cd && $3")
}

bare_inside() {
    bare_command "$@"
    "${inside[@]}"
}
