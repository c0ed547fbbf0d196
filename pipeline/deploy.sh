#!/usr/bin/env bash
# Brings a build to its servers, gently, and goes back by itself when it does not serve:
#   pipeline/deploy.sh BUILD ARTIFACT
# ARTIFACT is an image or package by digest (NAME@sha256:...). Where to: see pipeline/delivery.sh. The exit code
# is 0 only if the new build serves.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. pipeline/delivery.sh
[ $# -eq 2 ] || die "usage: pipeline/deploy.sh BUILD ARTIFACT"
[[ $1 =~ ^[0-9]+$ ]] || die "'$1' is no build number"
[[ $2 =~ ^[A-Za-z0-9][A-Za-z0-9._:/-]*@sha256:[0-9a-f]{64}$ ]] || die "'$2' does not end in a digest: NAME@sha256:..."
settings
new=$(delivery_make "$1" "$2")
say "build $1 is version $new"
deliver "$new"
