package graphtest

import (
	"strings"
	"time"
)

func listHosted(c *call) (*reply, error) {
	m, err := c.chatMessage()
	if err != nil {
		return nil, err
	}
	return list(c, listing[*hostedContent]{schema: hostedContentSchema, items: m.hosted, context: c.threadContext(m.thread) + "('" + m.name() + "')/hostedContents"})
}

// hosted finds the picture that the path names.
func (c *call) hosted() (*hostedContent, error) {
	m, err := c.chatMessage()
	if err != nil {
		return nil, err
	}
	for _, h := range m.hosted {
		if h.id == c.vars["hosted"] && !m.deleted() {
			return h, nil
		}
	}
	return nil, failf(codeNotFound, "NotFound: no hosted content '%s'.", c.vars["hosted"])
}

func getHosted(c *call) (*reply, error) {
	h, err := c.hosted()
	if err != nil {
		return nil, err
	}
	return one(c, hostedContentSchema, h, "hostedContents")
}

func getHostedValue(c *call) (*reply, error) {
	h, err := c.hosted()
	if err != nil {
		return nil, err
	}
	return rawReply(h.contentType, h.content, time.Time{}), nil
}

// readHosted takes the pictures that a new message brings, and gives them
// their places in its text.
func (c *call) readHosted(m *chatMessage, given []hostedInput, t *thread) error {
	for i, h := range given {
		if h.TemporaryID == "" || len(h.Content) == 0 || h.ContentType == "" {
			return failf(codeBadRequest, "Each of hostedContents needs @microsoft.graph.temporaryId, contentBytes and contentType.")
		}
		m.hosted = append(m.hosted, &hostedContent{id: opaque("id=" + guid("hosted", t.id, t.last, i) + ",type=1"), temporary: h.TemporaryID, contentType: h.ContentType, content: h.Content})
	}
	return nil
}

// placeHosted writes the addresses of its pictures into the text of a message
// that was just sent.
func (m *chatMessage) placeHosted(c *call) {
	for _, h := range m.hosted {
		address := c.base + "/" + c.path + "/" + m.name() + "/hostedContents/" + h.id + "/$value"
		m.Body.Content = strings.ReplaceAll(m.Body.Content, "../hostedContents/"+h.temporary+"/$value", address)
	}
}
