package graphtest

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/m365go/sdk/m365graph/internal/winzone"
)

// outlookUserRoutes are the functions of a mailbox, see
// https://learn.microsoft.com/graph/api/resources/outlookuser.
func outlookUserRoutes() []route {
	const doc = "https://learn.microsoft.com/graph/api/"
	return []route{
		{method: "GET", pattern: "/~/outlook/supportedTimeZones", doc: doc + "outlookuser-supportedtimezones", scopes: readUser, roles: readUserRoles, options: optNone, handle: supportedTimeZones},
		{method: "GET", pattern: "/~/outlook/supportedLanguages", doc: doc + "outlookuser-supportedlanguages", scopes: readUser, roles: readUserRoles, options: optNone, handle: supportedLanguages,
			differs: "The list is short."},
		{method: "POST", pattern: "/~/getMailTips", doc: doc + "user-getmailtips", scopes: append([]string{"Mail.Read.Shared"}, readMail...), roles: readMail, options: optNone, handle: getMailTips},
		{method: "POST", pattern: "/~/translateExchangeIds", doc: doc + "user-translateexchangeids", scopes: append(slices.Clone(readUser), basicMail...), roles: readUserRoles, options: optNone, handle: translateIDs,
			differs: "Ids of the kinds entryId and ewsId are spelt by this server alone."},
	}
}

var (
	readUser      = []string{"User.Read", "User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All"}
	readUserRoles = []string{"User.Read.All", "User.ReadWrite.All"}
)

// valueReply answers with a collection of a complex type.
func (c *call) valueReply(typ string, values []object) *reply {
	if values == nil {
		values = []object{}
	}
	return jsonReply(object{{"@odata.context", c.metadata("Collection(microsoft.graph." + typ + ")")}, {"value", values}})
}

func supportedTimeZones(c *call) (*reply, error) {
	standard := c.args["TimeZoneStandard"]
	if _, quoted, ok := strings.Cut(standard, "'"); ok { // the enum's type may stand before it
		standard = strings.Trim(quoted, "'")
	}
	iana := strings.EqualFold(standard, "iana")
	if standard != "" && !iana && !strings.EqualFold(standard, "windows") {
		return nil, failf(codeBadRequest, "Requested value '%s' was not found.", standard)
	}
	var zones []object
	for _, name := range winzone.Names() {
		loc, err := winzone.Load(name)
		if err != nil {
			continue // this machine does not know it
		}
		_, offset := c.now.In(loc).Zone()
		shown := object{{"alias", name}, {"displayName", "(UTC" + time.Unix(0, 0).In(time.FixedZone("", offset)).Format("-07:00") + ") " + name}}
		if id, ok := winzone.ToIANA(name); ok && iana {
			shown = object{{"alias", id}, {"displayName", id}}
		}
		zones = append(zones, shown)
	}
	return c.valueReply("timeZoneInformation", zones), nil
}

// language is a localeInfo.
type language struct{ locale, name string }

var languages = []language{
	{"cs-CZ", "Czech (Czechia)"}, {"da-DK", "Danish (Denmark)"}, {"de-AT", "German (Austria)"}, {"de-CH", "German (Switzerland)"}, {"de-DE", "German (Germany)"},
	{"en-AU", "English (Australia)"}, {"en-CA", "English (Canada)"}, {"en-GB", "English (United Kingdom)"}, {"en-IE", "English (Ireland)"}, {"en-US", "English (United States)"},
	{"es-ES", "Spanish (Spain)"}, {"es-MX", "Spanish (Mexico)"}, {"fi-FI", "Finnish (Finland)"}, {"fr-BE", "French (Belgium)"}, {"fr-CA", "French (Canada)"},
	{"fr-CH", "French (Switzerland)"}, {"fr-FR", "French (France)"}, {"it-IT", "Italian (Italy)"}, {"ja-JP", "Japanese (Japan)"}, {"ko-KR", "Korean (Korea)"},
	{"nb-NO", "Norwegian Bokmål (Norway)"}, {"nl-NL", "Dutch (Netherlands)"}, {"pl-PL", "Polish (Poland)"}, {"pt-BR", "Portuguese (Brazil)"}, {"pt-PT", "Portuguese (Portugal)"},
	{"sv-SE", "Swedish (Sweden)"}, {"tr-TR", "Turkish (Türkiye)"}, {"uk-UA", "Ukrainian (Ukraine)"}, {"zh-CN", "Chinese (Simplified, China)"}, {"zh-TW", "Chinese (Traditional, Taiwan)"},
}

// localeObject is a localeInfo by its locale.
func localeObject(locale string) object {
	for _, l := range languages {
		if strings.EqualFold(l.locale, locale) {
			return object{{"locale", l.locale}, {"displayName", l.name}}
		}
	}
	return object{{"locale", locale}, {"displayName", locale}}
}

