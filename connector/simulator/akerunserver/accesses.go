package akerunserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dakokubridge/connector/simulator/company"
)

// digits22 is put before an id of at most 16 digits, filled up with zeros, to make one of the length of the documented example.
const digits22 = "123456"

// listAccesses answers with the 入退室履歴 as it shows by now, newest first unless asked otherwise.
func (s *Server) listAccesses(w http.ResponseWriter, r *http.Request, c caller) {
	q := r.URL.Query()
	p, ok := s.page(w, q)
	if !ok {
		return
	}
	wanted, err := s.span(p, q)
	if err != nil {
		s.badParameter(w, err.Error())
		return
	}
	e := encoder{server: s, organization: c.organization}
	for row := range s.ledger.rows(wanted) {
		if s.company.Doors[row.Door].Organization != c.organization {
			e.foreign(row)
			continue
		}
		if e.rows == p.limit {
			break
		}
		e.add(row)
		s.ledger.serve(row)
	}
	if e.rows == 0 && s.switches.Envelope == "empty_object" {
		answer(w, http.StatusOK, struct{}{})
		return
	}
	answerBytes(w, http.StatusOK, e.done())
}

// span reads which rows are wanted. Its error is the name of the parameter that makes no sense.
func (s *Server) span(p page, q url.Values) (span, error) {
	now := s.now()
	wanted := span{before: math.MaxUint64, from: math.MinInt64, to: math.MaxInt64, now: now.Unix()}
	if days := s.switches.HistoryDays; days > 0 {
		wanted.from = now.AddDate(0, 0, -days).Unix()
	}
	var err error
	if p.after != "" {
		if wanted.after, err = s.readID(p.after); err != nil {
			return wanted, errors.New("id_after")
		}
		if s.switches.IDAfterToo && wanted.after > 0 {
			wanted.after--
		}
	}
	if p.before != "" {
		if wanted.before, err = s.readID(p.before); err != nil {
			return wanted, errors.New("id_before")
		}
	}
	if err := s.window(&wanted, q); err != nil {
		return wanted, err
	}
	if by := q.Get("sort_by"); by != "" && by != "id" {
		return wanted, errors.New("sort_by")
	}
	switch order := or(q.Get("sort_order"), s.switches.DefaultOrder); order {
	case "asc":
	case "desc":
		wanted.newestFirst = true
	default:
		return wanted, errors.New("sort_order")
	}
	return wanted, nil
}

// window reads datetime_after and datetime_before into the span, whose borders both count.
func (s *Server) window(wanted *span, q url.Values) error {
	if text := q.Get("datetime_after"); text != "" {
		t, err := readTime(text)
		if err != nil {
			return errors.New("datetime_after")
		}
		from := t.Unix()
		if t.Nanosecond() > 0 || !s.switches.AfterBorder {
			from++
		}
		wanted.from = max(wanted.from, from)
	}
	if text := q.Get("datetime_before"); text != "" {
		t, err := readTime(text)
		if err != nil {
			return errors.New("datetime_before")
		}
		wanted.to = t.Unix()
		if t.Nanosecond() == 0 && !s.switches.BeforeBorder {
			wanted.to--
		}
	}
	return nil
}

// readTime reads an ISO 8601 instant with seconds and an offset, which may lack its colon.
func readTime(text string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	return time.Parse("2006-01-02T15:04:05Z0700", text)
}

// readID turns an id as shown into the number behind it.
func (s *Server) readID(text string) (uint64, error) {
	if strings.HasPrefix(s.switches.Ids, "22_digits") && len(text) == 22 && strings.HasPrefix(text, digits22) {
		text = text[len(digits22):]
	}
	return strconv.ParseUint(text, 10, 64)
}

// showID is the opposite of readID.
func (s *Server) showID(id uint64) string {
	if strings.HasPrefix(s.switches.Ids, "22_digits") {
		return fmt.Sprintf("%s%016d", digits22, id)
	}
	return strconv.FormatUint(id, 10)
}

// encoder writes rows as JSON by hand: encoding/json is too slow for a backlog of a million.
type encoder struct {
	server       *Server
	organization int
	body         []byte
	rows         int // of this 事業所, each counted once
	others       int
}

