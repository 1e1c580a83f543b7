package notice

import (
	"strings"
	"testing"

	"dakokubridge/connector"
	"dakokubridge/ui/text"
)

func item(list, reason, who string) connector.Item {
	return connector.Item{List: list, Reason: reason, EmployeeID: who, Name: "$(calc)`", State: "open"}
}

func TestOncePerCauseAndOnceWhenCured(t *testing.T) {
	if _, err := text.Load("ja"); err != nil {
		t.Fatal(err)
	}
	n := New(nil)
	steps := []struct {
		name string
		open []connector.Item
		want []string
	}{
		{"nothing", nil, nil},
		{"one cause", []connector.Item{item("stopped", "OFFLINE", "")}, []string{"ネットワークにつながりません"}},
		{"the same again", []connector.Item{item("stopped", "OFFLINE", "")}, nil},
		{"people, bundled", []connector.Item{item("stopped", "OFFLINE", ""), item("action", "NO_USER_CODE", "a"), item("action", "NO_USER_CODE", "b")}, []string{"対応が必要な項目があります"}},
		{"one of them cured", []connector.Item{item("stopped", "OFFLINE", ""), item("action", "NO_USER_CODE", "b")}, nil},
		{"the cause cured", []connector.Item{item("action", "NO_USER_CODE", "b")}, []string{"ネットワークにつながりません"}},
		{"all cured", nil, []string{"解決しました"}},
		{"the cause again", []connector.Item{item("stopped", "OFFLINE", "")}, []string{"停止しています"}},
		{"to review only", []connector.Item{item("stopped", "OFFLINE", ""), item("review", "NO_CLOCK_OUT", "a")}, nil},
	}
	for _, s := range steps {
		got := n.Next(s.open)
		if len(got) != len(s.want) {
			t.Fatalf("%s: %v", s.name, got)
		}
		for i, m := range got {
			if !strings.Contains(m.Title+m.Body, s.want[i]) {
				t.Errorf("%s: %v", s.name, m)
			}
			if strings.ContainsAny(m.Title+m.Body, "$`\"“”") {
				t.Errorf("%s: words that PowerShell would read: %v", s.name, m)
			}
		}
		n = New(n.Told()) // a restart changes nothing
	}
}

// The words of every reason go through PowerShell on Windows.
func TestTheWordsAreHarmless(t *testing.T) {
	for _, language := range []string{"ja", "en"} {
		all, err := text.Table(language)
		if err != nil {
			t.Fatal(err)
		}
		for key, words := range all {
			if (strings.HasPrefix(key, "reason_") || strings.HasPrefix(key, "notice_")) && strings.ContainsAny(words, "$`\"“”„{") {
				t.Errorf("%s in %s: %q", key, language, words)
			}
		}
	}
}
