package spreadsheet_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"dakokubridge/connector/spreadsheet"
)

var document = spreadsheet.Document{
	Title: "勤怠", About: "記録",
	Rows:  [][]string{{"社員コード", "氏名"}, {"0028", "=HYPERLINK(\"x\")"}, {"+1", "@a"}, {"\tx", "\rx"}, {"-", "＝1"}, {" =1", "山田, \"太郎\"\n二行目"}},
	Notes: [][]string{{"ヘッド", "abc"}},
}

var wanted = [][]string{{"社員コード", "氏名"}, {"0028", "'=HYPERLINK(\"x\")"}, {"'+1", "'@a"}, {"'\tx", "'\rx"}, {"'-", "'＝1"}, {"' =1", "山田, \"太郎\"\n二行目"}}

func TestCSVIsTextThatNoFormulaGetsInto(t *testing.T) {
	content, err := spreadsheet.Write(spreadsheet.CSV, document)
	if err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(string(content), "\ufeff")
	if !marked {
		t.Error("no byte order mark")
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := append(slices.Clone(wanted), []string{"ヘッド", "abc"}) // readers pass over the empty line between
	for i := range want {
		for j := range want[i] {
			// A carriage return inside a cell comes back as a line feed: that is how encoding/csv reads.
			if got := rows[i][j]; got != want[i][j] && got != strings.ReplaceAll(want[i][j], "\r", "") {
				t.Errorf("row %d: got %q, want %q", i, rows[i], want[i])
			}
		}
	}
}

func TestExcelHoldsTextCells(t *testing.T) {
	content, err := spreadsheet.Write(spreadsheet.Excel, document)
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("勤怠")
	if err != nil {
		t.Fatal(err)
	}
	for i := range wanted {
		if !slices.Equal(rows[i], wanted[i]) {
			t.Errorf("row %d: got %q, want %q", i, rows[i], wanted[i])
		}
	}
	kind, err := f.GetCellType("勤怠", "A2")
	if err != nil || kind == excelize.CellTypeNumber || kind == excelize.CellTypeFormula {
		t.Errorf("0028 is of type %v, %v", kind, err)
	}
	if notes, err := f.GetRows("記録"); err != nil || len(notes) != 1 || notes[0][1] != "abc" {
		t.Error(notes, err)
	}
}

func TestAnotherFormatIsRefused(t *testing.T) {
	if _, err := spreadsheet.Write("pdf", document); !errors.Is(err, spreadsheet.ErrFormat) {
		t.Error(err)
	}
}

func TestNoCellBeginsAFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringMatching(`[ 　]{0,2}[=+\-@\t\r\n＝＋－＠a0山]{0,3}[a-z0-9]{0,3}`).Draw(t, "cell")
		got := spreadsheet.Neutral(cell)
		bare := strings.TrimLeft(got, " 　")
		if bare != "" && strings.ContainsAny(string([]rune(bare)[:1]), "=+-@\t\r\n＝＋－＠") {
			t.Fatalf("%q came out as %q", cell, got)
		}
		if strings.TrimPrefix(got, "'") != cell {
			t.Fatalf("%q came out as %q", cell, got)
		}
	})
}
