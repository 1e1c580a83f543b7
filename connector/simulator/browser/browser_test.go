package browser

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const login = `<title>ログイン</title><body>%s<form method="post" action="/login?keep=1"><input type="hidden" name="token" value="t&amp;1">
<label>ユーザ名 <input name="user"></label><label for="p">パスワード</label><input id="p" name="password" type="password">
<input type="checkbox" name="remember" value="yes" checked><input type="checkbox" name="other" value="no"><button>ログイン</button></form>`

const consent = `<form method="POST" action="decide"><button name="decision" value="yes">許可する</button><button name="decision" value="no">拒否</button></form>
<form action="/search"><input name="q" value="a b"><input type="submit" value="検索"></form><style>.hidden{}</style>`

// site is a small site with a login, a consent page and a callback on another host.
func site(t *testing.T, after string) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /start", func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("who"); err == nil && c.Value == "taro" {
			fmt.Fprint(w, consent)
			return
		}
		http.Redirect(w, r, "/login", http.StatusFound)
	})
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, login, "") })
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		want := url.Values{"token": {"t&1"}, "user": {"taro"}, "password": {"himitsu"}, "remember": {"yes"}}
		if r.PostForm.Encode() != want.Encode() || r.URL.RawQuery != "keep=1" {
			fmt.Fprintf(w, login, `<p role="alert">ちがいます</p>`)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "who", Value: "taro"})
		http.Redirect(w, r, "/start", http.StatusSeeOther)
	})
	mux.HandleFunc("POST /decide", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, after+"?decision="+r.FormValue("decision"), http.StatusFound)
	})
	mux.HandleFunc("GET /search", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `<body><p>%s</p>`, r.URL.RawQuery)
	})
	mux.HandleFunc("GET /round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	mux.HandleFunc("GET /broken", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `<p role="alert">登録されていません</p>`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func newBrowser(t *testing.T) *Browser {
	t.Helper()
	b, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func TestSignInEndsWhereNobodyServes(t *testing.T) {
	server := site(t, "https://localhost/nobody")
	for allow, want := range map[bool]string{true: "https://localhost/nobody?decision=yes", false: "https://localhost/nobody?decision=no"} {
		end, err := newBrowser(t).SignIn(t.Context(), server.URL+"/start", "taro", "himitsu", allow)
		if err != nil || end.String() != want {
			t.Errorf("ended at %v, %v; want %s", end, err, want)
		}
	}
}

func TestSignInFollowsACallbackOnThisMachine(t *testing.T) {
	got := ""
	callback := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/callback" {
			got = r.URL.Query().Get("decision")
			http.Redirect(w, r, "/done", http.StatusSeeOther)
		}
	}))
	defer callback.Close()
	server := site(t, callback.URL+"/callback")
	end, err := newBrowser(t).SignIn(t.Context(), server.URL+"/start", "taro", "himitsu", true)
	if err != nil || end.String() != callback.URL+"/done" || got != "yes" {
		t.Errorf("ended at %v, %v; the callback got %q", end, err, got)
	}
}

func TestSignInTellsWhyItFailed(t *testing.T) {
	server := site(t, "https://localhost/nobody")
	for path, want := range map[string]string{"/start": "ちがいます", "/broken": "登録されていません"} {
		if _, err := newBrowser(t).SignIn(t.Context(), server.URL+path, "taro", "falsch", true); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := newBrowser(t).SignIn(t.Context(), server.URL+"/round?code=geheim", "", "", true); err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("going round in circles: %v", err)
	}
	if _, err := newBrowser(t).SignIn(t.Context(), "http://127.0.0.1:1/?code=geheim", "", "", true); err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("nobody there: %v", err)
	}
}

func TestAPageIsReadAndUsedAsAPersonWould(t *testing.T) {
	server := site(t, "/")
	b := newBrowser(t)
	page, err := b.Visit(t.Context(), server.URL+"/login")
	if err != nil {
		t.Fatal(err)
	}
	if page.Title() != "ログイン" || page.Text() != "ユーザ名 パスワード ログイン" || !page.Has("ユーザ名") || page.Has("氏名") || page.HasButton("検索") || page.Status != 200 {
		t.Errorf("page: %q %q", page.Title(), page.Text())
	}
	if err := page.Fill("氏名", "x"); err == nil {
		t.Error("a field that is not there was filled in")
	}
	if _, err := page.Press(t.Context(), "検索"); err == nil {
		t.Error("a button that is not there was pressed")
	}
	for label, value := range map[string]string{"ユーザ名": "taro", "パスワード": "himitsu"} {
		if err := page.Fill(label, value); err != nil {
			t.Fatal(err)
		}
	}
	if page, err = page.Press(t.Context(), "ログイン"); err != nil || !page.HasButton("許可") || page.URL.Path != "/start" {
		t.Fatalf("after the login: %v", err)
	}
	if page, err = page.Press(t.Context(), "検索"); err != nil || page.Text() != "q=a+b" {
		t.Errorf("after the search: %q %v", page.Text(), err)
	}
}
