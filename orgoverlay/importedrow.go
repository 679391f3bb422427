package orgoverlay

// Outcome is what became of one row of an import, or in a dry run would.
type Outcome uint8

const (
	OutcomeNone      Outcome = iota // invalid
	OutcomeCreated                  // the row lays the account's first fields over the organization
	OutcomeUpdated                  // the row changes fields of an overlay that is there
	OutcomeUnchanged                // all that the row says is kept already
	OutcomeFailed                   // the row is left out; its errors say why
)

var outcomeNames = []string{"", "created", "updated", "unchanged", "failed"}

func (o Outcome) String() string { return nameOf(outcomeNames, o) }

// ParseOutcome reads what String wrote; an unknown name is OutcomeNone.
func ParseOutcome(s string) Outcome { return parse[Outcome](outcomeNames, s) }

// ImportedRow is what an import did by one row, or in a dry run would do. Of rows of organizations that the account does not see, and of
// those that do not exist, it says the same, but for what the row itself says.
type ImportedRow struct {
	Line    int   // that the row begins in, from 1
	Org     OrgID // that the row is for; empty where it finds no trusted organization that the account sees
	Outcome Outcome
	// Changes are the fields that the row changes, as history tells them; none of a row that is unchanged or failed. Internal fields are among
	// them: an actor who administers sees those.
	Changes  []Change
	Version  int64      // of the overlay before its page was carried out; 0 where there was none
	Errors   []RowError // of a failed row, in the order of ImportResult.Errors
	Warnings []RowError
}
