package owner

import (
	"context"
	"encoding/json"
	"net"
	"sync"
)

// Front keeps a profile at one window, whichever process shows it: a start that finds the window there brings it to the front
// instead of opening another.
type Front struct {
	mu    sync.Mutex
	asked chan struct{} // of the window that is there; nil: none is
}

// Take asks to be the profile's window. If there is none yet, asked tells each time when the window should come to the front, until
// release is called. Otherwise the window that is there is told so, and ok is false.
func (f *Front) Take() (asked <-chan struct{}, release func(), ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.asked != nil {
		select {
		case f.asked <- struct{}{}:
		default: // it has been told and has not looked yet
		}
		return nil, nil, false
	}
	mine := make(chan struct{}, 1)
	f.asked = mine
	return mine, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.asked == mine {
			f.asked = nil
		}
	}, true
}

// Front is what the server's own process and its callers share about windows.
func (s *Server) Front() *Front { return &s.front }

// window carries out a call of Window: one answer whether the caller is the window now, then one for each time it should come to the front.
func (s *Server) window(ctx context.Context, conn net.Conn) {
	asked, release, ok := s.front.Take()
	if !ok {
		s.reply(conn, answer{Result: json.RawMessage("false")})
		return
	}
	defer release()
	for s.reply(conn, answer{Result: json.RawMessage("true")}) {
		select {
		case <-ctx.Done():
			return
		case <-asked:
		}
	}
}

// Window asks to be the window of the owner's profile, as [Front.Take] does. asked is closed when the owner ends; the caller stops being
// the window when ctx ends.
func (c *Client) Window(ctx context.Context) (asked <-chan struct{}, ok bool, err error) {
	conn, hangUp, err := c.open(ctx, "Window", nil)
	if err != nil {
		return nil, false, err
	}
	var first answer
	if err = readMessage(conn, &first, maxAnswer); err == nil {
		err = json.Unmarshal(first.Result, &ok)
	}
	if err != nil || !ok {
		hangUp()
		return nil, false, err
	}
	told := make(chan struct{}, 1)
	go func() {
		defer close(told)
		defer hangUp()
		for {
			var again answer
			if readMessage(conn, &again, maxAnswer) != nil {
				return
			}
			select {
			case told <- struct{}{}:
			default:
			}
		}
	}()
	return told, true, nil
}
