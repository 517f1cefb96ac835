#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what is missing to build portwarden ("build"), to test it ("test"), to look through it ("lint": make lint,
# make memcheck), to fuzz it ("fuzz": make fuzz-afl, make fuzz-coverage) or to try it as an ARM64 does ("neon": make
# check-neon), from Debian's packages, and says what and why. Does nothing, quickly, when all is there.
set -eu

build="gcc libc6-dev make pkg-config libpcap-dev libndpi-dev libyaml-dev zlib1g-dev libzstd-dev libssl-dev
       libcap-ng-dev libseccomp-dev"
# Vectorscan is Hyperscan for every processor; Debian 12 has Hyperscan, on x86 only.
matcher="libhyperscan-dev libvectorscan-dev"
test="git clang libclang-rt-14-dev clang-format cppcheck gawk python3 tshark tcpdump iproute2 procps zstd gzip
      python3-websockets curl python3-jsonschema cmark-gfm chromium nftables iptables
      valgrind"
lint="clang-tidy"
fuzz="afl++ llvm"
neon="gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static"

missing=
want() {
    dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed' || missing="$missing $1"
}

case "${1:-build}" in
build) for p in $build; do want "$p"; done ;;
test) for p in $build $test; do want "$p"; done ;;
lint) for p in $build $test $lint; do want "$p"; done ;;
fuzz) for p in $build $test $fuzz; do want "$p"; done ;;
neon) for p in $build $neon; do want "$p"; done ;;
*) echo "usage: $0 build|test|lint|fuzz|neon" >&2 && exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "This is no Debian: please install these, or what they are called here:" $build $matcher >&2
    pkg-config --exists libpcap libndpi yaml-0.1 zlib libzstd libhs libcrypto libcap-ng libseccomp && exit 0
    exit 1
fi

root=
[ "$(id -u)" -eq 0 ] || root=sudo
if ! pkg-config --exists libhs 2>/dev/null; then
    missing="$missing matcher"
fi
[ -n "$missing" ] || exit 0

if [ -n "$root" ] && ! command -v sudo >/dev/null 2>&1; then
    echo "Missing:$missing. Installing them needs root: run this as root, or install them and try again." >&2
    exit 1
fi
$root apt-get update -qq
case "$missing" in
*matcher*)
    missing=$(printf '%s' "$missing" | sed 's/ matcher//')
    for p in $matcher; do
        if apt-cache show "$p" >/dev/null 2>&1; then missing="$missing $p" && break; fi
    done
    ;;
esac
case "$1" in
build) why="to build portwarden: a C compiler, libpcap, nDPI, libyaml and their like" ;;
*) why="to build and test portwarden: compilers, checkers, tshark to compare with, servers and clients to watch" ;;
esac
echo "Installing $why:"
echo " $missing"
# shellcheck disable=SC2086
$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
