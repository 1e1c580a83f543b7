package connector_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"dakokubridge/connector"
	"dakokubridge/connector/engine"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/transport"
	"dakokubridge/connector/vault"
)

// wiretap sees every call that leaves, remembers each secret that goes either way, and lets the servers repeat what they were given.
type wiretap struct {
	way http.RoundTripper

	mu      sync.Mutex
	secrets map[string]string // what each is
	hosts   map[string]bool
	echo    bool
	calls   int
}

// secretFields are the names of what is secret in forms and answers of OAuth.
var secretFields = []string{"client_secret", "refresh_token", "access_token", "code", "code_verifier", "token"}

func (w *wiretap) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hosts[r.URL.Host] = true
	w.calls++
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	bearer := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	w.note("a bearer token", bearer)
	if form, err := url.ParseQuery(string(body)); err == nil {
		for _, name := range secretFields {
			w.note("a form's "+name, form.Get(name))
		}
	}
	if w.echo && w.calls%5 == 0 {
		return w.repeat(r, bearer, body), nil
	}
	resp, err := w.way.RoundTrip(r)
	if err != nil || !strings.HasSuffix(r.URL.Path, "/token") {
		return resp, err
	}
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(answer))
	var fields map[string]any
	_ = json.Unmarshal(answer, &fields)
	for _, name := range secretFields {
		text, _ := fields[name].(string)
		w.note("an answer's "+name, text)
	}
	return resp, nil
}

// repeat is the answer of a server, or of something on the way, that puts the whole request into its error.
func (w *wiretap) repeat(r *http.Request, bearer string, body []byte) *http.Response {
	text := fmt.Sprintf(`[{"errorCode":"UNKNOWN_EXCEPTION","message":"cannot handle Authorization: Bearer %s (access_token=%s) %s"}]`, bearer, bearer, url.QueryEscape(string(body)))
	return &http.Response{StatusCode: http.StatusInternalServerError, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text))}
}

func (w *wiretap) note(what, secret string) {
	if len(secret) >= 12 {
		w.secrets[secret] = what
	}
}

func (w *wiretap) repeating(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.echo = on
}

// TestCanaryScanM01 goes the whole way: signing in, also in vain, days with every kind of refusal, a server that repeats what it was given, a panic,
// handing over, all exports, unlinking and linking again. Nothing secret may be in any byte that is left, and no call may go elsewhere (S12, M02).
func TestCanaryScanM01(t *testing.T) {
	t.Parallel()
	logs := t.TempDir()
	log, err := os.OpenFile(filepath.Join(logs, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	ok(t, err)
	defer func() { ok(t, log.Close()) }()
	tap := &wiretap{secrets: map[string]string{}, hosts: map[string]bool{}}
	var panics atomic.Bool
	r := rig.Quiet(t, rig.Options{
		LogPath: log.Name(), Log: slog.New(transport.RedactingHandler(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug - 4}))),
		Transport: func(way http.RoundTripper) http.RoundTripper { tap.way = way; return tap },
		Hook: func(_ context.Context, point string) error {
			if point == engine.HookOutboxBeforeSend && panics.CompareAndSwap(true, false) {
				tap.mu.Lock()
				defer tap.mu.Unlock()
				for secret := range tap.secrets {
					panic("while sending with Authorization: Bearer " + secret)
				}
			}
			return nil
		},
	})
	p := r.Hire("7001")
	r.Enter(p, times("25 09:00", "25 18:00", "26 09:00", "26 18:00", "27 09:00", "27 18:00")...)
	ok(t, r.World.Clock().Set(at("25 03:40")))

	_ = r.RefuseSignIn(connector.Salesforce, "employee")
	begun, err := r.BeginSignIn(t.Context(), connector.SignInRequest{Side: connector.Akerun, Mail: "x@example.com"})
	ok(t, err)
	const pasted = "canary-code-that-was-pasted-wrongly"
	if _, err := r.FinishSignIn(t.Context(), begun.ID, "https://evil.example/?code="+pasted+"&state="+begun.ID); err == nil {
		t.Error("a pasted address of somebody else was taken")
	} else {
		fmt.Fprintln(log, err)
	}
	tap.note("a code pasted from elsewhere", pasted)
	ok(t, r.CancelSignIn(t.Context(), begun.ID))

	r.Link(at("25 05:00"))
	panics.Store(true)
	r.RunUntil(at("25 12:00"))
	tap.repeating(true)
	r.World.AkerunServer().ExpireTokens()
	r.RunUntil(at("26 03:00"))
	r.Restart()
	r.RunUntil(at("26 08:00"))
	tap.repeating(false)
	r.Switch(connector.Akerun, "faults", []map[string]any{{"kind": "redirect", "location": "https://evil.example/v3/organizations", "path": "/v3", "times": 3}})
	r.RunUntil(at("26 09:00"))
	r.World.AkerunServer().RevokeTokens()
	r.RunUntil(at("26 10:00"))
	for _, side := range []connector.Side{connector.Akerun, connector.Salesforce} { // handed over
		role := map[connector.Side]string{connector.Akerun: "super_manager", connector.Salesforce: "admin"}[side]
		_, err := r.SignIn(side, role)
		ok(t, err)
	}
	r.RunUntil(at("27 08:00"))
	keepVault(t, r, tap)
	places := everythingTold(t, r)
	ok(t, r.Unlink(t.Context()))
	r.Link(at("27 10:00"))
	r.RunUntil(at("28 08:00"))
	wantRows(t, r, p, threeDays...)
	keepVault(t, r, tap)
	for where, content := range everythingTold(t, r) {
		places["at the end: "+where] = content
	}
	if tap.secrets[pasted] == "" || len(tap.secrets) < 12 {
		t.Errorf("only %d secrets were seen on the way", len(tap.secrets))
	}
	for _, dir := range []string{r.Dir, logs} {
		for name, content := range everyFile(t, dir) {
			places[name] = content
		}
	}
	places["the arguments"] = []byte(strings.Join(os.Args, "\n"))
	places["the environment"] = []byte(strings.Join(os.Environ(), "\n"))
	d := r.World.Description(simulator.PipeAkerunURL, simulator.PipeSalesforceURL)
	for _, u := range d.Akerun.Users {
		tap.note("a password of Akerun", u.Password)
	}
	for _, u := range d.Salesforce.Users {
		tap.note("a password of Salesforce", u.Password)
	}
	scan(t, tap.secrets, places)
	for host := range tap.hosts {
		if "http://"+host != simulator.PipeAkerunURL && "http://"+host != simulator.PipeSalesforceURL {
			t.Errorf("a call went to %s", host)
		}
	}
	if !bytes.Contains(places[log.Name()], []byte("panic")) || len(places[filepath.Join(r.Dir, "dakokubridge.db")]) == 0 {
		t.Error("the log or the database was not looked at")
	}
}

