package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/salesforce"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/teamspirit"
)

// page reads one of the pages for people.
func page(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A page that leaves a reason out leaves somebody without a cure.
func TestOperationsNamesEveryReason(t *testing.T) {
	text := page(t, "docs/operations.md")
	for _, r := range attendance.AllReasons() {
		if !strings.Contains(text, "`"+string(r)+"`") {
			t.Errorf("docs/operations.md says nothing of %s (%s)", r, r.Japanese())
		}
	}
}

// What has to be registered has to be what the program really uses.
func TestSetupHasTheValuesThatAreUsed(t *testing.T) {
	text := page(t, "docs/setup.md")
	usual := settings.Default()
	names, err := teamspirit.NewNames(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{usual.Akerun.RedirectURI, "refresh_token", "`" + names.Stamp + "`", "`" + names.Employee + "`", "`" + names.Day + "`"}
	for _, port := range usual.Salesforce.CallbackPorts {
		want = append(want, fmt.Sprintf("`http://localhost:%d/oauth/callback`", port))
	}
	for _, field := range []string{names.EmpID, names.EmpCode, names.StampType, names.StampedDate, names.UniqueKey, names.InputDevice, names.AccessInfo, names.TargetDate, names.Status} {
		want = append(want, "`"+strings.TrimPrefix(field, names.Namespace+"__")+"`")
	}
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("docs/setup.md does not give %s", w)
		}
	}
	if salesforce.LoginTimeout.Minutes() != 5 || !strings.Contains(page(t, "docs/security.md"), "5分間") {
		t.Error("docs/security.md gives another time for signing in to Salesforce than the program")
	}
}

func TestREADMELinksLeadSomewhere(t *testing.T) {
	for _, part := range strings.Split(page(t, "README.md"), "](")[1:] {
		link, _, _ := strings.Cut(part, ")")
		if strings.Contains(link, "://") {
			continue
		}
		if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(link))); err != nil {
			t.Errorf("README.md leads to %s: %v", link, err)
		}
	}
}

// The bundle of macOS has a version of its own, which make macos writes anew; what lies in the tree must not lag behind.
func TestOneVersionEverywhere(t *testing.T) {
	for name, want := range map[string]string{
		"assets/macos/Info.plist": "<key>CFBundleShortVersionString</key>\n\t<string>" + version + "</string>",
		"FyneApp.toml":            "Version = \"" + version + "\"",
		"CHANGELOG.md":            "## " + version,
	} {
		if !strings.Contains(page(t, name), want) {
			t.Errorf("%s is of another version than %s", name, version)
		}
	}
}
