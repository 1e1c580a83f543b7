// Package logs opens the log of a process: JSON lines in rotated files that only this user can read, with secrets masked.
//
// It decides nothing about what is logged. Masking is transport's; this package makes sure that no line gets around it.
package logs

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"gopkg.in/natefinch/lumberjack.v2"

	"dakokubridge/connector/transport"
)

// A file is closed when it is full or its day is over, and deleted a week later; there are never more than ten, the one written now included.
const (
	fileMegabytes = 10
	filesKept     = 9
	daysKept      = 7
)

// Open appends to the log at path (mode 0600, in a folder of mode 0700) and rotates it. What is logged also goes to the writers of also.
// Close ends it.
func Open(path string, level slog.Level, also ...io.Writer) (*slog.Logger, io.Closer, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, nil, fmt.Errorf("making the folder for logs: %w", err)
	}
	// Made here so that its mode is ours from the first byte on, whatever the umask.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("opening the log: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("opening the log: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, nil, fmt.Errorf("opening the log: %w", err)
	}
	w := newDaily(&lumberjack.Logger{Filename: path, MaxSize: fileMegabytes, MaxBackups: filesKept, MaxAge: daysKept}, info, time.Now)
	return To(io.MultiWriter(append([]io.Writer{w}, also...)...), level), w, nil
}

// To logs to any writer, masked in the same way.
func To(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(transport.RedactingHandler(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})))
}

// rotated is a file that can be put away for a new one.
type rotated interface {
	io.WriteCloser
	Rotate() error
}

// daily puts a file away when its day is over. By size alone a quiet log would keep a line for months.
type daily struct {
	mu   sync.Mutex
	file rotated
	now  func() time.Time
	day  string // of the last line in the file, UTC; "" while it is empty
}

func newDaily(file rotated, info os.FileInfo, now func() time.Time) *daily {
	d := &daily{file: file, now: now}
	if info.Size() > 0 {
		d.day = dayOf(info.ModTime())
	}
	return d
}

func dayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// Write writes one line, at the beginning of a new file where the day has changed.
func (d *daily) Write(line []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	today := dayOf(d.now())
	if d.day != "" && d.day != today {
		if err := d.file.Rotate(); err != nil {
			return 0, fmt.Errorf("beginning the log of a new day: %w", err)
		}
	}
	d.day = today
	return d.file.Write(line)
}

// Close ends the file.
func (d *daily) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.file.Close()
}
