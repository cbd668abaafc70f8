package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/queries"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

func queryPages() ([]file, error) {
	var all []file
	for _, d := range query.Declare(queries.All).QueryTypes {
		f, err := pageOfQuery(d)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return append(all, index()), nil
}

// upstreams are the upstreams' names for people.
var upstreams = map[query.Upstream]string{query.Prometheus: "Prometheus", query.Postgres: "PostgreSQL"}

func pageOfQuery(d query.Declaration) (file, error) {
	var p page
	p.put("%s", madeBy)
	p.heading(1, d.Title)
	p.para("Query type `" + d.ID + "`.")
	p.para(d.Help)
	p.heading(2, "Formats")
	var rows [][]string
	for i, f := range d.Formats {
		title := f.Title
		if i == 0 {
			title += " (default)"
		}
		rows = append(rows, []string{"`" + f.ID + "`", title, upstreams[f.Needs], string(f.Visualization), f.Help})
	}
	p.table([]string{"`format`", "Title", "Asks", "Panel", "What it shows"}, rows)
	p.heading(2, "Parameters")
	if err := parameters(&p, d); err != nil {
		return file{}, err
	}
	for _, f := range d.Formats {
		columns(&p, f, d.Columns[f.ID])
	}
	if len(d.Examples) > 0 {
		p.heading(2, "Examples")
	}
	for _, e := range d.Examples {
		raw, err := json.MarshalIndent(e.Query, "", "  ")
		if err != nil {
			return file{}, err
		}
		p.para(e.Title)
		p.code("json", string(raw))
	}
	return p.file("docs/queries/" + d.ID + ".md"), nil
}

func parameters(p *page, d query.Declaration) error {
	rows := [][]string{
		{"`" + strings.Join(d.Filters, "`, `") + "`", "text or list of texts", "all", "Only these; each is matched exactly."},
		{"`limit`", fmt.Sprintf("number up to %d", d.Limit.Max), fmt.Sprint(d.Limit.Default), "Most rows or series; a notice says what is left out."},
	}
	for _, param := range d.Params {
		fallback := ""
		if param.Default != nil {
			raw, err := json.Marshal(param.Default)
			if err != nil {
				return err
			}
			fallback = "`" + strings.Trim(string(raw), `"`) + "`"
		}
		help := param.Help
		if len(param.Formats) > 0 {
			help += " Only for `" + strings.Join(param.Formats, "`, `") + "`."
		}
		rows = append(rows, []string{"`" + param.ID + "`", kind(param), fallback, help})
	}
	p.table([]string{"Parameter", "Takes", "Default", "Meaning"}, rows)
	return nil
}

func kind(p query.Param) string {
	switch p.Kind {
	case query.List:
		return "text or list of texts"
	case query.Numbers:
		return "number or list of numbers" + bounds(p)
	case query.Choice:
		if p.ID == "graph" {
			return "the id of [a graph](../graphs.md)"
		}
		var values []string
		for _, o := range p.Options {
			values = append(values, "`"+o.Value+"`")
		}
		return "one of " + strings.Join(values, ", ")
	case query.Boolean:
		return "true or false"
	case query.Duration:
		return "duration such as 30m or 7d"
	case query.Number:
		return "number" + bounds(p)
	case query.Text:
	}
	return string(p.Kind)
}

func bounds(p query.Param) string {
	text := ""
	if p.Min != nil {
		text += " from " + strconv.FormatFloat(*p.Min, 'f', -1, 64)
	}
	if p.Max != nil {
		text += " to " + strconv.FormatFloat(*p.Max, 'f', -1, 64)
	}
	return text
}

func columns(p *page, f query.FormatDeclaration, infos []query.ColumnInfo) {
	if len(infos) == 0 {
		return
	}
	p.heading(2, "Columns of "+f.Title)
	var rows [][]string
	for _, c := range infos {
		unit := c.Unit
		if unit != "" {
			unit = "`" + unit + "`"
		}
		rows = append(rows, []string{"`" + c.Name + "`", c.Title, unit, c.Help})
	}
	p.table([]string{"Column", "Shown as", "Grafana unit", "Meaning"}, rows)
}

func index() file {
	var p page
	p.put("%s", madeBy)
	p.heading(1, "Matrix Synapse for Grafana: documentation")
	p.para("How to install it is in the [README](../README.md). If it does not connect, shows nothing or does not alarm, see [Troubleshooting](troubleshooting.md). " +
		"How often it is right: [simulated homeservers](evaluation.md), [real sick servers](evaluation-real.md), [cache advice](cache-evaluation.md). What it costs Prometheus: [performance](performance.md), and [how that scales](scaling.md). What it does when something breaks, and what it costs a large database: [reliability](reliability.md). Other engines than Prometheus: [compatibility](compatibility.md). " +
		"Graphs: [all of them](graphs.md), and [what replaces which panel of Synapse's own dashboard](contrib-parity.md).")
	p.heading(2, "Checks of the diagnosis")
	var rows [][]string
	for _, c := range checks.All {
		rows = append(rows, []string{"[" + c.ID + "](checks/" + c.ID + ".md)", c.Title, c.Filled(c.Meaning)})
	}
	p.table([]string{"Check", "Finding", "What it is about"}, rows)
	p.heading(2, "Query types")
	rows = nil
	for _, t := range queries.All {
		rows = append(rows, []string{"[" + t.Title + "](queries/" + t.ID + ".md)", t.Help})
	}
	p.table([]string{"Query type", "What it answers"}, rows)
	p.para("[graphs.md](graphs.md) tells what each graph shows and when to worry; [contrib-parity.md](contrib-parity.md) lists Synapse's own dashboard beside it.")
	p.heading(2, "How the cache advice is made")
	p.para("[cache-model.md](cache-model.md) explains how it is computed and how accurate it is; [cache-evaluation.md](cache-evaluation.md) compares it with a real Synapse.")
	p.heading(2, "Alerts")
	p.para("`" + grafanaRuleFile + "` holds Grafana's alert rules: one for warnings and, for most checks, one for critical findings. For Prometheus without Grafana's alerting there is `" +
		prometheusRuleFile + "`, with the checks that one PromQL expression can decide.")
	return p.file("docs/README.md")
}
