package connector

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// logTail is how much of the end of the log goes into a bundle, in bytes.
const logTail = 512 << 10

// logTail gives the end of the log, from whole lines. A log is put away each day, so what happened yesterday is in the files beside it, whose
// names have the time of that between the log's name and its ending.
func (l *Local) logTail() ([]byte, error) {
	if l.c.LogPath == "" {
		return nil, nil
	}
	ending := filepath.Ext(l.c.LogPath)
	files, err := filepath.Glob(strings.TrimSuffix(l.c.LogPath, ending) + "-*" + ending)
	if err != nil {
		return nil, fmt.Errorf("looking for the logs of the days before: %w", err)
	}
	slices.Sort(files)
	var tail []byte
	for _, name := range slices.Backward(append(files, l.c.LogPath)) {
		part, err := endOf(name, logTail-int64(len(tail)))
		if err != nil {
			return nil, err
		}
		if tail = append(part, tail...); len(tail) > logTail/2 {
			break
		}
	}
	return tail, nil
}

// endOf reads the last whole lines of a file, at most size bytes; nothing where there is no such file any more.
func endOf(name string, size int64) ([]byte, error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	from := max(info.Size()-size, 0)
	b, err := io.ReadAll(io.NewSectionReader(f, from, size))
	if cut := bytes.IndexByte(b, '\n'); from > 0 && cut >= 0 {
		b = b[cut+1:]
	}
	return b, err
}
