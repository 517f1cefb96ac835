# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: MIT
#
# Kinds of traffic by programs that hide what they say, or that cannot be read: see negatives_programs.sh.

# Behind a proxy: pages that keep the connection, and TLS.
web() {
  serve "$PYTHON" -m http.server --protocol HTTP/1.1 --bind 127.0.0.1 --directory "$LAB/files" 9080
  start_in "$LAB/files" srv openssl s_server -accept 127.0.0.1:9443 -cert "$LAB/cert.pem" -key "$LAB/key.pem" -WWW -quiet
}
start_in() { local folder=$1; shift; pushd "$folder" >/dev/null || return; start "$@"; popd >/dev/null || return; }

# by SOCKS: requests of every size of answer
browse() { # SOCKS-PORT TIMES
  local i
  local page=http://127.0.0.1:9080
  for i in $(seq "$2"); do
    case $((i % 4)) in
      0) bob curl -sk --max-time 3 --socks5 "127.0.0.1:$1" "https://127.0.0.1:9443/r${sizes[i / 4 % 8]}" ;;
      1) bob curl -s --max-time 3 --socks5 "127.0.0.1:$1" "$page/r${sizes[i / 4 % 8]}" ;;
      *) bob curl -s --max-time 3 --socks5 "127.0.0.1:$1" "$page/r${sizes[i / 4 % 8]}" "$page/t37" "$page/none" "$page/r${sizes[(i / 4 + 3) % 8]}" "$page/t900" "$page/r16384" "$page/t1" "$page/t200" "$page/t16384" ;;
    esac
  done
}

shadowsocks() { # METHOD...
  local method port=8400
  web
  for method in "$@"; do
    port=$((port + 1))
    serve ss-server -s 10.80.0.$((1 + port % 9)) -p $port -k harbour -m "$method" -t 30 -u
    start bob ss-local -s 10.80.0.$((1 + port % 9)) -p $port -l $port -b 127.0.0.1 -k harbour -m "$method" -t 30
    sleep 0.7
    browse $port $((ROUNDS * 2))
  done
}

kind_shadowsocks_stream() { shadowsocks rc4-md5 aes-128-cfb aes-256-cfb aes-256-ctr camellia-256-cfb salsa20 chacha20 chacha20-ietf bf-cfb; }
kind_shadowsocks_aead() { shadowsocks aes-128-gcm aes-192-gcm aes-256-gcm chacha20-ietf-poly1305 xchacha20-ietf-poly1305; }

kind_shadowsocks_udp() {
  local i
  serve ss-server -s 10.80.0.1 -p 8388 -k harbour -m aes-256-gcm -u
  serve dnsmasq --no-daemon --no-hosts --no-resolv --user=root --pid-file="$LAB/dnsmasq.pid" --listen-address=127.0.0.1 --port=5300 --bind-interfaces --address=/example/10.80.0.9
  for i in $(seq 8); do start bob ss-tunnel -s 10.80.0.1 -p 8388 -l $((9000 + i)) -b 127.0.0.1 -k harbour -m aes-256-gcm -L 127.0.0.1:5300 -u; done
  sleep 1
  for i in $(seq $((ROUNDS * 4))); do bob dig +tries=1 +timeout=1 -p $((9001 + i % 8)) @127.0.0.1 "a$i.example"; done
}

kind_simple_obfs() {
  web
  serve ss-server -s 10.80.0.1 -p 8488 -k harbour -m aes-256-gcm --plugin obfs-server --plugin-opts obfs=http
  serve ss-server -s 10.80.0.2 -p 8488 -k harbour -m aes-256-gcm --plugin obfs-server --plugin-opts obfs=tls
  start bob ss-local -s 10.80.0.1 -p 8488 -l 1081 -b 127.0.0.1 -k harbour -m aes-256-gcm --plugin obfs-local --plugin-opts 'obfs=http;obfs-host=www.example'
  start bob ss-local -s 10.80.0.2 -p 8488 -l 1082 -b 127.0.0.1 -k harbour -m aes-256-gcm --plugin obfs-local --plugin-opts 'obfs=tls;obfs-host=www.example'
  sleep 1
  browse 1081 $((ROUNDS * 2)); browse 1082 $((ROUNDS * 2))
}

