// Package history is 履歴: what the app did, newest first, by kind, and the head of the chain that proves it.
package history

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// pageSize is how many entries are read at a time.
const pageSize = 200

// Kinds are all kinds of entries, a closed set; a test compares it with what the connector writes.
var Kinds = []string{
	"accepted", "akerun_client", "answer", "applied", "asked", "begun", "decided", "deleted", "door_excluded", "erased", "error", "excluded",
	"item_closed", "item_cured", "item_opened", "job_ended", "jobs_off", "left_over", "link_closed", "link_opened", "link_settled", "on_sheet", "organization", "paused",
	"people_erased", "processed", "read", "refused", "relink_cured", "relink_needed", "resumed", "rights", "send_failed", "sending", "settings",
	"settled", "side_failed", "side_well", "signed_in", "started", "super_manager_confirmed", "texts_erased", "thinned", "unlinked", "user_code",
	"user_code_cancelled", "user_code_failed", "user_code_left_over", "user_codes_cancelled", "user_codes_planned", "user_gone", "verdict", "withdrawn",
}

// screen is the list with what it is chosen by.
type screen struct {
	f       *shell.Frame
	kinds   *widget.Select
	byLabel map[string]string
	entries []connector.HistoryEntry
	rows    *field.Table[connector.HistoryEntry]
	more    *widget.Button
	empty   *widget.Label
	head    *widget.Label
	shown   string // head of the chain when the entries were read
	round   int
}

// New makes the screen. The argument may name a kind.
func New(f *shell.Frame, argument string) fyne.CanvasObject {
	s := &screen{f: f, byLabel: map[string]string{text.Of("history_all"): ""}}
	options := []string{text.Of("history_all"), text.Of("history_without_reading")}
	for _, k := range Kinds {
		label := text.Of("history_kind_" + k)
		s.byLabel[label] = k
		options = append(options, label)
	}
	slices.Sort(options[2:])
	s.rows = field.NewTable([]field.Column[connector.HistoryEntry]{
		{Title: text.Of("history_at"), Width: 156, Text: func(e connector.HistoryEntry) string { return text.Second(e.At) }},
		{Title: text.Of("history_kind"), Width: 228, Text: func(e connector.HistoryEntry) string { return Kind(e.Kind) }},
		{Title: text.Of("history_who"), Width: 140, Text: who},
		{Title: text.Of("history_stamp"), Width: 166, Text: stamp},
		{Title: text.Of("history_detail"), Width: 220, Grows: true, Text: func(e connector.HistoryEntry) string { return detail(e, " ・ ", false) }},
		{Title: text.Of("history_number"), Width: 70, Text: func(e connector.HistoryEntry) string { return text.Of("history_seq", text.Args{"N": e.Seq}) },
			Compare: func(a, b connector.HistoryEntry) int { return int(a.Seq - b.Seq) }},
	})
	s.rows.OnOpen = s.open
	s.more = widget.NewButton(text.Of("history_more"), func() { s.read(false) })
	s.empty, s.head = widget.NewLabel(""), widget.NewLabel("")
	s.head.Selectable = true
	s.head.Truncation = fyne.TextTruncateEllipsis
	s.kinds = widget.NewSelect(options, func(string) { s.read(true) })
	chosen := text.Of("history_without_reading")
	for label, kind := range s.byLabel {
		if kind == argument && argument != "" {
			chosen = label
		}
	}
	s.kinds.Selected = chosen
	f.OnStatus(func(now connector.Status) {
		s.head.SetText(text.Of("history_head", text.Args{"Hash": now.AuditHead}))
		if now.AuditHead != s.shown {
			s.shown = now.AuditHead
			s.read(true)
		}
	})
	verify := widget.NewButton(text.Of("history_verify"), s.verify)
	copied := field.CopyButton(f, text.Of("button_copy"), func() string { return f.Status().AuditHead })
	top := container.NewVBox(container.NewHBox(container.NewGridWrap(fyne.NewSize(kindWidth, s.kinds.MinSize().Height), s.kinds), layout.NewSpacer(), verify), container.NewBorder(nil, nil, nil, copied, s.head))
	return container.NewPadded(container.NewBorder(top, container.NewCenter(s.more), nil, nil, container.NewStack(s.rows, container.NewCenter(s.empty))))
}

// kindWidth has room for the longest kind.
const kindWidth = 320

// Kind is a kind in words.
func Kind(kind string) string {
	if slices.Contains(Kinds, kind) {
		return text.Of("history_kind_" + kind)
	}
	return kind
}

// who is the person that an entry is about, with the code.
func who(e connector.HistoryEntry) string {
	switch {
	case e.Name == "":
		return e.Code
	case e.Code == "":
		return e.Name
	}
	return text.Of("items_who", text.Args{"Name": e.Name, "Code": e.Code})
}

