package graphtest

import (
	"encoding/json"
	"strings"
	"time"
)

// contactInputs are the properties that a client may write, as in
// https://learn.microsoft.com/graph/api/contact-update.
var contactInputs = func() inputs[contactState] {
	in := inputs[contactState]{
		"birthday":              intoBirthday,
		"emailaddresses":        intoAddresses,
		"primaryemailaddress":   intoAddress(0),
		"secondaryemailaddress": intoAddress(1),
		"tertiaryemailaddress":  intoAddress(2),

		"singlevalueextendedproperties": intoProperties(func(x *contactState) *[]extendedProperty { return &x.properties }),
	}
	for _, p := range contactNames {
		in[strings.ToLower(p.name)] = into(p.of)
	}
	for _, p := range contactLists {
		in[strings.ToLower(p.name)] = into(p.of)
	}
	for _, p := range contactAddresses {
		in[strings.ToLower(p.name)] = intoPlace(p.of)
	}
	return in
}()

// namesOfContact are what Outlook makes a display name and the name for filing of.
var namesOfContact = []string{"title", "givenname", "middlename", "surname", "generation"}

// readContact lays the body of a request over a contact. Names that the client does not give along with others are made
// anew, as Outlook does.
func readContact(c *call, x *contactState) error {
	g, err := readGiven(c, contactSchema, contactInputs)
	if err != nil {
		return err
	}
	if err := contactInputs.apply(g, x); err != nil {
		return err
	}
	if g.has(namesOfContact...) {
		if !g.has("displayname") {
			x.DisplayName = ""
		}
		if !g.has("fileas") {
			x.FileAs = ""
		}
	}
	if err := x.check(); err != nil {
		return err
	}
	x.fill(c.now)
	return nil
}

// intoBirthday reads a day, or a time of one.
func intoBirthday(x *contactState, value json.RawMessage) error {
	var text *string
	if err := read(value, &text); err != nil {
		return err
	}
	if text == nil {
		x.Birthday = time.Time{}
		return nil
	}
	at, ok := parseDateTime(*text, time.UTC)
	if !ok {
		return failf(codeRequestBody, "Cannot convert the literal '%s' to the expected type 'Edm.DateTimeOffset'.", *text)
	}
	x.Birthday = at.In(time.UTC)
	return nil
}

// addressInput is https://learn.microsoft.com/graph/api/resources/emailaddress.
type addressInput struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

func intoAddresses(x *contactState, value json.RawMessage) error {
	var list []addressInput
	if err := read(value, &list); err != nil {
		return err
	}
	x.EmailAddresses = nil
	for _, a := range list {
		x.EmailAddresses = append(x.EmailAddresses, Recipient(a))
	}
	return nil
}

// intoAddress sets one of the three addresses; those before it must be there.
func intoAddress(place int) func(*contactState, json.RawMessage) error {
	return func(x *contactState, value json.RawMessage) error {
		var a *addressInput
		if err := read(value, &a); err != nil {
			return err
		}
		list := append([]Recipient(nil), x.EmailAddresses...)
		switch {
		case a == nil && place < len(list):
			list = list[:place]
		case a == nil:
		case place < len(list):
			list[place] = Recipient(*a)
		case place == len(list):
			list = append(list, Recipient(*a))
		default:
			return refuse(codePropertyInvalid, "At least one property failed validation. The e-mail addresses before this one are missing.")
		}
		x.EmailAddresses = list
		return nil
	}
}

// intoPlace sets an address, of which what is not named goes.
func intoPlace(field func(*contactState) *PhysicalAddress) func(*contactState, json.RawMessage) error {
	return func(x *contactState, value json.RawMessage) error {
		var a struct {
			Street          string `json:"street"`
			City            string `json:"city"`
			State           string `json:"state"`
			PostalCode      string `json:"postalCode"`
			CountryOrRegion string `json:"countryOrRegion"`
		}
		if err := read(value, &a); err != nil {
			return err
		}
		*field(x) = PhysicalAddress(a)
		return nil
	}
}

// contactFolderInputs are what a client may write of a folder.
var contactFolderInputs = inputs[contactFolder]{
	"displayname":                   into(func(f *contactFolder) *string { return &f.name }),
	"singlevalueextendedproperties": intoProperties(func(f *contactFolder) *[]extendedProperty { return &f.properties }),
}
