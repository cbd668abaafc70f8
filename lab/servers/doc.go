// Package servers starts the real servers that the demo and the integration tests need, each on a free loopback port in a
// temporary folder, and leaves nothing behind: what it starts sits in a process group of its own, so that a Ctrl-C
// reaches the caller only, who then stops everything in order.
package servers

import (
	"context"
	"net"
	"os"
	"os/signal"
	"syscall"
)

// Progress is told what a slow step is doing; nil is allowed everywhere.
type Progress func(string)

// Say passes a sentence on, if anybody listens.
func (p Progress) Say(sentence string) {
	if p != nil {
		p(sentence)
	}
}

// Context ends with Ctrl-C, with a closed terminal, or when someone asks the process to end.
func Context() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
}

// FreePort names a loopback port on which nothing listens at the moment. Between the question and its use another
// process may take it; callers that can't bear that start again.
func FreePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
