//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/matrix-insight/synapse-datasource/lab/research/page"
)

// writeTable puts the table of all outcomes in a folder into a page.
func writeTable(folder, to string) error {
	outcomes, err := readOutcomes(folder)
	if err != nil {
		return err
	}
	return page.Write(to, "real sick servers", table(outcomes))
}

// readOutcomes gives what was kept, in the order of the files' names.
func readOutcomes(folder string) ([]outcome, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.outcome.json"))
	if err != nil {
		return nil, err
	}
	var all []outcome
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var one outcome
		if err := json.Unmarshal(text, &one); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, one)
	}
	return all, nil
}

// table is Markdown: the counts, and a row for each run in the order of the faults.
func table(all []outcome) string {
	var rows strings.Builder
	sickened, first, among, controls, alarmed := 0, 0, 0, 0, 0
	for _, f := range faults {
		for _, o := range all {
			if o.Fault != f.id {
				continue
			}
			verdict := f.verdict(o.Findings)
			if f.control() {
				controls, alarmed = controls+1, alarmed+one(verdict == "false alarm")
			} else {
				sickened, first, among = sickened+1, first+one(verdict == "right"), among+one(verdict != "missed")
			}
			fmt.Fprintf(&rows, "| %s | %s | %s | %s | %s | %s |\n", o.Version, f.how, either(f.accepted), ids(o.Findings), verdict, after(o))
		}
	}
	head := fmt.Sprintf("Right first in %d of %d runs, %s; among the first three in %d, %s. False alarms in %d of %d healthy controls. In brackets: 95%% intervals.\n\n",
		first, sickened, page.Share(first, sickened), among, page.Share(among, sickened), alarmed, controls)
	return head + "| Synapse | What was done | Right would be | First three findings | Verdict | Right after |\n| --- | --- | --- | --- | --- | --- |\n" + rows.String()
}

func either(accepted []string) string {
	if len(accepted) == 0 {
		return "nothing"
	}
	return strings.Join(accepted, " or ")
}

func ids(found []finding) string {
	if len(found) == 0 {
		return "none"
	}
	names := make([]string, len(found))
	for i, f := range found {
		names[i] = f.Check
	}
	return strings.Join(names, ", ")
}

func after(o outcome) string {
	if o.Seconds < 0 {
		return "never"
	}
	return fmt.Sprintf("%.0f s", o.Seconds)
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