func (e *encoder) add(r *row) {
	s := e.server
	e.rows++
	if n := s.switches.BrokenEvery; n > 0 && e.rows%n == 0 {
		e.broken(r)
		return
	}
	e.write(r)
	if n := s.switches.RepeatEvery; n > 0 && e.rows%n == 0 {
		e.write(r)
	}
}

// foreign slips in a row of another 事業所 where the switches want it.
func (e *encoder) foreign(r *row) {
	if n := e.server.switches.ForeignEvery; n > 0 {
		if e.others++; e.others%n == 0 {
			e.write(r)
		}
	}
}

func (e *encoder) begin() {
	if len(e.body) == 0 {
		e.body = append(e.body, `{"accesses":[`...)
		return
	}
	e.body = append(e.body, ',')
}

func (e *encoder) write(r *row) {
	s := e.server
	e.begin()
	b := append(e.body, `{"id":`...)
	switch s.switches.Ids {
	case "number":
		b = strconv.AppendUint(b, r.id, 10)
	case "22_digits":
		b = append(b, s.showID(r.id)...)
	default:
		b = append(append(append(b, '"'), s.showID(r.id)...), '"')
	}
	text := r.text()
	b = appendText(append(b, `,"action":`...), text.Action)
	b = appendText(append(b, `,"device_type":`...), text.DeviceType)
	b = appendText(append(b, `,"device_name":`...), text.DeviceName)
	b = s.appendTime(append(b, `,"accessed_at":`...), r.At)
	b = append(append(b, `,"akerun":`...), s.doorJSON[r.Door]...)
	b = append(append(b, `,"user":`...), s.shownUser(r)...)
	if s.switches.ExtraFields {
		b = append(b, `,"organization":{"plan":"standard"},"temperature":null`...)
	}
	e.body = append(b, '}')
}

// broken writes a row that nobody can read, in one of four ways by turns.
func (e *encoder) broken(r *row) {
	s := e.server
	e.begin()
	at := time.Unix(r.At, 0).UTC().Format(time.RFC3339)
	switch id := s.showID(r.id); e.rows / s.switches.BrokenEvery % 4 {
	case 0:
		e.body = fmt.Appendf(e.body, `{"id":null,"action":"unlock","accessed_at":%q,"akerun":null,"user":null}`, at)
	case 1:
		e.body = fmt.Appendf(e.body, `{"id":%s,"action":"unlock","device_type":"nfc_outside","accessed_at":"yesterday","akerun":%s,"user":%s}`, id, s.doorJSON[r.Door], s.shownUser(r))
	case 2:
		e.body = fmt.Appendf(e.body, `{"id":%s,"action":"unlock","device_type":"nfc_outside","accessed_at":%q,"akerun":%s,"user":"taro"}`, id, at, s.doorJSON[r.Door])
	default:
		e.body = fmt.Appendf(e.body, `%q`, id)
	}
}

func (e *encoder) done() []byte {
	if len(e.body) == 0 {
		return []byte(`{"accesses":[]}`)
	}
	return append(e.body, `]}`...)
}

func (s *Server) shownUser(r *row) []byte {
	if r.User < 0 {
		return []byte("null")
	}
	u := s.users[r.User]
	if len(u.ranks) == 0 && s.switches.RemovedUser == "null" {
		return []byte("null")
	}
	return u.short
}

func (s *Server) appendTime(b []byte, at int64) []byte {
	t := time.Unix(at, 0).UTC()
	b = append(b, '"')
	switch s.switches.AccessedAt {
	case "offset":
		b = t.In(company.Japan).AppendFormat(b, time.RFC3339)
	case "fraction":
		b = t.AppendFormat(b, "2006-01-02T15:04:05.000Z07:00")
	default:
		b = t.AppendFormat(b, time.RFC3339)
	}
	return append(b, '"')
}

// appendText appends a JSON string; only rows that somebody added can hold what needs escaping.
func appendText(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < 0x20 || c == '"' || c == '\\' || c == 0x7f {
			quoted, err := json.Marshal(text)
			if err != nil { // strings can always be written
				panic(err)
			}
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), text...), '"')
}
