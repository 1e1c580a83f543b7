package ui

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"dakokubridge/assets"
)

// loadTexts makes the texts of assets known to Fyne. Fyne goes by the PC's language alone, so a chosen language is put in the
// place of every other.
func loadTexts(language string) error {
	if language == "" {
		if err := lang.AddTranslationsFS(assets.Translations, "translations"); err != nil {
			return fmt.Errorf("loading the texts: %w", err)
		}
		return nil
	}
	data, err := assets.Translations.ReadFile("translations/" + language + ".json")
	if err != nil {
		return fmt.Errorf("loading the texts: %w", err)
	}
	for _, locale := range []fyne.Locale{"ja", "en", lang.SystemLocale()} {
		if err := lang.AddTranslationsForLocale(data, locale); err != nil {
			return fmt.Errorf("loading the texts: %w", err)
		}
	}
	return nil
}

// text is the sentence of a key of assets/translations in the language of the window.
func text(key string, data ...any) string { return lang.X(key, key, data...) }
