// @azure/msal-node and @microsoft/microsoft-graph-client, Microsoft's own.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import https from 'node:https';

import { ConfidentialClientApplication, PublicClientApplication } from '@azure/msal-node';
import graph from '@microsoft/microsoft-graph-client';

const { BatchRequestContent, BatchResponseContent, Client, OneDriveLargeFileUploadTask, PageIterator, FileUpload } = graph;
const e = process.env;

const app = new PublicClientApplication({ auth: { clientId: e.M365_EMULATOR_CLIENT_ID, authority: 'https://login.microsoftonline.com/organizations' } });
const scopes = ['User.Read', 'Mail.ReadWrite', 'Mail.Send', 'Calendars.ReadWrite', 'Files.ReadWrite'];
const signedIn = await app.acquireTokenByDeviceCode({ scopes, deviceCodeCallback: (code) => assert.match(code.message, new RegExp(code.userCode)) });
assert.equal(signedIn.account.username, e.M365_EMULATOR_USER);
const silent = () => app.acquireTokenSilent({ scopes, account: signedIn.account });
await app.acquireTokenSilent({ scopes, account: signedIn.account, forceRefresh: true });

const client = Client.init({ authProvider: (done) => silent().then((t) => done(null, t.accessToken), (err) => done(err, null)) });
const me = await client.api('/me').get();
assert.equal(me.userPrincipalName, e.M365_EMULATOR_USER);

// All messages, page by page, each once.
const ids = new Set();
const first = await client.api('/me/messages').top(7).select('id,subject').count(true).get();
await new PageIterator(client, first, (message) => ids.add(message.id)).iterate();
assert.equal(ids.size, first['@odata.count']);
assert.ok(ids.size > 20, `${ids.size} messages`);

// A search, and a filter with its order.
const found = await client.api('/me/messages').search('"subject:4711"').select('subject').get();
assert.ok(found.value.length > 0);
const unread = await client.api('/me/mailFolders/inbox/messages').filter('isRead eq false').select('subject,isRead').get();
assert.ok(unread.value.every((m) => !m.isRead));
await assert.rejects(client.api('/me/messages').query({ $nonsense: '1' }).get(), (err) => err.statusCode === 400);

// A file of 9 MB, in slices and back.
const content = randomBytes(9 << 20);
const task = await OneDriveLargeFileUploadTask.createTaskWithFileObject(
  client, new FileUpload(content, 'from the SDK.bin', content.length), { path: '/Uploads', fileName: 'from the SDK.bin', rangeSize: 3 << 20, conflictBehavior: 'replace' });
const item = (await task.upload()).responseBody;
assert.equal(item.size, content.length);
const stream = await client.api(`/me/drive/items/${item.id}/content`).getStream();
const hash = createHash('sha256');
for await (const chunk of stream) {
  hash.update(chunk);
}
assert.equal(hash.digest('hex'), createHash('sha256').update(content).digest('hex'));
await client.api(`/me/drive/items/${item.id}`).delete();
await assert.rejects(client.api(`/me/drive/items/${item.id}`).get(), (err) => err.statusCode === 404);

// A batch, whose paths have no version, and a new event in the view of its day.
const event = await client.api('/me/events').post({
  subject: 'Plant tour', start: { dateTime: '2026-12-01T09:00:00', timeZone: 'Europe/Berlin' }, end: { dateTime: '2026-12-01T10:00:00', timeZone: 'Europe/Berlin' },
});
const batch = new BatchRequestContent([
  { id: '1', request: new Request('https://graph.microsoft.com/me', { method: 'GET' }) },
  { id: '2', request: new Request('https://graph.microsoft.com/me/calendarView?startDateTime=2026-12-01T00:00:00Z&endDateTime=2026-12-02T00:00:00Z', { method: 'GET' }) },
]);
const answers = new BatchResponseContent(await client.api('/$batch').post(await batch.getContent()));
assert.equal(answers.getResponseById('1').status, 200);
const view = await answers.getResponseById('2').json();
assert.ok(view.value.some((x) => x.id === event.id), JSON.stringify(view));

// Node's older way to ask, with an agent of the program's own.
const status = await new Promise((resolve, reject) => {
  const agent = new https.Agent({ keepAlive: true });
  https.get('https://login.microsoftonline.com/common/discovery/v2.0/keys', { agent }, (answer) => {
    answer.resume();
    resolve(answer.statusCode);
  }).on('error', reject);
});
assert.equal(status, 200);

// A mail to a colleague, whose mailbox the application itself reads.
const daemon = new ConfidentialClientApplication({
  auth: { clientId: e.M365_EMULATOR_CLIENT_ID, clientSecret: e.M365_EMULATOR_CLIENT_SECRET, authority: `https://login.microsoftonline.com/${e.M365_EMULATOR_TENANT_ID}` },
});
const forItself = Client.init({
  authProvider: (done) => daemon.acquireTokenByClientCredential({ scopes: ['https://graph.microsoft.com/.default'] }).then((t) => done(null, t.accessToken), (err) => done(err, null)),
});
const users = (await forItself.api('/users').get()).value;
const colleague = users.find((u) => u.id !== me.id);
await client.api('/me/sendMail').post({
  message: { subject: 'Forty pallets', body: { contentType: 'Text', content: 'At nine.' }, toRecipients: [{ emailAddress: { address: colleague.mail } }] },
});
const inbox = (await forItself.api(`/users/${colleague.id}/mailFolders/inbox/messages`).filter("subject eq 'Forty pallets'").get()).value;
assert.equal(inbox.length, 1);

console.log(`signed in and refreshed, ${ids.size} messages over pages, 9 MB up and down, a batch, an event, a mail delivered`);
