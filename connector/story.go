package connector

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"dakokubridge/connector/attendance"
)

// storyPeople is how many people a story tells of at most: whoever calls names one.
const storyPeople = 20

// Story is what happened to one person today and yesterday, as a caller wants to know it.
type Story struct {
	UserID, UserCode, EmployeeCode, Name string
	Excluded                             bool
	Sound                                bool
	Reason                               string     // why not sound; a reason of the rules
	Days                                 []StoryDay // today first
}

// StoryDay is one business day of a story.
type StoryDay struct {
	Day   string      // 2026-11-22
	Steps []StoryStep // in the order in which they happened; empty: nobody came in
}

// The steps of a story.
const (
	StepFirst    = "first"     // came in: the first eligible access
	StepLast     = "last"      // the last eligible access so far
	StepSent     = "sent"      // a stamp was sent
	StepWaiting  = "waiting"   // a stamp is still to be sent
	StepUnknown  = "unknown"   // whether a stamp arrived is being found out
	StepAccepted = "accepted"  // Salesforce has the stamp, TeamSpirit has not taken it over yet: 反映待ち
	StepDone     = "done"      // TeamSpirit has taken the stamp over
	StepOnSheet  = "on_sheet"  // the time sheet shows it
	StepError    = "error"     // TeamSpirit refused it; Why is its text
	StepDeleted  = "deleted"   // somebody deleted the row
	StepNoStamp  = "no_stamp"  // none is sent; Why is a reason of the rules
	StepAtFive   = "at_five"   // the 退勤 is decided at 05:00
	StepUndecide = "undecided" // it has not been decided yet
)

// StoryStep is one step: what happened, when, and for which kind of stamp.
type StoryStep struct {
	What string
	Kind string    // in or out; empty where it is neither
	At   time.Time // zero where it has not happened yet
	Why  string
}

// Story implements Connector.
func (l *Local) Story(ctx context.Context, search string) ([]Story, error) {
	if strings.TrimSpace(search) == "" {
		return nil, fail(CodeBadInput, "nobody is named: give part of a code or name")
	}
	today := attendance.DayOf(l.engine.Now())
	days, err := l.Days(ctx, DayQuery{From: today.Prev().String(), To: today.String(), Search: search})
	if err != nil {
		return nil, err
	}
	people, err := l.People(ctx)
	if err != nil {
		return nil, err
	}
	var out []Story
	for _, p := range people {
		if !matches(search, p.UserCode, p.EmployeeCode, p.UserName, p.EmployeeName) {
			continue
		}
		out = append(out, Story{
			UserID: p.UserID, UserCode: p.UserCode, EmployeeCode: p.EmployeeCode, Name: cmp.Or(p.UserName, p.EmployeeName), Excluded: p.Excluded,
			Sound: p.Sound, Reason: p.Reason, Days: []StoryDay{{Day: today.String()}, {Day: today.Prev().String()}},
		})
	}
	// Who fits exactly comes first: 12 must not hide behind 120.
	exact := func(s Story) bool { return s.UserCode == search || s.EmployeeCode == search || s.Name == search }
	slices.SortStableFunc(out, func(a, b Story) int {
		if exact(a) != exact(b) {
			if exact(a) {
				return -1
			}
			return 1
		}
		return 0
	})
	out = out[:min(len(out), storyPeople)]
	for _, d := range days {
		for i := range out {
			if out[i].UserID == d.UserID && d.UserID != "" {
				out[i].tell(d)
			}
		}
	}
	return out, nil
}

func (s *Story) tell(d PersonDay) {
	for i := range s.Days {
		if s.Days[i].Day == d.Day {
			s.Days[i].Steps = stepsOf(d)
		}
	}
}

// stepsOf turns a person's day into steps.
func stepsOf(d PersonDay) []StoryStep {
	var steps []StoryStep
	in, out := attendance.ClockIn.String(), attendance.ClockOut.String()
	if !d.First.IsZero() {
		steps = append(steps, StoryStep{What: StepFirst, Kind: in, At: d.First})
	}
	steps = append(steps, stampSteps(d, in)...)
	if d.Last.After(d.First) {
		steps = append(steps, StoryStep{What: StepLast, Kind: out, At: d.Last})
	}
	return append(steps, stampSteps(d, out)...)
}

// stampSteps tells of the last stamp of a kind, or why there is none.
func stampSteps(d PersonDay, kind string) []StoryStep {
	var last *Stamp
	for i := range d.Stamps {
		if d.Stamps[i].Kind == kind {
			last = &d.Stamps[i]
		}
	}
	switch {
	case last != nil:
		return stepsOfStamp(*last)
	case d.Why[kind] == "PENDING" && kind == attendance.ClockOut.String():
		return []StoryStep{{What: StepAtFive, Kind: kind}}
	case d.Why[kind] == "PENDING":
		return []StoryStep{{What: StepUndecide, Kind: kind}}
	case d.Why[kind] != "":
		return []StoryStep{{What: StepNoStamp, Kind: kind, Why: d.Why[kind]}}
	}
	return nil
}

func stepsOfStamp(s Stamp) []StoryStep {
	sent := StoryStep{What: StepSent, Kind: s.Kind, At: s.SentAt}
	end := StoryStep{Kind: s.Kind, At: s.DoneAt, Why: s.Why}
	switch s.State {
	case "planned":
		return []StoryStep{{What: StepWaiting, Kind: s.Kind}}
	case "withdrawn":
		return []StoryStep{{What: StepNoStamp, Kind: s.Kind, Why: s.Why}}
	case "sending", "unknown":
		end.What, end.At = StepUnknown, time.Time{}
	case "accepted":
		end.What, end.At = StepAccepted, time.Time{}
	case "processed":
		end.What = StepDone
	case "on_sheet":
		end.What = StepOnSheet
	case "deleted":
		end.What = StepDeleted
	default:
		end.What = StepError
	}
	return []StoryStep{sent, end}
}
