package orgoverlay_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

// attach adds a file as an account's administrator.
func (s *stage) attach(a orgoverlay.Account, org orgoverlay.OrgID, name, content string) orgoverlay.Attachment {
	s.t.Helper()
	file, err := s.of(a).Attach(s.ctx, admin(a), org, orgoverlay.Upload{Name: name}, strings.NewReader(content))
	require.NoError(s.t, err)
	return file
}

// download reads one as somebody without roles.
func (s *stage) download(a orgoverlay.Account, org orgoverlay.OrgID, id orgoverlay.AttachmentID) (string, error) {
	var out bytes.Buffer
	_, err := s.of(a).Download(s.ctx, person(a), org, id, &out)
	return out.String(), err
}

// stored reports whether an account has a content.
func (s *stage) stored(a orgoverlay.Account, content string) bool {
	s.t.Helper()
	found := false
	require.NoError(s.t, s.db.For(string(a)).View(s.ctx, func(ctx context.Context, v store.View) error {
		_, err := v.Orgoverlay.Files.Chunk(ctx, fmt.Sprintf("%x", sha256.Sum256([]byte(content))), 0)
		if found = err == nil; errors.Is(err, orgoverlay.ErrNotFound) {
			return nil
		}
		return err
	}))
	return found
}

func testAttachments(t *testing.T) {
	t.Parallel()
	s := pair(t)
	giga := s.tied["gigatera"]
	long := strings.Repeat("0123456789abcde\n", 40_000) // more than two pieces
	file := s.attach("wdc", giga, "notes.txt", long)
	want := orgoverlay.Attachment{ID: file.ID, Name: "notes.txt", Type: "text/plain", Size: 640_000, SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte(long)))}
	require.Empty(t, cmp.Diff(want, file))
	r := s.record("wdc", giga)
	require.Empty(t, cmp.Diff([]orgoverlay.Attachment{want}, r.Local.Attachments))
	require.Equal(t, int64(1), r.Version)
	got, err := s.download("wdc", giga, file.ID)
	require.NoError(t, err)
	require.True(t, got == long, "it comes back as it was")
	meta, err := s.of("wdc").Attachment(s.ctx, person("wdc"), giga, file.ID)
	require.NoError(t, err)
	require.Equal(t, want, meta)

	own := s.attach("wdc", s.tied["wdc"], "own.csv", "a,b\n")
	require.Equal(t, "text/csv", own.Type)
	got, err = s.download("wdc", s.tied["wdc"], own.ID)
	require.NoError(t, err)
	require.Equal(t, "a,b\n", got)
	log, err := s.of("wdc").History(s.ctx, person("wdc"), giga, "", 0)
	require.NoError(t, err)
	require.Equal(t, []orgoverlay.Change{{Path: "attachments." + string(file.ID), After: "notes.txt"}}, log[0].Changes)
	sources, err := s.of("wdc").Explain(s.ctx, person("wdc"), giga)
	require.NoError(t, err)
	require.Equal(t, "somebody of wdc", sources[len(sources)-1].By, "whoever attached it is told")
}

func testAttachmentsOfOthers(t *testing.T) {
	t.Parallel()
	s := triple(t)
	giga := s.tied["gigatera"]
	theirs := s.attach("wna", giga, "secret.txt", "of wna")
	base := s.attach("gigatera", giga, "base.txt", "of gigatera")
	for what, id := range map[string]orgoverlay.AttachmentID{"another viewer's": theirs.ID, "the owner's": base.ID, "none": "nothing"} {
		got, err := s.download("wdc", giga, id)
		require.ErrorIs(t, err, orgoverlay.ErrNotFound, what)
		require.Equal(t, fmt.Sprintf("orgoverlay: attachment %q: not found", id), err.Error(), what)
		require.Empty(t, got)
		s.refused(what, "wdc", giga, orgoverlay.Patch{Remove: []orgoverlay.AttachmentID{id}}, orgoverlay.ErrInvalid)
	}
	ours := s.attach("wdc", giga, "same.txt", "of wna")
	require.Equal(t, theirs.SHA256, ours.SHA256)
	s.edit("wdc", giga, orgoverlay.Patch{Remove: []orgoverlay.AttachmentID{ours.ID}})
	got, err := s.download("wna", giga, theirs.ID)
	require.NoError(t, err, "contents are each account's own")
	require.Equal(t, "of wna", got)

	ours = s.attach("wdc", giga, "ours.txt", "ours")
	s.half("wdc", "gigatera", orgoverlay.TrustSuspended)
	_, err = s.download("wdc", giga, ours.ID)
	require.ErrorIs(t, err, orgoverlay.ErrNotFound, "on what is not seen any more")
	_, attach := s.of("wdc").Attach(s.ctx, admin("wdc"), giga, orgoverlay.Upload{Name: "x"}, strings.NewReader("x"))
	require.ErrorIs(t, attach, orgoverlay.ErrNotFound)
	require.False(t, s.stored("wdc", "x"), "a refused attachment leaves no content")
	s.half("wdc", "gigatera", orgoverlay.TrustEstablished)
	got, err = s.download("wdc", giga, ours.ID)
	require.NoError(t, err)
	require.Equal(t, "ours", got)
}

