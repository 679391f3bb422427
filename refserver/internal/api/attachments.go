package api

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

type attachFile struct {
	ID     string `path:"id"`
	Name   string `query:"name" doc:"of the file; of a form the part named file may have it"`
	Inline bool   `query:"inline" doc:"it is shown within the remarks"`
	Raw
}

type oneAttachment struct {
	ID   string `path:"id"`
	File string `path:"attachment"`
}

// maxUpload is the greatest body that brings an attachment, in bytes: room for a form around the greatest file.
const maxUpload = 21 << 20

// attachments serves the files that an account keeps with organizations. A patch removes them.
func (a *api) attachments() {
	const area = "Organizations"
	attach := route("attachFile", "POST organizations/{id}/attachments", area, "Attach a file: the body as it is, or the part named file of a form")
	handle(a, attach, func(ctx context.Context, in *attachFile) (shapes.Attachment, error) {
		name, content, done, err := in.upload()
		if err != nil {
			return shapes.Attachment{}, err
		}
		defer done()
		svc, actor := a.Viewer(ctx)
		f, err := svc.Attach(ctx, actor, orgoverlay.OrgID(in.ID), orgoverlay.Upload{Name: name, Inline: in.Inline}, content)
		return toAttachment(f), err
	})
	form := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"file": binary}}
	a.takes(attach, map[string]*huma.Schema{"application/octet-stream": binary, "multipart/form-data": form})
	streamed(a, route("downloadAttachment", "GET organizations/{id}/attachments/{attachment}", area, "The content of an attachment"), "*/*", func(ctx context.Context, in *oneAttachment) (outflow, error) {
		svc, actor := a.Viewer(ctx)
		org, id := orgoverlay.OrgID(in.ID), orgoverlay.AttachmentID(in.File)
		f, err := svc.Attachment(ctx, actor, org, id)
		if err != nil {
			return outflow{}, err
		}
		return outflow{downloadHeader(f), func(w io.Writer) error {
			_, err := svc.Download(ctx, actor, org, id, w)
			return err
		}}, nil
	})
}

// downloadHeader has a browser store a content under its name, and run nothing of it should somebody make it show the content.
func downloadHeader(f orgoverlay.Attachment) map[string]string {
	return map[string]string{
		"Content-Type": harmless(f.Type), "Content-Length": strconv.FormatInt(f.Size, 10), "X-Content-Type-Options": "nosniff",
		"Content-Disposition": asFile(f.Name), "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
	}
}

// harmless is the media type that a content is served with: its own where a browser runs nothing in it.
func harmless(media string) string {
	switch media {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf":
		return media
	case "text/plain", "text/csv":
		return media + "; charset=utf-8"
	}
	return "application/octet-stream"
}

// asFile is a Content-Disposition.
func asFile(name string) string {
	if v := mime.FormatMediaType("attachment", map[string]string{"filename": name}); v != "" {
		return v
	}
	return "attachment"
}

// upload takes the file from a request. It lies in a file of its own as far as it is long, which done removes.
func (in *attachFile) upload() (name string, content io.ReadSeeker, done func(), err error) {
	r := in.request(maxUpload)
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && media == "multipart/form-data" {
		return in.part(r)
	}
	f, err := os.CreateTemp("", "mspkit-attachment-*")
	if err != nil {
		return "", nil, nil, fmt.Errorf("keep an upload: %w", err)
	}
	done = func() { _, _ = f.Close(), os.Remove(f.Name()) }
	_, err = io.Copy(f, r.Body)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		done()
		return "", nil, nil, unread(err)
	}
	return in.Name, f, done, nil
}

// part takes it from the one part of a form.
func (in *attachFile) part(r *http.Request) (name string, content io.ReadSeeker, done func(), err error) {
	if err := r.ParseMultipartForm(64 << 10); err != nil {
		return "", nil, nil, unread(err)
	}
	form := r.MultipartForm
	remove := func() { _ = form.RemoveAll() }
	files := form.File["file"]
	if len(files) != 1 || len(form.File) != 1 || len(form.Value) != 0 {
		remove()
		return "", nil, nil, unfit("file", "is not the only part of the form")
	}
	part, err := files[0].Open()
	if err != nil {
		remove()
		return "", nil, nil, fmt.Errorf("read an upload: %w", err)
	}
	return cmp.Or(in.Name, files[0].Filename), part, func() { _ = part.Close(); remove() }, nil
}
