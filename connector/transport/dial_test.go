package transport

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// nameServer answers every question over a pipe: IPv4 addresses with 127.0.0.1, IPv6 addresses with ::1.
func nameServer(serving *sync.WaitGroup) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe() // no packets, so that each message has its length before it
		serving.Go(func() {
			defer func() { _ = theirs.Close() }()
			for answerName(theirs) == nil {
			}
		})
		return ours, nil
	}}
}

// answerName reads one question and answers it.
func answerName(conn io.ReadWriter) error {
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return err
	}
	question := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, question); err != nil {
		return err
	}
	end := 12
	for question[end] != 0 {
		end += int(question[end]) + 1
	}
	end += 5 // the root, type and class
	address := net.IPv4(127, 0, 0, 1).To4()
	if kind := binary.BigEndian.Uint16(question[end-4:]); kind == 28 {
		address = net.IPv6loopback
	}
	answer := append([]byte{question[0], question[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0}, question[12:end]...)
	answer = append(answer, 0xc0, 12, question[end-4], question[end-3], 0, 1, 0, 0, 0, 60, 0, byte(len(address)))
	answer = append(answer, address...)
	_, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
	return err
}

// TestBoardD13_IPv6Blackhole: an IPv6 address that never answers holds nothing up, since the IPv4 one is tried beside it.
func TestBoardD13_IPv6Blackhole(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	defer serving.Wait()
	beside, gaveUp := make(chan struct{}), make(chan struct{})
	var tried atomic.Bool
	d := newDialer()
	d.Resolver = nameServer(&serving)
	d.ControlContext = func(ctx context.Context, network, _ string, _ syscall.RawConn) error {
		if network == "tcp4" {
			close(beside)
			return nil
		}
		tried.Store(true)
		<-ctx.Done()
		close(gaveUp)
		return ctx.Err()
	}
	base := systemTransport(nil)
	base.Proxy = nil
	base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := d.DialContext(ctx, network, address)
		select {
		case <-beside:
		default:
			t.Error("IPv4 was not tried")
		}
		return conn, err
	}
	client := New(Options{Base: base})
	defer client.CloseIdleConnections()
	resp, err := client.Get("http://akerun.example:" + port + "/")
	if err != nil {
		t.Fatal(err)
	}
	drain(resp.Body)
	if tried.Load() { // a machine without IPv6 has no hole to fall into
		<-gaveUp // only because IPv4 was through: its own time would be a quarter of a minute
	}
}
