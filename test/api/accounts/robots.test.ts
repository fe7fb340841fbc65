import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { mayCreateRepositories, readableRepositories } from '../../../accounts/policy/access.ts';
import { eventually } from '../../e2e/eventually.ts';
import { createOrganization, type Person } from '../../accounts/organization.ts';
import { basic, bearer, startApi, type ApiResponse, type TestApi } from '../test-api.ts';

interface RobotView {
  readonly id: string;
  readonly name: string;
  readonly secret: string;
  readonly [field: string]: unknown;
}

const path = '/api/v0/robots';

async function start(t: Parameters<typeof startApi>[0]) {
  const api = await startApi(t);
  const { send } = await createOrganization(api);
  const create = async (who: Person, form: object): Promise<RobotView> => {
    const response = await send(who, 'POST', path, {
      name: 'ci',
      namespace: 'acme',
      permissions: [{ repository: 'acme/app', actions: ['pull'] }],
      ...form,
    });
    assert.equal(response.status, 201, response.text);
    return response.json as RobotView;
  };
  return { api, send, create };
}

/** What a robot is granted of what it asks for, as the scopes of its token; the status where it gets none. */
async function granted(api: TestApi, robot: Pick<RobotView, 'name' | 'secret'>, ...scopes: string[]) {
  const query = new URLSearchParams(scopes.map((scope): [string, string] => ['scope', scope]));
  const headers = basic(robot.name, robot.secret);
  const response = await api.send('GET', `/auth/token?${query.toString()}`, { as: null, headers });
  if (response.status !== 200) return response.outcome;
  return (response.json as { scope: string }).scope;
}

const everything = 'pull,push,delete,*';

test('a robot is granted what it was permitted, and nothing else', async (t) => {
  const { api, create } = await start(t);
  const robot = await create('olga', {
    description: 'builds',
    permissions: [
      { repository: 'acme/app', actions: ['pull', 'push'] },
      { repository: 'acme/hidden', actions: ['delete'] },
      { repository: 'acme/new/one', actions: ['pull', 'push'] },
    ],
  });
  assert.match(robot.secret, /^jrrs_[\w-]{43}$/);
  const { id, secret, createdAt, ...rest } = robot;
  assert.ok(id && secret && createdAt);
  assert.deepEqual(rest, {
    name: 'robot$acme+ci',
    namespace: 'acme',
    description: 'builds',
    isActive: true,
    createRepositories: false,
    createdBy: 'olga',
    permissions: [
      { repository: 'acme/app', actions: ['pull', 'push'] },
      { repository: 'acme/hidden', actions: ['delete'] },
      { repository: 'acme/new/one', actions: ['pull', 'push'] },
    ],
    expiresAt: 'never',
    isExpired: false,
    lastUsed: 'never',
  });
  for (const [asked, expected] of [
    ['acme/app', 'repository:acme/app:pull,push'],
    ['acme/hidden', 'repository:acme/hidden:delete'],
    // What is public, everybody may pull.
    ['acme/open', 'repository:acme/open:pull'],
    // It would have to be made.
    ['acme/new/one', 'repository:acme/new/one:pull'],
    ['acme/new', ''],
    ['sue/app', ''],
    ['robot$acme+ci/app', ''],
  ] as const) {
    assert.equal(await granted(api, robot, `repository:${asked}:${everything}`), expected, asked);
  }
  assert.equal(await granted(api, { ...robot, secret: `${robot.secret}x` }), '401 UNAUTHORIZED');
  assert.equal(await granted(api, { ...robot, name: 'robot$acme+cd' }), '401 UNAUTHORIZED');
  assert.equal(await granted(api, { ...robot, name: 'olga' }), '401 UNAUTHORIZED');
});

test('a whole namespace, and repositories that a push makes', async (t) => {
  const { api, create } = await start(t);
  const robot = await create('olga', {
    permissions: [{ repository: 'acme/*', actions: ['pull', 'push'] }],
    createRepositories: true,
  });
  assert.equal(
    await granted(api, robot, `repository:acme/new:${everything}`, 'repository:acme/app:pull,push,delete'),
    'repository:acme/new:pull,push repository:acme/app:pull,push',
  );
  assert.equal(await mayCreateRepositories(api.pool, robot.name, 'acme'), true);
  assert.equal(await mayCreateRepositories(api.pool, robot.name, 'sue'), false);
  const tame = await create('olga', { name: 'tame', permissions: [{ repository: 'acme/*', actions: ['push'] }] });
  assert.equal(await mayCreateRepositories(api.pool, tame.name, 'acme'), false);
});

