package wizard

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/connector/vault"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/shell/stage"
	"dakokubridge/ui/text"
)

// play is a wizard in front of a simulated company.
type play struct {
	*stage.Stage
	t *testing.T
	r *rig.Rig
}

func newPlay(t *testing.T, o rig.Options) *play {
	t.Helper()
	if o.Seed == 0 {
		o.Seed, o.Size, o.Days = 1, company.Small, 3
	}
	p := &play{t: t, r: rig.New(t, o)}
	p.open("ja", p.r.Local)
	return p
}

// open shows the wizard as a start of the program would.
func (p *play) open(language string, c connector.Connector) {
	p.t.Helper()
	p.Stage = stage.New(p.t, c, language)
	p.Now = p.r.World.Clock().Now
	p.Show(New, "")
}

// step goes to a step by its number in the list.
func (p *play) step(n int) {
	p.t.Helper()
	p.Tap(strconv.Itoa(n) + "  " + text.Of("wizard_"+steps()[n].name+"_title"))
}

func (p *play) signInAkerun(role string) {
	p.t.Helper()
	mail, _, err := p.r.Login(connector.Akerun, role)
	if err != nil {
		p.t.Fatal(err)
	}
	p.Fill(text.Of("wizard_akerun_mail"), mail)
	p.Tap(text.Of("wizard_akerun_begin"))
	final, err := p.r.Visit(p.Opened[len(p.Opened)-1], connector.Akerun, role, true)
	if err != nil {
		p.t.Fatal(err)
	}
	p.App.Clipboard().SetContent(final.String())
	p.Tap(text.Of("wizard_akerun_paste"))
}

// logIn presses the button and goes through Salesforce's pages; the window has to notice the return by itself.
func (p *play) logIn(button, role string, allow bool) {
	p.t.Helper()
	opened := len(p.Opened)
	p.Press(button)
	p.Until("the browser to open", func() bool { return len(p.Opened) > opened })
	visited := make(chan error, 1)
	go func() {
		_, err := p.r.Visit(p.Opened[opened], connector.Salesforce, role, allow)
		visited <- err
	}()
	p.Settle()
	if err := <-visited; err != nil {
		p.t.Log("the browser says:", err)
	}
}

func (p *play) link() {
	p.t.Helper()
	p.step(stepAkerun)
	p.signInAkerun("super_manager")
	p.chooseOffice()
	p.step(stepSalesforce)
	p.logIn("ログイン", "admin", true)
}

// chooseOffice chooses the first of several 事業所.
func (p *play) chooseOffice() {
	p.t.Helper()
	for _, r := range p.Radios() {
		r.SetSelected(r.Options[0])
	}
	p.Settle()
}

func TestTheWholeWay(t *testing.T) {
	for _, language := range []string{"ja", "en"} {
		t.Run(language, func(t *testing.T) {
			p := newPlay(t, rig.Options{})
			p.open(language, p.r.Local)
			p.Want(text.Of("wizard_prepare_official"), text.Of("wizard_prepare_pc"))
			p.step(stepAkerun)
			p.signInAkerun("super_manager")
			p.Want(text.Of("wizard_akerun_super"), text.Of("wizard_akerun_choose"))
			p.chooseOffice()
			p.Tap(text.Of("button_next"))
			p.logIn(text.Of("wizard_salesforce_login"), "admin", true)
			p.Want(text.Of("wizard_salesforce_then"))
			p.Tap(text.Of("button_next"))
			p.Want(text.Of("wizard_rights_sheet"), text.Of("wizard_rights_batch_unknown"))
			p.Tap(text.Of("button_next"))
			p.Want(text.Of("wizard_people_intro"))
			p.Tap(text.Of("button_next"))
			five := time.Date(2026, 11, 25, 5, 0, 0, 0, text.Zone)
			p.Want(text.Of("wizard_start_good", text.Args{"Start": text.Moment(five)}))
			p.Tap(text.Of("wizard_start_trial"))
			p.Want("8:") // somebody came in in the morning
			p.Tap(text.Of("button_close"))
			p.Tap(text.Of("button_next"))
			p.Want(text.Moment(five))
			p.Tap(text.Of("wizard_confirm_begin"))
			p.Want(text.Of("wizard_confirm_begun"))
			status, err := p.r.Status(t.Context())
			if err != nil || status.Phase != connector.Waiting || !status.Start.Equal(five) {
				t.Errorf("%s, start %v, %v", status.Phase, status.Start, err)
			}
			p.Tap(text.Of("wizard_copy_staff"))
			if copied := p.App.Clipboard().Content(); !strings.Contains(copied, text.Moment(five)) {
				t.Errorf("the notice for employees says %q", copied)
			}
			p.Tap(text.Of("wizard_to_dashboard"))
			if len(p.Went) != 1 || p.Went[0] != shell.Dashboard {
				t.Error(p.Went)
			}
		})
	}
}

