package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

const pageSize = 100

// wireMessage is a whole message as Graph writes it, in Graph's order.
type wireMessage struct {
	ETag              string          `json:"@odata.etag"`
	ID                string          `json:"id"`
	Created           time.Time       `json:"createdDateTime"`
	Modified          time.Time       `json:"lastModifiedDateTime"`
	ChangeKey         string          `json:"changeKey"`
	Categories        []string        `json:"categories"`
	Received          time.Time       `json:"receivedDateTime"`
	Sent              time.Time       `json:"sentDateTime"`
	HasAttachments    bool            `json:"hasAttachments"`
	InternetMessageID string          `json:"internetMessageId"`
	Subject           string          `json:"subject"`
	BodyPreview       string          `json:"bodyPreview"`
	Importance        string          `json:"importance"`
	ParentFolderID    string          `json:"parentFolderId"`
	ConversationID    string          `json:"conversationId"`
	ConversationIndex string          `json:"conversationIndex"`          // mail.Message has no field for this,
	DeliveryReceipt   *bool           `json:"isDeliveryReceiptRequested"` // for this
	ReadReceipt       bool            `json:"isReadReceiptRequested"`     // and for this
	IsRead            bool            `json:"isRead"`
	IsDraft           bool            `json:"isDraft"`
	WebLink           string          `json:"webLink"`
	Inference         string          `json:"inferenceClassification"`
	Body              wireBody        `json:"body"`
	Sender            wireRecipient   `json:"sender"`
	From              wireRecipient   `json:"from"`
	To                []wireRecipient `json:"toRecipients"`
	Cc                []wireRecipient `json:"ccRecipients"`
	Bcc               []wireRecipient `json:"bccRecipients"`
	ReplyTo           []wireRecipient `json:"replyTo"`
	Flag              wireFlag        `json:"flag"`
}

type wireBody struct {
	ContentType string `json:"contentType"`
	Content     string `json:"content"`
}

type wireFlag struct {
	Status string `json:"flagStatus"`
}

type wireRecipient struct {
	EmailAddress struct {
		Name    string `json:"name"`
		Address string `json:"address"`
	} `json:"emailAddress"`
}

var (
	desks    = []string{"Sales Desk", "Front Desk", "Einkauf Süd", "サポート窓口", "Secrétariat général", "Бухгалтерия", "Facilities", "Operations"}
	subjects = []string{"Order 4711: delivery date", "AW: Angebot für Lagerregale – Rückfrage", "【重要】倉庫の図面", "Réunion du comité", "Car park closed \"Monday\"", "🎂 Cake in the kitchen"}
	phrases  = []string{
		"The lorry arrives between nine and ten, at gate 3.", "Bitte prüfen Sie die Maße: 2.400 × 800 mm, Größe \"L\".", "お見積りをご確認ください。",
		"Merci de répondre avant vendredi.", "See the table below;\tall prices are net.", "Path: \\\\files\\orders\\2026", "Quantity < 40 & weight > 12 kg",
	}
	classes = []string{"focused", "other"}
)

// newMessage makes message n, always the same, of about 3 KB.
func newMessage(n int) wireMessage {
	r := rand.New(rand.NewPCG(365, uint64(n)))
	received := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).Add(-time.Duration(n) * 7 * time.Minute)
	id, from, text := opaque(r, 111)+"AAA=", recipient(r), prose(r, 250)
	return wireMessage{
		ETag: `W/"` + opaque(r, 30) + `"`, ID: id, ChangeKey: opaque(r, 30),
		Created: received.Add(-2 * time.Second), Modified: received.Add(time.Minute), Received: received, Sent: received.Add(-time.Second),
		Categories: []string{"Blue category", "Einkauf"}[:r.IntN(3)], HasAttachments: r.IntN(4) == 0, Importance: "normal",
		InternetMessageID: "<" + opaque(r, 48) + "@contoso.example>", Subject: pick(r, subjects), BodyPreview: text,
		ParentFolderID: opaque(r, 84) + "AAA=", ConversationID: opaque(r, 56) + "AA=", ConversationIndex: opaque(r, 24),
		IsRead: r.IntN(3) > 0, Inference: pick(r, classes), Flag: wireFlag{"notFlagged"},
		WebLink: "https://outlook.office365.com/owa/?ItemID=" + strings.ReplaceAll(id, "=", "%3D") + "&exvsurl=1&viewmodel=ReadMessageItem",
		Body:    wireBody{"html", page(r, text)}, Sender: from, From: from,
		To: recipients(r, 1+r.IntN(3)), Cc: recipients(r, r.IntN(2)), Bcc: []wireRecipient{}, ReplyTo: []wireRecipient{},
	}
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

// opaque is n bytes that mean nothing, in base64.
func opaque(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return base64.StdEncoding.EncodeToString(b)
}

func recipient(r *rand.Rand) (to wireRecipient) {
	to.EmailAddress.Name = pick(r, desks)
	to.EmailAddress.Address = fmt.Sprintf("desk%d@contoso.example", r.IntN(500))
	return to
}

func recipients(r *rand.Rand, n int) []wireRecipient {
	list := make([]wireRecipient, n)
	for i := range list {
		list[i] = recipient(r)
	}
	return list
}

// prose is at least n bytes of text.
func prose(r *rand.Rand, n int) string {
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(pick(r, phrases) + " ")
	}
	return b.String()
}

// page is a body as mail programs write it: quotes and line breaks that JSON
// escapes.
func page(r *rand.Rand, text string) string {
	var b strings.Builder
	b.WriteString("<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head>\r\n<body lang=\"en\">\r\n")
	b.WriteString("<p class=\"MsoNormal\">" + text + "</p>\r\n")
	for range 3 {
		b.WriteString("<p class=\"MsoNormal\"><span style=\"font-family:&quot;Segoe UI&quot;,sans-serif\">" + prose(r, 60) + "</span></p>\r\n")
	}
	b.WriteString("</body></html>\r\n")
	return b.String()
}

// newPages returns a whole mailbox as bodies of answers. Their links lead on from
// root, "https://host/v1.0".
func newPages(root string, messages int) [][]byte {
	pages := make([][]byte, messages/pageSize)
	for n := range pages {
		list := make([]wireMessage, pageSize)
		for i := range list {
			list[i] = newMessage(n*pageSize + i)
		}
		answer := struct {
			Context string        `json:"@odata.context"`
			Value   []wireMessage `json:"value"`
			Next    string        `json:"@odata.nextLink,omitempty"`
		}{Context: "https://graph.microsoft.com/v1.0/$metadata#users('sales%40contoso.example')/messages", Value: list}
		if n+1 < len(pages) {
			answer.Next = root + pagePath(n+1)
		}
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false) // as Graph does not
		if err := encoder.Encode(answer); err != nil {
			panic(err) // strings, times and numbers
		}
		pages[n] = b.Bytes()
	}
	return pages
}

// pagePath is where page n is, below "/v1.0".
func pagePath(n int) string {
	return fmt.Sprintf("/me/messages?%%24top=%d&%%24skip=%d", pageSize, n*pageSize)
}
