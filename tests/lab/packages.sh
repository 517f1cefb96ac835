#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Installs what the capture scripts run: Debian packages (Debian 12), and npm packages into $LAB_NODE. Run as root.
set -euo pipefail
LAB_NODE=${LAB_NODE:-/var/tmp/portwarden-lab}

debian=(
  tcpdump tshark tcpreplay ethtool iptables iproute2   # capture, cut (editcap), re-tag (tcprewrite), lose packets
  nginx-light tinyproxy curl chromium                  # the web as users meet it: server, CONNECT proxy, two clients
  python3-websockets python3-websocket python3-aiohttp # three Python WebSocket stacks
  python3-autobahn python3-twisted python3-wsaccel     # the server of the Autobahn cases
  python3-tornado nghttp2-proxy                        # WebSockets of versions 7, 8 and 13; HTTP/2 by Upgrade: h2c
  haproxy microsocks                                   # the PROXY header, SOCKS5
  websockify                                           # a real TCP-in-WebSocket bridge
  firefox-esr                                          # the other browser
  golang-go golang-github-gorilla-websocket-dev golang-nhooyr-websocket-dev       # WebSocket libraries of other languages: Go,
  default-jdk-headless libtomcat9-java                 # Java (its own client; Tomcat's server),
  g++ libssl-dev zlib1g-dev libwebsockets-dev libwebsocketpp-dev libboost-dev libboost-system-dev  # C and C++,
  libmojolicious-perl ruby-faye-websocket python3-gi gir1.2-soup-3.0              # Perl, Ruby, GNOME's libsoup
  apache2-bin                                          # mod_proxy_http, mod_proxy_wstunnel
  rabbitmq-server                                      # STOMP and MQTT in WebSockets, served by Erlang's Cowboy
  tigervnc-standalone-server v2ray shadowsocks-v2ray-plugin                       # what goes through tunnels, and tunnels
  openssh-server openssh-client redis-server redis-tools mosquitto mosquitto-clients python3-aiosmtpd netcat-openbsd openssl
  python3-libtorrent aria2 transmission-cli            # three BitTorrent stacks,
  transmission-daemon qbittorrent-nox rtorrent ctorrent                           # and what else speaks it without a window
  shadowsocks-libev obfs4proxy libcoap3-bin            # what looks like encrypted BitTorrent, or µTP, and is not
  apache2-utils slowhttptest                           # floods of requests, and of requests that never end
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
# webtorrent 1: the last that needs no native WebRTC; its page (webtorrent.min.js) runs in Chromium
npm install --ignore-scripts --no-audit --no-fund webtorrent@1
# What is spoken inside WebSockets, each as its users meet it: client and server (SignalR's and Stomp.js's other ends are not on npm, or another's)
npm install --ignore-scripts --no-audit --no-fund socket.io@4 socket.io-client@4 aedes@1 mqtt@5 stomp-broker-js@1 @stomp/stompjs@7 \
  graphql@16 graphql-ws@6 subscriptions-transport-ws@0.11 @microsoft/signalr@10 rpc-websockets@10 ocpp-rpc@2 wstunnel@1
