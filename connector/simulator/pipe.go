package simulator

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Where a Pipe's servers are. The names are loopback addresses because clients take plain http from those only; nothing
// listens there.
const (
	PipeAkerunURL     = "http://127.0.0.1:18001"
	PipeSalesforceURL = "http://127.0.0.1:18002"
)

// Pipe carries requests for PipeAkerunURL and PipeSalesforceURL to the two servers through memory. It works inside a
// testing/synctest bubble in which it was made. Close it before the bubble ends.
type Pipe struct {
	*http.Transport
	listening Listening
	ends      map[string]*memory
}

// Pipe serves both through memory and returns the way there, an http.RoundTripper.
func (s *Simulator) Pipe() *Pipe {
	p := &Pipe{ends: map[string]*memory{}}
	for host, handler := range map[string]http.Handler{"127.0.0.1:18001": s.Akerun(), "127.0.0.1:18002": s.Salesforce()} {
		p.ends[host] = &memory{connections: make(chan net.Conn), closed: make(chan struct{})}
		p.listening.serve(p.ends[host], handler)
	}
	p.Transport = &http.Transport{DialContext: p.dial, MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute}
	return p
}

func (p *Pipe) dial(ctx context.Context, _, address string) (net.Conn, error) {
	end, known := p.ends[address]
	if !known {
		return nil, &net.OpError{Op: "dial", Net: "pipe", Err: fmt.Errorf("nobody is at %s", address)}
	}
	near, far := net.Pipe()
	select {
	case end.connections <- far:
		return near, nil
	case <-end.closed:
		return nil, &net.OpError{Op: "dial", Net: "pipe", Err: net.ErrClosed}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close stops both servers and drops all connections.
func (p *Pipe) Close() error {
	err := p.listening.Close()
	p.CloseIdleConnections()
	return err
}

// memory is a net.Listener whose connections are net.Pipes.
type memory struct {
	connections chan net.Conn
	once        sync.Once
	closed      chan struct{}
}

func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.connections:
		return c, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error {
	m.once.Do(func() { close(m.closed) })
	return nil
}

func (m *memory) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
