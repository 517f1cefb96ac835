#!/usr/bin/ruby
# SPDX-License-Identifier: MIT
# faye.rb call URL: faye-websocket for Ruby, as a client. It answers pings by itself; a pong comes to the ping's own block.
require 'digest'
require 'eventmachine'
require 'faye/websocket'
require 'json'

LOG = File.open("#{ENV.fetch('LAB_LOG')}/faye.#{Process.pid}.jsonl", 'w')
LOG.sync = true

def name(packed)
  port, host = Socket.unpack_sockaddr_in(packed)
  host.include?(':') ? "[#{host}]:#{port}" : "#{host}:#{port}"
end

# The socket is EventMachine's: faye keeps it to itself.
class Faye::WebSocket::Client
  def names
    stream = @stream.instance_variable_get(:@stream) || @stream
    { client: name(stream.get_sockname), server: name(stream.get_peername), by: 'client' }
  end
end

def line(rest) = LOG.puts(JSON.generate($key.merge(rest)))

def message(direction, opcode, bytes)
  bytes = bytes.b
  line(message: { direction: direction, opcode: opcode, length: bytes.bytesize, sha256: Digest::SHA256.hexdigest(bytes) })
end

def say(ws, text)
  message('to-server', 'text', text)
  ws.send(text)
end

EM.run do
  ws = Faye::WebSocket::Client.new(ARGV[1], ['echo.v1', 'echo.v2'])
  ws.on :open do
    $key = ws.names
    line(fact: { app: 'websocket', layers: %w[tcp http websocket], ladder: 'framed', client_is: "faye-websocket #{Gem.loaded_specs['faye-websocket']&.version || '0.11.0'} (Ruby)" })
    say(ws, 'hello from faye')
    say(ws, '{"do":"send","length":3000}')
    bytes = (0...600).map { |i| i & 255 }
    message('to-server', 'binary', bytes.pack('C*'))
    ws.send(bytes)
    message('to-server', 'ping', 'faye ping')
    ws.ping('faye ping') { message('to-client', 'pong', 'faye ping') }
    say(ws, '{"do":"fragments","length":2500,"parts":5}')
    EM.add_timer(1.2) do
      message('to-server', 'close', [3006].pack('n') + 'ship sails')
      ws.close(3006, 'ship sails')
    end
  end
  ws.on :message do |event|
    text = event.data.is_a?(String)
    message('to-client', text ? 'text' : 'binary', text ? event.data : event.data.pack('C*'))
  end
  ws.on(:close) { EM.add_timer(0.1) { $key ? EM.stop : exit(1) } }
end
