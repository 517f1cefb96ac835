# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: MIT
#
# Kinds of traffic by programs that hide nothing. Each function starts servers in `srv` (serve), clients in `bob` (bob), and returns.

sizes=(1 37 200 900 4000 16384 70000 400000)

kind_tls_openssl() {
  local port=4430 how i
  for how in "-tls1_2" "-tls1_3" "-tls1_2 -cipher ECDHE-RSA-AES256-GCM-SHA384" "-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256"; do
    port=$((port + 1))
    # shellcheck disable=SC2086
    (cd "$LAB/files" && serve openssl s_server -accept $port -cert "$LAB/cert.pem" -key "$LAB/key.pem" -WWW -quiet $how)
    sleep 0.5
    for i in $(seq "$ROUNDS"); do
      bob curl -ks "https://10.80.0.$((1 + i % 9)):$port/r${sizes[i % 8]}"
      # shellcheck disable=SC2086
      printf 'GET /t%s HTTP/1.0\r\n\r\n' "${sizes[i % 8]}" | timeout 5 ip netns exec "$LAB_NET-bob" openssl s_client -quiet -connect 10.80.0.1:$port $how
    done
  done
}

kind_tls_gnutls() {
  serve gnutls-serv -p 5556 --echo --x509certfile "$LAB/cert.pem" --x509keyfile "$LAB/key.pem"
  serve gnutls-serv -p 5557 --http --x509certfile "$LAB/cert.pem" --x509keyfile "$LAB/key.pem" --priority NORMAL:-VERS-TLS1.3
  serve gnutls-serv -p 5558 --udp --echo --x509certfile "$LAB/cert.pem" --x509keyfile "$LAB/key.pem"
  sleep 1
  for i in $(seq "$ROUNDS"); do
    head -c $((i * 37)) "$LAB/files/t4000" | timeout 3 ip netns exec "$LAB_NET-bob" gnutls-cli --insecure -p 5556 10.80.0.1
    bob curl -ks --max-time 3 "https://10.80.0.2:5557/"
    head -c $((i * 20)) "$LAB/files/t900" | timeout 2 ip netns exec "$LAB_NET-bob" gnutls-cli --udp --insecure -p 5558 10.80.0.1
  done
}

kind_tls_nss() {
  mkdir "$LAB/nss"; echo harbour > "$LAB/nss/pw"
  openssl pkcs12 -export -in "$LAB/cert.pem" -inkey "$LAB/key.pem" -name office -out "$LAB/nss/p12" -passout pass:harbour
  certutil -N -d "$LAB/nss" -f "$LAB/nss/pw"; pk12util -i "$LAB/nss/p12" -d "$LAB/nss" -k "$LAB/nss/pw" -W harbour
  serve selfserv -p 8444 -d "$LAB/nss" -n office -w harbour -V tls1.2:tls1.3
  sleep 1
  for i in $(seq $((ROUNDS * 3))); do
    bob curl -ks --max-time 3 "https://10.80.0.1:8444/"
    printf 'GET / HTTP/1.0\r\n\r\n' | timeout 3 ip netns exec "$LAB_NET-bob" tstclnt -h 10.80.0.1 -p 8444 -d "$LAB/nss" -o -V tls1.$((2 + i % 2)):tls1.$((2 + i % 2))
  done
}

kind_tls_stunnel() {
  printf 'foreground=yes\npid=\n[a]\naccept=9443\nconnect=127.0.0.1:9080\ncert=%s/cert.pem\nkey=%s/key.pem\n' "$LAB" "$LAB" > "$LAB/stunnel.conf"
  serve stunnel "$LAB/stunnel.conf"
  serve "$PYTHON" -m http.server --bind 127.0.0.1 --directory "$LAB/files" 9080
  sleep 1
  for i in $(seq $((ROUNDS * 4))); do bob curl -ks "https://10.80.0.1:9443/r${sizes[i % 8]}"; done
}

