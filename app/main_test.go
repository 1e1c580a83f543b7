package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The scripts and the tests with real processes find the program as "dakokubridge": it is this test's own binary.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dakokubridge": main})
}
