package ui

import (
	"image/color"
	"maps"
	"os"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"

	"dakokubridge/assets"
	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
	"dakokubridge/ui/theme"
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
}

func newTestWindow(t *testing.T, language string) (*window, *shell.Desk) {
	t.Helper()
	if _, err := text.Load(language); err != nil {
		t.Fatal(err)
	}
	r := rig.New(t, rig.Options{Seed: 1, Size: company.Small, Days: 1})
	d := shell.NewDesk(r.Local)
	d.App = test.NewTempApp(t)
	d.App.Settings().SetTheme(theme.New(theme.Light, theme.Fonts{}))
	d.Window = d.App.NewWindow("")
	d.Post = func(func()) {} // what screens find out is not looked at here
	w := newWindow(t.Context(), d, nil)
	t.Cleanup(func() { w.close(); d.Wait() })
	return w, d
}

func TestTheWindowShowsEachState(t *testing.T) {
	for language, want := range map[string]string{"ja": "連携中", "en": "Running"} {
		w, _ := newTestWindow(t, language)
		// The test's driver runs nothing by itself: what is posted is run here, as Fyne's goroutine would.
		var posted []func()
		changes := make(chan connector.Status, 1)
		changes <- connector.Status{Phase: connector.Running}
		close(changes)
		follow(changes, func(f func()) { posted = append(posted, f) }, w.update, w.lost)
		if len(posted) != 2 {
			t.Fatalf("%d posted", len(posted))
		}
		posted[0]()
		if w.word.Text != want || w.place != shell.Dashboard {
			t.Errorf("shown is %q at %s", w.word.Text, w.place)
		}
		posted[1]()
		if got := w.ended.Text; !w.ended.Visible() || got != texts(t, language)["subscription_ended"] {
			t.Errorf("after the end it shows %q", got)
		}
	}
}

func TestTheWizardComesFirstUntilItHasBegun(t *testing.T) {
	for phase, want := range map[connector.Phase]struct {
		place  shell.Place
		wizard bool
	}{
		connector.NotSetUp: {shell.Setup, true}, connector.Applied: {shell.Setup, true}, connector.Ready: {shell.Setup, true},
		connector.Waiting: {shell.Dashboard, false}, connector.Running: {shell.Dashboard, false}, connector.NeedsLink: {shell.Dashboard, false},
		connector.Unlinked: {shell.Dashboard, true},
	} {
		w, _ := newTestWindow(t, "ja")
		w.update(connector.Status{Phase: phase, Relink: []connector.Relink{{Side: connector.Akerun, Cause: "LOGIN_NEEDED"}}})
		entries := len(w.entries.Objects)
		if w.place != want.place || (entries == len(w.screens)) != want.wizard {
			t.Errorf("%s: %s is shown, %d entries", phase, w.place, entries)
		}
		w.show(shell.People, "")
		if w.place != shell.People {
			t.Errorf("%s is shown", w.place)
		}
		w.show("nowhere", "")
		w.update(connector.Status{Phase: connector.Running})
		if w.place != shell.People {
			t.Errorf("a change of state leads to %s", w.place)
		}
	}
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
