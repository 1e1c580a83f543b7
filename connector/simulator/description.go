package simulator

import "fmt"

// Description is what somebody needs to know to use the two servers. As JSON it is the first line that the simulator command prints.
type Description struct {
	Akerun     AkerunDescription     `json:"akerun"`
	Salesforce SalesforceDescription `json:"salesforce"`
	ClockURL   string                `json:"clock_url"`
}

// AkerunDescription is Akerun's part: the registered application and who can sign in.
type AkerunDescription struct {
	BaseURL      string         `json:"base_url"`
	ClientID     string         `json:"client_id"`
	ClientSecret string         `json:"client_secret"`
	RedirectURI  string         `json:"redirect_uri"`
	Users        []AkerunUser   `json:"users"`
	Offices      []Organization `json:"organizations"` // the first is the one to link
}

// AkerunUser is somebody who can sign in to Akerun: super_manager, manager or member.
type AkerunUser struct {
	Mail     string `json:"mail"`
	Password string `json:"password"`
	Role     string `json:"role"`
}

// Organization is one 事業所.
type Organization struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// SalesforceDescription is Salesforce's part: the connected app and who can sign in.
type SalesforceDescription struct {
	BaseURL      string           `json:"base_url"`
	ClientID     string           `json:"client_id"`
	RedirectURIs []string         `json:"redirect_uris"`
	Users        []SalesforceUser `json:"users"`
}

// SalesforceUser is somebody who can sign in to Salesforce: admin or employee.
type SalesforceUser struct {
	Username string `json:"username"`
	Password string `json:"password"`
	Role     string `json:"role"`
}

// Description describes the servers as reached at the two base URLs.
func (s *Simulator) Description(akerunURL, salesforceURL string) Description {
	d := Description{
		Akerun: AkerunDescription{
			BaseURL: akerunURL, ClientID: s.akerun.ClientID, ClientSecret: s.akerun.ClientSecret, RedirectURI: s.akerun.RedirectURI,
		},
		Salesforce: SalesforceDescription{BaseURL: salesforceURL, ClientID: s.app.clientID, RedirectURIs: s.app.redirectURIs},
		ClockURL:   fmt.Sprintf("%s/_simulator/clock", akerunURL),
	}
	for _, a := range s.company.AkerunAccounts {
		d.Akerun.Users = append(d.Akerun.Users, AkerunUser{Mail: a.Login, Password: a.Password, Role: a.Role})
	}
	for _, o := range s.company.Organizations {
		d.Akerun.Offices = append(d.Akerun.Offices, Organization{ID: o.ID, Name: o.Name})
	}
	for _, a := range s.company.SalesforceLogins {
		d.Salesforce.Users = append(d.Salesforce.Users, SalesforceUser{Username: a.Login, Password: a.Password, Role: a.Role})
	}
	return d
}
