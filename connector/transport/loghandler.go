package transport

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
)

// secretKey finds attribute names whose value is masked whatever it is.
var secretKey = regexp.MustCompile(`(?i)^(?:` + secretNames + `|authorization|cookie|set-cookie|.*[_-](?:token|secret|password|verifier))$`)

// RedactingHandler gives a handler that masks secrets in messages and attributes before h sees them, at every level.
func RedactingHandler(h slog.Handler) slog.Handler { return &redactingHandler{next: h} }

type redactingHandler struct{ next slog.Handler }

// Enabled asks the handler behind.
func (h *redactingHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// Handle passes the masked record on.
func (h *redactingHandler) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, Redact(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(redactAttr(a))
		return true
	})
	return h.next.Handle(ctx, clean)
}

// WithAttrs masks the attributes once, here.
func (h *redactingHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &redactingHandler{next: h.next.WithAttrs(redactAttrs(attrs))}
}

// WithGroup opens the group in the handler behind.
func (h *redactingHandler) WithGroup(name string) slog.Handler {
	return &redactingHandler{next: h.next.WithGroup(name)}
}

func redactAttrs(attrs []slog.Attr) []slog.Attr {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = redactAttr(a)
	}
	return clean
}

func redactAttr(a slog.Attr) slog.Attr {
	if secretKey.MatchString(a.Key) {
		return slog.String(a.Key, masked)
	}
	value := a.Value.Resolve()
	switch value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, Redact(value.String()))
	case slog.KindGroup:
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(redactAttrs(value.Group())...)}
	case slog.KindAny:
		// As text: the handler behind would otherwise encode fields that were never looked at.
		return slog.String(a.Key, Redact(anyText(value.Any())))
	}
	return slog.Attr{Key: a.Key, Value: value}
}

func anyText(v any) string {
	switch v := v.(type) {
	case []byte:
		return string(v)
	case error:
		return v.Error()
	}
	return fmt.Sprintf("%+v", v)
}
