// Package page writes the parts of documentation pages that commands measure; the rest of a page is written by hand.
package page

import (
	"fmt"
	"os"
	"strings"
)

// Write replaces the part of a page that stands between the lines of its name.
func Write(path, name, part string) error {
	begins, ends := "<!-- begin: "+name+" -->\n", "<!-- end: "+name+" -->\n"
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(text), begins)
	_, after, closed := strings.Cut(rest, ends)
	if !found || !closed {
		return fmt.Errorf("%s has no place for %s: it needs the lines %q and %q", path, name, begins, ends)
	}
	return os.WriteFile(path, []byte(before+begins+"\n"+strings.TrimSpace(part)+"\n\n"+ends+after), 0o644)
}
