// Package query says what a query type is (Type), what one query asks (Request), what it may use while it runs
// (Session) and what it answers (Result). Runner wraps every Run once: time limit, coalescing, cache, trace span,
// panic to error, executed queries and notices. Query types themselves live in pkg/queries, one folder each.
package query
