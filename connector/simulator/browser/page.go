package browser

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Page is what the browser shows.
type Page struct {
	URL    *url.URL
	Status int
	Halted bool // the browser was sent to URL and did not go there; there is no page

	browser *Browser
	root    *html.Node
}

// Title returns the page's title.
func (p *Page) Title() string { return text(p.first(atom.Title)) }

// Text returns what can be read on the page, words parted by single blanks.
func (p *Page) Text() string { return text(p.first(atom.Body)) }

// Alert returns the text of the element that says what went wrong, or an empty text.
func (p *Page) Alert() string {
	return text(p.find(func(n *html.Node) bool { return attribute(n, "role") == "alert" }))
}

// Has tells whether the page has a field with that label.
func (p *Page) Has(label string) bool { return p.field(label) != nil }

// HasButton tells whether the page has a button whose text begins so.
func (p *Page) HasButton(begins string) bool { return p.button(begins) != nil }

// Fill writes into the field with that label. The label's text is compared without blanks around it.
func (p *Page) Fill(label, value string) error {
	field := p.field(label)
	if field == nil {
		return fmt.Errorf("filling in %q: the page %q has no such field", label, p.Title())
	}
	setAttribute(field, "value", value)
	return nil
}

// Press presses the first button whose text begins so, and returns the page that follows.
func (p *Page) Press(ctx context.Context, begins string) (*Page, error) {
	button := p.button(begins)
	if button == nil {
		return nil, fmt.Errorf("pressing %q: the page %q has no such button", begins, p.Title())
	}
	form := button.Parent
	for form != nil && form.DataAtom != atom.Form {
		form = form.Parent
	}
	if form == nil {
		return nil, fmt.Errorf("pressing %q: the button is in no form", begins)
	}
	target, err := p.URL.Parse(attribute(form, "action"))
	if err != nil {
		return nil, fmt.Errorf("pressing %q: reading where the form goes: %w", begins, err)
	}
	values := fields(form)
	if name := attribute(button, "name"); name != "" {
		values.Set(name, attribute(button, "value"))
	}
	if !strings.EqualFold(attribute(form, "method"), http.MethodPost) {
		target.RawQuery = values.Encode()
		return p.browser.open(ctx, http.MethodGet, target, nil)
	}
	return p.browser.open(ctx, http.MethodPost, target, values)
}

// fields collects what a form sends, but for its buttons.
func fields(form *html.Node) url.Values {
	values := url.Values{}
	for n := range form.Descendants() {
		name := attribute(n, "name")
		if n.DataAtom != atom.Input || name == "" {
			continue
		}
		switch attribute(n, "type") {
		case "submit", "button", "reset", "image":
		case "checkbox", "radio":
			if has(n, "checked") {
				values.Add(name, attribute(n, "value"))
			}
		default:
			values.Add(name, attribute(n, "value"))
		}
	}
	return values
}

// field finds the input that a label is for, or that stands inside the label.
func (p *Page) field(label string) *html.Node {
	l := p.find(func(n *html.Node) bool { return n.DataAtom == atom.Label && text(n) == label })
	if l == nil {
		return nil
	}
	if id := attribute(l, "for"); id != "" {
		return p.find(func(n *html.Node) bool { return n.DataAtom == atom.Input && attribute(n, "id") == id })
	}
	for n := range l.Descendants() {
		if n.DataAtom == atom.Input {
			return n
		}
	}
	return nil
}

func (p *Page) button(begins string) *html.Node {
	return p.find(func(n *html.Node) bool {
		if n.DataAtom == atom.Input && attribute(n, "type") == "submit" {
			return strings.HasPrefix(attribute(n, "value"), begins)
		}
		return n.DataAtom == atom.Button && strings.HasPrefix(text(n), begins)
	})
}

func (p *Page) first(what atom.Atom) *html.Node {
	return p.find(func(n *html.Node) bool { return n.DataAtom == what })
}

func (p *Page) find(fits func(*html.Node) bool) *html.Node {
	if p.root == nil {
		return nil
	}
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && fits(n) {
			return n
		}
	}
	return nil
}

func text(of *html.Node) string {
	if of == nil {
		return ""
	}
	var all strings.Builder
	for n := range of.Descendants() {
		if n.Type == html.TextNode && n.Parent.DataAtom != atom.Style && n.Parent.DataAtom != atom.Script {
			all.WriteString(n.Data)
			all.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(all.String()), " ")
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func setAttribute(n *html.Node, name, value string) {
	for i := range n.Attr {
		if n.Attr[i].Key == name {
			n.Attr[i].Val = value
			return
		}
	}
	n.Attr = append(n.Attr, html.Attribute{Key: name, Val: value})
}