test('lists and mounts show a robot what it may pull', async (t) => {
  const { api, create } = await start(t);
  const one = await create('olga', {
    permissions: [
      { repository: 'acme/app', actions: ['pull'] },
      { repository: 'acme/hidden', actions: ['push'] },
    ],
  });
  const all = await create('olga', { name: 'all', permissions: [{ repository: 'acme/*', actions: ['pull'] }] });
  const listed = async ({ name, secret }: RobotView) => {
    const response = await api.send('GET', '/api/v0/repositories?count=true', {
      as: null,
      headers: basic(name, secret),
    });
    const { repositories } = response.json as { repositories: { namespace: string; name: string }[] };
    const names = repositories.map((each) => `${each.namespace}/${each.name}`);
    assert.equal(response.headers['x-resource-count'], String(names.length));
    return names;
  };
  assert.deepEqual(await listed(one), ['acme/app', 'acme/open']);
  assert.deepEqual(await listed(all), ['acme/app', 'acme/hidden', 'acme/open']);
  const readable = await readableRepositories(api.pool, one.name);
  assert.ok(readable !== 'all' && readable.repositoryIds.length === 1 && readable.namespaces.length === 0);
  await api.send('PATCH', `${path}/${one.id}`, { body: { isActive: false } });
  assert.deepEqual(await readableRepositories(api.pool, one.name), { namespaces: [], teamIds: [], repositoryIds: [] });
});

test('administrators of a namespace run its robots, and nobody else knows of them', async (t) => {
  const { api, send, create } = await start(t);
  const robot = await create('olga', {});
  const own = await create('sue', {
    namespace: 'sue',
    permissions: [{ repository: 'sue/*', actions: ['pull'] }],
  });
  const global = await create('admin', {
    namespace: '',
    permissions: [
      { repository: 'acme/app', actions: ['pull'] },
      { repository: 'sue/app', actions: ['pull'] },
    ],
  });
  assert.deepEqual([own.name, global.name, global.namespace], ['robot$sue+ci', 'robot$ci', '']);
  assert.equal(
    await granted(api, global, 'repository:sue/app:pull', 'repository:acme/hidden:pull'),
    'repository:sue/app:pull',
  );
  const namesFor = async (who: Person, query = '') => {
    const response = await send(who, 'GET', `${path}${query}`);
    return response.status === 200
      ? (response.json as { robots: RobotView[] }).robots.map(({ name }) => name)
      : response.outcome;
  };
  assert.deepEqual(await namesFor('olga'), ['robot$acme+ci']);
  assert.deepEqual(await namesFor('sue'), ['robot$sue+ci']);
  assert.deepEqual(await namesFor('nora'), []);
  assert.deepEqual(await namesFor('admin'), ['robot$acme+ci', 'robot$ci', 'robot$sue+ci']);
  assert.deepEqual(await namesFor('admin', '?namespace=sue'), ['robot$sue+ci']);
  assert.equal(await namesFor('sue', '?namespace=acme'), '403 NOT_AUTHORIZED');
  assert.equal(await namesFor('admin', '?namespace=none'), '404 NO_SUCH_ACCOUNT');
  for (const [who, id] of [
    ['nora', robot.id],
    ['sue', robot.name],
    // It may do things in other namespaces, so whoever got its secret would, too.
    ['olga', global.id],
    ['admin', 'none'],
  ] as const) {
    for (const [method, suffix, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { isActive: false }],
      ['POST', '/rotate', undefined],
      ['DELETE', '', undefined],
    ] as const) {
      const { outcome } = await send(who, method, `${path}/${encodeURIComponent(id)}${suffix}`, body);
      assert.equal(outcome, '404 NO_SUCH_ROBOT', `${who} ${method}${suffix}`);
    }
  }
  const found = await send('olga', 'GET', `${path}/${encodeURIComponent(robot.name)}`);
  assert.equal((found.json as RobotView).id, robot.id);
  assert.ok(!found.text.includes('secret'), 'the secret is shown once');
});

test('robots are listed in pages', async (t) => {
  const { send, create } = await start(t);
  for (const name of ['c', 'a', 'b']) await create('olga', { name });
  const names = (response: ApiResponse) => (response.json as { robots: RobotView[] }).robots.map(({ name }) => name);
  const first = await send('olga', 'GET', `${path}?pageSize=2&count=true`);
  assert.deepEqual(names(first), ['robot$acme+a', 'robot$acme+b']);
  assert.equal(first.headers['x-resource-count'], '3');
  const next = String(first.headers['x-next-page-start']);
  const second = await send('olga', 'GET', `${path}?pageSize=2&pageStart=${next}`);
  assert.deepEqual(names(second), ['robot$acme+c']);
  assert.equal(second.headers['x-next-page-start'], undefined);
});

