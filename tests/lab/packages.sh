#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Installs what the capture scripts run: Debian packages (Debian 12), and three npm packages into $LAB_NODE. Run as root.
set -euo pipefail
LAB_NODE=${LAB_NODE:-/var/tmp/portwarden-lab}

debian=(
  tcpdump tshark tcpreplay ethtool iptables iproute2   # capture, cut (editcap), re-tag (tcprewrite), lose packets
  nginx-light tinyproxy curl chromium                  # the web as users meet it: server, CONNECT proxy, two clients
  python3-websockets python3-websocket python3-aiohttp # three Python WebSocket stacks
  haproxy microsocks                                   # the PROXY header, SOCKS5
  websockify                                           # a real TCP-in-WebSocket bridge
  openssh-server openssh-client redis-server redis-tools mosquitto mosquitto-clients python3-aiosmtpd netcat-openbsd openssl
  python3-libtorrent aria2 transmission-cli            # three BitTorrent stacks
  shadowsocks-libev obfs4proxy                         # what looks like encrypted BitTorrent and is not
  dnsmasq-base bind9-dnsutils zstd                     # DNS, compressed captures
)
command -v npm >/dev/null || debian+=(nodejs npm)      # for ws and bittorrent-tracker below
# Nothing that is installed here may start by itself.
policy=/usr/sbin/policy-rc.d
[ -e $policy ] || { printf '#!/bin/sh\nexit 101\n' > $policy; chmod 755 $policy; trap 'rm -f $policy' EXIT; }
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${debian[@]}"

mkdir -p "$LAB_NODE"
cd "$LAB_NODE"
[ -e package.json ] || echo '{"private": true}' > package.json
# ws: the WebSocket stack of Node; bittorrent-tracker: an HTTP tracker that serves any torrent; playwright-core: drives Chromium
npm install --ignore-scripts --no-audit --no-fund ws@8 bittorrent-tracker@11 playwright-core@1
