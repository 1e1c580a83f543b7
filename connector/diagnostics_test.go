package connector_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/vault"
)

func unzipped(t *testing.T, content []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(b)
	}
	return files
}

func TestTheDiagnosticsTellNothingOfPeopleOrSecrets(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	r := rig.Quiet(t, rig.Options{Seed: 1, LogPath: log, Settings: func(s *settings.Settings) { s.Proxy = "http://canary-proxy.example:8080" }})
	p := r.Hire("77001")
	r.Link(at("25 05:00"))
	r.Enter(p, at("25 09:00"))
	r.RunUntil(at("26 06:00"))
	items, err := r.Items(t.Context(), connector.ItemQuery{})
	if err != nil || len(items) != 1 {
		t.Fatal(items, err)
	}
	if err := r.CloseItem(t.Context(), items[0].ID, "canary memo"); err != nil {
		t.Fatal(err)
	}
	people, err := r.People(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// What a log line may carry by mistake is masked in the bundle.
	logged := []string{p.User, p.Employee, status(t, r).Salesforce.OrganizationID, "Bearer abcdefghijklmnop1234", "somebody@sakura-shoji.example", "canary-corp.my.salesforce.com"}
	for _, q := range people {
		logged = append(logged, q.UserName, q.UserMail, q.EmployeeName, q.EmployeeMail)
	}
	if err := os.WriteFile(log, []byte(strings.Repeat("old line\n", 100_000)+strings.Join(logged, "\n")+"\nthe loop goes on\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := mustSettings(t, r.Local)
	canaries := append(logged, "canary", "sakura-shoji", "abcdefghijklmnop1234", s.Akerun.ClientID, s.Salesforce.ClientID)
	for _, name := range []string{vault.AkerunClientSecret, vault.AkerunRefreshToken, vault.SalesforceRefreshToken, vault.SealingKey} {
		secret, err := r.Vault.Get(t.Context(), name)
		if err != nil {
			t.Fatal(name, err)
		}
		canaries = append(canaries, secret)
	}
	content, err := r.Diagnostics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	files := unzipped(t, content)
	for name, file := range files {
		for _, c := range canaries {
			if c != "" && strings.Contains(file, c) {
				t.Errorf("%s holds %q", name, c)
			}
		}
	}
	for _, want := range []string{`"Schema": `, `"SQLite": "3.`, `"Phase": "running"`, `"NO_CLOCK_OUT": {`, `"closed": 1`, `"Proxy": true`, `"Sound": `, `"PollInterval"`} {
		if !strings.Contains(files["report.json"], want) {
			t.Errorf("no %s in\n%s", want, files["report.json"])
		}
	}
	if !strings.Contains(files["log.jsonl"], "the loop goes on") || !strings.HasPrefix(files["log.jsonl"], "old line\n") || len(files["log.jsonl"]) > 512<<10 {
		t.Errorf("the log is not the end of the log: %d bytes", len(files["log.jsonl"]))
	}
	if !strings.Contains(files["items.json"], `"Reason": "NO_CLOCK_OUT"`) {
		t.Error(files["items.json"])
	}
}