kind_ssh_openssh() {
  mkdir -p /run/sshd "$LAB/ssh"; ssh-keygen -q -t ed25519 -N '' -f "$LAB/ssh/host"; ssh-keygen -q -t ed25519 -N '' -f "$LAB/ssh/me"
  cp "$LAB/ssh/me.pub" "$LAB/ssh/keys"; chmod 700 "$LAB/ssh"
  serve /usr/sbin/sshd -D -e -f /dev/null -p 2222 -p 22 -o HostKey="$LAB/ssh/host" -o AuthorizedKeysFile="$LAB/ssh/keys" -o StrictModes=no -o UsePAM=no -o PermitRootLogin=yes
  wait_tcp srv 0.0.0.0 2222
  local ciphers=(chacha20-poly1305@openssh.com aes128-ctr aes256-gcm@openssh.com)
  for i in $(seq $((ROUNDS * 3))); do
    bob ssh -i "$LAB/ssh/me" -c "${ciphers[i % 3]}" -p $((i % 2 ? 22 : 2222)) -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "root@10.80.0.$((1 + i % 9))" "cat $LAB/files/r${sizes[i % 8]}; for k in 1 2 3; do echo \$k; sleep 0.02; done"
  done
}

kind_ssh_dropbear() {
  mkdir -p "$LAB/db"; dropbearkey -t ed25519 -f "$LAB/db/host"; dropbearkey -t ed25519 -f "$LAB/db/me"
  serve dropbear -F -E -p 2223 -r "$LAB/db/host"
  wait_tcp srv 0.0.0.0 2223
  for i in $(seq $((ROUNDS * 2))); do bob env PATIENCE=3 dbclient -y -y -i "$LAB/db/me" -p 2223 "root@10.80.0.$((1 + i % 9))" true; done
}

# Tunnels: the inside is pings and downloads over the tunnel.
through() { # ADDRESS
  bob ping -c 3 -i 0.05 -s 20 "$1"
  bob ping -c 3 -i 0.05 -s 1000 "$1"
  bob curl -s --max-time 3 "http://$1:9080/r16384"
  bob curl -s --max-time 3 "http://$1:9080/t900"
}

kind_openvpn() {
  openvpn --genkey secret "$LAB/static.key"
  serve "$PYTHON" -m http.server --bind 0.0.0.0 --directory "$LAB/files" 9080
  local i proto port
  for i in $(seq $((ROUNDS * 2))); do
    proto=udp port=$((1194 + (i > ROUNDS) * 30000 + i)); [ $((i % 3)) != 0 ] || proto=tcp
    if [ $((i % 2)) = 0 ]; then
      serve openvpn --dev tun9 --proto ${proto/tcp/tcp-server} --port $port --secret "$LAB/static.key" --ifconfig 10.9.0.1 10.9.0.2 --cipher AES-256-CBC --ping 1
      start bob openvpn --dev tun9 --proto ${proto/tcp/tcp-client} --port $port --nobind --remote 10.80.0.1 --secret "$LAB/static.key" --ifconfig 10.9.0.2 10.9.0.1 --cipher AES-256-CBC --ping 1
    else
      openssl dhparam -dsaparam -out "$LAB/dh.pem" 2048 2>/dev/null
      local crypt=(); [ $((i % 4)) != 1 ] || crypt=(--tls-crypt "$LAB/static.key")
      serve openvpn --dev tun9 --proto ${proto/tcp/tcp-server} --port $port --tls-server --dh "$LAB/dh.pem" --ca "$LAB/cert.pem" --cert "$LAB/cert.pem" --key "$LAB/key.pem" --ifconfig 10.9.0.1 10.9.0.2 --reneg-sec 2 "${crypt[@]}"
      start bob openvpn --dev tun9 --proto ${proto/tcp/tcp-client} --port $port --nobind --remote 10.80.0.1 --tls-client --ca "$LAB/cert.pem" --cert "$LAB/cert.pem" --key "$LAB/key.pem" --ifconfig 10.9.0.2 10.9.0.1 --reneg-sec 2 "${crypt[@]}"
    fi
    sleep 2; through 10.9.0.1
    for p in $(ip netns pids "$LAB_NET-srv") $(ip netns pids "$LAB_NET-bob"); do grep -qs openvpn "/proc/$p/comm" && kill "$p"; done
    sleep 1
  done
}

