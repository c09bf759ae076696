package graphtest

// settingsSchema is https://learn.microsoft.com/graph/api/resources/mailboxsettings.
var settingsSchema = &schema[*userState]{
	name: "mailboxSettings",
	props: []property[*userState]{
		{name: "archiveFolder", typ: "Edm.String", get: func(_ *call, u *userState) any { return u.mail.wellKnown["archive"].id }},
		{name: "timeZone", typ: "Edm.String", get: func(_ *call, u *userState) any { return or(u.TimeZone, "UTC") }},
		{name: "delegateMeetingMessageDeliveryOptions", typ: "Edm.String", get: func(*call, *userState) any { return "sendToDelegateOnly" }},
		{name: "dateFormat", typ: "Edm.String", get: func(*call, *userState) any { return "yyyy-MM-dd" }},
		{name: "timeFormat", typ: "Edm.String", get: func(*call, *userState) any { return "HH:mm" }},
		{name: "userPurpose", typ: "Edm.String", get: func(*call, *userState) any { return "user" }},
		{name: "automaticRepliesSetting", typ: "automaticRepliesSetting", get: func(*call, *userState) any {
			return object{{"status", "disabled"}, {"externalAudience", "none"}, {"internalReplyMessage", ""}, {"externalReplyMessage", ""}}
		}},
		{name: "language", typ: "localeInfo", get: func(_ *call, u *userState) any {
			return object{{"locale", or(u.PreferredLanguage, "en-US")}, {"displayName", or(u.PreferredLanguage, "en-US")}}
		}},
		{name: "workingHours", typ: "workingHours", get: func(_ *call, u *userState) any {
			return object{
				{"daysOfWeek", []string{"monday", "tuesday", "wednesday", "thursday", "friday"}},
				{"startTime", "08:00:00.0000000"}, {"endTime", "17:00:00.0000000"},
				{"timeZone", object{{"name", or(u.TimeZone, "UTC")}}},
			}
		}},
	},
}

func mailboxRoutes() []route {
	const doc = "https://learn.microsoft.com/graph/api/user-get-mailboxsettings"
	scopes := []string{"MailboxSettings.Read", "MailboxSettings.ReadWrite"}
	return []route{
		{method: "GET", pattern: "/~/mailboxSettings", doc: doc, service: exchange, scopes: scopes, handle: getSettings},
		{method: "GET", pattern: "/~/mailboxSettings/{setting}", doc: doc, service: exchange, scopes: scopes, handle: getSetting},
	}
}

func getSettings(c *call) (*reply, error) {
	sh, err := shapeOf(c, settingsSchema)
	if err != nil {
		return nil, err
	}
	context := c.metadata(userContext(c) + "/mailboxSettings" + sh.contextSuffix())
	return jsonReply(sh.render(c, c.user, member{"@odata.context", context})), nil
}

// getSetting answers /mailboxSettings/timeZone and its like: a single value,
// or the members of an object.
func getSetting(c *call) (*reply, error) {
	name := c.vars["setting"]
	p, ok := settingsSchema.find(name)
	if !ok {
		return nil, failf(codeBadRequest, "Resource not found for the segment '%s'.", name)
	}
	out := object{{"@odata.context", c.metadata(userContext(c) + "/mailboxSettings/" + p.name)}}
	value := p.value(c, c.user)
	if o, ok := value.(object); ok {
		return jsonReply(append(out, o...)), nil
	}
	return jsonReply(append(out, member{"value", value})), nil
}
