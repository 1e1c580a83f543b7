package autostart

import (
	"encoding/xml"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var usual = Entry{Name: "dakokubridge", Title: "打刻ブリッジ", Program: "/opt/dakoku bridge/dakokubridge", Args: []string{"--profile", "/home/山田/p", "app", "--at-sign-in"}}

func TestDesktopEntry(t *testing.T) {
	const want = `[Desktop Entry]
Type=Application
Name=打刻ブリッジ
Exec="/opt/dakoku bridge/dakokubridge" "--profile" "/home/山田/p" "app" "--at-sign-in"
Icon=dakokubridge
Terminal=false
X-GNOME-Autostart-enabled=true
`
	if got := string(desktopEntry(usual)); got != want {
		t.Errorf("got\n%s", got)
	}
	// The file's own escapes come on top of those of a command.
	if got, want := entryText(execLine(Entry{Program: `/a$b%c"d\e`})), `"/a\\$b%%c\\"d\\\\e"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRunValue(t *testing.T) {
	e := Entry{Program: `C:\Users\山田 太郎\AppData\Local\Programs\dakokubridge\dakokubridge.exe`, Args: []string{"--profile", `D:\my data\`, "app", `a"b`, ""}}
	want := `"C:\Users\山田 太郎\AppData\Local\Programs\dakokubridge\dakokubridge.exe" --profile "D:\my data\\" app "a\"b" ""`
	if got := runValue(e); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestLaunchAgent(t *testing.T) {
	e := usual
	e.Args = []string{"--profile", "/Users/a&b/<p>"}
	var agent struct {
		Dict struct {
			Keys    []string `xml:"key"`
			Strings []string `xml:"string"`
			Args    []string `xml:"array>string"`
		} `xml:"dict"`
	}
	if err := xml.Unmarshal(launchAgent(e), &agent); err != nil {
		t.Fatal(err)
	}
	if want := append([]string{e.Program}, e.Args...); !slices.Equal(agent.Dict.Args, want) {
		t.Errorf("it would start %q, want %q", agent.Dict.Args, want)
	}
	if want := []string{"Label", "ProgramArguments", "RunAtLoad", "ProcessType", "LimitLoadToSessionType"}; !slices.Equal(agent.Dict.Keys, want) {
		t.Errorf("keys %q", agent.Dict.Keys)
	}
	if agent.Dict.Strings[0] != "jp.dakokubridge.dakokubridge" {
		t.Errorf("label %q", agent.Dict.Strings[0])
	}
}

// takeApart is how Windows' runtime libraries take a command line apart, written from its rules alone.
func takeApart(line string) (parts []string) {
	var b strings.Builder
	inside, any := false, false
	for i := 0; i < len(line); {
		slashes := 0
		for i < len(line) && line[i] == '\\' {
			slashes, i = slashes+1, i+1
		}
		switch {
		case i < len(line) && line[i] == '"':
			b.WriteString(strings.Repeat(`\`, slashes/2))
			if slashes%2 == 1 {
				b.WriteByte('"')
			} else {
				inside = !inside
			}
			any = true
			i++
		case i < len(line) && (line[i] == ' ' || line[i] == '\t') && !inside:
			b.WriteString(strings.Repeat(`\`, slashes))
			if any || b.Len() > 0 {
				parts = append(parts, b.String())
			}
			b.Reset()
			any = false
			i++
		default:
			b.WriteString(strings.Repeat(`\`, slashes))
			if i < len(line) {
				b.WriteByte(line[i])
				i++
			}
		}
	}
	if any || b.Len() > 0 {
		parts = append(parts, b.String())
	}
	return parts
}

func TestAnyArgumentsComeApartAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		args := rapid.SliceOf(rapid.StringMatching(`[a "\\%$']{0,8}`)).Draw(t, "args")
		line := runValue(Entry{Program: `C:\p q\d.exe`, Args: args})
		if got, want := takeApart(line), append([]string{`C:\p q\d.exe`}, args...); !slices.Equal(got, want) {
			t.Fatalf("%s\ncomes apart as %q, want %q", line, got, want)
		}
	})
}
