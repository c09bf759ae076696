package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/m365go/sdk/m365graph/mail"
)

const messages = 10_000

// listRow lists a mailbox of 10,000 messages of 3 KB in pages of 100. The floor
// is to read and discard the same pages. The bar is for HTTP/2, which Graph and
// net/http agree on by themselves; HTTP/1.1, whose floor is lower, is told too.
func listRow(ctx context.Context, rep *report, much effort) error {
	if _, _, err := listOver(ctx, rep, much, setting{Messages: messages}); err != nil {
		return err
	}
	ratios, allocs, err := listOver(ctx, rep, much, setting{Messages: messages, HTTP2: true})
	if err != nil {
		return err
	}
	rep.addMedian(figure{name: "list-10000-messages", bar: 2}, ratios)
	rep.add(figure{name: "list-allocations-a-message", measured: allocs / messages, bar: 20, format: each})
	return nil
}

// listOver returns the ratios to the floor, and the allocations of a whole list.
func listOver(ctx context.Context, rep *report, much effort, s setting) (ratios []float64, allocs float64, err error) {
	p, err := start(ctx, s)
	if err != nil {
		return nil, 0, err
	}
	defer p.close()
	took, err := interleave(ctx, much.rounds, p.discardPages, p.listTyped, p.listPlain)
	if err != nil {
		return nil, 0, err
	}
	floor, ours, plain := took[0], took[1], took[2]
	ratios = pairwise(ours, floor, quotient)
	rep.note("list over %s: medians: floor %s, m365graph %s, net/http and encoding/json %s",
		s.version(), seconds(median(floor)), seconds(median(ours)), seconds(median(plain)))
	rep.note("list over %s: m365graph takes %.2fx the floor; net/http and encoding/json with 20 fields %.2fx; m365graph %.2fx theirs",
		s.version(), median(ratios), median(pairwise(plain, floor, quotient)), median(pairwise(ours, plain, quotient)))
	allocs, err = allocations(ctx, p.listTyped)
	return ratios, allocs, err
}

func seconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Round(100 * time.Microsecond)
}

// discardPages is the floor: the same bytes by the same transport. It knows the
// links beforehand.
func (p *place) discardPages(ctx context.Context) error {
	for n := range p.Messages / pageSize {
		if err := p.plainGet(ctx, p.url(pagePath(n)), func(resp *http.Response) error {
			_, err := drain(resp.Body)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// plainGet is a request as a program without a library makes it.
func (p *place) plainGet(ctx context.Context, url string, read func(*http.Response) error) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+cmp.Or(p.Token, "bench"))
	resp, err := p.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", url, resp.Status)
	}
	return read(resp)
}

func (p *place) listTyped(ctx context.Context) error {
	return p.list(ctx, &mail.ListOptions{PageSize: pageSize, Prefetch: true})
}

func (p *place) list(ctx context.Context, opts *mail.ListOptions) error {
	read := 0
	for m, err := range mail.New(p.graph).List(ctx, opts) {
		if err != nil {
			return err
		}
		if m.ID == "" || m.Body == nil {
			return fmt.Errorf("message %d came without its id or body", read)
		}
		if read++; read == p.Messages {
			if _, ok := m.Extra.Get("conversationIndex"); !ok {
				return fmt.Errorf("message %d came without what package mail has no field for", read)
			}
		}
	}
	return p.complete(read)
}

func (p *place) complete(read int) error {
	if read != p.Messages {
		return fmt.Errorf("%d messages were listed, and there are %d", read, p.Messages)
	}
	return nil
}

// plainMessage is what a program without a library writes for itself.
type plainMessage struct {
	ID                      string           `json:"id"`
	Subject                 string           `json:"subject"`
	BodyPreview             string           `json:"bodyPreview"`
	Body                    *wireBody        `json:"body"`
	From                    *wireRecipient   `json:"from"`
	Sender                  *wireRecipient   `json:"sender"`
	ToRecipients            []*wireRecipient `json:"toRecipients"`
	CcRecipients            []*wireRecipient `json:"ccRecipients"`
	ReceivedDateTime        time.Time        `json:"receivedDateTime"`
	SentDateTime            time.Time        `json:"sentDateTime"`
	IsRead                  bool             `json:"isRead"`
	IsDraft                 bool             `json:"isDraft"`
	HasAttachments          bool             `json:"hasAttachments"`
	Importance              string           `json:"importance"`
	Categories              []string         `json:"categories"`
	Flag                    *wireFlag        `json:"flag"`
	ConversationID          string           `json:"conversationId"`
	InternetMessageID       string           `json:"internetMessageId"`
	ParentFolderID          string           `json:"parentFolderId"`
	InferenceClassification string           `json:"inferenceClassification"`
}

// listPlain does without unknown fields, retries and checks.
func (p *place) listPlain(ctx context.Context) error {
	read := 0
	for url := p.url(pagePath(0)); url != ""; {
		var page struct {
			Value []plainMessage `json:"value"`
			Next  string         `json:"@odata.nextLink"`
		}
		if err := p.plainGet(ctx, url, func(resp *http.Response) error {
			return json.NewDecoder(resp.Body).Decode(&page)
		}); err != nil {
			return err
		}
		read += len(page.Value)
		url = page.Next
	}
	return p.complete(read)
}
