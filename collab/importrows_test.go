package collab_test

import "testing"

// importRows says of import, return and re-import what is so, and by which test we know.
var importRows = map[string]row{
	"C04": {"work can be passed on: a shop goes up the chain step by step, and its origin goes with it", testChain},
	"C23": {"several Secondaries work on one survey, and no shop enters twice", both(testTwoSecondaries, testChain)},
	"C41": {"another export status concerns only shops that are not imported yet", testLowExportStatusLetsMoreOut},
	"C60": {"an import shows its plan and then follows it, unless the plan is stale or a run is under way", both(testImportWithMixedEligibility, testStalePlansAndSecondRunsAreRefused)},
	"C61": {"only the Primary can import", testOnlyThePrimaryImports},
	"C62": {"a shop enters when project, questions, status, location and ledger agree, by the terms in force at that moment", both(both(testLocationsHoldShops, testMissingLocationHolds), both(testOtherQuestionsHold, testTheGateInForceDecides))},
	"C63": {"a run counts every shop once, page by page, and says why it stopped", both(testPagesAddUp, both(testImportStopsWithItsProject, testModuleOffStopsAnImport))},
	"C64": {"each shop that stays behind has every reason, and the Secondary's word alone lets none in", both(testHeadersAreNotBelieved, testStatusStaysWithTheSecondary)},
	"C65": {"an imported shop is a Collaboration Shop, whatever it was", testImportWithMixedEligibility},
	"C66": {"an imported shop is by *collabShopper; who did it stays with the Secondary", both(testImportWithMixedEligibility, testImportedShopsPayNobody)},
	"C67": {"waves stay where they are", both(testImportWithMixedEligibility, testReturnAndImportAgain)},
	"C68": {"a shop that is here does not come again by itself", both(testImportWithMixedEligibility, testReimportOfChosenShops)},
	"C69": {"what the Secondary changes after the import arrives by a return or a chosen re-import", testReimportOfChosenShops},
	"C70": {"the imported shop has an id of its own and a link to where it came from", testImportWithMixedEligibility},
	"C73": {"a status set by hand makes no collaboration shop; the link does", testStatusByHandIsNoCollaboration},
	"C76": {"scores are carried and marked with whose they are", both(testImportWithMixedEligibility, testImportedShopsPayNobody)},
	"C78": {"one bad shop does not stop the others, and rubbish stops nothing for good", both(testOneBadShopDoesNotStopTheOthers, testRubbishIsNoAnswer)},
	"C80": {"set below distribution, save, return", testReturnAndImportAgain},
	"C81": {"only a shop with a link, saved below distribution, of an accepted project returns", testOnlyCollaborationShopsReturn},
	"C82": {"a status that is not saved does not count", testReturnAndImportAgain},
	"C83": {"a return overrides the shop over there, once, however often it is delivered", both(testReturnAndImportAgain, both(testReturnsSurviveLostReceipts, testReturnRefusedOverThere))},
	"C84": {"a fresh import can be returned at once", testReturnOfAFreshImport},
	"C85": {"a returned shop has the Primary's status, Reviewed for a Collaboration Shop, Incomplete where it would pass the gate", both(testReturnOfAFreshImport, testReturnedStatusThatWouldPassIsReopened)},
	"C86": {"the next import brings the same shop up to date, and stops where it was edited here", both(testReturnAndImportAgain, both(testImportOvertakesAReceipt, testEditedHereHoldsAnUpdate))},
	"C87": {"the shopper over there stays", testReturnAndImportAgain},
	"C88": {"the wave over there stays", both(testReturnAndImportAgain, testReturnConflict)},
	"C89": {"chosen shops are imported again with a plan, updating the same shop", both(testReimportOfChosenShops, testReimportNeedsThisProjectsShops)},
	"C90": {"what the Secondary changed is shown before it is overwritten, and stays in its history", both(testReturnConflict, testReturnWithoutLoss)},
}

func TestImportRows(t *testing.T) {
	t.Parallel()
	for id, r := range importRows {
		t.Run(id, func(t *testing.T) {
			t.Log(r.sentence)
			r.test(t)
		})
	}
}
