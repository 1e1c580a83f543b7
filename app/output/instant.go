package output

import (
	"strings"
	"time"
)

// Japan is the zone of everything that is printed: UTC+9 without summer time, whatever the PC's zone.
var Japan = time.FixedZone("JST", 9*60*60)

// Instant is an instant as people read it; a dash for none.
func Instant(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.In(Japan).Format("2006-01-02 15:04:05")
}

// TimeOn is the time of day on a business day: 25:30 is half past one in the following night.
func TimeOn(day string, t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	local := t.In(Japan)
	midnight, err := time.ParseInLocation(time.DateOnly, day, Japan)
	if err != nil {
		return local.Format(time.TimeOnly)
	}
	since := local.Sub(midnight)
	if since < 0 || since >= 48*time.Hour {
		return Instant(t)
	}
	hours := int(since / time.Hour)
	var b strings.Builder
	b.WriteByte(byte('0' + hours/10))
	b.WriteByte(byte('0' + hours%10))
	b.WriteString(local.Format(":04:05"))
	return b.String()
}
