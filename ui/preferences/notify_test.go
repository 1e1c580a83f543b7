package preferences_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"dakokubridge/ui/text"
)

// TestNotify: a channel is added, told, and taken out again; what can't be a mail server is refused in words.
func TestNotify(t *testing.T) {
	var posts atomic.Int32
	channel := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { posts.Add(1) }))
	defer channel.Close()
	r := running(t)
	s := open(t, r, "ja")
	s.Fold(text.Of("notify_title"))
	s.Fill(text.Of("notify_name_example"), "jinji")
	s.Fill("https://", channel.URL+"/hook")
	s.Tap(text.Of("notify_add"))
	s.Until("the channel", func() bool { return s.Has("teams jinji") && s.Pending() == 0 })
	if got := settings(t, r).Notify.Webhooks; len(got) != 1 || got[0] != "teams jinji" {
		t.Fatal(got)
	}
	s.Tap(text.Of("notify_test"))
	s.Want("teams jinji: 送りました")
	if posts.Load() != 1 {
		t.Error(posts.Load())
	}
	s.Tap("閉じる")
	s.Fill("smtp.example.co.jp:587", "smtp")
	s.Tap(text.Of("button_save"))
	s.Want(text.Of("notify_refused"))
	s.Tap("閉じる")
	s.Tap(text.Of("notify_remove"))
	s.Until("no channel", func() bool { return !s.Has("teams jinji") && s.Pending() == 0 })
	if got := settings(t, r).Notify.Webhooks; len(got) != 0 {
		t.Error(got)
	}
}