func TestTheLettersNameWhatIsNeeded(t *testing.T) {
	p := newPlay(t, rig.Options{})
	var copied []string
	for _, b := range p.Buttons("依頼メールをコピー") {
		b.OnTapped()
		copied = append(copied, p.App.Clipboard().Content())
	}
	if len(copied) != 3 {
		t.Fatalf("%d letters", len(copied))
	}
	for i, want := range [][]string{{"アプリID", "秘密キー"}, {"http://localhost:", "/oauth/callback", "PKCE", "refresh_token", "全社員のデータ編集"}, {"勤怠連携バッチのスケジュール"}} {
		for _, part := range want {
			if !strings.Contains(copied[i], part) {
				t.Errorf("letter %d lacks %q", i, part)
			}
		}
	}
}

// fresh is a façade that knows no アプリID yet, as on a new PC.
func fresh(t *testing.T, r *rig.Rig) *connector.Local {
	t.Helper()
	pipe := r.World.Pipe()
	set := settings.Default()
	local, err := connector.Open(t.Context(), connector.Config{Dir: t.TempDir(), Vault: vault.Memory(), Clock: r.World.Clock(), Transport: pipe, Settings: set})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = local.Close(); _ = pipe.Close() })
	return local
}

func TestTheApplicationWaitsForAkerunsAnswer(t *testing.T) {
	p := newPlay(t, rig.Options{})
	local := fresh(t, p.r)
	p.open("ja", local)
	p.Tap("次へ")
	p.Tap("申し込み内容をコピー")
	if copied := p.App.Clipboard().Content(); !strings.Contains(copied, "https://localhost/dakokubridge/akerun") {
		t.Error(copied)
	}
	p.Tap("申し込みました")
	p.Want("【申込受付】", "2026年11月27日（金）") // three business days after Tuesday the 24th
	status, err := local.Status(t.Context())
	if err != nil || status.Phase != connector.Applied {
		t.Error(status.Phase, err)
	}
	p.step(stepAkerun)
	p.Want("先に、手順1で")
	p.open("ja", local) // another day
	p.Want("先に、手順1で")
	p.step(stepApplication)
	p.Want("【申込受付】")
	if p.Enabled("登録する") {
		t.Error("nothing can be registered")
	}
	p.Fill("アプリID", "abc")
	p.Fill("秘密キー", "himitsu")
	p.Tap("登録する")
	p.Want("ログインする方のメールアドレス")
	p.step(stepApplication)
	p.Want("アプリID abc が登録されています")
	if p.Has("himitsu") {
		t.Error("the secret is shown")
	}
}

