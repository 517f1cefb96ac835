#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// http_node.mjs ADDRESS PORT: node's HTTP server for what nginx does not do: 103 Early Hints, trailers, 204, an upgrade it ignores.
import http from 'node:http';
import { flowOf } from './lablog.mjs';

const [address, port] = process.argv.slice(2);
const flows = new WeakMap();
const server = http.createServer((request, response) => {
  const { socket } = request;
  if (!flows.has(socket)) flows.set(socket, flowOf(socket, 'server', { app: 'http', layers: ['tcp', 'http'] }));
  response.on('finish', () => flows.get(socket).request({ method: request.method, url: request.url, status: response.statusCode }));
  request.resume();
  request.on('end', () => {
    switch (request.url) {
      case '/hints':
        response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' });
        response.end('hints came first\n');
        break;
      case '/trailers':
        response.writeHead(200, { Trailer: 'X-Sum', 'Content-Type': 'text/plain' });
        response.write('part one, ');
        response.write('part two\n');
        response.addTrailers({ 'X-Sum': '42' });
        response.end();
        break;
      case '/empty':
        response.writeHead(204);
        response.end();
        break;
      default:
        response.end(`${request.method} ${request.url}\n`);
    }
  });
});
server.listen(Number(port), address);
