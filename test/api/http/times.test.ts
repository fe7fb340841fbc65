import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { DomainError } from '../../../errors/domain-error.ts';
import { readTime } from '../../../api/http/times.ts';
import { type PlacedSchema, requestParts, walkSchema } from '../schema-walk.ts';
import { startApi, type DeclaredRoute } from '../test-api.ts';

// Each with what the error says of it.
const impossible: readonly (readonly [string, RegExp])[] = [
  ['2030-02-30T00:00:00Z', /the month 2030-02 has the days from 01 to 28/],
  ['2030-02-29T00:00:00Z', /the month 2030-02 has the days from 01 to 28/],
  ['2032-02-30T00:00:00Z', /the month 2032-02 has the days from 01 to 29/],
  ['2100-02-29T00:00:00Z', /the month 2100-02 has the days from 01 to 28/],
  ['2030-06-31T00:00:00Z', /the month 2030-06 has the days from 01 to 30/],
  ['2030-04-31T12:00:00+02:00', /the month 2030-04 has the days from 01 to 30/],
  ['2030-01-32T00:00:00Z', /the month 2030-01 has the days from 01 to 31/],
  ['2030-01-00T00:00:00Z', /the month 2030-01 has the days from 01 to 31/],
  ['2030-13-01T00:00:00Z', /months are from 01 to 12/],
  ['2030-00-01T00:00:00Z', /months are from 01 to 12/],
  ['2030-01-31T24:00:00Z', /hours are from 00 to 23/],
  ['2030-01-31T25:00:00Z', /hours are from 00 to 23/],
  ['2030-01-31T23:60:00Z', /minutes are from 00 to 59/],
  ['2016-12-31T23:59:60Z', /seconds are from 00 to 59: leap seconds/],
  ['2030-01-31T23:59:61Z', /seconds are from 00 to 59/],
  ['2030-01-31T00:00:00+18:01', /offsets from UTC are 18:00 at the most/],
  ['2030-01-31T00:00:00-19:00', /offsets from UTC are 18:00 at the most/],
  ['2030-01-31T00:00:00+01:60', /offsets from UTC are 18:00 at the most/],
  ['1969-12-31T23:59:59Z', /years, in UTC, are from 1970 to 9999/],
  ['1970-01-01T00:00:00+01:00', /years, in UTC, are from 1970 to 9999/],
  ['9999-12-31T23:59:59-14:00', /years, in UTC, are from 1970 to 9999/],
  ['2030-01-31 00:00:00Z', /is not a time such as/],
  ['2030-01-31T00:00:00', /is not a time such as/],
  ['2030-01-31T00:00Z', /is not a time such as/],
  ['20300131T000000Z', /is not a time such as/],
  ['+012030-01-31T00:00:00Z', /is not a time such as/],
  ['1767225600', /is not a time such as/],
];

test('a time that does not exist is refused, with what is wrong with it', () => {
  for (const [text, problem] of impossible) {
    assert.throws(
      () => readTime('scheduledAt', text),
      (error: unknown) => {
        assert.ok(error instanceof DomainError, text);
        assert.equal(error.code, 'INVALID_PARAMETERS');
        assert.ok(error.message.startsWith(`scheduledAt "${text}" is not a time such as 2026-01-31T03:00:00Z`));
        assert.match(error.message, problem);
        return true;
      },
    );
  }
});

test('a time that exists is that time', () => {
  const times: Readonly<Record<string, string>> = {
    '2032-02-29T00:00:00Z': '2032-02-29T00:00:00.000Z',
    '2000-02-29T23:59:59.999Z': '2000-02-29T23:59:59.999Z',
    '2030-06-30t00:00:00z': '2030-06-30T00:00:00.000Z',
    '2030-01-31T00:00:00+18:00': '2030-01-30T06:00:00.000Z',
    '2030-01-31T00:00:00.5-00:00': '2030-01-31T00:00:00.500Z',
    '9999-12-31T23:59:59Z': '9999-12-31T23:59:59.000Z',
  };
  for (const [text, time] of Object.entries(times)) assert.equal(readTime('a', text)?.toISOString(), time, text);
  assert.equal(readTime('a', ''), undefined);
  assert.equal(readTime('a'), undefined);
});

const permissions = [{ repository: 'acme/app', actions: ['pull'] }];
const robot = 'robot$acme+ci';

