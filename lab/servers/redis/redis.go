// Package redis starts a throw-away Redis on a free loopback port.
package redis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

// ErrMissing says what it needs.
var ErrMissing = errors.New("workers need an installed redis-server")

// Server is a running Redis that keeps nothing.
type Server struct {
	Port    int
	process *servers.Process
}

// Start starts it at a port, or at any that is free where it is 0, and waits until it answers.
func Start(ctx context.Context, dir string, port int) (*Server, error) {
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, ErrMissing
	}
	if port == 0 {
		if port, err = servers.FreePort(); err != nil {
			return nil, err
		}
	}
	process, err := servers.Start(servers.Command{
		Path: binary, Dir: dir, Log: filepath.Join(dir, "redis.log"),
		Args: []string{"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--dir", dir},
	})
	if err != nil {
		return nil, err
	}
	s := &Server{Port: port, process: process}
	return s, process.Wait(ctx, time.Minute, func(ctx context.Context) error {
		connection, err := new(net.Dialer).DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return err
		}
		return connection.Close()
	})
}

// PID is the id of its process.
func (s *Server) PID() int { return s.process.PID() }

// Stop ends it.
func (s *Server) Stop() error { return s.process.Stop() }
