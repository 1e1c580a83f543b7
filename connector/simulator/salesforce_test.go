package simulator

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"dakokubridge/connector/simulator/browser"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/connector/simulator/salesforceserver"
)

// salesforceToken signs the administrator in by the pages, with PKCE.
func salesforceToken(t *testing.T, d Description, client *http.Client) string {
	t.Helper()
	b, err := browser.New(client.Transport)
	if err != nil {
		t.Fatal(err)
	}
	b.Stop = func(_, to *url.URL) bool { return to.Hostname() == "localhost" }
	verifier := "0123456789012345678901234567890123456789-ABCDEF"
	sum := sha256.Sum256([]byte(verifier))
	redirect := d.Salesforce.RedirectURIs[0]
	back, err := b.SignIn(t.Context(), d.Salesforce.BaseURL+"/services/oauth2/authorize?"+url.Values{
		"response_type": {"code"}, "client_id": {d.Salesforce.ClientID}, "redirect_uri": {redirect}, "scope": {"api refresh_token"}, "state": {"abc"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}, "prompt": {"login"},
	}.Encode(), d.Salesforce.Users[0].Username, d.Salesforce.Users[0].Password, true)
	if err != nil {
		t.Fatal(err)
	}
	if back.Query().Get("state") != "abc" || back.Query().Get("code") == "" {
		t.Fatalf("the browser ended at %s", back)
	}
	answer, err := client.PostForm(d.Salesforce.BaseURL+"/services/oauth2/token", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {d.Salesforce.ClientID}, "redirect_uri": {redirect}, "code": {back.Query().Get("code")}, "code_verifier": {verifier},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return field(t, body, "access_token")
}

// TestAStampGoesThroughTheBatchOntoTheSheet walks the way of one stamp by hand, as any outside client could.
func TestAStampGoesThroughTheBatchOntoTheSheet(t *testing.T) {
	s := newSimulator(t, Options{Seed: 9})
	d, client := listening(t, s)
	token := salesforceToken(t, d, client)
	today := company.DayOf(DefaultFrom)
	if err := s.Clock().Set(today.At(9*3600 + 1)); err != nil {
		t.Fatal(err)
	}
	employee := s.company.Employees[0]
	created := call[[]struct {
		ID      string `json:"id"`
		Success bool   `json:"success"`
	}](t, client, "POST", d.Salesforce.BaseURL+"/services/data/v60.0/composite/sobjects", token, map[string]any{"allOrNone": false, "records": []any{map[string]any{
		"attributes": map[string]string{"type": "teamspirit__ExternalAttendance__c"}, "teamspirit__EmpId__c": employee.ID, "teamspirit__StampType__c": "1",
		"teamspirit__StampedDate__c": today.At(9 * 3600).Format("2006-01-02T15:04:05Z"), "teamspirit__UniqueKey__c": "db1/1",
	}}})
	if len(created) != 1 || !created[0].Success {
		t.Fatalf("created: %+v", created)
	}
	row := func() salesforceserver.StampRow { return s.Evidence(today.Begin()).Stamps[0] }
	if got := row(); got.Status != "未処理" || got.EmployeeID != employee.ID || got.CreatedBy != d.Salesforce.Users[0].Username || !got.Born.Equal(today.At(9*3600+1)) {
		t.Errorf("the new row: %+v", got)
	}
	if err := s.Clock().Advance(11 * time.Minute); err != nil {
		t.Fatal(err)
	}
	if got := row(); got.Status != "処理済み" {
		t.Errorf("after the batch: %+v", got)
	}
	sheet := s.Evidence(today.Begin()).Sheet
	if i := slices.IndexFunc(sheet, func(r salesforceserver.SheetRow) bool { return r.EmployeeID == employee.ID && r.Date == today.String() }); i < 0 || *sheet[i].Start != 9*60 || sheet[i].StartBy != "api" {
		t.Errorf("the sheet: %+v", sheet)
	}
}
