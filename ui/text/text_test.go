package text

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template"
	"time"

	"fyne.io/fyne/v2/lang"
	"github.com/google/go-cmp/cmp"

	"dakokubridge/connector"
	"dakokubridge/connector/attendance"
)

func tables(t *testing.T) map[string]map[string]string {
	t.Helper()
	all := make(map[string]map[string]string)
	for _, language := range []string{Japanese, English} {
		table, err := Table(language)
		if err != nil {
			t.Fatal(err)
		}
		all[language] = table
	}
	return all
}

func TestEveryTextIsThereInBothLanguages(t *testing.T) {
	all := tables(t)
	if d := cmp.Diff(slices.Sorted(maps.Keys(all[Japanese])), slices.Sorted(maps.Keys(all[English]))); d != "" {
		t.Error(d)
	}
	value := regexp.MustCompile(`\{\{[^}]*\.(\w+)[^}]*\}\}`)
	names := func(words string) []string {
		var found []string
		for _, m := range value.FindAllStringSubmatch(words, -1) {
			found = append(found, strings.TrimSuffix(m[1], "Name")) // a month in words is a month
		}
		slices.Sort(found)
		return slices.Compact(found)
	}
	for key, ja := range all[Japanese] {
		en := all[English][key]
		if d := cmp.Diff(names(ja), names(en)); d != "" {
			t.Errorf("%s names other values in the other language: %s", key, d)
		}
		for _, words := range []string{ja, en} {
			if strings.TrimSpace(words) == "" {
				t.Errorf("%s is empty", key)
			}
			if _, err := template.New(key).Parse(words); err != nil {
				t.Errorf("%s: %v", key, err)
			}
		}
	}
}

func TestJapaneseIsJapanese(t *testing.T) {
	kana := regexp.MustCompile(`[ぁ-んァ-ヶ一-龥]`)
	value := regexp.MustCompile(`\{\{[^}]*\}\}`)
	for key, words := range tables(t)[Japanese] {
		words = value.ReplaceAllString(words, "")
		if len([]rune(words)) > 12 && !kana.MatchString(words) {
			t.Errorf("%s is not Japanese: %q", key, words)
		}
	}
}

// used finds the keys that the windows ask for, as literals and as beginnings of keys, such as "error_" + code.
func used(t *testing.T) (keys, beginnings map[string]string) {
	t.Helper()
	keys, beginnings = make(map[string]string), make(map[string]string)
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 || !asksForText(call.Fun) {
				return true
			}
			switch arg := call.Args[0].(type) {
			case *ast.BasicLit:
				keys[unquote(arg)] = path
			case *ast.BinaryExpr:
				left := arg.X
				for {
					b, ok := left.(*ast.BinaryExpr)
					if !ok {
						break
					}
					left = b.X
				}
				if lit, ok := left.(*ast.BasicLit); ok {
					beginnings[unquote(lit)] = path
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys, beginnings
}

func asksForText(f ast.Expr) bool {
	switch f := f.(type) {
	case *ast.SelectorExpr:
		pkg, ok := f.X.(*ast.Ident)
		return ok && pkg.Name == "text" && f.Sel.Name == "Of"
	case *ast.Ident:
		return f.Name == "Of"
	}
	return false
}

func unquote(lit *ast.BasicLit) string {
	s, _ := strconv.Unquote(lit.Value)
	return s
}

func TestEveryTextThatIsAskedForIsThere(t *testing.T) {
	table := tables(t)[Japanese]
	keys, beginnings := used(t)
	if len(keys) < 100 || len(beginnings) < 5 {
		t.Fatalf("only %d keys and %d beginnings were found in the code", len(keys), len(beginnings))
	}
	for key, path := range keys {
		if table[key] == "" {
			t.Errorf("%s asks for %q", path, key)
		}
	}
	for beginning, path := range beginnings {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(table)), func(key string) bool { return strings.HasPrefix(key, beginning) }) {
			t.Errorf("%s asks for %q and more", path, beginning)
		}
	}
}

// codes reads the values of a closed set from the source, so that none is forgotten here.
func codes(t *testing.T, file, typeName string) (all []string) {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^\s+\w+\s+`+typeName+`\s+= "([^"]+)"`).FindAllStringSubmatch(string(source), -1) {
		all = append(all, m[1])
	}
	if len(all) < 8 {
		t.Fatalf("%s has only %d of %s", file, len(all), typeName)
	}
	return all
}

