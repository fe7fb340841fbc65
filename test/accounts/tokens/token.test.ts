import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { loadSigningKey } from '../../../accounts/tokens/signing-keys.ts';
import {
  createTokenVerifier,
  issueToken,
  TokenRejectedError,
  type TokenClaims,
} from '../../../accounts/tokens/tokens.ts';
import { createVerificationKeys } from '../../../accounts/tokens/verification-keys.ts';
import type pg from 'pg';
import { createTestDatabase } from '../../support/postgres.ts';
import { basic, bearer, findGenerations, startApi, type ApiRequest, type TestApi } from '../../api/test-api.ts';

const audience = 'jobrunner';

/** A check of tokens that knows of no account that was made inactive. */
function createVerifier(pool: pg.Pool): (token: string) => Promise<TokenClaims> {
  return createTokenVerifier({ findKey: createVerificationKeys(pool), hasEnded: () => false, audience });
}

async function claimsOf(api: TestApi, query: string, request: ApiRequest = {}): Promise<TokenClaims> {
  const response = await api.send('GET', `/auth/token?service=jobrunner${query}`, request);
  assert.equal(response.status, 200, response.text);
  const { token } = response.json as { token: string };
  return createVerifier(api.pool)(token);
}

async function addRepository({ pool }: TestApi, name: string, visibility: string): Promise<void> {
  await pool.query(`INSERT INTO registry.repositories (namespace, name, visibility) VALUES ('acme', $1, $2)`, [
    name,
    visibility,
  ]);
}

const everything = 'pull,push,delete';

test('the answer has both names of the token, its life, and must not be kept by caches', async (t) => {
  const api = await startApi(t);
  const response = await api.send(
    'GET',
    '/auth/token?service=jobrunner&account=admin&client_id=docker&offline_token=true',
  );
  const {
    token,
    access_token: same,
    expires_in: lifeSeconds,
    issued_at: issuedAt,
  } = response.json as Record<string, unknown>;
  assert.equal(token, same);
  assert.equal(lifeSeconds, 300);
  assert.ok(Math.abs(Date.parse(String(issuedAt)) - Date.now()) < 10_000);
  assert.equal(response.headers['cache-control'], 'no-store');
});

test('an administrator is granted all that is asked for, and no more', async (t) => {
  const api = await startApi(t);
  const claims = await claimsOf(api, `&scope=repository:acme/app:${everything}&scope=registry:catalog:*`);
  const generations = await findGenerations(api.pool, 'admin');
  assert.deepEqual(claims, {
    subject: 'admin',
    generations,
    access: [
      { type: 'repository', name: 'acme/app', actions: ['pull', 'push', 'delete'] },
      { type: 'registry', name: 'catalog', actions: ['*'] },
    ],
  });
  assert.deepEqual((await claimsOf(api, '')).access, []);
});

test('an account has everything in its own namespace, may pull what is public, list what it may read, and nothing else', async (t) => {
  const api = await startApi(t);
  await addRepository(api, 'open', 'public');
  await addRepository(api, 'hidden', 'private');
  const names = ['ada/app', 'acme/open', 'acme/hidden', 'acme/none', 'adalbert/app', 'ada', 'acme'];
  const scopes = names.map((name) => `&scope=repository:${name}:${everything}`).join('');
  const claims = await claimsOf(api, `${scopes}&scope=registry:catalog:*`, { as: 'ada' });
  assert.equal(claims.subject, 'ada');
  assert.deepEqual(
    claims.access.map(({ name, actions }) => `${name} ${actions.join()}`),
    ['ada/app pull,push,delete', 'acme/open pull', 'ada pull,push,delete', 'catalog *'],
  );
});

test('nobody may pull what is public, and never push', async (t) => {
  const api = await startApi(t);
  await addRepository(api, 'open', 'public');
  const scope = `&scope=repository:acme/open:${everything}%20repository:acme/none:push&scope=registry:catalog:*`;
  assert.deepEqual(await claimsOf(api, scope, { as: null }), {
    subject: '',
    generations: [],
    access: [
      { type: 'repository', name: 'acme/open', actions: ['pull'] },
      { type: 'registry', name: 'catalog', actions: ['*'] },
    ],
  });
});

test('wrong credentials are refused, rather than taken for nobody', async (t) => {
  const api = await startApi(t);
  for (const headers of [
    basic('admin', 'wrong'),
    basic('gone'),
    { authorization: 'Bearer nonsense' },
    { authorization: 'Basic' },
  ]) {
    const response = await api.send('GET', '/auth/token', { as: null, headers });
    assert.equal(response.outcome, '401 UNAUTHORIZED');
  }
  const deactivated = await bearer(api, 'ada');
  await api.pool.query(`UPDATE accounts.accounts SET is_active = false WHERE name = 'ada'`);
  assert.equal((await api.send('GET', '/auth/token', { as: null, headers: deactivated })).status, 401);
});

