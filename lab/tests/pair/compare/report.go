package compare

import (
	"fmt"
	"io"
	"math"
)

// Report counts what was compared and prints what differs.
type Report struct {
	Out            io.Writer
	passed, failed int
	before         [2]int // passed and failed when the last section was done
}

// Done closes a section and prints how it went.
func (r *Report) Done(section string) {
	_, _ = fmt.Fprintf(r.Out, "%6d passed, %d failed: %s\n", r.passed-r.before[0], r.failed-r.before[1], section)
	r.before = [2]int{r.passed, r.failed}
}

// Check counts one comparison; a failed one is printed.
func (r *Report) Check(ok bool, format string, args ...any) {
	if ok {
		r.passed++
		return
	}
	r.failed++
	_, _ = fmt.Fprintf(r.Out, "DIFFERS  "+format+"\n", args...)
}

// Number compares a number with what it should be.
func (r *Report) Number(what string, got *float64, want Span) {
	switch {
	case got == nil:
		r.Check(false, "%s: got nothing, want %v", what, want)
	default:
		r.Check(want.holds(*got), "%s: got %v, want %v", what, *got, want)
	}
}

// Failed tells whether anything differed.
func (r *Report) Failed() bool { return r.failed > 0 }

// Summary is the closing line.
func (r *Report) Summary() string { return fmt.Sprintf("%d passed, %d failed", r.passed, r.failed) }

// Exactly is the span of one number.
func Exactly(value float64) Span { return Span{value, value} }

// String prints one number where it is one.
func (s Span) String() string {
	if s.Low == s.High {
		return fmt.Sprint(s.Low)
	}
	return fmt.Sprintf("%v to %v", s.Low, s.High)
}

// holds allows for nothing but the rounding of float64.
func (s Span) holds(value float64) bool {
	slack := 1e-9 * max(math.Abs(s.Low), math.Abs(s.High), 1e-9)
	return value >= s.Low-slack && value <= s.High+slack
}
