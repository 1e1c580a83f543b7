package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// loads are the ways in which a Go program takes in code at run time, or starts another program.
var loads = regexp.MustCompile(`^\s*(?:_ |\w+ )?"(?:os/exec|plugin)"$|^import "C"$|\b(?:NewLazyDLL|LoadDLL|MustLoadDLL|LoadLibrary\w*|Dlopen|StartProcess|ForkExec)\(`)

// TestBoardL15_NothingPlantedIsRun: there is no updater that could be fed with a forged release, and nothing of ours loads a library or starts a
// program that lies about: what runs is what was installed. The measurements (bench) are no part of the program.
func TestBoardL15_NothingPlantedIsRun(t *testing.T) {
	files := 0
	for _, root := range []string{".", "../connector", "../ui"} {
		err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && d.Name() == "bench" {
				return filepath.SkipDir
			}
			if d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
				return nil
			}
			files++
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			for n, line := range strings.Split(string(text), "\n") {
				if loads.MatchString(line) {
					t.Errorf("%s:%d: %s", file, n+1, strings.TrimSpace(line))
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 200 {
		t.Errorf("only %d files were looked at", files)
	}
	for line, found := range map[string]bool{
		"\t\"os/exec\"": true, "\tx \"plugin\"": true, `import "C"`: true, "	dll := syscall.NewLazyDLL(\"x.dll\")": true, "\t\"os\"": false, "	windows.NewLazySystemDLL(\"x.dll\")": false,
	} {
		if loads.MatchString(line) != found {
			t.Errorf("%q: found %v", line, !found)
		}
	}
}
