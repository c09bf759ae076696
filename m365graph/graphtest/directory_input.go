package graphtest

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// directoryInput is the body of a POST or a PATCH, by property name in lower
// case.
type directoryInput map[string]json.RawMessage

func readInput(c *call) (directoryInput, error) {
	var raw map[string]json.RawMessage
	if err := c.decode(&raw); err != nil {
		return nil, err
	}
	in := directoryInput{}
	for name, value := range raw {
		if !strings.HasPrefix(name, "@") {
			in[strings.ToLower(name)] = value
		}
	}
	return in, nil
}

// read decodes a property into v; nothing happens if it is not there.
func (in directoryInput) read(name, resource string, v any) error {
	raw, ok := in[strings.ToLower(name)]
	if ok && json.Unmarshal(raw, v) != nil {
		return failf(codeRequestBad, "Invalid value specified for property '%s' of resource '%s'.", name, resource)
	}
	return nil
}

// has tells whether a property is there, and is not null.
func (in directoryInput) has(name string) bool {
	raw, ok := in[strings.ToLower(name)]
	return ok && string(raw) != "null"
}

// texts writes the properties that are texts; null empties one.
func texts[T any](in directoryInput, resource string, v *T, all map[string]func(*T) *string) error {
	for name, of := range all {
		if _, ok := in[strings.ToLower(name)]; !ok {
			continue
		}
		var text *string
		if err := in.read(name, resource, &text); err != nil {
			return err
		}
		*of(v) = ""
		if text != nil {
			*of(v) = *text
		}
	}
	return nil
}

// known refuses a property that the schema does not have.
func known[T any](in directoryInput, s *schema[T], resource string, more ...string) error {
	for name := range in {
		bare, _, _ := strings.Cut(name, "@odata.")
		if _, ok := s.find(bare); !ok && !slices.Contains(more, bare) {
			return failf(codeRequestBad, "Invalid property '%s' specified for resource '%s'.", bare, resource)
		}
	}
	return nil
}

// applyUser writes a body into a person.
func applyUser(in directoryInput, u *User) error {
	if err := known(in, userSchema, "User"); err != nil {
		return err
	}
	if err := texts(in, "User", u, userTexts); err != nil {
		return err
	}
	enabled, p := !u.Profile.Disabled, &u.Profile
	hired := &p.EmployeeHireDate
	for name, v := range map[string]any{
		"accountEnabled": &enabled, "businessPhones": &u.BusinessPhones, "otherMails": &p.OtherMails, "employeeHireDate": &hired,
		"userPrincipalName": &u.UserPrincipalName,
	} {
		if err := in.read(name, "User", v); err != nil {
			return err
		}
	}
	p.Disabled = !enabled
	if hired == nil {
		hired = &time.Time{}
	}
	p.EmployeeHireDate = *hired
	switch {
	case u.DisplayName == "":
		return failf(codeRequestBad, "Invalid value specified for property 'displayName' of resource 'User'.")
	case len(u.BusinessPhones) > 1:
		return failf(codeRequestBad, "Invalid value specified for property 'businessPhones' of resource 'User': there is room for one.")
	case len(p.UsageLocation) != 0 && len(p.UsageLocation) != 2:
		return failf(codeRequestBad, "Invalid value specified for property 'usageLocation' of resource 'User'.")
	}
	return checkPassword(in)
}

// checkPassword reads a new password, which nothing here signs in with.
func checkPassword(in directoryInput) error {
	var profile struct {
		Password *string `json:"password"`
	}
	if err := in.read("passwordProfile", "User", &profile); err != nil {
		return err
	}
	if in.has("passwordProfile") && profile.Password != nil && len(*profile.Password) < 8 {
		return failf(codeRequestBad, "The specified password does not comply with password complexity requirements. Please provide a different password.")
	}
	return nil
}

// applyGroup writes a body into a group.
func applyGroup(in directoryInput, g *Group) error {
	if err := known(in, groupSchema, "Group"); err != nil {
		return err
	}
	mail := g.Mail
	if err := texts(in, "Group", g, groupTexts); err != nil {
		return err
	}
	g.Mail = mail // which the directory makes
	if err := in.read("securityEnabled", "Group", &g.SecurityEnabled); err != nil {
		return err
	}
	if g.DisplayName == "" || len(g.DisplayName) > 256 {
		return failf(codeRequestBad, "Invalid value specified for property 'displayName' of resource 'Group'.")
	}
	if strings.ContainsAny(g.MailNickname, `@()\[]";:<>, `) || g.MailNickname == "" || len(g.MailNickname) > 64 {
		return failf(codeRequestBad, "Invalid value specified for property 'mailNickname' of resource 'Group'.")
	}
	if g.Visibility != "" && oneOf(g.Visibility, []string{"Public", "Private", "HiddenMembership"}) == "" {
		return failf(codeRequestBad, "Invalid value specified for property 'visibility' of resource 'Group'.")
	}
	return nil
}