// keepVault remembers what is in the keychain now.
func keepVault(t *testing.T, r *rig.Rig, tap *wiretap) {
	t.Helper()
	for _, name := range []string{vault.AkerunClientSecret, vault.AkerunRefreshToken, vault.SalesforceRefreshToken, vault.SealingKey} {
		secret, err := r.Vault.Get(t.Context(), name)
		ok(t, err)
		tap.mu.Lock()
		tap.note(name, secret)
		tap.mu.Unlock()
	}
}

// everythingTold is all that the façade tells windows and commands, and all files that it makes for people.
func everythingTold(t *testing.T, r *rig.Rig) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	keep := func(name string, v any, err error) {
		t.Helper()
		ok(t, err)
		text, err := json.Marshal(v)
		ok(t, err)
		all[name] = text
	}
	ctx, days := t.Context(), connector.DayQuery{From: "2026-11-25", To: "2026-11-28"}
	status, err := r.Status(ctx)
	keep("status", status, err)
	list, err := r.Days(ctx, days)
	keep("days", list, err)
	items, err := r.Items(ctx, connector.ItemQuery{All: true})
	keep("items", items, err)
	history, err := r.History(ctx, connector.HistoryQuery{Limit: 1000})
	keep("history", history, err)
	story, err := r.Story(ctx, "7001")
	keep("story", story, err)
	people, err := r.People(ctx)
	keep("people", people, err)
	set, err := r.Local.Settings(ctx)
	keep("settings", set, err)
	setup, err := r.Setup(ctx)
	keep("setup", setup, err)
	check, err := r.Check(ctx)
	keep("check", check, err)
	for _, format := range []connector.Format{connector.CSV, connector.Excel} {
		file, err := r.ExportDays(ctx, days, format, "ja")
		ok(t, err)
		all["days."+string(format)] = file.Content
		file, err = r.ExportItems(ctx, connector.ItemQuery{All: true}, format, "en")
		ok(t, err)
		all["items."+string(format)] = file.Content
		file, err = r.ExportPeople(ctx, format, "ja")
		ok(t, err)
		all["people."+string(format)] = file.Content
	}
	bundle, err := r.Diagnostics(ctx)
	ok(t, err)
	all["diagnostics"] = bundle
	for name, content := range all {
		if bytes.HasPrefix(content, []byte("PK")) {
			for part, text := range unzipped(t, content) {
				all[name+"/"+part] = []byte(text)
			}
		}
	}
	return all
}

func everyFile(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	ok(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		all[path], err = os.ReadFile(path)
		return err
	}))
	return all
}

// scan looks for each secret, also as it stands in addresses, in JSON and in base64, in every place.
func scan(t *testing.T, secrets map[string]string, places map[string][]byte) {
	t.Helper()
	for secret, what := range secrets {
		for _, form := range forms(secret) {
			for where, content := range places {
				if bytes.Contains(content, form) {
					t.Errorf("%s is in %s", what, where)
				}
			}
		}
	}
}

func forms(secret string) [][]byte {
	quoted, _ := json.Marshal(secret) // a string always can be
	all := [][]byte{[]byte(secret), []byte(url.QueryEscape(secret)), quoted[1 : len(quoted)-1]}
	for skip := range 3 { // base64 of a longer text shows the secret in one of three ways
		inner := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", skip) + secret))
		all = append(all, []byte(strings.TrimRight(inner[4:len(inner)-4], "=")))
	}
	return all
}

// TestTheScanFindsWhatIsThere: a scan that finds nothing proves nothing.
func TestTheScanFindsWhatIsThere(t *testing.T) {
	const secret = "5Aep861/canary+with=every&thing~"
	for name, content := range map[string]string{
		"plain": "x" + secret + "y", "in an address": "https://h/?t=" + url.QueryEscape(secret), "in base64": base64.StdEncoding.EncodeToString([]byte("Basic c:" + secret + "/z")),
	} {
		found := false
		for _, form := range forms(secret) {
			found = found || strings.Contains(content, string(form))
		}
		if !found {
			t.Errorf("%s: not found in %s", name, content)
		}
	}
}
