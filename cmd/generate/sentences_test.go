package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// verb is where fmt puts something into a sentence.
var verb = regexp.MustCompile(`%(\[\d+\])?[-+# 0-9.]*[a-zA-Z]`)

// sentencesOf gives the texts that the Go code below a folder writes, by file. What is filled in is "…". Tests are left out.
func sentencesOf(t *testing.T, folder string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		code, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(code, func(node ast.Node) bool {
			expression, ok := node.(ast.Expr)
			if !ok {
				return true
			}
			text, ok := sentence(expression)
			if ok {
				all[path] = append(all[path], text)
			}
			return !ok
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// sentence joins the texts that a chain of "+" adds up; ok tells whether there is any.
func sentence(expression ast.Expr) (text string, ok bool) {
	switch e := expression.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return strings.ReplaceAll(verb.ReplaceAllString(text, "…"), "%%", "%"), true
		}
	case *ast.BinaryExpr:
		left, inLeft := sentence(e.X)
		right, inRight := sentence(e.Y)
		if e.Op == token.ADD && (inLeft || inRight) {
			return left + right, true
		}
	}
	return "…", false
}

// quoted is a sentence in the first column of a table.
var quoted = regexp.MustCompile("(?m)^\\| `([^`]*)`")

// glue is where the front end's code breaks a text into lines.
var glue = regexp.MustCompile(`'\s*\+\s*'`)

// Somebody who searches the page for what the screen says must find it.
func TestTroubleshootingQuotesTheCode(t *testing.T) {
	page, err := os.ReadFile("../../docs/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	front, err := os.ReadFile("../../src/datasource.ts")
	if err != nil {
		t.Fatal(err)
	}
	written := []string{glue.ReplaceAllString(string(front), "")}
	for _, sentences := range sentencesOf(t, "../../pkg") {
		written = append(written, sentences...)
	}
	quotes := quoted.FindAllStringSubmatch(string(page), -1)
	if len(quotes) < 40 {
		t.Errorf("only %d quotes are found: is the first column still what people see?", len(quotes))
	}
	for _, quote := range quotes {
		if !slices.ContainsFunc(written, func(text string) bool { return strings.Contains(unquoted(text), unquoted(quote[1])) }) {
			t.Errorf("docs/troubleshooting.md quotes a sentence that no code writes: %s", quote[1])
		}
	}
}

// unquoted leaves the quotation marks around names away.
func unquoted(text string) string { return strings.ReplaceAll(text, `"`, "") }
