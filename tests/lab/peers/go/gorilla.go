// SPDX-License-Identifier: MIT

// gorilla/websocket at either end. Every frame is seen: its handlers tell of pings, pongs and closes.
package main

import (
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

var opcodes = map[int]string{websocket.TextMessage: "text", websocket.BinaryMessage: "binary"}

type gorilla struct {
	conn    *websocket.Conn
	flow    *flow
	over    chan struct{}
	closing bool
}

func newGorilla(conn *websocket.Conn, by string) *gorilla {
	g := &gorilla{conn: conn, over: make(chan struct{}),
		flow: newFlow(conn.LocalAddr().String(), conn.RemoteAddr().String(), by, "gorilla/websocket 1.5.0")}
	conn.SetPingHandler(func(data string) error {
		g.flow.message(g.flow.got, "ping", []byte(data))
		time.Sleep(30 * time.Millisecond) // so that a round trip is one to measure
		return g.control(websocket.PongMessage, "pong", []byte(data))
	})
	conn.SetPongHandler(func(data string) error {
		g.flow.message(g.flow.got, "pong", []byte(data))
		return nil
	})
	conn.SetCloseHandler(func(code int, reason string) error {
		g.flow.message(g.flow.got, "close", websocket.FormatCloseMessage(code, reason))
		if g.closing {
			return nil
		}
		return g.control(websocket.CloseMessage, "close", websocket.FormatCloseMessage(code, ""))
	})
	return g
}

func (g *gorilla) control(kind int, opcode string, data []byte) error {
	g.flow.message(g.flow.sent, opcode, data)
	g.closing = g.closing || kind == websocket.CloseMessage
	return g.conn.WriteControl(kind, data, time.Now().Add(time.Second))
}

func (g *gorilla) send(kind int, data []byte) {
	g.flow.message(g.flow.sent, opcodes[kind], data)
	must(g.conn.WriteMessage(kind, data))
}

// The write buffer is one KiB, and what does not fit leaves as a fragment.
func (g *gorilla) fragments(data []byte, parts int, between string) {
	w, err := g.conn.NextWriter(websocket.TextMessage)
	must(err)
	step := (len(data) + parts - 1) / parts
	for i := 0; i < parts; i++ {
		from, to := i*step, (i+1)*step
		if to > len(data) {
			to = len(data)
		}
		_, err = w.Write(data[from:to])
		must(err)
		if i == 0 {
			must(g.control(websocket.PingMessage, "ping", []byte(between)))
		}
	}
	g.flow.message(g.flow.sent, "text", data) // when its last fragment leaves, so after the ping
	must(w.Close())
}

func (g *gorilla) read(each func(kind int, data []byte)) {
	defer close(g.over)
	for {
		kind, data, err := g.conn.ReadMessage()
		if err != nil {
			return
		}
		g.flow.message(g.flow.got, opcodes[kind], data)
		each(kind, data)
	}
}

func serveGorilla(address string, compress bool) {
	upgrader := websocket.Upgrader{EnableCompression: compress, WriteBufferSize: 1024,
		CheckOrigin: func(*http.Request) bool { return true }}
	must(http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		g := newGorilla(conn, "server")
		g.read(func(kind int, data []byte) {
			switch o := orderOf(kind == websocket.TextMessage, data); o.Do {
			case "send":
				g.send(websocket.TextMessage, words(o.Length))
			case "fragments":
				g.fragments(words(o.Length), o.Parts, "between")
			case "close":
				_ = g.control(websocket.CloseMessage, "close", websocket.FormatCloseMessage(o.Code, o.Reason))
			default:
				g.send(kind, data)
			}
		})
		conn.Close()
	})))
}

func callGorilla(url string, compress, leave bool) {
	dialer := websocket.Dialer{EnableCompression: compress, WriteBufferSize: 1024}
	conn, _, err := dialer.Dial(url, nil)
	must(err)
	g := newGorilla(conn, "client")
	go g.read(func(int, []byte) {})
	g.send(websocket.TextMessage, []byte("hello from gorilla"))
	g.send(websocket.TextMessage, []byte(`{"do":"send","length":3000}`))
	time.Sleep(150 * time.Millisecond)
	g.send(websocket.BinaryMessage, counting(600))
	must(g.control(websocket.PingMessage, "ping", []byte("gorilla ping")))
	time.Sleep(100 * time.Millisecond)
	g.fragments(words(5000), 4, "between mine")
	time.Sleep(100 * time.Millisecond)
	g.send(websocket.TextMessage, []byte(`{"do":"fragments","length":2500,"parts":5}`))
	time.Sleep(2500 * time.Millisecond) // an idle gap
	g.send(websocket.TextMessage, nil)
	if leave {
		g.send(websocket.BinaryMessage, words(70000))
		time.Sleep(400 * time.Millisecond)
		must(g.control(websocket.CloseMessage, "close", websocket.FormatCloseMessage(3001, "enough")))
	} else {
		g.send(websocket.TextMessage, []byte(`{"do":"close","code":4001,"reason":"harbour closes"}`))
	}
	<-g.over
	conn.Close()
}
