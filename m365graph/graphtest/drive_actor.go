package graphtest

import "time"

// recipientSet names a person as an identitySet; nil for nobody.
func recipientSet(r *Recipient) object {
	if r == nil {
		return nil
	}
	return object{{"user", object{{"email", r.Address}, {"displayName", r.Name}}}}
}

// identity names a person as an identity.
func (u *userState) identity() object {
	return object{{"email", u.Mail}, {"id", u.ID}, {"displayName", u.DisplayName}}
}

// actor is who makes the request, as an identitySet; nil is the author of the
// drive.
func (s *driveStore) actor(c *call) object {
	switch u := c.person(); u {
	case nil:
		return object{{"application", object{{"id", orElse(c.token.appID, c.token.objectID)}, {"displayName", "SharePoint App"}}}, {"user", object{{"displayName", "SharePoint App"}}}}
	case s.owner.user:
		return nil
	default:
		return object{{"user", u.identity()}}
	}
}

// person is who is signed in; nil for an application, and for somebody who is
// not of the tenant.
func (c *call) person() *userState {
	if c.token == nil || c.token.app {
		return nil
	}
	return c.s.tenant.byID[c.token.objectID]
}

// identity shows an identitySet, nil being the drive's author.
func (s *driveStore) identity(who object) object {
	if who == nil {
		return s.owner.author
	}
	return who
}

// touch notes a change of what is said about an item.
func (s *driveStore) touch(n *driveNode, who object, now time.Time) {
	n.version++
	n.modified, n.modifiedBy = now, who
	s.tell(n, itemUpdated)
}

// tell notes a change of an item.
func (s *driveStore) tell(n *driveNode, kind changeKind) {
	s.tenant.journal.record(s.collection(), n.id, kind)
}

// collection is what the journal calls the items of the drive.
func (s *driveStore) collection() string { return "drives/" + s.id + "/root" }
