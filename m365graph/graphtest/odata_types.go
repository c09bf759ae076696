package graphtest

import "strings"

// complexTypes are the members of Graph's complex types that a filter or an
// order can reach.
var complexTypes = map[string]map[string]string{
	"recipient":             {"emailAddress": "emailAddress"},
	"emailAddress":          {"address": "Edm.String", "name": "Edm.String"},
	"itemBody":              {"content": "Edm.String", "contentType": "bodyType"},
	"followupFlag":          {"flagStatus": "followupFlagStatus", "completedDateTime": "dateTimeTimeZone", "dueDateTime": "dateTimeTimeZone", "startDateTime": "dateTimeTimeZone"},
	"dateTimeTimeZone":      {"dateTime": "Edm.String", "timeZone": "Edm.String"},
	"internetMessageHeader": {"name": "Edm.String", "value": "Edm.String"},
	"attendee":              {"emailAddress": "emailAddress", "status": "responseStatus", "type": "attendeeType"},
	"responseStatus":        {"response": "responseType", "time": "Edm.DateTimeOffset"},
	"location":              {"displayName": "Edm.String", "locationType": "locationType", "uniqueId": "Edm.String", "locationUri": "Edm.String"},
	"onlineMeetingInfo":     {"joinUrl": "Edm.String"},
	"patternedRecurrence":   {"pattern": "recurrencePattern", "range": "recurrenceRange"},
	"recurrencePattern":     {"type": "recurrencePatternType", "interval": "Edm.Int32"},
	"recurrenceRange":       {"type": "recurrenceRangeType", "startDate": "Edm.Date", "endDate": "Edm.Date"},
	"itemReference":         {"driveId": "Edm.String", "driveType": "Edm.String", "id": "Edm.String", "name": "Edm.String", "path": "Edm.String"},
	"folder":                {"childCount": "Edm.Int32"},
	"file":                  {"mimeType": "Edm.String", "hashes": "hashes"},
	"hashes":                {"quickXorHash": "Edm.String", "sha1Hash": "Edm.String", "sha256Hash": "Edm.String"},
	"fileSystemInfo":        {"createdDateTime": "Edm.DateTimeOffset", "lastModifiedDateTime": "Edm.DateTimeOffset"},
	"identitySet":           {"user": "identity", "application": "identity"},
	"identity":              {"displayName": "Edm.String", "id": "Edm.String", "email": "Edm.String"},
}

// complexType gives the members of a type, nil if it has none.
func complexType(name string) typed {
	members, ok := complexTypes[name]
	if !ok {
		return nil
	}
	return func(member string) (string, bool) {
		if t, ok := members[member]; ok {
			return t, true
		}
		for m, t := range members {
			if strings.EqualFold(m, member) {
				return t, true
			}
		}
		return "", false
	}
}

// kindOfType says how a type of the metadata compares. Enumerations, whose
// names are none of Edm's, compare as strings.
func kindOfType(name string) kind {
	switch name {
	case "Edm.Boolean":
		return kindBool
	case "Edm.Int32", "Edm.Int64", "Edm.Double":
		return kindNumber
	case "Edm.DateTimeOffset":
		return kindTime
	}
	switch {
	case strings.HasPrefix(name, "[]"):
		return kindCollection
	case complexTypes[name] != nil:
		return kindAny
	}
	return kindString
}

// edmName is the type of an operand, for messages.
func edmName(n node) string {
	if p, ok := n.(*pathNode); ok {
		return p.typ
	}
	switch n.kind() {
	case kindBool:
		return "Edm.Boolean"
	case kindString:
		return "Edm.String"
	case kindNumber:
		return "Edm.Int32"
	case kindTime:
		return "Edm.DateTimeOffset"
	}
	return "<null>"
}
