package query

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/jackc/pgx/v5"
)

// recordingTx notes each statement as it was written, with $1 in place of values.
type recordingTx struct {
	Tx
	session *Session
}

func (t recordingTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	t.session.record(sql)
	return t.Tx.Query(ctx, sql, args...)
}

// Panic is a mistake of ours, caught so that other panels and later queries go on. Stack is for the log only.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string {
	return "The plugin made a mistake while it computed this answer; its log has the details. Please report it."
}

// Recovered turns a panic of fn into an error.
func Recovered(fn func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &Panic{Value: fmt.Sprint(value), Stack: debug.Stack()}
		}
	}()
	return fn()
}
