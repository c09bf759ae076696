package graphtest

// mailPlaces are a folder, or all folders of the mailbox.
func mailPlaces(c *call) (func(change) bool, error) {
	if c.vars["folder"] == "" {
		return below(c.user.mail.folderCollection(), "/messages"), nil
	}
	f, err := c.folder()
	if err != nil {
		return nil, err
	}
	return exactly(c.user.mail.collection(f)), nil
}

func watchedMessage(c *call, ch change) (*message, bool) {
	m := c.user.mail.message(ch.id)
	return m, m != nil
}

// readWatchedMessage shows as much of a message as the subscriber may see.
func readWatchedMessage(c *call, ch change) (object, bool, error) {
	return readWatched(c.messageSchema(), watchedMessage)(c, ch)
}

// eventPlaces are a calendar, or all events of the person.
func eventPlaces(c *call) (func(change) bool, error) {
	if c.vars["calendar"] == "" {
		return exactly("users/" + c.user.ID + "/events"), nil
	}
	cal, err := calendarOf(c)
	if err != nil {
		return nil, err
	}
	return exactly(cal.collection()), nil
}

func watchedEvent(c *call, ch change) (*eventView, bool) {
	view, ok := c.user.calendar.find(ch.id)
	if !ok {
		return nil, false
	}
	l, err := eventListing(c, []*eventView{view}, "events")
	return view, err == nil && len(l.items) == 1
}

// contactPlaces are a folder, or all folders of the person.
func contactPlaces(c *call) (func(change) bool, error) {
	if c.vars["folder"] == "" {
		return below(c.user.contacts.folderCollection(), "/contacts"), nil
	}
	f, err := c.contactFolder()
	if err != nil {
		return nil, err
	}
	return exactly(c.user.contacts.collection(f)), nil
}

func watchedContact(c *call, ch change) (*contactState, bool) {
	x := c.user.contacts.contacts[ch.id]
	return x, x != nil
}
