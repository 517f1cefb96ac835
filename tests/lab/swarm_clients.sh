# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: MIT
#
# How each BitTorrent client is told what to speak. client_NAME HOST ADDRESS PORT METHOD FOLDER TORRENT...; METHOD: plain, mse-rc4, mse-plain, mse-prefer.
# $UTP, $DHT, $LSD, $PEX: 1 or 0. Each writes its line of the plan: what its connections open with and what it selects of an offer.

UTP=0 DHT=0 LSD=0 PEX=1
truth_of() { [ "$1" = 1 ] && echo true || echo false; }

# promise CLIENT ADDRESS PORT OPENS OFFERS SELECTS: see swarm_truth.py
promise() {
  echo "{\"at\": \"$2\", \"client\": \"$1\", \"ports\": [$3], \"opens\": \"$4\", \"offers\": \"$5\", \"selects\": \"$6\"}" >> "$LAB_LOG/plan.jsonl"
}

client_transmission() {
  local host=$1 address=$2 port=$3 method=$4 folder=$5 home=$LAB/home.$1.$RANDOM encryption four=$2 six=::; shift 5
  case $address in *:*) four=127.0.0.1 six=$address ;; esac
  case $method in plain) encryption=0 ;; mse-rc4) encryption=2 ;; *) encryption=1 ;; esac
  case $method in plain) promise "Transmission 3.00" "$(bracket "$address")" "$port" clear "" "plain rc4" ;;
    mse-rc4) promise "Transmission 3.00" "$(bracket "$address")" "$port" mse rc4 rc4 ;;
    *) promise "Transmission 3.00" "$(bracket "$address")" "$port" any "rc4 plain" "rc4 plain" ;; esac   # refused, it tries again in the clear
  mkdir -p "$home/torrents" "$home/watch"; cp "$@" "$home/watch/"
  cat > "$home/settings.json" <<EOF
{"bind-address-ipv4": "$four", "bind-address-ipv6": "$six", "peer-port": $port, "encryption": $encryption, "utp-enabled": $(truth_of $UTP), "dht-enabled": $(truth_of $DHT),
 "lpd-enabled": $(truth_of $LSD), "pex-enabled": $(truth_of $PEX), "download-dir": "$folder", "watch-dir": "$home/watch", "watch-dir-enabled": true,
 "port-forwarding-enabled": false, "rpc-whitelist-enabled": false, "rpc-bind-address": "127.0.0.1", "speed-limit-down": 400, "speed-limit-down-enabled": true}
EOF
  [ -z "${DHT_NODE:-}" ] || echo "${DHT_NODE%:*} ${DHT_NODE##*:}" > "$home/dht.bootstrap"
  start "$host" transmission-daemon -f -g "$home"
}

client_aria2() {
  local host=$1 address=$2 port=$3 method=$4 folder=$5 crypto; shift 5
  case $method in
    mse-rc4) crypto=(--bt-require-crypto=true --bt-min-crypto-level=arc4); promise "aria2 1.36.0" "$(bracket "$address")" "$port" mse rc4 rc4 ;;
    mse-plain) crypto=(--bt-require-crypto=true --bt-min-crypto-level=plain); promise "aria2 1.36.0" "$(bracket "$address")" "$port" mse "rc4 plain" "plain rc4" ;;
    *) crypto=(--bt-require-crypto=false --bt-min-crypto-level=plain); promise "aria2 1.36.0" "$(bracket "$address")" "$port" any "rc4 plain" "plain rc4" ;;
  esac
  start "$host" aria2c -q "${crypto[@]}" --enable-dht="$(truth_of $DHT)" --enable-dht6=false --dht-listen-port="$port" --bt-enable-lpd="$(truth_of $LSD)" \
    --log="$LAB_LOG/aria2.${address//:/-}.log" --log-level=debug --enable-peer-exchange="$(truth_of $PEX)" --listen-port="$port" --dir="$folder" --seed-time=5 --seed-ratio=0 --check-integrity=true --bt-tracker-interval=8 \
    --max-overall-download-limit=400K --file-allocation=none --disable-ipv6=false --dht-file-path="$LAB/dht.$host.$RANDOM" ${DHT_NODE:+--dht-entry-point="$DHT_NODE"} "$@"
}

