// Package owner lets windows and commands of one user share the process that owns a profile: it serves the façade
// connector.Connector on a unix socket and is that façade to whoever calls there.
//
// It knows nothing of what the façade does. One connection carries one call: a request, then one answer, or for Subscribe one
// answer after another. Hanging up cancels the call. Peers of another user are turned away.
package owner

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"dakokubridge/connector"
)

const (
	// maxRequest has room for the longest call there is, taking tens of thousands of people out by hand.
	maxRequest = 8 << 20
	// maxAnswer has room for a month of a thousand people with every stamp.
	maxAnswer = 128 << 20
)

// request is one call.
type request struct {
	Method    string            `json:"method"`
	Arguments []json.RawMessage `json:"arguments"`
}

// answer is what came of it; Result is missing where a method gives nothing but an error.
type answer struct {
	Result json.RawMessage  `json:"result,omitempty"`
	Error  *connector.Error `json:"error,omitempty"` // passes through whole
	Broken string           `json:"broken,omitempty"`
}

// errTooLarge is what a message beyond its limit gives.
var errTooLarge = errors.New("message too large")

// writeMessage sends a message as its length in four bytes and then JSON.
func writeMessage(w io.Writer, v any, limit int) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("packing a message: %w", err)
	}
	if len(b) > limit {
		return errTooLarge
	}
	b = append(binary.BigEndian.AppendUint32(make([]byte, 0, len(b)+4), uint32(len(b))), b...)
	_, err = w.Write(b)
	return err
}

// readMessage reads what writeMessage sent and never takes more memory than has really come in.
func readMessage(r io.Reader, v any, limit int) error {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	length := binary.BigEndian.Uint32(head[:])
	if length > uint32(limit) {
		return errTooLarge
	}
	b, err := io.ReadAll(io.LimitReader(r, int64(length)))
	if err != nil {
		return err
	}
	if len(b) < int(length) {
		return io.ErrUnexpectedEOF
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("unpacking a message: %w", err)
	}
	return nil
}
