package connector_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/salesforceserver"
)

// peopled makes a quiet office with both sides signed in to and people read; the integration has not begun.
func peopled(t *testing.T, o rig.Options, hire ...string) (*rig.Rig, []rig.Person) {
	t.Helper()
	r := rig.Quiet(t, o)
	var people []rig.Person
	for _, code := range hire {
		people = append(people, r.Hire(code))
	}
	_, err := r.SignIn(connector.Akerun, "super_manager")
	ok(t, err)
	ok(t, r.ChooseOrganization(t.Context(), r.Offices()[0]))
	_, err = r.SignIn(connector.Salesforce, "admin")
	ok(t, err)
	ok(t, r.ReadPeople(t.Context()))
	return r, people
}

// codeAt is the code that Akerun has for a user.
func codeAt(t *testing.T, r *rig.Rig, user string) string {
	t.Helper()
	for _, u := range r.World.AkerunServer().Users() {
		if u.ID == user {
			return u.Codes[len(u.Codes)-1].Code
		}
	}
	t.Fatalf("no user %s", user)
	return ""
}

// staff makes employees without an Akerun user of their own.
func staff(t *testing.T, r *rig.Rig, codes ...string) {
	t.Helper()
	for _, code := range codes {
		_, err := r.World.SalesforceServer().SetEmployee(salesforceserver.Employee{Code: code, Name: "社員 " + code, Mail: "s" + code + "@sakura-shoji.example", Entry: "2020-04-01"})
		ok(t, err)
	}
	ok(t, r.ReadPeople(t.Context()))
}

func plan(t *testing.T, r *rig.Rig, changes ...connector.CodeChange) int64 {
	t.Helper()
	p, err := r.PlanCodeChanges(t.Context(), connector.ByFile, changes, false)
	ok(t, err)
	return p.List
}

// wantChanges compares a list's changes, each as "code state why".
func wantChanges(t *testing.T, r *rig.Rig, list int64, want ...string) {
	t.Helper()
	changes, err := r.CodeChangesOf(t.Context(), list)
	ok(t, err)
	got := make([]string, len(changes))
	for i, c := range changes {
		got[i] = strings.TrimSpace(c.Code + " " + c.State + " " + c.Why)
	}
	if !slices.Equal(got, want) {
		t.Errorf("changes of list %d:\n got %q\nwant %q", list, got, want)
	}
}

// puts counts the writings to Akerun.
func puts(r *rig.Rig) (n int) {
	for _, q := range r.World.AkerunServer().Requests() {
		if q.Method == http.MethodPut {
			n++
		}
	}
	return n
}

func TestCodesAreWrittenBeforeTheBeginAndUndone(t *testing.T) {
	t.Parallel()
	r, p := peopled(t, rig.Options{}, "7001", "7002", "7003")
	staff(t, r, "8001", "8002")
	list := plan(t, r, connector.CodeChange{UserID: p[0].User, Code: " 8001 "}, connector.CodeChange{UserID: p[1].User, Code: "8002"}, connector.CodeChange{UserID: p[2].User, Code: "7003"})
	if s := status(t, r); s.CodesWaiting != 2 {
		t.Errorf("%d codes waiting, want 2", s.CodesWaiting)
	}
	r.RunUntil(at("24 20:05"))
	wantChanges(t, r, list, "8001 done", "8002 done")
	if got := codeAt(t, r, p[0].User); got != "8001" {
		t.Errorf("Akerun has %q", got)
	}
	people, err := r.People(t.Context())
	ok(t, err)
	for _, q := range people {
		if q.UserID == p[0].User && (!q.Sound || q.EmployeeCode != "8001") {
			t.Errorf("not linked by the new code: %+v", q)
		}
	}
	h, err := r.History(t.Context(), connector.HistoryQuery{Kind: "user_code"})
	ok(t, err)
	if len(h) != 2 || h[1].Detail["code"] != "8001" || h[1].Detail["former"] != "7001" {
		t.Errorf("history %+v", h)
	}
	// Somebody changes the second one in Akerun; only the first is ours to take back.
	ok(t, r.World.AkerunServer().ChangeCode(p[1].User, "9999"))
	back, err := r.UndoCodeChanges(t.Context(), list)
	ok(t, err)
	ok(t, r.WriteCodeChanges(t.Context()))
	wantChanges(t, r, back.List, "7001 done", "7002 failed changed_meanwhile")
	if got := codeAt(t, r, p[1].User); got != "9999" {
		t.Errorf("the code somebody typed was overwritten with %q", got)
	}
	_, err = r.UndoCodeChanges(t.Context(), list)
	wantCode(t, err, connector.CodeWrongState)
	lists, err := r.CodeChanges(t.Context())
	ok(t, err)
	if len(lists) != 2 || lists[0].Undoes != list || lists[0].Done != 1 || lists[0].Failed != 1 || lists[0].Undoable != 1 || lists[1].Undoable != 0 {
		t.Errorf("lists %+v", lists)
	}
	if v, err := r.Verify(t.Context()); err != nil || !v.OK {
		t.Error(v, err)
	}
}

