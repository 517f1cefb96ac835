#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// tls_server.mjs h1|h2 ADDRESS PORT KEY CERT [TLS-OPTIONS-AS-JSON]: pages and an echoing WebSocket over TLS (run node with --tls-keylog).
// h1: https and npm ws. h2: http2 with the extended CONNECT of RFC 8441; npm ws reads the frames on the stream.
import http2 from 'node:http2';
import https from 'node:https';
import { readFileSync } from 'node:fs';
import { WebSocket, logged } from './ws_log.mjs';
import { Flow, flowOf, name } from './lablog.mjs';

const [mode, address, port, key, cert, options] = process.argv.slice(2);
const tls = { key: readFileSync(key), cert: readFileSync(cert), ...JSON.parse(options ?? '{}') };
const page = `<!doctype html><title>busy</title><link rel="icon" href="data:,"><script>
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
(async () => {
  const ws = new WebSocket('wss://' + location.host + '/echo');
  await new Promise((resolve, reject) => { ws.onopen = resolve; ws.onerror = reject; });
  for (let i = 0; i < 5; i++) { ws.send(JSON.stringify({ n: i, text: 'behind the curtain ' + 'again '.repeat(i) })); await sleep(30); }
  ws.send(new Uint8Array(700).map((_, i) => i));
  ws.send('z'.repeat(5000));
  await sleep(200);
  ws.onclose = () => { document.title = 'done'; };
  ws.close(1000, 'curtain');
})();
</script>`;
const without = { app: 'tls', layers: ['tcp', 'tls'] };

// A connection that never asks for anything: Chromium opens some, and leaves those whose certificate it has yet to swallow.
function noted(server) {
  server.on('connection', (socket) => {
    const flow = flowOf(socket, 'server');
    socket.on('close', () => flow.fallback(socket.bytesRead === 0 ? { app: 'none', layers: ['tcp'] }
      : { ...without, note: 'a TLS handshake and no request' }));
  });
  return server;
}

function echo(ws) { ws.on('message', (data, binary) => ws.send(data, { binary })); }
function onTls(flow, socket, layers) {
  flow.fact({ layers, without_keys: without, sni: socket.servername || undefined, version: socket.getProtocol(), alpn: socket.alpnProtocol || undefined });
}

if (mode === 'h1') {
  const flows = new WeakMap();
  const of = (socket) => {
    if (!flows.has(socket)) {
      flows.set(socket, flowOf(socket, 'server', { app: 'http' }));
      onTls(flows.get(socket), socket, ['tcp', 'tls', 'http']);
    }
    return flows.get(socket);
  };
  const server = noted(https.createServer(tls, (request, response) => {
    of(request.socket).request({ method: request.method, url: request.url, status: 200 });
    response.setHeader('content-type', 'text/html');
    response.end(page);
  }));
  new WebSocket.Server({ server, perMessageDeflate: { threshold: 0 } }).on('connection', (ws, request) => {
    const flow = of(request.socket);
    flow.request({ method: 'GET', url: request.url, status: 101 });
    logged(ws, 'server', flow);
    onTls(flow, request.socket, ['tcp', 'tls', 'http', 'websocket']);
    echo(ws);
  });
  server.listen(Number(port), address);
} else {
  const server = noted(http2.createSecureServer({ ...tls, settings: { enableConnectProtocol: true } }));
  const keys = new WeakMap();
  const of = (session) => {
    const { socket } = session;
    if (!keys.has(session)) keys.set(session, [name(socket.remoteAddress, socket.remotePort), name(socket.localAddress, socket.localPort), socket.servername]);
    return keys.get(session);
  };
  server.on('stream', (stream, headers) => {
    const [client, self, sni] = of(stream.session);
    const flow = new Flow(client, self, 'server', { app: 'http2', layers: ['tcp', 'tls', 'http2'], without_keys: without, sni, version: 'TLSv1.3', alpn: 'h2' });
    if (headers[':method'] === 'CONNECT') {
      flow.request({ method: 'CONNECT', url: headers[':path'], status: 200, protocol: headers[':protocol'], stream: stream.id });
      stream.respond({ ':status': 200 });
      const ws = new WebSocket(null, undefined, { autoPong: true });
      ws.setSocket(stream, Buffer.alloc(0), { maxPayload: 1 << 20, skipUTF8Validation: false, allowSynchronousEvents: true });
      logged(ws, 'server', flow);
      flow.fact({ layers: ['tcp', 'tls', 'http2', 'websocket'], ladder: 'framed' });
      echo(ws);
    } else {
      flow.request({ method: headers[':method'], url: headers[':path'], status: 200, stream: stream.id });
      stream.respond({ ':status': 200, 'content-type': 'text/html' });
      stream.end(page);
    }
  });
  server.listen(Number(port), address);
}
