# Apprise: notices as mail, by the permissions of an application.
set -eu
expect() { # WHAT WANTED TEXT
	case $3 in *"$2"*) ;; *) echo "$1: $3, want it to have $2" >&2; exit 1 ;; esac
}
graph() { # UPN PATH
	curl -sSf -H "Authorization: Bearer $(emulator token -user "$1")" "https://graph.microsoft.com/v1.0/me/$2"
}
apprise --version | head -n 1
to=operations@contoso.example
service="o365://$M365_EMULATOR_TENANT_ID:$M365_EMULATOR_USER/$M365_EMULATOR_CLIENT_ID"

apprise -i markdown -t 'Backup done: Übersicht' -b 'It took **7** minutes.' \
	"$service/$M365_EMULATOR_CLIENT_SECRET/$to?cc=$M365_EMULATOR_USER"
folder='mailFolders/inbox/messages?$top=1&$select=subject,from,toRecipients,ccRecipients,body'
for person in "$to" "$M365_EMULATOR_USER"; do
	mail=$(graph "$person" "$folder")
	expect "the mail of $person" '"subject":"Backup done: Übersicht"' "$mail"
	expect "the mail of $person" '"contentType":"html"' "$mail"
	expect "the mail of $person" '<strong>7</strong>' "$mail"
	expect "the sender" "\"from\":{\"emailAddress\":{\"name\":\"Sales Desk\",\"address\":\"$M365_EMULATOR_USER\"}}" "$mail"
	expect "the recipient" "\"toRecipients\":[{\"emailAddress\":{\"name\":\"Operations\",\"address\":\"$to\"}}]" "$mail"
	expect "the copy" "\"ccRecipients\":[{\"emailAddress\":{\"name\":\"Sales Desk\",\"address\":\"$M365_EMULATOR_USER\"}}]" "$mail"
done
case $(graph "$M365_EMULATOR_USER" 'mailFolders/sentitems/messages?$top=1&$select=subject') in
*"Backup done"*) echo "the mail is among those sent, though Apprise asked that it not be" >&2; exit 1 ;;
esac
if apprise -t wrong -b wrong "$service/wrong/$to" 2>/dev/null; then
	echo "Apprise came in with a wrong secret" >&2
	exit 1
fi
