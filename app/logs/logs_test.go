package logs

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestBoard_M05_SecretsStayOutAtEveryLevel(t *testing.T) {
	path := filepath.Join(t.TempDir(), "logs", "dakokubridge.log")
	log, closer, err := Open(path, slog.LevelDebug)
	if err != nil {
		t.Fatal(err)
	}
	const canary = "5Aep861KanarienvogelToken0123456789abcdef"
	bearer := "Authorization: Bearer " + canary
	log.Debug(bearer, "err", errors.New("401 for "+bearer), "refresh_token", canary)
	log.With("access_token", canary).WithGroup("call").Error("refused", "answer", `{"refresh_token":"`+canary+`"}`,
		slog.Group("inner", "client_secret", canary), "any", struct{ Header string }{bearer})
	if err := closer.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), canary) {
		t.Errorf("a secret is in the log:\n%s", b)
	}
	if n := strings.Count(string(b), "\n"); n != 2 {
		t.Errorf("%d lines, want 2", n)
	}
	if runtime.GOOS == "windows" {
		return
	}
	for at, want := range map[string]fs.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if info, err := os.Stat(at); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v", at, info.Mode().Perm(), err)
		}
	}
}
