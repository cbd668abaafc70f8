package servers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Command says what to start and how to end it.
type Command struct {
	Path string
	Args []string
	Env  []string // nil: the caller's
	Dir  string
	Log  string    // the file that takes its output
	User *User     // nil: the caller
	End  os.Signal // how to ask it to end; default SIGTERM
}

// User is an account that a command runs as.
type User struct {
	Name     string
	UID, GID int
}

// Process is a child that we started: the only kind of process that we ever end.
type Process struct {
	name string
	log  string
	end  os.Signal
	cmd  *exec.Cmd
	done chan struct{}
	err  error
	once sync.Once
}

// grace is how long a process may take to end by itself.
const grace = 15 * time.Second

// Start starts a command in a process group of its own.
func Start(command Command) (*Process, error) {
	log, err := os.Create(command.Log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(command.Path, command.Args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = command.Dir, log, log
	cmd.Env = command.Env
	end := command.End
	if end == nil {
		end = endSignal
	}
	cmd.SysProcAttr = Attributes(command.User, end)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", command.Path, err)
	}
	p := &Process{name: command.Path, log: command.Log, end: end, cmd: cmd, done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// PID is the process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Stop ends the process and what it started: kindly first, then by force.
func (p *Process) Stop() error {
	p.once.Do(func() {
		select {
		case <-p.done:
		default:
			_ = p.cmd.Process.Signal(p.end)
			select {
			case <-p.done:
			case <-time.After(grace):
			}
		}
		killGroup(p.cmd.Process)
		<-p.done
	})
	return nil
}

// WaitHTTP waits until an address answers with 200, the process has died, or the limit has passed.
func (p *Process) WaitHTTP(ctx context.Context, url string, limit time.Duration) error {
	client := &http.Client{Timeout: 5 * time.Second}
	return p.Wait(ctx, limit, func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s answers %s", url, response.Status)
		}
		return nil
	})
}

// Wait asks again and again until the answer is nil, the process has died, or the limit has passed.
func (p *Process) Wait(ctx context.Context, limit time.Duration, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-p.done:
			return fmt.Errorf("%s ended early: %w\n%s", p.name, errors.Join(p.err, err), p.Tail())
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w\n%s", p.name, errors.Join(ctx.Err(), err), p.Tail())
		}
	}
}

// Tail is the end of what the process printed.
func (p *Process) Tail() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}
