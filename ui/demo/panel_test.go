package demo

import (
	"context"
	"errors"
	"testing"

	"fyne.io/fyne/v2"

	"dakokubridge/connector"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/shell/stage"
)

// quiet is a façade of which only the status is asked.
type quiet struct {
	connector.Connector
	phase *connector.Phase
}

func (q quiet) Status(context.Context) (connector.Status, error) {
	return connector.Status{Phase: *q.phase}, nil
}

func TestThePanelMakesThingsHappen(t *testing.T) {
	phase := connector.NotSetUp
	s := stage.New(t, quiet{phase: &phase}, "ja")
	speed, lost, batch := 1.0, false, true
	w := World{
		Speed: func() float64 { return speed }, SetSpeed: func(v float64) error { speed = v; return nil }, Wanted: 720,
		Access:    func(context.Context) (string, error) { return "山田 太郎", nil },
		WebStamp:  func(context.Context) (string, error) { return "", errors.New("nobody") },
		Lose:      func(on bool) error { lost = on; return nil },
		Batch:     func(on bool) error { batch = on; return nil },
		Prepare:   func(context.Context) error { phase = connector.Waiting; return nil },
		TimeSheet: "http://127.0.0.1/sheet",
		Logins:    []Login{{connector.Salesforce, "admin", "renkei@example.com", "himitsu"}},
	}
	s.Show(func(f *shell.Frame, _ string) fyne.CanvasObject { return New(f, w) }, "")
	s.Tap("入退室を起こす")
	s.Want("山田 太郎 さんが入退室しました")
	s.Tap("Web打刻を起こす")
	s.Want("いまはできませんでした")
	s.Tap("Salesforceの権限を失う")
	s.Tap("勤怠連携バッチを止める")
	if !lost || batch {
		t.Error(lost, batch)
	}
	s.Tap("勤怠連携バッチを止める")
	if !batch {
		t.Error("the batch stays off")
	}
	s.Tap("チムスピ勤怠の勤務表（模擬）")
	if len(s.Opened) != 1 || s.Opened[0] != w.TimeSheet {
		t.Error(s.Opened)
	}
	s.Tap("お試し用のID・パスワード")
	s.Want("renkei@example.com", "himitsu", "管理者")
	s.Tap("閉じる")
	if speed != 1 {
		t.Error("the clock runs before the start")
	}
	s.Tap("おまかせで設定して始める")
	if speed != 720 || len(s.Went) != 1 || s.Went[0] != shell.Dashboard || s.Enabled("おまかせで設定して始める") {
		t.Error(speed, s.Went)
	}
	s.Selects()[0].SetSelected("× 60")
	if speed != 60 {
		t.Error(speed)
	}
}
