package upstream

// Worded is the text for people, for those who may not know this package.
func (f *Fault) Worded() string { return f.Error() }
