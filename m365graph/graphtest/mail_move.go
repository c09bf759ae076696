package graphtest

import "net/http"

// deleteMessage takes a message to where only a recovery finds it, and what is
// there away for good.
func deleteMessage(c *call) (*reply, error) {
	m, err := c.message()
	if err != nil {
		return nil, err
	}
	if err := c.matches(m); err != nil {
		return nil, err
	}
	mail := c.user.mail
	if dumpster := mail.wellKnown["recoverableitemsdeletions"]; m.folder != dumpster {
		mail.move(m, dumpster, c.now, nil)
	} else {
		mail.remove(m)
	}
	return emptyReply(http.StatusNoContent), nil
}

func permanentlyDeleteMessage(c *call) (*reply, error) {
	m, err := c.message()
	if err != nil {
		return nil, err
	}
	c.user.mail.remove(m)
	return emptyReply(http.StatusNoContent), nil
}

// destination reads the folder that a move or a copy goes to.
func (c *call) destination() (*folder, error) {
	var in struct {
		DestinationID *string `json:"destinationId"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.DestinationID == nil || *in.DestinationID == "" {
		return nil, failf(codeMissingArgument, "The request is missing the required parameter 'DestinationId'.")
	}
	f, err := c.user.mail.folder(*in.DestinationID)
	if err == nil && f.search != nil {
		return nil, failf(codeMoveFailed, "The move or copy operation failed. A search folder holds nothing.")
	}
	return f, err
}

func moveMessage(c *call) (*reply, error) {
	m, to, err := c.messageAndDestination()
	if err != nil {
		return nil, err
	}
	if to != m.folder {
		c.user.mail.move(m, to, c.now, nil)
	}
	return c.written(m, http.StatusCreated)
}

func copyMessage(c *call) (*reply, error) {
	m, to, err := c.messageAndDestination()
	if err != nil {
		return nil, err
	}
	return c.written(c.user.mail.copy(m, to, c.now), http.StatusCreated)
}

func (c *call) messageAndDestination() (*message, *folder, error) {
	m, err := c.message()
	if err != nil {
		return nil, nil, err
	}
	to, err := c.destination()
	c.applyOutlook()
	return m, to, err
}
