package pgtest_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/internal/pgtest"
)

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func execute(t *testing.T, dsn, statement string) {
	t.Helper()
	_, err := connect(t, dsn).Exec(t.Context(), statement)
	require.NoError(t, err)
}

func TestEveryDatabaseIsOfItsOwn(t *testing.T) {
	t.Parallel()
	for range 2 {
		execute(t, pgtest.Database(t), "CREATE TABLE one (n INT)")
	}
}

func TestCopiesBeginWithTheTemplate(t *testing.T) {
	t.Parallel()
	fills := 0
	template := pgtest.Template{Fill: func(ctx context.Context, dsn string) error {
		fills++
		conn, err := pgx.Connect(ctx, dsn)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, "CREATE TABLE one (n INT); INSERT INTO one VALUES (1)")
		return err
	}}
	for range 3 {
		dsn := template.Database(t)
		var n int
		require.NoError(t, connect(t, dsn).QueryRow(t.Context(), "SELECT count(*) FROM one").Scan(&n))
		require.Equal(t, 1, n)
		execute(t, dsn, "INSERT INTO one VALUES (2)")
	}
	if os.Getenv("MSPKIT_POSTGRES") == "" {
		require.Equal(t, 1, fills)
	}
}

// A process that is killed leaves neither a server nor a folder.
func TestTheClusterEndsWithTheProcess(t *testing.T) {
	const child = "MSPKIT_PGTEST_CHILD"
	if os.Getenv(child) != "" {
		var dir string
		require.NoError(t, connect(t, pgtest.Database(t)).QueryRow(t.Context(), "SHOW unix_socket_directories").Scan(&dir))
		_, _ = os.Stdout.WriteString("\nfolder " + dir + "\n")
		select {}
	}
	if os.Getenv("MSPKIT_POSTGRES") != "" {
		t.Skip("MSPKIT_POSTGRES replaces the cluster")
	}
	pgtest.Need(t)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), child+"=1")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var dir string
	for lines := bufio.NewScanner(out); dir == "" && lines.Scan(); {
		dir, _ = strings.CutPrefix(lines.Text(), "folder ")
		if dir == lines.Text() {
			dir = ""
		}
	}
	require.DirExists(t, dir)
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	require.Eventually(t, func() bool { _, err := os.Stat(dir); return os.IsNotExist(err) }, 20*time.Second, 20*time.Millisecond)
}
