package autostart

import "strings"

// desktopEntry is the file that XDG desktops look for (Desktop Entry Specification 1.5, Autostart Specification 0.5).
func desktopEntry(e Entry) []byte {
	var b strings.Builder
	b.WriteString("[Desktop Entry]\nType=Application\n")
	b.WriteString("Name=" + entryText(e.Title) + "\n")
	b.WriteString("Exec=" + entryText(execLine(e)) + "\n")
	b.WriteString("Icon=dakokubridge\nTerminal=false\nX-GNOME-Autostart-enabled=true\n")
	return []byte(b.String())
}

// execLine writes a command as the Exec key wants it: each part in quotes, with " ` $ and \ escaped, and % doubled.
func execLine(e Entry) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", `$`, `\$`, `%`, `%%`)
	parts := make([]string, 0, 1+len(e.Args))
	for _, p := range append([]string{e.Program}, e.Args...) {
		parts = append(parts, `"`+escape.Replace(p)+`"`)
	}
	return strings.Join(parts, " ")
}

// entryText escapes a value of a desktop entry: on top of what a command needs, the file has escapes of its own.
func entryText(s string) string {
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(s)
}
