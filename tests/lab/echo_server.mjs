#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// echo_server.mjs ADDRESS PORT [OPTIONS-AS-JSON]: npm ws; echoes what it gets, and does what a client asks for with a text message
// {"do": "send"|"fragments"|"ping"|"close"|"who", ...}. Behind a proxy the flow's name comes from X-Lab-Client and X-Lab-Server.
import { WebSocket, logged } from './ws_log.mjs';
import { Flow, endsOf } from './lablog.mjs';

const [address, port, options] = process.argv.slice(2);
const server = new WebSocket.Server({ host: address, port: Number(port), ...JSON.parse(options ?? '{}') });

function body(order) {
  if (order.binary) return Buffer.alloc(order.length, 'portwarden\0\xff', 'latin1');
  return 'The harbour officer opens the hold. '.repeat(order.length / 36 + 1).slice(0, order.length);
}

server.on('connection', (ws, request) => {
  const client = request.headers['x-lab-client'];
  logged(ws, 'server', client && new Flow(client, request.headers['x-lab-server'], 'server'));
  ws.on('message', (data, binary) => {
    let order = {};
    if (!binary) { try { order = JSON.parse(data.toString()); } catch { /* not an order: echo */ } }
    switch (order?.do) {
      case 'send': ws.send(body(order), { binary: !!order.binary }); break;
      case 'ping': ws.ping(order.data ?? ''); break;
      case 'close': ws.close(order.code, order.reason); break;
      case 'who': ws.send(JSON.stringify(endsOf(request.socket))); break;             // for clients that cannot tell their own port
      case 'fragments': {
        const whole = Buffer.from(body(order)), step = Math.ceil(whole.length / order.parts);
        for (let i = 0; i < order.parts; i++) {
          ws.send(whole.subarray(i * step, (i + 1) * step), { binary: !!order.binary, fin: i === order.parts - 1 });
          if (i === 0) ws.ping('between');
        }
        break;
      }
      default: ws.send(data, { binary });
    }
  });
});
