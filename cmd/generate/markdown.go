package main

import (
	"fmt"
	"strings"
)

// page is a Markdown page that is being written.
type page struct{ strings.Builder }

func (p *page) put(format string, args ...any) { fmt.Fprintf(p, format, args...) }

// para writes a paragraph; empty text writes nothing.
func (p *page) para(text string) {
	if text != "" {
		p.put("%s\n\n", text)
	}
}

func (p *page) heading(level int, text string) { p.put("%s %s\n\n", strings.Repeat("#", level), text) }

func (p *page) table(heads []string, rows [][]string) {
	p.put("| %s |\n|%s\n", strings.Join(heads, " | "), strings.Repeat(" --- |", len(heads)))
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, text := range row {
			cells[i] = strings.NewReplacer("|", `\|`, "\n", " ").Replace(text)
		}
		p.put("| %s |\n", strings.Join(cells, " | "))
	}
	p.put("\n")
}

func (p *page) code(language, text string) { p.put("```%s\n%s\n```\n\n", language, text) }

func (p *page) file(path string) file {
	return file{path, []byte(strings.TrimRight(p.String(), "\n") + "\n")}
}

const madeBy = "<!-- Made by go tool mage generate from the Go code; change it there. -->\n\n"