kind_obfs4() {
  local mode arguments socks out
  serve "$PYTHON" -m http.server --protocol HTTP/1.1 --bind 127.0.0.1 --directory "$LAB/files" 8000
  mkdir "$LAB/obfs-client" "$LAB"/obfs-server{0,1,2}
  for mode in 0 1 2; do
    ip netns exec "$LAB_NET-srv" env TOR_PT_MANAGED_TRANSPORT_VER=1 TOR_PT_STATE_LOCATION="$LAB/obfs-server$mode" TOR_PT_SERVER_TRANSPORTS=obfs4 TOR_PT_SERVER_TRANSPORT_OPTIONS="obfs4:iat-mode=$mode" \
      TOR_PT_SERVER_BINDADDR=obfs4-10.80.0.1:$((7000 + mode)) TOR_PT_ORPORT=127.0.0.1:8000 obfs4proxy > "$LAB/obfs4.$mode" 2>&1 &
  done
  ip netns exec "$LAB_NET-bob" env TOR_PT_MANAGED_TRANSPORT_VER=1 TOR_PT_STATE_LOCATION="$LAB/obfs-client" TOR_PT_CLIENT_TRANSPORTS=obfs4 obfs4proxy > "$LAB/obfs4.client" 2>&1 &
  sleep 2
  socks=$(sed -n 's/^CMETHOD obfs4 socks5 //p' "$LAB/obfs4.client")
  for i in $(seq $((ROUNDS * 8))); do
    mode=$((i % 3)); out=$LAB/obfs4.$mode
    arguments=$(sed -n 's/^SMETHOD obfs4 .*ARGS:\(cert=[^,]*\),\(iat-mode=.\).*/\1:;\2/p' "$out")
    local page=http://10.80.0.1:$((7000 + mode)) pages=()
    [ $((i % 2)) = 0 ] || pages=("$page/t37" "$page/none" "$page/r900" "$page/t16384" "$page/t200" "$page/r4000")
    bob curl -s --max-time 5 --socks5 "$socks" --proxy-user "$arguments" "$page/r${sizes[i % 7]}" "${pages[@]}"
  done
}

v2ray_pair() { # PORT PROTOCOL-JSON-SERVER PROTOCOL-JSON-CLIENT STREAM-JSON SOCKS
  printf '{"inbounds":[{"listen":"10.80.0.1","port":%s,%s,"streamSettings":%s}],"outbounds":[{"protocol":"freedom"}]}' "$1" "$2" "$4" > "$LAB/v2s$1.json"
  printf '{"inbounds":[{"listen":"127.0.0.1","port":%s,"protocol":"socks","settings":{}}],"outbounds":[{%s,"streamSettings":%s}]}' "$5" "$3" "$4" > "$LAB/v2c$1.json"
  serve v2ray -config "$LAB/v2s$1.json"; start bob v2ray -config "$LAB/v2c$1.json"
}

vmess() { # STREAM
  local id=b831381d-6324-4d53-ad4f-8cda48b30811 port=10001 security
  web
  for security in aes-128-gcm chacha20-poly1305 none aes-128-cfb; do
    port=$((port + 1))
    v2ray_pair $port "\"protocol\":\"vmess\",\"settings\":{\"clients\":[{\"id\":\"$id\",\"alterId\":$((port % 2 * 4))}]}" \
      "\"protocol\":\"vmess\",\"settings\":{\"vnext\":[{\"address\":\"10.80.0.1\",\"port\":$port,\"users\":[{\"id\":\"$id\",\"alterId\":$((port % 2 * 4)),\"security\":\"$security\"}]}]}" "$1" $port
  done
  sleep 3
  for port in 10002 10003 10004 10005; do browse $port $((ROUNDS * 2)); done
}

kind_vmess() { vmess '{"network":"tcp"}'; }
kind_vmess_kcp() { vmess '{"network":"kcp"}'; }
kind_vmess_kcp_utp() { vmess '{"network":"kcp","kcpSettings":{"header":{"type":"utp"}}}'; }
kind_vmess_kcp_wechat() { vmess '{"network":"kcp","kcpSettings":{"header":{"type":"wechat-video"}}}'; }
kind_vmess_kcp_srtp() { vmess '{"network":"kcp","kcpSettings":{"header":{"type":"srtp"}}}'; }
kind_vmess_kcp_wireguard() { vmess '{"network":"kcp","kcpSettings":{"header":{"type":"wireguard"}}}'; }
kind_vmess_quic() { vmess '{"network":"quic"}'; }

kind_vless() {
  local id=b831381d-6324-4d53-ad4f-8cda48b30811
  web
  v2ray_pair 10011 "\"protocol\":\"vless\",\"settings\":{\"decryption\":\"none\",\"clients\":[{\"id\":\"$id\"}]}" \
    "\"protocol\":\"vless\",\"settings\":{\"vnext\":[{\"address\":\"10.80.0.1\",\"port\":10011,\"users\":[{\"id\":\"$id\",\"encryption\":\"none\"}]}]}" '{"network":"tcp"}' 10011
  sleep 3; browse 10011 $((ROUNDS * 4))
}

