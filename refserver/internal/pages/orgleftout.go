package pages

import (
	"bytes"
	"net/http"
	"strconv"

	"github.com/mspkit/mspkit/internal/tabular"
	"github.com/mspkit/mspkit/orgoverlay"
)

// faults sends the rows that are left out, as they stand in the file, each with why: what somebody has changed since it was looked at, too.
func (i *orgImport) faults(w http.ResponseWriter, v *visit) {
	svc, actor := v.viewer()
	id, blank := v.told()
	f, there := i.files.file(shelf(svc), id)
	if !there {
		v.fail(w, v, errNoPage)
		return
	}
	reasons := map[int]string{}
	_, err := svc.Import(v.Context(), actor, bytes.NewReader(f.body), orgoverlay.ImportOptions{Blank: blank, DryRun: true, Versions: f.previewed.versions, Report: func(r orgoverlay.ImportedRow) error {
		if r.Outcome == orgoverlay.OutcomeFailed {
			reasons[r.Line] = why(r)
		}
		return nil
	}})
	if err != nil {
		v.fail(w, v, orgRefused(v, err))
		return
	}
	in, err := tabular.NewReader(bytes.NewReader(f.body), tabular.Options{Unguard: true, Mark: tabular.Tab, MaxCell: maxUpload, MaxRecord: maxUpload})
	if err != nil {
		v.fail(w, v, err)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", attached("left-out.csv"))
	out := tabular.NewWriter(patientWriter{w}, ',')
	out.Mark = tabular.Tab
	err = out.Write(append([]string{"Line", "Why"}, in.Header()...))
	for row, fault := range in.Rows() {
		if err != nil {
			break
		}
		if reason, bad := reasons[row.Line]; bad {
			cells := row.Cells
			if fault != nil { // of another number than the header has
				cells = make([]string, len(in.Header()))
			}
			err = out.Write(append([]string{strconv.Itoa(row.Line), reason}, cells...))
		}
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		v.broken(w, v, err)
	}
}
