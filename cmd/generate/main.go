// Command generate writes the files that repeat what the Go code declares: src/generated/queryTypes.json. Run from the
// top of the repository; with -check it changes nothing and fails where a file is out of date.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"github.com/matrix-insight/synapse-datasource/pkg/queries"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

const declarations = "src/generated/queryTypes.json"

func main() {
	check := flag.Bool("check", false, "fail where a generated file is out of date, change nothing")
	flag.Parse()
	if err := generate(*check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate(check bool) error {
	var want bytes.Buffer
	encoder := json.NewEncoder(&want)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(query.Declare(queries.All)); err != nil {
		return fmt.Errorf("write the declarations as JSON: %w", err)
	}
	if !check {
		return os.WriteFile(declarations, want.Bytes(), 0o644) //nolint:gosec // a source file like any other
	}
	have, err := os.ReadFile(declarations)
	if err != nil {
		return err
	}
	if !bytes.Equal(have, want.Bytes()) {
		return fmt.Errorf("%s is out of date: run go tool mage generate", declarations)
	}
	return nil
}