func TestEveryCodeHasASentence(t *testing.T) {
	for language, table := range tables(t) {
		if _, err := Load(language); err != nil {
			t.Fatal(err)
		}
		for _, code := range codes(t, "../../connector/connector.go", "ErrorCode") {
			err := &connector.Error{Code: connector.ErrorCode(code), Text: "never shown"}
			if got := Error(err); got == "error_"+code || strings.Contains(got, "never shown") || strings.Contains(got, "<no value>") {
				t.Errorf("%s, %s: %q", language, code, got)
			}
		}
		for _, phase := range codes(t, "../../connector/connector.go", "Phase") {
			if table["phase_"+phase] == "" {
				t.Errorf("%s: no word for the phase %s", language, phase)
			}
		}
		for _, r := range attendance.AllReasons() {
			if got := Reason(string(r)); got == "reason_"+string(r) {
				t.Errorf("%s: no word for %s", language, r)
			}
		}
		for _, state := range []string{"planned", "sending", "unknown", "accepted", "processed", "on_sheet", "error", "deleted", "withdrawn"} {
			if StampState(state) == "stamp_"+state {
				t.Errorf("%s: no word for %s", language, state)
			}
		}
	}
}

func TestAnErrorIsNeverShownAsItIs(t *testing.T) {
	if _, err := Load(Japanese); err != nil {
		t.Fatal(err)
	}
	secret := errors.New("dial tcp: secret")
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"ours with a cause":   {&connector.Error{Code: connector.CodeOffline, Detail: map[string]string{"side": "akerun", "cause": "tls", "error": "secret"}}, "Akerun への安全な接続ができません"},
		"ours with a side":    {&connector.Error{Code: connector.CodeLoginNeeded, Detail: map[string]string{"side": "salesforce"}}, "Salesforce のログインの期限"},
		"a cause of no words": {&connector.Error{Code: connector.CodeOffline, Detail: map[string]string{"side": "akerun", "cause": "new"}}, "つながりません"},
		"wrapped":             {errors.Join(secret, &connector.Error{Code: connector.CodePortsBusy}), "ほかのプログラムが使っています"},
		"not ours":            {secret, "プログラムの内部で問題が起きました"},
		"given up":            {context.Canceled, "中止しました"},
	} {
		if got := Error(c.err); !strings.Contains(got, c.want) || strings.Contains(got, "secret") {
			t.Errorf("%s: %q", name, got)
		}
	}
	if Error(nil) != "" {
		t.Error("no error has words")
	}
}

func TestTheLanguageIsTakenWhateverThePCs(t *testing.T) {
	for language, want := range map[string][2]string{Japanese: {"キャンセル", "日"}, English: {"Cancel", "Sun"}} {
		if got, err := Load(language); err != nil || got != language {
			t.Fatal(got, err)
		}
		if got := lang.L("Cancel"); got != want[0] { // one of Fyne's own
			t.Errorf("%s: %q", language, got)
		}
		if got := Weekday(time.Sunday); got != want[1] {
			t.Errorf("%s: %q", language, got)
		}
	}
	if _, err := Load("fr"); err == nil {
		t.Error("French is taken")
	}
	if got, err := Load(""); err != nil || (got != Japanese && got != English) {
		t.Error(got, err)
	}
}

func TestInstantsAreJapans(t *testing.T) {
	if _, err := Load(Japanese); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 21, 20, 0, 5, 0, time.UTC)
	for got, want := range map[string]string{
		Time(at): "05:00", Instant(at): "2026-11-22 05:00", Second(at): "2026-11-22 05:00:05", Date(at): "2026年11月22日（日）", Moment(at): "2026年11月22日（日） 05:00",
		Time(time.Time{}) + Date(time.Time{}) + Moment(time.Time{}): "–––",
		Span(26*time.Hour + 3*time.Minute):                          "1日2時間",
		Span(185 * time.Minute):                                     "3時間5分",
		Span(65 * time.Second):                                      "1分5秒",
		Span(-time.Second):                                          "0秒",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
