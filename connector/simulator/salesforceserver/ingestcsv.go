package salesforceserver

import (
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
)

// readCSV reads an upload as strictly as the job says: one delimiter, one line ending, every row as long as the header. problem is what the job
// fails with.
func readCSV(body []byte, delimiter byte, crlf bool) (header []string, rows [][]string, problem string) {
	if !utf8.Valid(body) {
		return nil, nil, "InvalidBatch : The upload is not UTF-8"
	}
	r := csvReader{text: string(body), delimiter: delimiter, crlf: crlf}
	for r.at < len(r.text) && problem == "" {
		var cells []string
		cells, problem = r.row()
		switch {
		case problem != "":
		case header == nil:
			header = cells
		case len(cells) != len(header):
			problem = fmt.Sprintf("InvalidBatch : Row %d has %d values, the header has %d", len(rows)+1, len(cells), len(header))
		default:
			rows = append(rows, cells)
		}
	}
	if header == nil && problem == "" {
		problem = "InvalidBatch : The upload is empty"
	}
	return header, rows, problem
}

type csvReader struct {
	text      string
	at        int
	delimiter byte
	crlf      bool
}

// row reads up to the end of a line.
func (r *csvReader) row() (cells []string, problem string) {
	for {
		cell, problem := r.cell()
		if problem != "" {
			return nil, problem
		}
		cells = append(cells, cell)
		if r.at == len(r.text) {
			return cells, ""
		}
		next := r.text[r.at]
		r.at++
		switch {
		case next == r.delimiter:
			continue
		case next == '\n' && !r.crlf:
			return cells, ""
		case next == '\r' && r.crlf && r.at < len(r.text) && r.text[r.at] == '\n':
			r.at++
			return cells, ""
		}
		setting := "LF"
		if r.crlf {
			setting = "CRLF"
		}
		return nil, "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is " + setting
	}
}

// cell reads one value and stops before what ends it.
func (r *csvReader) cell() (value, problem string) {
	if r.at < len(r.text) && r.text[r.at] == '"' {
		return r.quoted()
	}
	begin := r.at
	for r.at < len(r.text) && r.text[r.at] != r.delimiter && r.text[r.at] != '\n' && r.text[r.at] != '\r' {
		if r.text[r.at] == '"' {
			return "", "InvalidBatch : A quote stands within a value that is not quoted"
		}
		r.at++
	}
	return r.text[begin:r.at], ""
}

func (r *csvReader) quoted() (value, problem string) {
	var b strings.Builder
	for r.at++; r.at < len(r.text); r.at++ {
		if r.text[r.at] != '"' {
			b.WriteByte(r.text[r.at])
			continue
		}
		if r.at++; r.at < len(r.text) && r.text[r.at] == '"' {
			b.WriteByte('"')
			continue
		}
		if r.at < len(r.text) && r.text[r.at] != r.delimiter && r.text[r.at] != '\n' && r.text[r.at] != '\r' {
			return "", "InvalidBatch : Something stands behind a closing quote"
		}
		return b.String(), ""
	}
	return "", "InvalidBatch : A quote is not closed"
}

// jobResults answers with the rows of a job that has ended, by what became of them.
func (c *call) jobResults(j *ingestJob, part string) answer {
	if c.method != http.MethodGet {
		return wrongMethod(c.method)
	}
	if j.state != jobComplete && j.state != jobFailed && j.state != jobAborted {
		return invalidJob("INVALIDJOBSTATE", "The job has not ended: its state is %s", j.state)
	}
	w := csvWriter{delimiter: jobDelimiters[j.delimiter], end: map[string]string{"LF": "\n", "CRLF": "\r\n"}[j.lineEnding]}
	switch part {
	case "successfulresults":
		w.row([]string{"sf__Id", "sf__Created"}, j.header)
	case "failedresults":
		w.row([]string{"sf__Id", "sf__Error"}, j.header)
	default:
		w.row(nil, j.header)
	}
	for _, r := range j.rows {
		switch {
		case part == "successfulresults" && r.done && r.problem == nil:
			w.row([]string{r.id, fmt.Sprint(r.created)}, r.cells)
		case part == "failedresults" && r.done && r.problem != nil:
			w.row([]string{r.id, r.problem.sentence()}, r.cells)
		case part == "unprocessedrecords" && !r.done:
			w.row(nil, r.cells)
		}
	}
	return answer{status: http.StatusOK, contentType: "text/csv; charset=UTF-8", body: []byte(w.text.String())}
}

// sentence is how a job tells why a row failed: code, message and fields in one text.
func (e *rowError) sentence() string {
	fields := strings.Join(e.Fields, ",")
	if fields != "" {
		fields += " "
	}
	return e.StatusCode + ":" + e.Message + ":" + fields + "--"
}

// csvWriter writes every value in quotes, as the server does.
type csvWriter struct {
	text      strings.Builder
	delimiter byte
	end       string
}

func (w *csvWriter) row(first, rest []string) {
	for i, cell := range append(append([]string{}, first...), rest...) {
		if i > 0 {
			w.text.WriteByte(w.delimiter)
		}
		w.text.WriteString(`"` + strings.ReplaceAll(cell, `"`, `""`) + `"`)
	}
	w.text.WriteString(w.end)
}
