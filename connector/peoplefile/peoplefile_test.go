package peoplefile_test

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/peoplefile"
	"dakokubridge/connector/spreadsheet"
)

const heading = "AkerunユーザーID,Akerun氏名,ユーザーコード\n"

func shiftJIS(t testing.TB, text string) []byte {
	t.Helper()
	b, err := japanese.ShiftJIS.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBoard_N10_ReadCSV(t *testing.T) {
	two := []peoplefile.Line{{Number: 2, UserID: "U-1", Code: "0028"}, {Number: 3, UserID: "U-2", Code: "0029"}}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(strings.ReplaceAll(heading, ",", "\t") + "U-1\t髙橋\t0028\nU-2\t𠮷野\t0029\n"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		want peoplefile.File
	}{
		"UTF-8":                {[]byte(heading + "U-1,髙橋,0028\nU-2,𠮷野,0029\n"), peoplefile.File{Encoding: "UTF-8", Lines: two}},
		"with a mark":          {[]byte("\ufeff" + heading + "U-1,髙橋,0028\nU-2,𠮷野,0029"), peoplefile.File{Encoding: "UTF-8", Lines: two}},
		"Shift_JIS":            {shiftJIS(t, heading+"U-1,髙橋①,0028\nU-2,吉野,0029\n"), peoplefile.File{Encoding: "Shift_JIS", Lines: two}},
		"UTF-16":               {utf16, peoplefile.File{Encoding: "UTF-16", Lines: two}},
		"CRLF and quotes":      {[]byte(strings.ReplaceAll(heading+"\"U-1\",\"髙橋, \"\"太郎\"\"\",\"0028\"\nU-2,x,0029\n", "\n", "\r\n")), peoplefile.File{Encoding: "UTF-8", Lines: two}},
		"CR":                   {[]byte(strings.ReplaceAll(heading+"U-1,x,0028\nU-2,x,0029\n", "\n", "\r")), peoplefile.File{Encoding: "UTF-8", Lines: two}},
		"tabs":                 {[]byte(strings.ReplaceAll(heading+"U-1,x,0028\nU-2,x,0029\n", ",", "\t")), peoplefile.File{Encoding: "UTF-8", Lines: two}},
		"semicolons":           {[]byte(strings.ReplaceAll(heading+"U-1,x,0028\nU-2,x,0029\n", ",", ";")), peoplefile.File{Encoding: "UTF-8", Lines: two}},
		"blanks, wide heading": {[]byte("Ａｋｅｒｕｎ ユーザーＩＤ,ユーザー コード\n U-1 ,　0028 \nU-2,0029\n"), peoplefile.File{Encoding: "UTF-8", Lines: two}},
		"English heading":      {[]byte("User code,Akerun user ID\n0028,U-1\n0029,U-2\n"), peoplefile.File{Encoding: "UTF-8", Lines: two}},
		"by mail":              {[]byte("メールアドレス,ユーザーコード\na@example.jp,1\n"), peoplefile.File{Encoding: "UTF-8", Lines: []peoplefile.Line{{Number: 2, Mail: "a@example.jp", Code: "1"}}}},
		"with 対象": {[]byte("AkerunユーザーID,ユーザーコード,対象\nU-1,0028,対象外\nU-2,0029,○\nU-3,0030,\nU-4,0031,たぶん\n,,対象\n"), peoplefile.File{
			Encoding: "UTF-8", Lines: []peoplefile.Line{{Number: 2, UserID: "U-1", Code: "0028", Included: peoplefile.Excluded}, {Number: 3, UserID: "U-2", Code: "0029", Included: peoplefile.Included}, {Number: 4, UserID: "U-3", Code: "0030"}},
			Bad: []peoplefile.Bad{{Number: 5, Why: peoplefile.OddIncluded}, {Number: 6, Why: peoplefile.NoUser}},
		}},
		"対象 alone":        {[]byte("メールアドレス,対象\na@example.jp,×\n"), peoplefile.File{Encoding: "UTF-8", NoCodes: true, Lines: []peoplefile.Line{{Number: 2, Mail: "a@example.jp", Included: peoplefile.Excluded}}}},
		"a title above":   {[]byte("社員一覧\n\n" + heading + "U-1,x,0028\n"), peoplefile.File{Encoding: "UTF-8", Lines: []peoplefile.Line{{Number: 4, UserID: "U-1", Code: "0028"}}}},
		"a line over two": {[]byte(heading + "U-1,\"a\nb\",1\nU-2,x,2\n"), peoplefile.File{Encoding: "UTF-8", Lines: []peoplefile.Line{{Number: 2, UserID: "U-1", Code: "1"}, {Number: 4, UserID: "U-2", Code: "2"}}}},
		"employees only":  {[]byte(heading + ",山田,\n,,\nU-1,x,1\n"), peoplefile.File{Encoding: "UTF-8", Skipped: 1, Lines: []peoplefile.Line{{Number: 4, UserID: "U-1", Code: "1"}}}},
		"bad lines": {[]byte(heading + "U-1,x\"y,1\n,x,2\nU-3,x,3\nU-4,\"x\"y,4\nU-5,x,5\n"), peoplefile.File{
			Encoding: "UTF-8", Lines: []peoplefile.Line{{Number: 4, UserID: "U-3", Code: "3"}, {Number: 6, UserID: "U-5", Code: "5"}},
			Bad: []peoplefile.Bad{{Number: 2, Why: peoplefile.BadQuote}, {Number: 3, Why: peoplefile.NoUser}, {Number: 5, Why: peoplefile.BadQuote}},
		}},
		"an open quote": {[]byte(heading + "U-1,x,1\nU-2,\"x,2\nU-3,x,3\n"), peoplefile.File{
			Encoding: "UTF-8", Lines: []peoplefile.Line{{Number: 2, UserID: "U-1", Code: "1"}}, Bad: []peoplefile.Bad{{Number: 3, Why: peoplefile.BadQuote}},
		}},
		"a broken byte in Shift_JIS": {append(shiftJIS(t, heading+"U-1,x,1\nU-2,x,2"), 0xfd, '\n'), peoplefile.File{
			Encoding: "Shift_JIS", Lines: []peoplefile.Line{{Number: 2, UserID: "U-1", Code: "1"}}, Bad: []peoplefile.Bad{{Number: 3, Why: peoplefile.BadEncoding}},
		}},
		"a broken byte in UTF-8": {[]byte(heading + "U-1,x,1\nU-2,x,2\xff\n"), peoplefile.File{
			Encoding: "UTF-8", Lines: []peoplefile.Line{{Number: 2, UserID: "U-1", Code: "1"}}, Bad: []peoplefile.Bad{{Number: 3, Why: peoplefile.BadEncoding}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := peoplefile.Read(c.data)
			if diff := cmp.Diff(c.want, f); diff != "" || err != nil {
				t.Error(err, diff)
			}
		})
	}
}

func TestBoard_N10_WholeFileRefused(t *testing.T) {
	var many strings.Builder
	many.WriteString(heading)
	for range peoplefile.MaxLines + 1 {
		many.WriteString("U,x,1\n")
	}
	for name, c := range map[string]struct {
		data []byte
		want peoplefile.Problem
	}{
		"empty":         {[]byte(" \r\n"), peoplefile.Empty},
		"no heading":    {[]byte("U-1,x,1\n"), peoplefile.NoHeading},
		"no code":       {[]byte("AkerunユーザーID,Akerun氏名\nU-1,x\n"), peoplefile.NoHeading},
		"no text":       {[]byte{0xff, 0x00, 0x80, 0x01}, peoplefile.BadEncoding},
		"too large":     {bytes.Repeat([]byte("x"), peoplefile.MaxSize+1), peoplefile.TooLarge},
		"too many":      {[]byte(many.String()), peoplefile.TooLarge},
		"old Excel":     {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more"), peoplefile.Protected},
		"no Excel":      {[]byte("PK\x03\x04 and nothing else"), peoplefile.Broken},
		"empty Excel":   {workbook(t, nil), peoplefile.NoHeading},
		"another table": {workbook(t, [][]any{{"a", "b"}}), peoplefile.NoHeading},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := peoplefile.Read(c.data)
			var not *peoplefile.Unreadable
			if !errors.As(err, &not) || not.Why != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

func workbook(t testing.TB, rows [][]any) []byte {
	t.Helper()
	x := excelize.NewFile()
	for i, row := range rows {
		if err := x.SetSheetRow("Sheet1", "A"+strconv.Itoa(i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	b, err := x.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadExcel(t *testing.T) {
	x := excelize.NewFile()
	if _, err := x.NewSheet("一覧"); err != nil {
		t.Fatal(err)
	}
	zeros := "0000"
	style, err := x.NewStyle(&excelize.Style{CustomNumFmt: &zeros})
	if err != nil {
		t.Fatal(err)
	}
	for cell, value := range map[string]any{
		"A1": "社員の表", "B2": "ユーザーコード", "C2": "AkerunユーザーID",
		"B3": "0028", "C3": "U-1", // text
		"B4": 28, "C4": "U-2", // a number: the zeros are gone
		"B5": 29, "C5": "U-3", // a number shown as 0029
		"B6": 123456789012, "C6": "U-4", // shown as 1.23457E+11
		"C7": "U-5", "A9": "合計",
		"B10": "5",
		"B11": "'=1", "C11": "U-6",
	} {
		if err := x.SetCellValue("一覧", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.SetCellStyle("一覧", "B5", "B5", style); err != nil {
		t.Fatal(err)
	}
	b, err := x.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	f, err := peoplefile.Read(b.Bytes())
	want := peoplefile.File{
		Excel: true, Skipped: 1, Bad: []peoplefile.Bad{{Number: 10, Why: peoplefile.NoUser}},
		Lines: []peoplefile.Line{
			{Number: 3, UserID: "U-1", Code: "0028"}, {Number: 4, UserID: "U-2", Code: "28", Numeric: true}, {Number: 5, UserID: "U-3", Code: "0029"},
			{Number: 6, UserID: "U-4", Code: "123456789012", Numeric: true}, {Number: 7, UserID: "U-5"}, {Number: 11, UserID: "U-6", Code: "=1"},
		},
	}
	if diff := cmp.Diff(want, f); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestExcelHidesNothing(t *testing.T) {
	x := excelize.NewFile()
	if _, err := x.NewSheet("見せない"); err != nil {
		t.Fatal(err)
	}
	for cell, value := range map[string]any{"A1": "ユーザーコード", "B1": "AkerunユーザーID", "A2": "1", "B2": "U-1"} {
		if err := x.SetCellValue("見せない", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.SetSheetVisible("見せない", false); err != nil {
		t.Fatal(err)
	}
	b, err := x.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	if f, err := peoplefile.Read(b.Bytes()); err == nil {
		t.Errorf("a hidden sheet was read: %+v", f)
	}
}

// TestRoundTrip: what is exported reads back as it was, whatever stands in it.
func TestBoard_M09_N10_RoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.SampledFrom([]string{"", "0028", "=1+1", "+81", "-", "@x", "＝", "a,b", `"`, "001", "山田 太郎", "𠮷"}), rapid.StringMatching(`[A-Za-z0-9=+@'",-]{1,12}`))
		var people []peoplefile.Person
		var want []peoplefile.Line
		for i := range rapid.IntRange(0, 12).Draw(t, "people") {
			p := peoplefile.Person{UserID: fmt.Sprint("U-", i), UserName: text.Draw(t, "name"), UserCode: text.Draw(t, "code"), Reason: attendance.NoUserCode, Excluded: rapid.Bool().Draw(t, "excluded")}
			if spreadsheet.Neutral(strings.TrimPrefix(p.UserCode, "'")) != strings.TrimPrefix(p.UserCode, "'") && strings.HasPrefix(p.UserCode, "'") {
				p.UserCode = "x" // the one thing that can't be told apart from what the export adds
			}
			people = append(people, p)
			line := peoplefile.Line{Number: i + 2, UserID: p.UserID, Code: p.UserCode, Included: peoplefile.Included}
			if p.Excluded {
				line.Included = peoplefile.Excluded
			}
			want = append(want, line)
		}
		format := rapid.SampledFrom([]spreadsheet.Format{spreadsheet.CSV, spreadsheet.Excel}).Draw(t, "format")
		_, content, err := peoplefile.Write(format, rapid.SampledFrom([]string{"ja", "en"}).Draw(t, "language"), people)
		if err != nil {
			t.Fatal(err)
		}
		f, err := peoplefile.Read(content)
		if err != nil || len(f.Bad) > 0 || f.Skipped > 0 {
			t.Fatal(err, f.Bad, f.Skipped)
		}
		if diff := cmp.Diff(want, f.Lines); diff != "" {
			t.Fatal(diff)
		}
	})
}

func BenchmarkRead10000(b *testing.B) {
	var people []peoplefile.Person
	for i := range 10_000 {
		people = append(people, peoplefile.Person{UserID: fmt.Sprint("U-", i), UserName: "山田 太郎", UserMail: fmt.Sprintf("u%d@example.co.jp", i), UserCode: fmt.Sprintf("%05d", 3*i)})
	}
	for _, format := range []spreadsheet.Format{spreadsheet.CSV, spreadsheet.Excel} {
		_, content, err := peoplefile.Write(format, "ja", people)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(string(format), func(b *testing.B) {
			for b.Loop() {
				if f, err := peoplefile.Read(content); err != nil || len(f.Lines) != len(people) {
					b.Fatal(err, len(f.Lines))
				}
			}
		})
	}
}

// FuzzCSV and FuzzExcel: whatever the file, Read ends, keeps to its limits and names every line at most once.
func FuzzCSV(f *testing.F) {
	f.Add([]byte(heading + "U-1,\"髙橋, \"\"太郎\"\"\",0028\r\n"))
	f.Add(shiftJIS(f, heading+"U-1,表ソ①,0028\n"))
	f.Add([]byte("\xff\xfe" + heading))
	f.Add([]byte(heading + "\"U-1\"x,1,2\n\n,,3\n'=1,x,'=2\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.HasPrefix(data, []byte("PK")) {
			t.Skip()
		}
		readsSoundly(t, data)
	})
}

func FuzzExcel(f *testing.F) {
	good := workbook(f, [][]any{{"AkerunユーザーID", "ユーザーコード"}, {"U-1", "0028"}, {"U-2", 28}})
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
			t.Skip()
		}
		readsSoundly(t, data)
	})
}

func readsSoundly(t *testing.T, data []byte) {
	file, err := peoplefile.Read(data)
	var not *peoplefile.Unreadable
	if err != nil && !errors.As(err, &not) {
		t.Fatalf("an error of another kind: %v", err)
	}
	seen := make(map[int]bool)
	for _, l := range file.Lines {
		if l.Number < 2 || seen[l.Number] || l.UserID == "" && l.Mail == "" || strings.TrimSpace(l.Code) != l.Code {
			t.Fatalf("%+v", l)
		}
		seen[l.Number] = true
	}
	for _, b := range file.Bad {
		if b.Number < 2 || seen[b.Number] {
			t.Fatalf("%+v", b)
		}
		seen[b.Number] = true
	}
}
