#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// echo_client.mjs URL [OPTIONS-AS-JSON [large|idle|second]]: npm ws as the client of echo_server.mjs: texts, binary, pings, fragments, close 1000.
// large: 300 kB and 70 kB in one frame each, instead. idle: one text, and then it waits until it is thrown out. second: a GET first, on the
// same connection.
import { once } from 'node:events';
import http from 'node:http';
import { WebSocket, logged } from './ws_log.mjs';

const [url, options, how] = process.argv.slice(2);
const agent = how === 'second' ? new http.Agent({ keepAlive: true }) : undefined;
if (agent) {
  const [answer] = await once(http.get(url.replace(/^ws/, 'http').replace(/[^/]*$/, 'page'), { agent }), 'response');
  await once(answer.resume(), 'end');
}
const ws = new WebSocket(url, { agent, ...JSON.parse(options ?? '{}') });
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

ws.on('error', (error) => { console.error(error.message); process.exit(1); });
ws.on('open', async () => {
  logged(ws, 'client');
  if (how === 'idle') {
    ws.send('hello, and now nothing');
    return;
  }
  if (how === 'large') {
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
