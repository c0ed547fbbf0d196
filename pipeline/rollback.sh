#!/usr/bin/env bash
# Goes back to a build that was deployed before; nothing is built: pipeline/rollback.sh BUILD
# Where: see pipeline/delivery.sh.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. pipeline/delivery.sh
[[ $# -eq 1 && $1 =~ ^[0-9]+$ ]] || die "usage: pipeline/rollback.sh BUILD"
settings
found=$(delivery_find "$1")
deliver "$found"
