package faulty

import (
	"io"
	"net"
	"sync"
)

// TCP carries connections to a server, until it shall not.
type TCP struct {
	address string

	mu       sync.Mutex
	listener net.Listener // nil: connections are refused
	target   string
	holding  chan struct{} // not nil: new connections are taken and carry nothing until it is closed
	open     map[*carried]bool
}

// carried is one connection and its way on.
type carried struct {
	client, server net.Conn // server is nil while it is held
	dead           chan struct{}
	once           sync.Once
}

// NewTCP listens, and connects to target whoever comes.
func NewTCP(target string) (*TCP, error) {
	p := &TCP{address: "127.0.0.1:0", target: target, open: map[*carried]bool{}}
	if err := p.Up(); err != nil {
		return nil, err
	}
	p.address = p.listener.Addr().String()
	return p, nil
}

// Address is where it listens, host and port.
func (p *TCP) Address() string { return p.address }

// Up makes it listen again, at the same address, if it does not.
func (p *TCP) Up() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		return nil
	}
	listener, err := net.Listen("tcp", p.address)
	if err != nil {
		return err
	}
	p.listener = listener
	go p.accept(listener)
	return nil
}

// Down refuses connections, and ends those that are open.
func (p *TCP) Down() error {
	p.mu.Lock()
	listener := p.listener
	p.listener = nil
	p.mu.Unlock()
	if listener != nil {
		_ = listener.Close()
	}
	p.Cut()
	return nil
}

// Close is Down for good.
func (p *TCP) Close() error {
	p.Thaw()
	return p.Down()
}

// Cut ends the connections that are open.
func (p *TCP) Cut() {
	for _, c := range p.all() {
		c.end()
	}
}

// Point sends new connections elsewhere.
func (p *TCP) Point(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
}

// Silence lets the open connections carry nothing more, without a word, as where their host died. New ones work.
func (p *TCP) Silence() {
	for _, c := range p.all() {
		c.once.Do(func() { close(c.dead) })
	}
}

// Freeze is Silence, and new connections are taken and carry nothing either.
func (p *TCP) Freeze() {
	p.mu.Lock()
	p.holding = make(chan struct{})
	p.mu.Unlock()
	p.Silence()
}

// Thaw lets what is held go on; what was silenced stays so.
func (p *TCP) Thaw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.holding != nil {
		close(p.holding)
		p.holding = nil
	}
}

func (p *TCP) all() (list []*carried) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		list = append(list, c)
	}
	return list
}

func (p *TCP) accept(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return // closed
		}
		go p.carry(&carried{client: client, dead: make(chan struct{})})
	}
}

func (p *TCP) carry(c *carried) {
	p.mu.Lock()
	holding, target := p.holding, p.target
	p.open[c] = true
	p.mu.Unlock()
	defer func() {
		c.end()
		p.mu.Lock()
		delete(p.open, c)
		p.mu.Unlock()
	}()
	if holding != nil {
		<-holding
	}
	server, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	p.mu.Lock()
	c.server = server
	p.mu.Unlock()
	done := make(chan struct{}, 2)
	go c.copy(server, c.client, done)
	go c.copy(c.client, server, done)
	<-done
	select {
	case <-c.dead: // nobody is told; the client goes when it likes
		_ = server.Close()
		_, _ = io.Copy(io.Discard, c.client)
	default:
	}
}

// copy passes on what comes until one side is gone or the connection has died.
func (c *carried) copy(to, from net.Conn, done chan<- struct{}) {
	defer func() { done <- struct{}{} }()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		select {
		case <-c.dead:
			return
		default:
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

func (c *carried) end() {
	_ = c.client.Close()
	if c.server != nil {
		_ = c.server.Close()
	}
}
