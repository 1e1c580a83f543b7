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

	"gopkg.in/natefinch/lumberjack.v2"

	"dakokubridge/connector/transport"
)

const (
	fileMegabytes = 10
	filesKept     = 5
	daysKept      = 90
)

// Open appends to the log at path (mode 0600, in a folder of mode 0700) and rotates it. Close ends it.
func Open(path string, level slog.Level) (*slog.Logger, io.Closer, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, nil, fmt.Errorf("making the folder for logs: %w", err)
	}
	// Made here so that its mode is ours from the first byte on, whatever the umask.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("opening the log: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, nil, fmt.Errorf("opening the log: %w", err)
	}
	w := &lumberjack.Logger{Filename: path, MaxSize: fileMegabytes, MaxBackups: filesKept, MaxAge: daysKept}
	return To(w, level), w, nil
}

// To logs to any writer, masked in the same way.
func To(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(transport.RedactingHandler(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})))
}
