package collab

// Reason says in a stable word why a shop is not imported, or what is notable about it.
type Reason string

// The reasons, in the order in which they are checked.
const (
	ReasonModuleDisabled     Reason = "module_disabled"
	ReasonProjectNotAccepted Reason = "project_not_accepted"
	ReasonProjectInactive    Reason = "project_inactive"
	ReasonSurveyMismatch     Reason = "survey_mismatch" // answered under a question set that the Primary's survey never had
	ReasonBelowExport        Reason = "below_export_status"
	ReasonReturnedPending    Reason = "returned_pending" // returned, and not saved by the Secondary since
	ReasonLocationMissing    Reason = "location_missing"
	ReasonLocationDiffers    Reason = "location_differs"
	ReasonAlreadyImported    Reason = "already_imported"
	ReasonEditedHere         Reason = "edited_here"   // the Primary saved the shop since the last exchange: a conflict
	ReasonUnreadable         Reason = "unreadable"    // the partner's record breaks a rule; see the run's reason text
	ReasonNotAvailable       Reason = "not_available" // the partner no longer offers the chosen shop
	ReasonWaveIgnored        Reason = "wave_ignored"  // information: the shop has a wave over there, which is not carried
)

// reasonText says in a sentence what to do about a reason.
var reasonText = map[Reason]string{
	ReasonModuleDisabled:     "The collaboration module is off. Ask the operator to switch it on.",
	ReasonProjectNotAccepted: "The project is not accepted yet.",
	ReasonProjectInactive:    "The project is inactive. Activate it, then import again.",
	ReasonSurveyMismatch:     "The shop was answered under a question set that this survey never had. Update the survey over there.",
	ReasonBelowExport:        "The shop has not reached the export status yet.",
	ReasonReturnedPending:    "The shop was returned and the Secondary has not saved it since.",
	ReasonLocationMissing:    "The location does not exist on both systems. Push locations, then import again.",
	ReasonLocationDiffers:    "The location differs between the systems. Push locations, then import again.",
	ReasonAlreadyImported:    "The shop was imported before.",
	ReasonEditedHere:         "The shop was saved here since the last exchange. Choose to overwrite, or leave it.",
	ReasonUnreadable:         "The partner's record of the shop breaks a rule.",
	ReasonNotAvailable:       "The partner no longer offers this shop.",
	ReasonWaveIgnored:        "The shop's wave stays with the Secondary.",
}

// Help says in a sentence what a reason means and what to do about it.
func (r Reason) Help() string { return reasonText[r] }
