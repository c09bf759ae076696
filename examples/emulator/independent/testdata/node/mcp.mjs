// A client of MCP servers over stdio: as little of the protocol as the checks need.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export async function connect(command, args, env = {}) {
  const server = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = new Map();
  const ended = new Promise((resolve) => server.once('exit', resolve));
  createInterface({ input: server.stdout }).on('line', (line) => {
    const message = JSON.parse(line); // a server that prints anything else fails here
    const done = waiting.get(message.id);
    waiting.delete(message.id);
    done?.(message);
  });
  ended.then((code) => {
    for (const done of waiting.values()) {
      done({ error: { message: `the server ended with ${code}` } });
    }
  });
  let last = 0;
  const send = (message) => server.stdin.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\n');
  async function request(method, params = {}) {
    const id = ++last;
    const answer = await new Promise((resolve) => {
      waiting.set(id, resolve);
      send({ id, method, params });
    });
    if (answer.error) {
      throw new Error(`${method}: ${answer.error.message}`);
    }
    return answer.result;
  }
  const hello = await request('initialize', {
    protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'independent', version: '1' },
  });
  send({ method: 'notifications/initialized' });
  return {
    hello,
    request,
    // call gives the text of a tool's result.
    async call(name, args = {}) {
      const result = await request('tools/call', { name, arguments: args });
      const text = result.content.map((part) => part.text ?? '').join('\n');
      if (result.isError) {
        throw new Error(`${name}: ${text}`);
      }
      return text;
    },
    async close() {
      server.stdin.end();
      server.kill();
      await ended;
    },
  };
}
