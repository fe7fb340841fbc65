import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { deleteOldGenerations, followEndedTokens } from '../../../accounts/tokens/ended-tokens.ts';
import { createTokenVerifier, TokenRejectedError } from '../../../accounts/tokens/tokens.ts';
import { createVerificationKeys } from '../../../accounts/tokens/verification-keys.ts';
import { createListener } from '../../../database/listener.ts';
import { createLogger } from '../../../log/create-logger.ts';
import { createTestCertificate } from '../../support/certificates.ts';
import { quickPasswordHash } from '../../support/password-hash.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { eventually } from '../../e2e/eventually.ts';
import { createOrganization } from '../organization.ts';
import { basic, bearer, nginxSecret, password, startApi, type TestApi } from '../../api/test-api.ts';

const log = createLogger({ level: 'silent' });
const newHash = quickPasswordHash('another password');

async function start(t: TestContext) {
  const { url, pool } = await createTestDatabase(t);
  const listener = createListener({ connectionString: url, applicationName: 'test', onError: () => undefined });
  t.after(() => listener.close());
  const follow = async () => {
    const tokens = await followEndedTokens({ pool, listener, log });
    t.after(() => tokens.close());
    return tokens;
  };
  return { follow, pool };
}

test('processes hear of what has ended, and find what had before at their start', async (t) => {
  const { follow, pool } = await start(t);
  const tokens = await follow();
  const { rows } = await pool.query<{ generation: number }>(
    `INSERT INTO accounts.accounts (name) VALUES ('ada'), ('bob') RETURNING token_generation AS generation`,
  );
  const [ada = 0, bob = 0] = rows.map(({ generation }) => generation);
  await pool.query(`UPDATE accounts.accounts SET is_active = false WHERE name = 'ada'`);
  await eventually('the generation of ada to end', () => tokens.hasEnded([ada]));
  assert.ok(tokens.hasEnded([bob, ada]) && !tokens.hasEnded([bob]) && !tokens.hasEnded([]));
  assert.ok((await follow()).hasEnded([ada]));
});

test('only those are kept whose tokens may still live', async (t) => {
  const { follow, pool } = await start(t);
  await pool.query(`INSERT INTO accounts.ended_generations VALUES (1000001, now() - interval '20 minutes'),
    (1000002, now() - interval '2 days')`);
  assert.ok(!(await follow()).hasEnded([1_000_001]));
  assert.deepEqual([await deleteOldGenerations(pool, 10), await deleteOldGenerations(pool, 10)], [1, 0]);
});

/** The registry and the token service as a client knows them. */
async function createWorld(t: TestContext) {
  const api = await startApi(t);
  const { send } = await createOrganization(api);
  await api.pool.query(
    `UPDATE accounts.accounts SET password_hash = (SELECT password_hash FROM accounts.accounts WHERE name = 'ada')
     WHERE name IN ('rita', 'olga')`,
  );
  const listener = createListener({
    connectionString: String(api.pool.options.connectionString),
    applicationName: 'test',
    onError: () => undefined,
  });
  t.after(() => listener.close());
  const { hasEnded, close } = await followEndedTokens({ pool: api.pool, listener, log });
  t.after(close);
  const verify = createTokenVerifier({ findKey: createVerificationKeys(api.pool), hasEnded, audience: 'jobrunner' });
  const isGood = (token: string): Promise<boolean> =>
    verify(token).then(
      () => true,
      (error: unknown) => {
        assert.ok(error instanceof TokenRejectedError && /has ended or was changed/.test(error.message));
        return false;
      },
    );
  const get = async (headers: object, query = ''): Promise<string> => {
    const response = await api.send('GET', `/auth/token?${query}`, { as: null, headers: { ...headers } });
    assert.equal(response.status, 200, response.text);
    return (response.json as { token: string }).token;
  };
  const must = async (who: string, method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await send(who, method, path, body);
    assert.ok(response.status < 300, `${method} ${path}: ${response.text}`);
    return response.json;
  };
  return { api, isGood, get, must };
}

type World = Awaited<ReturnType<typeof createWorld>>;
const acme = '/enzi/v0/accounts/acme';
const app = '/api/v0/repositories/acme/app';

async function createRobot({ must }: World, more: object = {}): Promise<{ id: string; name: string; secret: string }> {
  const permissions = [{ repository: 'acme/app', actions: ['pull'] }];
  const form = { name: 'ci', namespace: 'acme', permissions, createRepositories: true, ...more };
  return (await must('admin', 'POST', '/api/v0/robots', form)) as { id: string; name: string; secret: string };
}

interface AccessToken {
  readonly token: string;
  readonly hashedToken: string;
}