func TestUndoGivesBackAnEmptyCode(t *testing.T) {
	t.Parallel()
	r, _ := peopled(t, rig.Options{})
	user := r.World.AkerunServer().AddUser("新人", "new@sakura-shoji.example", "")
	ok(t, r.ReadPeople(t.Context()))
	ok(t, r.SetUserCode(t.Context(), user, "8001"))
	if got := codeAt(t, r, user); got != "8001" {
		t.Fatalf("Akerun has %q", got)
	}
	lists, err := r.CodeChanges(t.Context())
	ok(t, err)
	_, err = r.UndoCodeChanges(t.Context(), lists[0].ID)
	ok(t, err)
	ok(t, r.WriteCodeChanges(t.Context()))
	if got := codeAt(t, r, user); got != "" {
		t.Errorf("Akerun has %q, want none again", got)
	}
}

// TestCodesLeaveCallsToReading: a long list takes its time, Akerun never gets more than its 30 calls a minute, and accesses are read each
// minute all the while.
func TestCodesLeaveCallsToReading(t *testing.T) {
	t.Parallel()
	r := rig.Quiet(t, rig.Options{Settings: func(s *settings.Settings) { s.Engine.PollInterval = time.Minute }})
	var changes []connector.CodeChange
	for i := range 150 {
		changes = append(changes, connector.CodeChange{UserID: r.World.AkerunServer().AddUser(fmt.Sprint("人", i), "", ""), Code: fmt.Sprint(60000 + i)})
	}
	r.Link(at("25 05:00"))
	began := r.World.Clock().Now()
	list := plan(t, r, changes...)
	r.RunUntil(at("24 20:25"))
	var calls, polls []time.Time
	for _, q := range r.World.AkerunServer().Requests() {
		if q.At.Before(began) || !strings.HasPrefix(q.Path, "/v3/") {
			continue
		}
		calls = append(calls, q.At)
		if strings.HasSuffix(q.Path, "/accesses") {
			polls = append(polls, q.At)
		}
	}
	for i := 30; i < len(calls); i++ {
		if calls[i].Sub(calls[i-30]) < time.Minute {
			t.Fatalf("31 calls within %v at %v", calls[i].Sub(calls[i-30]), calls[i])
		}
	}
	if len(polls) < 20 {
		t.Errorf("accesses were read %d times in 25 minutes", len(polls))
	}
	for i := 1; i < len(polls); i++ {
		if gap := polls[i].Sub(polls[i-1]); gap > 70*time.Second {
			t.Errorf("accesses were not read for %v before %v", gap, polls[i])
		}
	}
	lists, err := r.CodeChanges(t.Context())
	ok(t, err)
	if l := lists[0]; l.ID != list || l.Done != 150 || l.Open() {
		t.Errorf("%+v after 25 minutes", l)
	}
}

func TestCodesSurviveACrash(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"code.before_send", "code.after_send"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			crash := 0
			r, p := peopled(t, rig.Options{Hook: func(_ context.Context, at string) error {
				if at == point {
					if crash++; crash == 2 {
						return errors.New("crash")
					}
				}
				return nil
			}}, "7001", "7002", "7003")
			list := plan(t, r, connector.CodeChange{UserID: p[0].User, Code: "8001"}, connector.CodeChange{UserID: p[1].User, Code: "8002"}, connector.CodeChange{UserID: p[2].User, Code: "8003"})
			if !r.RunToCrash(at("24 20:30")) {
				t.Fatal("no crash")
			}
			wantChanges(t, r, list, "8001 done", "8002 unknown", "8003 waiting")
			r.Restart()
			if r.RunToCrash(at("24 20:40")) {
				t.Fatal("crashed again")
			}
			how := map[string]string{"code.before_send": "8002 done", "code.after_send": "8002 done read back"}[point]
			wantChanges(t, r, list, "8001 done", how, "8003 done")
			if n := puts(r); n != 3 {
				t.Errorf("%d writings to Akerun, want 3", n)
			}
		})
	}
}

