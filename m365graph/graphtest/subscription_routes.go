package graphtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

const subscriptionDoc = "https://learn.microsoft.com/graph/api/"

// subscriptionRoutes are the ways to subscriptions. What they need is what the
// resource needs, so the routes themselves let every token in.
func subscriptionRoutes() []route {
	entry := func(method, pattern, page string, o options, handle func(*call) (*reply, error)) route {
		return route{method: method, pattern: pattern, doc: subscriptionDoc + page, service: directory, public: true, options: o, handle: handle}
	}
	post := entry("POST", "/subscriptions", "subscription-post-subscriptions", optNone, postSubscription)
	post.unlocked = true
	post.differs = "Messages, events, drives, lists, users and what else the table of watched resources has; delivery by webhook alone. " +
		"reauthorizationRequired is sent when a quarter of the lifetime is left, whatever becomes of the token."
	patch := entry("PATCH", "/subscriptions/{subscription}", "subscription-update", optNone, patchSubscription)
	patch.unlocked = true
	return []route{
		post, patch,
		entry("GET", "/subscriptions", "subscription-list", optSelect|optSkipToken|optFormat, listSubscriptions),
		entry("GET", "/subscriptions/{subscription}", "subscription-get", optSelect|optFormat, getSubscription),
		entry("DELETE", "/subscriptions/{subscription}", "subscription-delete", optNone, deleteSubscription),
		entry("POST", "/subscriptions/{subscription}/reauthorize", "subscription-reauthorize", optNone, reauthorizeSubscription),
	}
}

// subscriptionInput is the body of a new subscription.
type subscriptionInput struct {
	ChangeType               string `json:"changeType"`
	NotificationURL          string `json:"notificationUrl"`
	LifecycleNotificationURL string `json:"lifecycleNotificationUrl"`
	Resource                 string `json:"resource"`
	ExpirationDateTime       string `json:"expirationDateTime"`
	ClientState              string `json:"clientState"`
	LatestSupportedTLS       string `json:"latestSupportedTlsVersion"`
	IncludeResourceData      bool   `json:"includeResourceData"`
	EncryptionCertificate    string `json:"encryptionCertificate"`
	EncryptionCertificateID  string `json:"encryptionCertificateId"`
}

// postSubscription makes a subscription once the places that are to be told
// have answered. It waits for them without the lock.
func postSubscription(c *call) (*reply, error) {
	var in subscriptionInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	sub, err := c.newSubscription(&in)
	if err != nil {
		return nil, err
	}
	for _, url := range []string{sub.notificationURL, sub.lifecycleURL} {
		if url == "" {
			continue
		}
		if err := c.s.notifier.validate(c.x.entry.ID, url); err != nil {
			return nil, err
		}
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	j := &c.s.tenant.journal
	subs := &j.subscriptions
	if twin := subs.twin(sub, c.now); twin != nil {
		return nil, failf(codeSubscriptionTwin, "Subscription Id %s already exists for the requested combination", twin.id)
	}
	subs.made++
	sub.id, sub.began = guid("subscription", c.s.tenant.ID, subs.made), j.last
	subs.all = append(subs.all, sub)
	subs.wake = c.s.notifier.start()
	subs.wake()
	return created(c, subscriptionSchema, sub, "subscriptions")
}

// newSubscription checks what is asked for.
func (c *call) newSubscription(in *subscriptionInput) (*subscription, error) {
	for _, required := range [][2]string{
		{"changeType", in.ChangeType}, {"notificationUrl", in.NotificationURL}, {"resource", in.Resource}, {"expirationDateTime", in.ExpirationDateTime},
	} {
		if required[1] == "" {
			return nil, failf(codeSubscription, "%s is a required property for subscription creation.", required[0])
		}
	}
	if len(in.ClientState) > 128 {
		return nil, failf(codeSubscription, "clientState must not be longer than 128 characters.")
	}
	for _, url := range []string{in.NotificationURL, in.LifecycleNotificationURL} {
		if err := checkEndpoint(url); err != nil {
			return nil, err
		}
	}
	sub := &subscription{
		resource: in.Resource, notificationURL: in.NotificationURL, lifecycleURL: in.LifecycleNotificationURL, clientState: in.ClientState,
		tlsVersion: in.LatestSupportedTLS, appID: c.token.appID, creator: c.token.objectID, token: c.token, certificateID: in.EncryptionCertificateID,
	}
	c.s.mu.RLock()
	defer c.s.mu.RUnlock()
	if err := c.aim(sub); err != nil {
		return nil, err
	}
	for word := range strings.SplitSeq(in.ChangeType, ",") {
		kind := changeKind(strings.ToLower(strings.TrimSpace(word)))
		if !slices.Contains(sub.watch.changes, kind) {
			return nil, failf(codeSubscription, "The changeType '%s' is not supported for the resource '%s'.", word, in.Resource)
		}
		sub.changes = append(sub.changes, kind)
	}
	if sub.watch.needsData && !in.IncludeResourceData {
		return nil, failf(codeSubscription, "includeResourceData must be true for the resource '%s'.", in.Resource)
	}
	if in.IncludeResourceData {
		if err := sub.encrypt(in); err != nil {
			return nil, err
		}
	}
	return sub, c.setExpiry(sub, in.ExpirationDateTime)
}

// aim finds what a subscription is about, as the caller may see it.
func (c *call) aim(sub *subscription) (err error) {
	if sub.watch, sub.call, err = c.watch(sub.resource); err != nil {
		return err
	}
	if sub.places, err = sub.watch.places(sub.call); err != nil {
		return err
	}
	if sub.watch.read != nil { // which reads the options as well
		_, _, err = sub.watch.read(sub.call, change{})
	}
	return err
}

// minLifetime is what shorter subscriptions are given.
const minLifetime = 45 * time.Minute

// setExpiry holds the limits of the resource.
func (c *call) setExpiry(sub *subscription, text string) error {
	expires, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return failf(codeSubscription, "expirationDateTime '%s' is not a valid DateTimeOffset.", text)
	}
	minutes := sub.watch.minutes
	if sub.certificate != nil {
		minutes = sub.watch.richMinutes
	}
	life := expires.Sub(c.now)
	switch {
	case life <= 0:
		return failf(codeSubscription, "Subscription expiration must be in the future.")
	case life > time.Duration(minutes)*time.Minute:
		return failf(codeSubscriptionLife, "Subscription expiration can only be %d minutes in the future.", minutes)
	case life > time.Hour && sub.watch.longNeedsLife && sub.lifecycleURL == "":
		return failf(codeSubscription, "lifecycleNotificationUrl is a required property for subscription creation on this resource when the expirationDateTime value is set to greater than 1 hour.")
	}
	sub.expires, sub.renewed, sub.challenged = c.now.Add(max(life, minLifetime)).UTC(), c.now, false
	return nil
}

