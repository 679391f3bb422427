//go:build !unix

package app

import "os"

// lockFile takes no lock here; closing what it returns is harmless.
func lockFile(string) (*os.File, error) { return nil, nil }
