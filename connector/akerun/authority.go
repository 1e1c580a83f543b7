package akerun

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// AuthorityOf tells whether a user's authority is スーパーマネージャー. Akerun's console has three roles (スーパーマネージャー, マネージャー,
// メンバー), but how the API spells them is not public: every plausible spelling of the three is known, and anything else gives known false,
// to be decided by a person who sees the text.
func AuthorityOf(raw string) (known, super bool) {
	s := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '_', '-', '・', '.':
			return -1
		}
		return r
	}, strings.ToLower(norm.NFKC.String(strings.TrimSpace(raw))))
	switch s {
	case "スーパーマネージャー", "スーパーマネージャ", "スーパーマネジャー", "supermanager", "supermanagers":
		return true, true
	case "マネージャー", "マネージャ", "マネジャー", "manager", "managers", "メンバー", "メンバ", "member", "members":
		return true, false
	}
	return false, false
}
