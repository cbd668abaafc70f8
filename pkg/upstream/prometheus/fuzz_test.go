package prometheus

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// FuzzAddress: a password never stays in the part of an address that is shown.
func FuzzAddress(f *testing.F) {
	for _, text := range []string{"http://localhost:9090", "https://u:s3cret@host/prefix?tenant=a#x", "http://[::1]", "://", "http://u:s3cret@", "http://a/%zz", "\x00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		address, err := ParseAddress(text)
		if err != nil {
			return
		}
		if auth := address.BasicAuth(); auth != nil && len(auth.Password) > 8 && !strings.Contains(address.base.Host+address.base.Path, auth.Password) && strings.Contains(address.base.String(), auth.Password) {
			t.Errorf("%q: the password is in %q", text, address.base.String())
		}
		if address.base.User != nil || address.base.RawQuery != "" {
			t.Errorf("%q: %+v", text, address.base)
		}
	})
}

// answering answers every request with the same body.
type answering struct {
	status int
	body   string
}

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: a.status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(a.body)), Request: r}, nil
}

// FuzzAnswer: whatever a server answers is decoded, or refused in words.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{
		`{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1,"2"]}]}}`,
		`{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"NaN"],[2,"+Inf"]]}]}}`,
		`{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}`, `{"status":"error","errorType":"timeout","error":"x"}`, `{"status":"success","data":["a",""]}`,
		`{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"histogram":[1,{"count":"1","sum":"1","buckets":[[0,"1","2","3"]]}]}]}}`, `{}`, ``, `[`, "\xff",
	} {
		f.Add(body, 200)
		f.Add(body, 503)
	}
	f.Fuzz(func(t *testing.T, body string, status int) {
		if status < 200 || status > 599 || status >= 300 && status < 400 {
			return
		}
		address, err := ParseAddress("http://localhost:9090")
		if err != nil {
			t.Fatal(err)
		}
		client, err := New(address, http.MethodPost, 6, answering{status, body})
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		_, _, instant := client.Instant(t.Context(), "up", now)
		_, _, ranged := client.Range(t.Context(), "up", now.Add(-time.Hour), now, time.Minute)
		_, values := client.LabelValues(t.Context(), "job", nil, now.Add(-time.Hour), now)
		for _, err := range []error{instant, ranged, values} {
			if fault := (*upstream.Fault)(nil); err != nil && (!errors.As(err, &fault) || fault.Message == "") {
				t.Errorf("%q: %v", body, err)
			}
		}
	})
}
