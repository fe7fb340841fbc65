import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type pg from 'pg';
import { ensureFirstAdmin } from '../../../accounts/sign-in/first-administrator.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { createEventReader } from '../audit-events.ts';
import { basic, password, startApi, type TestApi } from '../test-api.ts';

interface StoredEvent {
  readonly kind: string;
  readonly actor: string;
  readonly address: string;
  readonly object: string;
  readonly namespace: string;
  readonly repository: string;
  readonly outcome: string;
  readonly contents: Record<string, unknown>;
}

async function eventsOf(pool: pg.Pool): Promise<StoredEvent[]> {
  const { rows } = await pool.query<StoredEvent>(
    `SELECT kind, actor, address, object_name AS object, namespace, repository, outcome, contents FROM registry.events
     WHERE object_type <> 'SIGN_IN' ORDER BY published_at, id`,
  );
  return rows;
}

async function start(t: TestContext) {
  const api = await startApi(t);
  let seen = 0;
  /** Sends a request, and gives the events that it left. */
  const act = async (method: string, path: string, body?: unknown): Promise<StoredEvent[]> => {
    const response = await api.send(method, path, { body });
    assert.ok(response.status < 300, `${method} ${path}: ${response.text}`);
    const events = (await eventsOf(api.pool)).slice(seen);
    seen += events.length;
    return events;
  };
  return { api, act };
}

const hookPath = 'services/T000/B000/hook-secret';
const secrets = [password, 'another long password', 'jrat_', hookPath, 'a long story'];

