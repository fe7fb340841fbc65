import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import pg from 'pg';
import { loadSigningKey } from '../../accounts/tokens/signing-keys.ts';
import { issueToken } from '../../accounts/tokens/tokens.ts';
import { missing } from '../setup/tools.ts';
import { findGenerations } from '../api/test-api.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { digestOf, expectStatus, imageManifest, imageType } from './client.ts';
import { eventually } from './eventually.ts';
import { startJobrunner } from './jobrunner-process.ts';
import { cutRequest, rawExchange, rawRequest, type RawAnswer } from './raw-request.ts';

const skip = missing('temporal');

test('bad input gets a clear error and loses nothing', { skip }, async (t) => {
  const cleanUp = createCleanUp(t);
  const jobrunner = await startJobrunner(cleanUp);
  const { client, port, password, dataDir } = jobrunner;
  const database = new pg.Pool({ connectionString: await jobrunner.databaseUrl(), max: 2 });
  cleanUp.after(() => database.end());
  const scope = 'repository:admin/app:pull,push,delete';
  const bearer = async (asked = scope) => ({ authorization: `Bearer ${await client.token(asked)}` });
  const keptDigest = await client.pushImage('admin/app', 'kept');

  async function blobCount(): Promise<number> {
    const { rows } = await database.query<{ count: number }>('SELECT count(*)::int AS count FROM registry.blobs');
    return rows[0]?.count ?? -1;
  }

  async function objectCount(): Promise<number> {
    const entries = await readdir(join(dataDir, 'blobs', 'blobs'), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).length;
  }

  const badCalls: readonly (readonly [string, string, string, string, number, string])[] = [
    ['malformed JSON', 'POST', '/jobs', '{"action": "sleep"', 400, 'INVALID_JSON'],
    ['JSON of the wrong type', 'POST', '/jobs', '[]', 400, 'INVALID_JSON'],
    ['no body', 'POST', '/jobs', '', 400, 'INVALID_JSON'],
    ['an unknown field', 'POST', '/jobs', '{"action":"sleep","sudo":true}', 400, 'INVALID_JSON'],
    ['an unknown action', 'POST', '/jobs', '{"action":"rm -rf"}', 400, 'NO_SUCH_ACTION'],
    ['a bad parameter', 'POST', '/jobs', '{"action":"sleep","parameters":{"seconds":"-1"}}', 400, 'INVALID_PARAMETERS'],
    ['an unknown parameter', 'POST', '/jobs', '{"action":"sleep","parameters":{"x":"1"}}', 400, 'INVALID_PARAMETERS'],
    ['a bad deadline', 'POST', '/jobs', '{"action":"sleep","deadline":"soon"}', 400, 'INVALID_PARAMETERS'],
    ['a bad time', 'POST', '/jobs', '{"action":"sleep","scheduledAt":"tomorrow"}', 400, 'INVALID_PARAMETERS'],
    ['a bad cron', 'POST', '/crons', '{"action":"sleep","schedule":"61 * * * * *"}', 400, 'INVALID_SCHEDULE'],
    ['a cron of five fields', 'POST', '/crons', '{"action":"sleep","schedule":"x y"}', 400, 'INVALID_SCHEDULE'],
    ['a cron of nothing', 'POST', '/crons', '{"action":"nothing","schedule":"@hourly"}', 400, 'NO_SUCH_ACTION'],
    [
      'an unknown kind of event',
      'POST',
      '/webhooks',
      '{"type":"X","endpoint":"http://127.0.0.1/"}',
      400,
      'INVALID_PARAMETERS',
    ],
    ['a bad repository name', 'POST', '/repositories/admin', '{"name":"../etc"}', 400, 'INVALID_REPOSITORY_NAME'],
    ['a null byte in a name', 'POST', '/repositories/admin', '{"name":"a\\u0000b"}', 400, 'INVALID_REPOSITORY_NAME'],
    ['a job that is not there', 'GET', '/jobs/nobody', '', 404, 'NO_SUCH_JOB'],
    ['a bad list size', 'GET', '/jobs?limit=many', '', 400, 'INVALID_PARAMETERS'],
    ['a bad status', 'GET', '/jobs?status=happy', '', 400, 'INVALID_PARAMETERS'],
    ['an unknown route', 'GET', '/nothing', '', 404, 'NO_SUCH_ROUTE'],
    ['a body of 2 MB', 'POST', '/jobs', JSON.stringify({ action: 'x'.repeat(2_000_000) }), 413, 'REQUEST_TOO_LARGE'],
  ];
  for (const [what, method, path, body, status, code] of badCalls) {
    await t.test(`API: ${what}`, async () => {
      const answer = await rawRequest(port, method, `/api/v0${path}`, {
        headers: {
          authorization: `Bearer ${await client.apiToken()}`,
          ...(method === 'POST' && {
            'content-type': 'application/json',
            'content-length': String(Buffer.byteLength(body)),
          }),
        },
        ...(body && { body }),
      });
      assertApiError(answer, status, code);
    });
  }

  await t.test('a digest that does not fit discards the upload', async () => {
    const before = await blobCount();
    const digest = digestOf('other');
    const path = `/admin/app/blobs/uploads/?digest=${digest}`;
    assertRegistryError(
      await rawRequest(port, 'POST', `/v2${path}`, { headers: await bearer(), body: 'this' }),
      400,
      'DIGEST_INVALID',
    );
    const started = await client.registry('POST', '/admin/app/blobs/uploads/');
    const location = new URL(started.headers.get('location') ?? '', jobrunner.baseUrl).pathname;
    assertRegistryError(
      await rawRequest(port, 'PUT', `${location}?digest=${digest}`, { headers: await bearer(), body: 'this' }),
      400,
      'DIGEST_INVALID',
    );
    assertRegistryError(
      await rawRequest(port, 'GET', location, { headers: await bearer() }),
      404,
      'BLOB_UPLOAD_UNKNOWN',
    );
    for (const bad of ['sha256:short', 'md5:d41d8cd98f00b204e9800998ecf8427e', 'sha256:../../etc/passwd', '']) {
      const answer = await rawRequest(port, 'POST', `/v2/admin/app/blobs/uploads/?digest=${encodeURIComponent(bad)}`, {
        headers: await bearer(),
        body: 'this',
      });
      assertRegistryError(answer, 400, 'DIGEST_INVALID');
    }
    assert.equal(await blobCount(), before);
    assert.equal(await objectCount(), before);
  });

  await t.test('an upload that is cut commits nothing, and goes on after its last whole chunk', async () => {
    const before = await blobCount();
    const bytes = randomBytes(3_000_000);
    const chunkBytes = 1_000_000;
    const digest = digestOf(bytes);
    const started = await client.registry('POST', '/admin/app/blobs/uploads/');
    const location = new URL(started.headers.get('location') ?? '', jobrunner.baseUrl).pathname;
    const chunk = async (start: number): Promise<RawAnswer> =>
      rawRequest(port, 'PATCH', location, {
        headers: {
          ...(await bearer()),
          'content-type': 'application/octet-stream',
          'content-range': `${start}-${bytes.length - 1}`,
          'content-length': String(bytes.length - start),
        },
        body: bytes.subarray(start),
      });
    const first = await rawRequest(port, 'PATCH', location, {
      headers: { ...(await bearer()), 'content-length': String(chunkBytes) },
      body: bytes.subarray(0, chunkBytes),
    });
    assert.equal(first.status, 202);
    const cut = { headers: await bearer(), body: bytes.subarray(chunkBytes, 2_500_000), announcedBytes: 2_000_000 };
    const isFree = async (): Promise<boolean> => (await chunk(0)).status === 416;
    await cutRequest(port, 'PATCH', location, cut);
    await eventually('the upload to be free again', isFree);
    await cutRequest(port, 'PUT', `${location}?digest=${digest}`, cut);
    await eventually('the upload to be free again', isFree);
    await cutRequest(port, 'POST', `/v2/admin/app/blobs/uploads/?digest=${digest}`, cut);
    assertRegistryError(
      await rawRequest(port, 'GET', `/v2/admin/app/blobs/${digest}`, { headers: await bearer() }),
      404,
      'BLOB_UNKNOWN',
    );
    assert.equal(await blobCount(), before);
    assert.equal(await objectCount(), before);

    const asked = await rawRequest(port, 'GET', location, { headers: await bearer() });
    assert.equal(asked.status, 204);
    assert.equal(asked.headers['range'], `0-${chunkBytes - 1}`);
    assert.equal((await chunk(chunkBytes)).status, 202);
    const done = await rawRequest(port, 'PUT', `${location}?digest=${digest}`, { headers: await bearer() });
    assert.equal(done.status, 201, done.text);
    const answer = await fetch(`${jobrunner.baseUrl}/v2/admin/app/blobs/${digest}`, { headers: await bearer() });
    assert.equal(digestOf(new Uint8Array(await answer.arrayBuffer())), digest);
    assert.equal(await blobCount(), before + 1);
    // The upload that nobody was told of is discarded.
    await eventually(
      'no unfinished upload to be left',
      async () => (await readdir(join(dataDir, 'blobs', 'uploads'))).length === 0,
    );
  });

  await t.test('bad manifests', async () => {
    const put = async (reference: string, body: string | Uint8Array, type = imageType): Promise<RawAnswer> =>
      rawRequest(port, 'PUT', `/v2/admin/app/manifests/${reference}`, {
        headers: { ...(await bearer()), 'content-type': type },
        body,
      });
    const missing = { digest: digestOf('nobody has this'), size: 15 };
    assertRegistryError(await put('bad', imageManifest(missing, [missing])), 404, 'MANIFEST_BLOB_UNKNOWN');
    assertRegistryError(await put('bad', '{"schemaVersion": 2'), 400, 'MANIFEST_INVALID');
    assertRegistryError(await put('bad', '[]'), 400, 'MANIFEST_INVALID');
    assertRegistryError(await put('bad', '{}', 'text/plain'), 400, 'MANIFEST_INVALID');
    assertRegistryError(await put('bad', ''), 400, 'MANIFEST_INVALID');
    assertRegistryError(await put(digestOf('else'), imageManifest(missing, [])), 400, 'DIGEST_INVALID');
    assertRegistryError(await put('bad', Buffer.alloc(5_000_000, ' ')), 413, 'SIZE_INVALID');
    assertRegistryError(await put('-bad', '{}'), 400, 'TAG_INVALID');
    assertRegistryError(await put('x'.repeat(129), '{}'), 400, 'TAG_INVALID');
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    assertRegistryError(await put('bad', deep), 400, 'MANIFEST_INVALID');
    assertRegistryError(
      await rawRequest(port, 'GET', '/v2/admin/app/manifests/bad', { headers: await bearer() }),
      404,
      'MANIFEST_UNKNOWN',
    );
  });

  const badNames = [
    '../../etc/passwd',
    'admin/../../etc',
    'admin/%2e%2e/x',
    'admin/%2e%2e%2f%2e%2e%2fetc',
    'admin%2fapp',
    'admin/a%5cb',
    'admin//app',
    '/admin/app',
    'admin/app/',
    'admin/App',
    'admin/a%00b',
    'admin/a%0d%0ab',
    'admin/%ff',
    'admin/a b'.replace(' ', '%20'),
    'admin/%',
    `admin/${'x'.repeat(300)}`,
    'app',
    '.hidden/app',
    'admin/-app',
    'admin/%F0%9F%92%A9',
  ];
  await t.test('path tricks in names', async () => {
    const everywhere = await client.token('repository:admin/app:pull,push,delete');
    for (const name of badNames) {
      const own = await client.token(`repository:${decodeURIComponentOr(name)}:pull,push,delete`);
      for (const token of [everywhere, own]) {
        const headers = { authorization: `Bearer ${token}` };
        for (const [method, path] of [
          ['POST', `/v2/${name}/blobs/uploads/`],
          ['GET', `/v2/${name}/manifests/latest`],
          ['GET', `/v2/${name}/tags/list`],
        ] as const) {
          const answer = await rawRequest(port, method, path, { headers });
          assert.ok([400, 401, 404].includes(answer.status), `${method} ${path}: ${answer.status} ${answer.text}`);
          assertEnvelope(answer);
        }
      }
    }
    for (const path of [
      '/v2/../api/v0/jobs',
      '/v2/%2e%2e/api/v0/jobs',
      '/api/v0/../../v2/',
      '//v2/',
      '/v2/admin/app/blobs/uploads/../../x',
    ]) {
      const answer = await rawRequest(port, 'GET', path);
      assert.ok([400, 401, 404].includes(answer.status), `${path}: ${answer.status}`);
      assertEnvelope(answer);
    }
    for (const id of ['..', '%2e%2e', '..%2f..', 'x', '00000000-0000-0000-0000-000000000000']) {
      const answer = await rawRequest(port, 'PATCH', `/v2/admin/app/blobs/uploads/${id}`, {
        headers: await bearer(),
        body: 'x',
      });
      assert.ok([400, 404].includes(answer.status), `${id}: ${answer.status} ${answer.text}`);
      assertEnvelope(answer);
    }
    const { body } = await client.api<{ repositories: { name: string }[] }>('GET', '/repositories');
    assert.deepEqual(
      body.repositories.map(({ name }) => name),
      ['app'],
      'none of them made a repository',
    );
  });

  await t.test('giant headers and what is not HTTP', async () => {
    const giant = `GET /v2/ HTTP/1.1\r\nHost: x\r\nX-Giant: ${'x'.repeat(200_000)}\r\n\r\n`;
    assert.match(await rawExchange(port, giant), /^HTTP\/1\.1 431 /);
    assert.match(await rawExchange(port, 'NONSENSE\r\n\r\n'), /^HTTP\/1\.1 400 /);
    assert.match(await rawExchange(port, 'GET /v2/ HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 400 /);
    const smuggled =
      'POST /v2/ HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
    assert.match(await rawExchange(port, smuggled), /^HTTP\/1\.1 400 /);
  });

  const junk = [
    '',
    'Basic',
    'Bearer',
    'Basic !!!',
    `Basic ${Buffer.from('no-colon').toString('base64')}`,
    'Digest x',
    'Bearer a b',
    `Bearer ${'x'.repeat(8_000)}`,
    `Basic ${Buffer.from('admin:\0').toString('base64')}`,
  ];
  for (const authorization of junk) {
    await t.test(`junk in Authorization: ${JSON.stringify(authorization.slice(0, 20))}`, async () => {
      const headers = { authorization };
      assertRegistryError(await rawRequest(port, 'GET', '/v2/', { headers }), 401, 'UNAUTHORIZED');
      assertRegistryError(
        await rawRequest(port, 'POST', '/v2/admin/app/blobs/uploads/', { headers }),
        401,
        'UNAUTHORIZED',
      );
      assertApiError(await rawRequest(port, 'GET', '/api/v0/jobs', { headers }), 401, 'NOT_AUTHENTICATED');
    });
  }

  await t.test('a name with a NUL character signs nobody in', async () => {
    const headers = { authorization: `Basic ${Buffer.from('a\0b:x').toString('base64')}` };
    assertApiError(await rawRequest(port, 'GET', '/api/v0/jobs', { headers }), 401, 'NOT_AUTHENTICATED');
  });

  await t.test('forged tokens', async () => {
    const real = await client.token(scope);
    const [header = '', payload = '', signature = ''] = real.split('.');
    const { kid } = decode(header) as { kid: string };
    const claims = decode(payload) as Record<string, unknown>;
    const nowSeconds = Math.floor(Date.now() / 1_000);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const signed = (head: unknown, body: unknown, make: (text: string) => Buffer): string => {
      const text = `${encode(head)}.${encode(body)}`;
      return `${text}.${make(text).toString('base64url')}`;
    };
    const byStranger = (text: string): Buffer =>
      sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    const wider = { ...claims, access: [{ type: 'repository', name: 'admin/other', actions: ['*'] }] };
    const { rows } = await database.query<{ jwk: object }>('SELECT public_jwk AS jwk FROM accounts.signing_keys');
    const secretKey = Buffer.from(await readFile(join(dataDir, 'secrets', 'secret-key'), 'utf8'), 'hex');
    const signingKey = await loadSigningKey(database, secretKey);
    const access = [{ type: 'repository', name: 'admin/app', actions: ['pull', 'push'] }] as const;
    const generations = await findGenerations(database, 'admin');
    const issued = (at: Date): Promise<string> =>
      issueToken(signingKey, { subject: 'admin', access, generations }, { audience: 'jobrunner', now: at });
    const now = { authorization: `Bearer ${await issued(new Date())}` };
    assert.equal((await rawRequest(port, 'GET', '/v2/', { headers: now })).status, 200);

    const forged = {
      'alg none': signed({ alg: 'none', typ: 'JWT', kid }, claims, () => Buffer.alloc(0)),
      'signed by a stranger under our key id': signed({ alg: 'ES256', typ: 'JWT', kid }, claims, byStranger),
      'signed by a stranger under another key id': signed({ alg: 'ES256', typ: 'JWT', kid: 'x' }, claims, byStranger),
      'with a key of its own': signed(
        { alg: 'ES256', typ: 'JWT', kid, jwk: rows[0]?.jwk, jku: 'http://127.0.0.1/' },
        claims,
        byStranger,
      ),
      'HMAC with our public key': signed({ alg: 'HS256', typ: 'JWT', kid }, claims, (text) =>
        createHmac('sha256', JSON.stringify(rows[0]?.jwk)).update(text).digest(),
      ),
      'another payload under our signature': `${header}.${encode(wider)}.${signature}`,
      'without a signature': `${header}.${payload}.`,
      expired: await issued(new Date(Date.now() - 3_600_000)),
      'not valid yet': await issued(new Date(Date.now() + 3_600_000)),
      'expired, by a stranger': signed(
        { alg: 'ES256', typ: 'JWT', kid },
        { ...claims, exp: nowSeconds - 3_600 },
        byStranger,
      ),
    };
    for (const [what, token] of Object.entries(forged)) {
      const headers = { authorization: `Bearer ${token}` };
      assertRegistryError(
        await rawRequest(port, 'POST', '/v2/admin/app/blobs/uploads/', { headers }),
        401,
        'UNAUTHORIZED',
        what,
      );
      assertApiError(await rawRequest(port, 'GET', '/api/v0/jobs', { headers }), 401, 'NOT_AUTHENTICATED', what);
    }
  });

  await t.test('a token for one repository or action is refused for another', async () => {
    const other = await bearer('repository:admin/other:pull,push');
    const answer = await rawRequest(port, 'POST', '/v2/admin/app/blobs/uploads/', { headers: other });
    assertRegistryError(answer, 401, 'DENIED');
    assert.match(
      String(answer.headers['www-authenticate']),
      /scope="repository:admin\/app:pull,push",error="insufficient_scope"/,
    );
    const pull = await bearer('repository:admin/app:pull');
    assertRegistryError(
      await rawRequest(port, 'POST', '/v2/admin/app/blobs/uploads/', { headers: pull }),
      401,
      'DENIED',
    );
    assertRegistryError(
      await rawRequest(port, 'DELETE', `/v2/admin/app/manifests/${keptDigest}`, { headers: pull }),
      401,
      'DENIED',
    );
    // A mount counts by what the account may read: clients name sources for which their token has no scope.
    const { layers } = expectStatus(
      200,
      await client.registry<{ layers: { digest: string }[] }>('GET', `/admin/app/manifests/${keptDigest}`, {
        headers: { accept: '*/*' },
      }),
    );
    const mount = await rawRequest(
      port,
      'POST',
      `/v2/admin/other/blobs/uploads/?mount=${layers[0]?.digest}&from=admin/app`,
      { headers: other },
    );
    assert.equal(mount.status, 201);
    const anonymous = await fetch(`${jobrunner.baseUrl}/auth/token?service=jobrunner&scope=${scope}`);
    const { token } = (await anonymous.json()) as { token: string };
    assertRegistryError(
      await rawRequest(port, 'POST', '/v2/admin/app/blobs/uploads/', { headers: { authorization: `Bearer ${token}` } }),
      401,
      'DENIED',
    );
    const wrong = `Basic ${Buffer.from(`admin:${password}x`).toString('base64')}`;
    assertRegistryError(
      await rawRequest(port, 'GET', '/auth/token?service=jobrunner', { headers: { authorization: wrong } }),
      401,
      'UNAUTHORIZED',
    );
  });

  await t.test('after all this a push works, and nothing was lost', async () => {
    const digest = await client.pushImage('admin/app', 'after');
    for (const reference of ['kept', keptDigest, 'after', digest]) {
      assert.equal((await client.registry('HEAD', `/admin/app/manifests/${reference}`)).status, 200, reference);
    }
    assert.equal(await objectCount(), await blobCount());
    assert.equal(jobrunner.process.output.stderr, '');
    assert.equal((await fetch(`${jobrunner.baseUrl}/readyz`)).status, 200);
  });
});

function assertEnvelope(answer: RawAnswer): { code: string; message: string } {
  const { errors } = JSON.parse(answer.text) as { errors: { code: string; message: string }[] };
  const [error] = errors;
  assert.ok(error && /^[A-Z_]+$/.test(error.code) && error.message.length > 0, answer.text);
  assert.doesNotMatch(answer.text, /\bat \/|node_modules|\.ts:\d/, 'no stack traces');
  assert.ok(answer.headers['x-request-id'], 'a request id');
  return error;
}

function assertApiError(answer: RawAnswer, status: number, code: string, what = ''): void {
  assert.equal(`${answer.status} ${assertEnvelope(answer).code}`, `${status} ${code}`, `${what} ${answer.text}`);
}

function assertRegistryError(answer: RawAnswer, status: number, code: string, what = ''): void {
  assertApiError(answer, status, code, what);
  assert.ok((JSON.parse(answer.text) as { errors: object[] }).errors.every((error) => 'detail' in error));
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}

function decodeURIComponentOr(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