kind_wireguard() {
  local a b i
  a=$(wg genkey); b=$(wg genkey); echo "$a" > "$LAB/wga"; echo "$b" > "$LAB/wgb"
  serve "$PYTHON" -m http.server --bind 0.0.0.0 --directory "$LAB/files" 9080
  start srv env WG_PROCESS_FOREGROUND=1 wireguard-go -f wga; start bob env WG_PROCESS_FOREGROUND=1 wireguard-go -f wgb
  sleep 1
  on srv ip addr add 10.9.0.1/24 dev wga; on bob ip addr add 10.9.0.2/24 dev wgb
  for i in $(seq "$ROUNDS"); do
    on srv wg set wga private-key "$LAB/wga" listen-port $((51820 + i)) peer "$(wg pubkey < "$LAB/wgb")" allowed-ips 10.9.0.2/32
    on bob wg set wgb private-key "$LAB/wgb" listen-port $((20000 + 997 * i % 40000)) peer "$(wg pubkey < "$LAB/wga")" allowed-ips 10.9.0.1/32 endpoint "10.80.0.$((1 + i % 9)):$((51820 + i))" persistent-keepalive 1
    on srv ip link set wga up; on bob ip link set wgb up
    through 10.9.0.1
  done
}

kind_quic() {
  serve gtlsserver -q -d "$LAB/files" '*' 4433 "$LAB/key.pem" "$LAB/cert.pem"
  serve gtlsserver -q -d "$LAB/files" '*' 443 "$LAB/key.pem" "$LAB/cert.pem"
  sleep 1
  for i in $(seq $((ROUNDS * 4))); do
    local port=$((i % 2 ? 4433 : 443)) a=10.80.0.$((1 + i % 9))
    bob timeout 2 gtlsclient -q --exit-on-all-streams-close "$a" $port "https://$a:$port/r${sizes[i % 8]}" "https://$a:$port/t${sizes[(i + 3) % 8]}"
  done
}

kind_turn() {
  serve turnserver -n --no-cli -L 10.80.0.1 -p 3478 -a -u me:secret -r office --no-tls --no-dtls --log-file "$LAB/turn.log" --allow-loopback-peers
  serve turnutils_peer -L 10.80.0.2 -p 3480
  sleep 2
  for i in $(seq "$ROUNDS"); do
    bob turnutils_stunclient 10.80.0.1
    bob timeout 8 turnutils_uclient -u me -w secret -e 10.80.0.2 -r 3480 -n $((3 + i % 9)) -m 2 -l $((20 + i * 30)) 10.80.0.1
    [ $((i % 5)) != 0 ] || bob timeout 8 turnutils_uclient -t -u me -w secret -e 10.80.0.2 -r 3480 -n 5 -m 2 -l 170 10.80.0.1
    [ $((i % 5)) != 1 ] || bob timeout 8 turnutils_uclient -s -u me -w secret -e 10.80.0.2 -r 3480 -n 5 -m 2 -l 170 10.80.0.1
  done
}

kind_rtp() {
  local i port key
  for i in $(seq $((ROUNDS * 2))); do
    port=$((10000 + 2 * i))
    key=$(head -c 30 /dev/urandom | base64)
    case $((i % 4)) in
      0) bob timeout 4 ffmpeg -re -f lavfi -i sine=frequency=440 -t 1 -c:a pcm_mulaw -ar 8000 -f rtp "rtp://10.80.0.1:$port" ;;
      1) bob timeout 4 ffmpeg -re -f lavfi -i sine=frequency=440 -t 1 -c:a aac -f rtp -srtp_out_suite AES_CM_128_HMAC_SHA1_80 -srtp_out_params "$key" "srtp://10.80.0.1:$port" ;;
      2) bob timeout 4 ffmpeg -re -f lavfi -i testsrc=size=320x240:rate=15 -t 1 -c:v mpeg4 -f rtp "rtp://10.80.0.1:$port" ;;
      3) bob timeout 4 ffmpeg -re -f lavfi -i testsrc=size=320x240:rate=15 -t 1 -c:v mpeg2video -f mpegts "udp://10.80.0.1:$port?pkt_size=1316" ;;
    esac
  done
}

