package browser

import (
	"context"
	"errors"
	"fmt"
	"net/url"
)

// What the sign-in pages say.
var (
	loginLabels   = []string{"メールアドレス", "ユーザ名"}
	passwordLabel = "パスワード"
	loginButton   = "ログイン"
	allowButton   = "許可"
	denyButton    = "拒否"
)

// ErrRefused is in the error when the pages do not let the person in, such as after a wrong password.
var ErrRefused = errors.New("the sign-in page refused")

// SignIn opens an authorize address, signs in as user and presses 許可, or 拒否 where allow is false. It returns where that ended:
// the address a person would copy (see Browser.Stop), or that of the page shown last after a callback on this machine.
func (b *Browser) SignIn(ctx context.Context, address, user, password string, allow bool) (*url.URL, error) {
	page, err := b.Visit(ctx, address)
	if err != nil {
		return nil, err
	}
	tried, decided := false, false
	for range mostPages {
		switch {
		case page.Halted:
			return page.URL, nil
		case !decided && page.Has(passwordLabel):
			if tried {
				return nil, fmt.Errorf("%w: %s", ErrRefused, page.Alert())
			}
			tried = true
			page, err = page.logIn(ctx, user, password)
		case !decided && page.HasButton(allowButton):
			decided = true
			button := denyButton
			if allow {
				button = allowButton
			}
			page, err = page.Press(ctx, button)
		case !decided && page.Alert() != "" && page.Status >= 400:
			return nil, fmt.Errorf("%w: %s", ErrRefused, page.Alert())
		default:
			return page.URL, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("signing in: still not done after %d pages", mostPages)
}

// logIn fills in the login page and presses its button.
func (p *Page) logIn(ctx context.Context, user, password string) (*Page, error) {
	for _, label := range loginLabels {
		if !p.Has(label) {
			continue
		}
		if err := p.Fill(label, user); err != nil {
			return nil, err
		}
		if err := p.Fill(passwordLabel, password); err != nil {
			return nil, err
		}
		return p.Press(ctx, loginButton)
	}
	return nil, fmt.Errorf("signing in: the page %q has a password field but no known field for the user", p.Title())
}
