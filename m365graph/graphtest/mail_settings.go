package graphtest

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/m365go/sdk/m365graph/internal/winzone"
)

// mailSettings are what a person set up for the mailbox.
type mailSettings struct {
	dateFormat, timeFormat string
	delegates              string
	replies                automaticReplies
	hours                  workingHours
	categories             []*category
	rules                  []*messageRule
	overrides              []*override
}

// automaticReplies is https://learn.microsoft.com/graph/api/resources/automaticrepliessetting.
type automaticReplies struct {
	Status     string            `json:"status"`
	Audience   string            `json:"externalAudience"`
	Start      *DateTimeTimeZone `json:"scheduledStartDateTime"`
	End        *DateTimeTimeZone `json:"scheduledEndDateTime"`
	Internal   string            `json:"internalReplyMessage"`
	External   string            `json:"externalReplyMessage"`
	start, end time.Time
	told       map[string]bool // addresses that had their answer
}

// workingHours is https://learn.microsoft.com/graph/api/resources/workinghours.
type workingHours struct {
	Days     []string `json:"daysOfWeek"`
	Start    string   `json:"startTime"`
	End      string   `json:"endTime"`
	TimeZone struct {
		Name string `json:"name"`
	} `json:"timeZone"`
}

var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

func newMailSettings(u *userState) mailSettings {
	s := mailSettings{dateFormat: "yyyy-MM-dd", timeFormat: "HH:mm", delegates: "sendToDelegateOnly"}
	s.replies = automaticReplies{Status: "disabled", Audience: "none"}
	s.hours = workingHours{Days: weekdays[1:6], Start: "08:00:00.0000000", End: "17:00:00.0000000"}
	s.hours.TimeZone.Name = or(u.TimeZone, "UTC")
	s.categories = presetCategories(u)
	return s
}

// settingsSchema is https://learn.microsoft.com/graph/api/resources/mailboxsettings.
var settingsSchema = &schema[*userState]{
	name: "mailboxSettings",
	props: []property[*userState]{
		{name: "archiveFolder", typ: "Edm.String", get: func(_ *call, u *userState) any { return u.mail.wellKnown["archive"].id }},
		{name: "timeZone", typ: "Edm.String", get: func(_ *call, u *userState) any { return or(u.TimeZone, "UTC") }},
		{name: "delegateMeetingMessageDeliveryOptions", typ: "Edm.String", get: func(_ *call, u *userState) any { return u.mail.settings.delegates }},
		{name: "dateFormat", typ: "Edm.String", get: func(_ *call, u *userState) any { return u.mail.settings.dateFormat }},
		{name: "timeFormat", typ: "Edm.String", get: func(_ *call, u *userState) any { return u.mail.settings.timeFormat }},
		{name: "userPurpose", typ: "Edm.String", get: func(*call, *userState) any { return "user" }},
		{name: "automaticRepliesSetting", typ: "automaticRepliesSetting", get: func(_ *call, u *userState) any { return u.mail.settings.replies.object() }},
		{name: "language", typ: "localeInfo", get: func(_ *call, u *userState) any { return localeObject(or(u.PreferredLanguage, "en-US")) }},
		{name: "workingHours", typ: "workingHours", get: func(_ *call, u *userState) any {
			h := &u.mail.settings.hours
			return object{{"daysOfWeek", h.Days}, {"startTime", h.Start}, {"endTime", h.End}, {"timeZone", object{{"name", h.TimeZone.Name}}}}
		}},
	},
}

func (r *automaticReplies) object() object {
	o := object{{"status", r.Status}, {"externalAudience", r.Audience}}
	if !r.start.IsZero() {
		o = append(o, member{"scheduledStartDateTime", momentObject(r.start)}, member{"scheduledEndDateTime", momentObject(r.end)})
	}
	return append(o, member{"internalReplyMessage", r.Internal}, member{"externalReplyMessage", r.External})
}

func mailboxRoutes() []route {
	const get = "https://learn.microsoft.com/graph/api/user-get-mailboxsettings"
	read := []string{"MailboxSettings.Read", "MailboxSettings.ReadWrite"}
	routes := []route{
		{method: "GET", pattern: "/~/mailboxSettings", doc: get, scopes: read, options: optSelect, handle: getSettings},
		{method: "PATCH", pattern: "/~/mailboxSettings", doc: "https://learn.microsoft.com/graph/api/user-update-mailboxsettings",
			scopes: read[1:], options: optNone, handle: patchSettings},
		{method: "GET", pattern: "/~/mailboxSettings/{setting}", doc: get, scopes: read, options: optNone, handle: getSetting},
	}
	return ofExchange(slices.Concat(routes, outlookUserRoutes(), categoryRoutes(), ruleRoutes(), overrideRoutes()))
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
	if o, ok := objectOf(value); ok {
		return jsonReply(append(out, o...)), nil
	}
	return jsonReply(append(out, member{"value", value})), nil
}

// settingSetters are the settings that can be changed.
var settingSetters = map[string]func(*userState, json.RawMessage) error{
	"timeZone":                              setZone,
	"dateFormat":                            intoSetting(func(u *userState) *string { return &u.mail.settings.dateFormat }),
	"timeFormat":                            intoSetting(func(u *userState) *string { return &u.mail.settings.timeFormat }),
	"delegateMeetingMessageDeliveryOptions": intoSetting(func(u *userState) *string { return &u.mail.settings.delegates }),
	"automaticRepliesSetting":               setReplies,
	"workingHours":                          setHours,
	"language":                              setLanguage,
}