kind_dns() {
  serve dnsmasq --no-daemon --no-hosts --no-resolv --user=root --pid-file="$LAB/dnsmasq.pid" --listen-address=10.80.0.1 --bind-interfaces --address=/example/10.80.0.9 --txt-record=long.example,"$(seq 60 | tr -d '\n')"
  serve dnsmasq --no-daemon --no-hosts --no-resolv --user=root --pid-file="$LAB/dnsmasq2.pid" --listen-address=10.80.0.2 --bind-interfaces --port=5354 --address=/example/10.80.0.9
  sleep 0.5
  local i types=(A AAAA TXT MX NS SOA ANY SRV)
  for i in $(seq $((ROUNDS * 12))); do
    bob dig +tries=1 +timeout=1 @10.80.0.1 "$(head -c $((1 + i % 40)) /dev/urandom | base64 -w0 | tr -dc a-z).example" "${types[i % 8]}" $([ $((i % 3)) = 0 ] && echo +noedns) $([ $((i % 9)) = 0 ] && echo +tcp)
    [ $((i % 4)) != 0 ] || bob dig +tries=1 +timeout=1 -p 5354 @10.80.0.2 $([ $((i % 8)) = 0 ] && echo . || echo a.example) +noedns
  done
  for i in $(seq 2000); do printf '%b' "\\x41\\x00\\x01\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x01a\\x00\\x00\\x01\\x00\\x01"; break; done | timeout 2 ip netns exec "$LAB_NET-bob" nc -u -w1 10.80.0.1 53
}

kind_dns_over_tls() {
  printf 'server:\n interface: 10.80.0.1@853\n tls-service-key: "%s/key.pem"\n tls-service-pem: "%s/cert.pem"\n access-control: 10.0.0.0/8 allow\n chroot: ""\n username: ""\n do-daemonize: no\n pidfile: ""\n local-zone: "example." static\n local-data: "www.example. A 10.80.0.9"\n use-syslog: no\n' "$LAB" "$LAB" > "$LAB/unbound.conf"
  serve unbound -d -c "$LAB/unbound.conf"
  sleep 1
  for i in $(seq $((ROUNDS * 4))); do bob kdig +tls @10.80.0.1 www.example; done
}

kind_coap() {
  serve coap-server-notls -A 10.80.0.1; serve coap-server-notls -A 10.80.0.2 -p 7001
  sleep 0.5
  for i in $(seq $((ROUNDS * 6))); do
    bob coap-client-notls -B 2 -T "$(printf %s abcdefgh | head -c $((1 + i % 4 * i % 8)))" -m "$([ $((i % 3)) = 0 ] && echo put || echo get)" -e "$(seq $((i % 60)) | tr -d '\n')x" "coap://10.80.0.$([ $((i % 2)) = 0 ] && echo 1 || echo 2:7001)/$([ $((i % 4)) = 0 ] && echo .well-known/core || echo time)"
  done
}

