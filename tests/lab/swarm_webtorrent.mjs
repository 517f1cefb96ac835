#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// swarm_webtorrent.mjs PORT FOLDER SECURE(0|1) UTP(0|1) DHT(0|1) TORRENT...: npm webtorrent over TCP and uTP.
import { pathToFileURL } from 'node:url';

const { default: WebTorrent } = await import(pathToFileURL(`${process.env.LAB_NODE}/node_modules/webtorrent/index.js`));
const [port, folder, secure, utp, dht, ...torrents] = process.argv.slice(2);
const nodes = (process.env.DHT_NODES ?? '').split(' ').filter(Boolean);
const client = new WebTorrent({ torrentPort: Number(port), dhtPort: Number(port), dht: dht === '1' ? { bootstrap: nodes } : false,
  lsd: process.env.LSD === '1', utp: utp === '1', secure: secure === '1', natUpnp: false, natPmp: false, downloadLimit: 400000 });
client.on('error', (error) => console.error('client', error.message));
process.on('uncaughtException', (error) => console.error('uncaught', error.stack));
for (const file of torrents) {
  const torrent = client.add(file, { path: folder });
  torrent.on('done', () => console.log('done', file));
  torrent.on('wire', (wire, address) => console.log('wire', address, wire.type));
  torrent.on('warning', (error) => console.error('warning', error.message ?? error));
}
