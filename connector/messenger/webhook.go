package messenger

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// mostAnswer bounds what is read of an answer.
const mostAnswer = 4 << 10

// Webhook is a channel of Teams or Slack.
type Webhook struct {
	Kind    Kind
	Address string // whoever knows it may post there
	HTTP    *http.Client
}

// Send posts a message. An answer of another kind than 2xx is ErrRefused.
func (w Webhook) Send(ctx context.Context, m Message) error {
	if err := CheckWebhook(w.Address); err != nil {
		return err
	}
	body, err := w.body(m)
	if err != nil {
		return err
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.Address, bytes.NewReader(body))
	if err != nil {
		return errors.New("posting to the webhook: its address can't be used")
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := w.HTTP.Do(req)
	if err != nil {
		return fmt.Errorf("posting to the webhook: %w", withoutAddress(err))
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, mostAnswer))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("posting to the webhook: %w with HTTP %d", ErrRefused, resp.StatusCode)
	}
	return nil
}

// withoutAddress takes the address off an error of net/http.
func withoutAddress(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// body is the message in the form of the kind: Slack's text, or Teams' adaptive card.
// Sources: https://api.slack.com/messaging/webhooks,
// https://support.microsoft.com/office/create-incoming-webhooks-with-workflows-for-microsoft-teams-8ae491c7-0394-4861-ba59-055e33f75498
func (w Webhook) body(m Message) ([]byte, error) {
	switch w.Kind {
	case Slack:
		return json.Marshal(map[string]string{"text": slackText.Replace("*" + m.Subject + "*\n" + m.Text)})
	case Teams:
		block := func(text, weight string) map[string]any {
			return map[string]any{"type": "TextBlock", "text": strings.ReplaceAll(text, "\n", "\n\n"), "wrap": true, "weight": weight}
		}
		return json.Marshal(map[string]any{"type": "message", "attachments": []any{map[string]any{
			"contentType": "application/vnd.microsoft.card.adaptive",
			"content": map[string]any{
				"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.2",
				"body": []any{block(m.Subject, "bolder"), block(m.Text, "default")},
			},
		}}})
	}
	return nil, fmt.Errorf("posting to the webhook: there is no kind %q", w.Kind)
}

// slackText keeps a text from being taken for a mention or a link.
var slackText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
