#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// ws_relay.mjs ADDRESS PORT URL: an endpoint of two WebSockets, which hands each message on. Between two programs that log nothing themselves it
// is both their peers, and (with ws_hook.mjs) logs for them.
import { createRequire } from 'node:module';

const WebSocket = createRequire(`${process.env.LAB_NODE}/x.js`)('ws');
const [address, port, target] = process.argv.slice(2);
const options = { perMessageDeflate: false };

new WebSocket.Server({ host: address, port: Number(port), ...options }).on('connection', (near, request) => {
  const far = new WebSocket(target + request.url, options);
  const early = [];
  const hand = (to) => (data, binary) => { if (to.readyState === WebSocket.OPEN) to.send(data, { binary }); };
  near.on('message', (data, binary) => { if (far.readyState === WebSocket.CONNECTING) early.push([data, binary]); else hand(far)(data, binary); });
  far.on('open', () => early.forEach((message) => hand(far)(...message)));
  far.on('message', hand(near));
  far.on('error', () => near.terminate());
  near.on('error', () => far.terminate());
  const end = (to) => (code, reason) => code === 1006 ? to.terminate() : to.close(code === 1005 ? undefined : code, reason);
  near.on('close', end(far));
  far.on('close', end(near));
});