kind_memcached() {
  serve memcached -u root -l 10.80.0.1 -p 11211 -U 11211
  sleep 0.5
  on bob "$PYTHON" - <<'PY'
import os, random, socket, struct
for i in range(150):
    s = socket.create_connection(("10.80.0.1", 11211)); n = random.choice([1, 40, 500, 9000])
    if i % 2:
        v = os.urandom(n); s.sendall(b"set k%d 0 0 %d\r\n" % (i, n) + v + b"\r\n"); s.recv(99); s.sendall(b"get k%d\r\n" % i); s.recv(20000)
    else:
        for op in (0x00, 0x01, 0x0b, 0x07):
            key, ext, val = b"k%d" % i, b"\0" * 8 if op == 1 else b"", os.urandom(n) if op == 1 else b""
            if op in (0x0b, 0x07): key = b""
            s.sendall(struct.pack("!BBHBBHIIQ", 0x80, op, len(key), len(ext), 0, 0, len(key) + len(ext) + len(val), i, 0) + ext + key + val)
            try: s.settimeout(1); s.recv(20000)
            except OSError: pass
    s.close()
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.settimeout(0.5)
    u.sendto(struct.pack("!HHHH", random.choice([i, 0x4100, 0x2100, 0x0100, 0x1101]), 0, 1, 0) + b"get k%d\r\n" % (i - 1), ("10.80.0.1", 11211))
    try: u.recv(2000)
    except OSError: pass
PY
}

kind_redis() {
  serve redis-server --bind 10.80.0.1 --protected-mode no --save '' --dir "$LAB"
  sleep 0.7
  bob redis-benchmark -h 10.80.0.1 -n 400 -c 20 -d 300 -q
  for i in $(seq $((ROUNDS * 3))); do redis-cli --version >/dev/null; head -c $((i * 50)) /dev/urandom | timeout 2 ip netns exec "$LAB_NET-bob" redis-cli -h 10.80.0.1 -x set "k$i"; bob redis-cli -h 10.80.0.1 get "k$i"; done
}

kind_postgresql() {
  local bin=/usr/lib/postgresql/15/bin db=$LAB/pg
  mkdir "$db"; chown postgres "$db"
  setpriv --reuid postgres --regid postgres --clear-groups "$bin/initdb" -D "$db" -A trust
  echo 'host all all 10.80.0.0/16 trust' >> "$db/pg_hba.conf"; cp "$LAB/cert.pem" "$db/server.crt"; cp "$LAB/key.pem" "$db/server.key"; chown postgres "$db"/server.*; chmod 600 "$db/server.key"
  serve setpriv --reuid postgres --regid postgres --clear-groups "$bin/postgres" -D "$db" -h 10.80.0.1 -k /tmp -c ssl=on
  sleep 3
  PATIENCE=40 bob pgbench -h 10.80.0.1 -U postgres -i postgres
  PATIENCE=40 PGSSLMODE=disable bob pgbench -h 10.80.0.1 -U postgres -C -c 4 -t $ROUNDS postgres
  for i in $(seq "$ROUNDS"); do
    PGSSLMODE=disable bob psql -h 10.80.0.1 -U postgres -c "copy (select * from generate_series(1, $((i * 100))) x) to stdout binary" postgres
    PGSSLMODE=require bob psql -h 10.80.0.1 -U postgres -c "select repeat('x', $((i * 90)))" postgres
  done
}

kind_mysql() {
  mkdir "$LAB/my"
  mysql_install_db --datadir="$LAB/my" --user=root --auth-root-authentication-method=normal
  serve mysqld --no-defaults --user=root --datadir="$LAB/my" --bind-address=10.80.0.1 --port=3306 --socket="$LAB/my.sock" --pid-file="$LAB/my.pid"
  sleep 6
  mysql --no-defaults -S "$LAB/my.sock" -e "grant all on *.* to 'me'@'%' identified by 'x'"
  PATIENCE=40 bob mysqlslap --no-defaults -h 10.80.0.1 -u me -px --auto-generate-sql --concurrency=10 --number-of-queries=200 --iterations=4
  for i in $(seq $((ROUNDS * 3))); do bob mysql --no-defaults -h 10.80.0.1 -u me -px -e "select repeat('x', $((i * 70))), random_bytes($((i * 9)))"; done
}

