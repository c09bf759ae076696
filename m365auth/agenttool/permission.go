package agenttool

import (
	"context"
	"slices"
)

// Permission is an entry of a catalogue: one thing that an administrator of the
// host switches on or off.
type Permission struct {
	// ID is "service.action", such as "outlook.read".
	ID string `json:"id"`
	// Labels are what a settings page shows, by language: "en", "fr".
	Labels map[string]string `json:"labels"`
	// Scopes are the Graph permissions that it needs.
	Scopes []string `json:"scopes"`
	// Approval says that a person approves every call.
	Approval bool `json:"approval"`
	// AdminConsent says that only an administrator of the Microsoft 365 tenant
	// can agree to the scopes.
	AdminConsent bool `json:"admin_consent"`
}

// Label returns the label in a language, else the English one, else the id.
func (p Permission) Label(lang string) string {
	for _, l := range []string{lang, "en"} {
		if label := p.Labels[l]; label != "" {
			return label
		}
	}
	return p.ID
}

// Permissions tells which permissions are on for a caller. It is asked at every
// call, so that switching one off holds from the next call on. An error refuses
// the call.
type Permissions interface {
	Allows(ctx context.Context, who Caller, id string) (bool, error)
}

// PermissionSet is a fixed set of permissions, the same for every caller. Nil
// is the empty set: everything is off.
type PermissionSet []string

// Allows reports whether id is in the set.
func (s PermissionSet) Allows(_ context.Context, _ Caller, id string) (bool, error) {
	return slices.Contains(s, id), nil
}