test('every error has the shape and a code of the registry, whose clients read it', async (t) => {
  const api = await startApi(t);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const post = (rawBody: string, headers: Readonly<Record<string, string>> = form): [string, string, ApiRequest] => [
    'POST',
    '/auth/token',
    { as: null, rawBody, headers },
  ];
  const get = (path: string, headers: Readonly<Record<string, string>> = {}): [string, string, ApiRequest] => [
    'GET',
    path,
    { as: null, headers },
  ];
  const finalCodes = ['UNAUTHORIZED', 'UNSUPPORTED', 'TOOMANYREQUESTS'];
  const check = async (request: [string, string, ApiRequest]): Promise<string> => {
    const { status, json, headers, text } = await api.send(...request);
    assert.ok(status >= 400 && status < 500, `${request[1]} ${text}`);
    const { errors } = json as { errors: readonly Record<string, unknown>[] };
    assert.equal(errors.length, 1);
    assert.deepEqual(Object.keys(errors[0] ?? {}), ['code', 'message', 'detail'], text);
    assert.ok(finalCodes.includes(String(errors[0]?.['code'])), text);
    assert.equal(headers['cache-control'], 'no-store');
    assert.match(headers['content-type'] ?? '', /^application\/json/);
    assert.equal(headers['retry-after'] === undefined, status !== 429);
    return `${status} ${String(errors[0]?.['code'])}`;
  };
  const signIn = 'grant_type=password&username=ada';
  for (const [request, outcome] of [
    [get('/auth/token', basic('ada', 'wrong')), '401 UNAUTHORIZED'],
    [get('/auth/token', basic('gone')), '401 UNAUTHORIZED'],
    [get('/auth/token', basic('robot$acme+ci', 'wrong')), '401 UNAUTHORIZED'],
    [get('/auth/token', basic('ada', `jrat_${'a'.repeat(43)}`)), '401 UNAUTHORIZED'],
    [get('/auth/token', { authorization: 'Bearer x' }), '401 UNAUTHORIZED'],
    [get('/auth/token?service=jobrunner-api'), '401 UNAUTHORIZED'],
    [get('/auth/token?service=elsewhere'), '400 UNSUPPORTED'],
    [get(`/auth/token?account=${'a'.repeat(300)}`), '400 UNSUPPORTED'],
    [get(`/auth/token?scope=${'repository:a/b:pull%20'.repeat(51)}`), '400 UNSUPPORTED'],
    [post(`${signIn}&password=wrong`), '401 UNAUTHORIZED'],
    [post('grant_type=refresh_token&refresh_token=x'), '401 UNAUTHORIZED'],
    [post('grant_type=client_credentials'), '400 UNSUPPORTED'],
    [post(signIn), '400 UNSUPPORTED'],
    [post(`client_id=${'a'.repeat(300)}`), '400 UNSUPPORTED'],
    [post(`scope=${'a'.repeat(70_000)}`), '413 UNSUPPORTED'],
    [post('{}', { 'content-type': 'application/json' }), '415 UNSUPPORTED'],
  ] as const) {
    assert.equal(await check(request), outcome, JSON.stringify(request));
  }
  let outcome = '';
  for (let attempt = 0; attempt < 60 && outcome !== '429 TOOMANYREQUESTS'; attempt++) {
    outcome = await check(get('/auth/token', basic('ada', `wrong ${attempt}`)));
  }
  assert.equal(outcome, '429 TOOMANYREQUESTS');
  assert.equal(await check(post(`${signIn}&password=wrong`)), '429 TOOMANYREQUESTS');
});

test('more scopes than any client asks for are refused', async (t) => {
  const api = await startApi(t);
  const scope = '&scope=repository:a/b:pull'.repeat(101);
  assert.equal((await api.send('GET', `/auth/token?service=jobrunner${scope}`)).outcome, '400 UNSUPPORTED');
});

test('a token is good until a little after it expires, to allow for clocks', async (t) => {
  const { pool } = await createTestDatabase(t);
  const key = await loadSigningKey(pool, randomBytes(32));
  const verify = createVerifier(pool);
  const issued = (secondsAgo: number) =>
    issueToken(
      key,
      { subject: 'admin', access: [], generations: [1] },
      { audience, now: new Date(Date.now() - secondsAgo * 1_000) },
    );
  assert.equal((await verify(await issued(295))).subject, 'admin');
  await assert.rejects(verify(await issued(320)), TokenRejectedError);
  await assert.rejects(verify(await issued(-60)), TokenRejectedError);
});

test('processes that make the signing key at once agree on one, and later ones find it', async (t) => {
  const { pool } = await createTestDatabase(t);
  const secretKey = randomBytes(32);
  const keys = await Promise.all(Array.from({ length: 3 }, () => loadSigningKey(pool, secretKey)));
  const last = await loadSigningKey(pool, secretKey);
  const verify = createVerifier(pool);
  for (const key of keys) {
    assert.equal(
      (await verify(await issueToken(key, { subject: key.kid, access: [], generations: [1] }, { audience }))).subject,
      key.kid,
    );
  }
  assert.ok(keys.some(({ kid }) => kid === last.kid));
  await assert.rejects(
    loadSigningKey(pool, randomBytes(32)),
    /SECRET_KEY is not the one that this database was set up with/,
  );
});

test('a retired key signs nothing any more', async (t) => {
  const { pool } = await createTestDatabase(t);
  const key = await loadSigningKey(pool, randomBytes(32));
  const token = await issueToken(key, { subject: 'admin', access: [], generations: [1] }, { audience });
  await pool.query('UPDATE accounts.signing_keys SET retired_at = now()');
  await assert.rejects(createVerifier(pool)(token), TokenRejectedError);
});
