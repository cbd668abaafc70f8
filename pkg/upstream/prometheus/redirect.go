package prometheus

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// maxRedirects is more than a proxy needs: one from http to https, and one for a slash.
const maxRedirects = 5

// redirectError is a redirect that is not followed, worded for the user.
type redirectError struct{ to, message, remedy string }

func (e *redirectError) Error() string { return "redirected to " + e.to }

func (e *redirectError) fault() *upstream.Fault {
	return &upstream.Fault{Kind: upstream.BadAnswer, Source: upstream.Downstream, Status: http.StatusBadGateway, Message: e.message, Remedy: e.remedy}
}

// checkRedirect refuses a redirect that would carry the data source's credentials where they don't belong (to another host,
// as a login page; in clear text from https to http), one that turns a POST into a GET without the query, and a loop.
func (t *roundTripper) checkRedirect(r *http.Request) error {
	if r.Response == nil {
		return nil
	}
	to := (&url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host}).String()
	from, lost := t.address.base.Scheme, false
	if before := r.Response.Request; before != nil {
		from, lost = before.URL.Scheme, before.Method == http.MethodPost && r.Method == http.MethodGet
	}
	switch {
	case r.URL.Host != t.address.base.Host || lost:
		return &redirectError{to, "The server redirects the plugin's queries to " + to + ", where they are not sent.",
			"If Prometheus is there, enter that address as the URL in the data source settings; if it is a login page, give the data source credentials that pass it."}
	case r.URL.Scheme != from && (from != "http" || r.URL.Scheme != "https"):
		return &redirectError{to, "The server redirects the plugin's queries from " + from + " to " + to + ", where they are not sent, because credentials could be read on the network.",
			"Enter the final https address as the URL in the data source settings. Behind a proxy, set Prometheus' --web.external-url to the https address."}
	case redirects(r) > maxRedirects:
		return &redirectError{to, fmt.Sprintf("The server redirects the plugin's queries in a loop: %d redirects led to no answer.", maxRedirects),
			"Enter the final address as the URL in the data source settings. Behind a proxy, check its rules for http and https and for a slash at the end of a path."}
	}
	return nil
}

// redirects counts those that led to a request.
func redirects(r *http.Request) int {
	count := 0
	for ; r != nil && r.Response != nil; r = r.Response.Request {
		count++
	}
	return count
}