client_rtorrent() {
  local host=$1 address=$2 port=$3 method=$4 folder=$5 home=$LAB/home.$1.$RANDOM encryption torrent; shift 5
  case $method in
    plain) encryption=none; promise "rTorrent 0.9.8" "$address" "$port" clear "" "" ;;
    mse-rc4) encryption=allow_incoming,require,require_RC4; promise "rTorrent 0.9.8" "$address" "$port" mse rc4 rc4 ;;
    mse-plain) encryption=allow_incoming,require,try_outgoing,prefer_plaintext; promise "rTorrent 0.9.8" "$address" "$port" mse "rc4 plain" "plain rc4" ;;
    *) encryption=allow_incoming,try_outgoing,enable_retry; promise "rTorrent 0.9.8" "$address" "$port" any "rc4 plain" "rc4 plain" ;;
  esac
  mkdir -p "$home/watch" "$home/session"
  cat > "$home/rc" <<EOF
system.daemon.set = true
directory.default.set = $folder
session.path.set = $home/session
network.port_range.set = $port-$port
network.port_random.set = no
network.bind_address.set = $address
network.local_address.set = $address
protocol.encryption.set = $encryption
protocol.pex.set = $([ $PEX = 1 ] && echo yes || echo no)
trackers.use_udp.set = yes
throttle.global_down.max_rate.set_kb = 400
pieces.hash.on_completion.set = no
dht.mode.set = $([ $DHT = 1 ] && echo on || echo disable)
dht.port.set = $port
$([ -z "${DHT_NODE:-}" ] || echo "schedule2 = dht_node, 4, 0, ((dht.add_node, \"$DHT_NODE\"))")
EOF
  for torrent in "$@"; do echo "schedule2 = load${torrent//[^0-9]/}, 1, 0, ((load.start, \"$torrent\"))" >> "$home/rc"; done
  start "$host" env HOME="$home" TERM=xterm rtorrent -n -o import="$home/rc"
}

client_qbittorrent() {
  local host=$1 address=$2 port=$3 method=$4 folder=$5 home=$LAB/home.$1.$RANDOM encryption protocol=TCP; shift 5
  [ $UTP = 0 ] || protocol=UTP
  case $method in plain) encryption=2; promise "qBittorrent 4.5.2" "$(bracket "$address")" "$port" clear "" "" ;;
    mse-prefer) encryption=0; promise "qBittorrent 4.5.2" "$(bracket "$address")" "$port" any rc4 rc4 ;;
    *) encryption=1; promise "qBittorrent 4.5.2" "$(bracket "$address")" "$port" mse rc4 rc4 ;; esac
  mkdir -p "$home/qBittorrent/config"
  cat > "$home/qBittorrent/config/qBittorrent.conf" <<EOF
[LegalNotice]
Accepted=true
[Preferences]
WebUI\\Enabled=true
WebUI\\Address=127.0.0.1
WebUI\\Port=8080
WebUI\\LocalHostAuth=false
WebUI\\UseUPnP=false
[Network]
PortForwardingEnabled=false
[BitTorrent]
Session\\Port=$port
Session\\Encryption=$encryption
Session\\BTProtocol=$protocol
Session\\DHTEnabled=$(truth_of $DHT)
Session\\LSDEnabled=$(truth_of $LSD)
Session\\PeXEnabled=$(truth_of $PEX)
Session\\InterfaceAddress=$address
Session\\DefaultSavePath=$folder
Session\\GlobalDLSpeedLimit=400
Session\\IgnoreLimitsOnLAN=false
Session\\QueueingSystemEnabled=false
Session\\MultiConnectionsPerIp=true
EOF
  start "$host" env HOME="$home" qbittorrent-nox --profile="$home" --save-path="$folder" "$@"
}

client_webtorrent() {
  local host=$1 address=$2 port=$3 method=$4 folder=$5 secure=0; shift 5
  case $method in plain) promise "WebTorrent 1.9.7" "$(bracket "$address")" "$port" clear "" "" ;; *) secure=1; promise "WebTorrent 1.9.7" "$(bracket "$address")" "$port" any rc4 rc4 ;; esac
  start "$host" env LSD=$LSD DHT_NODES="${DHT_NODE:-}" node "$LAB_DIR/swarm_webtorrent.mjs" "$port" "$folder" $secure $UTP $DHT "$@"
}

client_ctorrent() {
  local host=$1 address=$2 port=$3 method=$4 folder=$5 torrent; shift 5
  [ "$method" = plain ] || return 0
  promise "CTorrent dnh3.3.2" "$address" "$port, $((port - 1)), $((port + 1))" clear "" ""
  for torrent in "$@"; do start "$host" sh -c 'cd "$1" && exec ctorrent -i "$2" -p "$3" -e 1 -D 400 "$4"' - "$folder" "$address" "$port" "$torrent"; done
}

bracket() { case $1 in *:*) echo "[$1]" ;; *) echo "$1" ;; esac; }
