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
	Stopped   *Problem     `json:"stopped" doc:"what ended the reading early; what was done before stays. Null when all was read"`
}

// RowProblem is what is said of one row.
type RowProblem struct {
	Line    int     `json:"line" doc:"that the row begins in, from 1"`
	Column  *string `json:"column" doc:"null where it belongs to no column"`
	Code    *string `json:"code" doc:"not_found, ambiguous, in_use or invalid; null of a warning"`
	Rule    string  `json:"rule"`
	Message string  `json:"message"`
}
