package prometheus

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend/httpclient"
)

// Address is the URL of a Prometheus API, taken apart: user, password and query may hold secrets, and whatever records
// requests (traces, logs) sees the rest only.
type Address struct {
	base  url.URL
	user  *url.Userinfo
	query string
}

// ParseAddress takes a URL apart. A path prefix belongs to the base.
func ParseAddress(text string) (Address, error) {
	base, err := url.Parse(text)
	if err != nil {
		return Address{}, err
	}
	a := Address{user: base.User, query: base.RawQuery}
	base.User, base.RawQuery, base.Fragment = nil, "", ""
	a.base = *base
	return a, nil
}

// BasicAuth are the user and password that stand in the URL, nil where there are none.
func (a Address) BasicAuth() *httpclient.BasicAuthOptions {
	if a.user == nil {
		return nil
	}
	password, _ := a.user.Password()
	return &httpclient.BasicAuthOptions{User: a.user.Username(), Password: password}
}

// AddQuery adds the URL's own query to every request. It belongs next to the wire, below all that records requests.
func (a Address) AddQuery(next http.RoundTripper) http.RoundTripper {
	if a.query == "" {
		return next
	}
	return httpclient.RoundTripperFunc(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.URL.RawQuery = joined(a.query, r.URL.RawQuery)
		return next.RoundTrip(r)
	})
}

// withoutOwn drops the URL's own parameters from a query: a redirect repeats them, and AddQuery adds them again.
func (a Address) withoutOwn(query string) string {
	if a.query == "" {
		return query
	}
	own := strings.Split(a.query, "&")
	return strings.Join(slices.DeleteFunc(strings.Split(query, "&"), func(pair string) bool {
		return slices.ContainsFunc(own, func(ours string) bool { return unescaped(ours) == unescaped(pair) })
	}), "&")
}

func unescaped(pair string) string {
	if text, err := url.QueryUnescape(pair); err == nil {
		return text
	}
	return pair
}

// joined puts two queries of an address together.
func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "&" + b
}
