// Command generate writes the files that repeat what the Go code declares: the declarations that the front end reads,
// the alert rules for Grafana and for Prometheus, and the pages under docs/. Run from the top of the repository; with
// -check it changes nothing and fails where a file is out of date. With -process-labels it changes nothing either, and prints
// the rules for a Prometheus in which job, index and instance alone don't tell processes apart.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	check := flag.Bool("check", false, "fail where a generated file is out of date, change nothing")
	labels := flag.String("process-labels", "", "print the rules for Prometheus for processes that these labels, separated by commas, tell apart; change nothing")
	flag.Parse()
	if err := run(*check, *labels); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(check bool, labels string) error {
	if labels == "" {
		return generate(check)
	}
	rules, err := rulesFor(strings.Split(labels, ","))
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(rules)
	return err
}

// file is one generated file.
type file struct {
	path    string
	content []byte
}

// owned are the folders in which every file is generated: what nothing makes any more is removed.
var owned = []string{"docs/checks", "docs/queries"}

func files() ([]file, error) {
	var all []file
	for _, make := range []func() ([]file, error){declarationFiles, grafanaRules, prometheusRules, inhibitRules, panelQueries, checkPages, queryPages, graphPages} {
		made, err := make()
		if err != nil {
			return nil, err
		}
		all = append(all, made...)
	}
	return all, nil
}

func generate(check bool) error {
	all, err := files()
	if err != nil {
		return err
	}
	stale, err := leftovers(all)
	if err != nil {
		return err
	}
	if check {
		return compare(all, stale)
	}
	for _, f := range all {
		if err := os.MkdirAll(filepath.Dir(f.path), 0o755); err != nil { //nolint:gosec // source files like any other
			return err
		}
		if err := os.WriteFile(f.path, f.content, 0o644); err != nil { //nolint:gosec // a source file like any other
			return err
		}
	}
	for _, path := range stale {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

func compare(all []file, stale []string) error {
	for _, f := range all {
		have, err := os.ReadFile(f.path)
		if err != nil {
			return err
		}
		if !bytes.Equal(have, f.content) {
			return fmt.Errorf("%s is out of date: run go tool mage generate", f.path)
		}
	}
	if len(stale) > 0 {
		return fmt.Errorf("%s is not generated any more: run go tool mage generate", stale[0])
	}
	return nil
}

func leftovers(all []file) ([]string, error) {
	var stale []string
	for _, folder := range owned {
		there, err := filepath.Glob(filepath.Join(folder, "*"))
		if err != nil {
			return nil, err
		}
		for _, path := range there {
			if !slices.ContainsFunc(all, func(f file) bool { return f.path == filepath.ToSlash(path) }) {
				stale = append(stale, path)
			}
		}
	}
	return stale, nil
}
