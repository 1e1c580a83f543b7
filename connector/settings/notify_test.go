package settings

import (
	"strings"
	"testing"
)

func TestNotify(t *testing.T) {
	for text, want := range map[string]string{
		`mail_server = "smtp.example.co.jp"`:                                                                          "notify.mail_server",
		`mail_server = "smtp.example.co.jp:587"`:                                                                      "notify.mail_from",
		"mail_server = \"smtp.example.co.jp:587\"\nmail_from = \"a@example.co.jp\"":                                   "notify.mail_to",
		"mail_server = \"smtp.example.co.jp:587\"\nmail_from = \"a@example.co.jp\"\nmail_to = [\"hr\"]":               "notify.mail_to",
		"mail_server = \"smtp.example.co.jp:587\"\nmail_from = \"a@example.co.jp\"\nmail_to = [\"hr@example.co.jp\"]": "",
		`mail_security = "ssl"`:                            "notify.mail_security",
		`webhooks = ["discord x"]`:                         "notify.webhooks",
		`webhooks = ["teams"]`:                             "notify.webhooks",
		`webhooks = ["teams a", "teams a"]`:                "notify.webhooks",
		`webhooks = ["teams 人事", "slack 人事", "teams 情シス"]`: "",
		`morning = "8時半"`:                                  "notify.morning",
		`morning = "08:30"`:                                "",
	} {
		_, _, err := Parse([]byte("[notify]\n" + text))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
