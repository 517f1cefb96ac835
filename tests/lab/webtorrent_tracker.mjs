#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// webtorrent_tracker.mjs ADDRESS PORT: npm bittorrent-tracker over WebSockets; logs the torrent that each connection announced. Its messages: ws_hook.mjs.
import { pathToFileURL } from 'node:url';
import { flowOf } from './lablog.mjs';

const { default: Server } = await import(pathToFileURL(`${process.env.LAB_NODE}/node_modules/bittorrent-tracker/server.js`));
const [address, port] = process.argv.slice(2);
const server = new Server({ udp: false, http: false, ws: true, stats: false, interval: 2000 });
server.ws.on('connection', (socket, request) => {
  const flow = flowOf(request.socket, 'server');
  socket.once('message', (data) => flow.fact({ info_hash: Buffer.from(JSON.parse(data).info_hash, 'latin1').toString('hex') }));
});
server.on('error', (error) => console.error(error.message));
server.on('warning', (error) => console.error(error.message));
server.listen(Number(port), address);
