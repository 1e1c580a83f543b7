package history_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/ui/history"
	"dakokubridge/ui/shell/stage"
	"dakokubridge/ui/text"
)

func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-"+text, attendance.Japan)
	if err != nil {
		panic(err)
	}
	return t
}

func TestTheHistoryByKindNewestFirst(t *testing.T) {
	r := rig.Quiet(t, rig.Options{Seed: 1})
	p := r.Hire("77001")
	r.Link(at("25 05:00"))
	r.Enter(p, at("25 09:00"), at("25 18:00"))
	r.RunUntil(at("26 08:00"))
	status, err := r.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for language, want := range map[string]struct{ all, kind, entry, sound string }{
		"ja": {"読み取りを除くすべて", "打刻を送信", "勤務表に反映を確認", "改ざんや欠けは見つかりませんでした"},
		"en": {"All kinds but reading", "Stamp sent", "Seen on the time sheet", "No break was found"},
	} {
		t.Run(language, func(t *testing.T) {
			s := stage.New(t, r.Local, language)
			s.Show(history.New, "")
			s.Want(status.AuditHead, want.entry)
			reading := text.Of("history_kind_read")
			if strings.Contains(s.Text(), "\n"+reading+"\n") {
				t.Error("what was read drowns what was done:\n" + s.Text())
			}
			s.Choose(want.all, text.Of("history_all"))
			s.Want("\n" + reading + "\n")
			s.Choose(text.Of("history_all"), want.all)
			s.Choose(want.all, want.kind)
			if s.Has(want.entry) || strings.Count(s.Text(), "\n"+want.kind+"\n") < 2 {
				t.Error(s.Text())
			}
			s.OpenRow(0)
			s.Want("人 77001", "77001", "2026-11-25", r.StampRows(p)[1].Key)
			s.Tap(map[string]string{"ja": "閉じる", "en": "Close"}[language])
			s.Tap(map[string]string{"ja": "記録を検証", "en": "Verify records"}[language])
			s.Want(want.sound)
		})
	}
}

func TestEarlierEntriesAreReadOnRequest(t *testing.T) {
	r := rig.Quiet(t, rig.Options{Seed: 1, People: 60})
	r.Link(at("25 05:00"))
	for n := range 4 {
		if err := r.Exclude(t.Context(), allUsers(t, r), n%2 == 0); err != nil {
			t.Fatal(err)
		}
	}
	s := stage.New(t, r.Local, "ja")
	s.Show(history.New, "")
	if s.Has("連携開始を登録") {
		t.Error("everything at once")
	}
	s.Tap("さらに前を表示")
	s.Choose("読み取りを除くすべて", "連携開始を登録")
	s.Want("開始: 2026-11-25 05:00:00")
	if s.Has("+09:00") {
		t.Error("an instant as machines write it:\n" + s.Text())
	}
	if s.Buttons("さらに前を表示") != nil {
		t.Error("there is nothing earlier")
	}
}

func allUsers(t *testing.T, r *rig.Rig) (ids []string) {
	t.Helper()
	people, err := r.People(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		if p.UserID != "" {
			ids = append(ids, p.UserID)
		}
	}
	return ids
}

// written finds the kinds that the connector's code writes.
var written = regexp.MustCompile(`(?:Audit\(|kind = |kind := )"([a-z_]*[a-z])"`)

func TestEveryKindThatIsWrittenHasWords(t *testing.T) {
	err := filepath.WalkDir("../../connector", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == "simulator" {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "/store/") {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !strings.Contains(string(b), "Audit(") {
			return nil
		}
		for _, m := range written.FindAllStringSubmatch(string(b), -1) {
			if !slices.Contains(history.Kinds, m[1]) {
				t.Errorf("%s writes %q, which has no words", path, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{"ja", "en"} {
		if _, err := text.Load(language); err != nil {
			t.Fatal(err)
		}
		for _, k := range history.Kinds {
			if history.Kind(k) == k {
				t.Errorf("%s: no words for %s", language, k)
			}
		}
	}
}