func TestAnAddressIsPastedAndOnlyWhenAsked(t *testing.T) {
	p := newPlay(t, rig.Options{})
	p.step(stepAkerun)
	if p.Enabled("連携する") {
		t.Error("without a mail address the authority can't be found")
	}
	mail, _, _ := p.r.Login(connector.Akerun, "super_manager")
	p.Fill("例：taro.yamada@example.co.jp", mail)
	p.Tap("連携する")
	p.Want("このサイトにアクセスできません", "アドレス欄を全部コピーして")
	final, err := p.r.Visit(p.Opened[0], connector.Akerun, "super_manager", true)
	if err != nil {
		t.Fatal(err)
	}
	for pasted, want := range map[string]string{
		"":                         "アドレス欄を全部コピー",
		"https://www.example.com/": "アドレス欄を全部コピー",
		"明日の会議":                    "アドレス欄を全部コピー",
		strings.Replace(final.String(), "state=", "state=x", 1): "別のときのログイン",
	} {
		p.App.Clipboard().SetContent(pasted)
		p.Tap("コピーしたアドレスを貼り付ける")
		p.Want(want)
	}
	p.App.Clipboard().SetContent(final.String())
	p.Tap("コピーしたアドレスを貼り付ける")
	p.Want("スーパーマネージャーであることを確認しました", "連携する事業所を選んでください")
	p.App.Clipboard().SetContent(final.String())
	p.Tap("別の方でログイン")
	p.Fill("例：taro.yamada@example.co.jp", mail)
	p.Tap("連携する")
	p.Tap("キャンセル")
	p.Want("ログインする方のメールアドレス")
}

func TestWhoMayLinkAkerun(t *testing.T) {
	t.Run("a manager may not", func(t *testing.T) {
		p := newPlay(t, rig.Options{})
		p.step(stepAkerun)
		p.signInAkerun("manager")
		p.Want("連携できるのはスーパーマネージャーだけです")
		p.Tap("別の方でログイン")
		p.signInAkerun("super_manager")
		p.Want("スーパーマネージャーであることを確認しました")
	})
	t.Run("a value that nobody knows is vouched for", func(t *testing.T) {
		p := newPlay(t, rig.Options{})
		p.r.Switch(connector.Akerun, "super_manager", "role_7")
		p.step(stepAkerun)
		p.signInAkerun("super_manager")
		p.Want("「role_7」")
		p.Tap("Akerun Connectのユーザー管理で、この方が「スーパーマネージャー」であることを確認しました")
		setup, err := p.r.Setup(t.Context())
		if err != nil || !setup.SuperConfirmed {
			t.Error(setup, err)
		}
	})
	t.Run("another person's mail address", func(t *testing.T) {
		p := newPlay(t, rig.Options{})
		p.step(stepAkerun)
		p.Fill("例：taro.yamada@example.co.jp", "nobody@example.com")
		p.Tap("連携する")
		final, err := p.r.Visit(p.Opened[0], connector.Akerun, "super_manager", true)
		if err != nil {
			t.Fatal(err)
		}
		p.App.Clipboard().SetContent(final.String())
		p.Tap("コピーしたアドレスを貼り付ける")
		p.Want("Akerunに見つかりません")
	})
	t.Run("refused in the browser", func(t *testing.T) {
		p := newPlay(t, rig.Options{})
		p.step(stepAkerun)
		mail, _, _ := p.r.Login(connector.Akerun, "super_manager")
		p.Fill("例：taro.yamada@example.co.jp", mail)
		p.Tap("連携する")
		final, err := p.r.Visit(p.Opened[0], connector.Akerun, "super_manager", false)
		if err != nil {
			t.Fatal(err)
		}
		p.App.Clipboard().SetContent(final.String())
		p.Tap("コピーしたアドレスを貼り付ける")
		p.Want("許可されませんでした")
	})
}

