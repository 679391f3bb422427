package orgoverlay_test

// extraRows is the part about extensions, attachments, tables, history and the end of overlays.
var extraRows = map[string]row{
	"O14": {"versions of an extension are prepared, tried, activated, disabled and retired, and values outlive that, flagged or hidden",
		both(testVersionsOfExtensions, testValuesThroughVersions, testCustomFieldsAreTheViewersOwn)},
	"O16": {"attachments belong to the account that made them, are limited by size and type, and go with their last name",
		both(testAttachments, testAttachmentsOfOthers, testUnusedContentsGo, testWhatCanBeAttached)},
	"S-attachments": {"the owner's attachments are hidden, the viewer's own shown", testAttachmentsOfOthers},

	"X1":  {"a table has the columns of trusted organizations and no others, as CSV or TSV, in UTF-8 or UTF-16", both(testTables, testColumns, testCustomValuesAreSound)},
	"X2":  {"a row with more or fewer cells than the header is refused with its line", testTables},
	"X3":  {"a name finds an organization within its account, and without one is refused", testNamesInTables},
	"X4":  {"a column that is missing leaves its field alone; what a blank cell means must be said", testBlankCells},
	"X5":  {"no table makes an organization or changes a shared field, and an unknown one fails its row alone", both(testRowsThatFail, testNamesInTables)},
	"X5b": {"what was done is counted, and what cannot be read ends the import where it stands", both(testRowsThatFail, testTables, testEachRowIsTold)},
	"X6":  {"an export says whose each organization is", testExport},
	"X7":  {"tables are for administrators of the account", testExport},
	"X8":  {"a guard keeps spreadsheets from calculating, and comes off again", testRoundTrip},
	"X9":  {"columns are found by name, in any order", testColumns},
	"X10": {"an export can leave out what has not changed since a moment", testExport},

	"H1": {"every change is told with time, person and account of the person, in bulk to auditors and administrators", testHistoryOfAnOverlay},
	"H2": {"history is the account's own, and hides internal fields from people who may not see them", both(testHistoryOfAnOverlay, testHistoryOfInternalFields)},

	"L1": {"an overlay is dormant while its organization is not seen, and comes back unchanged", testDormantOverlaysComeBack},
	"L2": {"retention begins with the end of sight, stands still while trust is suspended, and ends in a purge for good", both(testRetention, testPurge)},
	"L3": {"after the owner is gone the overlay stays, is listed and exported, with nothing of the owner but id and account", both(testTheOwnerIsGone, testDormantOverlaysAreListedAndExported)},
	"L4": {"an account that leaves takes all its overlays and attachments with it", testPurgeOfAnAccount},
}
