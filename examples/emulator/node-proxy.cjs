// Leads the requests of a Node program through the proxy of its environment. From
// version 24.5 on (and 22.21) Node does so itself when NODE_USE_ENV_PROXY is set, but
// for agents that a program makes for itself.
'use strict';

const http = require('node:http');
const https = require('node:https');
const tls = require('node:tls');

const proxy = process.env.HTTPS_PROXY && new URL(process.env.HTTPS_PROXY);

function direct(host) {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return (process.env.NO_PROXY || '').split(',').some((entry) => {
    const domain = entry.trim().toLowerCase().replace(/^\*?\./, '');
    return domain !== '' && (name === domain || name.endsWith('.' + domain));
  });
}

// tunnel opens a TLS connection through the proxy and calls back with it.
function tunnel(options, callback) {
  const host = options.hostname || options.host;
  const authority = `${host}:${options.port || 443}`;
  const request = http.request({
    host: proxy.hostname, port: proxy.port, method: 'CONNECT', path: authority, headers: { Host: authority }, agent: false,
  });
  request.once('error', callback);
  request.once('response', (answer) => {
    answer.resume();
    callback(new Error(`the proxy refused ${authority}: ${answer.statusCode}`));
  });
  request.once('connect', (answer, socket) => {
    if (answer.statusCode !== 200) {
      socket.destroy();
      callback(new Error(`the proxy refused ${authority}: ${answer.statusCode}`));
      return;
    }
    const secure = tls.connect({ ...options, path: undefined, host, servername: options.servername || host, socket });
    secure.once('error', callback);
    secure.once('secureConnect', () => {
      secure.removeListener('error', callback);
      callback(null, secure);
    });
  });
  request.end();
}

// forAgents lets every agent for https connect through the proxy, unless Node has
// told it of one.
function forAgents() {
  const { createConnection } = https.Agent.prototype;
  https.Agent.prototype.createConnection = function (options, callback) {
    if (this.options?.proxyEnv || options.socketPath || direct(options.hostname || options.host || 'localhost')) {
      return createConnection.call(this, options, callback);
    }
    tunnel(options, callback);
  };
}

// forFetch does the same for fetch, whose own Agent is at hand once it was used.
function forFetch() {
  const key = Symbol.for('undici.globalDispatcher.1');
  fetch('data:,').catch(() => {});
  const Agent = globalThis[key]?.constructor;
  if (!Agent) {
    return;
  }
  const plain = globalThis[key];
  const tunnelled = new Agent({ connect: (options, callback) => tunnel({ ...options, ALPNProtocols: ['http/1.1'] }, callback) });
  globalThis[key] = new Proxy(tunnelled, {
    get(target, name) {
      if (name === 'dispatch') {
        return (options, handler) => {
          const url = new URL(options.origin);
          return (url.protocol !== 'https:' || direct(url.hostname) ? plain : tunnelled).dispatch(options, handler);
        };
      }
      const value = target[name];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

if (proxy) {
  forAgents();
  if (typeof fetch === 'function' && !process.allowedNodeEnvironmentFlags.has('--use-env-proxy')) {
    forFetch();
  }
}
