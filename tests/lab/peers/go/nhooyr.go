// SPDX-License-Identifier: MIT

// nhooyr.io/websocket at either end. It answers pings by itself and tells nobody, so only its messages are logged here.
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"nhooyr.io/websocket"
)

const nhooyrIs = "nhooyr.io/websocket 1.8.7"

var modes = map[string]websocket.CompressionMode{
	"plain":   websocket.CompressionDisabled,
	"keep":    websocket.CompressionContextTakeover,
	"no-keep": websocket.CompressionNoContextTakeover,
}

type nhooyr struct {
	conn *websocket.Conn
	flow *flow
}

func (n *nhooyr) send(kind websocket.MessageType, data []byte) {
	n.flow.message(n.flow.sent, opcodes[int(kind)], data)
	must(n.conn.Write(context.Background(), kind, data))
}

func (n *nhooyr) fragments(data []byte, parts int) {
	w, err := n.conn.Writer(context.Background(), websocket.MessageText)
	must(err)
	n.flow.message(n.flow.sent, "text", data)
	step := (len(data) + parts - 1) / parts
	for at := 0; at < len(data); at += step {
		end := at + step
		if end > len(data) {
			end = len(data)
		}
		_, err = w.Write(data[at:end])
		must(err)
	}
	must(w.Close())
}

func (n *nhooyr) read(each func(kind websocket.MessageType, data []byte)) {
	n.conn.SetReadLimit(1 << 20)
	for {
		kind, data, err := n.conn.Read(context.Background())
		if err != nil {
			return
		}
		n.flow.message(n.flow.got, opcodes[int(kind)], data)
		each(kind, data)
	}
}

func serveNhooyr(address, mode string) {
	must(http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: modes[mode], CompressionThreshold: 1})
		if err != nil {
			return
		}
		local := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
		n := &nhooyr{conn, newFlow(local.String(), r.RemoteAddr, "server", nhooyrIs)}
		n.read(func(kind websocket.MessageType, data []byte) {
			switch o := orderOf(kind == websocket.MessageText, data); o.Do {
			case "send":
				n.send(websocket.MessageText, words(o.Length))
			case "fragments":
				n.fragments(words(o.Length), o.Parts)
			case "close":
				_ = conn.Close(websocket.StatusCode(o.Code), o.Reason)
			default:
				n.send(kind, data)
			}
		})
	})))
}

func callNhooyr(url, mode string) {
	var local, remote string
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err == nil {
			local, remote = c.LocalAddr().String(), c.RemoteAddr().String()
		}
		return c, err
	}}
	conn, _, err := websocket.Dial(context.Background(), url, &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: transport}, CompressionMode: modes[mode], CompressionThreshold: 1})
	must(err)
	n := &nhooyr{conn, newFlow(local, remote, "client", nhooyrIs)}
	over := make(chan struct{})
	go func() { n.read(func(websocket.MessageType, []byte) {}); close(over) }()
	n.send(websocket.MessageText, []byte("hello from nhooyr"))
	n.send(websocket.MessageText, []byte(`{"do":"send","length":3000}`))
	n.send(websocket.MessageBinary, counting(600))
	began := time.Now()
	must(n.conn.Ping(context.Background()))
	fmt.Fprintf(os.Stderr, "round trip %v\n", time.Since(began))
	n.fragments(words(5000), 4)
	n.send(websocket.MessageText, []byte(`{"do":"fragments","length":2500,"parts":5}`))
	time.Sleep(200 * time.Millisecond)
	if mode == "keep" {
		_ = conn.Close(websocket.StatusNormalClosure, "done")
	} else {
		n.send(websocket.MessageText, []byte(`{"do":"close","code":4001,"reason":"harbour closes"}`))
	}
	<-over
}