func TestCodesAndFaults(t *testing.T) {
	t.Parallel()
	put := func(f akerunserver.Fault) akerunserver.Fault {
		f.Method, f.Path = http.MethodPut, "/users/"
		return f
	}
	for name, c := range map[string]struct {
		fault akerunserver.Fault
		want  []string
		puts  int
	}{
		"answer lost":     {put(akerunserver.Fault{Kind: akerunserver.FaultLost, Times: 1}), []string{"8001 done read back", "8002 done"}, 2},
		"answer cut":      {put(akerunserver.Fault{Kind: akerunserver.FaultTruncated, Times: 1}), []string{"8001 done read back", "8002 done"}, 2},
		"never arrived":   {put(akerunserver.Fault{Kind: akerunserver.FaultRefused, Times: 1}), []string{"8001 done", "8002 done"}, 3},
		"server error":    {put(akerunserver.Fault{Kind: akerunserver.FaultStatus, Status: 503, Times: 1}), []string{"8001 done", "8002 done"}, 3},
		"server errors":   {put(akerunserver.Fault{Kind: akerunserver.FaultStatus, Status: 500, Times: 5}), []string{"8001 done", "8002 done"}, 7},
		"a sorry page":    {put(akerunserver.Fault{Kind: akerunserver.FaultHTML, Status: 200, Times: 1}), []string{"8001 done", "8002 done"}, 3},
		"called too much": {put(akerunserver.Fault{Kind: akerunserver.FaultStatus, Status: 429, RetryAfter: "30", Times: 1}), []string{"8001 done", "8002 done"}, 3},
		"refused":         {put(akerunserver.Fault{Kind: akerunserver.FaultStatus, Status: 400, Code: "invalid_parameter", Times: 1}), []string{"8001 failed bad_request invalid_parameter", "8002 done"}, 2},
		"not allowed":     {put(akerunserver.Fault{Kind: akerunserver.FaultStatus, Status: 403, Code: "not_allowed", Times: 1}), []string{"8001 failed no_rights not_allowed", "8002 done"}, 2},
		"broken for good": {put(akerunserver.Fault{Kind: akerunserver.FaultStatus, Status: 500}), []string{"8001 failed server", "8002 failed server"}, 10},
		"no reading": {akerunserver.Fault{Kind: akerunserver.FaultStatus, Status: 500, Method: http.MethodGet, Path: "/users/"},
			[]string{"8001 failed server internal_error", "8002 failed server internal_error"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, p := peopled(t, rig.Options{}, "7001", "7002")
			list := plan(t, r, connector.CodeChange{UserID: p[0].User, Code: "8001"}, connector.CodeChange{UserID: p[1].User, Code: "8002"})
			r.World.AkerunServer().Inject(c.fault)
			r.RunUntil(at("24 21:30"))
			wantChanges(t, r, list, c.want...)
			if n := puts(r); n != c.puts {
				t.Errorf("%d writings to Akerun, want %d", n, c.puts)
			}
		})
	}
}

func TestCodeChangedByAnotherHandIsLeftAlone(t *testing.T) {
	t.Parallel()
	r, p := peopled(t, rig.Options{}, "7001", "7002", "7003")
	list := plan(t, r, connector.CodeChange{UserID: p[0].User, Code: "8001"}, connector.CodeChange{UserID: p[1].User, Code: "8002"}, connector.CodeChange{UserID: p[2].User, Code: "8003"})
	ok(t, r.World.AkerunServer().ChangeCode(p[0].User, "5555"))
	ok(t, r.World.AkerunServer().ChangeCode(p[1].User, "8002"))
	ok(t, r.World.AkerunServer().RemoveUser(p[2].User))
	ok(t, r.WriteCodeChanges(t.Context()))
	wantChanges(t, r, list, "8001 failed changed_meanwhile", "8002 done there already", "8003 failed not_found")
	if n := puts(r); n != 0 {
		t.Errorf("%d writings to Akerun, want none", n)
	}
}

// TestCodesAreHandedOn: Akerun may refuse a code that another user still has, so whoever gives one away goes first.
func TestCodesAreHandedOn(t *testing.T) {
	t.Parallel()
	r, p := peopled(t, rig.Options{}, "7001", "7002", "7003")
	r.Switch(connector.Akerun, "unique_codes", true)
	plan(t, r, connector.CodeChange{UserID: p[0].User, Code: "7002"}, connector.CodeChange{UserID: p[1].User, Code: "7003"}, connector.CodeChange{UserID: p[2].User, Code: "8003"})
	ok(t, r.WriteCodeChanges(t.Context()))
	for i, want := range []string{"7002", "7003", "8003"} {
		if got := codeAt(t, r, p[i].User); got != want {
			t.Errorf("user %d has %q, want %q", i, got, want)
		}
	}
}

