//go:build !linux && !darwin

package pgtest

// startCluster knows how to run a server on Linux and macOS alone.
func startCluster() (string, error) { return "", errNone }
