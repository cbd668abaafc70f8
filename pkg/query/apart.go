package query

import (
	"context"
	"time"
)

// ApartReader is a Database that can read on a connection of its own, where all others may hang.
type ApartReader interface {
	// ReadApart is Read on a new connection, which is closed afterwards.
	ReadApart(ctx context.Context, limit time.Duration, fn func(ctx context.Context, tx Tx) error) error
}

// ReadApart is Read on a connection of its own, or on any where the database can't open one.
func (s *Session) ReadApart(ctx context.Context, limit time.Duration, fn func(ctx context.Context, tx Tx) error) error {
	apart, ok := s.database.(ApartReader)
	if !ok {
		return s.Read(ctx, limit, fn)
	}
	return apart.ReadApart(ctx, limit, func(ctx context.Context, tx Tx) error { return fn(ctx, recordingTx{tx, s}) })
}
