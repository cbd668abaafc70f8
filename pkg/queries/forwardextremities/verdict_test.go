package forwardextremities

import (
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func ago(d time.Duration) *time.Time {
	at := now.Add(-d)
	return &at
}

const threshold = 10

// room is a room that matches no rule before the last one: 20 extremities, several states, old heads.
func room(change ...func(*facts)) facts {
	f := facts{extremities: 20, stateGroups: 5, localMembers: 3, newest: ago(time.Hour), oldest: ago(72 * time.Hour)}
	for _, c := range change {
		c(&f)
	}
	return f
}

func TestJudge(t *testing.T) {
	left := func(f *facts) { f.localMembers = 0 }
	quiet := func(f *facts) { f.newest = ago(25 * time.Hour) }
	bad := func(f *facts) { f.bad, f.rejected = 1, 1 }
	partial := func(f *facts) { f.partial = true }
	oneState := func(f *facts) { f.stateGroups = 1 }
	dummy := func(f *facts) { f.dummy = true }
	young := func(f *facts) { f.oldest = ago(23 * time.Hour) }
	n := func(n int64) func(*facts) { return func(f *facts) { f.extremities = n } }

	for name, c := range map[string]struct {
		facts  facts
		at     position
		reason reason
		want   Verdict
	}{
		"bad comes first":                  {room(bad, partial, left, n(3)), position{}, unusable, Corrupt},
		"local members, nothing to add to": {room(n(0), oneState), position{}, noneLeft, Corrupt},
		"left and nothing to add to":       {room(n(0), left), position{}, leftReceiving, Act},
		"partial before left":              {room(partial, left), position{}, joining, Watch},
		"left, an event within a day":      {room(left), position{}, leftReceiving, Act},
		"left before few":                  {room(left, n(5)), position{}, leftReceiving, Act},
		"left, quiet":                      {room(left, quiet, n(300)), position{}, leftQuiet, Harmless},
		"left, no known time":              {room(left, func(f *facts) { f.newest = nil }), position{}, leftQuiet, Harmless},
		"at the threshold":                 {room(n(10)), position{}, few, Harmless},
		"above the threshold":              {room(n(11)), position{rank: 9}, some, Watch},
		"one state":                        {room(oneState, n(300)), position{rank: 1}, oneGroup, Harmless},
		"one state before blocked":         {room(oneState), position{rank: 2, blocked: true}, oneGroup, Harmless},
		"one state, healing":               {room(oneState, dummy), position{rank: 1}, oneGroupHealing, HealsItself},
		"blocked before healing":           {room(dummy, young), position{rank: 2, blocked: true}, blocked, Watch},
		"blocked before many":              {room(n(300)), position{rank: 2, blocked: true}, blocked, Watch},
		"a dummy event, whatever rank":     {room(dummy), position{rank: 40}, healing, HealsItself},
		"among five and young":             {room(young), position{rank: 5}, healing, HealsItself},
		"young, but not among five":        {room(young), position{rank: 6}, some, Watch},
		"among five, but old":              {room(), position{rank: 1}, some, Watch},
		"no known time":                    {room(func(f *facts) { f.oldest = nil }), position{rank: 1}, some, Watch},
		"healing takes too long":           {room(dummy, n(10+9*289)), position{rank: 1}, many, Act},
		"healing takes a day":              {room(dummy, n(10+9*288)), position{rank: 1}, healing, HealsItself},
		"fifty":                            {room(n(50)), position{rank: 1}, many, Act},
		"forty-nine":                       {room(n(49)), position{rank: 1}, some, Watch},
	} {
		got := judge(c.facts, c.at, threshold, now)
		if got.verdict != c.want || got.reason != c.reason {
			t.Errorf("%s: %s by rule %d, want %s by rule %d", name, got.verdict, got.reason, c.want, c.reason)
		}
		if (got.healsIn != nil) != (got.verdict == HealsItself) {
			t.Errorf("%s: heals in %v", name, got.healsIn)
		}
	}
}

func TestHealsIn(t *testing.T) {
	for _, c := range []struct {
		extremities, rank int64
		want              time.Duration
	}{
		{11, 1, 5 * time.Minute}, {19, 5, 5 * time.Minute}, {20, 5, 10 * time.Minute}, {20, 6, 20 * time.Minute},
		{213, 1, 115 * time.Minute}, // 23 runs
	} {
		if got := healsIn(c.extremities, threshold, c.rank); got != c.want {
			t.Errorf("%d extremities at rank %d heal in %s, want %s", c.extremities, c.rank, got, c.want)
		}
	}
}

// TestRank: only rooms that Synapse tidies have a rank, and only a corrupt one of these blocks those below it.
func TestRank(t *testing.T) {
	young := func(f *facts) { f.oldest = ago(time.Hour) }
	left := func(f *facts) { f.localMembers = 0 }
	bad := func(f *facts) { f.bad = 1 }
	var rooms []facts
	for range 6 {
		rooms = append(rooms, room(left, bad)) // six corrupt rooms without local members take no rank and block nothing
	}
	rooms = append(rooms, room(young), room(bad), room(young), room(func(f *facts) { f.extremities = 3 }))
	got := judgeAll(rooms, threshold, now)
	for i, want := range map[int]reason{0: unusable, 6: healing, 7: unusable, 8: blocked, 9: few} {
		if got[i].reason != want {
			t.Errorf("room %d: rule %d, want %d", i, got[i].reason, want)
		}
	}
	small := judgeAll([]facts{room(bad, func(f *facts) { f.extremities = 8 }), room(young)}, 7, now)
	if small[1].reason != blocked {
		t.Error("the threshold of the settings does not count")
	}
}

// TestAdvice: every rule has its words, none has SQL, and the admin API's deletion is named only where it may help.
func TestAdvice(t *testing.T) {
	f := room(func(f *facts) { f.bad, f.rejected, f.outliers = 2, 1, 1 })
	for r := noneLeft; r <= some; r++ {
		text := advice(f, judgement{reason: r}, threshold)
		if len(text) < 20 {
			t.Errorf("rule %d says %q", r, text)
		}
		for _, sql := range []string{"DELETE FROM", "UPDATE ", "INSERT ", "TRUNCATE"} {
			if strings.Contains(text, sql) {
				t.Errorf("rule %d quotes SQL: %s", r, text)
			}
		}
		if named := strings.Contains(text, "forward_extremities"); named != (r == many) {
			t.Errorf("rule %d names the deletion: %s", r, text)
		} else if named && (strings.Index(text, "forward_extremities") < strings.Index(text, "3. ") || !strings.Contains(text, "after a backup")) {
			t.Errorf("the deletion is not last or without warning: %s", text)
		}
	}
	if text := advice(f, judgement{reason: unusable}, threshold); !strings.Contains(text, "2 of 20 extremities (1 outliers, 1 rejected)") {
		t.Error(text)
	}
}
