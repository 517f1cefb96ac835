// SPDX-License-Identifier: MIT
// node --import ws_hook.mjs PROGRAM: makes every copy of npm ws that the program may use, and npm websocket, log its connections, without the
// program's doing.
// $LAB_FACTS: {"PORT": {facts of the flows to that server port}}.
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { flowOf } from './lablog.mjs';
import { logged } from './ws_log.mjs';

const require = createRequire(`${process.env.LAB_NODE}/x.js`);
const facts = JSON.parse(process.env.LAB_FACTS ?? '{}');

// Every folder node_modules/ws below a folder of packages.
function* copies(folder) {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (name === 'ws') yield `${folder}/ws`;
    else if (name.startsWith('@')) yield* copies(`${folder}/${name}`);
    yield* copies(`${folder}/${name}/node_modules`);
  }
}

for (const folder of copies(`${process.env.LAB_NODE}/node_modules`)) {
  if (!existsSync(`${folder}/lib/websocket.js`)) continue;      // @types/ws
  const WebSocket = require(folder);
  const is = `npm ws ${require(`${folder}/package.json`).version}`;
  const { setSocket } = WebSocket.prototype;
  WebSocket.prototype.setSocket = function (socket, ...rest) {
    const by = this._isServer ? 'server' : 'client';
    this.prependOnceListener('open', () => {                   // emitted at both ends, before the first frame either way
      logged(this, by, flowOf(socket, by)).fact({ [`${by}_is`]: is, ...facts[by === 'server' ? socket.localPort : socket.remotePort] });
    });
    return setSocket.call(this, socket, ...rest);
  };
}

// npm websocket: every frame passes these two.
const path = `${process.env.LAB_NODE}/node_modules/websocket`;
if (existsSync(path)) {
  const Connection = require(`${path}/lib/WebSocketConnection.js`);
  const is = `npm websocket ${require(`${path}/package.json`).version}`;
  const opcodes = { 1: 'text', 2: 'binary', 8: 'close', 9: 'ping', 10: 'pong' };
  const frameLog = (connection) => {
    if (connection.lab) return connection.lab;
    const by = connection.maskOutgoingPackets ? 'client' : 'server';
    const { socket } = connection;
    const flow = flowOf(socket, by, { app: 'websocket', layers: ['tcp', 'http', 'websocket'], ladder: 'framed', [`${by}_is`]: is,
      ...facts[by === 'server' ? socket.localPort : socket.remotePort] });
    const started = {};
    connection.lab = (sends, frame) => {
      const direction = sends === (by === 'client') ? 'to-server' : 'to-client';
      const whole = frame.opcode === 8 && frame.closeStatus > 0 ? [Buffer.from([frame.closeStatus >> 8, frame.closeStatus & 255])] : [];
      if (frame.binaryPayload) whole.push(Buffer.from(frame.binaryPayload));
      if (frame.opcode >= 8) return flow.message(direction, opcodes[frame.opcode], Buffer.concat(whole));
      if (frame.opcode > 0) started[direction] = { opcode: frame.opcode, parts: [] };
      started[direction].parts.push(...whole);
      if (frame.fin) flow.message(direction, opcodes[started[direction].opcode], Buffer.concat(started[direction].parts));
    };
    return connection.lab;
  };
  const { sendFrame, processFrame } = Connection.prototype;
  Connection.prototype.sendFrame = function (frame, done) { frameLog(this)(true, frame); return sendFrame.call(this, frame, done); };
  Connection.prototype.processFrame = function (frame) { frameLog(this)(false, frame); return processFrame.call(this, frame); };
}
