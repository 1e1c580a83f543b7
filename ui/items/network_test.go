package items_test

import (
	"strings"
	"testing"

	"dakokubridge/connector"
	"dakokubridge/ui/items"
	"dakokubridge/ui/text"
)

// A proxy that turns calls away and one that opens TLS are told apart from a cable that is out.
func TestProxiesAreNamed(t *testing.T) {
	for language, want := range map[string][3]string{
		"ja": {"ネットワークにつながりません", "プロキシのパスワードを持たない", "発行元は「検査株式会社」"},
		"en": {"The network is out of reach", "keeps no password of a proxy", "issued by “検査株式会社”"},
	} {
		if _, err := text.Load(language); err != nil {
			t.Fatal(err)
		}
		for i, item := range []connector.Item{
			{Reason: "OFFLINE"},
			{Reason: "OFFLINE", Detail: map[string]string{"cause": "proxy", "subject": "akerun"}},
			{Reason: "TLS_REFUSED", Detail: map[string]string{"issuer": "検査株式会社", "subject": "akerun"}},
		} {
			for j, words := range want {
				if got := items.Meaning(item); strings.Contains(got, words) != (i == j) {
					t.Errorf("%s: %v says %q", language, item.Detail, got)
				}
			}
		}
		if letter, ok := items.Letter(connector.Item{Reason: "TLS_REFUSED", Detail: map[string]string{"issuer": "検査株式会社"}}); !ok || !strings.Contains(letter, "検査株式会社") {
			t.Errorf("%s: the letter says %q", language, letter)
		}
	}
}
