// SPDX-License-Identifier: MIT
//
// autobahn_server.mjs ADDRESS PORT: the same as autobahn_server.py on npm's ws: it echoes, and logs what it took and what it sent.
// Cases in which the server itself breaks the rules are not for it.
import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.LAB_NODE}/package.json`);
const { WebSocketServer } = require("ws");
const LIBRARY = `ws ${require("ws/package.json").version}`;
const NAMES = { 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong" };
const LOG = `${process.env.LAB_LOG}/autobahn.server.jsonl`;

// What the server asks of the client's compressor, by the word in the query (autobahn_cases.ACCEPTS).
function accept(word) {
  if (word === "decline") return false;
  const options = { threshold: 0 };
  if (word.startsWith("nct")) options.clientNoContextTakeover = true;
  const bits = /\d+$/.exec(word);
  if (bits) options.clientMaxWindowBits = Number(bits[0]);
  return options;
}

function log(ws, row) {
  const note = (way, opcode, data) => {
    row.messages[way].push([NAMES[opcode], data.length, createHash("sha256").update(data).digest("hex")]);
    if (opcode === 8) (row.close ??= {})[way] ??= data.length > 1 ? data.readUInt16BE(0) : null;
  };
  ws.on("message", (data, binary) => {
    note("to-server", binary ? 2 : 1, data);
    note("to-client", binary ? 2 : 1, data);
    ws.send(data, { binary });
  });
  ws.on("ping", (data) => note("to-server", 9, data));
  ws.on("pong", (data) => note("to-server", 10, data));
  ws._receiver.prependListener("conclude", (code, reason) => {
    const head = Buffer.alloc(code === 1005 ? 0 : 2);
    if (head.length) head.writeUInt16BE(code);
    note("to-server", 8, Buffer.concat([head, reason]));
  });
  ws.on("error", () => {});
  ws.on("close", () => appendFileSync(LOG, JSON.stringify(row) + "\n"));
  return note;
}

// Every frame that ws sends goes through here.
function watch(ws, row, note) {
  const send = ws._sender.sendFrame.bind(ws._sender);
  ws._sender.sendFrame = (list, done) => {
    const first = list[0][0], opcode = first & 15;
    const length = list.slice(1).reduce((n, part) => n + part.length, 0) || lengthIn(list[0]);
    const frames = row.frames["to-client"], entry = [first.toString(16).padStart(2, "0"), length, false];
    const last = frames.at(-1);
    if (last && entry.every((value, i) => value === last[i])) last[3] += 1;
    else frames.push([...entry, 1]);
    if (opcode > 7) note("to-client", opcode, list.length > 1 ? list[1] : list[0].subarray(2));
    send(list, done);
  };
}

function lengthIn(head) {
  const n = head[1] & 127;
  return n === 126 ? head.readUInt16BE(2) : n === 127 ? Number(head.readBigUInt64BE(2)) : n;
}

const servers = new Map();
const http = createServer();
http.on("upgrade", (request, socket, head) => {
  const url = new URL(request.url, "http://x");
  const word = url.searchParams.get("accept") ?? "plain";
  if (!servers.has(word)) servers.set(word, new WebSocketServer({ noServer: true, perMessageDeflate: accept(word), maxPayload: 0 }));
  socket.setNoDelay(true);
  servers.get(word).handleUpgrade(request, socket, head, (ws) => {
    const row = { case: url.pathname.split("/").at(-1), library: LIBRARY, frames: { "to-server": [], "to-client": [] }, messages: { "to-server": [], "to-client": [] } };
    watch(ws, row, log(ws, row));
  });
});
http.listen(Number(process.argv[3]), process.argv[2]);
