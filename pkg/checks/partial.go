package checks

import (
	"slices"

	"github.com/prometheus/common/model"
)

// Partial is the input where not all measurements of the check were asked for yet: those in answers were, whether anything came
// or not. reads is told what the check reads.
func (in Input) Partial(answers map[*Measurement]model.Vector, reads func(*Measurement)) Input {
	in.asked, in.reads = answers, reads
	return in
}

// unasked ends a Judge that reads what was not asked for yet.
type unasked []*Measurement

// need tells what is read next, so that it is asked for together. Without it a Judge that reads one measurement after the other
// is right as well, and slower.
func (in Input) need(all ...*Measurement) {
	if in.asked == nil {
		return
	}
	missing := slices.DeleteFunc(slices.Clone(all), func(m *Measurement) bool { _, is := in.asked[m]; return is })
	for _, m := range all {
		in.reads(m)
	}
	if len(missing) > 0 {
		panic(unasked(missing))
	}
}

// JudgeAsFar judges as far as a partial input goes. missing has to be asked for before it goes further; where nothing is missing,
// found is the judgement. A Judge has no effects, so it can begin again.
func (c Check) JudgeAsFar(in Input) (found []Finding, missing []*Measurement) {
	defer func() {
		thrown := recover()
		if stop, is := thrown.(unasked); is {
			found, missing = nil, stop
		} else if thrown != nil {
			panic(thrown)
		}
	}()
	return c.Judge(in), nil
}