async function createAccessToken({ api }: World, headers: object): Promise<AccessToken> {
  const made = await api.send('POST', '/api/v0/api_tokens', { as: null, headers: { ...headers }, body: {} });
  assert.equal(made.status, 200, made.text);
  return made.json as AccessToken;
}

// What gives a token, and what ends it.
const ends: Readonly<
  Record<string, (world: World) => Promise<readonly [headers: object, end: () => Promise<unknown>]>>
> = {
  'rita leaves her team': async ({ must }) => [
    basic('rita'),
    () => must('olga', 'DELETE', `${acme}/teams/readers/members/rita`),
  ],
  'rita leaves the organization': async ({ must }) => [
    basic('rita'),
    () => must('olga', 'DELETE', `${acme}/members/rita`),
  ],
  'her team is deleted': async ({ must }) => [basic('rita'), () => must('olga', 'DELETE', `${acme}/teams/readers`)],
  'her team loses the repository': async ({ must }) => [
    basic('rita'),
    () => must('olga', 'DELETE', `${app}/teamAccess/readers`),
  ],
  'her team gets a lower level': async ({ must }) => {
    await must('olga', 'PUT', `${app}/teamAccess/readers`, { accessLevel: 'admin' });
    return [basic('rita'), () => must('olga', 'PUT', `${app}/teamAccess/readers`, { accessLevel: 'read-only' })];
  },
  'her team loses the namespace': async ({ must }) => {
    const path = '/api/v0/repositoryNamespaces/acme/teamAccess/readers';
    await must('olga', 'PUT', path, { accessLevel: 'admin' });
    return [basic('rita'), () => must('olga', 'DELETE', path)];
  },
  'olga is no owner any more': async ({ must }) => [
    basic('olga'),
    () => must('admin', 'PUT', `${acme}/members/olga`, { isAdmin: false }),
  ],
  'ada is no system administrator any more': async ({ must }) => {
    await must('admin', 'PATCH', '/enzi/v0/accounts/ada', { isAdmin: true });
    return [basic('ada'), () => must('admin', 'PATCH', '/enzi/v0/accounts/ada', { isAdmin: false })];
  },
  'ada gets another password': async ({ api }) => [
    basic('ada'),
    () => api.pool.query(`UPDATE accounts.accounts SET password_hash = $1 WHERE name = 'ada'`, [newHash]),
  ],
  'ada is made inactive': async ({ must }) => [
    basic('ada'),
    () => must('admin', 'PATCH', '/enzi/v0/accounts/ada', { isActive: false }),
  ],
  'ada is deleted': async ({ must }) => [basic('ada'), () => must('admin', 'DELETE', '/enzi/v0/accounts/ada')],
  'the robot gets another secret': async (world) => {
    const { id, name, secret } = await createRobot(world);
    return [basic(name, secret), () => world.must('admin', 'POST', `/api/v0/robots/${id}/rotate`)];
  },
  'the robot is switched off': async (world) => {
    const { id, name, secret } = await createRobot(world);
    return [basic(name, secret), () => world.must('admin', 'PATCH', `/api/v0/robots/${id}`, { isActive: false })];
  },
  'the robot gets other permissions': async (world) => {
    const { id, name, secret } = await createRobot(world);
    const permissions = [{ repository: 'acme/open', actions: ['pull'] }];
    return [basic(name, secret), () => world.must('admin', 'PATCH', `/api/v0/robots/${id}`, { permissions })];
  },
  'the robot may make no repositories any more': async (world) => {
    const { id, name, secret } = await createRobot(world);
    const change = { createRepositories: false };
    return [basic(name, secret), () => world.must('admin', 'PATCH', `/api/v0/robots/${id}`, change)];
  },
  'the robot is to expire': async (world) => {
    const { id, name, secret } = await createRobot(world);
    const change = { expiresAt: new Date(Date.now() + 3_600_000).toISOString() };
    return [basic(name, secret), () => world.must('admin', 'PATCH', `/api/v0/robots/${id}`, change)];
  },
  'the robot is deleted': async (world) => {
    const { id, name, secret } = await createRobot(world);
    return [basic(name, secret), () => world.must('admin', 'DELETE', `/api/v0/robots/${id}`)];
  },
  'the access token is deleted': async (world) => {
    const { token, hashedToken } = await createAccessToken(world, basic('ada'));
    return [basic('ada', token), () => world.must('ada', 'DELETE', `/api/v0/api_tokens/${hashedToken}`)];
  },
  'the access token is switched off': async (world) => {
    const { token, hashedToken } = await createAccessToken(world, basic('ada'));
    const off = { isActive: false };
    return [basic('ada', token), () => world.must('ada', 'PATCH', `/api/v0/api_tokens/${hashedToken}`, off)];
  },
  'the access token that made the access token is switched off': async (world) => {
    const parent = await createAccessToken(world, basic('ada'));
    const child = await createAccessToken(world, basic('ada', parent.token));
    const off = { isActive: false };
    return [
      basic('ada', child.token),
      () => world.must('ada', 'PATCH', `/api/v0/api_tokens/${parent.hashedToken}`, off),
    ];
  },
  'the client certificate is removed': async ({ must }) => {
    const { certificate } = await createTestCertificate('ada');
    const path = '/enzi/v0/accounts/ada/publicKeys';
    const { id } = (await must('ada', 'POST', path, { publicKey: certificate })) as { id: string };
    const headers = {
      'x-jobrunner-nginx': nginxSecret,
      'x-jobrunner-client-certificate': encodeURIComponent(certificate),
    };
    return [headers, () => must('ada', 'DELETE', `${path}/${id}`)];
  },
};

