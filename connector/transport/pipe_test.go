package transport

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
)

// pipeListener hands out one end of a net.Pipe for each dialled connection, so that a server runs inside a synctest bubble.
type pipeListener struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// pipeTo serves handler over net.Pipe and gives a transport that reaches it whatever the host.
func pipeTo(t *testing.T, handler http.Handler) *http.Transport {
	t.Helper()
	l := &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
	var serving sync.WaitGroup
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serving.Add(1)
		defer serving.Done()
		handler.ServeHTTP(w, r)
	})}
	serving.Go(func() { server.Serve(l) })
	base := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		here, there := net.Pipe()
		select {
		case l.conns <- there:
			return here, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}}
	t.Cleanup(func() {
		base.CloseIdleConnections()
		server.Close()
		serving.Wait()
	})
	return base
}

func drain(r io.ReadCloser) {
	io.Copy(io.Discard, r)
	r.Close()
}
