package tables

import (
	"strings"
	"testing"
)

func TestKnownIssues(t *testing.T) {
	if len(issues) < 7 {
		t.Errorf("%d known issues", len(issues))
	}
	for name, issue := range issues {
		if !strings.HasPrefix(issue.Link, "https://github.com/") || issue.Meaning == "" || len(issue.Steps) == 0 || len(issue.Steps) > 2 {
			t.Errorf("%s: %+v", name, issue)
		}
		if !strings.Contains(strings.Join(issue.Steps, " "), "Don't delete rows by hand") {
			t.Errorf("%s: nothing warns of deleting rows", name)
		}
	}
}

func TestFullOfDeadRows(t *testing.T) {
	n := func(v int64) *int64 { return &v }
	levels := GrowthThresholds.In(nil)
	for name, c := range map[string]struct {
		table Table
		want  bool
	}{
		"a fifth":           {Table{TableBytes: 8 << 30, Live: n(4e6), Dead: n(1e6)}, true},
		"less than a fifth": {Table{TableBytes: 8 << 30, Live: n(4_000_001), Dead: n(1e6)}, false},
		"few":               {Table{TableBytes: 8 << 30, Live: n(1), Dead: n(999_999)}, false},
		"a small table":     {Table{TableBytes: 1<<30 - 1, Live: n(4e6), Dead: n(4e6)}, false},
		"with its indexes":  {Table{TableBytes: 1 << 29, IndexBytes: 1 << 29, Live: n(4e6), Dead: n(4e6)}, true},
		"a replica":         {Table{TableBytes: 8 << 30}, false},
		"empty":             {Table{TableBytes: 8 << 30, Live: n(0), Dead: n(0)}, false},
	} {
		if got := c.table.FullOfDeadRows(levels); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