// subscription finds the caller's own.
func (c *call) subscription() (*subscription, error) {
	sub := c.s.tenant.journal.subscriptions.find(c.vars["subscription"], c.now)
	if sub == nil || !c.mine(sub) {
		return nil, fail(codeSubscriptionGone)
	}
	return sub, nil
}

func listSubscriptions(c *call) (*reply, error) {
	var mine []*subscription
	for _, sub := range c.s.tenant.journal.subscriptions.all {
		if c.mine(sub) && c.now.Before(sub.expires) {
			mine = append(mine, sub)
		}
	}
	return list(c, listing[*subscription]{schema: subscriptionSchema, items: mine, context: "subscriptions"})
}

func getSubscription(c *call) (*reply, error) {
	sub, err := c.subscription()
	if err != nil {
		return nil, err
	}
	return one(c, subscriptionSchema, sub, "subscriptions")
}

func deleteSubscription(c *call) (*reply, error) {
	sub, err := c.subscription()
	if err != nil {
		return nil, err
	}
	c.s.tenant.journal.subscriptions.remove(sub)
	return emptyReply(http.StatusNoContent), nil
}

// patchSubscription renews a subscription, or has another place told, which is
// asked first.
func patchSubscription(c *call) (*reply, error) {
	var in map[string]json.RawMessage
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	var url, expires *string
	for name, raw := range in {
		field := map[string]**string{"notificationUrl": &url, "expirationDateTime": &expires}[name]
		if strings.HasPrefix(name, "@") {
			continue
		}
		if field == nil {
			return nil, failf(codeSubscription, "The property '%s' cannot be updated.", name)
		}
		if json.Unmarshal(raw, field) != nil || *field == nil {
			return nil, failf(codeSubscription, "The value of '%s' is invalid.", name)
		}
	}
	if url != nil {
		if err := c.checkNewEndpoint(*url); err != nil {
			return nil, err
		}
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	sub, err := c.subscription()
	if err != nil {
		return nil, err
	}
	renewed := *sub
	if expires != nil {
		if err := c.renew(&renewed, *expires); err != nil {
			return nil, err
		}
	}
	if url != nil {
		renewed.notificationURL = *url
	}
	*sub = renewed
	c.s.tenant.journal.subscriptions.wake()
	return one(c, subscriptionSchema, sub, "subscriptions")
}

// checkNewEndpoint asks a place that is to be told from now on.
func (c *call) checkNewEndpoint(url string) error {
	c.s.mu.RLock()
	_, err := c.subscription()
	c.s.mu.RUnlock()
	if err != nil {
		return err
	}
	if err := checkEndpoint(url); err != nil {
		return err
	}
	return c.s.notifier.validate(c.x.entry.ID, url)
}

// renew authorizes a subscription anew, and sets when it ends.
func (c *call) renew(sub *subscription, expires string) error {
	if err := c.aim(sub); err != nil {
		return err
	}
	sub.token = c.token
	return c.setExpiry(sub, expires)
}

// reauthorizeSubscription lets a subscription go on until it expires.
func reauthorizeSubscription(c *call) (*reply, error) {
	sub, err := c.subscription()
	if err != nil {
		return nil, err
	}
	authorized := *sub
	if err := c.aim(&authorized); err != nil {
		return nil, err
	}
	authorized.token, authorized.challenged = c.token, false
	authorized.renewed = c.now
	*sub = authorized
	return emptyReply(http.StatusNoContent), nil
}