func supportedLanguages(c *call) (*reply, error) {
	var list []object
	for _, l := range languages {
		list = append(list, localeObject(l.locale))
	}
	return c.valueReply("localeInfo", list), nil
}

// getMailTips tells what a sender should know of recipients.
func getMailTips(c *call) (*reply, error) {
	var in struct {
		Addresses []string `json:"EmailAddresses"`
		Options   string   `json:"MailTipsOptions"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if len(in.Addresses) == 0 || in.Options == "" {
		return nil, failf(codeMissingArgument, "EmailAddresses and MailTipsOptions are required.")
	}
	var tips []object
	for _, address := range in.Addresses {
		tip := object{{"emailAddress", object{{"name", ""}, {"address", address}}}}
		u := c.s.tenant.byAddress(address)
		inside := u != nil
		for option := range strings.SplitSeq(strings.ToLower(in.Options), ",") {
			switch strings.TrimSpace(option) {
			case "automaticreplies":
				text := ""
				if inside && u.mail.settings.replies.active(c.now) {
					text = u.mail.settings.replies.Internal
				}
				tip = append(tip, member{"automaticReplies", object{{"message", text}, {"messageLanguage", object{{"locale", "en-US"}, {"displayName", "English (United States)"}}}}})
			case "mailboxfullstatus":
				tip = append(tip, member{"mailboxFull", false})
			case "maxmessagesize":
				tip = append(tip, member{"maxMessageSize", maxMessageSize})
			case "recipientscope":
				tip = append(tip, member{"recipientScope", map[bool]string{true: "internal", false: "external"}[inside || c.s.tenant.hasDomain(domain(address))]})
			case "externalmembercount":
				tip = append(tip, member{"externalMemberCount", btoi(!inside)})
			case "totalmembercount":
				tip = append(tip, member{"totalMemberCount", 1})
			case "custommailtip":
				tip = append(tip, member{"customMailTip", ""})
			case "deliveryrestriction":
				tip = append(tip, member{"deliveryRestricted", false})
			case "moderationstatus":
				tip = append(tip, member{"isModerated", false})
			case "recipientsuggestions":
				tip = append(tip, member{"recipientSuggestions", []object{}})
			default:
				return nil, failf(codeRequestBody, "Requested value '%s' was not found.", strings.TrimSpace(option))
			}
		}
		tips = append(tips, tip)
	}
	return c.valueReply("mailTips", tips), nil
}

// maxTranslated is how many ids one request translates.
const maxTranslated = 1000

// translateIDs spells ids of messages in other ways.
func translateIDs(c *call) (*reply, error) {
	var in struct {
		IDs    []string `json:"inputIds"`
		Source string   `json:"sourceIdType"`
		Target string   `json:"targetIdType"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	kinds := []string{"entryid", "ewsid", "immutableentryid", "restid", "restimmutableentryid"}
	source, target := strings.ToLower(in.Source), strings.ToLower(in.Target)
	switch {
	case in.IDs == nil:
		return nil, failf(codeMissingArgument, "The request is missing the required parameter 'InputIds'.")
	case len(in.IDs) > maxTranslated:
		return nil, failf(codeArgument, "At most %d ids can be translated.", maxTranslated)
	case !slices.Contains(kinds, source), !slices.Contains(kinds, target):
		return nil, failf(codeRequestBody, "Requested value '%s' or '%s' was not found.", in.Source, in.Target)
	}
	var results []object
	for _, id := range in.IDs {
		out := object{{"sourceId", id}}
		if m := c.user.mail.message(fromSpelling(source, id)); m == nil {
			out = append(out, member{"errorDetails", object{{"code", string(codeMalformedID)}, {"message", codes[codeMalformedID].message}}})
		} else {
			out = append(out, member{"targetId", toSpelling(target, m)})
		}
		results = append(results, out)
	}
	return c.valueReply("convertIdResult", results), nil
}

// fromSpelling gives the REST id for an id of a kind: entry ids are the same
// bytes in another alphabet.
func fromSpelling(kind, id string) string {
	if kind == "restid" || kind == "restimmutableentryid" {
		return id
	}
	b, err := base64.StdEncoding.DecodeString(id)
	if err != nil {
		return ""
	}
	return base64.URLEncoding.EncodeToString(b)
}

func toSpelling(kind string, m *message) string {
	id := m.id()
	if kind == "immutableentryid" || kind == "restimmutableentryid" {
		id = m.folder.box.key.id(idImmutable, m.number, 0)
	}
	if kind == "restid" || kind == "restimmutableentryid" {
		return id
	}
	return strings.NewReplacer("-", "+", "_", "/").Replace(id)
}
