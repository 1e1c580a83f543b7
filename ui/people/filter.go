package people

import (
	"slices"

	"fyne.io/fyne/v2/widget"

	"dakokubridge/ui/text"
)

// kind is what people are filtered by.
type kind string

// The kinds beside the reasons of the rules, which are kinds too.
const (
	everyone   kind = ""
	soundOnes  kind = "sound"
	unresolved kind = "unresolved"
	withHint   kind = "proposal"
	leftOut    kind = "excluded"
	noUser     kind = "no_user"
	nightOnes  kind = "nights"
)

// verdictFilter is the choice of a verdict.
type verdictFilter struct {
	choice  *widget.Select
	kinds   map[string]kind // by what the choice shows
	changed func()
}

func newVerdictFilter(changed func()) *verdictFilter {
	v := &verdictFilter{kinds: make(map[string]kind), changed: changed}
	v.choice = widget.NewSelect(nil, nil)
	v.offer(nil)
	v.choice.OnChanged = func(string) { v.changed() }
	return v
}

// offer lists the kinds that there are, with their numbers; what was chosen stays chosen, also when nobody is left in it.
func (v *verdictFilter) offer(rows []*row) {
	chosen := v.kinds[v.choice.Selected]
	counts := make(map[kind]int)
	reasons := make(map[kind]bool)
	for _, r := range rows {
		for _, k := range kindsOf(r) {
			counts[k]++
		}
		if r.UserID != "" && !r.Sound {
			reasons[kind(r.Reason)] = true
		}
	}
	order := []kind{soundOnes, unresolved, withHint, leftOut, noUser, nightOnes}
	var names []kind
	for k := range reasons {
		names = append(names, k)
	}
	slices.Sort(names)
	v.kinds = make(map[string]kind)
	options := []string{v.label(everyone, len(rows))}
	selected := options[0]
	for _, k := range append(order, names...) {
		if counts[k] == 0 && k != chosen {
			continue
		}
		label := v.label(k, counts[k])
		options = append(options, label)
		if k == chosen {
			selected = label
		}
	}
	v.choice.Options = options
	v.choice.Selected = selected // not SetSelected: whoever offers shows anyway
	v.choice.Refresh()
}

func (v *verdictFilter) label(k kind, n int) string {
	name := ""
	switch k {
	case everyone:
		name = text.Of("people_everyone")
	case soundOnes:
		name = text.Of("people_sound")
	case unresolved:
		name = text.Of("people_unresolved")
	case withHint:
		name = text.Of("people_with_proposal")
	case leftOut:
		name = text.Of("people_excluded")
	case noUser:
		name = text.Of("people_no_user")
	case nightOnes:
		name = text.Of("reason_ACROSS_0500")
	default:
		name = text.Reason(string(k))
	}
	label := text.Of("people_kind", text.Args{"Name": name, "N": n})
	v.kinds[label] = k
	return label
}

// kindsOf are the kinds that a row is of.
func kindsOf(r *row) []kind {
	if r.UserID == "" {
		return []kind{noUser}
	}
	var all []kind
	if r.Sound {
		all = append(all, soundOnes)
	} else {
		all = append(all, unresolved, kind(r.Reason))
	}
	if r.ProposedCode != "" {
		all = append(all, withHint)
	}
	if r.Excluded {
		all = append(all, leftOut)
	}
	if r.nights > 0 {
		all = append(all, nightOnes)
	}
	return all
}

func (v *verdictFilter) fits(r *row) bool {
	wanted := v.kinds[v.choice.Selected]
	return wanted == everyone || slices.Contains(kindsOf(r), wanted)
}
