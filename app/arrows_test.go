package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "dakokubridge"

// arrows says which packages of the project each one may import; docs/architecture.md in a table. A name stands for its
// sub-packages too unless they have a line of their own. What is missing here may import nothing of the project.
var arrows = map[string][]string{
	"app":                       {"connector/peoplefile", "app/autostart", "app/clock", "app/demo", "app/logs", "app/network", "app/output", "app/owner", "app/profile", "ui", "connector", "connector/engine", "connector/settings", "connector/simulator", "connector/vault"},
	"app/autostart":             {},
	"app/clock":                 {},
	"app/demo":                  {"app/output", "connector", "connector/proof", "connector/proof/witness", "connector/settings", "connector/simulator", "connector/vault"},
	"app/logs":                  {"connector/transport"},
	"app/network":               {},
	"app/output":                {},
	"app/owner":                 {"connector"},
	"app/profile":               {},
	"ui":                        {"assets", "connector", "ui"},
	"assets":                    {},
	"connector":                 {"connector/akerun", "connector/attendance", "connector/engine", "connector/messenger", "connector/peoplefile", "connector/roster", "connector/salesforce", "connector/settings", "connector/spreadsheet", "connector/store", "connector/teamspirit", "connector/token", "connector/transport", "connector/vault"},
	"connector/engine":          {"connector/akerun", "connector/attendance", "connector/roster", "connector/salesforce", "connector/store", "connector/teamspirit", "connector/token", "connector/transport", "connector/vault"},
	"connector/teamspirit":      {"connector/attendance", "connector/salesforce", "connector/transport"},
	"connector/salesforce":      {"connector/token", "connector/transport", "connector/vault"},
	"connector/akerun":          {"connector/token", "connector/transport", "connector/vault"},
	"connector/token":           {"connector/transport", "connector/vault"},
	"connector/store":           {"connector/attendance", "connector/rename"},
	"connector/vault":           {},
	"connector/transport":       {},
	"connector/messenger":       {},
	"connector/settings":        {"connector/rename"},
	"connector/rename":          {},
	"connector/spreadsheet":     {},
	"connector/peoplefile":      {"connector/attendance", "connector/spreadsheet"},
	"connector/proof/coreswarm": {"connector/attendance", "connector/proof"}, // for tests only
	"connector/roster":          {"connector/attendance"},
	"connector/attendance":      {},
	"connector/proof":           {},
	"connector/proof/witness":   {"connector/proof", "connector/simulator"},
	"connector/proof/board":     {},
	"connector/proof/bench":     {"connector", "connector/attendance", "connector/engine", "connector/proof", "connector/proof/witness", "connector/settings", "connector/simulator", "connector/store", "connector/vault"},
	"connector/proof/powercut":  {},                                                                                                                          // for tests only
	"connector/proof/swarm":     {"connector", "connector/engine", "connector/proof", "connector/proof/rig", "connector/settings", "connector/simulator"},    // for tests only
	"connector/proof/rig":       {"connector", "connector/proof", "connector/proof/witness", "connector/settings", "connector/simulator", "connector/vault"}, // for tests only: nobody may import it
	"connector/simulator":       {"connector/simulator"},
}

// standardOnly says which packages must do without any library but Go's own.
var standardOnly = []string{"connector/attendance", "connector/proof"}

// imported is one import of a package by a package.
type imported struct{ by, what string }

// rule finds the line of arrows that holds for a package: its own or that of the nearest folder above.
func rule(pkg string) (name string, found bool) {
	for name = pkg; name != "."; name = path.Dir(name) {
		if _, ok := arrows[name]; ok {
			return name, true
		}
	}
	return "", false
}

// wrong gives the imports that no arrow allows.
func wrong(all []imported) (bad []imported) {
	for _, i := range all {
		by, known := rule(i.by)
		inside, own := strings.CutPrefix(i.what, module+"/")
		switch {
		case !known:
			bad = append(bad, i)
		case strings.HasPrefix(i.what, "fyne.io/"):
			if by != "ui" {
				bad = append(bad, i)
			}
		case own:
			to, known := rule(inside)
			if !known || !slices.Contains(arrows[by], to) {
				bad = append(bad, i)
			}
		case strings.Contains(strings.Split(i.what, "/")[0], "."):
			if slices.Contains(standardOnly, by) {
				bad = append(bad, i)
			}
		}
	}
	return bad
}

// imports reads what every file but tests imports, for whatever system it is built.
func imports(t *testing.T, root string) (all []imported) {
	t.Helper()
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && (strings.HasPrefix(name, ".") && name != ".." || name == "testdata" || name == "dist") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		for _, spec := range parsed.Imports {
			what, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			all = append(all, imported{filepath.ToSlash(folder), what})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestNoImportPointsBack(t *testing.T) {
	all := imports(t, "..")
	if len(all) < 100 {
		t.Fatalf("only %d imports found: the test looks in the wrong place", len(all))
	}
	for _, i := range wrong(all) {
		t.Errorf("%s must not import %s (see docs/architecture.md)", i.by, i.what)
	}
}

func TestArrowsThatPointBackAreFound(t *testing.T) {
	for _, i := range []imported{
		{"connector/attendance", "dakokubridge/connector/store"},
		{"connector/attendance", "github.com/google/uuid"},
		{"connector/engine", "dakokubridge/connector"},
		{"connector/engine", "fyne.io/fyne/v2"},
		{"connector/simulator/akerunserver", "dakokubridge/connector/akerun"},
		{"connector/simulator/company", "dakokubridge/connector/attendance"},
		{"connector", "dakokubridge/connector/simulator"},
		{"connector", "dakokubridge/ui"},
		{"connector/proof", "dakokubridge/connector/roster"},
		{"ui", "dakokubridge/connector/engine"},
		{"app/profile", "fyne.io/fyne/v2/app"},
		{"elsewhere", "fmt"},
	} {
		if len(wrong([]imported{i})) == 0 {
			t.Errorf("%s → %s is let through", i.by, i.what)
		}
	}
	for _, i := range []imported{
		{"connector/attendance", "time"},
		{"connector/simulator", "dakokubridge/connector/simulator/clock"},
		{"app", "dakokubridge/connector/simulator/clock"},
		{"ui", "fyne.io/fyne/v2"},
	} {
		if len(wrong([]imported{i})) > 0 {
			t.Errorf("%s → %s is held up", i.by, i.what)
		}
	}
}