test('each change that an administrator makes is an event, with who, from where and to what', async (t) => {
  const { api, act } = await start(t);
  const accounts = '/enzi/v0/accounts';
  const is = async (
    [event, ...more]: readonly StoredEvent[],
    expected: readonly [kind: string, object: string, namespace: string, repository: string],
    details: Record<string, unknown> = {},
  ): Promise<void> => {
    assert.ok(event, expected[0]);
    assert.deepEqual(more, []);
    assert.deepEqual([event.kind, event.object, event.namespace, event.repository], expected);
    assert.deepEqual([event.actor, event.address, event.outcome], ['admin', '127.0.0.1', 'success']);
    assert.deepEqual(event.contents, details);
  };

  await is(
    await act('POST', accounts, { name: 'eve', password: 'another long password' }),
    ['ACCOUNT_CREATE', 'eve', 'eve', ''],
    { isOrg: false, isAdmin: false, isActive: true },
  );
  await is(await act('PATCH', `${accounts}/eve`, { isAdmin: true }), ['ACCOUNT_UPDATE', 'eve', 'eve', ''], {
    from: { isAdmin: false },
    to: { isAdmin: true },
  });
  await is(
    await act('POST', `${accounts}/eve/changePassword`, { newPassword: 'another long password' }),
    ['PASSWORD_CHANGE', 'eve', 'eve', ''],
    { accessTokensEnded: 0 },
  );
  await is(await act('PUT', `${accounts}/acme/members/eve`, { isAdmin: true }), ['MEMBER_UPDATE', 'eve', 'acme', ''], {
    isAdmin: true,
  });
  await is(await act('POST', `${accounts}/acme/teams`, { name: 'builders' }), ['TEAM_CREATE', 'builders', 'acme', '']);
  await is(
    await act('PATCH', `${accounts}/acme/teams/builders`, { description: 'build' }),
    ['TEAM_UPDATE', 'builders', 'acme', ''],
    { description: 'build' },
  );
  await is(
    await act('PUT', `${accounts}/acme/teams/builders/members/eve`, {}),
    ['TEAM_MEMBER_UPDATE', 'eve', 'acme', ''],
    { team: 'builders' },
  );

  const created = await act('POST', '/api/v0/repositories/acme', { name: 'app', longDescription: 'a long story' });
  await is(created, ['REPOSITORY_CREATE', 'acme/app', 'acme', 'app'], { visibility: 'public' });
  const patched = await act('PATCH', '/api/v0/repositories/acme/app', { tagLimit: 7, longDescription: 'a long story' });
  await is(patched, ['REPOSITORY_UPDATE', 'acme/app', 'acme', 'app'], {
    changed: ['tagLimit', 'longDescription'],
    to: { tagLimit: 7 },
  });
  const grant = { accessLevel: 'read-write' };
  const repositoryGrant = '/api/v0/repositories/acme/app/teamAccess/builders';
  const namespaceGrant = '/api/v0/repositoryNamespaces/acme/teamAccess/builders';
  await is(await act('PUT', repositoryGrant, grant), ['TEAM_ACCESS_UPDATE', 'builders', 'acme', 'app'], grant);
  await is(await act('PUT', namespaceGrant, grant), ['TEAM_ACCESS_UPDATE', 'builders', 'acme', ''], grant);
  await is(await act('DELETE', repositoryGrant), ['TEAM_ACCESS_DELETE', 'builders', 'acme', 'app']);
  assert.deepEqual(await act('DELETE', repositoryGrant), [], 'there was nothing to take away');
  await is(await act('DELETE', namespaceGrant), ['TEAM_ACCESS_DELETE', 'builders', 'acme', '']);

  const endpoint = `https://192.0.2.1/${hookPath}`;
  const hook = { type: 'TAG_PUSH', endpoint: 'https://192.0.2.1' };
  await is(
    await act('POST', '/api/v0/webhooks', { type: 'TAG_PUSH', key: 'acme/app', endpoint }),
    ['WEBHOOK_CREATE', 'TAG_PUSH', 'acme', 'app'],
    hook,
  );
  const [webhook] = (await api.send('GET', '/api/v0/webhooks')).json as { id: string }[];
  await is(await act('DELETE', `/api/v0/webhooks/${webhook?.id}`), ['WEBHOOK_DELETE', 'TAG_PUSH', 'acme', 'app'], hook);

  const token = { owner: 'eve', generatedBy: 'user', isActive: true };
  await is(
    await act('POST', '/api/v0/api_tokens?username=eve', { tokenLabel: 'CI' }),
    ['API_TOKEN_CREATE', 'CI', 'eve', ''],
    token,
  );
  const [row] = (await api.send('GET', '/api/v0/api_tokens?username=eve')).json as { hashedToken: string }[];
  await is(
    await act('PATCH', `/api/v0/api_tokens/${row?.hashedToken}`, { isActive: false }),
    ['API_TOKEN_UPDATE', 'CI', 'eve', ''],
    { ...token, isActive: false },
  );
  await is(await act('DELETE', `/api/v0/api_tokens/${row?.hashedToken}`), ['API_TOKEN_DELETE', 'CI', 'eve', ''], {
    ...token,
    isActive: false,
  });
  assert.deepEqual(await act('DELETE', '/api/v0/api_tokens'), [], 'nobody had a refresh token');
  await is(
    await act('GET', '/auth/token?offline_token=true&client_id=docker'),
    ['API_TOKEN_CREATE', 'docker', 'admin', ''],
    { owner: 'admin', generatedBy: 'auto', isActive: true },
  );
  await is(await act('DELETE', '/api/v0/api_tokens?username=admin'), ['API_TOKEN_DELETE', 'admin', 'admin', ''], {
    generatedBy: 'auto',
    deleted: 1,
  });

  const [job] = await act('POST', '/api/v0/jobs', { action: 'sleep' });
  assert.deepEqual([job?.kind, job?.object], ['JOB_CREATE', 'sleep']);
  const { jobs } = (await api.send('GET', '/api/v0/jobs')).json as { jobs: { id: string }[] };
  const jobPath = `/api/v0/jobs/${encodeURIComponent(jobs[0]?.id ?? '')}`;
  await is(await act('POST', `${jobPath}/cancel`), ['JOB_CANCEL', '', '', '']);
  await is(await act('DELETE', jobPath), ['JOB_DELETE', '', '', '']);
  await is(
    await act('POST', '/api/v0/crons', { action: 'sleep', schedule: '@daily' }),
    ['CRON_UPDATE', 'sleep', '', ''],
    { action: 'sleep', schedule: '@daily', timeZone: 'UTC' },
  );
  await is(await act('DELETE', '/api/v0/crons/sleep'), ['CRON_DELETE', 'sleep', '', '']);
  // Off again at the end: what follows deletes.
  for (const to of [true, false]) {
    await is(
      await act('POST', '/api/v0/meta/settings', { readOnlyRegistry: to }),
      ['SETTINGS_UPDATE', 'readOnlyRegistry', '', ''],
      { changes: [{ setting: 'readOnlyRegistry', from: !to, to }] },
    );
  }

  await is(await act('DELETE', '/api/v0/repositories/acme/app'), ['REPOSITORY_DELETE', 'acme/app', 'acme', 'app']);
  await is(
    await act('DELETE', `${accounts}/acme/teams/builders/members/eve`),
    ['TEAM_MEMBER_DELETE', 'eve', 'acme', ''],
    { team: 'builders' },
  );
  await is(await act('DELETE', `${accounts}/acme/teams/builders`), ['TEAM_DELETE', 'builders', 'acme', '']);
  await is(await act('DELETE', `${accounts}/acme/members/eve`), ['MEMBER_DELETE', 'eve', 'acme', '']);
  await is(await act('DELETE', `${accounts}/eve`), ['ACCOUNT_DELETE', 'eve', 'eve', ''], { isOrg: false });

  const everything = JSON.stringify((await api.pool.query('SELECT * FROM registry.events')).rows);
  for (const secret of secrets) assert.ok(!everything.includes(secret), `an event holds "${secret}"`);
});

