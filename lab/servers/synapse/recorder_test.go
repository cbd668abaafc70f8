package synapse

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestRecorder(t *testing.T) {
	n := 0
	synapse := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n++
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		_, _ = io.WriteString(w, "x_total{desc=\"a\"} "+string(rune('0'+n))+"\n")
	}))
	defer synapse.Close()
	recorder, err := startRecorder(synapse.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = recorder.stop() }()

	var stamps []time.Time
	for range 2 {
		stamps = append(stamps, time.Now())
		families, err := ReadMetrics(t.Context(), "http://"+recorder.Instance+"/metrics")
		if err != nil || families.Sum("x_total") != float64(n) {
			t.Fatalf("passed on %v, %v", families, err)
		}
		time.Sleep(2 * time.Millisecond)
	}
	for i, stamp := range stamps {
		families, err := recorder.At(stamp)
		if err != nil {
			t.Fatal(err)
		}
		if got := families.By("x_total", "desc", nil)["a"]; got != float64(i+1) {
			t.Errorf("scrape %d says %v", i+1, got)
		}
	}
	if _, err := recorder.At(time.Now().Add(time.Hour)); err == nil {
		t.Error("an answer for a time without a scrape")
	}
}
