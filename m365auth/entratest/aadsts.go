package entratest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// aadsts is one error of Entra's.
type aadsts struct {
	status   int
	code     string // OAuth's "error"
	suberror string
	text     string // {} stands for what the error is about
}

// slowDown has no AADSTS number: it is RFC 8628's own error, which Entra
// documents none for.
const slowDown = 0

// aadstsErrors are the errors that this server answers by itself, and those
// that a [Fault] can name. Numbers and meanings are those of
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
// and https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code;
// the texts are close to Entra's, which may change at any time.
var aadstsErrors = map[int]aadsts{
	slowDown: {400, "slow_down", "", "The client polls more often than the interval allows."},

	// The request.
	900144:  {400, "invalid_request", "", "The request body must contain the following parameter: '{}'."},
	900561:  {405, "invalid_request", "", "The endpoint only accepts POST requests. Received a {} request."},
	9002313: {400, "invalid_request", "", "Invalid request. Request is malformed or invalid."},
	9001023: {400, "invalid_request", "", "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint."},
	50034:   {400, "invalid_grant", "", "The user account {} does not exist in the directory. To sign into this application, the account must be added to the directory."},
	50126:   {400, "invalid_grant", "", "Error validating credentials due to invalid username or password."},
	70003:   {400, "unsupported_grant_type", "", "The app requested an unsupported grant type '{}'."},
	90002:   {400, "invalid_tenant", "", "Tenant '{}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."},
	50049:   {400, "invalid_instance", "", "Unknown or invalid instance."},

	// The application.
	700016:  {400, "unauthorized_client", "", "Application with identifier '{}' was not found in the directory. It can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant."},
	50194:   {400, "unauthorized_client", "", "Application '{}' is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after 10/15/2018."},
	7000218: {401, "invalid_client", "", "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."},
	700025:  {401, "invalid_client", "", "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."},
	7000215: {401, "invalid_client", "", "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID."},
	7000222: {401, "invalid_client", "", "The provided client secret keys for app '{}' are expired."},

	700027: {401, "invalid_client", "", "Client assertion failed signature validation. The certificate or key is not registered on the application, has expired, or did not sign the assertion."},
	700021: {401, "invalid_client", "", "Client assertion application identifier doesn't match 'client_id' parameter '{}'."},
	700023: {401, "invalid_client", "", "Client assertion audience claim does not match Realm issuer."},
	700024: {401, "invalid_client", "", "Client assertion is not within its valid time range."},
	700211: {401, "invalid_client", "", "No matching federated identity record found for presented assertion issuer '{}'."},
	700212: {401, "invalid_client", "", "No matching federated identity record found for presented assertion audience '{}'."},
	700213: {401, "invalid_client", "", "No matching federated identity record found for presented assertion subject '{}'."},
	50027:  {400, "invalid_request", "", "JWT token is invalid or malformed."},
	50059:  {400, "invalid_request", "", "No tenant-identifying information found in either the request or implied by any provided credentials."},

	// The authorization endpoint.
	50011:  {400, "invalid_request", "", "The redirect URI '{}' specified in the request does not match the redirect URIs configured for the application."},
	70007:  {400, "unsupported_response_mode", "", "'{}' is not a supported value of 'response_mode' when requesting a token."},
	700051: {400, "unsupported_response_type", "", "response_type '{}' is not enabled for the application."},
	700054: {400, "unsupported_response_type", "", "response_type '{}' is not enabled for the application."},
	90023:  {400, "invalid_request", "", "Unsupported 'prompt' value '{}'."},
	501491: {400, "invalid_request", "", "Invalid size of code_challenge parameter."},
	50058:  {400, "login_required", "", "A silent sign-in request was sent but no user is signed in."},
	16000:  {400, "interaction_required", "", "The user account '{}' is not signed in to this session. Select an account, or sign in."},
	500112: {400, "invalid_grant", "", "The reply address '{}' does not match the reply address provided when requesting the authorization code."},
	50148:  {400, "invalid_grant", "", "The code_verifier does not match the code_challenge supplied in the authorization request for PKCE."},
	501481: {400, "invalid_grant", "", "The Code_Verifier does not match the code_challenge supplied in the authorization request."},

	// On behalf of, and for itself.
	50013:   {400, "invalid_grant", "", "Assertion failed signature validation."},
	500131:  {400, "invalid_grant", "", "Assertion audience does not match the Client app presenting the assertion. The audience in the assertion must be the identifier of the application."},
	500133:  {400, "invalid_grant", "", "Assertion is not within its valid time range."},
	7000114: {400, "invalid_grant", "", "Application '{}' is not allowed to make application on-behalf-of calls."},
	1002012: {400, "invalid_scope", "", "The provided value for scope {} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."},

	// Scopes and consent.
	70011:  {400, "invalid_scope", "", "The provided value for the input parameter 'scope' is not valid. The scope '{}' is not valid."},
	28000:  {400, "invalid_request", "", "Provided value for the input parameter scope is not valid because it contains more than one resource. Scope '{}' is not valid."},
	500011: {400, "invalid_resource", "", "The resource principal named {} was not found in the tenant."},
	65001:  {400, "invalid_grant", "consent_required", "The user or administrator has not consented to use the application with ID '{}'. Send an interactive authorization request for this user and resource."},
	65004:  {400, "authorization_declined", "", "User declined to consent to access the app."},
	90093:  {400, "invalid_grant", "consent_required", "The application asks for permissions that the user is not allowed to grant."},
	90094:  {400, "invalid_grant", "consent_required", "The grant requires administrator permission."},
	90095:  {400, "invalid_grant", "consent_required", "Admin consent is required. A request for it can be sent to an administrator."},

	// Device codes.
	70016: {400, "authorization_pending", "", "OAuth 2.0 device flow error. Authorization is pending. Continue polling."},
	70018: {400, "bad_verification_code", "", "Invalid verification code."},
	70020: {400, "expired_token", "", "The provided value for the input parameter 'device_code' is not valid. This device code has expired."},
	54005: {400, "invalid_grant", "", "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token."},

	// Refresh tokens.
	70000:  {400, "invalid_grant", "", "The provided value for the input parameter '{}' is not valid."},
	70008:  {400, "invalid_grant", "token_expired", "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource."},
	700082: {400, "invalid_grant", "bad_token", "The refresh token has expired due to inactivity."},
	700084: {400, "invalid_grant", "bad_token", "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime, which can't be extended."},
	50173:  {400, "invalid_grant", "bad_token", "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password."},

	// The person, and policies.
	50057:  {400, "invalid_grant", "", "The user account is disabled."},
	50076:  {400, "invalid_grant", "basic_action", "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource."},
	50078:  {400, "invalid_grant", "basic_action", "Presented multi-factor authentication has expired due to policies configured by your administrator, you must refresh your multi-factor authentication to access the resource."},
	50079:  {400, "invalid_grant", "basic_action", "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access the resource."},
	50105:  {400, "invalid_grant", "", "Your administrator has configured the application '{}' to block users unless they are specifically granted access to it."},
	50158:  {400, "interaction_required", "basic_action", "External security challenge was not satisfied."},
	53000:  {400, "invalid_grant", "message_only", "Your device is required to be managed to access this resource."},
	53003:  {400, "invalid_grant", "message_only", "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance."},
	53001:  {400, "invalid_grant", "message_only", "Your device is required to be hybrid Microsoft Entra joined to access this resource."},
	53002:  {400, "invalid_grant", "message_only", "The application used is not an approved application for Conditional Access."},
	53004:  {400, "invalid_grant", "message_only", "The user needs to register for multi-factor authentication, which a policy blocks."},
	700003: {400, "invalid_grant", "message_only", "Device object was not found in the tenant directory."},

	// The service.
	50196: {400, "invalid_grant", "", "The server terminated an operation because it encountered a client request loop. Please contact your app vendor."},
	90055: {429, "temporarily_unavailable", "", "There are too many incoming requests."},
	90033: {503, "temporarily_unavailable", "", "A transient error has occurred. Please try again."},
}