// Each way in which a sign-in to Salesforce fails has its own words, and the way out is there.
func TestSignInsToSalesforceThatFail(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(t *testing.T, p *play)
		allow   bool
		want    string
	}{
		"refused":           {nil, false, "許可されませんでした"},
		"app not installed": {func(_ *testing.T, p *play) { p.r.Switch(connector.Salesforce, "app_not_installed", true) }, true, "まだ許可されていません"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlay(t, rig.Options{})
			if c.prepare != nil {
				c.prepare(t, p)
			}
			p.step(stepSalesforce)
			p.logIn("ログイン", "admin", c.allow)
			p.Want(c.want)
			if name == "app not installed" {
				p.r.Switch(connector.Salesforce, "app_not_installed", false)
			}
			p.logIn("もう一度", "admin", true)
			p.Want("さんがログインしています")
		})
	}
	t.Run("given up here", func(t *testing.T) {
		p := newPlay(t, rig.Options{})
		p.step(stepSalesforce)
		p.Press("ログイン")
		p.Until("the browser to open", func() bool { return len(p.Opened) == 1 })
		p.Tap("キャンセル")
		p.Want("中止しました")
		p.logIn("もう一度", "admin", true)
		p.Want("さんがログインしています")
	})
	t.Run("ports in use", func(t *testing.T) {
		p := newPlay(t, rig.Options{})
		set, err := p.r.Local.Settings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var taken []net.Listener
		for _, port := range set.Salesforce.CallbackPorts {
			l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
			if err != nil {
				t.Fatal(err)
			}
			taken = append(taken, l)
		}
		p.step(stepSalesforce)
		p.Tap("ログイン")
		p.Want("ほかのプログラムが使っています")
		for _, l := range taken {
			_ = l.Close()
		}
		p.logIn("もう一度", "admin", true)
		p.Want("さんがログインしています")
	})
	t.Run("no address of Salesforce", func(t *testing.T) {
		p := newPlay(t, rig.Options{})
		p.step(stepSalesforce)
		p.Fill("https://….lightning.force.com/", "https://example.com/")
		p.Want("Salesforceのアドレスではないようです")
		if p.Enabled("ログイン") {
			t.Error("a sign-in nowhere is offered")
		}
		p.Fill("https://….lightning.force.com/", "https://sakura--dev.sandbox.lightning.force.com/lightning")
		p.Want("テスト環境", "https://sakura--dev.sandbox.my.salesforce.com")
	})
}

// failing is a façade whose sign-ins end with an error.
type failing struct {
	connector.Connector
	err error
}

func (f failing) BeginSignIn(context.Context, connector.SignInRequest) (connector.SignIn, error) {
	return connector.SignIn{ID: "1", Address: "https://example.com"}, nil
}
func (f failing) FinishSignIn(context.Context, string, string) (connector.Account, error) {
	return connector.Account{}, f.err
}
func (f failing) CancelSignIn(context.Context, string) error { return nil }

func TestFailuresThatTakeLongOrAnotherNetwork(t *testing.T) {
	p := newPlay(t, rig.Options{})
	for code, want := range map[connector.ErrorCode]string{
		connector.CodeTimeout:     "時間内にログインが終わりませんでした",
		connector.CodeOffline:     "つながりません",
		connector.CodeWrongTenant: "別の組織のアカウントです",
		connector.CodeKeychain:    "保管場所が使えません",
		connector.CodeInternal:    "【診断情報を保存】",
	} {
		p.open("ja", failing{p.r.Local, &connector.Error{Code: code, Text: "x"}})
		p.step(stepSalesforce)
		p.Tap("ログイン")
		p.Want(want)
		if !p.Enabled("もう一度") {
			t.Errorf("%s: no way out", code)
		}
	}
}

// The same on Akerun's side, where the address is brought back by hand.
func TestSignInsToAkerunThatFail(t *testing.T) {
	p := newPlay(t, rig.Options{})
	for code, want := range map[connector.ErrorCode]string{
		connector.CodeTimeout:  "時間内にログインが終わりませんでした",
		connector.CodeOffline:  "つながりません",
		connector.CodeNoClient: "アプリIDまたは秘密キーが正しくありません",
		connector.CodeKeychain: "保管場所が使えません",
		connector.CodeNotFound: "Akerunに見つかりません",
		connector.CodeInternal: "【診断情報を保存】",
	} {
		p.open("ja", failing{p.r.Local, &connector.Error{Code: code, Text: "x"}})
		p.step(stepAkerun)
		p.Fill("例：taro.yamada@example.co.jp", "taro@example.co.jp")
		p.Tap("連携する")
		p.App.Clipboard().SetContent("https://localhost/dakokubridge/akerun?code=c&state=s")
		p.Tap("コピーしたアドレスを貼り付ける")
		p.Want(want, "ログインする方のメールアドレス")
		if !p.Enabled("連携する") {
			t.Errorf("%s: no way out", code)
		}
	}
}

