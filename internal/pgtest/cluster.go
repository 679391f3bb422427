//go:build linux || darwin

package pgtest

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// watch runs the server until its standard input ends, which it does with the process that holds the other end,
// and then stops it and removes the folder. $1 is the folder of the binaries, $2 ours.
const watch = `
"$1/postgres" -D "$2/data" >"$2/log" 2>&1 </dev/null &
read -r _
kill -INT $!
wait $!
cd / && rm -rf "$2"
`

const settings = `
listen_addresses = ''
unix_socket_directories = '%s'
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 400
shared_buffers = 64MB
autovacuum = off
`

// startCluster makes a cluster and returns the address of its first database once it answers. The default collation is
// not by bytes, so that what relies on the order of bytes must say so.
func startCluster() (_ string, err error) {
	bin := binaries()
	if bin == "" {
		return "", errNone
	}
	who, err := runAs()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(place(), "pgtest")
	if err != nil {
		return "", err
	}
	watched := false
	defer func() {
		if !watched {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	if who != nil {
		if err := os.Chown(dir, int(who.Uid), int(who.Gid)); err != nil {
			return "", err
		}
	}
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(name, args...)
		cmd.Dir = "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who, Setpgid: true} // a group of its own: Ctrl-C is for us
		return cmd
	}
	data := filepath.Join(dir, "data")
	initdb := command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8",
		"--locale=C", "--locale-provider=icu", "--icu-locale=en-US")
	if out, err := initdb.CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w\n%s", err, out)
	}
	conf, err := os.OpenFile(filepath.Join(data, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return "", err
	}
	_, err = fmt.Fprintf(conf, settings, dir)
	if err := errors.Join(err, conf.Close()); err != nil {
		return "", err
	}

	held, hold, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer held.Close()
	server := command("/bin/sh", "-c", watch, "pgtest", bin, dir)
	server.Stdin = held
	if err := server.Start(); err != nil {
		return "", errors.Join(err, hold.Close())
	}
	watched, lifeline = true, hold
	if err := ready(dir); err != nil {
		return "", errors.Join(err, lifeline.Close())
	}
	return "postgres:///postgres?" + url.Values{"host": {dir}, "user": {"postgres"}}.Encode(), nil
}

// place returns where the cluster's folder goes: to memory when there is plenty, since the many small files of a database
// take a disk several times as long; else "", the place for temporary files.
func place() string {
	const memory, plenty = "/dev/shm", 4 << 30
	var fs syscall.Statfs_t
	if os.Getenv("TMPDIR") == "" && syscall.Statfs(memory, &fs) == nil && fs.Bavail*uint64(fs.Bsize) >= plenty {
		return memory
	}
	return ""
}

// lifeline is the end of the pipe that keeps the server running: open until the process ends.
var lifeline *os.File

// ready waits until the server says so in its pid file, in which the last line is the state.
func ready(dir string) error {
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		pid, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if lines := strings.Fields(string(pid)); len(lines) > 0 && lines[len(lines)-1] == "ready" {
			return nil
		}
	}
	log, err := os.ReadFile(filepath.Join(dir, "log"))
	return errors.Join(fmt.Errorf("the server did not become ready in a minute:\n%s", log), err)
}

// binaries returns the folder of the newest server's programs, or nothing.
func binaries() string {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path)
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // the pattern is well-formed
	newest, dir := 0, ""
	for _, path := range found {
		bin := filepath.Dir(path)
		if version, err := strconv.Atoi(filepath.Base(filepath.Dir(bin))); err == nil && version > newest {
			newest, dir = version, bin
		}
	}
	return dir
}

// runAs returns as whom the server runs, which refuses to run as root; nil is ourselves.
func runAs() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("%w (root needs a user postgres: %w)", errNone, err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}
