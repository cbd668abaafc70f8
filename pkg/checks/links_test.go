package checks

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// taken is by what the findings of the tests were measured, by check.
var taken = map[string]map[Link]bool{}

// TestMain looks afterwards whether each measured link can hold: findings of both ends must say how much they take. A run of
// single tests sees too little.
func TestMain(m *testing.M) {
	code := m.Run()
	if flag.Lookup("test.run").Value.String() == "" && code == 0 {
		for _, symptom := range All {
			for _, cause := range symptom.Causes {
				for _, end := range []string{cause.Check, symptom.ID} {
					if cause.By > Named && !taken[end][cause.By] {
						fmt.Printf("%s is linked to %s by what both take, but no finding of %s in any test takes any\n", symptom.ID, cause.Check, end)
						code = 1
					}
				}
			}
		}
	}
	os.Exit(code)
}

func TestPart(t *testing.T) {
	part := func(link Link, f Finding, share float64) Finding {
		f.Takes = Amounts{link: share}
		return f
	}
	warned, told := Finding{Severity: Warning, Subject: Subject{Name: "get_rooms"}}, Finding{Severity: Info}
	on := Finding{Takes: Amounts{DatabaseTime: 10}, Transactions: map[string]float64{"get_rooms": 3, "get_users": 1}}
	for name, c := range map[string]struct {
		by             Link
		cause, symptom Finding
		want           bool
	}{
		"a warning stands for itself":           {Found, warned, Finding{}, true},
		"an info does not":                      {Found, told, Finding{}, false},
		"of the named subject":                  {Named, warned, Finding{CauseSubjects: []string{"get_rooms"}}, true},
		"of another subject":                    {Named, warned, Finding{CauseSubjects: []string{"get_users"}}, false},
		"no subject is named":                   {Named, warned, Finding{}, false},
		"a fifth":                               {LoopTime, part(LoopTime, told, 0.2), part(LoopTime, Finding{}, 1), true},
		"less than a fifth":                     {LoopTime, part(LoopTime, warned, 0.19), part(LoopTime, Finding{}, 1), false},
		"the symptom is not measured":           {LoopTime, part(LoopTime, warned, 1), Finding{}, false},
		"the cause is not measured":             {DatabaseTime, warned, part(DatabaseTime, Finding{}, 1), false},
		"measured by something else":            {DatabaseTime, part(LoopTime, warned, 1), part(DatabaseTime, Finding{}, 1), false},
		"a fine one":                            {LoopTime, part(LoopTime, Finding{}, 1), part(LoopTime, Finding{}, 1), false},
		"a transaction of these processes":      {DatabaseTime, part(DatabaseTime, warned, 0.5), on, true},
		"a small one of these processes":        {DatabaseTime, part(DatabaseTime, Finding{Severity: Critical, Subject: Subject{Name: "get_users"}}, 9), on, false},
		"a transaction of other processes only": {DatabaseTime, part(DatabaseTime, Finding{Severity: Critical, Subject: Subject{Name: "purge_room"}}, 9), on, false},
		"the database itself":                   {DatabaseTime, part(DatabaseTime, told, 9), on, true},
	} {
		if got := (Cause{"x", c.by}).Part(c.cause, c.symptom) > 0; got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
