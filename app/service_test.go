package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

func TestAServiceNeedsAnAccountWithAKeychain(t *testing.T) {
	for _, tt := range []struct {
		goos string
		cmd  serviceCommand
		ok   bool
	}{
		{"linux", serviceCommand{Action: "install"}, true},
		{"linux", serviceCommand{Action: "install", System: true}, false},
		{"linux", serviceCommand{Action: "install", System: true, User: "hr"}, true},
		{"linux", serviceCommand{Action: "install", User: "hr"}, false},
		{"linux", serviceCommand{Action: "install", PasswordStdin: true}, false},
		{"linux", serviceCommand{Action: "stop", System: true}, true},
		{"windows", serviceCommand{Action: "install"}, false},
		{"windows", serviceCommand{Action: "install", User: `.\hr`}, false},
		{"windows", serviceCommand{Action: "install", User: `.\hr`, PasswordStdin: true}, true},
		{"windows", serviceCommand{Action: "install", System: true, User: `.\hr`, PasswordStdin: true}, false},
		{"windows", serviceCommand{Action: "uninstall"}, true},
		{"darwin", serviceCommand{Action: "install"}, false},
	} {
		err := tt.cmd.check(tt.goos)
		var wrong *usageError
		if (err == nil) != tt.ok || err != nil && (!errors.As(err, &wrong) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%s %+v: %v", tt.goos, tt.cmd, err)
		}
	}
}

func TestWhatTheSystemIsTold(t *testing.T) {
	own := serviceCommand{Action: "install"}
	c, err := own.config("linux", "/home/山田/p", "")
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"--profile", "/home/山田/p", "run", "--as-service"}; !slices.Equal(c.Arguments, want) || c.UserName != "" || c.Option["UserService"] != true {
		t.Errorf("%+v", c)
	}
	if unit := c.Option["SystemdScript"].(string); !strings.Contains(unit, "WantedBy=default.target") || strings.Contains(unit, "network-online") {
		t.Errorf("a unit of a user:\n%s", unit)
	}
	if unit := systemdUnit(true); !strings.Contains(unit, "WantedBy=multi-user.target") {
		t.Errorf("a unit of the PC:\n%s", unit)
	}
	if bus := busOf("1000"); bus["DBUS_SESSION_BUS_ADDRESS"] != "unix:path=/run/user/1000/bus" || bus["XDG_RUNTIME_DIR"] != "/run/user/1000" {
		t.Errorf("the keychain is looked for at %v", bus)
	}
	theirs := serviceCommand{Action: "install", User: `.\hr`, PasswordStdin: true}
	if c, err = theirs.config("windows", "", "pass"); err != nil || c.UserName != `.\hr` || c.Option["Password"] != "pass" || !slices.Equal(c.Arguments, []string{"run", "--as-service"}) {
		t.Errorf("%+v %v", c, err)
	}
	// Another account's data folder is not this one's.
	if dir, err := theirs.dir(&grammar{}); err != nil || dir != "" {
		t.Errorf("it would run with %q, %v", dir, err)
	}
	if slices.Contains(c.Arguments, "pass") {
		t.Error("the password stands on the command line of the service")
	}
	if got := withoutSecret(errors.New("bad account: pass"), "pass").Error(); strings.Contains(got, "pass") {
		t.Error(got)
	}
	for _, goos := range []string{"linux", "windows"} {
		said := strings.Join(theirs.keychain(goos), "\n")
		if !strings.Contains(said, `.\hr`) || !strings.Contains(said, "service start") {
			t.Errorf("%s is told\n%s", goos, said)
		}
	}
}

func TestAServiceEndsWhenItIsToldTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := false
		s := &served{work: func(ctx context.Context) error {
			<-ctx.Done()
			ended = true
			return nil
		}}
		if err := s.Start(nil); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if ended {
			t.Error("it ended by itself")
		}
		if err := s.Stop(nil); err != nil || !ended {
			t.Errorf("%v, ended %v", err, ended)
		}
	})
}
