package owner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"reflect"
	"sync"
	"time"

	"dakokubridge/connector"
)

const (
	// patience is how long a peer may take to say what it wants, and to take an answer in; real time.
	patience = 10 * time.Second
	// grace is how long calls under way may go on once the owner closes.
	grace = 3 * time.Second
	// maxCalls is how many calls may be under way at once; a user has a window and a few shells.
	maxCalls = 64
)

// Server answers calls from other processes of this user.
type Server struct {
	facade connector.Connector
	log    *slog.Logger
	slots  chan struct{}
	front  Front

	calls sync.WaitGroup
}

// NewServer makes a server for a façade.
func NewServer(facade connector.Connector, log *slog.Logger) *Server {
	return &Server{facade: facade, log: log, slots: make(chan struct{}, maxCalls)}
}

// Serve answers on a listener until ctx ends or the listener closes; then it gives the calls under way a few seconds and cuts
// off the rest. It closes the listener.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	stop := context.AfterFunc(ctx, func() { listener.Close() })
	defer stop()
	// Calls outlive ctx by the grace, no longer.
	calls, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer s.calls.Wait()
	defer cut()
	for {
		conn, err := listener.Accept()
		if err != nil {
			s.drain()
			if errors.Is(err, net.ErrClosed) {
				return nil
			}
			return fmt.Errorf("taking calls of other windows and commands: %w", err)
		}
		if err := samePeer(conn); err != nil {
			s.log.Warn("turned a caller away", "err", err)
			conn.Close()
			continue
		}
		select {
		case s.slots <- struct{}{}:
		default:
			conn.Close()
			continue
		}
		s.calls.Add(1)
		go func() {
			defer s.calls.Done()
			defer func() { <-s.slots }()
			defer conn.Close()
			s.serve(calls, ctx, conn)
		}()
	}
}

// drain waits for the calls under way, for as long as the grace lasts.
func (s *Server) drain() {
	done := make(chan struct{})
	go func() { s.calls.Wait(); close(done) }()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
}

// serve carries out one call. Streams end with closing, other calls with calls.
func (s *Server) serve(calls, closing context.Context, conn net.Conn) {
	conn.SetDeadline(time.Now().Add(patience))
	var r request
	if err := readMessage(conn, &r, maxRequest); err != nil {
		return
	}
	conn.SetDeadline(time.Time{})
	ctx, cancel := context.WithCancel(calls)
	defer cancel()
	stream := map[string]func(context.Context, net.Conn){"Subscribe": s.stream, "Window": s.window}[r.Method]
	if stream != nil {
		defer context.AfterFunc(closing, cancel)()
	}
	// The caller sends nothing more: whatever comes, or the end, means it has gone.
	go func() {
		defer cancel()
		conn.Read(make([]byte, 1))
	}()
	if stream != nil {
		stream(ctx, conn)
		return
	}
	s.reply(conn, s.call(ctx, r))
}

func (s *Server) stream(ctx context.Context, conn net.Conn) {
	changes, err := s.facade.Subscribe(ctx)
	if err != nil {
		s.reply(conn, failure(err))
		return
	}
	for status := range changes {
		result, err := json.Marshal(status)
		if err != nil {
			s.reply(conn, failure(err))
			return
		}
		if !s.reply(conn, answer{Result: result}) {
			return
		}
	}
}

func (s *Server) reply(conn net.Conn, a answer) bool {
	conn.SetWriteDeadline(time.Now().Add(patience))
	err := writeMessage(conn, a, maxAnswer)
	if errors.Is(err, errTooLarge) {
		err = writeMessage(conn, answer{Error: &connector.Error{Code: connector.CodeBadInput,
			Text: "the answer is too large: ask for fewer days or people at a time"}}, maxAnswer)
	}
	return err == nil
}

var (
	facadeType  = reflect.TypeFor[connector.Connector]()
	contextType = reflect.TypeFor[context.Context]()
)

// call calls the façade's method of that name with arguments unpacked into the types it takes.
func (s *Server) call(ctx context.Context, r request) (a answer) {
	defer func() {
		// A panic of one call must not take the owner of the profile down with it.
		if p := recover(); p != nil {
			s.log.Error("a call panicked", "method", r.Method, "panic", fmt.Sprint(p))
			a = answer{Broken: r.Method + " failed inside, see the log"}
		}
	}()
	method, ok := facadeType.MethodByName(r.Method)
	if !ok {
		return answer{Broken: fmt.Sprintf("there is no call %q", r.Method)}
	}
	if method.Type.NumIn() != len(r.Arguments)+1 || method.Type.In(0) != contextType {
		return answer{Broken: fmt.Sprintf("%s does not take %d arguments", r.Method, len(r.Arguments))}
	}
	in := []reflect.Value{reflect.ValueOf(ctx)}
	for i, raw := range r.Arguments {
		v := reflect.New(method.Type.In(i + 1))
		if err := json.Unmarshal(raw, v.Interface()); err != nil {
			return answer{Broken: fmt.Sprintf("argument %d of %s: %v", i+1, r.Method, err)}
		}
		in = append(in, v.Elem())
	}
	out := reflect.ValueOf(s.facade).MethodByName(r.Method).Call(in)
	if err, _ := out[len(out)-1].Interface().(error); err != nil {
		return failure(err)
	}
	if len(out) == 1 {
		return answer{}
	}
	result, err := json.Marshal(out[0].Interface())
	if err != nil {
		return failure(err)
	}
	return answer{Result: result}
}

func failure(err error) answer {
	var e *connector.Error
	if errors.As(err, &e) {
		return answer{Error: e}
	}
	return answer{Broken: err.Error()}
}