func TestEmployeeRightsAreBlocked(t *testing.T) {
	p := newPlay(t, rig.Options{})
	p.step(stepAkerun)
	p.signInAkerun("super_manager")
	p.step(stepSalesforce)
	p.logIn("ログイン", "employee", true)
	p.step(stepRights)
	p.Want("さんの権限では、他の社員の打刻を登録できません", "このまま始めると全員の打刻が止まります")
	p.Tap("依頼メールをコピー")
	if copied := p.App.Clipboard().Content(); !strings.Contains(copied, "全社員のデータ編集") {
		t.Error(copied)
	}
	p.step(stepConfirm)
	if p.Enabled("連携開始") {
		t.Error("it can be begun with employee rights")
	}
	p.step(stepRights)
	p.Tap("別のユーザーでログイン")
	p.Tap("別のユーザーでログイン")
	p.logIn("ログイン", "admin", true)
	p.step(stepRights)
	p.Want("全員の打刻を登録できます")
}

func TestWhatSalesforceLacksIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		key   string
		value any
		want  string
	}{
		"stamp object missing": {"object_missing", []map[string]string{{"object": "teamspirit__ExternalAttendance__c"}}, "打刻に必要なものが見えません"},
		"plain key":            {"unique_key", "plain", "最大12分かかります"},
		"no target date":       {"target_date_createable", false, "対象日を指定できません"},
		"batch off":            {"batch_on", false, "勤怠連携バッチ"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlay(t, rig.Options{})
			p.r.Switch(connector.Salesforce, c.key, c.value)
			p.step(stepSalesforce)
			p.logIn("ログイン", "admin", true)
			p.step(stepRights)
			p.Want(c.want, "Akerunにはまだログインしていません") // step 4 can be done before Akerun's answer
			p.Tap("もう一度調べる")
			p.Want(c.want)
		})
	}
}

func TestTheStartIsAnHourAheadWhenItIsPressedToo(t *testing.T) {
	p := newPlay(t, rig.Options{})
	p.link()
	p.step(stepStart)
	now := p.r.World.Clock().Now()
	entry := p.Entries()[0]
	entry.SetText(now.In(text.Zone).Format(time.DateOnly))
	selects := p.Selects()
	soon := now.In(text.Zone).Add(30 * time.Minute)
	selects[0].SetSelected(soon.Format("15"))
	selects[1].SetSelected("30")
	p.Settle()
	p.Want("いま選べる最も早い日時は")
	p.Tap("次の5:00")
	p.Want("2026年11月25日（水） 05:00 に始めます")
	p.step(stepConfirm)
	// The page stays open until too late: the check holds again.
	if err := p.r.World.Clock().Set(time.Date(2026, 11, 25, 4, 30, 0, 0, text.Zone)); err != nil {
		t.Fatal(err)
	}
	p.Tap("連携開始")
	p.Want("1時間後以降", "連携を始める日時を選びます")
	status, err := p.r.Status(t.Context())
	if err != nil || status.Phase != connector.Ready {
		t.Error(status.Phase, err)
	}
	p.Tap("次の5:00")
	p.step(stepConfirm)
	p.Tap("連携開始")
	p.Want("待機中", "2026年11月26日（木）")
}

func TestWhoCameInBeforeTheStartIsCounted(t *testing.T) {
	p := newPlay(t, rig.Options{})
	if err := p.r.World.Clock().Set(time.Date(2026, 11, 25, 11, 0, 0, 0, text.Zone)); err != nil {
		t.Fatal(err)
	}
	p.link()
	p.step(stepStart)
	p.Entries()[0].SetText("2026-11-25")
	p.Selects()[0].SetSelected("13")
	p.Selects()[1].SetSelected("00")
	p.Settle()
	p.Want("人が入室しています", "2026年11月25日（水） 13:00 に始めます")
}