test('a robot is an actor of its own kind, and the first administrator comes from the program', async (t) => {
  const { api, act } = await start(t);
  await act('POST', '/api/v0/repositories/acme', { name: 'app' });
  const permissions = [{ repository: 'acme/app', actions: ['pull', 'push', 'delete'] }];
  const made = await api.send('POST', '/api/v0/robots', { body: { name: 'ci', namespace: 'acme', permissions } });
  const robot = made.json as { id: string; name: string; secret: string };
  await api.pool.query(
    `WITH manifest AS (
       INSERT INTO registry.manifests (repository_id, digest, media_type, os, architecture, payload, image_size_bytes,
                                       pushed_by)
       SELECT id, 'sha256:one', 'image', 'linux', 'amd64', ''::bytea, 1, 'ada' FROM registry.repositories
       RETURNING id, repository_id)
     INSERT INTO registry.tags (repository_id, name, manifest_id, author)
     SELECT repository_id, 'latest', id, 'ada' FROM manifest`,
  );
  const path = '/api/v0/repositories/acme/app/tags/latest';
  const deleted = await api.send('DELETE', path, { as: null, headers: basic(robot.name, robot.secret) });
  assert.equal(deleted.status, 204, deleted.text);
  const { rows } = await api.pool.query(
    `SELECT actor, actor_id, actor_type, address FROM registry.events WHERE kind = 'TAG_DELETE'`,
  );
  assert.deepEqual(rows, [{ actor: 'robot$acme+ci', actor_id: robot.id, actor_type: 'robot', address: '127.0.0.1' }]);

  const { pool } = await createTestDatabase(t);
  await ensureFirstAdmin(pool, password);
  await ensureFirstAdmin(pool, password);
  const events = await createEventReader(pool)();
  const details = { isOrg: false, isAdmin: true, isActive: true };
  assert.deepEqual(events, [
    { kind: 'ACCOUNT_CREATE', by: 'system first start', object: 'admin', namespace: 'admin', details },
  ]);
});

