package autostart

import (
	"bytes"
	"encoding/xml"
)

// label is the agent's name among all that launchd knows.
func label(e Entry) string { return "jp.dakokubridge." + e.Name }

// launchAgent is the property list that launchd reads at sign-in (launchd.plist(5)). It starts the program once and does not start it again
// when it ends: 【終了】 has to mean it. In the Aqua session only, because a sign-in over SSH has no screen.
func launchAgent(e Entry) []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	b.WriteString(`<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">` + "\n")
	b.WriteString("<plist version=\"1.0\">\n<dict>\n\t<key>Label</key>\n")
	value(&b, "\t", label(e))
	b.WriteString("\t<key>ProgramArguments</key>\n\t<array>\n")
	for _, part := range append([]string{e.Program}, e.Args...) {
		value(&b, "\t\t", part)
	}
	b.WriteString("\t</array>\n\t<key>RunAtLoad</key>\n\t<true/>\n\t<key>ProcessType</key>\n")
	value(&b, "\t", "Interactive")
	b.WriteString("\t<key>LimitLoadToSessionType</key>\n")
	value(&b, "\t", "Aqua")
	b.WriteString("</dict>\n</plist>\n")
	return b.Bytes()
}

func value(b *bytes.Buffer, indent, text string) {
	b.WriteString(indent + "<string>")
	_ = xml.EscapeText(b, []byte(text)) // a buffer takes everything
	b.WriteString("</string>\n")
}
