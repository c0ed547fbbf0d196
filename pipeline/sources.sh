# shellcheck shell=bash
# Packages of Debian as sources and as files, for scripts that make of them what Debian has not. They come from where
# this machine's packages come from, security updates included. Source it after pipeline/lib.sh and call
# find_debian FOLDER first.

# find_debian FOLDER: what follows works there.
find_debian() {
    debian=$1
    rm -rf "$debian"
    mkdir -p "$debian/lists/partial"
    # shellcheck disable=SC2016 # apt's own variables
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
        sort -u | sed 'h; s/^/deb /p; g; s/^/deb-src /' >"$debian/sources.list"
    [ -s "$debian/sources.list" ] || die "apt has no lists of Debian here: apt-get update"
    from_debian update
}

from_debian() {
    (cd "$debian" && apt-get -qq -o "Dir::Etc::SourceList=$debian/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o "Dir::State::Lists=$debian/lists" -o Dir::Cache::PkgCache= -o Dir::Cache::SrcPkgCache= \
        -o APT::Sandbox::User=root "$@")
}

# archive SOURCE TO OPTION...: builds its archive by cmake, hardened as Debian does it, and installs it in TO.
archive() {
    local source=$1 to=$2
    shift 2
    from_debian source "$source"
    CFLAGS="$(DEB_CFLAGS_STRIP=-g dpkg-buildflags --get CFLAGS) $(dpkg-buildflags --get CPPFLAGS)" \
        cmake -S "$debian/$source"-*/ -B "$debian/$source" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
        -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DCMAKE_INSTALL_PREFIX="$to" -DCMAKE_INSTALL_LIBDIR=lib "$@" >/dev/null
    cmake --build "$debian/$source"
    cmake --install "$debian/$source" >/dev/null
}