for (const [what, prepare] of Object.entries(ends)) {
  test(`a token ends when ${what}`, { timeout: 60_000 }, async (t) => {
    const world = await createWorld(t);
    const { api, get, isGood } = world;
    const [headers, end] = await prepare(world);
    const [forRegistry, forApi] = [await get(headers), await get(headers, 'service=jobrunner-api')];
    const another = await get(basic('admin'));
    const askApi = () =>
      api.send('GET', '/api/v0/repositories', { as: null, headers: { authorization: `Bearer ${forApi}` } });
    assert.ok(await isGood(forRegistry));
    assert.equal((await askApi()).status, 200);
    await end();
    await eventually('the token for the registry to end', async () => !(await isGood(forRegistry)), {
      timeoutMs: 5_000,
    });
    await eventually('the token for the API to end', async () => (await askApi()).status === 401, { timeoutMs: 5_000 });
    assert.ok(await isGood(another), 'and no other token does');
  });
}

test('whoever is deleted and made again, or switched off and on, has new tokens at once that stay good', async (t) => {
  const world = await createWorld(t);
  const { api, get, isGood, must } = world;
  const account = { name: 'ada', password };
  for (let round = 0; round < 3; round++) {
    const before = await get(basic('ada'));
    await must('admin', 'DELETE', '/enzi/v0/accounts/ada');
    await must('admin', 'POST', '/enzi/v0/accounts', account);
    const made = await get(basic('ada'));
    await must('admin', 'PATCH', '/enzi/v0/accounts/ada', { isActive: false });
    await must('admin', 'PATCH', '/enzi/v0/accounts/ada', { isActive: true });
    const again = await get(basic('ada'));
    const robot = await createRobot(world);
    const ofRobot = await get(basic(robot.name, robot.secret));
    await must('admin', 'DELETE', `/api/v0/robots/${robot.id}`);
    const next = await createRobot(world);
    const ofNext = await get(basic(next.name, next.secret));
    await must('admin', 'PATCH', `/api/v0/robots/${next.id}`, { isActive: false });
    await must('admin', 'PATCH', `/api/v0/robots/${next.id}`, { isActive: true });
    const ofNextAgain = await get(basic(next.name, next.secret));
    // The names were refused for up to a second.
    for (const endMs = performance.now() + 1_500; performance.now() < endMs; await delay(20)) {
      assert.ok((await isGood(again)) && (await isGood(ofNextAgain)), 'new tokens are good');
    }
    for (const old of [before, made, ofRobot, ofNext]) assert.equal(await isGood(old), false);
    await must('admin', 'DELETE', `/api/v0/robots/${next.id}`);
    assert.equal((await api.send('GET', '/api/v0/repositories', { as: 'ada' })).status, 200);
  }
});

test('a change that takes nothing away ends no token', async (t) => {
  const world = await createWorld(t);
  const { get, isGood, must } = world;
  const robot = await createRobot(world);
  const tokens = [await get(basic('rita')), await get(basic('ada')), await get(basic(robot.name, robot.secret))];
  await must('admin', 'PATCH', '/enzi/v0/accounts/rita', { fullName: 'Rita' });
  await must('admin', 'PATCH', '/enzi/v0/accounts/ada', { isAdmin: true });
  await must('olga', 'PUT', `${app}/teamAccess/readers`, { accessLevel: 'read-write' });
  await must('olga', 'PUT', `${acme}/teams/writers/members/rita`, {});
  await must('olga', 'DELETE', `${acme}/teams/writers/members/walt`);
  await must('admin', 'PATCH', `/api/v0/robots/${robot.id}`, { description: 'builds' });
  await delay(300);
  for (const token of tokens) assert.ok(await isGood(token));
});

