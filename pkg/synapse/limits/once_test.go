package limits_test

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// number is a number that the code declares.
type number struct {
	where, name, value string
	// words are those of its meaning: a limit's own, else its comment and its name.
	words map[string]bool
}

// Numbers mean the same where they share so many words, and so large a part of the words of one of them.
const (
	alikeWords = 3
	alikePart  = 0.75
)

// TestNoNumberTwice finds equal numbers that mean the same: what means the same has one declaration, so that a table, a check
// and a rule can't drift apart.
func TestNoNumberTwice(t *testing.T) {
	all := numbers(t, "../..")
	if len(all) < 100 {
		t.Fatalf("%d numbers: the code is not read", len(all))
	}
	for i, one := range all {
		for _, other := range all[:i] {
			if one.value == other.value && one.means(other) {
				t.Errorf("%s is declared twice, as %s (%s) and %s (%s); use one of them for both, or say better what each means",
					one.value, one.name, one.where, other.name, other.where)
			}
		}
	}
}

// The test itself would find what it is for.
func TestNumbersThatMeanTheSame(t *testing.T) {
	means := func(meaning string) number { return number{words: wordsOf(meaning)} }
	mean := means("number of collections of a generation from which their mean pause is judged")
	for meaning, same := range map[string]bool{
		"number of collections of one generation within 6 hours from which their mean pause is judged": true,
		"number of calls within the hour from which a mean duration is judged":                         false,
	} {
		if got := mean.means(means(meaning)); got != same {
			t.Errorf("%q means the same: %t", meaning, got)
		}
	}
}

// means tells whether both are about the same.
func (n number) means(other number) bool {
	both := 0
	for word := range n.words {
		if other.words[word] {
			both++
		}
	}
	return both >= alikeWords && float64(both) >= alikePart*float64(min(len(n.words), len(other.words)))
}

var word = regexp.MustCompile(`[A-Z]?[a-z]{3,}|[A-Z][a-z]{2}`)

// stop are words that say how a number is used, and not of what it is.
var stop = strings.Fields("the and are for its their from below above that than which this with was were where within what when they source ours number share " +
	"time hour minute second day judged long how")

func wordsOf(texts ...string) map[string]bool {
	found := map[string]bool{}
	for _, w := range word.FindAllString(strings.Join(texts, " "), -1) {
		if w = strings.TrimSuffix(strings.ToLower(w), "s"); !slices.Contains(stop, w) {
			found[w] = true
		}
	}
	return found
}

// numbers reads every declaration of a number in the Go files below a folder.
func numbers(t *testing.T, root string) []number {
	t.Helper()
	var all []number
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		for _, declaration := range file.Decls {
			group, is := declaration.(*ast.GenDecl)
			if !is {
				continue
			}
			for _, spec := range group.Specs {
				v, is := spec.(*ast.ValueSpec)
				if !is {
					continue
				}
				for i, value := range v.Values {
					n := declared(v.Names[i].Name, value, comment(group, v))
					if n.where = files.Position(value.Pos()).String(); n.value != "" {
						all = append(all, n)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// comment is what is written about one name; a comment about several says of none what it means.
func comment(group *ast.GenDecl, v *ast.ValueSpec) string {
	switch {
	case len(v.Names) > 1:
		return ""
	case len(group.Specs) == 1:
		return group.Doc.Text()
	}
	return v.Doc.Text() + v.Comment.Text()
}

func declared(name string, value ast.Expr, about string) number {
	if limit, is := value.(*ast.CompositeLit); is && strings.HasSuffix(expr(limit.Type), "Limit") {
		fields := fieldsOf(limit)
		return number{name: name, value: evaluate(fields["Value"]), words: wordsOf(text(fields["Meaning"]))}
	}
	return number{name: name, value: evaluate(value), words: wordsOf(strings.Replace(about, name, "", 1), name)}
}

func expr(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return expr(e.X) + "." + e.Sel.Name
	}
	return ""
}

func fieldsOf(literal *ast.CompositeLit) map[string]ast.Expr {
	fields := map[string]ast.Expr{}
	for _, element := range literal.Elts {
		if pair, is := element.(*ast.KeyValueExpr); is {
			fields[expr(pair.Key)] = pair.Value
		}
	}
	return fields
}

func text(e ast.Expr) string {
	if literal, is := e.(*ast.BasicLit); is {
		return literal.Value
	}
	return ""
}

var units = map[string]int64{"time.Second": 1, "time.Minute": 60, "time.Hour": 3600}

// evaluate is the value of a number's expression, durations in seconds; empty where it is none.
func evaluate(e ast.Expr) string {
	if v := valueOf(e); v != nil && v.Kind() != constant.Unknown {
		return v.String()
	}
	return ""
}

func valueOf(e ast.Expr) constant.Value {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.INT || e.Kind == token.FLOAT {
			return constant.ToFloat(constant.MakeFromLiteral(e.Value, e.Kind, 0))
		}
	case *ast.SelectorExpr:
		if seconds, is := units[expr(e)]; is {
			return constant.ToFloat(constant.MakeInt64(seconds))
		}
	case *ast.BinaryExpr:
		if l, r := valueOf(e.X), valueOf(e.Y); l != nil && r != nil {
			if e.Op == token.SHL {
				if n, is := constant.Uint64Val(constant.ToInt(r)); is {
					return constant.ToFloat(constant.Shift(constant.ToInt(l), e.Op, uint(n)))
				}
			}
			return constant.BinaryOp(l, e.Op, r)
		}
	}
	return nil
}
