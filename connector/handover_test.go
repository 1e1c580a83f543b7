package connector_test

import (
	"context"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/connector/vault"
)

// linkedAndBusy is linked, with a person who works from the 25th to the 27th, and has run until the evening of the first day.
func linkedAndBusy(t *testing.T, o rig.Options) (*rig.Rig, rig.Person) {
	t.Helper()
	o.Settings = func(s *settings.Settings) { s.Engine.PollInterval = 20 * time.Minute }
	r := linked(t, o)
	p := r.Hire("7001")
	r.Enter(p, times("25 09:00", "25 18:00", "26 09:00", "26 18:00", "27 09:00", "27 18:00")...)
	r.RunUntil(at("25 20:00"))
	wantRows(t, r, p, "11-25 in 09:00:00")
	return r, p
}

var threeDays = []string{
	"11-25 in 09:00:00", "11-25 out 18:00:00", "11-26 in 09:00:00", "11-26 out 18:00:00", "11-27 in 09:00:00", "11-27 out 18:00:00",
}

// TestUselessSignIns: a sign-in that is refused, given up or of the wrong organisation leaves the former one at work.
func TestUselessSignIns(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		try  func(*testing.T, *rig.Rig)
	}{
		{"Akerun refused", func(t *testing.T, r *rig.Rig) {
			r.Switch(connector.Akerun, "remember_consent", false)
			wantCode(t, r.RefuseSignIn(connector.Akerun, "super_manager"), connector.CodeRefused)
		}},
		{"Salesforce refused", func(t *testing.T, r *rig.Rig) {
			wantCode(t, r.RefuseSignIn(connector.Salesforce, "employee"), connector.CodeRefused)
		}},
		{"Akerun given up", func(t *testing.T, r *rig.Rig) {
			s, err := r.BeginSignIn(t.Context(), connector.SignInRequest{Side: connector.Akerun, Mail: "x@example.com"})
			ok(t, err)
			ok(t, r.CancelSignIn(t.Context(), s.ID))
			_, err = r.FinishSignIn(t.Context(), s.ID, "https://example.com/?code=x")
			wantCode(t, err, connector.CodeNotFound)
		}},
		{"Salesforce given up", func(t *testing.T, r *rig.Rig) {
			s, err := r.BeginSignIn(t.Context(), connector.SignInRequest{Side: connector.Salesforce})
			ok(t, err)
			ended := make(chan error)
			go func() {
				_, err := r.FinishSignIn(context.WithoutCancel(t.Context()), s.ID, "")
				ended <- err
			}()
			ok(t, r.CancelSignIn(t.Context(), s.ID))
			if err := <-ended; err == nil {
				t.Error("a cancelled sign-in succeeded")
			}
			wantCode(t, r.CancelSignIn(t.Context(), s.ID), connector.CodeNotFound)
		}},
		{"Akerun pasted wrong", func(t *testing.T, r *rig.Rig) {
			s, err := r.BeginSignIn(t.Context(), connector.SignInRequest{Side: connector.Akerun})
			ok(t, err)
			for _, pasted := range []string{"", "hello", "https://evil.example/?code=abc&state=" + s.ID, "javascript:alert(1)"} {
				_, err = r.FinishSignIn(t.Context(), s.ID, pasted)
				wantCode(t, err, connector.CodeBadInput)
			}
			ok(t, r.CancelSignIn(t.Context(), s.ID)) // it was still waiting for the right address
		}},
		{"Akerun plain member", func(t *testing.T, r *rig.Rig) {
			_, err := r.SignIn(connector.Akerun, "member")
			wantCode(t, err, connector.CodeNoRights)
		}},
		{"Akerun manager", func(t *testing.T, r *rig.Rig) {
			_, err := r.SignIn(connector.Akerun, "manager")
			wantCode(t, err, connector.CodeNotSuper)
		}},
		{"Akerun of another 事業所", func(t *testing.T, r *rig.Rig) {
			rank(r, "manager", "")
			rankIn(r, "manager", r.Offices()[1], company.SuperManager)
			_, err := r.SignIn(connector.Akerun, "manager")
			wantCode(t, err, connector.CodeWrongTenant)
		}},
		{"Akerun mail of nobody", func(t *testing.T, r *rig.Rig) {
			s, err := r.BeginSignIn(t.Context(), connector.SignInRequest{Side: "other"})
			wantCode(t, err, connector.CodeBadInput)
			if s.Address != "" {
				t.Errorf("an address %q", s.Address)
			}
		}},
		{"Salesforce employee rights", func(t *testing.T, r *rig.Rig) {
			_, err := r.SignIn(connector.Salesforce, "employee")
			wantCode(t, err, connector.CodeEmployeeRights)
		}},
		{"Salesforce of another organisation", func(t *testing.T, r *rig.Rig) {
			r.Switch(connector.Salesforce, "organization_id", "00D5g00000ZZZZZ")
			_, err := r.SignIn(connector.Salesforce, "admin")
			wantCode(t, err, connector.CodeWrongTenant)
			r.Switch(connector.Salesforce, "organization_id", "")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, p := linkedAndBusy(t, rig.Options{})
			before := status(t, r)
			tt.try(t, r)
			after := status(t, r)
			if before.Akerun != after.Akerun || before.Salesforce != after.Salesforce || after.Phase != connector.Running {
				t.Errorf("before %+v %+v, after %s %+v %+v", before.Akerun, before.Salesforce, after.Phase, after.Akerun, after.Salesforce)
			}
			r.RunUntil(at("26 09:30"))
			wantRows(t, r, p, threeDays[:3]...)
			wantPhase(t, r, connector.Running)
			wantOpen(t, r)
		})
	}
}

