package compare

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/matrix-insight/synapse-datasource/lab/servers/synapse"
)

// whatExists is the list of what the product's advice may name.
const whatExists = "../internal/advice/exists.csv"

// Advice looks in the code of the installed versions for every option and every line of a log that the product's texts name: it is
// there from the listed version on, and not before.
func Advice(report *Report, pair *synapse.Pair) error {
	file, err := os.Open(whatExists)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return fmt.Errorf("read %s: %w", whatExists, err)
	}
	for i := range pair.Servers {
		code, version, err := pair.Code(i)
		if err != nil {
			return err
		}
		for _, row := range rows[1:] {
			kind, name, since := row[0], row[1], row[2]
			folder, parts := "", []string{name}
			switch kind {
			case "option":
				folder, parts = "config", strings.Split(name, ".")
			case "log":
			default:
				continue
			}
			there, err := allIn(filepath.Join(code, folder), parts)
			if err != nil {
				return err
			}
			report.Check(there == (minor(version) >= minor(since)), "%s %q: in the code of Synapse %s: %t, listed from %s on", kind, name, version, there, since)
		}
	}
	return nil
}

// minor is the second number of a version: Synapse counts only that.
func minor(version string) int {
	parts := strings.Split(version, ".")
	n, err := strconv.Atoi(parts[min(1, len(parts)-1)])
	if err != nil {
		return 0
	}
	return n
}

// allIn tells whether the Python files of a folder have all of the texts.
func allIn(folder string, texts []string) (bool, error) {
	missing := map[string]bool{}
	for _, text := range texts {
		missing[text] = true
	}
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".py" {
			return err
		}
		code, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for text := range missing {
			if strings.Contains(string(code), text) {
				delete(missing, text)
			}
		}
		return nil
	})
	return len(missing) == 0, err
}
