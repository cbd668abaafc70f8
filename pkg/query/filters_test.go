package query

import "testing"

func TestSelector(t *testing.T) {
	for _, c := range []struct {
		name    string
		filters Filters
		more    []Matcher
		want    string
	}{
		{"nothing", Filters{}, nil, `{}`},
		{"one of each", Filters{ServerName: []string{"a.org"}, Job: []string{"synapse"}, Index: []string{"1"}, Instance: []string{"h:9000"}}, nil,
			`{job="synapse",index="1",instance="h:9000",server_name="a.org"}`},
		{"several", Filters{Job: []string{"a", "b"}}, nil, `{job=~"a|b"}`},
		{"regex characters of one value are plain", Filters{Job: []string{`a.b*|c+`}}, nil, `{job="a.b*|c+"}`},
		{"regex characters of several are quoted", Filters{Job: []string{`a.b`, `c|d`}}, nil, `{job=~"a\\.b|c\\|d"}`},
		{"quotes and backslashes", Filters{Job: []string{`say "hi" \ bye`}}, nil, `{job="say \"hi\" \\ bye"}`},
		{"backslash in a list", Filters{Job: []string{`a\b`, `c`}}, nil, `{job=~"a\\\\b|c"}`},
		{"a closing brace ends nothing", Filters{Job: []string{`x"} or vector(1) #`}}, nil, `{job="x\"} or vector(1) #"}`},
		{"newlines and tabs", Filters{Job: []string{"a\nb\tc"}}, nil, `{job="a\nb\tc"}`},
		{"a rune that can't be read", Filters{Job: []string{"a\ufffdb"}}, nil, `{job="a\ufffdb"}`},
		{"it in a list", Filters{Job: []string{"a\ufffdb", "c"}}, nil, `{job=~"a\ufffdb|c"}`},
		{"no UTF-8", Filters{Job: []string{"a\xffb"}}, nil, `{job="a\ufffdb"}`},
		{"letters of the world", Filters{ServerName: []string{"müller.example"}}, nil, `{server_name="müller.example"}`},
		{"further matchers", Filters{Index: []string{"2"}}, []Matcher{Equal("servlet", "X"), "", `code=~"2.."`}, `{index="2",servlet="X",code=~"2.."}`},
	} {
		if got := c.filters.Selector(c.more...); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestProcessSelectorHasNoServerName(t *testing.T) {
	f := Filters{ServerName: []string{"a.org"}, Job: []string{"x"}}
	if got := f.ProcessSelector(); got != `{job="x"}` {
		t.Errorf("%s; the metrics of a process carry no server_name", got)
	}
}

func TestSelectorKeepsItsArguments(t *testing.T) {
	more := []Matcher{Equal("a", "1"), "", Equal("b", "2")}
	Filters{}.Selector(more...)
	if more[1] != "" || more[2] != `b="2"` {
		t.Errorf("the caller's matchers became %q", more)
	}
}

func TestWithout(t *testing.T) {
	f := Filters{ServerName: []string{"s"}, Job: []string{"j"}, Index: []string{"i"}, Instance: []string{"n"}}
	for member, want := range map[string]string{
		"serverName": `{job="j",index="i",instance="n"}`,
		"job":        `{index="i",instance="n",server_name="s"}`,
		"index":      `{job="j",instance="n",server_name="s"}`,
		"instance":   `{job="j",index="i",server_name="s"}`,
		"cache":      `{job="j",index="i",instance="n",server_name="s"}`,
	} {
		if got := f.Without(member).Selector(); got != want {
			t.Errorf("without %s: %s, want %s", member, got, want)
		}
	}
}

func TestAllowsServer(t *testing.T) {
	if !(Filters{}).AllowsServer("any") {
		t.Error("no filter must allow every homeserver")
	}
	f := Filters{ServerName: []string{"a", "b"}}
	if !f.AllowsServer("b") || f.AllowsServer("c") || f.AllowsServer("") {
		t.Error("a filter must allow its own homeservers only")
	}
}
