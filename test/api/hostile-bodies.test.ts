import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApi } from './test-api.ts';

// A request that is refused costs no more than to read it. What this takes on a machine that does other things as well
// is far below; what an attack took was seconds.
const limitMs = 1_000;

const manyActions = Array.from({ length: 40_000 }, (_, index) => `action-${index}`);
const permissions = [{ repository: 'ada/app', actions: manyActions }];
const manyNames = Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`name-${index}`, '']));
const deep = `${'['.repeat(250_000)}${']'.repeat(250_000)}`;

/** Bodies of close to 1 MB that are made to cost much. */
const attacks: readonly (readonly [string, string, string, string])[] = [
  ['40,000 distinct actions of a robot', 'POST', '/api/v0/robots', JSON.stringify({ name: 'r', permissions })],
  ['the same for a robot that is there', 'PATCH', '/api/v0/robots/robot$ada+r', JSON.stringify({ permissions })],
  ['60,000 parameters', 'POST', '/api/v0/jobs', JSON.stringify({ action: 'sleep', parameters: manyNames })],
  ['60,000 keys of capacity', 'POST', '/api/v0/jobs', JSON.stringify({ action: 'sleep', capacityMap: manyNames })],
  ['60,000 unknown properties', 'POST', '/api/v0/webhooks', JSON.stringify(manyNames)],
  ['60,000 unknown settings', 'POST', '/api/v0/meta/settings', JSON.stringify(manyNames)],
  ['lists in lists', 'POST', '/api/v0/meta/settings', `{"replicaSettings":${deep}}`],
  ['lists in lists in an object', 'POST', '/api/v0/meta/settings', `{"replicaSettings":{"a":${deep}}}`],
  ['one long parameter', 'POST', '/api/v0/jobs', JSON.stringify({ action: 'x'.repeat(1_000_000) })],
  [
    'a long name of a parameter',
    'POST',
    '/api/v0/jobs',
    `{"action":"sleep","parameters":{"${'x'.repeat(1_000_000)}":""}}`,
  ],
  ['a long duration', 'POST', '/api/v0/jobs', JSON.stringify({ action: 'sleep', deadline: '1m'.repeat(500_000) })],
  ['a long schedule', 'POST', '/api/v0/crons', JSON.stringify({ action: 'sleep', schedule: '0,'.repeat(500_000) })],
];

test('a body that is made to cost much is refused at once', { timeout: 120_000 }, async (t) => {
  const api = await startApi(t);
  const made = await api.send('POST', '/api/v0/robots', {
    body: { name: 'r', namespace: 'ada', permissions: [{ repository: 'ada/app', actions: ['pull'] }] },
  });
  assert.equal(made.status, 201, made.text);
  for (const [what, method, path, rawBody] of attacks) {
    assert.ok(rawBody.length < 1024 * 1024, what);
    const startedMs = performance.now();
    const { status, text } = await api.send(method, path, { rawBody });
    const tookMs = performance.now() - startedMs;
    t.diagnostic(`${what}: ${Math.round(tookMs)} ms, an answer of ${text.length} bytes`);
    assert.equal(status, 400, `${what}: ${text.slice(0, 300)}`);
    assert.ok(tookMs < limitMs, `${what} took ${Math.round(tookMs)} ms`);
  }
});

test('who has not signed in has 64 KiB to say, on every route', async (t) => {
  const api = await startApi(t);
  const open = api.routes.filter(
    ({ access, method }) => access === 'anonymous' && ['POST', 'PUT', 'PATCH'].includes(method),
  );
  assert.ok(open.some(({ url }) => url === '/enzi/v0/login'));
  for (const { method, url } of open) {
    const isForm = url === '/auth/token';
    const rawBody = isForm ? `scope=${'x'.repeat(70_000)}` : JSON.stringify({ username: 'x'.repeat(70_000) });
    const contentType = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
    const { status } = await api.send(method, url, {
      rawBody,
      headers: { 'content-type': contentType },
      as: null,
    });
    assert.equal(status, 413, `${method} ${url}`);
  }
});