kind_trojan() {
  web
  printf '{"run_type":"server","local_addr":"10.80.0.1","local_port":8443,"remote_addr":"127.0.0.1","remote_port":9080,"password":["harbour"],"ssl":{"cert":"%s/cert.pem","key":"%s/key.pem"}}' "$LAB" "$LAB" > "$LAB/ts.json"
  printf '{"run_type":"client","local_addr":"127.0.0.1","local_port":1090,"remote_addr":"10.80.0.1","remote_port":8443,"password":["harbour"],"ssl":{"verify":false,"verify_hostname":false,"cert":""}}' > "$LAB/tc.json"
  serve trojan -c "$LAB/ts.json"; start bob trojan -c "$LAB/tc.json"
  sleep 1; browse 1090 $((ROUNDS * 4))
}

kind_mosh() {
  local i line
  for i in $(seq "$ROUNDS"); do
    line=$(on srv env LC_ALL=C.UTF-8 mosh-server new -i 10.80.0.1 -p $((60000 + i)) -- sh -c 'for k in $(seq 40); do echo $k; sleep 0.05; done' 2>/dev/null | sed -n 's/^MOSH CONNECT //p')
    (sleep 2; echo exit) | LC_ALL=C.UTF-8 TERM=xterm MOSH_KEY=${line#* } timeout 4 ip netns exec "$LAB_NET-bob" script -qc "stty rows 24 cols 80; mosh-client 10.80.0.1 ${line% *}" /dev/null &
    [ $((i % 5)) != 0 ] || sleep 3
  done
  sleep 4
}

kind_tinc() {
  local side address
  for side in srv bob; do
    mkdir -p "$LAB/tinc.$side/hosts"; address=10.80.0.1; [ $side = srv ] || address=10.80.1.2
    printf 'Name = %s\nInterface = tun8\nDeviceType = tun\nPort = 6550\nBindToAddress = %s\n%s' $side $address "$([ $side = srv ] || echo 'ConnectTo = srv')" > "$LAB/tinc.$side/tinc.conf"
    printf 'Address = %s\nPort = 6550\nSubnet = 10.9.8.%s/32\n' $address "$([ $side = srv ] && echo 1 || echo 2)" > "$LAB/tinc.$side/hosts/$side"
    yes '' | tincd -c "$LAB/tinc.$side" -K2048
  done
  cp "$LAB/tinc.srv/hosts/srv" "$LAB/tinc.bob/hosts/"; cp "$LAB/tinc.bob/hosts/bob" "$LAB/tinc.srv/hosts/"
  serve "$PYTHON" -m http.server --bind 0.0.0.0 --directory "$LAB/files" 9080
  for i in $(seq 12); do
    serve tincd -D -c "$LAB/tinc.srv" --pidfile="$LAB/tinc1.pid"; start bob tincd -D -c "$LAB/tinc.bob" --pidfile="$LAB/tinc2.pid"
    sleep 1.5
    on srv ip addr replace 10.9.8.1/24 dev tun8; on srv ip link set tun8 up; on bob ip addr replace 10.9.8.2/24 dev tun8; on bob ip link set tun8 up
    sleep 1; through 10.9.8.1
    kill "$(cut -d' ' -f1 "$LAB/tinc1.pid")" "$(cut -d' ' -f1 "$LAB/tinc2.pid")"; sleep 0.7
  done
}

kind_fastd() {
  local s c; s=$(fastd --generate-key 2>/dev/null | awk '/Secret/{print $2}'); c=$(fastd --generate-key 2>/dev/null | awk '/Secret/{print $2}')
  local sp cp; sp=$(echo "secret \"$s\";" | fastd --show-key --config - --machine-readable); cp=$(echo "secret \"$c\";" | fastd --show-key --config - --machine-readable)
  serve "$PYTHON" -m http.server --bind 0.0.0.0 --directory "$LAB/files" 9080
  local i method
  for i in $(seq 12); do
    method=$([ $((i % 2)) = 0 ] && echo salsa2012+umac || echo null)
    printf 'mode tun; interface "tun7"; method "%s"; bind 10.80.0.1:%s; secret "%s"; mtu 1400; peer "b" { key "%s"; }\n' "$method" $((10000 + i)) "$s" "$cp" > "$LAB/fs.conf"
    printf 'mode tun; interface "tun7"; method "%s"; bind 10.80.1.2:%s; secret "%s"; mtu 1400; peer "a" { key "%s"; remote 10.80.0.1:%s; }\n' "$method" $((11000 + i)) "$c" "$sp" $((10000 + i)) > "$LAB/fc.conf"
    start srv fastd -c "$LAB/fs.conf" --pid-file "$LAB/f1.pid"; start bob fastd -c "$LAB/fc.conf" --pid-file "$LAB/f2.pid"
    sleep 1.5
    on srv ip addr replace 10.9.7.1/24 dev tun7; on srv ip link set tun7 up; on bob ip addr replace 10.9.7.2/24 dev tun7; on bob ip link set tun7 up
    sleep 1; through 10.9.7.1
    kill "$(cat "$LAB/f1.pid")" "$(cat "$LAB/f2.pid")"; sleep 0.7
  done
}

kind_iodine() {
  serve "$PYTHON" -m http.server --bind 0.0.0.0 --directory "$LAB/files" 9080
  serve iodined -f -c -P harbour -l 10.80.0.1 10.9.6.1 t.example
  sleep 1; start bob iodine -f -r -P harbour 10.80.0.1 t.example
  sleep 6; through 10.9.6.1
}

# Two routers of I2P that know each other, in a network of their own: NTCP2 and SSU2.
kind_i2p() {
  local n address
  for n in 1 2 3 4; do
    address=10.80.0.$n; [ $n -le 2 ] || address=10.80.1.$n
    mkdir -p "$LAB/i2p$n/netDb"
    printf 'netid = 77\nhost = %s\nport = 45%s0\naddress4 = %s\nnat = false\nreservedrange = false\nlog = file\nlogfile = %s/i2p%s/log\nloglevel = info\nfloodfill = true\nbandwidth = X\n[ntcp2]\nenabled = true\npublished = true\nport = 45%s0\n[ssu2]\nenabled = true\npublished = true\nport = 45%s1\n[http]\nenabled = false\n[reseed]\nurls = http://127.0.0.1:1/\nthreshold = 0\nverify = false\n' \
      $address $n $address "$LAB" $n $n $n > "$LAB/i2p$n/i2pd.conf"
  done
  for n in 1 2 3 4; do start "$([ $n -le 2 ] && echo srv || echo bob)" i2pd --datadir "$LAB/i2p$n" --conf "$LAB/i2p$n/i2pd.conf"; done
  sleep 6
  local zip=$LAB/i2pzip; mkdir "$zip"
  for n in 1 2 3 4; do cp "$LAB/i2p$n/router.info" "$zip/routerInfo-$n.dat"; done
  stop_all
  (cd "$zip" && zip -q ../seed.zip ./*.dat)
  for _ in $(seq 4); do
    for n in 1 2 3 4; do rm -rf "$LAB/i2p$n/netDb"; start "$([ $n -le 2 ] && echo srv || echo bob)" i2pd --datadir "$LAB/i2p$n" --conf "$LAB/i2p$n/i2pd.conf" --reseed.zipfile "$LAB/seed.zip"; done
    sleep 25; stop_all
  done
}

kind_syncthing() {
  local n address id1 id2
  for n in 1 2; do mkdir -p "$LAB/st$n" "$LAB/stf$n"; syncthing generate --home="$LAB/st$n" --no-default-folder >/dev/null 2>&1; done
  cp "$LAB"/files/* "$LAB/stf1/"
  id1=$(syncthing --home="$LAB/st1" --device-id); id2=$(syncthing --home="$LAB/st2" --device-id)
  for n in 1 2; do
    address=10.80.0.1; [ $n = 1 ] || address=10.80.1.2
    printf '<configuration version="36"><folder id="f" path="%s/stf%s" type="sendreceive"><device id="%s"/><device id="%s"/></folder><device id="%s"><address>tcp://10.80.0.1:22000</address><address>quic://10.80.0.1:22000</address></device><device id="%s"><address>dynamic</address></device><gui enabled="false"><address>127.0.0.1:838%s</address></gui><options><listenAddress>tcp://%s:22000</listenAddress><listenAddress>quic://%s:22000</listenAddress><globalAnnounceEnabled>false</globalAnnounceEnabled><relaysEnabled>false</relaysEnabled><natEnabled>false</natEnabled><urAccepted>-1</urAccepted><crashReportingEnabled>false</crashReportingEnabled></options></configuration>' \
      "$LAB" $n "$id1" "$id2" "$id1" "$id2" $n "$address" "$address" > "$LAB/st$n/config.xml"
  done
  for n in 1 2 3; do
    serve syncthing serve --home="$LAB/st1" --no-browser --no-restart; start bob syncthing serve --home="$LAB/st2" --no-browser --no-restart
    sleep 12; stop_all
  done
}

kind_vtun() {
  printf 'default { type tun; proto tcp; encrypt yes; keepalive yes; }\nme { passwd x; up { ifconfig "%%%% 10.9.5.1 pointopoint 10.9.5.2"; }; }\n' > "$LAB/vs.conf"
  printf 'options { port 5000; }\nme { passwd x; type tun; proto tcp; encrypt yes; up { ifconfig "%%%% 10.9.5.2 pointopoint 10.9.5.1"; }; }\n' > "$LAB/vc.conf"
  serve vtund -n -s -f "$LAB/vs.conf" -P 5000
  local i
  for i in $(seq 10); do start bob vtund -n -f "$LAB/vc.conf" me 10.80.0.1; sleep 1.5; through 10.9.5.1; for p in $(ip netns pids "$LAB_NET-bob"); do kill "$p"; done; done
}
