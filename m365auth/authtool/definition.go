package authtool

import (
	"encoding/json"

	"github.com/m365go/sdk/m365auth/agenttool"
)

const description = `Sign a person in to Microsoft 365, and out.

Operations:
- login: begin a sign-in; answers at once with an address and a code to show the person
- status: who is signed in, and how the sign-in goes
- accounts: list the signed-in accounts
- logout: remove one account, or all, from this machine

Call login when a Microsoft 365 tool answers M365_NOT_CONNECTED or M365_SCOPE_MISSING. The person approves in a browser; the other tools work as soon as they have, so do not call login again meanwhile.`

const inputSchema = `{
  "type": "object",
  "properties": {
    "operation": {
      "type": "string",
      "enum": ["login", "status", "logout", "accounts"],
      "description": "What to do."
    },
    "account_id": {
      "type": "string",
      "description": "For logout: the account_id of the account to sign out. Left out, all of the caller's accounts are signed out."
    },
    "flow_id": {
      "type": "string",
      "description": "For status: the flow_id that login answered with. Left out, the latest sign-in is told."
    }
  },
  "required": ["operation"],
  "additionalProperties": false
}`

const outputSchema = `{
  "type": "object",
  "properties": {
    "operation": {"type": "string"},
    "signed_in": {"type": "boolean"},
    "accounts": {"type": "array", "items": {"type": "object", "properties": {
      "account_id": {"type": "string"}, "username": {"type": "string"}, "tenant_id": {"type": "string"}}}},
    "signed_out": {"type": "array", "items": {"type": "object", "properties": {
      "account_id": {"type": "string"}, "username": {"type": "string"}, "tenant_id": {"type": "string"}}}},
    "sign_in": {"type": "object", "properties": {
      "flow_id": {"type": "string"},
      "state": {"type": "string", "enum": ["pending", "signed_in", "failed"]},
      "verification_uri": {"type": "string"},
      "user_code": {"type": "string"},
      "message": {"type": "string"},
      "expires_in": {"type": "integer", "description": "Seconds until the code stops working."},
      "account": {"type": "object", "properties": {
        "account_id": {"type": "string"}, "username": {"type": "string"}, "tenant_id": {"type": "string"}}},
      "error": {"type": "object", "properties": {
        "code": {"type": "string"}, "message": {"type": "string"}, "hint": {"type": "string"}, "details": {"type": "object"}}}}},
    "next": {"type": "string", "description": "What to do now."}
  },
  "required": ["operation", "next"]
}`

func (t *tool) definition() agenttool.Definition {
	return agenttool.Definition{
		Name: "m365_auth", Title: "Sign in to Microsoft 365", Description: description,
		Input: json.RawMessage(inputSchema), Output: json.RawMessage(outputSchema),
		Effect: agenttool.EffectSession,
		Read:   t.call,
	}
}