test('what is refused, or finds nothing, leaves no event', async (t) => {
  const { api } = await start(t);
  const requests: readonly [string, string, unknown?][] = [
    ['POST', '/enzi/v0/accounts', { name: 'acme', isOrg: true }],
    ['PATCH', '/enzi/v0/accounts/admin', { isAdmin: false }],
    ['DELETE', '/enzi/v0/accounts/admin'],
    ['DELETE', '/enzi/v0/accounts/acme/members/ada'],
    ['DELETE', '/api/v0/repositories/acme/none'],
    ['DELETE', '/api/v0/jobs/none'],
    ['POST', '/api/v0/jobs/none/cancel'],
    ['DELETE', '/api/v0/crons/sleep'],
    ['DELETE', '/api/v0/webhooks/00000000-0000-4000-8000-000000000000'],
    ['DELETE', `/api/v0/api_tokens/${'0'.repeat(64)}`],
    ['POST', '/api/v0/meta/settings', { readOnlyRegistry: false }],
  ];
  for (const [method, path, body] of requests) await api.send(method, path, { body });
  assert.deepEqual(await eventsOf(api.pool), []);
});

test('the own password is changed by the password alone, and attempts at it count as attempts to sign in', async (t) => {
  const api = await startApi(t);
  const path = '/enzi/v0/accounts/ada/changePassword';
  const { token } = (await api.send('POST', '/api/v0/api_tokens', { as: 'ada', body: {} })).json as { token: string };
  const change = (oldPassword: string, newPassword = 'a new long password') =>
    api.send('POST', path, {
      as: null,
      headers: basic('ada', token),
      body: { oldPassword, newPassword, keepAccessTokens: true },
    });
  assert.equal((await change(token)).outcome, '403 NOT_AUTHORIZED', 'an access token is no password');
  assert.equal((await change(password)).outcome, '200');
  const outcomes = new Set<string>();
  for (let attempt = 0; attempt < 12; attempt++) outcomes.add((await change(`wrong ${attempt}`)).outcome);
  assert.deepEqual([...outcomes], ['403 NOT_AUTHORIZED', '429 TOO_MANY_REQUESTS']);
  await api.flushSignIns();
  const failures = await signIns(api, `kind <> 'SIGN_IN'`);
  assert.deepEqual(new Set(failures.map(({ kind }) => kind)), new Set(['SIGN_IN_FAILURE', 'SIGN_IN_LOCKOUT']));
  assert.ok(failures.every(({ object, address }) => object === 'ada' && address === '127.0.0.1'));
});

async function signIns({ pool }: TestApi, where = 'true') {
  const { rows } = await pool.query<{ kind: string; actor: string; object: string; address: string; count: number }>(
    // A minute may be over in between.
    `SELECT kind, actor, object_name AS object, address, sum(count)::int AS count FROM registry.events
     WHERE object_type = 'SIGN_IN' AND ${where} GROUP BY 1, 2, 3, 4 ORDER BY kind, object_name`,
  );
  return rows;
}

test('sign-ins by password and failures are events; names that nobody has are not written down', async (t) => {
  const api = await startApi(t);
  const ask = (name: string, secret?: string) =>
    api.send('GET', '/api/v0/repositories', { as: null, headers: basic(name, secret) });
  const { token } = (await api.send('POST', '/api/v0/api_tokens', { as: 'ada', body: {} })).json as { token: string };
  for (let time = 0; time < 3; time++) await ask('ada', token);
  await ask('ada');
  await ask('ada', 'wrong');
  await ask('gone');
  await ask('acme', '');
  await ask('hunter2', 'x');
  await ask('correct horse battery', 'x');
  await api.flushSignIns();
  const rows = await signIns(api);
  assert.deepEqual(
    rows.map(({ kind, actor, object, count }) => ({ kind, actor, object, count })),
    [
      { kind: 'SIGN_IN', actor: 'ada', object: 'ada', count: 1 },
      { kind: 'SIGN_IN_FAILURE', actor: '', object: '', count: 3 },
      { kind: 'SIGN_IN_FAILURE', actor: '', object: 'ada', count: 1 },
      { kind: 'SIGN_IN_FAILURE', actor: '', object: 'gone', count: 1 },
    ],
  );
  const everything = JSON.stringify((await api.pool.query('SELECT * FROM registry.events')).rows);
  for (const secret of ['hunter2', 'horse', 'wrong']) assert.ok(!everything.includes(secret), secret);
});
