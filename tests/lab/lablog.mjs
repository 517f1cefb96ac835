// SPDX-License-Identifier: MIT
// The endpoints' log for Node: the same lines as lablog.py writes.
import { appendFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';

const file = `${process.env.LAB_LOG ?? '.'}/${basename(process.argv[1])}.${process.pid}.jsonl`;
const write = (line) => appendFileSync(file, JSON.stringify(line) + '\n');

export function name(address, port) {
  const host = address.replace(/^::ffff:/, '');
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

export class Flow {
  constructor(client, server, by, facts = {}, transport = 'tcp') {
    this.key = { client, server, by, transport };
    this.fact(facts);
  }
  fact(fact) { write({ ...this.key, fact }); }
  fallback(facts) { write({ ...this.key, default: facts }); }           // holds where nobody says better
  message(direction, opcode, payload, more = {}) {
    const bytes = Buffer.from(payload);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    write({ ...this.key, message: { direction, opcode, length: bytes.length, sha256, ...more } });
  }
  request(request) { write({ ...this.key, request }); }
}

// The two names of a connection, as its server sees them.
export const endsOf = (socket) => ({ client: name(socket.remoteAddress, socket.remotePort), server: name(socket.localAddress, socket.localPort) });

export const flowOf = (socket, by, facts) => by === 'server'
  ? new Flow(name(socket.remoteAddress, socket.remotePort), name(socket.localAddress, socket.localPort), by, facts)
  : new Flow(name(socket.localAddress, socket.localPort), name(socket.remoteAddress, socket.remotePort), by, facts);