// stamp is the business day and the kind of stamp that an entry is about.
func stamp(e connector.HistoryEntry) string {
	if e.Stamp == "" {
		return e.Day
	}
	return strings.TrimSpace(e.Day + " " + text.Kind(e.Stamp))
}

// read gets the newest entries, or those before the last one shown.
func (s *screen) read(newest bool) {
	s.round++
	round, q := s.round, connector.HistoryQuery{Kind: s.byLabel[s.kinds.Selected], Limit: pageSize}
	if s.kinds.Selected == text.Of("history_without_reading") {
		q.Without = "read"
	}
	if !newest && len(s.entries) > 0 {
		q.Before = s.entries[len(s.entries)-1].Seq
	}
	shell.Work(s.f, func(ctx context.Context) ([]connector.HistoryEntry, error) { return s.f.Connector.History(ctx, q) },
		func(entries []connector.HistoryEntry, err error) {
			if round != s.round {
				return
			}
			if err != nil {
				s.empty.SetText(text.Error(err))
				s.empty.Show()
				return
			}
			s.show(entries, newest)
		})
}

func (s *screen) show(entries []connector.HistoryEntry, newest bool) {
	if newest {
		s.entries = nil
	}
	s.entries = append(s.entries, entries...)
	s.rows.SetRows(s.entries)
	s.empty.SetText(text.Of("history_empty"))
	if len(s.entries) > 0 {
		s.empty.Hide()
	} else {
		s.empty.Show()
	}
	if len(entries) < pageSize {
		s.more.Hide()
	} else {
		s.more.Show()
	}
}

// open shows everything of one entry.
func (s *screen) open(e connector.HistoryEntry) {
	label := field.Paragraph(text.Of("history_entry", text.Args{"At": text.Second(e.At), "N": e.Seq, "Kind": strings.TrimSpace(Kind(e.Kind) + "　" + who(e) + "　" + stamp(e)), "Detail": detail(e, "\n", true), "Hash": e.Hash}))
	label.Selectable = true
	label.Wrapping = fyne.TextWrapBreak
	content := container.NewVScroll(label)
	content.SetMinSize(fyne.NewSize(560, 260))
	s.f.ShowDialog(Kind(e.Kind), content)
}

// technical are the details that say nothing to an administrator: ids, and what stands in columns of its own.
var technical = []string{"first", "last", "key", "record", "user", "employee", "day", "from", "access", "how", "attempt", "item", "revision"}

// detail writes an entry's details by name; the technical ones only where they are wanted too.
func detail(e connector.HistoryEntry, between string, all bool) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(e.Detail)) {
		if e.Detail[name] != "" && (all || slices.Contains(named, name) && !slices.Contains(technical, name)) {
			parts = append(parts, nameOf(name)+": "+valueOf(name, e.Detail[name]))
		}
	}
	return strings.Join(parts, between)
}

// named are the details that have a name in words.
var named = []string{
	"access", "action", "at", "attempt", "authority", "because", "cause", "code", "confirmed", "day", "detail", "device", "door", "employee", "excluded", "first",
	"forgotten", "former", "found", "from", "how", "item", "key", "kind", "last", "names", "organization", "reason", "record", "revision",
	"rows", "side", "sound", "start", "subject", "times", "unknown", "user", "users", "verdict", "why",
}

// nameOf is the name of a detail in words; one that has none stands as it is.
func nameOf(name string) string {
	if slices.Contains(named, name) {
		return text.Of("history_detail_" + name)
	}
	return name
}

// instants are the forms in which instants stand in entries.
var instants = []string{time.RFC3339, "2006-01-02 15:04:05 -07:00"}

// valueOf puts codes of a closed set and instants into words.
func valueOf(name, value string) string {
	for _, form := range instants {
		if at, err := time.Parse(form, value); err == nil {
			return text.Second(at)
		}
	}
	switch {
	case connector.KnownReason(value):
		return text.Reason(value)
	case name == "side":
		return text.Side(connector.Side(value))
	case name == "kind" && (value == "in" || value == "out"):
		return text.Kind(value)
	}
	return value
}

// verify checks the whole chain and the database.
func (s *screen) verify() {
	shell.Work(s.f, func(ctx context.Context) (connector.Verification, error) { return s.f.Connector.Verify(ctx) },
		func(v connector.Verification, err error) {
			switch {
			case err != nil:
				s.f.ShowError(err)
			case v.OK:
				s.f.Tell(text.Of("history_verify"), text.Of("history_sound", text.Args{"N": v.Rows, "Hash": v.Head}))
			default:
				s.f.Tell(text.Of("history_verify"), text.Of("history_broken", text.Args{"Problems": strings.Join(v.Problems, "\n")}))
			}
		}).Show(text.Of("history_verifying"))
}