// patchSettings changes settings: all that are named, or none.
func patchSettings(c *call) (*reply, error) {
	var fields map[string]json.RawMessage
	if err := c.decode(&fields); err != nil {
		return nil, err
	}
	settings, zone, language := c.user.mail.settings, c.user.TimeZone, c.user.PreferredLanguage
	for name, raw := range fields {
		if strings.Contains(name, "@") {
			continue
		}
		set := settingSetters[name]
		err := failf(codeRequestBody, "The property '%s' does not exist on type 'microsoft.graph.mailboxSettings' or cannot be set.", name)
		if set != nil {
			err = set(c.user, raw)
		}
		if err != nil {
			c.user.mail.settings, c.user.TimeZone, c.user.PreferredLanguage = settings, zone, language
			var told *graphError
			if errors.As(err, &told) {
				return nil, told
			}
			return nil, failf(codeRequestBody, "Cannot read the property '%s': %v.", name, err)
		}
	}
	return getSettings(c)
}

func intoSetting(field func(*userState) *string) func(*userState, json.RawMessage) error {
	return func(u *userState, raw json.RawMessage) error {
		var v string
		if err := json.Unmarshal(raw, &v); err != nil || v == "" {
			return errWrongType
		}
		*field(u) = v
		return nil
	}
}

func setZone(u *userState, raw json.RawMessage) error {
	var name string
	if err := json.Unmarshal(raw, &name); err != nil {
		return errWrongType
	}
	if _, err := winzone.Load(name); err != nil || name == "" {
		return failf(codeArgument, "The time zone '%s' is not valid.", name)
	}
	u.TimeZone = name
	return nil
}

func setLanguage(u *userState, raw json.RawMessage) error {
	var v struct {
		Locale string `json:"locale"`
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return errWrongType
	}
	i := slices.IndexFunc(languages, func(l language) bool { return strings.EqualFold(l.locale, v.Locale) })
	if i < 0 {
		return failf(codeArgument, "The locale '%s' is not supported.", v.Locale)
	}
	u.PreferredLanguage = languages[i].locale
	return nil
}

func setHours(u *userState, raw json.RawMessage) error {
	h := u.mail.settings.hours
	h.Days = nil
	if err := json.Unmarshal(raw, &h); err != nil {
		return errWrongType
	}
	if h.Days == nil {
		h.Days = slices.Clone(u.mail.settings.hours.Days)
	}
	for i, day := range h.Days {
		if h.Days[i] = strings.ToLower(day); !slices.Contains(weekdays, h.Days[i]) {
			return failf(codeArgument, "Requested value '%s' was not found.", day)
		}
	}
	for _, at := range []*string{&h.Start, &h.End} {
		t, err := time.Parse("15:04:05", *at)
		if err != nil {
			return failf(codeArgument, "The time of day '%s' is not valid.", *at)
		}
		*at = t.Format("15:04:05.0000000")
	}
	if _, err := winzone.Load(h.TimeZone.Name); err != nil {
		return failf(codeArgument, "The time zone '%s' is not valid.", h.TimeZone.Name)
	}
	u.mail.settings.hours = h
	return nil
}

func setReplies(u *userState, raw json.RawMessage) error {
	r := u.mail.settings.replies
	if err := json.Unmarshal(raw, &r); err != nil {
		return errWrongType
	}
	for _, e := range []struct {
		value   *string
		members []string
	}{{&r.Status, []string{"disabled", "alwaysEnabled", "scheduled"}}, {&r.Audience, []string{"none", "contactsOnly", "all"}}} {
		i := slices.IndexFunc(e.members, func(m string) bool { return strings.EqualFold(m, *e.value) })
		if i < 0 {
			return failf(codeArgument, "Requested value '%s' was not found.", *e.value)
		}
		*e.value = e.members[i]
	}
	for _, t := range []struct {
		given *DateTimeTimeZone
		at    *time.Time
	}{{r.Start, &r.start}, {r.End, &r.end}} {
		if t.given == nil {
			continue
		}
		at, err := parseMoment(*t.given)
		if err != nil {
			return err
		}
		*t.at = at.time()
	}
	if r.Status == "scheduled" && !r.end.After(r.start) {
		return failf(codeArgument, "The scheduled end must be after the scheduled start.")
	}
	r.told = nil
	u.mail.settings.replies = r
	return nil
}

// active tells whether replies go out at a time.
func (r *automaticReplies) active(now time.Time) bool {
	return r.Status == "alwaysEnabled" || r.Status == "scheduled" && !now.Before(r.start) && now.Before(r.end)
}

// replyAutomatically answers each sender of the tenant once while the person
// is away. It answers no machine.
func (m *mailbox) replyAutomatically(c *call, got *message) {
	r := &m.settings.replies
	if !r.active(c.now) || got.From == nil || m.owner.has(got.From.Address) {
		return
	}
	to := c.s.tenant.byAddress(got.From.Address)
	address := strings.ToLower(got.From.Address)
	if to == nil || r.told[address] || slices.ContainsFunc(got.Headers, func(h Header) bool { return strings.EqualFold(h.Name, "Auto-Submitted") }) {
		return
	}
	told := map[string]bool{address: true}
	for a := range r.told {
		told[a] = true
	}
	r.told = told
	answer := to.mail.newMessage(Message{
		Subject: "Automatic reply: " + got.Subject, Body: Body{"html", r.Internal}, From: m.owner.recipient(),
		ToRecipients: []Recipient{*got.From}, ReceivedDateTime: c.now, Headers: []Header{{"Auto-Submitted", "auto-replied"}},
	})
	answer.Headers = append(answer.Headers, Header{"In-Reply-To", got.internetID()})
	to.mail.add(to.mail.wellKnown["inbox"], answer)
}
