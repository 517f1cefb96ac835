#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// subprotocol_servers.mjs ADDRESS: what is spoken inside WebSockets, each server on its usual port. Run it with ws_hook.mjs, which logs.
import http from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { flowOf } from './lablog.mjs';

const require = createRequire(`${process.env.LAB_NODE}/x.js`);
const { default: Tracker } = await import(pathToFileURL(`${process.env.LAB_NODE}/node_modules/bittorrent-tracker/server.js`));
const [address] = process.argv.slice(2);
const { WebSocketServer, createWebSocketStream } = require('ws');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const words = (n) => 'The harbour officer opens the hold. '.repeat(n / 36 + 1).slice(0, n);

const site = (port, handler) => http.createServer(handler).listen(port, address);

// Log an HTTP server's requests, those that are no upgrade. Call it last: Socket.IO throws out who listened before.
function watched(server) {
  const flows = new WeakMap();
  server.prependListener('request', (request, response) => {
    const { socket } = request;
    if (!flows.has(socket)) flows.set(socket, flowOf(socket, 'server', { app: 'http', layers: ['tcp', 'http'] }));
    response.on('close', () => flows.get(socket).request({ method: request.method, url: request.url, status: response.statusCode }));
  });
  return server;
}

// Socket.IO: an acknowledgement, a binary event, a second namespace, the server's own events, and pings after each second.
const { Server: SocketIo } = require('socket.io');
for (const [port, perMessageDeflate] of [[3000, { threshold: 0 }], [3001, false]]) {
  const server = site(port);
  const io = new SocketIo(server, { perMessageDeflate, pingInterval: 1000, httpCompression: false });
  watched(server);
  io.on('connection', (socket) => {
    socket.on('chat', (text, acknowledge) => { acknowledge({ stored: text.length }); socket.emit('chat', { from: 'harbour', text: words(200) }); });
    socket.on('upload', (name, data) => socket.emit('stored', name, data.length, data.subarray(0, 64)));
  });
  io.of('/admin').on('connection', (socket) => { socket.emit('hello', 'officer'); socket.on('leave', () => socket.disconnect(true)); });
}

// MQTT: aedes behind ws, in binary messages.
const { Aedes } = require('aedes');
const broker = await Aedes.createBroker();
new WebSocketServer({ host: address, port: 9001, handleProtocols: () => 'mqtt' }).on('connection', (ws) => broker.handle(createWebSocketStream(ws)));

// STOMP: stomp-broker-js, with a heart-beat.
const Stomp = require('stomp-broker-js');
new Stomp({ server: site(15674), path: '/ws', heartbeat: [500, 500], debug: () => {} });

// GraphQL: today's protocol (graphql-ws) and the old one (subscriptions-transport-ws, whose subprotocol is called graphql-ws).
const { GraphQLObjectType, GraphQLSchema, GraphQLString, GraphQLInt, execute, subscribe } = require('graphql');
const ships = { type: GraphQLString, args: { count: { type: GraphQLInt } },
  subscribe: async function* (_, { count }) { for (let i = 1; i <= count; i++) { await sleep(60); yield { ship: `ship ${i} asks for a berth` }; } } };
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { hello: { type: GraphQLString, resolve: () => 'harbour' } } }),
  subscription: new GraphQLObjectType({ name: 'Subscription', fields: { ship: ships } }),
});
const { useServer } = require('graphql-ws/use/ws');
useServer({ schema }, new WebSocketServer({ host: address, port: 4000, path: '/graphql' }), 700);
const { SubscriptionServer } = require('subscriptions-transport-ws');
SubscriptionServer.create({ schema, execute, subscribe, keepAlive: 300 }, { server: site(4001), path: '/graphql' });

// SignalR: ours, just enough for Microsoft's client: negotiation, handshake, invocations, a stream, pings.
const hub = watched(site(5000, (request, response) => {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ connectionId: 'b2', connectionToken: 't0ken', negotiateVersion: 1,
    availableTransports: [{ transport: 'WebSockets', transferFormats: ['Text', 'Binary'] }] }));
}));
new WebSocketServer({ server: hub }).on('connection', (ws) => {
  const say = (...records) => ws.send(records.map((record) => `${JSON.stringify(record)}\x1e`).join(''));
  const beat = setInterval(() => say({ type: 6 }), 400);
  ws.on('close', () => clearInterval(beat));
  ws.on('message', (data) => {
    for (const record of data.toString().split('\x1e').filter(Boolean).map((text) => JSON.parse(text))) {
      if (record.protocol) say({});
      if (record.type === 1) {
        say({ type: 1, target: 'berth', arguments: [record.arguments[0], 'pier 4'] }, { type: 3, invocationId: record.invocationId, result: 'yes' });
      }
      if (record.type === 4) {
        for (let i = 0; i < 3; i++) say({ type: 2, invocationId: record.invocationId, item: i });
        say({ type: 3, invocationId: record.invocationId });
      }
    }
  });
});

// JSON-RPC 2.0: rpc-websockets.
const { Server: Rpc } = require('rpc-websockets');
const rpc = new Rpc({ host: address, port: 8546 });
rpc.register('berth', ([ship]) => ({ ship, pier: 4 }));
rpc.register('sum', ({ a, b }) => a + b);
rpc.event('arrival');

// OCPP 1.6, a charging station's protocol: ocpp-rpc.
const { RPCServer } = require('ocpp-rpc');
const central = new RPCServer({ protocols: ['ocpp1.6'] });
central.on('client', (client) => {
  client.handle('BootNotification', () => ({ status: 'Accepted', interval: 300, currentTime: new Date().toISOString() }));
  client.handle('Heartbeat', () => ({ currentTime: new Date().toISOString() }));
});
await central.listen(9220, address);

// WAMP: a router of ours, just enough for Autobahn's client.
new WebSocketServer({ host: address, port: 8180, perMessageDeflate: { threshold: 0 }, handleProtocols: () => 'wamp.2.json' }).on('connection', (ws) => {
  const [HELLO, WELCOME, GOODBYE, PUBLISH, PUBLISHED, SUBSCRIBE, SUBSCRIBED, EVENT, CALL, RESULT, REGISTER, REGISTERED, INVOCATION, YIELD] =
    [1, 2, 6, 16, 17, 32, 33, 36, 48, 50, 64, 65, 68, 70];
  const say = (...message) => ws.send(JSON.stringify(message));
  const calls = new Map();
  let subscription = 0;
  ws.on('message', (data) => {
    const [kind, id, options, , args] = JSON.parse(data);
    if (kind === HELLO) say(WELCOME, 7, { realm: id, roles: { broker: {}, dealer: {} } });
    if (kind === SUBSCRIBE) say(SUBSCRIBED, id, ++subscription);
    if (kind === PUBLISH) { if (options.acknowledge) say(PUBLISHED, id, 99); say(EVENT, subscription, 99, {}, args ?? []); }
    if (kind === REGISTER) say(REGISTERED, id, 11);
    if (kind === CALL) { calls.set(500 + id, id); say(INVOCATION, 500 + id, 11, {}, args ?? []); }
    if (kind === YIELD) say(RESULT, calls.get(id), {}, JSON.parse(data)[3] ?? []);
    if (kind === GOODBYE) { say(GOODBYE, {}, 'wamp.close.goodbye_and_out'); setTimeout(() => ws.close(1000), 50); }
  });
});

// A WebTorrent tracker.
const tracker = new Tracker({ udp: false, http: false, ws: true, stats: false, interval: 120000 });
tracker.on('warning', (error) => console.error(error.message));
tracker.listen(8000, address);
