package plugin

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestValues(t *testing.T) {
	const names = `{"status":"success","data":["c.org","a.org","","b.org"]}`
	for _, c := range []struct {
		url, matches, want string
	}{
		{"values/serverName", `{__name__="synapse_storage_schedule_time_count"}`, `["a.org","b.org","c.org"]`},
		{"values/serverName?limit=2", `{__name__="synapse_storage_schedule_time_count"}`, `["a.org","b.org"]`},
		{"values/serverName?limit=99", `{__name__="synapse_storage_schedule_time_count"}`, `["a.org","b.org","c.org"]`},
		{"values/serverName?job=x&job=y&serverName=own&index=&from=0&to=1000", `{job=~"x|y",__name__="synapse_storage_schedule_time_count"}`, `["a.org","b.org","c.org"]`},
		{"values/serverName?job=%22%7D%20or%20up", `{job="\"} or up",__name__="synapse_storage_schedule_time_count"}`, `["a.org","b.org","c.org"]`},
		{"values/job?serverName=a.org&job=x", `{server_name="a.org",__name__="synapse_storage_schedule_time_count"}`, `["a.org","b.org","c.org"]`},
		{"values/index?instance=h", `{instance="h",__name__="synapse_storage_schedule_time_count"}`, `["a.org","b.org","c.org"]`},
		{"values/instance", `{__name__="synapse_storage_schedule_time_count"}`, `["a.org","b.org","c.org"]`},
		{"values/cache", `{__name__=~"synapse_util_caches_cache|synapse_util_caches_response_cache"}`, `["a.org","b.org","c.org"]`},
		{"values/transaction", `{__name__=~"synapse_storage_transaction_time_count_total|synapse_storage_transaction_time_count"}`, `["a.org","b.org","c.org"]`},
	} {
		i, fake := open(t, `{}`)
		for _, label := range []string{"server_name", "job", "index", "instance", "name", "desc"} {
			fake.answers["/api/v1/label/"+label+"/values"] = names
		}
		status, body := call(t, i, "GET", c.url, nil)
		if status != 200 || body != c.want {
			t.Errorf("%s: %d, %s; want %s", c.url, status, body, c.want)
		}
		if diff := cmp.Diff([]string{c.matches}, fake.queries); diff != "" {
			t.Errorf("%s: %s", c.url, diff)
		}
	}
}

func TestNoValuesAreAnEmptyList(t *testing.T) {
	i, fake := open(t, `{}`)
	fake.answers["/api/v1/label/job/values"] = `{"status":"success","data":[]}`
	if status, body := call(t, i, "GET", "values/job", nil); status != 200 || body != "[]" {
		t.Errorf("%d, %s", status, body)
	}
}

func TestBadValueRequests(t *testing.T) {
	i, fake := open(t, `{}`)
	for url, want := range map[string]string{
		"values/room":                  `The suggestions can't be listed: unknown kind of values "room". Valid kinds: cache, index, instance, job, serverName, transaction.`,
		"values/job?limit=0":           `"limit" is "0"; it takes a whole number of 1 or more.`,
		"values/job?limit=many":        `"limit" is "many"; it takes a whole number of 1 or more.`,
		"values/job?from=yesterday":    `"from" is "yesterday"; it takes a time in milliseconds since 1970.`,
		"values/job?to=1.5":            `"to" is "1.5"; it takes a time in milliseconds since 1970.`,
		"values/job?from=2000&to=1000": `"from" is later than "to".`,
	} {
		status, body := call(t, i, "GET", url, nil)
		var message struct{ Message string }
		if err := json.Unmarshal([]byte(body), &message); err != nil || status != 400 || !strings.HasPrefix(strings.ToLower(message.Message), strings.ToLower(want)) {
			t.Errorf("%s: %d, %s; want %s", url, status, body, want)
		}
	}
	if fake.count() != 0 {
		t.Error("Prometheus was asked for a request that can't be answered")
	}
	fake.status = 401
	if status, body := call(t, i, "GET", "values/job", nil); status != 401 || !strings.Contains(body, "Prometheus refused the credentials") {
		t.Errorf("%d, %s", status, body)
	}
}

func TestOtherResources(t *testing.T) {
	i, _ := open(t, `{}`)
	for _, c := range []struct {
		method, url string
		status      int
		contains    string
	}{
		{"GET", "graphs", 200, "["},
		{"GET", "query-types", 200, `{"queryTypes":[{"id":"`},
		{"GET", "health-aspects", 200, `{"aspects":[{"aspect":"prometheus","status":"ok"`},
		{"POST", "values/job", 405, `{"message":"This data source only answers GET here. Valid are GET of values/{`},
		{"GET", "values", 404, `{"message":"This data source has no such resource. Valid are GET of values/{`},
		{"GET", "values/../graphs", 404, `{"message":"This data source has no such resource. `},
		{"GET", "nonsense", 404, `{"message":"This data source has no such resource. `},
		{"GET", "", 404, `{"message":"This data source has no such resource. `},
	} {
		if status, body := call(t, i, c.method, c.url, nil); status != c.status || !strings.HasPrefix(body, c.contains) {
			t.Errorf("%s %s: %d, %.100s; want %d, %s", c.method, c.url, status, body, c.status, c.contains)
		}
	}
}

// Suggestions are shared as answers to queries are: for the same credentials, while answers are kept.
func TestValuesAreShared(t *testing.T) {
	for jsonData, kept := range map[string]bool{`{"cacheTTL":"1h"}`: true, `{"cacheTTL":"0s"}`: false} {
		i, fake := open(t, jsonData)
		fake.answers["/api/v1/label/job/values"] = `{"status":"success","data":["b","a"]}`
		const url = "values/job?serverName=x&from=1700000000000&to=1700003600000"
		for _, c := range []struct {
			url     string
			headers map[string][]string
			again   bool
		}{
			{url, nil, true},
			{url, nil, !kept},
			{url + "&limit=1", nil, !kept},
			{url, map[string][]string{"Cookie": {"a=1"}}, true},
			{"values/job?serverName=y&from=1700000000000&to=1700003600000", nil, true},
			{"values/job?serverName=x&from=1600000000000&to=1700003600000", nil, true},
		} {
			before := fake.count()
			if status, body := call(t, i, "GET", c.url, c.headers); status != 200 || !strings.HasPrefix(body, `["a"`) {
				t.Errorf("%s: %d, %s", c.url, status, body)
			}
			if asked := fake.count() > before; asked != c.again {
				t.Errorf("%s %s %v: Prometheus was asked: %t", jsonData, c.url, c.headers, asked)
			}
		}
	}
}
