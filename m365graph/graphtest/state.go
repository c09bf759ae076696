package graphtest

import (
	"fmt"
	"strings"
	"time"
)

// tenantState is the tenant as it is now. Server.mu guards it.
type tenantState struct {
	*Tenant
	users  []*userState
	byID   map[string]*userState
	byName map[string]*userState // lower-cased principal names
	teams  *teamStore

	mailboxes map[string]*userState // by lower-cased address

	groups    []*groupState
	groupByID map[string]*groupState // lower-cased ids

	drives     map[string]*driveStore // of people and sites, by lower-cased id
	driveOrder []*driveStore          // as they were loaded
	sites      []*siteStore           // the root first
	links      map[string]sharedLink  // by address
	copies     map[string]*copyJob    // by id
	signer     signer                 // of links to items

	journal journal
}

// userState is a person with all that is theirs.
type userState struct {
	User     // a copy; ids filled in
	tenant   *tenantState
	mail     *mailbox
	calendar *calendarStore
	contacts *contactStore
	todo     *todoStore
	drive    *driveStore
	followed []*siteStore
	present  presenceState
}

func newTenantState(t *Tenant, now time.Time) (*tenantState, error) {
	s := &tenantState{Tenant: t, byID: map[string]*userState{}, byName: map[string]*userState{}, mailboxes: map[string]*userState{}, drives: map[string]*driveStore{},
		links: map[string]sharedLink{}, copies: map[string]*copyJob{}, signer: newSigner(t.ID), journal: journal{last: 1}}
	for _, u := range t.Users {
		if _, err := s.addUser(u, now); err != nil {
			return nil, err
		}
	}
	if err := s.loadGroups(now); err != nil {
		return nil, err
	}
	if err := s.loadSites(now); err != nil {
		return nil, err
	}
	var err error
	if s.teams, err = newTeamStore(s, now); err != nil {
		return nil, err
	}
	return s, nil
}

// addUser makes a person of what is given, with a mailbox, a calendar and a
// drive.
func (t *tenantState) addUser(u *User, now time.Time) (*userState, error) {
	if u.UserPrincipalName == "" {
		return nil, fmt.Errorf("user %q: UserPrincipalName is required", u.DisplayName)
	}
	state := &userState{User: *u, tenant: t}
	if state.ID == "" {
		state.ID = guid("user", t.ID, strings.ToLower(u.UserPrincipalName))
	}
	if state.Mail == "" {
		state.Mail = u.UserPrincipalName
	}
	name := strings.ToLower(u.UserPrincipalName)
	if t.byID[state.ID] != nil || t.byName[name] != nil {
		return nil, fmt.Errorf("user %s: there are two", u.UserPrincipalName)
	}
	p := &state.Profile
	p.UserType = orElse(p.UserType, "Member")
	if p.MailNickname == "" {
		p.MailNickname, _, _ = strings.Cut(u.UserPrincipalName, "@")
	}
	if p.CreatedDateTime.IsZero() {
		p.CreatedDateTime = now.Truncate(time.Second)
	}
	if err := state.load(now); err != nil {
		return nil, fmt.Errorf("user %s: %w", u.UserPrincipalName, err)
	}
	t.byID[state.ID], t.byName[name] = state, state
	t.users = append(t.users, state)
	t.list(state)
	return state, nil
}

// load copies what the person has into stores of ours.
func (u *userState) load(now time.Time) (err error) {
	if u.mail, err = newMailbox(u); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	if u.calendar, err = newCalendarStore(u, now); err != nil {
		return fmt.Errorf("calendar: %w", err)
	}
	if u.contacts, err = newContactStore(u, now); err != nil {
		return fmt.Errorf("contacts: %w", err)
	}
	if u.todo, err = newTodoStore(u, now); err != nil {
		return fmt.Errorf("to do: %w", err)
	}
	if u.drive, err = u.tenant.newDrive(personalDrive(u), u.Drive, now); err != nil {
		return fmt.Errorf("drive: %w", err)
	}
	return nil
}

// user finds a person by object id or principal name; nil if there is none.
func (t *tenantState) user(name string) *userState {
	if u := t.byID[name]; u != nil {
		return u
	}
	if u := t.byID[strings.ToLower(name)]; u != nil {
		return u
	}
	return t.byName[strings.ToLower(name)]
}
