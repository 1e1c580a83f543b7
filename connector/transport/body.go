package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// MaxBody is the most that any answer may hold, in bytes after decompression. A page of 1,000 accesses takes about half a megabyte.
const MaxBody = 16 << 20

// ErrTooLarge means that an answer's body was longer than allowed, counted after decompression.
var ErrTooLarge = errors.New("answer is larger than allowed")

// ReadBody reads the whole body of r, at most limit bytes of it as decompressed, and closes it. A longer body gives ErrTooLarge, and
// what was left of it is not read. Other errors mean that the answer broke off, and wrap a *Failure with Sent true.
func ReadBody(r *http.Response, limit int64) ([]byte, error) {
	defer r.Body.Close()
	if r.ContentLength > limit {
		return nil, fmt.Errorf("reading the answer: %w (%d bytes, %d allowed)", ErrTooLarge, r.ContentLength, limit)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	if int64(len(body)) > limit {
		return nil, fmt.Errorf("reading the answer: %w (%d bytes allowed)", ErrTooLarge, limit)
	}
	return body, nil
}

// timedBody keeps a call's deadline over its body: a server that sends one byte a second must not hold a call for ever.
type timedBody struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelFunc
}

// Read reads on and turns any break into a *Failure. Whatever the request was, the server has had it.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = newFailure(b.ctx, err, true)
	}
	return n, err
}

// Close ends the call.
func (b *timedBody) Close() error {
	err := b.ReadCloser.Close()
	b.cancel()
	return err
}