// TestHandOver: each side passes to another person without a new start.
func TestHandOver(t *testing.T) {
	t.Parallel()
	r, p := linkedAndBusy(t, rig.Options{})
	before := status(t, r)
	former := map[connector.Side]string{connector.Akerun: secret(t, r, vault.AkerunRefreshToken), connector.Salesforce: secret(t, r, vault.SalesforceRefreshToken)}
	rank(r, "manager", company.SuperManager)
	account, err := r.SignIn(connector.Akerun, "manager")
	ok(t, err)
	if !account.Super || account.UserID == before.Akerun.UserID || account.OrganizationID != before.Akerun.OrganizationID {
		t.Errorf("handed to %+v", account)
	}
	if _, err = r.SignIn(connector.Salesforce, "admin"); err != nil {
		t.Fatal(err)
	}
	for side, token := range former { // who has handed over leaves no key behind
		if refreshes(t, r, side, token) {
			t.Errorf("the former sign-in to %s still works", side)
		}
	}
	rank(r, "super_manager", "") // the first one leaves
	r.RunUntil(at("28 08:00"))
	wantRows(t, r, p, threeDays...)
	after := status(t, r)
	if !after.Start.Equal(before.Start) || after.Phase != connector.Running || after.Akerun.UserID != account.UserID {
		t.Errorf("after the hand-over: start %s, phase %s, Akerun %+v", after.Start, after.Phase, after.Akerun)
	}
	wantOpen(t, r)
	r.MustHold(nil)
}

// TestSignInLost: revoked tokens lead to 要再連携 without a loop of sign-ins, the backlog is kept and drains after signing in again.
func TestSignInLost(t *testing.T) {
	t.Parallel()
	for _, side := range []connector.Side{connector.Akerun, connector.Salesforce} {
		t.Run(string(side), func(t *testing.T) {
			t.Parallel()
			r, p := linkedAndBusy(t, rig.Options{})
			role := "super_manager"
			if side == connector.Akerun {
				r.World.AkerunServer().RevokeTokens()
			} else {
				role = "admin"
				r.World.SalesforceServer().RevokeTokens("renkei@sakura-shoji.example")
			}
			r.RunUntil(at("25 20:45"))
			wantPhase(t, r, connector.NeedsLink)
			wantOpen(t, r, "LOGIN_NEEDED")
			tokenCalls := countCalls(r, "/services/oauth2/token")
			r.RunUntil(at("27 12:00"))
			if more := countCalls(r, "/services/oauth2/token") - tokenCalls; more > 0 {
				t.Errorf("%d more tries to refresh a sign-in that is gone", more)
			}
			wantRows(t, r, p, "11-25 in 09:00:00")
			st := status(t, r)
			if len(st.Relink) != 1 || st.Relink[0].Side != side || st.Relink[0].Cause != "LOGIN_NEEDED" {
				t.Errorf("要再連携 says %+v", st.Relink)
			}
			if side == connector.Salesforce && st.Queue.Planned != 4 {
				t.Errorf("the queue is %+v, want 4 planned", st.Queue)
			}
			r.Restart() // the state outlives the process
			wantPhase(t, r, connector.NeedsLink)
			_, err := r.SignIn(side, role)
			ok(t, err)
			wantPhase(t, r, connector.Running)
			r.RunUntil(at("28 08:00"))
			wantRows(t, r, p, threeDays...)
			wantOpen(t, r)
			r.MustHold(nil)
		})
	}
}

