package bunstore

import "context"

// whole runs fn, which writes several rows. When fn meets a conflict all that it wrote is taken back, and the transaction can go on.
func (s *session) whole(ctx context.Context, fn func() error) error {
	if _, err := s.exec(ctx, "begin to write many", "SAVEPOINT mspkit_whole"); err != nil {
		return err
	}
	refused := fn()
	if s.err != nil { // a failed statement: nothing goes on
		return refused
	}
	end := "RELEASE SAVEPOINT mspkit_whole"
	if refused != nil {
		end = "ROLLBACK TO SAVEPOINT mspkit_whole; " + end
	}
	if _, err := s.exec(ctx, "end to write many", end); err != nil {
		return err
	}
	return refused
}
