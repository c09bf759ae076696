# CLI for Microsoft 365, signed in with a device code.
set -eu
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
export HOME="$home" XDG_CONFIG_HOME="$home"
m365() { node_modules/.bin/m365 "$@"; }
fail() { echo "$*" >&2; exit 1; }

m365 cli config set --key disableTelemetry --value true >/dev/null
m365 login --authType deviceCode --appId "$M365_EMULATOR_CLIENT_ID" --tenant "$M365_EMULATOR_TENANT_ID"
m365 status --output json | grep -q "\"connectedAs\": *\"$M365_EMULATOR_USER\"" || fail "status names somebody else"

users=$(m365 entra user list --properties userPrincipalName --output csv)
echo "$users" | grep -q "$M365_EMULATOR_USER" || fail "no user in: $users"

m365 outlook mail send --to "$M365_EMULATOR_USER" --subject "From the CLI" --bodyContents "At nine."
list=$(m365 outlook message list --folderName inbox --output json)
echo "$list" | grep -q '"subject": *"From the CLI"' || fail "the mail did not arrive"

m365 request --url "https://graph.microsoft.com/v1.0/me/drive/root:/cli.txt:/content" --method put --content-type text/plain --body "forty pallets" --output json | grep -q '"size": *13' || fail "the file was not stored"
echo "signed in, listed users, sent and received a mail, stored a file"
