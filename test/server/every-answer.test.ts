import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import { createRoutes } from '../../registry/http/routes.ts';
import { startApi } from '../api/test-api.ts';
import { exchangeBytes, type RawAnswer } from '../e2e/raw-request.ts';
import { startRegistry } from '../registry/test-registry.ts';
import { startHttp } from './test-http.ts';
import { idleHandlers } from '../registry/http/idle-handlers.ts';

const expected: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

function assertSafe(headers: IncomingHttpHeaders, what: string): void {
  for (const [name, value] of Object.entries(expected)) assert.equal(headers[name], value, `${name} of ${what}`);
}

function assertNewline(headers: IncomingHttpHeaders, text: string, what: string): void {
  if (text === '' || !headers['content-type']?.includes('json')) return;
  assert.match(text, /[^\n]\n$/, `the end of ${what}`);
}

async function rawAnswer(port: number, text: string): Promise<RawAnswer> {
  const { answer } = await exchangeBytes(port, Buffer.from(text, 'latin1'));
  assert.ok(answer, text.slice(0, 200));
  return answer;
}

test('every route of the API answers with the security headers, and JSON with a newline, whoever asks', async (t) => {
  const api = await startApi(t);
  for (const { method, url } of api.routes) {
    const path = url.replaceAll(/:\w+/g, 'none');
    for (const as of [null, 'admin'] as const) {
      const { headers, text } = await api.send(method, path, { as });
      const what = `${method} ${path} as ${as ?? 'nobody'}`;
      assertSafe(headers, what);
      assertNewline(headers, text, what);
    }
  }
  for (const [method, path] of [
    ['GET', '/nothing'],
    ['PATCH', '/_ping'],
    ['GET', '/api/v0/%'],
    ['GET', `/api/v0/jobs/${'x'.repeat(1_000)}`],
    ['OPTIONS', '/'],
  ] as const) {
    const { status, headers, text } = await api.send(method, path);
    assert.ok(status >= 400, `${method} ${path}: ${status}`);
    assertSafe(headers, path);
    assertNewline(headers, text, path);
  }
});

test('every route of the registry does, too', async (t) => {
  const registry = await startRegistry(t);
  const digest = `sha256:${'0'.repeat(64)}`;
  for (const { method, template } of createRoutes(idleHandlers)) {
    const path = template
      .replace('<name>', 'admin/app')
      .replace('<digest>', digest)
      .replace('<reference>', 'tag')
      .replace('<id>', '00000000-0000-4000-8000-000000000000');
    for (const access of [undefined, null]) {
      const { headers, body } = await registry.send(method, path, { ...(access === null && { access }) });
      const what = `${method} ${path} ${access === null ? 'without a token' : ''}`;
      assertSafe(headers, what);
      assertNewline(headers, body.toString(), what);
    }
  }
  for (const path of ['/v2/nothing', '/v2/%/tags/list', '/v2/A/tags/list']) {
    const { headers, body } = await registry.send('GET', path);
    assertSafe(headers, path);
    assertNewline(headers, body.toString(), path);
  }
});

test('what no surface answers does, too', async (t) => {
  const { port } = await startHttp(t, (_req, res) => res.end('served'));
  for (const [status, what, text] of [
    [200, 'an answer', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    [400, 'nonsense', 'NONSENSE\r\n\r\n'],
    [400, 'no Host', 'GET / HTTP/1.1\r\n\r\n'],
    [417, 'an unknown expectation', 'GET / HTTP/1.1\r\nHost: x\r\nExpect: more\r\n\r\n'],
    [431, 'large headers', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
  ] as const) {
    const answer = await rawAnswer(port, text);
    assert.equal(answer.status, status, what);
    assertSafe(answer.headers, what);
    assertNewline(answer.headers, answer.text, what);
  }
});

const refused: Readonly<Record<string, string>> = {
  none: '',
  two: 'Host: x\r\nHost: y\r\n',
  'two that are the same': 'Host: x\r\nhost: x\r\n',
  'an empty one': 'Host:\r\n',
  'one with a user': 'Host: a@b\r\n',
  'one with a path': 'Host: a/b\r\n',
  'one with a space': 'Host: a b\r\n',
  'one with a quote': 'Host: a"b\r\n',
  'one with markup': 'Host: <a>\r\n',
  'one with a backslash': 'Host: a\\b\r\n',
  'one with a port that is none': 'Host: a:b\r\n',
  'one with two ports': 'Host: a:1:2\r\n',
  'an address that does not end': 'Host: [::1\r\n',
  'a list': 'Host: a, b\r\n',
  'one that is not ASCII': 'Host: \xe4\r\n',
};
const accepted = [
  'x',
  'registry.example:8443',
  '127.0.0.1:80',
  '[::1]:8080',
  '[2001:db8::1]',
  'my_registry',
  'x:',
  'xn--a.b',
];

test('a request has one Host, and a good one, on every surface', async (t) => {
  const { port } = await startHttp(t, (_req, res) => res.end('served'), { registry: (_req, res) => res.end('served') });
  for (const path of ['/', '/v2/', '/api/v0/jobs', 'http://elsewhere/v2/']) {
    for (const [what, lines] of Object.entries(refused)) {
      const { status, text, headers } = await rawAnswer(port, `GET ${path} HTTP/1.1\r\n${lines}\r\n`);
      assert.equal(status, 400, `${what}: ${path}`);
      assert.match(text, /"code":"BAD_REQUEST"/);
      assert.equal(headers['connection'], 'close');
    }
    for (const host of accepted) {
      const { status } = await rawAnswer(port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      assert.equal(status, 200, host);
    }
    assert.equal((await rawAnswer(port, `GET ${path} HTTP/1.0\r\n\r\n`)).status, 200, 'HTTP/1.0 has none');
  }
});