// Every field or parameter that holds a time, with what else its request needs. A new one fails the test: enter it here.
const fields: Readonly<Record<string, { readonly path?: string; readonly body?: object }>> = {
  'POST /api/v0/jobs body.scheduledAt': { body: { action: 'sleep' } },
  'POST /api/v0/robots body.expiresAt': { body: { name: 'other', namespace: 'acme', permissions } },
  'PATCH /api/v0/robots/:robot body.expiresAt': { path: `/api/v0/robots/${encodeURIComponent(robot)}`, body: {} },
  'DELETE /api/v0/api_tokens querystring.usedbefore': {},
  'GET /api/v0/events querystring.publishedBefore': {},
  'GET /api/v0/events querystring.publishedAfter': {},
  'GET /api/v0/repositories/:namespace/:reponame/events querystring.publishedBefore': {
    path: '/api/v0/repositories/acme/app/events',
  },
  'GET /api/v0/repositories/:namespace/:reponame/events querystring.publishedAfter': {
    path: '/api/v0/repositories/acme/app/events',
  },
};
// What such fields are called, so that one is found that is not declared as a time.
const timeName = /([a-z](At|On|Time|Date)|^(at|from|to|time|date)|[bB]efore|[aA]fter|[sS]ince|[uU]ntil|[eE]xpir\w*)$/;
// What is called so and holds none.
const notTimes = new Set(['GET /api/v0/jobs querystring.after']);

function placed({ method, url, schema = {} }: DeclaredRoute): PlacedSchema[] {
  if (method === 'HEAD') return [];
  return requestParts.flatMap((part) => [...walkSchema(schema[part] ?? {}, `${method} ${url} ${part}`)]);
}

test('every field and parameter that takes a time refuses one that does not exist', async (t) => {
  const api = await startApi(t);
  await api.send('POST', '/api/v0/repositories/acme', { body: { name: 'app' } });
  const made = await api.send('POST', '/api/v0/robots', { body: { name: 'ci', namespace: 'acme', permissions } });
  assert.equal(made.outcome, '201');
  const all = api.routes.flatMap(placed);
  const times = all.filter(({ schema }) => schema.holds === 'time').map(({ where }) => where);
  assert.deepEqual(times.toSorted(), Object.keys(fields).toSorted(), 'fields with a time');
  const undeclared = all.filter(
    ({ where, schema }) =>
      schema.type === 'string' && schema.holds !== 'time' && timeName.test(where.split('.').at(-1) ?? ''),
  );
  assert.deepEqual(
    undeclared.map(({ where }) => where).filter((where) => !notTimes.has(where)),
    [],
    'fields that are called as if they held a time',
  );
  for (const where of times) {
    const [, method = '', url = '', part, name = ''] = /^(\S+) (\S+) (\w+)\.(\w+)$/.exec(where) ?? [];
    const { path: requestPath = url, body } = fields[where] ?? {};
    const sendWith = (time: string) =>
      part === 'body'
        ? api.send(method, requestPath, { body: { ...body, [name]: time } })
        : api.send(method, `${requestPath}?${new URLSearchParams({ [name]: time }).toString()}`);
    for (const [time, problem] of impossible) {
      const response = await sendWith(time);
      assert.equal(response.outcome, '400 INVALID_PARAMETERS', `${where} ${time}: ${response.text}`);
      assert.ok(response.message.startsWith(`${name} "${time}" is `), response.message);
      assert.match(response.message, problem);
    }
    if (name === 'usedbefore') assert.equal((await sendWith('2030-02-30')).outcome, '400 INVALID_PARAMETERS');
    const right = await sendWith('2032-02-29T23:59:59Z');
    assert.ok(right.status < 300, `${where}: ${right.text}`);
  }
});

const room = path.resolve(import.meta.dirname, '../../../api');

test('no other file of the API reads times', async () => {
  const files = (await readdir(room, { recursive: true })).filter(
    (file) => file.endsWith('.ts') && file !== path.join('http', 'times.ts'),
  );
  assert.ok(files.length > 50, `${files.length} files are few`);
  // Of a number, of what a database gave, of now: a text that a client gave is none of them.
  const reads = /new Date\((?!\)|Date\.now\(\)|now\(\)|\w+Ms\b)|Date\.parse/;
  for (const file of files) assert.doesNotMatch(await readFile(path.join(room, file), 'utf8'), reads, file);
});
