// Package text gives the words of the windows in the chosen language: sentences by key, and sentences for what the façade answers.
//
// It holds no text itself, those are in assets/translations, one pair of files for each part of the windows; and it shows nothing.
package text

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"dakokubridge/assets"
)

// The languages.
const (
	Japanese = "ja"
	English  = "en"
)

// Args are the named values of a text.
type Args map[string]any

// Load makes the texts of a language known to Fyne, Fyne's own words included. An empty language is that of the PC: Japanese, or
// English on every other. It returns the language taken. Windows built before keep their words.
//
// Fyne goes by the PC's language alone, so the chosen language is put in the place of the PC's.
func Load(language string) (string, error) {
	if language == "" {
		language = English
		if strings.HasPrefix(lang.SystemLocale().LanguageString(), Japanese) {
			language = Japanese
		}
	}
	all, err := Table(language)
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(all)
	if err != nil {
		return "", fmt.Errorf("packing the texts: %w", err)
	}
	for _, locale := range []fyne.Locale{Japanese, English, lang.SystemLocale()} {
		if err := lang.AddTranslationsForLocale(data, locale); err != nil {
			return "", fmt.Errorf("loading the texts: %w", err)
		}
	}
	return language, nil
}

// Table reads every text of a language, by key.
func Table(language string) (map[string]string, error) {
	files, err := fs.Glob(assets.Translations, "translations/*."+language+".json")
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("there are no texts in the language %q", language)
	}
	all := make(map[string]string)
	for _, name := range files {
		b, err := assets.Translations.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading the texts: %w", err)
		}
		part := make(map[string]string)
		if err := json.Unmarshal(b, &part); err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		for key, text := range part {
			if _, twice := all[key]; twice {
				return nil, fmt.Errorf("reading %s: the key %q is in another file too", name, key)
			}
			all[key] = text
		}
	}
	return all, nil
}

// Of gives the text of a key. Names in the text such as {{.Count}} take their values from args.
func Of(key string, args ...Args) string {
	if len(args) == 0 {
		return lang.X(key, key)
	}
	return lang.X(key, key, map[string]any(args[0]))
}
