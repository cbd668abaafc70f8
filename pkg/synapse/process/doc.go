// Package process knows what tells the processes of a homeserver apart, which homeserver they serve, what each does, and
// which of them are too young to judge.
package process
