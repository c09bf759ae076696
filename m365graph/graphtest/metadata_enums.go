package graphtest

// enumTypes are the members of the enumerations that properties have, in the
// order of their values, as in https://graph.microsoft.com/v1.0/$metadata.
var enumTypes = map[string][]string{
	"attendeeType":                {"required", "optional", "resource"},
	"bodyType":                    {"text", "html"},
	"calendarColor":               {"auto", "lightBlue", "lightGreen", "lightOrange", "lightGray", "lightYellow", "lightTeal", "lightPink", "lightBrown", "lightRed", "maxColor"},
	"calendarRoleType":            {"none", "freeBusyRead", "limitedRead", "read", "write", "delegateWithoutPrivateEventAccess", "delegateWithPrivateEventAccess", "custom"},
	"categoryColor":               {"none", "preset0", "preset1", "preset2", "preset3", "preset4", "preset5", "preset6", "preset7", "preset8", "preset9", "preset10", "preset11", "preset12", "preset13", "preset14", "preset15", "preset16", "preset17", "preset18", "preset19", "preset20", "preset21", "preset22", "preset23", "preset24"},
	"channelLayoutType":           {"post", "chat", "unknownFutureValue"},
	"channelMembershipType":       {"standard", "private", "unknownFutureValue", "shared"},
	"chatMessageImportance":       {"normal", "high", "urgent", "unknownFutureValue"},
	"chatMessageType":             {"message", "chatEvent", "typing", "unknownFutureValue", "systemEventMessage"},
	"chatType":                    {"oneOnOne", "group", "meeting", "unknownFutureValue"},
	"eventType":                   {"singleInstance", "occurrence", "exception", "seriesMaster"},
	"followupFlagStatus":          {"notFlagged", "complete", "flagged"},
	"freeBusyStatus":              {"unknown", "free", "tentative", "busy", "oof", "workingElsewhere"},
	"importance":                  {"low", "normal", "high"},
	"inferenceClassificationType": {"focused", "other"},
	"locationType":                {"default", "conferenceRoom", "homeAddress", "businessAddress", "geoCoordinates", "streetAddress", "hotel", "restaurant", "localBusiness", "postalAddress"},
	"mdmAuthority":                {"unknown", "intune", "sccm", "office365"},
	"migrationMode":               {"inProgress", "completed", "unknownFutureValue"},
	"onlineMeetingProviderType":   {"unknown", "skypeForBusiness", "skypeForConsumer", "teamsForBusiness"},
	"partnerTenantType":           {"microsoftSupport", "syndicatePartner", "breadthPartner", "breadthPartnerDelegatedAdmin", "resellerPartnerDelegatedAdmin", "valueAddedResellerPartnerDelegatedAdmin", "unknownFutureValue"},
	"recurrencePatternType":       {"daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly"},
	"recurrenceRangeType":         {"endDate", "noEnd", "numbered"},
	"responseType":                {"none", "organizer", "tentativelyAccepted", "accepted", "declined", "notResponded"},
	"sensitivity":                 {"normal", "personal", "private", "confidential"},
	"teamSpecialization":          {"none", "educationStandard", "educationClass", "educationProfessionalLearningCommunity", "educationStaff", "healthcareStandard", "healthcareCareCoordination", "unknownFutureValue"},
	"teamVisibilityType":          {"private", "public", "hiddenMembership", "unknownFutureValue"},
	"teamsAsyncOperationStatus":   {"invalid", "notStarted", "inProgress", "succeeded", "failed", "unknownFutureValue"},
	"teamsAsyncOperationType":     {"invalid", "cloneTeam", "archiveTeam", "unarchiveTeam", "createTeam", "unknownFutureValue", "teamifyGroup", "createChannel", "archiveChannel", "unarchiveChannel"},
}
