package extremities

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
func room(change ...func(*Facts)) Facts {
	f := Facts{Extremities: 20, StateGroups: 5, LocalMembers: 3, Newest: ago(time.Hour), Oldest: ago(72 * time.Hour)}
	for _, c := range change {
		c(&f)
	}
	return f
}

func TestJudge(t *testing.T) {
	left := func(f *Facts) { f.LocalMembers = 0 }
	quiet := func(f *Facts) { f.Newest = ago(25 * time.Hour) }
	bad := func(f *Facts) { f.Bad, f.Rejected = 1, 1 }
	partial := func(f *Facts) { f.Partial = true }
	oneState := func(f *Facts) { f.StateGroups = 1 }
	dummy := func(f *Facts) { f.Dummy = true }
	young := func(f *Facts) { f.Oldest = ago(23 * time.Hour) }
	n := func(n int64) func(*Facts) { return func(f *Facts) { f.Extremities = n } }

	for name, c := range map[string]struct {
		facts  Facts
		at     position
		reason Reason
		want   Verdict
	}{
		"bad comes first":                  {room(bad, partial, left, n(3)), position{}, Unusable, Corrupt},
		"local members, nothing to add to": {room(n(0), oneState), position{}, NoneLeft, Corrupt},
		"left and nothing to add to":       {room(n(0), left), position{}, LeftReceiving, Act},
		"partial before left":              {room(partial, left), position{}, Joining, Watch},
		"left, an event within a day":      {room(left), position{}, LeftReceiving, Act},
		"left before few":                  {room(left, n(5)), position{}, LeftReceiving, Act},
		"left, quiet":                      {room(left, quiet, n(300)), position{}, LeftQuiet, Harmless},
		"left, no known time":              {room(left, func(f *Facts) { f.Newest = nil }), position{}, LeftQuiet, Harmless},
		"at the threshold":                 {room(n(10)), position{}, Few, Harmless},
		"above the threshold":              {room(n(11)), position{rank: 9}, Some, Watch},
		"one state":                        {room(oneState, n(300)), position{rank: 1}, OneGroup, Harmless},
		"one state before blocked":         {room(oneState), position{rank: 2, blocked: true}, OneGroup, Harmless},
		"one state, healing":               {room(oneState, dummy), position{rank: 1}, OneGroupHealing, HealsItself},
		"blocked before healing":           {room(dummy, young), position{rank: 2, blocked: true}, Blocked, Watch},
		"blocked before many":              {room(n(300)), position{rank: 2, blocked: true}, Blocked, Watch},
		"a dummy event, whatever rank":     {room(dummy), position{rank: 40}, Healing, HealsItself},
		"among five and young":             {room(young), position{rank: 5}, Healing, HealsItself},
		"young, but not among five":        {room(young), position{rank: 6}, Some, Watch},
		"among five, but old":              {room(), position{rank: 1}, Some, Watch},
		"no known time":                    {room(func(f *Facts) { f.Oldest = nil }), position{rank: 1}, Some, Watch},
		"healing takes too long":           {room(dummy, n(10+9*289)), position{rank: 1}, Many, Act},
		"healing takes a day":              {room(dummy, n(10+9*288)), position{rank: 1}, Healing, HealsItself},
		"fifty":                            {room(n(50)), position{rank: 1}, Many, Act},
		"forty-nine":                       {room(n(49)), position{rank: 1}, Some, Watch},
	} {
		got := judge(c.facts, c.at, threshold, now)
		if got.Verdict != c.want || got.Reason != c.reason {
			t.Errorf("%s: %s by rule %d, want %s by rule %d", name, got.Verdict, got.Reason, c.want, c.reason)
		}
		if (got.HealsIn != nil) != (got.Verdict == HealsItself) {
			t.Errorf("%s: heals in %v", name, got.HealsIn)
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
	young := func(f *Facts) { f.Oldest = ago(time.Hour) }
	left := func(f *Facts) { f.LocalMembers = 0 }
	bad := func(f *Facts) { f.Bad = 1 }
	var rooms []Facts
	for range 6 {
		rooms = append(rooms, room(left, bad)) // six corrupt rooms without local members take no rank and block nothing
	}
	rooms = append(rooms, room(young), room(bad), room(young), room(func(f *Facts) { f.Extremities = 3 }))
	got := JudgeAll(rooms, threshold, now)
	for i, want := range map[int]Reason{0: Unusable, 6: Healing, 7: Unusable, 8: Blocked, 9: Few} {
		if got[i].Reason != want {
			t.Errorf("room %d: rule %d, want %d", i, got[i].Reason, want)
		}
	}
	small := JudgeAll([]Facts{room(bad, func(f *Facts) { f.Extremities = 8 }), room(young)}, 7, now)
	if small[1].Reason != Blocked {
		t.Error("the threshold of the settings does not count")
	}
}

// TestAdvice: every rule has its words, none has SQL, and the admin API's deletion of extremities is named only where it may help.
func TestAdvice(t *testing.T) {
	f := room(func(f *Facts) { f.Bad, f.Rejected, f.Outliers = 2, 1, 1 })
	for r := NoneLeft; r <= Some; r++ {
		text := Advice(f, Judgement{Reason: r}, threshold)
		if !strings.Contains(text, "\n") {
			t.Errorf("rule %d says %q", r, text)
		}
		for _, sql := range []string{"DELETE FROM", "UPDATE ", "INSERT ", "TRUNCATE"} {
			if strings.Contains(text, sql) {
				t.Errorf("rule %d quotes SQL: %s", r, text)
			}
		}
		for i, step := range Steps(f, Judgement{Reason: r}, threshold) {
			if named := strings.Contains(step, "forward_extremities"); named != (r == Many && i == 3) {
				t.Errorf("rule %d names the deletion: %s", r, step)
			} else if named && (!strings.Contains(step, "after a backup") || !strings.Contains(step, "Do not run the SQL of issue 1760")) {
				t.Errorf("the deletion is without its warnings: %s", step)
			}
		}
	}
	if text := Advice(f, Judgement{Reason: Unusable}, threshold); !strings.Contains(text, "2 of 20 extremities (1 outlier, 1 rejected)") {
		t.Error(text)
	}
	for extremities, messages := range map[int64]string{11: " 1 message:", 19: " 1 message:", 20: " 2 messages:", 213: " 23 messages:"} {
		if step := Steps(room(func(f *Facts) { f.Extremities = extremities }), Judgement{Reason: Many}, threshold)[0]; !strings.Contains(step, messages) {
			t.Errorf("%d extremities: %s", extremities, step)
		}
	}
}
