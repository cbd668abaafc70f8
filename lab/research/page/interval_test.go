package page

import "testing"

func TestWilson(t *testing.T) {
	if low, high := wilson(9, 10); low < 0.595 || low > 0.597 || high < 0.981 || high > 0.983 { // the textbook's 0.596 to 0.982
		t.Errorf("%g to %g", low, high)
	}
}
