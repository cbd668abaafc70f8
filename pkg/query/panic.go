package query

import (
	"fmt"
	"runtime/debug"
)

// Panic is a mistake of ours, caught so that other panels and later queries go on. Stack is for the log only.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string {
	return "The plugin made a mistake while it computed this answer; its log has the details. Please report it."
}

// CatchPanic turns a panic of fn into an error. Each goroutine needs it once, as does whatever Grafana calls.
func CatchPanic(fn func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &Panic{Value: fmt.Sprint(value), Stack: debug.Stack()}
		}
	}()
	return fn()
}
