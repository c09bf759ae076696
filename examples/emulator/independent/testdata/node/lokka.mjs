// @merill/lokka: an MCP server with one tool, here with an application's own permissions.
import assert from 'node:assert/strict';
import { join } from 'node:path';

import { connect } from './mcp.mjs';

const e = process.env;
const server = await connect(process.execPath, [join(import.meta.dirname, 'node_modules', '@merill', 'lokka', 'build', 'main.js')], {
  TENANT_ID: e.M365_EMULATOR_TENANT_ID, CLIENT_ID: e.M365_EMULATOR_CLIENT_ID, CLIENT_SECRET: e.M365_EMULATOR_CLIENT_SECRET,
});
const { tools } = await server.request('tools/list');
assert.ok(tools.some((t) => t.name === 'Lokka-Microsoft'), JSON.stringify(tools.map((t) => t.name)));

const ask = (path, more = {}) => server.call('Lokka-Microsoft', { apiType: 'graph', method: 'get', path, ...more });
const users = await ask('/users', { queryParams: { $select: 'id,userPrincipalName' } });
assert.match(users, new RegExp(e.M365_EMULATOR_USER));
const messages = await ask(`/users/${e.M365_EMULATOR_USER}/messages`, { queryParams: { $top: '5', $select: 'subject' } });
const count = messages.match(/"subject"/g).length;
assert.equal(count, 5);
assert.match(messages, /More results are available/);
await assert.rejects(ask('/me'), /delegated|me request/i);

await server.close();
console.log(`listed users, and ${count} messages of a page`);
