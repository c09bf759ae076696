# curl alone: the protocols as their documents have them.
set -eu
graph=https://graph.microsoft.com/v1.0
login=https://login.microsoftonline.com/$M365_EMULATOR_TENANT_ID/oauth2/v2.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fail() { echo "$*" >&2; exit 1; }
# field prints the first value of a name in JSON.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
# want checks a status: want STATUS CURL-ARGUMENT...
want() {
	status=$1; shift
	got=$(curl -sS -o "$dir/answer" -w '%{http_code}' "$@")
	[ "$got" = "$status" ] || fail "status $got, want $status: $* $(cat "$dir/answer")"
}

want 200 "$login/devicecode" -d client_id="$M365_EMULATOR_CLIENT_ID" -d 'scope=User.Read Files.ReadWrite Mail.Read offline_access'
code=$(field device_code <"$dir/answer")
want 200 "$login/token" -d client_id="$M365_EMULATOR_CLIENT_ID" -d grant_type=urn:ietf:params:oauth:grant-type:device_code -d device_code="$code"
token=$(field access_token <"$dir/answer") refresh=$(field refresh_token <"$dir/answer")
want 200 "$login/token" -d client_id="$M365_EMULATOR_CLIENT_ID" -d grant_type=refresh_token -d refresh_token="$refresh"
want 200 "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration"

printf 'header = "Authorization: Bearer %s"\n' "$token" >"$dir/auth"
want 200 -K "$dir/auth" "$graph/me"
grep -q "$M365_EMULATOR_USER" "$dir/answer" || fail "/me is somebody else"
want 401 "$graph/me"
want 403 -K "$dir/auth" "$graph/me/events"
want 400 -K "$dir/auth" "$graph/me/messages?\$unknown=1"

head -c 5000000 /dev/urandom >"$dir/file"
want 201 -K "$dir/auth" -T "$dir/file" "$graph/me/drive/root:/curl.bin:/content"
etag=$(sed -n 's/.*"eTag":"\([^,]*\)",.*/\1/p' "$dir/answer" | sed 's/"$//; s/\\"/"/g')
# The token must not follow the redirect to another host, and curl sees to that.
want 200 -L -K "$dir/auth" "$graph/me/drive/root:/curl.bin:/content"
cmp "$dir/answer" "$dir/file"
want 206 -L -K "$dir/auth" -r 100-199 "$graph/me/drive/root:/curl.bin:/content"
[ "$(wc -c <"$dir/answer")" = 100 ] || fail "a range of 100 bytes is $(wc -c <"$dir/answer")"
want 412 -K "$dir/auth" -X DELETE -H 'If-Match: "{00000000-0000-0000-0000-000000000000},1"' "$graph/me/drive/root:/curl.bin"
want 204 -K "$dir/auth" -X DELETE "$graph/me/drive/root:/curl.bin"
want 404 -K "$dir/auth" "$graph/me/drive/root:/curl.bin"
curl -sS https://example.com/ 2>/dev/null && fail "another host was reached"
echo "device code and refresh, refusals, 5 MB up and down, a range, preconditions"
