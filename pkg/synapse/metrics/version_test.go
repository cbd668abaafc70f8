package metrics

import "testing"

func TestExistsIn(t *testing.T) {
	gone := &Metric{Since: "1.86", Until: "1.150"}
	for version, want := range map[string]bool{
		"1.85.2": false, "1.86.0": true, "1.86.0rc1": true, "1.149.9": true, "1.150.0": false, "1.9.0": false, "2.0.0": false, "": true, "develop": true,
	} {
		if got := gone.ExistsIn(version); got != want {
			t.Errorf("%q: %t", version, got)
		}
	}
	if !(&Metric{}).ExistsIn("1.60.0") {
		t.Error("a metric that was always there")
	}
}

func TestNewest(t *testing.T) {
	for _, c := range []struct {
		versions []string
		want     string
	}{
		{[]string{"1.99.0", "1.157.1", "1.157.0"}, "1.157.1"}, {[]string{"develop"}, ""}, {nil, ""}, {[]string{"", "1.60.0"}, "1.60.0"},
	} {
		if got := Newest(c.versions); got != c.want {
			t.Errorf("%q: %q, want %q", c.versions, got, c.want)
		}
	}
}
