package owner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"dakokubridge/connector"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// facade answers what a test needs; every other call runs into the nil it embeds, as a panic inside a method would.
type facade struct {
	connector.Connector
	status  func(context.Context) (connector.Status, error)
	changes func(context.Context) (<-chan connector.Status, error)
	exclude func(ids []string, excluded bool) error
	preview func(days int) ([]connector.PersonDay, error)
}

func (f *facade) Status(ctx context.Context) (connector.Status, error) { return f.status(ctx) }
func (f *facade) Subscribe(ctx context.Context) (<-chan connector.Status, error) {
	return f.changes(ctx)
}
func (f *facade) Exclude(_ context.Context, ids []string, excluded bool) error {
	return f.exclude(ids, excluded)
}
func (f *facade) Preview(_ context.Context, days int) ([]connector.PersonDay, error) {
	return f.preview(days)
}

// socket gives a path short enough for a unix socket, whatever TMPDIR is.
func socket(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "dkbtest")
	if err != nil {
		dir, err = os.MkdirTemp("", "dkb")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

// serve starts a server; stop ends it and waits until it has ended.
func serve(t *testing.T, f connector.Connector) (path string, stop func()) {
	t.Helper()
	path = socket(t)
	_, stop = listening(t, path, f)
	return path, stop
}

// listening starts a server on a socket, as serve does.
func listening(t *testing.T, path string, f connector.Connector) (server *Server, stop func()) {
	t.Helper()
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	server = NewServer(f, slog.New(slog.DiscardHandler))
	go func() { done <- server.Serve(ctx, listener) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return server, stop
}

func dial(t *testing.T, path string) *Client {
	t.Helper()
	c, err := Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// fill gives every part of a value something that is not its zero.
func fill(v reflect.Value, n int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("値%d", n))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(n + 1))
	case reflect.Uint8:
		v.SetUint(uint64(n%255 + 1))
	case reflect.Float64:
		v.SetFloat(float64(n) + 0.5)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n+1)
		fill(v.Index(1), n+2)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, n+1)
		fill(value, n+2)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 11, 22, 20, n%60, 1, 234567891, time.UTC)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n+i)
		}
	default:
		panic("a kind that the façade did not have before: " + v.Kind().String())
	}
}

