// SPDX-License-Identifier: MIT
// npm ws, made to log every message and control frame of one connection, as sent and as received.
import { createRequire } from 'node:module';
import { flowOf } from './lablog.mjs';

const require = createRequire(`${process.env.LAB_NODE}/x.js`);
export const WebSocket = require('ws');
const is = `npm ws ${require('ws/package.json').version}`;
const facts = { app: 'websocket', layers: ['tcp', 'http', 'websocket'], ladder: 'framed' };

function closing(code, reason) {
  if (code === undefined || code === 1005) return Buffer.alloc(0);
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, Buffer.from(reason ?? '')]);
}

// Call it as soon as the connection is open: on 'open' in a client (before anything is received), on 'connection' in a server.
export function logged(ws, by, flow = flowOf(ws._socket, by)) {
  const [out, back] = by === 'server' ? ['to-client', 'to-server'] : ['to-server', 'to-client'];
  flow.fact({ ...facts, [`${by}_is`]: is, ...(ws.url ? { path: new URL(ws.url).pathname } : {}), ...(ws.extensions ? { extensions: [ws.extensions] } : {}) });
  const { _sender: sender, _receiver: receiver } = ws;
  let parts = [], opcode;

  const { send, ping, pong, close } = sender;
  sender.send = function (data, options, cb) {
    if (!parts.length) opcode = options.binary ? 'binary' : 'text';
    parts.push(Buffer.from(data));
    if (options.fin) {
      flow.message(out, opcode, Buffer.concat(parts), parts.length > 1 ? { fragments: parts.length } : {});
      parts = [];
    }
    return send.call(this, data, options, cb);
  };
  const asked = new Map();                                     // pings without an answer: when they left
  sender.ping = function (data, ...rest) {
    asked.set(String(data ?? ''), performance.now());
    flow.message(out, 'ping', data ?? '');
    return ping.call(this, data, ...rest);
  };
  sender.pong = function (data, ...rest) { flow.message(out, 'pong', data ?? ''); return pong.call(this, data, ...rest); };
  sender.close = function (code, data, ...rest) {
    flow.message(out, 'close', closing(code, data));
    return close.call(this, code, data, ...rest);
  };
  receiver.prependListener('message', (data, binary = typeof data !== 'string') => {     // ws 7 has no second argument
    flow.message(back, binary ? 'binary' : 'text', data);
  });
  receiver.prependListener('ping', (data) => flow.message(back, 'ping', data));
  receiver.prependListener('pong', (data) => {
    const left = asked.get(String(data));
    flow.message(back, 'pong', data, left === undefined ? {} : { rtt_ms: Math.round(performance.now() - left) });
  });
  receiver.prependListener('conclude', (code, reason) => flow.message(back, 'close', closing(code, reason)));
  return flow;
}