func TestTheWizardGoesOnWhereItWasLeft(t *testing.T) {
	p := newPlay(t, rig.Options{})
	p.link()
	for n := range steps() {
		p.step(n)
		p.r.Restart()
		p.open("ja", p.r.Local)
		p.Want(text.Of("wizard_heading", text.Args{"N": n, "Title": text.Of("wizard_" + steps()[n].name + "_title")}))
	}
}

func TestOneSideIsHandedOverWhileItRuns(t *testing.T) {
	p := newPlay(t, rig.Options{})
	p.r.Link(time.Date(2026, 11, 25, 5, 0, 0, 0, text.Zone))
	p.Refresh()
	p.Show(New, "salesforce")
	p.Want("担当者を変更：Salesforce")
	p.logIn("ログイン", "employee", true)
	p.Want("他の社員の打刻を登録できません")
	p.logIn("もう一度", "admin", true)
	p.Want("さんがログインしています")
	p.Tap("ダッシュボードへ")
	if p.Went[0] != shell.Dashboard {
		t.Error(p.Went)
	}
}

// The keyboard alone: Tab to what is wanted, blank or Enter to press it.
func TestTheKeyboardAloneGetsThrough(t *testing.T) {
	p := newPlay(t, rig.Options{})
	press := func(label string) {
		t.Helper()
		p.focus(label)
		p.Window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	}
	for range 2 {
		press("次へ")
		p.Settle()
	}
	mail, _, _ := p.r.Login(connector.Akerun, "super_manager")
	p.focus("例：taro.yamada@example.co.jp")
	for _, r := range mail {
		p.Window.Canvas().Focused().TypedRune(r)
	}
	press("連携する")
	p.Settle()
	final, err := p.r.Visit(p.Opened[0], connector.Akerun, "super_manager", true)
	if err != nil {
		t.Fatal(err)
	}
	p.App.Clipboard().SetContent(final.String())
	press("コピーしたアドレスを貼り付ける")
	p.Settle()
	p.focusRadio()
	p.Window.Canvas().Focused().TypedRune(' ')
	p.Settle()
	press("次へ")
	p.Settle()
	p.focus("ログイン")
	done := make(chan struct{})
	p.Window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	p.Until("the browser to open", func() bool { return len(p.Opened) == 2 })
	go func() {
		defer close(done)
		if _, err := p.r.Visit(p.Opened[1], connector.Salesforce, "admin", true); err != nil {
			t.Error(err)
		}
	}()
	p.Settle()
	<-done
	for range 4 {
		press("次へ")
		p.Settle()
	}
	press("連携開始")
	p.Settle()
	p.Want("待機中")
}

// focusRadio presses Tab until the first of several 事業所 has the focus.
func (p *play) focusRadio() {
	p.t.Helper()
	canvas := p.Window.Canvas()
	for range 200 {
		canvas.FocusNext()
		if canvas.Focused() != nil && strings.Contains(fmt.Sprintf("%T", canvas.Focused()), "radioItem") {
			return
		}
	}
	p.t.Fatalf("Tab never comes to the 事業所; shown is:\n%s", p.Text())
}

// focus presses Tab until what says so has the focus.
func (p *play) focus(label string) {
	p.t.Helper()
	canvas := p.Window.Canvas()
	for range 200 {
		canvas.FocusNext()
		switch o := canvas.Focused().(type) {
		case *widget.Button:
			if o.Text == label {
				return
			}
		case *widget.Entry:
			if o.PlaceHolder == label {
				return
			}
		}
	}
	p.t.Fatalf("Tab never comes to %q; shown is:\n%s", label, p.Text())
}

func TestBusinessDays(t *testing.T) {
	for from, want := range map[string]string{"2026-11-23": "2026-11-26", "2026-11-20": "2026-11-25", "2026-11-21": "2026-11-25", "2026-11-25": "2026-11-30"} {
		at, _ := time.ParseInLocation(time.DateOnly, from, text.Zone)
		if got := businessDays(at, 3).Format(time.DateOnly); got != want {
			t.Errorf("three business days after %s: %s, want %s", from, got, want)
		}
	}
}