func TestCodesThatCantBePlanned(t *testing.T) {
	t.Parallel()
	r, p := peopled(t, rig.Options{}, "7001", "7002")
	bad := []connector.CodeChange{{UserID: p[0].User, Code: "8001"}, {UserID: "U-nobody", Code: "1"}, {UserID: p[1].User, Code: " "}}
	_, err := r.PlanCodeChanges(t.Context(), connector.ByFile, bad, false)
	wantCode(t, err, connector.CodeBadInput)
	if s := status(t, r); s.CodesWaiting != 0 {
		t.Errorf("%d wait although the list was refused", s.CodesWaiting)
	}
	got, err := r.PlanCodeChanges(t.Context(), connector.ByFile, bad, true)
	ok(t, err)
	if got.Planned != 1 || len(got.Refused) != 2 || got.Refused[0].Why != "unknown_user" || got.Refused[1].Why != "empty_code" {
		t.Errorf("%+v", got)
	}
	_, err = r.PlanCodeChanges(t.Context(), "undo", nil, false)
	wantCode(t, err, connector.CodeBadInput)
	ok(t, r.CancelCodeChanges(t.Context(), got.List))
	ok(t, r.WriteCodeChanges(t.Context()))
	wantChanges(t, r, got.List, "8001 cancelled")
	wantCode(t, r.CancelCodeChanges(t.Context(), 99), connector.CodeNotFound)
	_, err = r.UndoCodeChanges(t.Context(), 99)
	wantCode(t, err, connector.CodeNotFound)
	// A later change takes the place of one that waits, and going back to what is there takes the change back.
	first := plan(t, r, connector.CodeChange{UserID: p[0].User, Code: "8001"})
	second := plan(t, r, connector.CodeChange{UserID: p[0].User, Code: "8002"})
	wantChanges(t, r, first, "8001 cancelled replaced")
	if id := plan(t, r, connector.CodeChange{UserID: p[0].User, Code: "7001"}); id != 0 {
		t.Errorf("list %d for a code that is there already", id)
	}
	wantChanges(t, r, second, "8002 cancelled replaced")
}

func TestCodesWaitForTheSignIn(t *testing.T) {
	t.Parallel()
	fresh := rig.Quiet(t, rig.Options{})
	_, err := fresh.PlanCodeChanges(t.Context(), connector.ByHand, nil, false)
	wantCode(t, err, connector.CodeNotSignedIn)
	wantCode(t, fresh.WriteCodeChanges(t.Context()), connector.CodeNotSignedIn)

	r, p := peopled(t, rig.Options{}, "7001")
	list := plan(t, r, connector.CodeChange{UserID: p[0].User, Code: "8001"})
	r.World.AkerunServer().RevokeTokens()
	wantCode(t, r.WriteCodeChanges(t.Context()), connector.CodeLoginNeeded)
	wantChanges(t, r, list, "8001 waiting login_needed")
	_, err = r.SignIn(connector.Akerun, "super_manager")
	ok(t, err)
	r.RunUntil(at("24 20:30"))
	wantChanges(t, r, list, "8001 done")
}

func TestProposalsAreTakenUp(t *testing.T) {
	t.Parallel()
	r, _ := peopled(t, rig.Options{})
	a := r.World.AkerunServer().AddUser("甲", "s8001@sakura-shoji.example", "")
	b := r.World.AkerunServer().AddUser("乙", "", "８００２")
	staff(t, r, "8001", "8002")
	_, err := r.ApplyProposals(t.Context(), []string{"U-nobody"})
	wantCode(t, err, connector.CodeNotFound)
	one, err := r.ApplyProposals(t.Context(), []string{a})
	ok(t, err)
	if one.Planned != 1 {
		t.Errorf("%+v", one)
	}
	_, err = r.ApplyProposals(t.Context(), nil)
	ok(t, err)
	ok(t, r.WriteCodeChanges(t.Context()))
	if codeAt(t, r, a) != "8001" || codeAt(t, r, b) != "8002" {
		t.Errorf("codes %q and %q", codeAt(t, r, a), codeAt(t, r, b))
	}
	people, err := r.People(t.Context())
	ok(t, err)
	for _, p := range people {
		if (p.UserID == a || p.UserID == b) && !p.Sound {
			t.Errorf("not linked: %+v", p)
		}
	}
}

