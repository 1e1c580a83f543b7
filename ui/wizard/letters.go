package wizard

import (
	"fmt"
	"strings"

	"dakokubridge/connector"
	"dakokubridge/ui/text"
)

// letter is the text of a request to a person: akerun, salesforce or teamspirit.
func (w *wizard) letter(to string) string { return text.Of("wizard_letter_"+to, w.values()) }

// values are what a letter or a table of technical values names.
func (w *wizard) values() text.Args {
	return text.Args{
		"Callbacks":   strings.Join(callbacks(w.set), "\n"),
		"RedirectURI": w.set.Akerun.RedirectURI,
		"ClientID":    w.set.Salesforce.ClientID,
		"Start":       text.Moment(w.setup.Start),
		"User":        w.status.Salesforce.Name,
	}
}

// callbacks are the addresses that Salesforce has to know, one for each port that is tried.
func callbacks(s connector.Settings) []string {
	var all []string
	for _, port := range s.Salesforce.CallbackPorts {
		all = append(all, fmt.Sprintf("http://localhost:%d/oauth/callback", port))
	}
	return all
}
