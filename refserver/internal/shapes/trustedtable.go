package shapes

// TableImport says what an import of trusted organizations did, or would do.
type TableImport struct {
	DryRun    bool         `json:"dry_run"`
	Rows      int          `json:"rows" doc:"read"`
	Created   int          `json:"created"`
	Updated   int          `json:"updated"`
	Unchanged int          `json:"unchanged"`
	Failed    int          `json:"failed"`
	Errors    []RowProblem `json:"errors" doc:"of the failed rows, by line; a row can have several"`
	Warnings  []RowProblem `json:"warnings" doc:"about rows that were carried out"`
	Outcomes  []RowOutcome `json:"outcomes" doc:"of the rows that change something or fail, by line: the first 1,000, and fewer where their values are longer than 4 MiB together"`
	More      int          `json:"more_outcomes" doc:"how many such rows are not in outcomes"`
	Stopped   *Problem     `json:"stopped" doc:"what ended the reading early; what was done before stays. Null when all was read"`
}

// RowOutcome says what one row did, or would do.
type RowOutcome struct {
	Line         int          `json:"line" doc:"that the row begins in, from 1"`
	Organization *string      `json:"organization" doc:"id; null where the row finds none"`
	Outcome      string       `json:"outcome" doc:"created, updated or failed"`
	Version      int64        `json:"version" doc:"of what the account kept before; 0 for nothing"`
	Changes      []LogChange  `json:"changes" doc:"of a row that did not fail"`
	Errors       []RowProblem `json:"errors" doc:"of a failed row"`
	Warnings     []RowProblem `json:"warnings" doc:"of a row that was carried out"`
}

// RowProblem is what is said of one row.
type RowProblem struct {
	Line    int     `json:"line" doc:"that the row begins in, from 1"`
	Column  *string `json:"column" doc:"null where it belongs to no column"`
	Code    *string `json:"code" doc:"not_found, ambiguous, in_use or invalid; null of a warning"`
	Rule    string  `json:"rule"`
	Message string  `json:"message"`
}
