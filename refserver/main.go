// Command refserver shows a host how the library is put together: two systems that share projects.
//
//	refserver [demo]    two systems in one process, with something to try (the default)
//	refserver serve     one system
//	refserver admin     make a link for an administrator who cannot sign in
//	refserver migrate   bring a database up to date
//	refserver key       show or make a key file
//	refserver version
//	refserver help
//
// "refserver serve -h" lists the settings. At start and every hour a system lets go by itself of what has run out: sessions, links, counts of wrong
// passwords and calls of partners; what is older than -keep-events of who signed in and whose roles changed; and, where -retention says so, what
// an account has written about an organization that it has not seen for so many days, which is purged for good. Nothing is purged by default.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as it is under nohup
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "refserver:", err)
		os.Exit(1)
	}
}

// run carries out a command line.
func run(ctx context.Context, args []string, env func(string) string, stdout, stderr io.Writer) error {
	name := "demo"
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		name, args = args[0], args[1:]
	}
	c := command{name: name, args: args, env: env, stdout: stdout, stderr: stderr}
	switch name {
	case "demo":
		return c.demo(ctx)
	case "serve":
		return c.serve(ctx)
	case "admin":
		return c.admin(ctx)
	case "migrate":
		return c.migrate(ctx)
	case "key":
		return c.key()
	case "version":
		return c.version()
	case "help":
		return c.help()
	}
	return fmt.Errorf("there is no command %q: it is demo, serve, admin, migrate, key, version or help", name)
}
