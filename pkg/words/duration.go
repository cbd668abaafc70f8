package words

import (
	"fmt"
	"time"
)

// Seconds writes a duration given in seconds: "0.4 ms", "120 ms", "1.8 s", "12 min", "3 h", "2 d".
func Seconds(v float64) string {
	switch {
	case v < 0:
		return "-" + Seconds(-v)
	case v == 0:
		return "0 s"
	case v < 0.00995:
		return trimZero(fmt.Sprintf("%.1f", v*1000)) + " ms"
	case v < 0.9995:
		return fmt.Sprintf("%.0f ms", v*1000)
	case v < 9.95:
		return trimZero(fmt.Sprintf("%.1f", v)) + " s"
	case v < 119.5:
		return fmt.Sprintf("%.0f s", v)
	case v < 119.5*60:
		return fmt.Sprintf("%.0f min", v/60)
	case v < 47.5*3600:
		return fmt.Sprintf("%.0f h", v/3600)
	}
	return grouped(float64(int64(v/86400+0.5))) + " d"
}

// Duration is Seconds for Go's own type.
func Duration(d time.Duration) string { return Seconds(d.Seconds()) }

// trimZero leaves out an empty decimal place.
func trimZero(text string) string {
	if n := len(text); n > 2 && text[n-2:] == ".0" {
		return text[:n-2]
	}
	return text
}
