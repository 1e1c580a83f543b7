package salesforceserver

import (
	"os"
	"strings"
	"testing"
)

func TestReadmeNamesEverySwitch(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range SwitchNames() {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("README.md does not name %s", name)
		}
	}
}
