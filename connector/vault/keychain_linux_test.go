package vault

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// insideVariable tells a test process that it runs within a D-Bus session of its own, and on which of the two.
const insideVariable = "DAKOKUBRIDGE_TEST_KEYCHAIN"

// TestRealKeychain runs a second process of this test within a fresh D-Bus session with an unlocked gnome-keyring, and a third within one
// that nobody has unlocked. HOME is a temporary folder, so no keyring of this machine is touched.
func TestRealKeychain(t *testing.T) {
	switch os.Getenv(insideVariable) {
	case "unlocked":
		useRealKeychain(t)
		return
	case "locked":
		missRealKeychain(t)
		return
	}
	for _, program := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed (packages dbus and gnome-keyring)", program)
		}
	}
	test, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for kind, before := range map[string]string{
		"unlocked": `printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null || exit 97; `,
		"locked":   ``,
	} {
		t.Run(kind, func(t *testing.T) {
			home := t.TempDir()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, "dbus-run-session", "--", "sh", "-c", before+`exec "$0" -test.run='^TestRealKeychain$' -test.v`, test)
			cmd.Env = append(cleanEnvironment(), insideVariable+"="+kind, "HOME="+home,
				"XDG_DATA_HOME="+home+"/data", "XDG_RUNTIME_DIR="+home, "XDG_CONFIG_HOME="+home+"/config", "XDG_CACHE_HOME="+home+"/cache")
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "--- PASS: TestRealKeychain") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// cleanEnvironment is this process's environment without what would lead to the machine's own session.
func cleanEnvironment() []string {
	var env []string
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		switch name {
		case "DBUS_SESSION_BUS_ADDRESS", "GNOME_KEYRING_CONTROL", "HOME", "DISPLAY", "WAYLAND_DISPLAY":
		default:
			if !strings.HasPrefix(name, "XDG_") {
				env = append(env, v)
			}
		}
	}
	return env
}

func useRealKeychain(t *testing.T) {
	ctx := t.Context()
	one, two := Keychain("dakokubridge test 1"), Keychain("dakokubridge test 2")
	if _, err := one.Get(ctx, SalesforceRefreshToken); !errors.Is(err, ErrNotFound) {
		t.Errorf("before writing: %v", err)
	}
	for _, secret := range []string{"first", strings.Repeat("長", 500), "5Aep861" + strings.Repeat("x", 80)} {
		if err := one.Set(ctx, SalesforceRefreshToken, secret); err != nil {
			t.Fatal(err)
		}
		if got, err := one.Get(ctx, SalesforceRefreshToken); err != nil || got != secret {
			t.Errorf("read back %d bytes, %v, want %d", len(got), err, len(secret))
		}
	}
	if _, err := two.Get(ctx, SalesforceRefreshToken); !errors.Is(err, ErrNotFound) {
		t.Errorf("another profile: %v", err)
	}
	sealer, err := NewSealer(ctx, one)
	if err != nil {
		t.Fatal(err)
	}
	again, err := NewSealer(ctx, one)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Open(sealer.Seal("山田太郎")); err != nil || got != "山田太郎" {
		t.Errorf("sealed with a key of the keychain: %q, %v", got, err)
	}
	if err := one.Delete(ctx, SalesforceRefreshToken); err != nil {
		t.Fatal(err)
	}
	if _, err := one.Get(ctx, SalesforceRefreshToken); !errors.Is(err, ErrNotFound) {
		t.Errorf("after deleting: %v", err)
	}
}

// missRealKeychain has a D-Bus that wakes gnome-keyring by itself, without a keyring and without a screen to ask for a password.
func missRealKeychain(t *testing.T) {
	err := Keychain("dakokubridge test").Set(t.Context(), SealingKey, "x")
	if !errors.Is(err, ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

func TestNoSessionBus(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	if _, err := Keychain("test").Get(t.Context(), SealingKey); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "D-Bus") {
		t.Errorf("got %v", err)
	}
}
