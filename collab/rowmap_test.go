package collab_test

import "maps"

// rows says for each requirement, in our own words, what is so, and by which test we know.
var rows = func() map[string]row {
	all := map[string]row{}
	for _, part := range []map[string]row{projectRows, surveyRows, importRows} {
		maps.Copy(all, part)
	}
	return all
}()

// surveyRows is the part about surveys that travel.
var surveyRows = map[string]row{
	"C50": {"an update brings the Primary's survey over, but for what is kept there field by field", testSurveyUpdateKeepsTheirsPathByPath},
	"C51": {"what the Secondary changed is shown first, and overwritten only on request, with the old text in history", both(testSurveyUpdateStopsBeforeItLosesTheirChanges, testSurveyUpdateOverwritesOnRequestAndKeepsTheOldInHistory)},
	"C52": {"shops answered under an earlier question set stay welcome after an update", testSurveyUpdateKeepsEarlierQuestionSetsWelcome},
	"C53": {"a survey of a project that is not accepted is not updated", testSurveyUpdateNeedsAnAcceptedProjectOfOurs},
	"C54": {"rules that would not work over there are pointed out", testSurveyPlanLintsRulesThatTravel},
	"C55": {"the distribution level is part of the survey on both sides", testAcceptanceMakesEverything},
}

// projectRows is the part about proposals, acceptance and settings.
var projectRows = map[string]row{
	"C01": {"a project starts only when the module is on at both sides, else the error names the side", testModuleOnBothSides},
	"C02": {"only registered partners can be chosen, and operators register them", testOnlyRegisteredPartners},
	"C03": {"a system is Primary in some projects and Secondary in others", testPrimaryAndSecondaryAtOnce},
	"C05": {"a system does not collaborate with itself", testNoSelfCollaboration},
	"C06": {"only people of the system act for it, and only operators switch and register", testNobodyElseActs},
	"C07": {"a proposal says by itself which client and survey it is about, with every wrong field at once", testEveryReasonAtOnce},
	"C08": {"while the module is off the area is absent, but for the switch and the handshake", testModuleOffHidesTheArea},
	"C11": {"client, survey and Secondary are given, and what depends on the Secondary is asked of it", testModuleOnBothSides},
	"C12": {"the first project makes the client over there, later ones copy a survey to it", testFurtherProjectsPickTheClient},
	"C13": {"copying needs a client that an accepted project of the pair made", testCopyNeedsAnAcceptedProject},
	"C14": {"any export status may be chosen; a low one is warned about, naming what else passes", testLowExportStatusWarns},
	"C15": {"not copying locations is allowed and warned about", testLowExportStatusWarns},
	"C16": {"copied locations are locked at the Secondary when the terms say so", testAcceptanceMakesEverything},
	"C17": {"either party can be the one that pays the fees", testCounterOfferMovesAttention},
	"C18": {"rules can be shared only where the survey has some, and travel only when ticked", both(testRulesOnlyWhereThereAreSome, testRulesTravelOnlyWhenTicked)},
	"C19": {"nothing runs before acceptance", testNothingRunsBeforeAcceptance},
	"C20": {"until the first project of a client with a Secondary is accepted there is only that one", testOnePendingUntilTheFirstIsAccepted},
	"C21": {"further projects pick that client, and each needs its own acceptance", testFurtherProjectsPickTheClient},
	"C22": {"a second live project of the same client, survey and Secondary is refused", testNoSecondLiveProject},
	"C24": {"making the client again is refused, naming it", testCreateNewRefusedWhereTheClientIs},
	"C30": {"a proposal reads Requires Attention at the Secondary", testAcceptNeedsEmailAndTick},
	"C31": {"accepting needs an e-mail and the tick", testAcceptNeedsEmailAndTick},
	"C32": {"acceptance makes client, survey, rules and locations, and is known on both sides", testAcceptanceMakesEverything},
	"C33": {"a Secondary may decline or ask for changes, and a pending proposal can be edited", both(testCounterOfferMovesAttention, testAcceptanceOfOldTermsDoesNotCount)},
	"C34": {"an inactive project imports nothing, and only the Primary switches it", testInactiveProjectsDoNothing},
	"C35": {"settings are the Primary's", testSecondaryChangesContactAndSharing},
	"C36": {"a setting changes when it is ticked and the master box too", testSettingsNeedMaskAndMaster},
	"C37": {"what is fixed stays fixed", testSettingsNeedMaskAndMaster},
	"C38": {"the Secondary changes contact and data sharing, and nothing else", testSecondaryChangesContactAndSharing},
	"C39": {"progress is seen only where it is shared", testSecondaryChangesContactAndSharing},
	"C40": {"accepting again changes nothing, and accepting what is inactive or foreign is refused", testAcceptIsIdempotent},
	"C95": {"rules that test waves by id or by a name that is not over there are pointed out", testSurveyPlanLintsRulesThatTravel},
	"C98": {"once accepted, the Secondary makes and carries out shops as it always does", testImportWithMixedEligibility},
	"C74": {"a survey that clients would see at once is refused", testDistributionMustLieAboveCollaboration},
}