kind_mqtt() {
  printf 'listener 1883 10.80.0.1\nallow_anonymous true\nuser root\n' > "$LAB/mosquitto.conf"
  serve mosquitto -c "$LAB/mosquitto.conf"
  sleep 0.5; start bob mosquitto_sub -h 10.80.0.1 -t '#'
  for i in $(seq $((ROUNDS * 4))); do bob mosquitto_pub -h 10.80.0.1 -q $((i % 3)) -t "ships/$i" -f "$LAB/files/r${sizes[i % 8]}"; done
}

kind_etcd() {
  serve etcd --data-dir "$LAB/etcd" --listen-client-urls http://10.80.0.1:2379 --advertise-client-urls http://10.80.0.1:2379 --listen-peer-urls http://127.0.0.1:2380
  sleep 3
  for i in $(seq $((ROUNDS * 3))); do ETCDCTL_API=3 bob etcdctl --endpoints 10.80.0.1:2379 put "k$i" "$(head -c $((i * 20)) "$LAB/files/t4000")"; ETCDCTL_API=3 bob etcdctl --endpoints 10.80.0.1:2379 get --prefix k; done
}

kind_zeromq() {
  serve "$PYTHON" -c '
import zmq, os
c = zmq.Context(); s = c.socket(zmq.REP); s.bind("tcp://10.80.0.1:5555")
while True: m = s.recv(); s.send(os.urandom(len(m)))'
  sleep 0.7
  PATIENCE=60 bob "$PYTHON" -c '
import zmq, os, random
c = zmq.Context()
for i in range(150):
    s = c.socket(zmq.REQ); s.RCVTIMEO = 1000; s.connect("tcp://10.80.0.1:5555")
    for k in range(random.randrange(1, 12)): s.send(os.urandom(random.choice([1, 5, 13, 17, 90, 300, 16384]))); s.recv()
    s.close(0)'
}

kind_smb() {
  mkdir -p "$LAB/smb"
  printf '[global]\nworkgroup=W\nmap to guest=Bad User\ninterfaces=10.80.0.1\nlock directory=%s/smb\nstate directory=%s/smb\ncache directory=%s/smb\npid directory=%s/smb\nprivate dir=%s/smb\nncalrpc dir=%s/smb\nlog file=%s/smb/log\nload printers=no\ndisable spoolss=yes\nguest account=root\n[files]\npath=%s/files\nguest ok=yes\nread only=no\n' "$LAB" "$LAB" "$LAB" "$LAB" "$LAB" "$LAB" "$LAB" "$LAB" > "$LAB/smb.conf"
  serve setsid smbd -F --no-process-group -s "$LAB/smb.conf"
  sleep 2
  for i in $(seq $((ROUNDS * 3))); do
    bob smbclient -N //10.80.0.1/files -c "get r${sizes[i % 8]} /dev/null; ls; put $LAB/files/t900 up$i" $([ $((i % 3)) = 0 ] && echo -m NT1) $([ $((i % 3)) = 1 ] && echo -m SMB3)
  done
}

kind_rsync() {
  printf 'uid=root\ngid=root\nuse chroot=no\nport=873\naddress=10.80.0.1\n[files]\npath=%s/files\n' "$LAB" > "$LAB/rsyncd.conf"
  serve rsync --daemon --no-detach --config="$LAB/rsyncd.conf"
  sleep 0.5
  for i in $(seq $((ROUNDS * 4))); do rm -rf "$LAB/down"; bob rsync -r $([ $((i % 2)) = 0 ] && echo -z) "rsync://10.80.0.1/files/r${sizes[i % 8]}" "$LAB/down/"; done
}

kind_ftp() {
  printf 'listen=YES\nanonymous_enable=YES\nanon_root=%s/files\nno_anon_password=YES\nbackground=NO\nseccomp_sandbox=NO\nsecure_chroot_dir=%s/nss0\nftp_username=root\n' "$LAB" "$LAB" > "$LAB/vsftpd.conf"
  mkdir -p "$LAB/nss0"
  serve vsftpd "$LAB/vsftpd.conf"
  sleep 0.5
  for i in $(seq $((ROUNDS * 2))); do bob curl -s "ftp://10.80.0.1/r${sizes[i % 8]}"; bob curl -s "ftp://10.80.0.1/t${sizes[i % 8]}" -P -; done
}

