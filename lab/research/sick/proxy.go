//go:build unix

package main

import (
	"net"
	"sync/atomic"
	"time"
)

// proxy stands between Synapse and its database and holds back each answer for a while.
type proxy struct {
	listener net.Listener
	target   string
	delay    atomic.Int64 // nanoseconds
}

func startProxy(target string) (*proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: listener, target: target}
	go p.accept()
	return p, nil
}

func (p *proxy) port() int { return p.listener.Addr().(*net.TCPAddr).Port }

func (p *proxy) stop() error { return p.listener.Close() }

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		go p.serve(client)
	}
}

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		p.copy(server, client, false)
		_ = server.Close()
	}()
	p.copy(client, server, true)
}

// copy passes on what comes until one side is gone.
func (p *proxy) copy(to, from net.Conn, slowly bool) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if slowly {
			time.Sleep(time.Duration(p.delay.Load()))
		}
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