// TestBoard_N10_PeopleFile: every bad line is named, and the good ones can be taken alone.
func TestBoard_N10_PeopleFile(t *testing.T) {
	t.Parallel()
	r, p := peopled(t, rig.Options{}, "7001", "7002", "7003", "7004", "7005")
	staff(t, r, "0028", "8001", "8003")
	file := strings.Join([]string{
		"AkerunユーザーID,ユーザーコード",
		p[0].User + ",8001",  // 2: good
		p[1].User + ",28",    // 3: 0028 was meant
		"U-nobody,1",         // 4
		p[2].User + ",8003",  // 5: twice
		p[2].User + ",8004",  // 6
		p[3].User + ",",      // 7: empty
		p[4].User + ",7002",  // 8: taken
		p[1].User + "x\"y,9", // 9: a stray quotation mark
		",5",                 // 10: nobody named
	}, "\r\n")
	c, err := r.CheckPeopleFile(t.Context(), "people.csv", []byte(file))
	ok(t, err)
	var got []string
	for _, b := range c.Bad {
		got = append(got, fmt.Sprintf("%d %s %d %s", b.Line, b.Why, b.Other, cmp.Or(b.Like, b.Holder)))
	}
	want := []string{"3 lost_zeros 0 0028", "4 unknown_user 0 ", "5 same_user 6 ", "6 same_user 5 ", "7 empty_code 0 ", "8 code_taken 0 " + p[1].User, "9 bad_quote 0 ", "10 no_user 0 "}
	if !slices.Equal(got, want) {
		t.Errorf("bad lines\n got %q\nwant %q", got, want)
	}
	if len(c.Changes) != 1 || c.Changes[0].Line != 2 || c.Changes[0].Former != "7001" || len(c.Doubtful) != 0 {
		t.Errorf("%+v", c)
	}
	_, err = r.PlanCodeChanges(t.Context(), connector.ByFile, c.CodeChanges(), false)
	ok(t, err)
	_, err = r.CheckPeopleFile(t.Context(), "x.csv", []byte("x"))
	wantCode(t, err, connector.CodeBadInput)
}

// TestExportedPeopleReadBack: an export that nobody has touched changes nothing and has no bad line.
func TestExportedPeopleReadBack(t *testing.T) {
	t.Parallel()
	r, _ := peopled(t, rig.Options{People: 60})
	for _, format := range []connector.Format{connector.CSV, connector.Excel} {
		for _, language := range []string{"ja", "en"} {
			f, err := r.ExportPeople(t.Context(), format, language)
			ok(t, err)
			people, err := r.People(t.Context())
			ok(t, err)
			if f.Rows != len(people) || f.Rows < 60 || !strings.HasSuffix(f.Name, "_2026-11-24."+string(format)) {
				t.Errorf("%s %s: %d rows in %s for %d people", format, language, f.Rows, f.Name, len(people))
			}
			c, err := r.CheckPeopleFile(t.Context(), f.Name, f.Content)
			ok(t, err)
			if len(c.Changes)+len(c.Bad)+len(c.Doubtful) > 0 || c.Unchanged+c.Skipped != len(people) {
				t.Errorf("%s %s: %+v", format, language, c)
			}
		}
	}
	_, err := r.ExportPeople(t.Context(), "pdf", "ja")
	wantCode(t, err, connector.CodeBadInput)
}

// TestCancelledWhileNobodyKnows: what was sent without an answer and turns out not to be written is not written after all.
func TestCancelledWhileNobodyKnows(t *testing.T) {
	t.Parallel()
	r, p := peopled(t, rig.Options{}, "7001")
	r.World.AkerunServer().Inject(akerunserver.Fault{Method: http.MethodPut, Path: "/users/", Kind: akerunserver.FaultStatus, Status: 503, Times: 1})
	list := plan(t, r, connector.CodeChange{UserID: p[0].User, Code: "8001"})
	r.RunUntil(at("24 20:00:02"))
	wantChanges(t, r, list, "8001 unknown server")
	ok(t, r.CancelCodeChanges(t.Context(), list))
	r.RunUntil(at("24 20:10"))
	wantChanges(t, r, list, "8001 cancelled")
	if got := codeAt(t, r, p[0].User); got != "7001" || puts(r) != 1 {
		t.Errorf("Akerun has %q after %d writings", got, puts(r))
	}
}
