"""MSAL for Python with requests: signs in three ways, reads, writes and follows changes."""

import os
import sys

import msal
import requests

GRAPH = "https://graph.microsoft.com/v1.0"
env = {name[len("M365_EMULATOR_"):]: value for name, value in os.environ.items() if name.startswith("M365_EMULATOR_")}
authority = "https://login.microsoftonline.com/" + env["TENANT_ID"]
scopes = ["User.Read", "Mail.ReadWrite", "Calendars.ReadWrite", "Files.ReadWrite"]


def check(ok, what):
    if not ok:
        sys.exit("failed: %s" % (what,))


def token(result):
    check("access_token" in result, result)
    return result["access_token"]


app = msal.PublicClientApplication(env["CLIENT_ID"], authority=authority)
flow = app.initiate_device_flow(scopes=scopes)
check("user_code" in flow, flow)
delegated = token(app.acquire_token_by_device_flow(flow))
account = app.get_accounts()[0]
check(account["username"] == env["USER"], account)
token(app.acquire_token_silent(scopes, account=account, force_refresh=True))
token(app.acquire_token_by_username_password(env["USER"], env["PASSWORD"], scopes=scopes))
wrong = app.acquire_token_by_username_password(env["USER"], "wrong", scopes=scopes)
check(50126 in wrong.get("error_codes", []), wrong)

session = requests.Session()
session.headers["Authorization"] = "Bearer " + delegated


def call(method, path, status=200, **more):
    url = path if path.startswith("https://") else GRAPH + path
    answer = session.request(method, url, timeout=30, **more)
    check(answer.status_code == status, (method, path, answer.status_code, answer.content[:300]))
    return answer


# Every message, page by page.
seen, url = [], "/me/messages?$top=9&$select=subject&$count=true"
count = None
while url:
    page = call("GET", url).json()
    count = page.get("@odata.count", count)
    seen += [m["id"] for m in page["value"]]
    url = page.get("@odata.nextLink")
check(len(seen) == len(set(seen)) == count, (len(seen), count))

# What changes in the inbox after a first round.
def follow(link):
    changed = []
    while True:
        page = call("GET", link).json()
        changed += page["value"]
        if "@odata.deltaLink" in page:
            return changed, page["@odata.deltaLink"]
        link = page["@odata.nextLink"]


before, link = follow("/me/mailFolders/inbox/messages/delta?$select=subject,isRead")
call("PATCH", "/me/messages/" + before[0]["id"], json={"isRead": not before[0]["isRead"]})
changed, link = follow(link)
check([m["id"] for m in changed] == [before[0]["id"]], changed)
check(follow(link)[0] == [], "a round without changes")

# An event, changed under its ETag.
event = call("POST", "/me/events", 201, json={
    "subject": "Stocktaking",
    "start": {"dateTime": "2026-12-02T08:00:00", "timeZone": "W. Europe Standard Time"},
    "end": {"dateTime": "2026-12-02T12:00:00", "timeZone": "W. Europe Standard Time"},
}).json()
view = call("GET", "/me/calendarView", params={
    "startDateTime": "2026-12-02T00:00:00Z", "endDateTime": "2026-12-03T00:00:00Z",
}, headers={"Prefer": 'outlook.timezone="Europe/Paris"'}).json()["value"]
check(any(e["id"] == event["id"] and e["start"]["timeZone"] == "Europe/Paris" for e in view), view)
call("DELETE", "/me/events/" + event["id"], 204)

# A file, stored and read over the redirect to the host of downloads.
content = os.urandom(1 << 20)
item = call("PUT", "/me/drive/root:/Berichte/größe%201.bin:/content", 201, data=content).json()
check(call("GET", "/me/drive/items/%s/content" % item["id"]).content == content, "the file came back as another")
call("DELETE", "/me/drive/items/" + item["id"], 204)
call("GET", "/me/drive/items/" + item["id"], 404)

# The application itself.
daemon = msal.ConfidentialClientApplication(env["CLIENT_ID"], authority=authority, client_credential=env["CLIENT_SECRET"])
session.headers["Authorization"] = "Bearer " + token(daemon.acquire_token_for_client(["https://graph.microsoft.com/.default"]))
check(len(call("GET", "/users?$select=id").json()["value"]) > 1, "the users")
call("GET", "/me", 400)

print("signed in three ways, %d messages over pages, a delta round, an event, a file, the application's own list" % count)
