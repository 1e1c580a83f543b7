// Package messenger carries a few lines of text to people beyond this PC: by mail (SMTP), and to channels of Teams and Slack by their incoming
// webhooks.
//
// It knows neither who is to be told nor what, keeps nothing, and tries once: who calls it decides when to try again. Its errors hold no
// password and no address of a webhook, which is a secret as well.
package messenger

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// Message is what is told. Text has lines parted by "\n" and no markup.
type Message struct {
	Subject, Text string
	At            time.Time
}

// Timeout bounds one attempt, from dialling to the answer; real time.
const Timeout = 20 * time.Second

// Kind is a kind of webhook.
type Kind string

// The kinds.
const (
	Teams Kind = "teams" // a workflow that starts with an incoming webhook, with an adaptive card
	Slack Kind = "slack"
)

// ErrRefused is what a server's no gives; its text tells in the server's words or number why.
var ErrRefused = errors.New("refused")

// CheckWebhook tells what is wrong with a webhook's address: it must be https, or http on this PC.
func CheckWebhook(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.User != nil:
		return errors.New("this is no address of a webhook")
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	}
	return errors.New("the address of a webhook begins with https://")
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// bounded gives an attempt its time.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, Timeout, fmt.Errorf("no answer within %s", Timeout))
}
