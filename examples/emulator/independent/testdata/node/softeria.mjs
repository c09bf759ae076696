// @softeria/ms-365-mcp-server: signs in with a device code, then an agent's session.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connect } from './mcp.mjs';

const bin = join(import.meta.dirname, 'node_modules', '.bin', 'ms-365-mcp-server');
const home = mkdtempSync(join(tmpdir(), 'mcp-'));
const env = {
  MS365_MCP_TOKEN_CACHE_PATH: join(home, 'tokens'), MS365_MCP_SELECTED_ACCOUNT_PATH: join(home, 'account'), MS365_MCP_LOG_DIR: home,
};

const login = execFileSync(bin, ['--org-mode', '--login'], { env: { ...process.env, ...env }, encoding: 'utf8' });
assert.match(login, /"success":true/, login);
assert.match(login, new RegExp(process.env.M365_EMULATOR_USER), login);

const server = await connect(bin, ['--org-mode'], env);
const { tools } = await server.request('tools/list');
assert.ok(tools.length > 100, `${tools.length} tools`);

const value = (text) => JSON.parse(text).value;
const mail = value(await server.call('list-mail-messages', { top: 5, select: 'id,subject,receivedDateTime' }));
assert.equal(mail.length, 5);
const found = value(await server.call('list-mail-messages', { search: '"Order 4711"', select: 'subject' }));
assert.ok(found.length > 0 && found.some((m) => /4711/.test(m.subject)), JSON.stringify(found));
const one = JSON.parse(await server.call('get-mail-message', { messageId: mail[0].id }));
assert.equal(one.subject, mail[0].subject);

const view = value(await server.call('get-calendar-view', {
  startDateTime: '2026-11-16T00:00:00Z', endDateTime: '2026-11-23T00:00:00Z', select: 'subject,start,end,type',
}));
assert.ok(view.some((e) => e.type === 'occurrence'), JSON.stringify(view));

await server.call('send-mail', {
  body: {
    Message: {
      subject: 'From an agent', body: { contentType: 'text', content: 'At nine.' },
      toRecipients: [{ emailAddress: { address: process.env.M365_EMULATOR_USER } }],
    },
    SaveToSentItems: true,
  },
});
const arrived = value(await server.call('list-mail-folder-messages', { mailFolderId: 'inbox', filter: "subject eq 'From an agent'" }));
assert.equal(arrived.length, 1);

const drives = value(await server.call('list-drives'));
const root = JSON.parse(await server.call('get-drive-root-item', { driveId: drives[0].id }));
const children = value(await server.call('list-folder-files', { driveId: drives[0].id, driveItemId: root.id }));
assert.ok(children.length > 0);

await server.close();
console.log(`signed in, ${tools.length} tools, ${mail.length} messages listed, ${found.length} found, ${view.length} events, one sent and received`);
