import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Type } from 'typebox';
import { createApiApp } from '../../../api/http/app.ts';
import { serverFactory } from '../../../server/http.ts';
import { createLogger } from '../../../log/create-logger.ts';
import { temporaryDataDir } from '../../e2e/jobrunner-process.ts';
import { createCleanUp } from '../../support/clean-up.ts';
import { startApi, type ApiRequest, type ApiResponse } from '../test-api.ts';

/** Fails where a refusal is not in MSR's envelope. */
function assertEnvelope({ json, text }: ApiResponse, what: string): void {
  const { errors, ...rest } = json as { errors: { code: unknown; message: unknown }[] };
  assert.deepEqual([Object.keys(rest), errors.length], [[], 1], `${what}: ${text}`);
  const [error] = errors;
  assert.deepEqual(Object.keys(error ?? {}).sort(), ['code', 'message'], what);
  assert.match(String(error?.code), /^[A-Z_]+$/);
  assert.match(String(error?.message), /^.{5,}$/s);
}

function type(value: string): ApiRequest {
  return { rawBody: '{}', headers: { 'content-type': value } };
}

const forms = ['/api/v0/jobs', '/api/v0/crons', '/api/v0/webhooks', '/api/v0/repositories/acme'];

test('a body that is no JSON, not the right JSON, too big or of another type is refused in the envelope of MSR', async (t) => {
  const api = await startApi(t);
  const cases: readonly (readonly [string, ApiRequest, string])[] = [
    ['malformed', { rawBody: '{"action":' }, '400 INVALID_JSON'],
    ['two values', { rawBody: '{} {}' }, '400 INVALID_JSON'],
    ['nothing', { rawBody: '' }, '400 INVALID_JSON'],
    ['no body', {}, '400 INVALID_JSON'],
    ['null', { rawBody: 'null' }, '400 INVALID_JSON'],
    ['a list', { rawBody: '[]' }, '400 INVALID_JSON'],
    ['a text', { rawBody: '"sleep"' }, '400 INVALID_JSON'],
    ['a prototype', { rawBody: '{"__proto__":{"action":"sleep"}}' }, '400 INVALID_JSON'],
    ['2 MB', { rawBody: JSON.stringify({ action: 'x'.repeat(2 * 1024 * 1024) }) }, '413 REQUEST_TOO_LARGE'],
    ['a form', type('application/x-www-form-urlencoded'), '415 UNSUPPORTED_MEDIA_TYPE'],
    ['plain text', type('text/plain'), '415 UNSUPPORTED_MEDIA_TYPE'],
    ['XML', type('application/xml'), '415 UNSUPPORTED_MEDIA_TYPE'],
    ['a type that is none', type('json'), '415 UNSUPPORTED_MEDIA_TYPE'],
  ];
  for (const path of forms) {
    for (const [what, request, outcome] of cases) {
      const response = await api.send('POST', path, request);
      assert.equal(response.outcome, outcome, `${path} with ${what}: ${response.text}`);
      assertEnvelope(response, `${path} with ${what}`);
    }
  }
  const { rowCount } = await api.pool.query('SELECT FROM jobs.jobs UNION ALL SELECT FROM jobs.crons');
  assert.equal(rowCount, 0);
});

test('JSON is JSON with a charset too', async (t) => {
  const api = await startApi(t);
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  const response = await api.send('POST', '/api/v0/jobs', { rawBody: '{"action":"sleep"}', headers });
  assert.equal(response.status, 202, response.text);
});

test('an unknown path is 404, a known one with another method 405 with the methods that there are', async (t) => {
  const api = await startApi(t);
  const unknown = ['/api', '/api/v0', '/api/v0/none', '/api/v0/jobs/a/b/c', '/api/v1/jobs', '/v2/', '/auth', '/../etc'];
  for (const path of unknown) {
    const response = await api.send('GET', path);
    assert.equal(response.outcome, '404 NO_SUCH_ROUTE', path);
    assertEnvelope(response, path);
  }
  const wrong = {
    'PUT /api/v0/jobs': 'GET, HEAD, POST',
    'PUT /api/v0/jobs/a': 'DELETE, GET, HEAD, PATCH',
    'GET /api/v0/jobs/a/cancel': 'POST',
    'DELETE /api/v0/crons/': 'GET, HEAD, POST',
    'POST /api/v0/crons/sleep': 'DELETE, GET, HEAD',
    'PUT /api/v0/webhooks?a=b': 'GET, HEAD, POST',
    'DELETE /api/v0/repositories/acme': 'GET, HEAD, POST',
    'PUT /auth/token': 'GET, HEAD, POST',
    'PROPFIND /health': 'GET, HEAD',
  };
  for (const [request, allow] of Object.entries(wrong)) {
    const [method = '', path = ''] = request.split(' ');
    const response = await api.send(method, path, { as: null });
    assert.equal(response.outcome, '405 NOT_ALLOWED', request);
    assert.equal(response.headers.allow, allow, request);
    assertEnvelope(response, request);
  }
});

