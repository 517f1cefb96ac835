#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// subprotocol_clients.mjs ADDRESS PROTOCOL: the clients of subprotocol_servers.mjs, one at a time. Run it with ws_hook.mjs, which logs.
import { EventEmitter, once } from 'node:events';
import Module, { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.env.LAB_NODE}/x.js`);
const [address, protocol] = process.argv.slice(2);
const WebSocket = require('ws');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function socketIo(port, options) {
  const { io } = require('socket.io-client');
  const socket = io(`http://${address}:${port}`, { reconnection: false, forceNew: true, ...options });
  await once(socket, 'connect');
  await sleep(300);                                             // the upgrade, where polling came first
  socket.emit('upload', 'papers.bin', Buffer.from([...Array(300).keys()].map((i) => i & 255)));
  for (let i = 1; i <= 3; i++) await new Promise((resolve) => { socket.emit('chat', `ship ${i} asks for a berth, please`, resolve); });
  const admin = socket.io.socket('/admin');
  await once(admin, 'hello');
  admin.emit('leave');
  await sleep(1500);                                            // the server pings
  socket.disconnect();
  await sleep(200);
}

async function mqtt(where = '9001/mqtt', more = {}) {
  const client = require('mqtt').connect(`ws://${address}:${where}`, { keepalive: 1, clientId: 'ship-1', reconnectPeriod: 0, ...more });
  await once(client, 'connect');
  await client.subscribeAsync('harbour/#', { qos: 1 });
  for (let qos = 0; qos < (where[0] === '9' ? 3 : 2); qos++) await client.publishAsync(`harbour/berth/${qos}`, JSON.stringify({ ship: 'Anna', qos }), { qos });
  await client.publishAsync('harbour/papers', Buffer.alloc(3000, 'papers '), { retain: true });
  await sleep(1800);
  await client.endAsync();
}

async function stomp(connectHeaders = {}) {
  global.WebSocket = WebSocket;
  const { Client } = require('@stomp/stompjs');
  const client = new Client({ brokerURL: `ws://${address}:15674/ws`, heartbeatIncoming: 500, heartbeatOutgoing: 500, reconnectDelay: 0,
    connectHeaders });
  await new Promise((resolve) => { client.onConnect = resolve; client.activate(); });
  client.subscribe('/topic/harbour', () => {});
  client.publish({ destination: '/topic/harbour', body: 'ship asks for a berth' });
  client.publish({ destination: '/topic/harbour', body: JSON.stringify({ ship: 'Anna', tons: 900 }), headers: { 'content-type': 'application/json' } });
  await sleep(1300);
  await client.deactivate();
}

async function graphql() {
  const { createClient } = require('graphql-ws');
  const client = createClient({ url: `ws://${address}:4000/graphql`, webSocketImpl: WebSocket, connectionParams: { token: 'x' }, keepAlive: 300 });
  for (const query of ['{ hello }', 'subscription { ship(count: 4) }', '{ nothing }']) {
    await new Promise((resolve) => { client.subscribe({ query }, { next() {}, error: resolve, complete: resolve }); });
  }
  await sleep(800);
  await client.dispose();
}

async function graphqlOld() {
  const { SubscriptionClient } = require('subscriptions-transport-ws');
  const client = new SubscriptionClient(`ws://${address}:4001/graphql`, { connectionParams: { token: 'x' } }, WebSocket);
  for (const query of ['query { hello }', 'subscription { ship(count: 4) }']) {
    await new Promise((resolve) => { client.request({ query }).subscribe({ complete: resolve, error: resolve }); });
  }
  await sleep(500);
  client.close();
}

async function signalr() {
  const { HubConnectionBuilder, LogLevel } = require('@microsoft/signalr');
  const hub = new HubConnectionBuilder().withUrl(`http://${address}:5000/hub`).configureLogging(LogLevel.None).build();
  hub.on('berth', () => {});
  await hub.start();
  for (const ship of ['Anna', 'Berta']) await hub.invoke('ask', ship);
  await hub.send('note', 'a message without an answer');
  await new Promise((resolve) => { hub.stream('count', 3).subscribe({ next() {}, complete: resolve, error: resolve }); });
  await sleep(1000);
  await hub.stop();
}

