//go:build linux && !race

package window

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/clock"
)

// build makes the program as a person would get it.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "dakokubridge")
	out, err := exec.Command("go", "build", "-o", binary, "dakokubridge/app").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

// company is the demo's: the same seed makes the same people.
func company(t *testing.T) simulator.Description {
	t.Helper()
	s, err := simulator.New(simulator.Options{Seed: 1, Size: "S", Clock: clock.Jump(simulator.DefaultFrom)})
	must(t, err)
	return s.Description("", "")
}

// stamps are the rows that the simulated Salesforce has.
func stamps(t *testing.T, base string) (rows []map[string]any) {
	t.Helper()
	answer, err := http.Get(base + "/_simulator/stamps")
	must(t, err)
	defer func() { _ = answer.Body.Close() }()
	must(t, json.NewDecoder(answer.Body).Decode(&rows))
	return rows
}

// From nothing to stamps on the sheet and back: wizard, both sign-ins in a real browser, start, a night at high speed, 連携解除.
func TestFromTheWizardToStampsAndBack(t *testing.T) {
	m := newMachine(t)
	d := company(t)
	m.play(build(t), "demo", "--language", "ja")
	m.see("準備するもの")
	m.until("the tray to say 未設定", func() bool { return m.tray.title() == "未設定" })
	m.click("次へ")
	m.see("Salesforce管理者に渡す情報")
	m.click("次へ")

	// Akerun: the address on which the browser ends is copied back.
	manager := d.Akerun.Users[0]
	m.click("ログインする方のメールアドレス", 0, 36)
	m.typed(manager.Mail)
	m.click("連携する")
	m.browser.open(m.address())
	m.browser.fill("#mail", manager.Mail)
	m.browser.fill("#password", manager.Password)
	m.browser.click("button[type=submit]")
	m.browser.click("form:first-of-type button[type=submit]")
	m.browser.until("the address that nobody serves", func() bool { return strings.HasPrefix(m.browser.at(), d.Akerun.RedirectURI) })
	m.see("コピーしたアドレスを貼り付ける")
	m.copied(m.browser.at())
	m.click("コピーしたアドレスを貼り付ける")
	m.see("連携する事業所を選んでください")
	m.click("連携する事業所を選んでください", -60, 34)
	m.click("次へ")

	// Salesforce: an employee's rights are not enough, an administrator's are.
	base := m.salesforce("ログイン", d, "employee")
	m.click("次へ")
	m.click("別のユーザーでログイン")
	m.click("別のユーザーでログイン")
	m.salesforce("ログイン", d, "admin")
	m.click("次へ")
	m.see("勤怠連携バッチ")
	m.see("まず1人で試す")
	m.click("次へ")
	m.see("社員コード")
	m.click("次へ")
	m.see("次の5:00")
	m.click("次へ")
	m.click("連携開始")
	m.see("社員向け案内文をコピー")
	m.until("the tray to say 待機中", func() bool { return m.tray.title() == "待機中" })
	m.click("× 720")
	m.click("× 3600")
	m.until("the tray to say 連携中", func() bool { return m.tray.title() == "連携中" })
	m.click("ダッシュボードへ")
	m.until("stamps at Salesforce", func() bool { return len(stamps(t, base)) > 20 })
	m.until("stamps on the time sheet", func() bool {
		for _, row := range stamps(t, base) {
			if strings.Contains(toJSON(t, row), "処理済み") {
				return true
			}
		}
		return false
	})
	m.browser.open(base + "/_simulator/timesheet.html")
	m.browser.element("table")

	m.click("履歴", 0, 40) // 設定
	m.click("連携解除")
	m.see("上の内容を理解しました")
	m.key("Escape")
	m.until("the dialog to be closed", func() bool { _, _, there := m.look("上の内容を理解しました"); return !there })
	m.click("連携解除")
	m.click("上の内容を理解しました")
	m.click("連携を解除する")
	m.until("the tray to say 連携解除済", func() bool { return m.tray.title() == "連携解除済" })
	if said := m.said(); strings.Contains(said, "Error in Fyne call thread") {
		t.Error(said)
	}
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}

// salesforce signs in as one of the roles and gives the address of the simulated Salesforce. The window has to notice by itself.
func (m *machine) salesforce(button string, d simulator.Description, role string) (base string) {
	m.t.Helper()
	m.click(button)
	address := m.address()
	u, err := url.Parse(address)
	must(m.t, err)
	m.browser.open(address)
	for _, user := range d.Salesforce.Users {
		if user.Role == role {
			m.browser.fill("#username", user.Username)
			m.browser.fill("#password", user.Password)
		}
	}
	m.browser.click("#Login")
	m.browser.click("#oaapprove")
	m.see("別のユーザーでログイン")
	return u.Scheme + "://" + u.Host
}

// The tray: registered, a picture, title and tooltip for each state, entries that work; closing the window keeps the program.
func TestTheTray(t *testing.T) {
	m := newMachine(t)
	m.play(build(t), "demo", "--language", "ja")
	m.until("an icon in the tray", func() bool { return m.tray.registered() != "" && m.tray.title() == "未設定" })
	pictures := map[string]string{"未設定": m.tray.pixels()}
	m.click("おまかせで設定して始める")
	state := func(title string) {
		t.Helper()
		m.until("the tray to say "+title, func() bool { return m.tray.title() == title })
		m.until("the tooltip to say "+title, func() bool { return strings.Contains(m.tray.tooltip(), title) })
		m.until("the menu to say "+title, func() bool {
			entries := m.tray.menu()
			return len(entries) > 0 && entries[0].label == title && !entries[0].enabled
		})
		pictures[title] = m.tray.pixels()
	}
	state("待機中")
	if !m.tray.press("一時停止") {
		t.Fatalf("no 一時停止 in %v", m.tray.menu())
	}
	state("一時停止")
	if !m.tray.press("再開") {
		t.Fatalf("no 再開 in %v", m.tray.menu())
	}
	state("待機中")
	if !m.tray.press("今すぐ同期") {
		t.Fatalf("no 今すぐ同期 in %v", m.tray.menu())
	}
	m.click("× 720")
	m.click("× 3600")
	state("連携中")
	m.click("Salesforceの権限を失う")
	state("要再連携")
	seen := make(map[string]string)
	for title, picture := range pictures {
		if other, twice := seen[picture]; twice || picture == "" {
			t.Errorf("%s looks like %s", title, other)
		}
		seen[picture] = title
	}

	visible := func() bool {
		out, _ := m.try("xdotool", "search", "--onlyvisible", "--name", "打刻ブリッジ")
		return out != ""
	}
	m.key("alt+F4")
	m.click("わかりました")
	m.until("the window to be gone", func() bool { return !visible() })
	if !m.tray.press("開く") {
		t.Fatalf("no 開く in %v", m.tray.menu())
	}
	m.until("the window to be back", visible)
	if !m.tray.press("終了") {
		t.Fatalf("no 終了 in %v", m.tray.menu())
	}
	select {
	case err := <-m.ended:
		if err != nil {
			t.Errorf("the program ended with %v\n%s", err, m.said())
		}
	case <-time.After(patience):
		t.Error("終了 does not end the program")
	}
}