# Files of every make over bare TCP, down and up.
kind_files() {
  local d=$LAB/made n f; mkdir -p "$d"
  for n in $(seq 1 40) 60 80 96 97 120 160 200 300 400 500 600 608 609 700 900 1200 1448 2000 4000 9000 16384 16397 30000 90000 300000; do
    f=$d/$n
    seq 1 $((n * 3)) | sha256sum | cut -c1-9 > "$f.t"; seq "$n" $((n * 4 / 3 + n)) | head -c $((n * 3)) > "$f.txt"
    gzip -c "$f.txt" > "$f.gz"; xz -c "$f.txt" > "$f.xz"; zstd -qc "$f.txt" > "$f.zst"; (cd "$d" && zip -q "$n.zip" "$n.txt" 2>/dev/null)
    head -c "$n" /dev/urandom > "$f.rnd"
    openssl enc -aes-256-cbc -pbkdf2 -k x -in "$f.rnd" -out "$f.enc" 2>/dev/null
    openssl enc -aes-256-ctr -nosalt -pbkdf2 -k x -in "$f.txt" -out "$f.ctr" 2>/dev/null
    gpg --batch --homedir "$d" --passphrase x -c -o "$f.gpg" "$f.rnd" 2>/dev/null
    age -r age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p -o "$f.age" "$f.txt"
  done
  for n in 1 3 9; do ffmpeg -f lavfi -i testsrc=size=320x240:rate=15 -t $n -c:v mpeg4 "$d/$n.mp4" 2>/dev/null; done
  serve "$PYTHON" "$LAB_DIR/negatives_files.py" serve "$d" 10.80.0.1
  sleep 1
  PATIENCE=200 bob "$PYTHON" "$LAB_DIR/negatives_files.py" fetch "$d" 10.80.0.1
}

kind_vnc() {
  serve Xvnc :7 -SecurityTypes None -rfbport 5907 -geometry 640x480
  sleep 2; on srv env DISPLAY=:7 xlogo & sleep 1
  for i in $(seq $((ROUNDS * 3))); do bob "$PYTHON" "$LAB_DIR/negatives_files.py" vnc 10.80.0.1 5907 "$i"; done
}

kind_x11() {
  serve Xvfb :8 -listen tcp -ac -screen 0 640x480x24
  sleep 2
  for i in $(seq "$ROUNDS"); do
    DISPLAY=10.80.0.1:8 bob timeout 1 xlogo; DISPLAY=10.80.0.1:8 bob timeout 1 xeyes; DISPLAY=10.80.0.1:8 bob xdpyinfo; DISPLAY=10.80.0.1:8 bob xlsclients
  done
}

kind_rdp() {
  mkdir -p "$LAB/rdp"; printf '[Globals]\nport=tcp://10.80.0.1:3389\ncertificate=%s/cert.pem\nkey_file=%s/key.pem\nallow_channels=true\nsecurity_layer=negotiate\n[Logging]\nLogFile=%s/rdp/log\n[Channels]\n[vnc]\nname=vnc\nlib=libvnc.so\nip=127.0.0.1\nport=5907\nusername=na\npassword=x\n' "$LAB" "$LAB" "$LAB" > "$LAB/rdp/xrdp.ini"
  serve xrdp -n -c "$LAB/rdp/xrdp.ini"; start bob Xvfb :9
  sleep 2
  for i in $(seq $((ROUNDS * 2))); do DISPLAY=:9 bob timeout 3 xfreerdp /v:10.80.0.1 /u:me /p:x /cert:ignore "/sec:$([ $((i % 2)) = 0 ] && echo rdp || echo tls)"; done
}

