package upstream

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestFaultShowsItsWordsOnly(t *testing.T) {
	cause := errors.New("dial tcp 10.0.0.1:9090: connect: connection refused")
	fault := &Fault{Kind: Unreachable, Source: Downstream, Status: 502, Message: "It can't be reached.", Remedy: "Start it.", Err: cause}
	if got := fault.Error(); got != "It can't be reached. Start it." {
		t.Errorf("%q", got)
	}
	if got := (&Fault{Message: "It is so."}).Error(); got != "It is so." {
		t.Errorf("%q", got)
	}
	if !errors.Is(fault, cause) {
		t.Error("the cause is lost for the log")
	}
	if got := fmt.Sprintf("%v", fault); strings.Contains(got, "dial") {
		t.Errorf("%s shows the cause", got)
	}
}

func TestFailedAspect(t *testing.T) {
	got := Failed("postgres", &Fault{Message: "No.", Remedy: "Do this.", Err: errors.New("secret")})
	if got != (Aspect{"postgres", Error, "No.", "Do this."}) {
		t.Errorf("%+v", got)
	}
	got = Failed("postgres", errors.New("pq: secret"))
	if got.Status != Error || got.Message == "" || strings.Contains(got.Message+got.Remedy, "secret") {
		t.Errorf("an error without words for people shows as %+v", got)
	}
	raw, err := json.Marshal(got)
	if err != nil || !strings.HasPrefix(string(raw), `{"aspect":"postgres","status":"error","message":`) || !strings.Contains(string(raw), `"remedy":`) {
		t.Errorf("%s, %v", raw, err)
	}
}
