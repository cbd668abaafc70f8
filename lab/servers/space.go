package servers

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// Space is one run: a temporary folder, and what was started in it.
type Space struct {
	Dir string

	mu    sync.Mutex
	stops []func() error
}

// NewSpace makes a temporary folder. Other users may pass through it, because PostgreSQL refuses to run as root and
// then lives in it as somebody else.
func NewSpace(name string) (*Space, error) {
	dir, err := TempDir(name)
	if err != nil {
		return nil, err
	}
	return &Space{Dir: dir}, nil
}

// Own remembers how to stop something. What was started last is stopped first.
func (s *Space) Own(stop func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stops = append(s.stops, stop)
}

// Close stops everything and removes the folder. A second call does nothing.
func (s *Space) Close() error {
	s.mu.Lock()
	stops := s.stops
	s.stops = nil
	s.mu.Unlock()
	var errs []error
	for _, stop := range slices.Backward(stops) {
		errs = append(errs, stop())
	}
	errs = append(errs, os.RemoveAll(s.Dir))
	return errors.Join(errs...)
}

// TempDir makes a temporary folder which other users may pass through but not list. Where the usual place is closed to
// them (a TMPDIR below /root), it goes to /tmp.
func TempDir(name string) (string, error) {
	var last error
	for _, parent := range []string{os.TempDir(), "/tmp", "/var/tmp"} {
		if os.Geteuid() == 0 && !Traversable(parent) {
			last = fmt.Errorf("%s is closed to users other than root", parent)
			continue
		}
		dir, err := os.MkdirTemp(parent, name+"-")
		if err != nil {
			last = err
			continue
		}
		return dir, os.Chmod(dir, 0o711)
	}
	return "", fmt.Errorf("no temporary folder: %w", last)
}

// Traversable tells whether every user may pass through a folder and all of its parents.
func Traversable(dir string) bool {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	for {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return true
		}
		dir = parent
	}
}