async function listTokens(api: TestApi): Promise<{ hashedToken: string; isActive: boolean }[]> {
  return (await api.send('GET', '/api/v0/api_tokens', { as: 'ada' })).json as never;
}

test('an access token that was made with another one ends with it, however it was sent', async (t) => {
  const world = await createWorld(t);
  const { api, get } = world;
  const works = async (token: string) =>
    (await api.send('GET', '/api/v0/repositories', { as: null, headers: basic('ada', token) })).status === 200;
  const parent = await createAccessToken(world, basic('ada'));
  const children = [
    await createAccessToken(world, basic('ada', parent.token)),
    await createAccessToken(world, {
      authorization: `Bearer ${await get(basic('ada', parent.token), 'service=jobrunner-api')}`,
    }),
  ];
  const [first] = children;
  assert.ok(first);
  const grandchild = await createAccessToken(world, basic('ada', first.token));
  const { refresh_token: refreshToken } = (
    await api.send('GET', '/auth/token?offline_token=true', { as: null, headers: basic('ada', grandchild.token) })
  ).json as { refresh_token: string };
  const refresh = async () =>
    (
      await api.send('POST', '/auth/token', {
        as: null,
        rawBody: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })
    ).status;
  const all = [parent, ...children, grandchild];
  const working = () => Promise.all(all.map(({ token }) => works(token)));
  const independent = await createAccessToken(world, basic('ada'));
  assert.deepEqual(await working(), [true, true, true, true]);
  assert.equal(await refresh(), 200);
  const patch = (hash: string, isActive: boolean) =>
    api.send('PATCH', `/api/v0/api_tokens/${hash}`, { as: 'ada', body: { isActive } });
  await patch(parent.hashedToken, false);
  assert.deepEqual(await working(), [false, false, false, false]);
  assert.equal(await refresh(), 401);
  await patch(parent.hashedToken, true);
  assert.deepEqual(await working(), [true, true, true, true]);
  await api.send('DELETE', `/api/v0/api_tokens/${first.hashedToken}`, { as: 'ada' });
  assert.deepEqual(await working(), [true, false, true, false]);
  await api.send('DELETE', `/api/v0/api_tokens/${parent.hashedToken}`, { as: 'ada' });
  assert.deepEqual(await working(), [false, false, false, false]);
  assert.ok(await works(independent.token));
  assert.equal((await listTokens(api)).length, 1);
});

test('access tokens that make each other have an end', async (t) => {
  const world = await createWorld(t);
  let { token } = await createAccessToken(world, basic('ada'));
  for (let depth = 0; depth < 4; depth++) ({ token } = await createAccessToken(world, basic('ada', token)));
  const headers = basic('ada', token);
  const refused = await world.api.send('POST', '/api/v0/api_tokens', { as: null, headers, body: {} });
  assert.equal(refused.outcome, '403 NOT_AUTHORIZED');
  assert.match(refused.message, /make the next one with the password/);
});

test('a change of password switches access tokens off, unless they are to be kept', { timeout: 60_000 }, async (t) => {
  const world = await createWorld(t);
  const { api } = world;
  const { hashedToken } = await createAccessToken(world, basic('ada'));
  const change = async (oldPassword: string, newPassword: string, more: object) => {
    const body = { oldPassword, newPassword, ...more };
    const path = '/enzi/v0/accounts/ada/changePassword';
    const response = await api.send('POST', path, { as: null, headers: basic('ada', oldPassword), body });
    assert.equal(response.status, 200, response.text);
  };
  const isActive = async () => {
    const { json } = await api.send('GET', `/api/v0/api_tokens/${hashedToken}`);
    return (json as { isActive: boolean }).isActive;
  };
  await change(password, 'second password', { keepAccessTokens: true });
  assert.equal(await isActive(), true);
  await change('second password', 'third password', {});
  assert.equal(await isActive(), false);
  const headers = basic('ada', 'third password');
  await api.send('PATCH', `/api/v0/api_tokens/${hashedToken}`, { as: null, headers, body: { isActive: true } });
  assert.equal(await isActive(), true, 'whoever owns it may switch it on again');
});

test('a token that was just used is refused by the API once its account is inactive', async (t) => {
  const api = await startApi(t);
  const headers = await bearer(api, 'ada');
  const ask = async () => (await api.send('GET', '/api/v0/repositories', { as: null, headers })).outcome;
  assert.equal(await ask(), '200');
  await api.pool.query(`UPDATE accounts.accounts SET is_active = false WHERE name = 'ada'`);
  assert.equal(await ask(), '401 NOT_AUTHENTICATED');
});
