package query

import "context"

// Connecter is a Database that can open a connection of its own: sessions that are open say nothing about new ones.
type Connecter interface {
	// Connect opens one and closes it. Its error is typed and worded for the user.
	Connect(ctx context.Context) error
}

// Connect tries a new connection; nil where it works, or where the database can't try.
func (s *Session) Connect(ctx context.Context) error {
	if c, ok := s.database.(Connecter); ok {
		return c.Connect(ctx)
	}
	return nil
}
