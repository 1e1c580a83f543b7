//go:build linux && !race

package window

import (
	"strings"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

// watcher is a tray as a desktop has it: programs register their icons with it.
type watcher struct {
	t   *testing.T
	bus *dbus.Conn

	mu   sync.Mutex
	item string // bus name of the icon
}

const (
	watcherName = "org.kde.StatusNotifierWatcher"
	itemName    = "org.kde.StatusNotifierItem"
	menuName    = "com.canonical.dbusmenu"
)

func watch(t *testing.T, bus *dbus.Conn) *watcher {
	t.Helper()
	w := &watcher{t: t, bus: bus}
	must(t, bus.Export(w, "/StatusNotifierWatcher", watcherName))
	_, err := prop.Export(bus, "/StatusNotifierWatcher", prop.Map{watcherName: {
		"IsStatusNotifierHostRegistered": {Value: true},
		"ProtocolVersion":                {Value: int32(0)},
		"RegisteredStatusNotifierItems":  {Value: []string{}},
	}})
	must(t, err)
	reply, err := bus.RequestName(watcherName, dbus.NameFlagDoNotQueue)
	must(t, err)
	if reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatal("there is a tray already")
	}
	return w
}

// RegisterStatusNotifierItem is called by programs.
func (w *watcher) RegisterStatusNotifierItem(service string, sender dbus.Sender) *dbus.Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.item = service
	if strings.HasPrefix(service, "/") {
		w.item = string(sender)
	}
	return nil
}

func (w *watcher) registered() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.item
}

// property reads a property of the icon.
func (w *watcher) property(name string) any {
	item := w.registered()
	if item == "" {
		return nil
	}
	v, err := w.bus.Object(item, "/StatusNotifierItem").GetProperty(itemName + "." + name)
	if err != nil {
		return nil
	}
	return v.Value()
}

func (w *watcher) title() string {
	s, _ := w.property("Title").(string)
	return s
}

// tooltip is the second text of the icon's tooltip.
func (w *watcher) tooltip() string {
	parts, ok := w.property("ToolTip").([]any)
	if !ok || len(parts) < 3 {
		return ""
	}
	s, _ := parts[2].(string)
	return s
}

// pixels are those of the icon, to tell one from another.
func (w *watcher) pixels() string {
	var all []struct {
		Width, Height int32
		Pixels        []byte
	}
	item := w.registered()
	v, err := w.bus.Object(item, "/StatusNotifierItem").GetProperty(itemName + ".IconPixmap")
	if err != nil || dbus.Store([]any{v.Value()}, &all) != nil || len(all) == 0 {
		return ""
	}
	return string(all[0].Pixels)
}

// entry is one of the icon's menu.
type entry struct {
	id      int32
	label   string
	enabled bool
}

type layout struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

// menuPath is where the icon says that its menu is.
func (w *watcher) menuPath() dbus.ObjectPath {
	path, ok := w.property("Menu").(dbus.ObjectPath)
	if !ok {
		return "/"
	}
	return path
}

func (w *watcher) menu() (entries []entry) {
	var revision uint32
	var root layout
	call := w.bus.Object(w.registered(), w.menuPath()).Call(menuName+".GetLayout", 0, int32(0), int32(-1), []string{})
	if err := call.Store(&revision, &root); err != nil {
		return nil
	}
	for _, c := range root.Children {
		var l layout
		if err := dbus.Store([]any{c.Value()}, &l); err != nil {
			continue
		}
		e := entry{id: l.ID, enabled: true}
		if v, ok := l.Properties["label"]; ok {
			e.label, _ = v.Value().(string)
		}
		if v, ok := l.Properties["enabled"]; ok {
			e.enabled, _ = v.Value().(bool)
		}
		entries = append(entries, e)
	}
	return entries
}

// press clicks an entry of the menu.
func (w *watcher) press(label string) bool {
	for _, e := range w.menu() {
		if e.label == label && e.enabled {
			call := w.bus.Object(w.registered(), w.menuPath()).Call(menuName+".Event", 0, e.id, "clicked", dbus.MakeVariant(int32(0)), uint32(0))
			return call.Err == nil
		}
	}
	return false
}