kind_games() {
  local teeworlds=/usr/games/teeworlds-server
  serve $teeworlds "bindaddr 10.80.0.1; sv_port 8303; sv_register 0"
  serve /usr/games/bzfs -p 5154 -i 10.80.0.2
  serve minetestserver --port 30000 --world "$LAB/world" --gameid devtest
  serve openttd -D 10.80.0.3:3979 -f
  start bob Xvfb :9
  sleep 4
  for i in $(seq "$ROUNDS"); do
    echo "/quit" | timeout 4 ip netns exec "$LAB_NET-bob" /usr/games/bzadmin -ui stdout "me$i@10.80.0.2:5154" /players
    on bob timeout 5 "$PYTHON" "$LAB_DIR/negatives_files.py" game 10.80.0.1 8303 "$i"
    [ $((i % 3)) != 0 ] || DISPLAY=:9 PATIENCE=8 bob env HOME="$LAB/home" LIBGL_ALWAYS_SOFTWARE=1 minetest --go --address 10.80.0.1 --port 30000 --name "me$i" --password x
  done
}

kind_iperf() {
  serve iperf3 -s -B 10.80.0.1; serve nuttcp -S --nofork
  sleep 0.5
  for i in $(seq "$ROUNDS"); do
    bob iperf3 -c 10.80.0.1 -n $((i * 4000)) $([ $((i % 2)) = 0 ] && echo -R) -l $((100 + i * 600))
    bob iperf3 -u -c 10.80.0.1 -t 1 -b 200K -l $((16 + i * 40))
  done
}

kind_nfs() {
  printf 'NFS_CORE_PARAM { Protocols = 3,4; Bind_addr = 10.80.0.1; NFS_Port = 2049; }\nEXPORT { Export_Id = 1; Path = %s/files; Pseudo = /files; Access_Type = RW; Squash = none; FSAL { Name = VFS; } }\nLOG { Default_Log_Level = EVENT; }\n' "$LAB" > "$LAB/ganesha.conf"
  serve rpcbind -f -w; serve ganesha.nfsd -F -f "$LAB/ganesha.conf" -L "$LAB/ganesha.log" -p "$LAB/ganesha.pid"
  sleep 5
  mkdir -p "$LAB/mnt"
  for i in $(seq "$ROUNDS"); do bob mount -t nfs -o "vers=$((3 + i % 2)),nolock" 10.80.0.1:/files "$LAB/mnt"; bob cp "$LAB/mnt/r70000" /dev/null; bob umount -l "$LAB/mnt"; bob rpcinfo -p 10.80.0.1; done
}

kind_amqp() {
  mkdir "$LAB/rabbit"; chown rabbitmq "$LAB/rabbit"; : > "$LAB/plugins"
  printf 'loopback_users = none\nlisteners.tcp.default = 10.80.0.1:5672\n' > "$LAB/rabbit.conf"; chmod 644 "$LAB/rabbit.conf" "$LAB/plugins"
  serve unshare --uts --mount sh -c 'hostname rabbit; echo 127.0.0.1 rabbit localhost > "$LAB/rabbit.hosts"; mount --bind "$LAB/rabbit.hosts" /etc/hosts; exec "$@"' sh runuser -u rabbitmq -- \
    env HOME="$LAB/rabbit" RABBITMQ_NODENAME=lab@rabbit RABBITMQ_MNESIA_BASE="$LAB/rabbit" RABBITMQ_LOG_BASE="$LAB/rabbit" RABBITMQ_CONFIG_FILE="$LAB/rabbit.conf" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$LAB/plugins" /usr/lib/rabbitmq/bin/rabbitmq-server
  for _ in 1 2 3 4 5; do wait_tcp srv 10.80.0.1 5672 2>/dev/null && break; done
  PATIENCE=60 bob "$PYTHON" -c '
import pika, os, random
for i in range(100):
    c = pika.BlockingConnection(pika.ConnectionParameters("10.80.0.1", credentials=pika.PlainCredentials("guest", "guest")))
    ch = c.channel(); ch.queue_declare("q%d" % i, auto_delete=True)
    for k in range(random.randrange(5)): ch.basic_publish("", "q%d" % i, os.urandom(random.choice([5, 13, 300, 16384])))
    c.close()'
}
