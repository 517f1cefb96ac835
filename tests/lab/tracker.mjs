#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// tracker.mjs ADDRESS PORT: npm bittorrent-tracker over HTTP; logs each announce with the port it came from.
import { pathToFileURL } from 'node:url';
import { Flow, flowOf } from './lablog.mjs';

const path = `${process.env.LAB_NODE}/node_modules/bittorrent-tracker/server.js`;
const { default: Server } = await import(pathToFileURL(path));
const [address, port] = process.argv.slice(2);
const server = new Server({ udp: process.env.UDP === '1', http: true, ws: false, stats: false, interval: 2000 });

const hex = (escaped) => [...escaped.matchAll(/%([0-9a-f]{2})|(.)/gis)].map(([, code, char]) => code ?? char.charCodeAt(0).toString(16).padStart(2, '0'))
  .join('').toLowerCase();
const flows = new Map();
server.http.prependListener('request', (request) => {
  const query = new Map(request.url.split('?')[1]?.split('&').map((part) => part.split(/=(.*)/s)));
  const key = `${request.socket.remoteAddress} ${request.socket.remotePort}`;
  if (!flows.has(key)) {
    flows.set(key, flowOf(request.socket, 'server', { app: 'bittorrent', layers: ['tcp', 'http', 'bittorrent'], kind: 'http-tracker',
      encrypted: false, info_hash: hex(query.get('info_hash') ?? ''), note: `announce by ${request.headers['user-agent'] ?? 'no user agent'}` }));
  }
  flows.get(key).request({ method: 'GET', url: request.url.split('?')[0], event: query.get('event') });
});
server.udp4?.on('message', (data, from) => {
  if (data.length < 98 || data.readUInt32BE(8) !== 1) return;
  new Flow(`${from.address}:${from.port}`, `${address}:${port}`, 'server',
    { app: 'bittorrent', layers: ['udp', 'bittorrent'], kind: 'udp-tracker', info_hash: data.subarray(16, 36).toString('hex') }, 'udp');
});
server.on('error', (error) => console.error(error.message));
server.on('warning', (error) => console.error(error.message));
server.listen(Number(port), { http: address, udp4: address });
