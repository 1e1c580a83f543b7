package connector_test

import (
	"errors"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dakokubridge/connector"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/company"
)

func TestWhereToSignIn(t *testing.T) {
	for pasted, want := range map[string]struct {
		address string
		sandbox bool
	}{
		"https://sakura.lightning.force.com/lightning/n/teamspirit__AtkWorkTimeTab": {"https://sakura.my.salesforce.com", false},
		" sakura.my.salesforce.com ":                                   {"https://sakura.my.salesforce.com", false},
		"https://SAKURA.my.salesforce.com/":                            {"https://sakura.my.salesforce.com", false},
		"https://sakura--teamspirit.vf.force.com/apex/AtkWorkTimeView": {"https://sakura.my.salesforce.com", false},
		"https://sakura-shoji--teamspirit.vf.force.com/apex/x":         {"https://sakura-shoji.my.salesforce.com", false},
		"https://sakura--dev1.sandbox.lightning.force.com/lightning":   {"https://sakura--dev1.sandbox.my.salesforce.com", true},
		"https://sakura--dev1--teamspirit.sandbox.vf.force.com/apex/x": {"https://sakura--dev1.sandbox.my.salesforce.com", true},
		"https://sakura-dev-ed.develop.lightning.force.com":            {"https://sakura-dev-ed.develop.my.salesforce.com", false},
		"https://login.salesforce.com/?un=x":                           {"https://login.salesforce.com", false},
		"https://test.salesforce.com":                                  {"https://test.salesforce.com", true},
		"https://ap12.salesforce.com/home":                             {"https://login.salesforce.com", false},
		"https://cs76.salesforce.com/home":                             {"https://test.salesforce.com", true},
		"http://127.0.0.1:8080/lightning":                              {"http://127.0.0.1:8080", false},
	} {
		address, sandbox, err := connector.LoginAddress(pasted)
		if err != nil || address != want.address || sandbox != want.sandbox {
			t.Errorf("%q: %q %v %v", pasted, address, sandbox, err)
		}
	}
	for _, pasted := range []string{
		"", "さくら", "https://", "https://example.com", "https://my.salesforce.com.example.com", "https://sakura.my.salesforce.com.evil.jp", "https://evil.jp/sakura.my.salesforce.com",
		"ftp://login.salesforce.com", "https://login.salesforce.com:8443", "https://user@evil.jp", "https://sakura.force.com", "https://www.salesforce.com",
	} {
		address, _, err := connector.LoginAddress(pasted)
		var said *connector.Error
		if !errors.As(err, &said) || said.Code != connector.CodeBadInput || address != "" {
			t.Errorf("%q is taken: %q %v", pasted, address, err)
		}
	}
}

func TestTheWizardIsResumedAfterARestart(t *testing.T) {
	r := rig.New(t, rig.Options{Seed: 1, Size: company.Small, Days: 1})
	fresh, err := r.Setup(t.Context())
	if err != nil || fresh != (connector.Setup{ClientID: fresh.ClientID}) || fresh.ClientID == "" {
		t.Fatal(fresh, err)
	}
	want := connector.Setup{ClientID: fresh.ClientID, Step: 6, AppliedAt: r.World.Clock().Now().Truncate(time.Second), Start: time.Date(2026, 12, 1, 5, 0, 0, 0, attendance.Japan).UTC(), BackfillFrom: "2026-11-25", Confirmed: true}
	if err := r.SaveSetup(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	r.Restart()
	got, err := r.Setup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	status, err := r.Status(t.Context())
	if err != nil || status.Phase != connector.Applied {
		t.Errorf("after the application it is %s, %v", status.Phase, err)
	}
	for _, wrong := range []connector.Setup{{Step: -1}, {Step: 8}, {BackfillFrom: "昨日"}} {
		if err := r.SaveSetup(t.Context(), wrong); err == nil {
			t.Errorf("%+v is taken", wrong)
		}
	}
}

func FuzzLoginAddress(f *testing.F) {
	for _, s := range []string{"https://sakura.my.salesforce.com/x", "sakura--dev.sandbox.lightning.force.com", "https://evil.example/?x=.my.salesforce.com", "http://127.0.0.1:18002/", "https://sakura--teamspirit.vf.force.com", "cs7.salesforce.com", "https://u:p@login.salesforce.com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, pasted string) {
		address, _, err := connector.LoginAddress(pasted)
		if err != nil {
			return
		}
		u, err := url.Parse(address)
		if err != nil || u.User != nil || u.Path != "" || u.RawQuery != "" {
			t.Fatalf("%q leads to %q", pasted, address)
		}
		host := u.Hostname()
		if ip := net.ParseIP(host); ip.IsLoopback() || host == "localhost" {
			return
		}
		if u.Scheme != "https" || u.Port() != "" || !strings.HasSuffix(host, ".salesforce.com") {
			t.Errorf("%q leads to %q", pasted, address)
		}
	})
}
