package rig

import (
	"errors"
	"net/http"
	"net/url"

	"dakokubridge/connector"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/browser"
)

// ErrNoRole is what a visit by a role gives that nobody in the company has.
var ErrNoRole = errors.New("nobody has this role")

// Visit goes through the pages of a sign-in that was begun elsewhere, as one of the roles of the simulator, and returns the address on
// which the browser ends. Without allow it presses 拒否.
func (r *Rig) Visit(address string, side connector.Side, role string, allow bool) (*url.URL, error) {
	user, password, err := r.Login(side, role)
	if err != nil {
		return nil, err
	}
	direct := &http.Transport{}
	defer direct.CloseIdleConnections()
	b, err := browser.New(either{r.pipe, direct})
	if err != nil {
		return nil, err
	}
	defer b.Close()
	return b.SignIn(r.t.Context(), address, user, password, allow)
}

// Login gives name and password of a role; for Akerun the name is the mail address.
func (r *Rig) Login(side connector.Side, role string) (user, password string, err error) {
	d := r.World.Description(simulator.PipeAkerunURL, simulator.PipeSalesforceURL)
	if side == connector.Akerun {
		for _, u := range d.Akerun.Users {
			if u.Role == role {
				return u.Mail, u.Password, nil
			}
		}
		return "", "", ErrNoRole
	}
	for _, u := range d.Salesforce.Users {
		if u.Role == role {
			return u.Username, u.Password, nil
		}
	}
	return "", "", ErrNoRole
}
