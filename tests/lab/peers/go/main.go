// SPDX-License-Identifier: MIT

// gorilla|nhooyr serve ADDRESS:PORT MODE | call URL MODE. MODE of gorilla: plain, deflate; of nhooyr: plain, keep, no-keep.
package main

import (
	"log"
	"os"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	library, verb, where, mode := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	switch library + " " + verb {
	case "gorilla serve":
		serveGorilla(where, mode == "deflate")
	case "gorilla call":
		callGorilla(where, mode == "deflate", mode == "deflate")
	case "nhooyr serve":
		serveNhooyr(where, mode)
	case "nhooyr call":
		callNhooyr(where, mode)
	}
}