test('what is wrong with a robot is refused by name', async (t) => {
  const { send, create } = await start(t);
  await create('olga', {});
  const permission = { repository: 'acme/app', actions: ['pull'] };
  const right = { name: 'other', namespace: 'acme', permissions: [permission] };
  for (const [form, outcome, message] of [
    [{ name: 'ci' }, '409 ROBOT_EXISTS', /robot\$acme\+ci/],
    [{ name: 'a+b' }, '400 INVALID_ACCOUNT_NAME', /"a\+b"/],
    [{ namespace: 'sue' }, '403 NOT_AUTHORIZED', /"sue"/],
    [{ namespace: '' }, '403 NOT_AUTHORIZED', /system administrators/],
    [{ permissions: [] }, '400 INVALID_JSON', /permissions/],
    [{ permissions: [{ ...permission, actions: [] }] }, '400 INVALID_JSON', /actions/],
    [{ permissions: [{ ...permission, actions: ['*'] }] }, '400 INVALID_JSON', /actions/],
    [{ permissions: [permission, permission] }, '400 INVALID_PARAMETERS', /twice/],
    [{ permissions: [{ ...permission, repository: 'sue/app' }] }, '400 INVALID_PARAMETERS', /"sue"/],
    [{ permissions: [{ ...permission, repository: 'sue/*' }] }, '400 INVALID_PARAMETERS', /"sue"/],
    [{ permissions: [{ ...permission, repository: '*' }] }, '400 INVALID_REPOSITORY_NAME', /permissions/],
    [{ permissions: [{ ...permission, repository: 'acme' }] }, '400 INVALID_REPOSITORY_NAME', /permissions/],
    [{ permissions: [{ ...permission, repository: 'acme/a*' }] }, '400 INVALID_REPOSITORY_NAME', /permissions/],
    [{ permissions: [{ ...permission, repository: 'acme/a/*' }] }, '400 INVALID_REPOSITORY_NAME', /acme\/a\/\*/],
    [{ expiresAt: 'tomorrow' }, '400 INVALID_PARAMETERS', /"tomorrow"/],
    [{ expiresAt: '2001-01-01T00:00:00Z' }, '400 INVALID_PARAMETERS', /to come/],
    [{ expiresAt: '2030-13-01T00:00:00Z' }, '400 INVALID_PARAMETERS', /expiresAt/],
    [{ description: 'a\u0000' }, '400 INVALID_PARAMETERS', /NUL/],
  ] as const) {
    const response = await send('olga', 'POST', path, { ...right, ...form });
    assert.equal(response.outcome, outcome, JSON.stringify(form));
    assert.match(response.message, message);
  }
  const nowhere = { ...right, namespace: '', permissions: [{ ...permission, repository: 'nobody/*' }] };
  assert.equal((await send('admin', 'POST', path, nowhere)).outcome, '404 NO_SUCH_ACCOUNT');
  assert.equal((await send('admin', 'POST', path, { ...right, namespace: 'none' })).outcome, '404 NO_SUCH_ACCOUNT');
});

test('a robot reads and deletes by the API where it may, and uses no other route', { timeout: 120_000 }, async (t) => {
  const { api, create } = await start(t);
  const robot = await create('olga', {
    permissions: [{ repository: 'acme/*', actions: ['pull', 'push', 'delete'] }],
    createRepositories: true,
  });
  const headers = await bearer(api, robot.name);
  // A route that is not in here refuses robots.
  const allowed: Readonly<Record<string, number>> = {
    'GET /api/v0/repositories': 200,
    'GET /api/v0/repositories/:namespace': 200,
    'GET /api/v0/repositories/:namespace/:reponame': 200,
    'GET /api/v0/repositories/:namespace/:reponame/events': 200,
    // What is searched for is missing.
    'GET /api/v0/index/dockersearch': 400,
    'GET /api/v0/repositories/:namespace/:reponame/manifests': 200,
    'DELETE /api/v0/repositories/:namespace/:reponame/manifests/:reference': 404,
    'GET /api/v0/repositories/:namespace/:reponame/tags': 200,
    // There is no such tag.
    'GET /api/v0/repositories/:namespace/:reponame/tags/:reference': 404,
    'DELETE /api/v0/repositories/:namespace/:reponame/tags/:reference': 404,
  };
  for (const { method, url, access } of api.routes) {
    if (access === 'anonymous' || method === 'HEAD') continue;
    const at = url.replace(':namespace', 'acme').replace(':reponame', 'app').replace(/:\w+/g, 'none');
    const { status } = await api.send(method, at, { as: null, headers });
    assert.equal(status, allowed[`${method} ${url}`] ?? 403, `${method} ${url}`);
  }
  const get = (at: string) => api.send('GET', at, { as: null, headers: basic(robot.name, robot.secret) });
  assert.equal((await get('/api/v0/repositories/sue/app')).outcome, '404 NO_SUCH_REPOSITORY');
  assert.match((await get('/enzi/v0/accounts')).message, /a robot may not GET \/enzi\/v0\/accounts/);
});

