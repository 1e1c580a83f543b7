package akerunserver

import (
	"encoding/json"
	"net/http"
)

// locked runs next with the lock held, and sends its answer after letting go of the lock: a client that is slow to read must
// not hold up the others.
func (s *Server) locked(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a := &held{ResponseWriter: w, status: http.StatusOK}
		func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			next(a, r)
		}()
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body) // a client that has gone away is no concern of the server's
	}
}

// held is an answer that is not on its way yet.
type held struct {
	http.ResponseWriter
	status int
	body   []byte
}

func (h *held) WriteHeader(status int) { h.status = status }

func (h *held) Write(p []byte) (int, error) {
	h.body = append(h.body, p...)
	return len(p), nil
}

// answer writes v as Akerun writes JSON.
func answer(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil { // only values of this package come here, and all of them can be written
		panic(err)
	}
	answerBytes(w, status, body)
}

func answerBytes(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // into memory, see locked
}

// refuse writes an error in the form that /v3 has: {"code","message"}.
func refuse(w http.ResponseWriter, status int, code, message string) {
	answer(w, status, struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}{code, message})
}
