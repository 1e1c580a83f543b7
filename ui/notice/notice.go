// Package notice tells through the desktop when a person must act, once per cause, and when that is cured.
//
// What there is to act on comes from the façade's lists; this package remembers only what it has told.
package notice

import (
	"cmp"
	"slices"
	"strings"

	"dakokubridge/connector"
	"dakokubridge/ui/text"
)

// Message is one notification. Its words come from the translations alone: on Windows the toolkit passes them through PowerShell, so
// no name, code or text of a server may be in them.
type Message struct {
	Title, Body string
}

// Notices remembers which causes have been told.
type Notices struct {
	told map[string]bool // cause → still open
}

// New starts with the causes that were told before, as [Notices.Told] gave them.
func New(told []string) *Notices {
	n := &Notices{told: make(map[string]bool)}
	for _, cause := range told {
		n.told[cause] = true
	}
	return n
}

// Told lists the causes that have been told and are still open.
func (n *Notices) Told() []string {
	var all []string
	for cause := range n.told {
		all = append(all, cause)
	}
	slices.Sort(all)
	return all
}

// action is the one cause for everything that waits for a person's hand: it is told bundled.
const action = "action"

// Next takes the open items of 停止中 and 対応が必要 and says what to tell now.
func (n *Notices) Next(open []connector.Item) []Message {
	now := make(map[string]bool)
	for _, i := range open {
		if i.State != "open" {
			continue
		}
		switch i.List {
		case "stopped":
			now["stopped "+i.Reason] = true
		case action:
			now[action+" "+i.Reason+" "+cmp.Or(i.EmployeeID, i.UserID)+" "+i.Day] = true
		}
	}
	var messages []Message
	fresh, cured := 0, 0
	for cause := range now {
		if n.told[cause] {
			continue
		}
		if reason, stopped := cutStopped(cause); stopped {
			messages = append(messages, Message{text.Of("notice_stopped"), text.Reason(reason)})
		} else {
			fresh++
		}
	}
	for cause := range n.told {
		if now[cause] {
			continue
		}
		if reason, stopped := cutStopped(cause); stopped {
			messages = append(messages, Message{text.Of("notice_cured"), text.Reason(reason)})
		} else {
			cured++
		}
	}
	n.told = now
	if fresh > 0 {
		messages = append(messages, Message{text.Of("notice_action"), text.Of("notice_action_body")})
	}
	if cured > 0 && !slices.ContainsFunc(n.Told(), func(c string) bool { _, stopped := cutStopped(c); return !stopped }) {
		messages = append(messages, Message{text.Of("notice_cured"), text.Of("notice_cured_body")})
	}
	slices.SortFunc(messages, func(a, b Message) int { return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.Body, b.Body)) })
	return messages
}

func cutStopped(cause string) (reason string, stopped bool) {
	return strings.CutPrefix(cause, "stopped ")
}
