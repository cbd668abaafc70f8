package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

func TestCodes(t *testing.T) {
	for code, want := range map[string]upstream.Kind{
		"42501": upstream.MissingGrant, "42P01": upstream.NotSynapse, "42703": upstream.NotSynapse,
		"42601": upstream.OwnMistake, "42883": upstream.OwnMistake, "25006": upstream.OwnMistake, "22P02": upstream.OwnMistake,
		"57014": upstream.Timeout, "55P03": upstream.Locked, "53300": upstream.Full, "53200": upstream.Limit,
		"28P01": upstream.Auth, "28000": upstream.Auth, "3D000": upstream.Auth, "57P01": upstream.Unreachable,
		"57P03": upstream.Starting, "08P01": upstream.Unreachable, "40001": upstream.Limit, "40P01": upstream.Limit,
		"XX001": upstream.BadAnswer, "58030": upstream.BadAnswer, "P0001": upstream.BadAnswer, "": upstream.BadAnswer,
	} {
		err := fmt.Errorf("query: %w", &pgconn.PgError{Code: code, Message: "geheime Meldung"})
		got := classify(t.Context(), time.Second, err)
		if got.Kind != want || (got.Source == upstream.Plugin) != (want == upstream.OwnMistake) {
			t.Errorf("%s is %s of %s, want %s", code, got.Kind, got.Source, want)
		}
		if got.Message == "" || got.Remedy == "" || strings.Contains(got.Error(), "geheim") {
			t.Errorf("%s: %s", code, got)
		}
	}
}

func TestOtherFailures(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	stopped := &pgconn.PgError{Code: "57014"}
	for name, c := range map[string]struct {
		ctx  context.Context
		err  error
		want upstream.Kind
	}{
		"cancelled by the asker":     {gone, stopped, upstream.Canceled},
		"our time is up":             {late, stopped, upstream.Timeout},
		"cancelled by somebody":      {t.Context(), &stoppedError{err: stopped, early: true, ofQuery: true}, upstream.Canceled},
		"the query's time was short": {t.Context(), &stoppedError{err: stopped, ofQuery: true}, upstream.Timeout},
		"no connection in time":      {late, &acquireError{err: context.DeadlineExceeded, busy: true}, upstream.Limit},
		"no answer to the handshake": {late, &acquireError{err: context.DeadlineExceeded}, upstream.Timeout},
		"the stream ends":            {t.Context(), io.ErrUnexpectedEOF, upstream.Unreachable},
		"another type":               {t.Context(), pgx.ScanArgError{Err: errors.New("x")}, upstream.OwnMistake},
	} {
		if got := classify(c.ctx, time.Second, c.err); got == nil || got.Kind != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
	if got := classify(t.Context(), time.Second, errors.New("of the query type itself")); got != nil {
		t.Errorf("a foreign error is worded: %v", got)
	}
}
