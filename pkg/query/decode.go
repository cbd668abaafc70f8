package query

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/grafana/grafana-plugin-sdk-go/backend/gtime"
)

// decode reads a parameter's value, its default where the query has none.
func (p Param) decode(raw json.RawMessage) (any, error) {
	if len(raw) == 0 || string(raw) == "null" || string(raw) == `""` {
		raw = p.defaultJSON()
	}
	switch p.Kind {
	case Text:
		return decodeAs[string](p, raw, "a string")
	case Boolean:
		return decodeAs[bool](p, raw, "true or false")
	case Number:
		value, err := decodeAs[float64](p, raw, "a number")
		if err != nil {
			return nil, err
		}
		return value, p.checkBounds(value)
	case Numbers:
		return p.decodeNumbers(raw)
	case List:
		list, err := stringList(raw)
		if err != nil {
			return nil, Badf("%q %v.", p.ID, err)
		}
		return list, checkLength(p.ID, list)
	case Duration:
		return p.decodeDuration(raw)
	case Choice:
		return p.decodeChoice(raw)
	}
	panic("parameter " + p.ID + " has an unknown kind " + string(p.Kind))
}

var zeroJSON = map[Kind]string{Text: `""`, Boolean: "false", Number: "0", Numbers: "[]", List: "[]", Duration: `"0s"`}

func (p Param) defaultJSON() json.RawMessage {
	if p.Default == nil {
		return json.RawMessage(zeroJSON[p.Kind])
	}
	raw, err := json.Marshal(p.Default)
	if err != nil {
		panic("parameter " + p.ID + ": default can't be written as JSON: " + err.Error())
	}
	return raw
}

func decodeAs[T any](p Param, raw json.RawMessage, kind string) (T, error) {
	var value T
	if err := json.Unmarshal(raw, &value); err != nil {
		return value, Badf("%q must be %s, not %s.", p.ID, kind, raw)
	}
	return value, nil
}

func (p Param) checkBounds(value float64) error {
	tooLow, tooHigh := p.Min != nil && value < *p.Min, p.Max != nil && value > *p.Max
	switch {
	case !tooLow && !tooHigh:
		return nil
	case p.Max == nil:
		return Badf("%q is %s; it takes %s or more.", p.ID, formatNumber(value), formatNumber(*p.Min))
	case p.Min == nil:
		return Badf("%q is %s; it takes %s or less.", p.ID, formatNumber(value), formatNumber(*p.Max))
	}
	return Badf("%q is %s; it takes %s to %s.", p.ID, formatNumber(value), formatNumber(*p.Min), formatNumber(*p.Max))
}

// formatNumber writes 1000000 rather than 1e+06.
func formatNumber(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

func (p Param) decodeNumbers(raw json.RawMessage) (any, error) {
	var one float64
	var many []float64
	if json.Unmarshal(raw, &one) == nil {
		many = []float64{one}
	} else if err := json.Unmarshal(raw, &many); err != nil {
		return nil, Badf("%q must be a number or a list of numbers, not %s.", p.ID, raw)
	}
	for _, value := range many {
		if err := p.checkBounds(value); err != nil {
			return nil, err
		}
	}
	return many, nil
}

func (p Param) decodeDuration(raw json.RawMessage) (any, error) {
	text, err := decodeAs[string](p, raw, "a duration such as 30m or 7d")
	if err != nil {
		return nil, err
	}
	d, parseErr := gtime.ParseDuration(text)
	if parseErr != nil || d < 0 {
		return nil, Badf("%q must be a duration such as 30m or 7d, not %q.", p.ID, text)
	}
	return d, nil
}

func (p Param) decodeChoice(raw json.RawMessage) (any, error) {
	text, err := decodeAs[string](p, raw, "a string")
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(p.Options, func(o Option) bool { return o.Value == text }) {
		valid := make(validValues, len(p.Options))
		for i, o := range p.Options {
			valid[i] = o.Value
		}
		return nil, Badf("%q is %q. Valid values: %s.", p.ID, truncate(text, shownText), valid)
	}
	return text, nil
}
