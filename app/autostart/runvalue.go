package autostart

import "strings"

// runValue is the command line under HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run, quoted as programs take it
// apart again (Microsoft's "Parsing C command-line arguments").
func runValue(e Entry) string {
	parts := []string{`"` + e.Program + `"`} // a path holds neither quotes nor a backslash at its end
	for _, a := range e.Args {
		parts = append(parts, quoteArgument(a))
	}
	return strings.Join(parts, " ")
}

// quoteArgument puts an argument into quotes. Backslashes mean themselves except before a quote, the closing one included.
func quoteArgument(a string) string {
	if a != "" && !strings.ContainsAny(a, " \t\n\v\"") {
		return a
	}
	var b strings.Builder
	b.WriteByte('"')
	slashes := 0
	for i := range len(a) {
		switch a[i] {
		case '\\':
			slashes++
		case '"':
			b.WriteString(strings.Repeat(`\`, slashes+1))
			slashes = 0
		default:
			slashes = 0
		}
		b.WriteByte(a[i])
	}
	b.WriteString(strings.Repeat(`\`, slashes))
	b.WriteByte('"')
	return b.String()
}
