package owner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"

	"dakokubridge/connector"
)

// ErrGone is what a call gives when the owner ended before it answered, so that what came of the call is unknown.
var ErrGone = errors.New("the process that owns the profile ended before it answered: repeat the command")

// Client is the façade of the profile's owner, in another process.
type Client struct{ socket string }

var _ connector.Connector = (*Client)(nil)

// Dial looks whether an owner listens at a socket.
func Dial(ctx context.Context, socket string) (*Client, error) {
	c := &Client{socket: socket}
	conn, err := c.dial(ctx)
	if err != nil {
		return nil, err
	}
	return c, conn.Close()
}

func (c *Client) dial(ctx context.Context) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", c.socket)
	if err != nil {
		return nil, fmt.Errorf("reaching the process that owns the profile: %w", err)
	}
	if err := samePeer(conn); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// open sends a request and leaves the connection open for what comes back. Ending ctx hangs up.
func (c *Client) open(ctx context.Context, method string, arguments []any) (conn net.Conn, hangUp func(), err error) {
	r := request{Method: method, Arguments: make([]json.RawMessage, 0, len(arguments))}
	for _, a := range arguments {
		raw, err := json.Marshal(a)
		if err != nil {
			return nil, nil, fmt.Errorf("packing %s: %w", method, err)
		}
		r.Arguments = append(r.Arguments, raw)
	}
	if conn, err = c.dial(ctx); err != nil {
		return nil, nil, err
	}
	conn.SetWriteDeadline(time.Now().Add(patience))
	if err := writeMessage(conn, r, maxRequest); err != nil {
		conn.Close()
		return nil, nil, fmt.Errorf("calling %s: %w", method, err)
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	return conn, func() { stop(); conn.Close() }, nil
}

func (c *Client) do(ctx context.Context, method string, result any, arguments ...any) error {
	conn, hangUp, err := c.open(ctx, method, arguments)
	if err != nil {
		return err
	}
	defer hangUp()
	var a answer
	if err := readMessage(conn, &a, maxAnswer); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("%w (%v)", ErrGone, err)
	}
	switch {
	case a.Error != nil:
		return a.Error
	case a.Broken != "":
		return errors.New(a.Broken)
	case result == nil || a.Result == nil:
		return nil
	}
	if err := json.Unmarshal(a.Result, result); err != nil {
		return fmt.Errorf("reading the answer to %s: %w", method, err)
	}
	return nil
}

// ask is do for the methods that give a value.
func ask[T any](ctx context.Context, c *Client, method string, arguments ...any) (T, error) {
	var result T
	err := c.do(ctx, method, &result, arguments...)
	return result, err
}

// Subscribe gives the owner's status now and after each change, until ctx ends or the owner does.
func (c *Client) Subscribe(ctx context.Context) (<-chan connector.Status, error) {
	conn, hangUp, err := c.open(ctx, "Subscribe", nil)
	if err != nil {
		return nil, err
	}
	var first answer
	if err := readMessage(conn, &first, maxAnswer); err != nil {
		hangUp()
		return nil, fmt.Errorf("%w (%v)", ErrGone, err)
	}
	if first.Error != nil {
		hangUp()
		return nil, first.Error
	}
	changes := make(chan connector.Status, 1)
	go func() {
		defer close(changes)
		defer hangUp()
		for a := first; ; a = (answer{}) {
			if a.Result == nil {
				if readMessage(conn, &a, maxAnswer) != nil {
					return
				}
			}
			var status connector.Status
			if json.Unmarshal(a.Result, &status) != nil {
				return
			}
			select { // a slow reader gets the newest, as the façade promises
			case <-changes:
			default:
			}
			changes <- status
		}
	}()
	return changes, nil
}
