package ui

import (
	"image/color"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"

	"dakokubridge/assets"
	"dakokubridge/connector"
	"dakokubridge/ui/text"
)

func TestMetadataIsThatOfFyneAppToml(t *testing.T) {
	b, err := os.ReadFile("../FyneApp.toml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Details struct {
			Icon, Name, ID, Version string
			Build                   int
		}
		Migrations map[string]bool
	}
	if err := toml.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	m := Metadata()
	got := []any{m.Name, m.ID, m.Version, m.Build, m.Migrations}
	want := []any{file.Details.Name, file.Details.ID, file.Details.Version, file.Details.Build, file.Migrations}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	icon, err := os.ReadFile("../" + file.Details.Icon)
	if err != nil || string(icon) != string(m.Icon.Content()) {
		t.Error("another icon", err)
	}
}

func texts(t *testing.T, language string) map[string]string {
	t.Helper()
	all, err := text.Table(language)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestBothLanguagesHaveEveryText(t *testing.T) {
	ja, en := texts(t, "ja"), texts(t, "en")
	if d := cmp.Diff(slices.Sorted(maps.Keys(ja)), slices.Sorted(maps.Keys(en))); d != "" {
		t.Error(d)
	}
	for _, phase := range []connector.Phase{connector.NotSetUp, connector.Applied, connector.Ready, connector.Waiting,
		connector.Running, connector.Paused, connector.NeedsLink, connector.Unlinked} {
		if ja["phase_"+string(phase)] == "" {
			t.Errorf("no text for %s", phase)
		}
	}
	for _, key := range stateRows {
		if ja[key] == "" {
			t.Errorf("no text for %s", key)
		}
	}
}

func TestTheWindowShowsEachStateInTheChosenLanguage(t *testing.T) {
	for language, want := range map[string][]string{
		"ja": {"打刻ブリッジ（デモ）", "連携中", "3件 送信済み・2件 待ち", "停止中 1・対応が必要 4・確認リスト 0", "2026-11-24 09:00:01", "なし"},
		"en": {"Dakoku Bridge (demo)", "Running", "3 sent, 2 waiting", "stopped 1, action needed 4, to review 0", "2026-11-24 09:00:01", "none"},
	} {
		t.Run(language, func(t *testing.T) {
			if _, err := text.Load(language); err != nil {
				t.Fatal(err)
			}
			w := newStateWindow(test.NewTempApp(t), Options{Demo: true})
			// The test's driver runs nothing by itself: what is posted is run here, as Fyne's goroutine would.
			var posted []func()
			changes := make(chan connector.Status, 1)
			changes <- connector.Status{Phase: connector.Running, Now: time.Date(2026, 11, 24, 0, 0, 1, 0, time.UTC), SentToday: 3, WaitingToday: 2,
				OpenItems: map[string]int{"stopped": 1, "action": 4}}
			close(changes)
			follow(changes, func(f func()) { posted = append(posted, f) }, w)
			if len(posted) != 2 {
				t.Fatalf("%d posted", len(posted))
			}
			posted[0]()
			shown := w.Title() + "\n" + strings.Join(labels(w), "\n")
			for _, part := range want {
				if !strings.Contains(shown, part) {
					t.Errorf("no %q in\n%s", part, shown)
				}
			}
			posted[1]()
			if got := w.phase.Text; got != texts(t, language)["subscription_ended"] {
				t.Errorf("after the end it shows %q", got)
			}
		})
	}
}

func labels(w *stateWindow) []string {
	all := []string{w.phase.Text}
	for _, key := range stateRows {
		all = append(all, w.rows[key].Text)
	}
	return all
}

func TestTheWindowOffersNothingThatNeedsAScreenWithoutOne(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	if HasScreen() {
		t.Skip("this system always has a screen")
	}
	if err := Run(t.Context(), nil, Options{}); err != ErrNoScreen {
		t.Error(err)
	}
}

func TestTheIconIsAPictureWithADoorAndAClock(t *testing.T) {
	image := canvas.NewImageFromResource(fyne.NewStaticResource("icon.svg", assets.Icon))
	w := test.NewTempWindow(t, image)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(512, 512))
	drawn := w.Canvas().Capture()
	for name, at := range map[string]struct {
		x, y int
		want color.NRGBA
	}{
		"the ground": {256, 60, color.NRGBA{0x14, 0x50, 0x7a, 0xff}},
		"the door":   {212, 180, color.NRGBA{0xe2, 0xb4, 0x4a, 0xff}},
		"the clock":  {330, 320, color.NRGBA{0xf4, 0xef, 0xe4, 0xff}},
		"its hand":   {364, 300, color.NRGBA{0xc8, 0x45, 0x2d, 0xff}},
	} {
		got := color.NRGBAModel.Convert(drawn.At(at.x*drawn.Bounds().Dx()/512, at.y*drawn.Bounds().Dy()/512)).(color.NRGBA)
		if got != at.want {
			t.Errorf("%s: %v, want %v", name, got, at.want)
		}
	}
}
