// @floriscornel/teams-mcp: signs in with a device code, then an agent's session in a team and a chat.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { connect } from './mcp.mjs';

const bin = join(import.meta.dirname, 'node_modules', '@floriscornel', 'teams-mcp', 'dist', 'index.js');
assert.match(execFileSync(process.execPath, [bin, 'authenticate'], { encoding: 'utf8' }), /Authentication successful/);

const server = await connect(process.execPath, [bin]);
const ask = async (name, args) => JSON.parse(await server.call(name, args));
const sent = async (name, args) => {
  const [, id] = (await server.call(name, args)).match(/ID: (\d+)/) ?? assert.fail(`${name} gave no id`);
  return id;
};

const me = await ask('get_current_user');
assert.equal(me.userPrincipalName, process.env.M365_EMULATOR_USER);
const [team] = await ask('list_teams');
const [channel] = await ask('list_channels', { teamId: team.id });
const members = await ask('list_team_members', { teamId: team.id });
assert.ok(members.some((m) => m.displayName === me.displayName), JSON.stringify(members));

const at = { teamId: team.id, channelId: channel.id };
const messageId = await sent('send_channel_message', { ...at, message: '**Forty** pallets of plover', format: 'markdown', importance: 'high' });
const { messages } = await ask('get_channel_messages', { ...at, limit: 50 });
assert.match(messages.find((m) => m.id === messageId).content, /<strong>Forty<\/strong>/);
const replyId = await sent('reply_to_channel_message', { ...at, messageId, message: 'Counted.' });
const { replies } = await ask('get_channel_message_replies', { ...at, messageId });
assert.deepEqual(replies.map((r) => [r.id, r.content]), [[replyId, 'Counted.']]);
const { results } = await ask('search_messages', { query: 'plover' });
assert.ok(results.some((r) => r.id === messageId), JSON.stringify(results));

const [chat] = await ask('list_chats');
const noteId = await sent('send_chat_message', { chatId: chat.id, message: 'At nine.' });
const talk = await ask('get_chat_messages', { chatId: chat.id, limit: 5 });
assert.equal(talk.messages.find((m) => m.id === noteId).content, 'At nine.');

await server.close();
console.log(`signed in, ${members.length} members, a post with a reply found again, a chat message read back`);
