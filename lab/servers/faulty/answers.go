package faulty

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// Confidential stands in what failing servers say; nobody should see it.
const Confidential = "s3cr3t-in-the-answer"

// Refusing answers as servers and proxies do, with words that nobody should see. Headers come in pairs.
func Refusing(code int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, "dial tcp 10.0.0.1:9090: "+Confidential)
	}
}

// Text answers with 200 and whatever it is given.
func Text(contentType, body string) http.HandlerFunc { return Answer(http.StatusOK, contentType, body) }

// Answer answers the same whatever is asked.
func Answer(code int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// Cut promises more than it sends and then drops the connection.
func Cut(w http.ResponseWriter, _ *http.Request) {
	body := `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"server_na`
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(10*len(body)))
	_, _ = io.WriteString(w, body)
	if flusher, ok := w.(http.Flusher); ok {
		flusher.Flush()
	}
	panic(http.ErrAbortHandler)
}

// Endless is valid, 34 MiB of nothing, and longer than anyone should read.
func Endless(w http.ResponseWriter, r *http.Request) {
	long(w, r, bytes.Repeat([]byte(" "), 1<<20), 34)
}

// Huge is a valid answer of 50 MiB, which decodes into a million series.
func Huge(w http.ResponseWriter, r *http.Request) {
	series := []byte(`{"metric":{"server_name":"a"},"value":[1,"1"]},`)
	long(w, r, bytes.Repeat(series, 1<<20/len(series)), 50)
}

func long(w http.ResponseWriter, _ *http.Request, part []byte, times int) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"status":"success","data":{"resultType":"vector","result":[`)
	for range times {
		if _, err := w.Write(part); err != nil {
			return
		}
	}
	_, _ = io.WriteString(w, `{"metric":{},"value":[1,"1"]}]}}`)
}

// Redirect sends everybody to another address, or in a circle where it is "".
func Redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, to+r.URL.RequestURI(), http.StatusTemporaryRedirect)
	}
}
