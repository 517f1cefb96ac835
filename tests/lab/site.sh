# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# A small web site on nginx, for the scripts that need one. Source after lib.sh.
# site HOST ADDRESS PORT WS_BACKEND HTTP_BACKEND: pages, /chat (WebSocket, proxied), /api (proxied), /private (403).

site() {
  local host=$1 address=$2 port=$3 ws=$4 api=$5
  mkdir -p "$LAB/www"
  cat > "$LAB/www/index.html" <<'HTML'
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Harbour office</title>
<link rel="stylesheet" href="/style.css"><link rel="icon" href="data:,"></head>
<body><h1>Harbour office</h1><img src="/logo.png" alt="logo"><p>Ships in port, papers on file, and a chat with the officer on duty.</p>
<ul id="log"></ul><script src="/chat.js"></script></body></html>
HTML
  cat > "$LAB/www/style.css" <<'CSS'
body { font-family: sans-serif; margin: 2em; color: #123; } h1 { border-bottom: 2px solid #357; } li { color: #555; }
CSS
  cat > "$LAB/www/chat.js" <<'JS'
const note = (text) => { const li = document.createElement('li'); li.textContent = text; document.getElementById('log').append(li); };
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
(async () => {
  note(JSON.stringify(await (await fetch('/api/now')).json()));
  const ws = new WebSocket(`ws://${location.host}/chat`);
  ws.binaryType = 'arraybuffer';
  ws.onmessage = (event) => note(typeof event.data === 'string' ? event.data.slice(0, 60) : `${event.data.byteLength} bytes`);
  await new Promise((resolve, reject) => { ws.onopen = resolve; ws.onerror = reject; });
  for (let i = 1; i <= 5; i++) {
    ws.send(JSON.stringify({ user: 'browser', text: `ship ${i} asks for a berth, ${'please '.repeat(i)}` }));
    await sleep(60);
  }
  ws.send(JSON.stringify({ do: 'send', length: 4000 }));
  ws.send(new Uint8Array(1000).map((_, i) => i * 7));
  ws.send(JSON.stringify({ do: 'ping', data: 'are you there' }));
  ws.send(JSON.stringify({ do: 'fragments', length: 900, parts: 3 }));
  await sleep(250);
  ws.onclose = () => { document.title = 'done'; };
  ws.close(1000, 'good day');
})();
JS
  "$PYTHON" - "$LAB/www/logo.png" <<'PY'
import struct, sys, zlib
def chunk(kind, data):
    return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))
rows = b"".join(b"\0" + bytes((x * y * c) & 255 for x in range(64) for c in (1, 2, 3)) for y in range(64))
open(sys.argv[1], "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack("!IIBBBBB", 64, 64, 8, 2, 0, 0, 0))
                              + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))
PY
  cat > "$LAB/proxy.conf" <<'CONF'
proxy_set_header Host $host;
proxy_set_header X-Lab-Client "$remote_addr:$remote_port";
proxy_set_header X-Lab-Server "$server_addr:$server_port";
CONF
  cat > "$LAB/nginx.conf" <<CONF
daemon off; user root; worker_processes 1; pid $LAB/nginx.pid; error_log $LAB/nginx.err;
events { worker_connections ${SITE_CONNECTIONS:-256}; }
http {
  include /etc/nginx/mime.types; default_type application/octet-stream; gzip on; gzip_types text/css application/javascript application/json text/plain;
  gzip_min_length 200;
  client_body_temp_path $LAB; proxy_temp_path $LAB; fastcgi_temp_path $LAB; uwsgi_temp_path $LAB; scgi_temp_path $LAB;
  log_format lab escape=json '{"client":"\$remote_addr:\$remote_port","server":"\$server_addr:\$server_port","by":"server",'
    '"default":{"app":"http","layers":["tcp","http"]},"request":{"method":"\$request_method","url":"\$request_uri","host":"\$host",'
    '"status":\$status,"wire_length":\$body_bytes_sent,"upgrade":"\$http_upgrade"}}';
  log_format tls escape=json '{"client":"\$remote_addr:\$remote_port","server":"\$server_addr:\$server_port","by":"server",'
    '"fact":{"app":"tls","layers":["tcp","tls"],"sni":"\$ssl_server_name","version":"\$ssl_protocol","note":"HTTP inside, not visible without keys"}}';
  access_log $LAB_LOG/nginx.jsonl lab;
  server {
    listen $address:$port ${SITE_LISTEN:-};
    root $LAB/www;
    proxy_http_version 1.1;
    location = /chat { include $LAB/proxy.conf; proxy_pass http://$ws; proxy_set_header Upgrade \$http_upgrade; proxy_set_header Connection "upgrade"; }
    location /api/ { include $LAB/proxy.conf; proxy_pass http://$api; proxy_request_buffering off; proxy_buffering off; proxy_set_header Connection ""; }
    location /private { return 403; }
  }
  ${SITE_TLS:-}
}
CONF
  start "$host" nginx -c "$LAB/nginx.conf" -e "$LAB/nginx.err"
  wait_tcp "$host" "$address" "$port"
}
