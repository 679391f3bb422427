package orgoverlay

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

const (
	// MaxAttachments is how many attachments one account can have with one organization.
	MaxAttachments = 100
	chunkSize      = 256 << 10 // bytes of a content that are stored in one piece
)

// Upload is what is said of a file that is attached.
type Upload struct {
	Name   string // of the file, without a folder
	Inline bool   // it is shown within the remarks
}

// Attach adds a file to an organization that the account sees: to its own record, or to its overlay. It needs an actor who edits. Of an
// organization of the account's directory it is refused as Edit is.
//
// The content is read twice from where it stands now: once to learn its size, type and digest, once to store it. One that is empty or of a
// type that Config.AttachmentTypes does not have is ErrInvalid, one over Config.MaxAttachment ErrTooLarge. The type is found from the
// content; only CSV is told from other text by its name. An attachment changes no other field, so it is added to whatever version there is.
func (s *Service) Attach(ctx context.Context, a Actor, org OrgID, u Upload, content io.ReadSeeker) (Attachment, error) {
	if err := s.allow(a, a.Edits(), "attach a file"); err != nil {
		return Attachment{}, err
	}
	begin, err := content.Seek(0, io.SeekCurrent)
	if err != nil {
		return Attachment{}, fmt.Errorf("orgoverlay: attach %q: %w", u.Name, err)
	}
	file, err := s.examine(u, content)
	if err != nil {
		return Attachment{}, err
	}
	now := s.now()
	file.ID = AttachmentID(s.cfg.NewID())
	err = s.update(ctx, func(ctx context.Context, tx Tx) error {
		d, err := s.sit(ctx, tx.View(), a, now)
		if err != nil {
			return err
		}
		if err := d.load(ctx, []edit{{org: org}}); err != nil {
			return err
		}
		o := d.sheets[org]
		if o == nil {
			return missing("organization", string(org))
		}
		if err := o.writable("attach to"); err != nil {
			return err
		}
		if len(o.local.Attachments) >= MaxAttachments {
			return fmt.Errorf("orgoverlay: attach to organization %q, which has %d attachments: %w", org, MaxAttachments, ErrTooLarge)
		}
		if _, err := content.Seek(begin, io.SeekStart); err != nil {
			return fmt.Errorf("orgoverlay: attach %q: %w", file.Name, err)
		}
		if err := storeContent(ctx, tx.Files, file, content); err != nil {
			return err
		}
		d.attach(o, file)
		return d.write(ctx, tx)
	})
	if err != nil {
		return Attachment{}, err
	}
	return file, nil
}

// examine reads a content once and says all that is kept of it.
func (s *Service) examine(u Upload, content io.Reader) (Attachment, error) {
	wrong := &Invalid{Op: "attach a file"}
	wrong.line("name", u.Name, true)
	if strings.ContainsAny(u.Name, `/\`) || strings.ContainsFunc(u.Name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		wrong.add("name", "name", "is not the name of a file")
	}
	if err := wrong.orNil(); err != nil {
		return Attachment{}, err
	}
	p := newProbe()
	n, err := io.Copy(p, io.LimitReader(content, s.cfg.MaxAttachment+1))
	if err != nil {
		return Attachment{}, fmt.Errorf("orgoverlay: attach %q: %w", u.Name, err)
	}
	if n > s.cfg.MaxAttachment {
		return Attachment{}, fmt.Errorf("orgoverlay: attach %q: more than %d bytes: %w", u.Name, s.cfg.MaxAttachment, ErrTooLarge)
	}
	file := Attachment{Name: u.Name, Type: p.mediaType(u.Name), Size: n, SHA256: hex.EncodeToString(p.digest.Sum(nil)), Inline: u.Inline}
	if n == 0 {
		wrong.add("content", "empty", "is empty")
	} else if !slices.Contains(s.cfg.AttachmentTypes, file.Type) {
		wrong.add("content", "type", fmt.Sprintf("is %s, which is not taken", file.Type))
	}
	return file, wrong.orNil()
}

// storeContent stores a content piece by piece, unless it turns out to be another one than was examined.
func storeContent(ctx context.Context, files Files, file Attachment, content io.Reader) error {
	p := newProbe()
	from := io.TeeReader(io.LimitReader(content, file.Size), p)
	piece := make([]byte, chunkSize)
	for n := 0; ; n++ {
		size, err := io.ReadFull(from, piece)
		if size > 0 {
			if err := files.PutChunk(ctx, file.SHA256, n, piece[:size]); err != nil {
				return fmt.Errorf("orgoverlay: store %q: %w", file.Name, err)
			}
		}
		switch {
		case err == nil:
		case err != io.EOF && err != io.ErrUnexpectedEOF:
			return fmt.Errorf("orgoverlay: store %q: %w", file.Name, err)
		case hex.EncodeToString(p.digest.Sum(nil)) != file.SHA256:
			return fmt.Errorf("orgoverlay: store %q, which has changed meanwhile: %w", file.Name, ErrConflict)
		default:
			return nil
		}
	}
}

// attach lays a file whose content is stored on a sheet.
func (d *desk) attach(o *sheet, file Attachment) {
	path := "attachments." + string(file.ID)
	if len(o.changes) == 0 {
		d.written = append(d.written, o.ID)
	}
	o.local.Attachments = append(slices.Clone(o.local.Attachments), file)
	o.changes = append(o.changes, Change{Path: path, After: file.Name})
	o.stamp(path, Stamp{path, o.version + 1, d.actor.Name, d.actor.Home, d.now})
}

// Attachment returns what is kept of one attachment. It is found among those of the account with an organization that it sees, and
// nowhere else: that an organization is seen opens nobody else's attachments.
func (s *Service) Attachment(ctx context.Context, a Actor, org OrgID, id AttachmentID) (Attachment, error) {
	var file Attachment
	if err := s.enter(a); err != nil {
		return file, err
	}
	now := s.now()
	err := s.view(ctx, func(ctx context.Context, v View) error {
		_, o, err := s.open(ctx, v, a, now, org)
		if err != nil {
			return err
		}
		if o == nil {
			return missing("attachment", string(id))
		}
		i := slices.IndexFunc(o.local.Attachments, func(f Attachment) bool { return f.ID == id })
		if i < 0 {
			return missing("attachment", string(id))
		}
		file = o.local.Attachments[i]
		return nil
	})
	return file, err
}

// Download writes the content of one attachment to w, piece by piece, each read by itself: w may be slow. When the attachment is
// removed meanwhile, ErrNotFound comes after a part of it.
func (s *Service) Download(ctx context.Context, a Actor, org OrgID, id AttachmentID, w io.Writer) (Attachment, error) {
	file, err := s.Attachment(ctx, a, org, id)
	if err != nil {
		return Attachment{}, err
	}
	for n := 0; int64(n)*chunkSize < file.Size; n++ {
		var piece []byte
		err := s.view(ctx, func(ctx context.Context, v View) (err error) {
			piece, err = v.Files.Chunk(ctx, file.SHA256, n)
			return err
		})
		if errors.Is(err, ErrNotFound) {
			return Attachment{}, missing("attachment", string(id))
		}
		if err != nil {
			return Attachment{}, err
		}
		if _, err := w.Write(piece); err != nil {
			return Attachment{}, fmt.Errorf("orgoverlay: write attachment %q: %w", id, err)
		}
	}
	return file, nil
}