func testUnusedContentsGo(t *testing.T) {
	t.Parallel()
	s := triple(t)
	giga, globe := s.tied["gigatera"], s.tied["globalnet"]
	one, two := s.attach("wdc", giga, "a.txt", "twice"), s.attach("wdc", globe, "b.txt", "twice")
	s.edit("wdc", giga, orgoverlay.Patch{Remove: []orgoverlay.AttachmentID{one.ID}})
	require.True(t, s.stored("wdc", "twice"), "another attachment names it")
	s.edit("wdc", globe, orgoverlay.Patch{Remove: []orgoverlay.AttachmentID{two.ID}})
	require.False(t, s.stored("wdc", "twice"))
}

func testWhatCanBeAttached(t *testing.T) {
	t.Parallel()
	s := pair(t)
	s.config.MaxAttachment = 1000
	giga := s.tied["gigatera"]
	for name, c := range map[string]struct{ name, content, mediaType string }{
		"a picture":          {"x.txt", "\x89PNG\r\n\x1a\n....", "image/png"},
		"another":            {"x", "\xff\xd8\xff\xe0", "image/jpeg"},
		"a moving one":       {"x", "GIF89a..", "image/gif"},
		"a web one":          {"x", "RIFF....WEBPVP8 ", "image/webp"},
		"a document":         {"x.csv", "%PDF-1.7", "application/pdf"},
		"text":               {"x.pdf", "grüße", "text/plain"},
		"CSV":                {"x.CSV", "a;b", "text/csv"},
		"as large as may be": {"x", strings.Repeat("é", 500), "text/plain"},
	} {
		file, err := s.of("wdc").Attach(s.ctx, admin("wdc"), giga, orgoverlay.Upload{Name: c.name}, strings.NewReader(c.content))
		require.NoError(t, err, name)
		require.Equal(t, c.mediaType, file.Type, name)
	}
	before := s.record("wdc", giga)
	for what, c := range map[string]struct {
		name, content string
		want          error
		says          string
	}{
		"a program":              {"x.txt", "MZ\x90\x00", orgoverlay.ErrInvalid, "application/octet-stream"},
		"a page":                 {"x.txt", "\n <!DOCTYPE HTML><script>", orgoverlay.ErrInvalid, "text/html"},
		"a picture that scripts": {"x.png", "<svg onload=1>", orgoverlay.ErrInvalid, "image/svg+xml"},
		"an archive":             {"x.txt", "PK\x03\x04..", orgoverlay.ErrInvalid, "application/zip"},
		"half a character":       {"x.txt", "gr\xc3", orgoverlay.ErrInvalid, "application/octet-stream"},
		"nothing":                {"x.txt", "", orgoverlay.ErrInvalid, "empty"},
		"too much":               {"x.txt", strings.Repeat("x", 1001), orgoverlay.ErrTooLarge, "1000 bytes"},
		"a path":                 {"../x.txt", "x", orgoverlay.ErrInvalid, "name of a file"},
		"a windows path":         {`c:\x.txt`, "x", orgoverlay.ErrInvalid, "name of a file"},
		"a header":               {"x\r\nSet-Cookie: a", "x", orgoverlay.ErrInvalid, "name"},
		"no name":                {"", "x", orgoverlay.ErrInvalid, "required"},
	} {
		_, err := s.of("wdc").Attach(s.ctx, admin("wdc"), giga, orgoverlay.Upload{Name: c.name}, strings.NewReader(c.content))
		require.ErrorIs(t, err, c.want, what)
		require.ErrorContains(t, err, c.says, what)
	}
	for _, role := range []orgoverlay.Role{orgoverlay.RoleEndUser, orgoverlay.RoleSpecialist, orgoverlay.RoleAuditor, orgoverlay.RoleServiceLevel} {
		_, err := s.of("wdc").Attach(s.ctx, person("wdc", role), giga, orgoverlay.Upload{Name: "x"}, strings.NewReader("x"))
		require.ErrorIs(t, err, orgoverlay.ErrForbidden)
	}
	require.Empty(t, cmp.Diff(before, s.record("wdc", giga)), "what was refused changed nothing")
	for len(s.record("wdc", giga).Local.Attachments) < orgoverlay.MaxAttachments {
		s.attach("wdc", giga, "x", "x")
	}
	_, err := s.of("wdc").Attach(s.ctx, admin("wdc"), giga, orgoverlay.Upload{Name: "x"}, strings.NewReader("x"))
	require.ErrorIs(t, err, orgoverlay.ErrTooLarge)
}

// shifty gives another content when it is read again.
type shifty struct{ *strings.Reader }

func (s shifty) Seek(offset int64, whence int) (int64, error) {
	if whence == io.SeekStart {
		s.Reset("other")
	}
	return s.Reader.Seek(offset, whence)
}

func TestAnAttachmentIsWhatWasExamined(t *testing.T) {
	t.Parallel()
	s := pair(t)
	content := strings.NewReader("header body")
	_, err := content.Seek(7, io.SeekStart)
	require.NoError(t, err)
	file, err := s.of("wdc").Attach(s.ctx, admin("wdc"), s.tied["gigatera"], orgoverlay.Upload{Name: "x", Inline: true}, content)
	require.NoError(t, err)
	require.True(t, file.Inline)
	got, err := s.download("wdc", s.tied["gigatera"], file.ID)
	require.NoError(t, err)
	require.Equal(t, "body", got, "from where the reader stood")
	_, err = s.of("wdc").Attach(s.ctx, admin("wdc"), s.tied["gigatera"], orgoverlay.Upload{Name: "x"}, shifty{strings.NewReader("first")})
	require.ErrorIs(t, err, orgoverlay.ErrConflict)
	require.False(t, s.stored("wdc", "first"))
}
