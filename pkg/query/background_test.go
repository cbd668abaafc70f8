package query

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// backgroundStub runs passes at once, as the real one does in a goroutine.
type backgroundStub struct {
	databaseStub
	state Background
}

func (b *backgroundStub) Background(string) Background { return b.state }
func (b *backgroundStub) StartBackground(_ string, _ time.Duration, fn func(context.Context, Reading) (any, error)) {
	b.state.Value, b.state.Err = fn(context.Background(), b.Read)
}

func TestBackground(t *testing.T) {
	without := NewSession(Request{}, lastHour, noon, settings.Settings{}, nil, databaseStub{})
	without.StartBackground("key", time.Minute, func(context.Context, Reading) (any, error) { t.Error("ran"); return nil, nil })
	if without.Background("key") != (Background{}) {
		t.Error("a database that can't read on after a query has results of it")
	}
	with := NewSession(Request{}, lastHour, noon, settings.Settings{}, nil, &backgroundStub{})
	with.StartBackground("key", time.Minute, func(context.Context, Reading) (any, error) { return 7, nil })
	if got := with.Background("key"); got.Value != 7 || got.Err != nil {
		t.Errorf("%+v", got)
	}
	with.StartBackground("key", time.Minute, func(context.Context, Reading) (any, error) { panic("mistake") })
	if panicked := (*Panic)(nil); !errors.As(with.Background("key").Err, &panicked) {
		t.Errorf("a panic of a background pass became %v; it would end the plugin", with.Background("key").Err)
	}
}
