package words

import (
	"math"
	"testing"
	"time"
)

func TestWords(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Percent(0.744), "74%"}, {Percent(0.004), "less than 1%"}, {Percent(0), "0%"}, {Percent(-1), "0%"}, {Percent(1), "100%"},
		{Percent(0.996), "more than 99%"}, {Percent(1.53), "153%"},
		{Number(13451), "13,451"}, {Number(1234567.8), "1,234,568"}, {Number(9.96), "10"}, {Number(1.849), "1.8"}, {Number(0.0123), "0.012"},
		{Number(0), "0"}, {Number(2), "2"}, {Number(-1500), "-1,500"}, {Number(math.NaN()), "unknown"}, {Number(math.Inf(1)), "unknown"},
		{Count(1, "room", "rooms"), "1 room"}, {Count(2000.0, "room", "rooms"), "2,000 rooms"}, {Count(int64(0), "room", "rooms"), "0 rooms"},
		{PerSecond(41.2), "41 per second"}, {PerSecond(0.25), "0.25 per second"},
		{Rate(12345), "12,345 per second"}, {Rate(0.05), "3 per minute"}, {Rate(0.01), "36 per hour"}, {Rate(0.0001), "less than one per hour"}, {Rate(0), "less than one per hour"},
		{Seconds(0.005), "5 ms"}, {Seconds(0.0049), "4.9 ms"},
		{Bytes(512), "512 B"}, {Bytes(1 << 20), "1 MiB"}, {Bytes(1.25 * (1 << 30)), "1.3 GiB"}, {Bytes(1023.9), "1 KiB"},
		{Seconds(0.0004), "0.4 ms"}, {Seconds(0.12), "120 ms"}, {Seconds(1.84), "1.8 s"}, {Seconds(2), "2 s"}, {Seconds(61), "61 s"},
		{Seconds(720), "12 min"}, {Seconds(3 * 3600), "3 h"}, {Seconds(2 * 86400), "2 d"}, {Seconds(0), "0 s"}, {Seconds(-3), "-3 s"},
		{Duration(15 * time.Minute), "15 min"},
		{List([]string{"a", "b", "c", "d", "e"}), "a, b, c and 2 more"}, {List([]string{"a", "b"}), "a, b"}, {List(nil), ""},
		{Value(0.045, "percentunit"), "4.5%"}, {Value(5, "percent"), "5%"}, {Value(900, "s"), "15 min"}, {Value(900, "ms"), "900 ms"},
		{Value(2, "cps"), "2 per second"}, {Value(1<<30, "bytes"), "1 GiB"}, {Value(0.8, "none"), "0.8"},
		{Fill("from {warning}, not {other}", map[string]string{"warning": "5%"}), "from 5%, not {other}"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
