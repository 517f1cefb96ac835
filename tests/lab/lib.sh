# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What the capture scripts share: network namespaces joined by a bridge, tcpdump, and a clean-up that a trap always runs.
# Source it, then: lab_begin NAME · lab_host HOST ADDRESS... · on HOST COMMAND · start HOST COMMAND (in the background)
# · capture HOST FILE · capture_stop · truth NAME. Everything a run makes lives in $LAB (a temporary folder) until it is right.

set -Eeuo pipefail
shopt -s inherit_errexit

LAB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PCAPS=${PCAPS:-$(cd "$LAB_DIR/../.." && pwd)/pcaps}
LAB_NODE=${LAB_NODE:-/var/tmp/portwarden-lab}          # where packages.sh puts the npm packages
PYTHON=/usr/bin/python3
export LAB_DIR LAB_NODE

lab_begin() {
  [ "$(id -u)" = 0 ] || { echo "network namespaces need root" >&2; exit 1; }
  LAB=$(mktemp -d); LAB_LOG=$LAB/log; LAB_NET=${LAB_PREFIX:-pw}$$
  mkdir "$LAB_LOG"; chmod 755 "$LAB"; chmod 777 "$LAB_LOG"
  export LAB LAB_LOG PYTHONPATH=$LAB_DIR PYTHONDONTWRITEBYTECODE=1
  LAB_PIDS=() LAB_HOSTS=() CAPTURE_PID=
  trap 'echo "$0: failed: line $(caller) $BASH_COMMAND" >&2' ERR
  trap lab_end EXIT
  trap 'exit 130' INT TERM
  ip netns add "$LAB_NET"
  ip -n "$LAB_NET" link add lan type bridge
  ip -n "$LAB_NET" link set lan up
}

lab_end() {
  local status=$? pid host
  trap - EXIT INT TERM
  for pid in ${CAPTURE_PID:+"$CAPTURE_PID"} "${LAB_PIDS[@]}"; do kill "$pid" 2>/dev/null || true; done
  sleep 0.3
  for host in "${LAB_HOSTS[@]}" "$LAB_NET"; do
    for pid in $(ip netns pids "$host" 2>/dev/null); do kill -9 "$pid" 2>/dev/null || true; done
    ip netns del "$host" 2>/dev/null || true
    rm -rf "/etc/netns/$host"
  done
  if [ -n "${LAB_KEEP:-}" ] || [ "$status" != 0 ]; then echo "logs kept in $LAB" >&2; else rm -rf "$LAB"; fi
  exit "$status"
}

# lab_host HOST ADDRESS...: a host with these addresses on the lan (IPv4 /16, IPv6 /64). OFFLOAD=on leaves segmentation offload on.
lab_host() {
  local host=$1 ns=$LAB_NET-$1 address n=${#LAB_HOSTS[@]} mac
  shift
  ip netns add "$ns"; LAB_HOSTS+=("$ns")
  mac=$(printf '02:00:0a:50:00:%02x' $((n + 1)))
  ip -n "$ns" link add eth0 address "$mac" type veth peer name "v$n" netns "$LAB_NET"
  ip -n "$LAB_NET" link set "v$n" master lan up
  if [ "${OFFLOAD:-off}" = off ]; then
    ip netns exec "$ns" ethtool -K eth0 tso off gso off gro off tx off >/dev/null 2>&1 || true
    ip netns exec "$LAB_NET" ethtool -K "v$n" tso off gso off gro off tx off >/dev/null 2>&1 || true
  fi
  ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.eth0.accept_dad=0 \
    net.ipv4.ip_unprivileged_port_start=0 net.ipv6.conf.eth0.router_solicitations=0 2>/dev/null || true
  ip -n "$ns" link set lo up
  ip -n "$ns" link set eth0 up
  for address in "$@"; do
    case $address in
      *:*) ip -n "$ns" addr add "$address/64" dev eth0 nodad ;;
      *) ip -n "$ns" addr add "$address/16" dev eth0 ;;
    esac
  done
  ip -n "$ns" route add default dev eth0 2>/dev/null || true
}

# lab_names "ADDRESS NAME"...: the same hosts file for every host.
lab_names() {
  local host
  for host in "${LAB_HOSTS[@]}"; do
    mkdir -p "/etc/netns/$host"
    { echo "127.0.0.1 localhost"; printf '%s\n' "$@"; } > "/etc/netns/$host/hosts"
    echo "nameserver 127.0.0.1" > "/etc/netns/$host/resolv.conf"
  done
}

on() { local host=$1; shift; ip netns exec "$LAB_NET-$host" "$@"; }

# start HOST COMMAND...: in the background; its pid in $!, its output in $LAB/out.N
start() {
  local host=$1; shift
  ip netns exec "$LAB_NET-$host" "$@" >"$LAB/out.${#LAB_PIDS[@]}" 2>&1 &
  LAB_PIDS+=($!)
}

# wait_tcp HOST ADDRESS PORT: until somebody listens there (asks the kernel; sends nothing).
wait_tcp() {
  local i
  for i in $(seq 100); do
    if on "$1" ss -Hltn "sport = :$3" | awk '{print $4}' | sed "s,%[a-z0-9]*,," | grep -qE "^(\[?(::ffff:)?$2\]?|0\.0\.0\.0|\*|\[::\]):$3\$"; then return 0; fi
    sleep 0.1
  done
  echo "nobody listens on $2 port $3" >&2; return 1
}

# capture HOST FILE [tcpdump options and filter]: on that host's eth0 (IFACE=... for another). HOST lan: everything on the bridge.
capture() {
  local ns=$LAB_NET-$1 iface=${IFACE:-eth0} file=$2 i; shift 2
  [ "$ns" != "$LAB_NET-lan" ] || ns=$LAB_NET iface=lan
  ip netns exec "$ns" tcpdump -Z root ${CAPTURE_WHOLE--U} -B "${CAPTURE_BUFFER:-16384}" -s "${SNAPLEN:-262144}" -i "$iface" -w "$file" "$@" 2>"$LAB/tcpdump.err" &
  CAPTURE_PID=$!
  for i in $(seq 50); do grep -qs 'listening on' "$LAB/tcpdump.err" && break; sleep 0.1; done
  sleep 0.2
}

# capture_stop [SECONDS]: tcpdump's ring is read once a second, so wait longer than that; no packet may be missing.
capture_stop() {
  sleep "${1:-1.6}"
  kill -INT "$CAPTURE_PID"; wait "$CAPTURE_PID" || true
  CAPTURE_PID=
  awk '/packets captured/ { n = $1 } /received by filter/ { m = $1 } /dropped by kernel/ { d = $1 } END { exit n != m || d }' \
    "$LAB/tcpdump.err" || { cat "$LAB/tcpdump.err" >&2; return 1; }
}

# truth NAME: the endpoints' logs become NAME.truth.json, checked against the flows (addresses and ports only) in the capture.
truth() { "$PYTHON" "$LAB_DIR/truth.py" "$LAB_LOG" "$1" "${2:-}"; }

# install_capture FILE...: into pcaps/, when all went well
install_capture() { mkdir -p "$PCAPS"; install -m 644 "$@" "$PCAPS/"; }

# flow JSON: a line of truth that the shell knows
flow() { printf '%s\n' "$1" >> "$LAB_LOG/shell.jsonl"; }
