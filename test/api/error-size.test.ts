import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundMessage, shorten } from '../../api/http/error-text.ts';
import type { Schema } from './schema-walk.ts';
import { type ApiRequest, type ApiResponse, bearer, type DeclaredRoute, startApi } from './test-api.ts';

const mostBytes = 4_096;

// What clients send to see it again: long, of characters that JSON writes as six, of those that end a quote or a line.
const texts = ['"', '\u0001', '\u{1f4a9}\ud800'];

const repeat = (text: string, length: number): string => text.repeat(Math.ceil(length / text.length)).slice(0, length);

/** Values for one property: too long, of wrong types, and hostile. */
function wrongValues(text: string): unknown[] {
  return [repeat(text, 70_000), repeat(text, 250), [repeat(text, 1_000)], { [repeat(text, 1_000)]: 1 }];
}

/** Requests that fill every place that a route looks at with a text. */
function* hostileRequests({ method, url, schema }: DeclaredRoute, text: string): Generator<[string, ApiRequest]> {
  const encoded = encodeURIComponent(repeat(text, 80).toWellFormed());
  const path = url.replaceAll(/:\w+/g, 'acme');
  if (url.includes(':')) {
    yield [url.replaceAll(/:\w+/g, encoded.slice(0, 290)), {}];
    yield [url.replaceAll(/:\w+/g, 'y'.repeat(5_000)), {}];
  }
  yield [`${path}?${encodeURIComponent(repeat(text, 900).toWellFormed())}=1`, {}];
  for (const name of Object.keys(schema?.querystring?.properties ?? {})) {
    yield [`${path}?${name}=${encodeURIComponent(repeat(text, 1_000).toWellFormed())}`, {}];
  }
  if (method === 'GET') return;
  const form: Schema = schema?.body ?? {};
  const fields = { ...form.properties, ...form.anyOf?.find(({ properties }) => properties)?.properties };
  const filled = Object.fromEntries(
    Object.entries(fields).map(([name, { type, anyOf }]) => [name, exampleOf(type ?? anyOf?.[0]?.type, text)]),
  );
  yield [path, { body: filled }];
  yield [path, { body: { [repeat(text, 100_000)]: 1 } }];
  yield [path, { body: Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`${text}${index}`, text])) }];
  yield [path, { body: repeat(text, 100_000) }];
  yield [path, { rawBody: `{"${repeat(text, 10_000)}` }];
  yield [path, { rawBody: `{"a": ${repeat(text, 10_000)}` }];
  yield [path, { rawBody: '{}', headers: { 'content-type': repeat('x', 4_000) } }];
  for (const name of Object.keys(fields)) {
    for (const value of wrongValues(text)) yield [path, { body: { ...filled, [name]: value } }];
  }
}

function exampleOf(type: unknown, text: string): unknown {
  switch (type) {
    case 'integer':
      return 1;
    case 'boolean':
      return false;
    case 'array':
      return [repeat(text, 50)];
    case 'object':
      return { [repeat(text, 50)]: repeat(text, 50) };
    default:
      return repeat(text, 40);
  }
}

test(
  'no error repeats more of a request than a few KiB, whatever the route is told',
  { timeout: 600_000 },
  async (t) => {
    const api = await startApi(t);
    // Passwords take their time.
    const { authorization } = await bearer(api, 'admin');
    let [asked, refused, longest] = [0, 0, 0];
    const check = (what: string, { status, headers, text }: ApiResponse): void => {
      asked++;
      if (status < 400) return;
      refused++;
      const headBytes = Object.entries(headers).reduce(
        (sum, [name, value]) => sum + name.length + String(value).length,
        0,
      );
      longest = Math.max(longest, Buffer.byteLength(text));
      assert.ok(status < 500, `${what}: ${status} ${text}`);
      assert.ok(
        Buffer.byteLength(text) <= mostBytes,
        `${what}: ${Buffer.byteLength(text)} bytes: ${text.slice(0, 500)}`,
      );
      assert.ok(headBytes <= mostBytes, `${what}: ${headBytes} bytes of headers`);
    };
    for (const route of api.routes) {
      if (route.method === 'HEAD') continue;
      for (const text of texts) {
        for (const [path, request] of hostileRequests(route, text)) {
          const what = `${route.method} ${path.slice(0, 200)} ${JSON.stringify(request).slice(0, 200)}`;
          const headers = { authorization, ...request.headers };
          check(what, await api.send(route.method, path, { ...request, as: null, headers }));
        }
      }
    }
    t.diagnostic(`${asked} requests, ${refused} refused, the longest answer has ${longest} bytes`);
    assert.ok(refused > 2_000);

    const long = 'x'.repeat(12_000);
    const others: readonly (readonly [string, string, ApiRequest])[] = [
      ['GET', `/${long}`, {}],
      ['GET', `/${'%22'.repeat(3_000)}`, {}],
      ['PROPFIND', `/api/v0/${long}`, {}],
      ['PUT', `/api/v0/jobs/?${long}`, {}],
      ['GET', '/api/v0/jobs/a', { headers: { 'x-request-id': long } }],
      ['GET', '/api/v0/jobs/a', { as: null, headers: { authorization: `Basic ${long}` } }],
      ['GET', '/api/v0/jobs/a', { as: null, headers: { authorization: `Bearer ${long}` } }],
      ['GET', '/api/v0/jobs/a', { as: null, headers: { authorization: long } }],
      ['GET', '/auth/token', { as: null, headers: { authorization: `Bearer ${long}` } }],
      ['GET', `/auth/token?service=${long}`, { as: null }],
      ['GET', `/auth/token?scope=${long}`, { as: null, headers: { authorization: `Basic ${long}` } }],
      ['GET', '/api/v0/none', { headers: { cookie: long, origin: long, host: 'a'.repeat(2_000) } }],
      ['GET', `/enzi/v0/oidc/callback?error=${long}`, {}],
    ];
    for (const [method, path, request] of others)
      check(`${method} ${path.slice(0, 100)}`, await api.send(method, path, request));

    for (const text of texts) {
      const form = (fields: Record<string, string>): ApiRequest => ({
        as: null,
        rawBody: new URLSearchParams(fields).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      for (const fields of [
        { grant_type: repeat(text, 60) },
        { grant_type: repeat(text, 6_000) },
        {
          grant_type: 'password',
          username: repeat(text, 250),
          password: repeat(text, 4_000),
          service: repeat(text, 250),
        },
        { grant_type: 'refresh_token', refresh_token: repeat(text, 250), service: repeat(text, 250) },
        { [repeat(text, 6_000)]: 'x' },
      ]) {
        check(`a form ${JSON.stringify(fields).slice(0, 200)}`, await api.send('POST', '/auth/token', form(fields)));
      }
    }
  },
);

test('a message is cut where it repeats what the client has sent, and its end stays', () => {
  const name = 'n'.repeat(5_000);
  const cut = boundMessage(`there is no robot "${name}": GET /api/v0/robots lists yours`);
  assert.equal(cut, `there is no robot "${'n'.repeat(100)}…": GET /api/v0/robots lists yours`);
  assert.equal(boundMessage('a short one about "name"'), 'a short one about "name"');
  for (const text of texts) {
    const bytes = Buffer.byteLength(JSON.stringify(boundMessage(`there is no ${repeat(text, 20_000)}`)));
    assert.ok(bytes <= 1_600, `${bytes} bytes of ${JSON.stringify(text)}`);
  }
  assert.equal(shorten('a\u0000b\ud800'), 'a\u{fffd}b\u{fffd}');
});