// Every method of the façade, whatever it will be given and give, has to reach the other side under its own name with its own
// arguments, and its result has to come back whole.
func TestEveryMethodPassesThroughWhole(t *testing.T) {
	for i := range facadeType.NumMethod() {
		method := facadeType.Method(i)
		if method.Name == "Subscribe" {
			continue // a stream, tested below
		}
		t.Run(method.Name, func(t *testing.T) {
			path := socket(t)
			listener, err := net.Listen("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			in := []reflect.Value{reflect.ValueOf(t.Context())}
			for i := 1; i < method.Type.NumIn(); i++ {
				v := reflect.New(method.Type.In(i)).Elem()
				fill(v, i*100)
				in = append(in, v)
			}
			want := answer{}
			var result reflect.Value
			if method.Type.NumOut() == 2 {
				result = reflect.New(method.Type.Out(0)).Elem()
				fill(result, 7)
				if want.Result, err = json.Marshal(result.Interface()); err != nil {
					t.Fatal(err)
				}
			}
			got := make(chan request, 1)
			go func() {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				defer conn.Close()
				var r request
				if readMessage(conn, &r, maxRequest) == nil {
					got <- r
					writeMessage(conn, want, maxAnswer)
				}
			}()
			out := reflect.ValueOf(&Client{socket: path}).MethodByName(method.Name).Call(in)
			if err, _ := out[len(out)-1].Interface().(error); err != nil {
				t.Fatal(err)
			}
			if len(out) == 2 {
				if d := cmp.Diff(result.Interface(), out[0].Interface()); d != "" {
					t.Error(d)
				}
			}
			r := <-got
			if r.Method != method.Name || len(r.Arguments) != len(in)-1 {
				t.Fatalf("sent as %s with %d arguments", r.Method, len(r.Arguments))
			}
			for i, raw := range r.Arguments {
				v := reflect.New(method.Type.In(i + 1))
				if err := json.Unmarshal(raw, v.Interface()); err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(in[i+1].Interface(), v.Elem().Interface()); d != "" {
					t.Error(d)
				}
			}
		})
	}
}

func TestArgumentsReachTheFacade(t *testing.T) {
	var ids []string
	var days int
	f := &facade{
		exclude: func(got []string, excluded bool) error {
			if excluded {
				ids = got
			}
			return nil
		},
		preview: func(n int) ([]connector.PersonDay, error) { days = n; return nil, nil },
	}
	path, _ := serve(t, f)
	c := dial(t, path)
	if err := c.Exclude(t.Context(), []string{"U-1", "U-2"}, true); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Preview(t.Context(), 7); err != nil || len(got) != 0 {
		t.Fatal(got, err)
	}
	if d := cmp.Diff([]string{"U-1", "U-2"}, ids); d != "" || days != 7 {
		t.Error(d, days)
	}
}

func TestErrorsForPeoplePassThroughWhole(t *testing.T) {
	want := &connector.Error{Code: connector.CodeStartTooEarly, Text: "earliest is 05:00", Detail: map[string]string{"earliest": "2026-11-24T05:00:00+09:00"}}
	f := &facade{status: func(context.Context) (connector.Status, error) {
		return connector.Status{}, fmt.Errorf("beginning: %w", want)
	}}
	path, _ := serve(t, f)
	_, err := dial(t, path).Status(t.Context())
	var got *connector.Error
	if !errors.As(err, &got) {
		t.Fatalf("%v", err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	f.status = func(context.Context) (connector.Status, error) {
		return connector.Status{}, errors.New("reading the state: disk full")
	}
	if _, err := dial(t, path).Status(t.Context()); err == nil || err.Error() != "reading the state: disk full" {
		t.Error(err)
	}
}

func TestAPanicInsideACallLeavesTheOwnerAlive(t *testing.T) {
	f := &facade{status: func(context.Context) (connector.Status, error) {
		return connector.Status{Phase: connector.Running}, nil
	}}
	path, _ := serve(t, f)
	c := dial(t, path)
	if err := c.Pause(t.Context()); err == nil || !strings.Contains(err.Error(), "Pause failed inside") {
		t.Error(err)
	}
	if s, err := c.Status(t.Context()); err != nil || s.Phase != connector.Running {
		t.Error(s, err)
	}
}

func TestHangingUpCancelsTheCall(t *testing.T) {
	began, ended := make(chan struct{}), make(chan struct{})
	f := &facade{status: func(ctx context.Context) (connector.Status, error) {
		close(began)
		<-ctx.Done()
		close(ended)
		return connector.Status{}, ctx.Err()
	}}
	path, _ := serve(t, f)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-began; cancel() }()
	if _, err := dial(t, path).Status(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	<-ended
}

func TestSubscribeStreamsUntilEitherSideEnds(t *testing.T) {
	changes := make(chan connector.Status)
	unsubscribed := make(chan struct{}, 2)
	f := &facade{changes: func(ctx context.Context) (<-chan connector.Status, error) {
		out := make(chan connector.Status)
		go func() {
			defer close(out)
			defer func() { unsubscribed <- struct{}{} }()
			for {
				select {
				case s := <-changes:
					select {
					case out <- s:
					case <-ctx.Done():
						return
					}
				case <-ctx.Done():
					return
				}
			}
		}()
		return out, nil
	}}
	path, stop := serve(t, f)
	c := dial(t, path)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { changes <- connector.Status{Phase: connector.Waiting} }()
	got, err := c.Subscribe(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if s := <-got; s.Phase != connector.Waiting {
		t.Error(s.Phase)
	}
	changes <- connector.Status{Phase: connector.Running}
	if s := <-got; s.Phase != connector.Running {
		t.Error(s.Phase)
	}
	cancel()
	<-unsubscribed
	for range got { // ends
	}

	go func() { changes <- connector.Status{Phase: connector.Paused} }()
	got, err = c.Subscribe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stop()
	<-unsubscribed
	for range got {
	}
}

func TestACallUnderWayIsLetFinish(t *testing.T) {
	began, finish := make(chan struct{}), make(chan struct{})
	f := &facade{status: func(ctx context.Context) (connector.Status, error) {
		close(began)
		<-finish
		return connector.Status{Phase: connector.Running}, ctx.Err()
	}}
	path, stop := serve(t, f)
	c := dial(t, path)
	go func() {
		<-began
		go stop()
		// The socket is gone once closing has begun; only then is the call let go.
		for {
			if conn, err := net.Dial("unix", path); err != nil {
				break
			} else {
				conn.Close()
			}
		}
		close(finish)
	}()
	if s, err := c.Status(t.Context()); err != nil || s.Phase != connector.Running {
		t.Error(s, err)
	}
}

func TestOwnerThatEndsIsSaidSo(t *testing.T) {
	path := socket(t)
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conn.Close() // as after a kill
		}
	}()
	if err := (&Client{socket: path}).Sync(t.Context()); err == nil {
		t.Error("a call that nobody answered succeeded")
	}
	if _, err := Dial(t.Context(), filepath.Join(filepath.Dir(path), "none")); err == nil {
		t.Error("dialled nothing")
	}
}

// What another program may send must not stop the owner, take its memory or reach anything but the façade.
func TestMalformedCallsAreTurnedAway(t *testing.T) {
	f := &facade{status: func(context.Context) (connector.Status, error) { return connector.Status{Phase: connector.Ready}, nil }}
	path, _ := serve(t, f)
	for name, raw := range map[string][]byte{
		"a huge length":  {0xff, 0xff, 0xff, 0xff},
		"no JSON":        append([]byte{0, 0, 0, 3}, "abc"...),
		"a short length": {0, 0},
		"nothing":        {},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conn.Write(raw)
			conn.(*net.UnixConn).CloseWrite()
			var a answer
			if err := readMessage(conn, &a, maxAnswer); err == nil {
				t.Errorf("answered %+v", a)
			}
		})
	}
	c := &Client{socket: path}
	for name, call := range map[string]struct {
		method    string
		arguments []any
		want      string
	}{
		"unknown":           {"Launch", nil, "no call"},
		"unexported":        {"status", nil, "no call"},
		"not of the façade": {"GoString", nil, "no call"},
		"too many":          {"Status", []any{1}, "does not take 1"},
		"too few":           {"Exclude", nil, "does not take 0"},
		"wrong type":        {"Preview", []any{"seven"}, "argument 1 of Preview"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.do(t.Context(), call.method, nil, call.arguments...); err == nil || !strings.Contains(err.Error(), call.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	if s, err := c.Status(t.Context()); err != nil || s.Phase != connector.Ready {
		t.Error("the owner does not answer any more", err)
	}
	if err := c.Exclude(t.Context(), []string{strings.Repeat("x", maxRequest)}, true); !errors.Is(err, errTooLarge) {
		t.Error("a request beyond the limit:", err)
	}
}

// TestAFloodOfCallersIsOutlived: as many connections as nobody needs, silent, half said and full of garbage, keep the owner from answering no longer
// than they last.
func TestAFloodOfCallersIsOutlived(t *testing.T) {
	path, _ := serve(t, &facade{status: func(context.Context) (connector.Status, error) { return connector.Status{Phase: connector.Ready}, nil }})
	var flood []net.Conn
	for i := range 4 * maxCalls {
		conn, err := net.Dial("unix", path)
		if err != nil {
			break // the queue of the system is full: that is as many as there can be
		}
		flood = append(flood, conn)
		_, _ = conn.Write([][]byte{nil, {0, 0}, {0, 0, 1, 0, '{'}, bytes.Repeat([]byte{0xff}, 1000)}[i%4])
	}
	if len(flood) < maxCalls {
		t.Fatalf("only %d connections", len(flood))
	}
	for _, conn := range flood {
		_ = conn.Close()
	}
	c := &Client{socket: path}
	for { // the owner notices their end one by one
		s, err := c.Status(t.Context())
		if err == nil && s.Phase == connector.Ready {
			return
		}
		if t.Context().Err() != nil {
			t.Fatal(err)
		}
		runtime.Gosched()
	}
}

func FuzzReadMessage(f *testing.F) {
	var b bytes.Buffer
	writeMessage(&b, request{Method: "Status"}, maxRequest)
	f.Add(b.Bytes())
	f.Add([]byte{0, 0, 0, 2, '{', '}'})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var r request
		if err := readMessage(bytes.NewReader(raw), &r, 1<<10); err == nil && len(raw) < 4 {
			t.Error("read a message from less than its length")
		}
	})
}

// FuzzCall: whatever a message holds, no call takes the owner down.
func FuzzCall(f *testing.F) {
	for i := range facadeType.NumMethod() {
		f.Add(facadeType.Method(i).Name, []byte(`["x"]`))
	}
	f.Add("Days", []byte(`[{"From":"2026-11-22","To":"2026-11-23","Search":"\u0000"}]`))
	f.Add("CloseItems", []byte(`[[1,2],"memo"]`))
	f.Add("SetSettings", []byte(`[null]`))
	f.Fuzz(func(t *testing.T, method string, arguments []byte) {
		var r request
		if json.Unmarshal(arguments, &r.Arguments) != nil {
			t.Skip()
		}
		r.Method = method
		a := NewServer(&facade{}, slog.New(slog.DiscardHandler)).call(t.Context(), r)
		if a.Broken == "" {
			t.Errorf("%s%s gave %+v of a façade that has nothing", method, arguments, a)
		}
	})
}
