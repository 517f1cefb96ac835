// SPDX-License-Identifier: MIT

// The endpoints' log for Go: the same lines as lablog.py writes.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
)

type flow struct {
	key  map[string]any
	sent string // this endpoint's direction
	got  string
}

var (
	logFile *os.File
	logLock sync.Mutex
)

func write(line map[string]any) {
	text, _ := json.Marshal(line)
	logLock.Lock()
	defer logLock.Unlock()
	if logFile == nil {
		name := fmt.Sprintf("%s/go.%d.jsonl", os.Getenv("LAB_LOG"), os.Getpid())
		logFile, _ = os.Create(name)
	}
	fmt.Fprintf(logFile, "%s\n", text)
}

func endpoint(address string) string {
	host, port, _ := net.SplitHostPort(address)
	return net.JoinHostPort(strings.TrimPrefix(host, "::ffff:"), port)
}

func newFlow(local, remote, by, library string) *flow {
	f := &flow{sent: "to-server", got: "to-client"}
	client, server := endpoint(local), endpoint(remote)
	if by == "server" {
		client, server = server, client
		f.sent, f.got = f.got, f.sent
	}
	f.key = map[string]any{"client": client, "server": server, "by": by}
	f.line("fact", map[string]any{"app": "websocket", "layers": []string{"tcp", "http", "websocket"}, "ladder": "framed",
		by + "_is": library})
	return f
}

func (f *flow) line(word string, value any) {
	line := map[string]any{word: value}
	for k, v := range f.key {
		line[k] = v
	}
	write(line)
}

func (f *flow) message(direction, opcode string, payload []byte) {
	sum := sha256.Sum256(payload)
	f.line("message", map[string]any{"direction": direction, "opcode": opcode, "length": len(payload),
		"sha256": hex.EncodeToString(sum[:])})
}

// What a client may ask a server for, in a text message: see echo_server.mjs.
type order struct {
	Do     string
	Length int
	Parts  int
	Code   int
	Reason string
}

func orderOf(text bool, data []byte) order {
	var o order
	if text {
		_ = json.Unmarshal(data, &o)
	}
	return o
}

func words(n int) []byte {
	return []byte(strings.Repeat("The harbour officer opens the hold. ", n/36+1)[:n])
}

func counting(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(i)
	}
	return out
}