async function jsonRpc() {
  const { Client } = require('rpc-websockets');
  const rpc = new Client(`ws://${address}:8546`, { reconnect: false });
  await new Promise((resolve) => { rpc.on('open', resolve); });
  await rpc.call('berth', ['Anna']);
  await rpc.call('sum', { a: 1, b: 2 });
  await rpc.call('nothing').catch(() => {});
  await rpc.subscribe('arrival');
  await rpc.notify('berth', ['Berta']);
  await sleep(200);
  rpc.close(1000);
}

async function ocpp() {
  const { RPCClient } = require('ocpp-rpc');
  const station = new RPCClient({ endpoint: `ws://${address}:9220`, identity: 'PIER-4', protocols: ['ocpp1.6'], reconnect: false });
  await station.connect();
  await station.call('BootNotification', { chargePointVendor: 'portwarden', chargePointModel: 'lab' });
  for (let i = 0; i < 3; i++) { await station.call('Heartbeat', {}); await sleep(100); }
  await station.call('Nothing', {}).catch(() => {});
  await station.close();
}

// Two peers of one torrent. There is no WebRTC here: offers and answers are SDP of ours, all else is the client's.
async function webtorrent() {
  const nothing = new Proxy(class {}, { get: (target, name) => target[name] ?? nothing });
  const { _load: load } = Module;                               // the package's native WebRTC is not built: nothing in its place
  Module._load = (name, ...rest) => name.endsWith('node_datachannel.node') ? nothing : load(name, ...rest);
  const { default: Client } = await import(pathToFileURL(`${process.env.LAB_NODE}/node_modules/bittorrent-tracker/client.js`));
  const sdp = (type) => ({ type, sdp: `v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n`
    + `m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:4ZcD\r\na=mid:0\r\na=sctp-port:5000\r\n` });
  const peer = (id) => {
    const client = new Client({ infoHash: '2c6b6858d61da9543d4231a71db4b1c9264b0685', peerId: Buffer.from(`-WW0112-${id}`), port: 6881,
      announce: [`ws://${address}:8000`] });
    client.on('error', () => {});
    client.on('warning', () => {});
    client.on('peer', () => {});
    for (const one of client._trackers) {
      one._generateOffers = (n, done) => done(Array.from({ length: n }, (_, i) => ({ offer: sdp('offer'), offer_id: String.fromCharCode(...Buffer.alloc(20, 65 + i)) })));
      one._createPeer = () => Object.assign(new EventEmitter(), { signal() { this.emit('signal', sdp('answer')); }, destroy() {} });
    }
    return client;
  };
  const [seeder, leecher] = [peer('aaaaaaaaaaaa'), peer('bbbbbbbbbbbb')];
  seeder.start({ left: 0, uploaded: 0, downloaded: 0, numwant: 2 });
  await sleep(400);
  leecher.start({ left: 1000, uploaded: 0, downloaded: 0, numwant: 2 });
  await sleep(600);
  leecher.complete({ left: 0, uploaded: 0, downloaded: 1000 });
  await sleep(200);
  leecher.stop({ left: 0, uploaded: 0, downloaded: 1000 });
  await sleep(200);
  seeder.destroy(() => {});
  leecher.destroy(() => {});
  await sleep(300);
}

const talks = {
  'socket.io': () => socketIo(3000, {}),
  'socket.io-polling-first': () => socketIo(3001, {}),
  'socket.io-websocket': () => socketIo(3000, { transports: ['websocket'] }),
  mqtt: () => mqtt(), stomp: () => stomp(), graphql, 'graphql-old': graphqlOld, signalr, 'json-rpc': jsonRpc, ocpp, webtorrent,
  'rabbit-stomp': () => stomp({ login: 'guest', passcode: 'guest', host: '/' }),
  'rabbit-mqtt': () => mqtt('15675/ws', { username: 'guest', password: 'guest', protocolVersion: 4 }),
};
setTimeout(() => { console.error(`${protocol}: too long`); process.exit(1); }, 20000).unref();
await talks[protocol]();
process.exit(0);
