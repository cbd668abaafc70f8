package plugin

import (
	"context"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"google.golang.org/protobuf/proto"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// oddResult is one frame with the same text wherever there is one.
type oddResult string

func (r oddResult) Frames(query.View) data.Frames {
	text := string(r)
	f := data.NewFrame(text, data.NewField(text, data.Labels{text: text}, []string{text}).SetConfig(&data.FieldConfig{DisplayNameFromDS: text, Description: text}))
	f.SetMeta(&data.FrameMeta{Notices: []data.Notice{{Text: text}}, ExecutedQueryString: text})
	return data.Frames{f}
}

// A text that is no UTF-8, of a query or of a database, must not take the other answers with it.
func TestNoUTF8CanBeSent(t *testing.T) {
	withTypes(t, typeOf("odd", func(context.Context, *query.Session) (query.Result, error) { return oddResult("a\xffb"), nil }))
	i, _ := open(t, `{}`)
	resp, err := i.QueryData(t.Context(), request(&ada, nil, ask("A", "transactions", "{\"limit\":\"\xff\"}"), ask("B", "odd", "")))
	if err != nil {
		t.Fatal(err)
	}
	if a := resp.Responses["A"]; a.Error == nil || a.Error.Error() != "\"limit\" is \"\ufffd\"; it takes a whole number from 1 to 500." {
		t.Errorf("%v", a.Error)
	}
	sent, err := backend.ToProto().QueryDataResponse(backend.DataFrameFormat_ARROW, resp)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := proto.Marshal(sent); err != nil {
		t.Errorf("the whole response can't be sent: %v", err)
	}
	frames, err := data.UnmarshalArrowFrames(sent.Responses["B"].Frames)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := frames[0].MarshalJSON(); err != nil {
		t.Errorf("Grafana can't hand on the frame: %v", err)
	}
}