func countCalls(r *rig.Rig, path string) int {
	n := 0
	for _, q := range r.World.SalesforceServer().RequestLog() {
		if q.Path == path {
			n++
		}
	}
	return n
}

// TestTokensRenewed: access tokens that end in the middle are renewed, refresh tokens that change are kept, and nothing is lost or doubled.
func TestTokensRenewed(t *testing.T) {
	t.Parallel()
	r, p := linkedAndBusy(t, rig.Options{})
	first, err := r.Vault.Get(t.Context(), vault.SalesforceRefreshToken)
	ok(t, err)
	firstAkerun, err := r.Vault.Get(t.Context(), vault.AkerunRefreshToken)
	ok(t, err)
	for _, until := range []string{"25 23:00", "26 05:00", "26 09:00", "26 12:00", "27 05:00"} {
		r.World.AkerunServer().ExpireTokens()
		r.Switch(connector.Salesforce, "fail_next", []map[string]any{{"path": "/composite/sobjects", "status": 401}})
		r.RunUntil(at(until))
	}
	r.RunUntil(at("28 08:00"))
	wantRows(t, r, p, threeDays...)
	wantOpen(t, r)
	second, err := r.Vault.Get(t.Context(), vault.SalesforceRefreshToken)
	ok(t, err)
	secondAkerun, err := r.Vault.Get(t.Context(), vault.AkerunRefreshToken)
	ok(t, err)
	if first == second || firstAkerun == secondAkerun {
		t.Error("a refresh token that was used is still in the keychain")
	}
	r.Restart()
	r.RunUntil(at("28 09:00"))
	wantPhase(t, r, connector.Running)
	r.MustHold(nil)
}

func secret(t *testing.T, r *rig.Rig, name string) string {
	t.Helper()
	text, err := r.Vault.Get(t.Context(), name)
	ok(t, err)
	return text
}

// refreshes tells whether a refresh token is still good at its server.
func refreshes(t *testing.T, r *rig.Rig, side connector.Side, token string) bool {
	t.Helper()
	d := r.World.Description(simulator.PipeAkerunURL, simulator.PipeSalesforceURL)
	address, form := d.Akerun.BaseURL+"/oauth/token", url.Values{"client_id": {d.Akerun.ClientID}, "client_secret": {d.Akerun.ClientSecret}}
	if side == connector.Salesforce {
		address, form = d.Salesforce.BaseURL+"/services/oauth2/token", url.Values{"client_id": {d.Salesforce.ClientID}}
	}
	form.Set("grant_type", "refresh_token")
	form.Set("refresh_token", token)
	pipe := r.World.Pipe()
	defer func() { ok(t, pipe.Close()) }()
	answer, err := (&http.Client{Transport: pipe}).PostForm(address, form)
	ok(t, err)
	ok(t, answer.Body.Close())
	return answer.StatusCode == http.StatusOK
}

// refusing is a keychain that takes no new token of a side while told so.
type refusing struct {
	vault.Vault
	name string
	now  *atomic.Bool
}

func (v refusing) Set(ctx context.Context, name, secret string) error {
	if v.now.Load() && name == v.name {
		return vault.ErrUnavailable
	}
	return v.Vault.Set(ctx, name, secret)
}

// TestHandOverTheKeychainRefuses: a new sign-in that can't be kept must not cost the former one.
func TestHandOverTheKeychainRefuses(t *testing.T) {
	t.Parallel()
	for side, name := range map[connector.Side]string{connector.Akerun: vault.AkerunRefreshToken, connector.Salesforce: vault.SalesforceRefreshToken} {
		t.Run(string(side), func(t *testing.T) {
			t.Parallel()
			r, p := linkedAndBusy(t, rig.Options{})
			refuse := new(atomic.Bool)
			r.Vault = refusing{r.Vault, name, refuse}
			r.Restart()
			refuse.Store(true)
			role := "admin"
			if side == connector.Akerun {
				role = "super_manager"
			}
			_, err := r.SignIn(side, role)
			wantCode(t, err, connector.CodeKeychain)
			refuse.Store(false)
			r.Restart() // what is in the keychain has to do
			r.RunUntil(at("28 06:00"))
			wantRows(t, r, p, threeDays...)
			r.MustHold(nil)
		})
	}
}