// problem is an error on its way to a client.
type problem struct {
	number  int    // key of aadstsErrors
	subject string // what {} stands for
	code    string // OAuth's "error", where it is not the table's
	claims  string // a challenge, as JSON
	retry   time.Duration
}

func newProblem(number int, subject string) *problem {
	return &problem{number: number, subject: subject}
}

func (p *problem) Error() string {
	return fmt.Sprintf("AADSTS%d: %s", p.number, p.text())
}

// entry is the error's row; a number without one, which only a [Fault] can
// name, is an invalid_grant.
func (p *problem) entry() aadsts {
	if e, ok := aadstsErrors[p.number]; ok {
		return e
	}
	return aadsts{status: http.StatusBadRequest, code: "invalid_grant", text: "The request was refused."}
}

func (p *problem) text() string {
	subject := p.subject
	if len(subject) > 100 {
		subject = subject[:100]
	}
	return strings.ReplaceAll(p.entry().text, "{}", strings.ToValidUTF8(subject, "?"))
}

// errorBody is the JSON of an error, as Entra writes it.
type errorBody struct {
	Error         string `json:"error"`
	Description   string `json:"error_description"`
	Codes         []int  `json:"error_codes,omitempty"`
	Timestamp     string `json:"timestamp"`
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
	URI           string `json:"error_uri,omitempty"`
	SubError      string `json:"suberror,omitempty"`
	Claims        string `json:"claims,omitempty"`
}

func (p *problem) reply(c *call) reply {
	e := p.entry()
	body := errorBody{
		Error: e.code, SubError: e.suberror, Claims: p.claims,
		Timestamp: c.stamp(), TraceID: c.trace, CorrelationID: c.correlation,
	}
	if p.code != "" {
		body.Error = p.code
	}
	if p.number != slowDown {
		body.Codes = []int{p.number}
		body.URI = fmt.Sprintf("%s/error?code=%d", c.base, p.number)
	}
	body.Description = p.description(c)
	r := jsonReply(e.status, body)
	r.aadsts = p.number
	switch {
	case e.status == http.StatusMethodNotAllowed:
		r.header = http.Header{"Allow": {http.MethodPost}}
	case p.retry > 0:
		r.header = http.Header{"Retry-After": {strconv.Itoa(seconds(p.retry))}}
	}
	return r
}

// description is the text with what a support case asks for.
func (p *problem) description(c *call) string {
	text := p.text()
	if p.number != slowDown {
		text = p.Error()
	}
	return fmt.Sprintf("%s Trace ID: %s Correlation ID: %s Timestamp: %s", text, c.trace, c.correlation, c.stamp())
}

func (c *call) stamp() string { return c.now.UTC().Format("2006-01-02 15:04:05Z") }