test('a path that cannot be decoded, or is too long, is refused in the envelope of MSR', async (t) => {
  const api = await startApi(t);
  for (const path of ['/api/v0/jobs/%zz', '/api/v0/jobs/%ff', `/api/v0/jobs/${'x'.repeat(1_000)}`]) {
    const response = await api.send('GET', path);
    assert.equal(response.outcome, '400 INVALID_PARAMETERS', path);
    assertEnvelope(response, path);
    assert.match(String(response.headers['x-request-id']), /^[0-9a-f-]{36}$/);
  }
});

test('every answer has a request id: the client’s, if it is sane', async (t) => {
  const api = await startApi(t);
  for (const path of ['/api/v0/jobs', '/api/v0/none', '/_ping']) {
    const echoed = await api.send('GET', path, { headers: { 'x-request-id': 'abc-1.2:3_4' } });
    assert.equal(echoed.headers['x-request-id'], 'abc-1.2:3_4');
    for (const odd of ['', 'a b', '"quoted"', 'x'.repeat(129), '<script>']) {
      const made = await api.send('GET', path, { headers: { 'x-request-id': odd } });
      assert.match(String(made.headers['x-request-id']), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, odd);
    }
  }
});

test('an unexpected failure says nothing of the inside, but its request id', async (t) => {
  const api = await startApi(t);
  await api.pool.query('ALTER TABLE jobs.jobs RENAME TO jobs_away');
  const response = await api.send('GET', '/api/v0/jobs', { headers: { 'x-request-id': 'req-1' } });
  assert.equal(response.outcome, '500 INTERNAL_ERROR');
  assertEnvelope(response, 'a missing table');
  assert.match(response.message, /\(req-1\)$/);
  assert.doesNotMatch(response.text, /jobs_away|relation|at .*\.ts|select/i);
});

test('a database that has gone away in the middle is 503, to be tried again', { timeout: 30_000 }, async (t) => {
  const api = await startApi(t);
  // Waits in the query until its connection is ended.
  await api.pool.query(`CREATE FUNCTION slow() RETURNS boolean LANGUAGE sql AS 'SELECT pg_sleep(30) IS NULL'`);
  await api.pool.query('ALTER TABLE jobs.crons RENAME TO crons_table');
  await api.pool.query('CREATE VIEW jobs.crons AS SELECT * FROM jobs.crons_table WHERE slow()');
  await api.pool.query(
    `INSERT INTO jobs.crons_table (name, action, schedule, retries, parameters, capacity_map, deadline, stop_timeout, requested_by)
     VALUES ('sleep', 'sleep', '@hourly', 0, '{}', '{}', '', '', 'admin')`,
  );
  const pending = api.send('GET', '/api/v0/crons');
  const ended = async () =>
    (
      await api.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event = 'PgSleep'`,
      )
    ).rowCount;
  while ((await ended()) === 0);
  assert.equal((await pending).outcome, '503 UNAVAILABLE');
});

test('requests are measured by the template of their route, never by their path', async (t) => {
  const api = await startApi(t);
  for (const path of ['/api/v0/jobs/secret-name', '/api/v0/secret-name', '/api/v0/repositories/acme/secret-name']) {
    await api.send('GET', path);
  }
  assert.deepEqual(api.measuredRoutes, ['/api/v0/jobs/:jobID', 'unknown', '/api/v0/repositories/:namespace/:reponame']);
});

test('the log tells of a refused form what was wrong, and not what was in it', async (t) => {
  const folder = await temporaryDataDir(createCleanUp(t));
  const path = join(folder, 'log');
  const app = createApiApp({
    log: createLogger({ level: 'debug', path }),
    serverFactory: serverFactory({}),
    onRequestEnd: () => undefined,
  });
  t.after(() => app.close());
  const body = Type.Object({ name: Type.String({ maxLength: 9 }), password: Type.String({ maxLength: 9 }) });
  app.post('/form', { config: { access: 'anonymous' }, schema: { body } }, () => 'taken');
  const refused = await app.inject({
    method: 'POST',
    url: '/form',
    payload: { password: 'hunter2', secret: 'hunter2' },
  });
  assert.equal(refused.statusCode, 400, refused.body);
  const lines = await readFile(path, 'utf8');
  assert.match(lines, /"name\\" is missing in body/);
  assert.doesNotMatch(lines, /hunter2/);
});