test('a robot outlives whoever made it, and what it may do is decided when it does it', async (t) => {
  const { api, send, create } = await start(t);
  const robot = await create('olga', {});
  const scope = `repository:acme/app:${everything}`;
  await api.pool.query(`UPDATE accounts.accounts SET is_active = false WHERE name = 'olga'`);
  assert.equal(await granted(api, robot, scope), 'repository:acme/app:pull');
  await api.pool.query(`DELETE FROM accounts.accounts WHERE name = 'olga'`);
  assert.equal(await granted(api, robot, scope), 'repository:acme/app:pull');
  await send('admin', 'PATCH', `${path}/${robot.id}`, { permissions: [{ repository: 'acme/*', actions: ['push'] }] });
  assert.equal(await granted(api, robot, scope), 'repository:acme/app:push');
  const { rows } = await api.pool.query<{ name: string }>(
    `DELETE FROM registry.repositories WHERE namespace = 'acme' RETURNING name`,
  );
  assert.equal(rows.length, 3);
  assert.equal((await send('admin', 'DELETE', '/enzi/v0/accounts/acme')).status, 204);
  assert.equal(await granted(api, robot, scope), '401 UNAUTHORIZED');
});

test('a rotated secret ends, and the use of the new one is written down', async (t) => {
  const { api, send, create } = await start(t);
  const robot = await create('olga', {});
  const rotated = await send('olga', 'POST', `${path}/${robot.id}/rotate`);
  assert.equal(rotated.headers['cache-control'], 'no-store');
  const { secret } = rotated.json as RobotView;
  assert.notEqual(secret, robot.secret);
  assert.equal(await granted(api, robot), '401 UNAUTHORIZED');
  assert.equal(await granted(api, { ...robot, secret }), '');
  await api.flushTokenUsage();
  const shown = await send('olga', 'GET', `${path}/${robot.id}`);
  assert.match(String((shown.json as RobotView)['lastUsed']), /^20\d\d-/);
  const { rows } = await api.pool.query<{ text: string }>('SELECT b::text AS text FROM accounts.robots b');
  assert.ok(rows.every(({ text }) => !text.includes(secret)));
});

test('the tokens of a robot end with it, at once and in every process', async (t) => {
  const { api, send, create } = await start(t);
  const robot = await create('olga', {});
  const headers = await bearer(api, robot.name);
  const read = async () => (await api.send('GET', '/api/v0/repositories/acme/app', { as: null, headers })).status;
  const ended = async () => (await api.pool.query('SELECT FROM accounts.ended_generations')).rowCount;
  assert.equal(await read(), 200);
  await send('olga', 'PATCH', `${path}/${robot.id}`, { isActive: false });
  assert.equal(await ended(), 1);
  assert.equal(await granted(api, robot), '401 UNAUTHORIZED');
  await eventually('the refusal', async () => (await read()) === 401);
  await send('olga', 'PATCH', `${path}/${robot.id}`, { isActive: true });
  assert.equal(await ended(), 1);
  assert.equal(await granted(api, robot, 'repository:acme/app:pull'), 'repository:acme/app:pull');
  await send('olga', 'DELETE', `${path}/${robot.id}`);
  assert.equal(await ended(), 2);
  assert.equal(await granted(api, robot), '401 UNAUTHORIZED');
  assert.equal((await send('olga', 'GET', `${path}/${robot.id}`)).outcome, '404 NO_SUCH_ROBOT');
});

test('no token lives longer than its robot', async (t) => {
  const { api, send, create } = await start(t);
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  const robot = await create('olga', { expiresAt });
  assert.equal(robot['expiresAt'], expiresAt);
  const headers = basic(robot.name, robot.secret);
  const response = await api.send('GET', '/auth/token?offline_token=true', { as: null, headers });
  const grant = response.json as { token: string; expires_in: number; refresh_token?: string };
  assert.ok(grant.expires_in <= 60, `${grant.expires_in}`);
  assert.ok((decodeJwt(grant.token).exp ?? Infinity) * 1_000 <= Date.parse(expiresAt));
  assert.equal(grant.refresh_token, undefined);
  // Older tokens, which may live longer than a new end, are refused.
  const soon = new Date(Date.now() + 1_500);
  await send('olga', 'PATCH', `${path}/${robot.id}`, { expiresAt: soon.toISOString() });
  assert.equal((await api.pool.query('SELECT FROM accounts.ended_generations')).rowCount, 1);
  await delay(soon.getTime() - Date.now() + 100);
  assert.equal(await granted(api, robot), '401 UNAUTHORIZED');
  const shown = await send('olga', 'GET', `${path}/${robot.id}`);
  assert.equal((shown.json as RobotView)['isExpired'], true);
  await send('olga', 'PATCH', `${path}/${robot.id}`, { expiresAt: 'never' });
  assert.equal(await granted(api, robot), '');
});
