#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// echo_client.mjs URL [OPTIONS-AS-JSON [large]]: npm ws as the client of echo_server.mjs: texts, binary, pings, fragments, close 1000.
// large: 300 kB and 70 kB in one frame each, instead.
import { WebSocket, logged } from './ws_log.mjs';

const [url, options, large] = process.argv.slice(2);
const ws = new WebSocket(url, JSON.parse(options ?? '{}'));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

ws.on('error', (error) => { console.error(error.message); process.exit(1); });
ws.on('open', async () => {
  logged(ws, 'client');
  if (large) {
    let left = 2;
    ws.on('message', () => { if (--left === 0) ws.close(1000); });
    ws.send(Buffer.alloc(300000, 'abc\0'));
    ws.send('y'.repeat(70000));
    return;
  }
  ws.send('hello from node');
  ws.send(JSON.stringify({ do: 'send', length: 3000 }));
  await sleep(100);
  ws.send(Buffer.from([...Array(600).keys()].map((i) => i & 255)));
  ws.ping('node ping');
  ws.send(JSON.stringify({ do: 'fragments', length: 5000, parts: 4 }));
  await sleep(150);
  ws.send('part one, ', { fin: false });
  ws.send('part two.', { fin: true });
  await sleep(150);
  ws.close(1000, 'done');
});
