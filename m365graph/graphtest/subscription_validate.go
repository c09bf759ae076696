package graphtest

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"
)

// How long a place has to answer: that it wants to be told, and that it was.
// See https://learn.microsoft.com/graph/change-notifications-delivery-webhooks.
const (
	validationTimeout   = 10 * time.Second
	notificationTimeout = 3 * time.Second
)

// checkEndpoint takes https alone; nothing is no endpoint.
func checkEndpoint(text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return failf(codeSubscription, "The notification endpoint '%s' is invalid: it must be an absolute https URL.", text)
	}
	return nil
}

// httpClient is what notifications are sent with. A place that answers with a
// redirect was not told.
func (o *Options) httpClient() *http.Client {
	client := &http.Client{}
	if o.NotificationClient != nil {
		*client = *o.NotificationClient
	} else {
		client.Transport = &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: o.NotificationRoots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
		}
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
}

// validate asks a place whether it wants to be told: it sends back the token
// that it was sent, decoded.
func (n *notifier) validate(requestID, endpoint string) error {
	token := "Validation: Testing client application reachability for subscription Request-Id: " + requestID
	u, err := url.Parse(endpoint)
	if err != nil {
		return fail(codeValidation)
	}
	query := "validationToken=" + url.QueryEscape(token)
	if u.RawQuery != "" {
		query = u.RawQuery + "&" + query
	}
	u.RawQuery = query
	ctx, cancel := context.WithTimeout(n.ctx, validationTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), http.NoBody)
	if err != nil {
		return fail(codeValidation)
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	resp, err := n.client.Do(req)
	if err != nil {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return failf(codeValidation, "Subscription validation request timed out.")
		}
		return failf(codeValidation, "Subscription validation request failed. The notification endpoint could not be reached.")
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return failf(codeValidation, "Subscription validation request timed out.")
	case err != nil:
		return fail(codeValidation)
	case resp.StatusCode != http.StatusOK:
		return failf(codeValidation, "Subscription validation request failed. HTTP status code is '%s'. Notification endpoint must respond with 200 OK to validation request.", http.StatusText(resp.StatusCode))
	case media != "text/plain":
		return failf(codeValidation, "Subscription validation request failed. The response must have the content type text/plain.")
	case string(body) != token:
		return failf(codeValidation, "Subscription validation request failed. Response must exactly match validationToken query parameter.")
	}
	return nil
}
